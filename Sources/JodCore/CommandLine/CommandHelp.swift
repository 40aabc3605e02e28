/// What `--help` prints, in 80 columns: how it is written, what it does, what it takes.
enum CommandHelp {
  private static let width = 80

  /// What `jod-check --help` prints.
  static var ofProgram: String {
    text(
      usage: [Syntax.withoutCommand.usage, "\(Command.program) COMMAND ..."],
      paragraphs: [Command.programAbstract, Command.programDiscussion],
      blocks: [
        block("Commands", Command.all.map { ($0.name.rawValue, $0.abstract) }),
        block("Options", Syntax.withoutCommand.options.map(\.entry)),
        "See `\(Syntax.help.name) COMMAND` for what a command does and takes.",
      ])
  }

  /// What `jod-check help COMMAND` prints.
  static func of(_ command: Command) -> String {
    text(
      usage: [usage(command.syntax)], paragraphs: [command.abstract, command.discussion],
      blocks: [
        block("Arguments", command.arguments.map { ($0.name, $0.help) }),
        block("Options", command.syntax.options.map(\.entry)),
      ])
  }

  private static func text(usage: [String], paragraphs: [String], blocks: [String]) -> String {
    let prose = paragraphs.flatMap { $0.split(separator: "\n") }.map { wrapped($0, indent: 0) }
    let parts = [usage.joined(separator: "\n")] + prose + blocks.filter { !$0.isEmpty }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// Two columns under a heading, the left as wide as its longest entry; nothing where there is no entry.
  private static func block(_ heading: String, _ entries: [(left: String, right: String)]) -> String {
    guard let longest = entries.map(\.left.count).max() else { return "" }
    let lines = entries.map { left, right in
      "  \(left)" + wrapped(right[...], indent: longest + 4).dropFirst(left.count + 2)
    }
    return (["\(heading):"] + lines).joined(separator: "\n")
  }

  /// How a command is written, in lines that break between options.
  private static func usage(_ syntax: Syntax) -> String {
    // A blank that no line breaks at, until it is written.
    let parts = syntax.usageParts.map { $0.exchanging(" ", with: "\u{A0}") }
    let lines = wrapped(parts.dropFirst().joined(separator: " ")[...], indent: syntax.name.count + 1)
    let text = syntax.name + lines.dropFirst(syntax.name.count)
    return text.exchanging("\u{A0}", with: " ")
  }

  /// The text in lines that all begin with so many blanks.
  private static func wrapped(_ text: Substring, indent: Int) -> String {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let line = lines.last, indent + line.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
  }
}

extension Command.Option {
  /// The two columns of help.
  fileprivate var entry: (left: String, right: String) {
    let names = spellings.joined(separator: opposite == nil ? ", " : "/")
    let left = ([names] + [value].compactMap { $0 }).joined(separator: " ")
    return (left, standard.map { "\(help) (default: \($0))" } ?? help)
  }
}
