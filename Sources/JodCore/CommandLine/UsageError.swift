/// Wrong use of the command line, told in words that a terminal can be shown.
public struct UsageError: Error, CustomStringConvertible, Equatable {
  /// As sysexits(3) calls it `EX_USAGE`.
  public static let exitStatus: Int32 = 64

  /// Lines: what was wrong, what is accepted, and which help to read.
  public let description: String

  /// - Parameter accepted: nil where the words themselves say it.
  init(_ words: String, accepted: String? = nil, in syntax: Syntax) {
    let lines = [words, accepted.map { "Accepted: \($0)" }, "See `\(syntax.name) --help`."]
    description = lines.compactMap { $0 }.joined(separator: "\n")
  }

  static func unknown(command word: String) -> UsageError {
    let names = Command.all.map(\.name.rawValue) + [Syntax.helpWord]
    return UsageError(
      "\(Printable.quoted(word)) is not a command.\(suggestion(word, names))",
      accepted: "\(names.joined(separator: ", ")).", in: .withoutCommand)
  }

  static func unknown(option word: String, in syntax: Syntax) -> UsageError {
    UsageError(
      "\(Printable.quoted(word)) is not an option of `\(syntax.name)`.\(suggestion(word, syntax.spellings))",
      accepted: "\(syntax.spellings.joined(separator: ", ")).", in: syntax)
  }

  static func tooLate(_ command: Command) -> UsageError {
    UsageError(
      "The command \(command.name.rawValue) comes first, and its options come behind it.",
      accepted: "\(command.syntax.usage).", in: command.syntax)
  }

  static func tooMany(_ arguments: ArraySlice<String>, in syntax: Syntax) -> UsageError {
    let first = Printable.quoted(arguments.first ?? "")
    let others = arguments.count - 1
    return UsageError(
      others == 0
        ? "The argument \(first) is one too many."
        : "The argument \(first) and \(Printable.count(others, "other")) are too many.",
      accepted: "\(syntax.usage).", in: syntax)
  }

  static func missing(_ argument: Command.Argument, in syntax: Syntax) -> UsageError {
    UsageError(
      "The argument \(argument.name) is missing.", accepted: "\(syntax.usage). \(argument.help)", in: syntax)
  }

  static func noValue(of option: Command.Option, in syntax: Syntax) -> UsageError {
    let name = option.name.rawValue
    return UsageError(
      "\(name) lacks its value.", accepted: "\(name) \(option.value ?? ""). \(option.help)", in: syntax)
  }

  static func superfluous(_ value: String, of name: Command.Option.Name, in syntax: Syntax) -> UsageError {
    UsageError(
      "\(name.rawValue) takes no value, so \(Printable.quoted(value)) is too much.",
      accepted: "\(name.rawValue).", in: syntax)
  }

  private static func suggestion(_ word: String, _ names: [String]) -> String {
    NearestName.of(word, among: names).map { " Did you mean \($0)?" } ?? ""
  }
}
