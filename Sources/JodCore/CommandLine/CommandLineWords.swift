/// The words of a command line, told apart by a syntax.
struct CommandLineWords {
  private(set) var options: [GivenOption] = []
  private(set) var arguments: [String] = []
  /// The first thing that was wrong; what follows is read all the same, for it may ask for help.
  private var fault: UsageError?

  init(_ words: ArraySlice<String>, _ syntax: Syntax) {
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" {
        arguments += rest
        return
      }
      // A dash by itself is an argument, by custom for standard input.
      guard word.hasPrefix("-"), word != "-" else {
        arguments.append(word)
        continue
      }
      do throws(UsageError) {
        options.append(try Self.option(word, &rest, syntax))
      } catch {
        fault = fault ?? error
      }
    }
  }

  func contain(_ name: Command.Option.Name) -> Bool { options.contains { $0.name == name } }

  /// Throws what is wrong with the options, and with the number of arguments.
  func check(_ syntax: Syntax) throws(UsageError) {
    if let fault { throw fault }
    if arguments.count > syntax.arguments.count {
      throw .tooMany(arguments[syntax.arguments.count...], in: syntax)
    }
    let missing = syntax.arguments.dropFirst(arguments.count).first { $0.isRequired }
    if let missing { throw .missing(missing, in: syntax) }
  }

  /// An option with its value, which may be the next word. Nothing behind the `=` is no value.
  private static func option(
    _ word: String, _ rest: inout ArraySlice<String>, _ syntax: Syntax
  ) throws(UsageError) -> GivenOption {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let attached = parts.count > 1 && !parts[1].isEmpty ? parts[1] : nil
    // What else stands behind the letter is read by nobody.
    if parts[0].hasPrefix("-h") { return GivenOption(name: .help) }
    guard let name = Command.Option.Name(rawValue: parts[0]), let option = syntax.option(name) else {
      throw .unknown(option: parts[0], in: syntax)
    }
    if option.value == nil {
      if let attached, name != .help, name != .version { throw .superfluous(attached, of: name, in: syntax) }
      return GivenOption(name: name)
    }
    guard let value = attached ?? next(&rest) else { throw .noValue(of: option, in: syntax) }
    return GivenOption(name: name, value: value)
  }

  /// The next word, where that is no option.
  private static func next(_ rest: inout ArraySlice<String>) -> String? {
    guard let word = rest.first, word == "-" || !word.hasPrefix("-") else { return nil }
    return rest.removeFirst()
  }
}
