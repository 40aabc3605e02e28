/// What a command line asks for.
public enum CommandRequest: Sendable {
  case run(Invocation)
  /// Help or the version, for standard output; it ends with status 0.
  case tell(String)

  /// Reads a command line: a command first, then its options and arguments in any order. Without a command, a check is
  /// meant. Help wins over everything else, the version over everything but help: a person who asks has done nothing wrong yet.
  ///
  /// - Parameter arguments: those behind the program's own name.
  public init(_ arguments: [String], version: String) throws(UsageError) {
    let first = arguments.first ?? ""
    if first == Syntax.helpWord {
      self = .tell(try Self.help(arguments.dropFirst(), version: version))
    } else if let command = Command.named(first) {
      self = try Self.read(command, arguments.dropFirst(), version: version)
    } else {
      self = try Self.read(nil, arguments[...], version: version)
    }
  }

  private static func read(
    _ command: Command?, _ arguments: ArraySlice<String>, version: String
  ) throws(UsageError) -> CommandRequest {
    let syntax = command?.syntax ?? .withoutCommand
    let words = CommandLineWords(arguments, syntax)
    if words.contain(.help) { return .tell(command.map(CommandHelp.of) ?? CommandHelp.ofProgram) }
    if words.contain(.version) { return .tell("\(version)\n") }
    if command == nil { try refuseMisplacedCommand(arguments, words) }
    try words.check(syntax)
    let name = command?.name ?? .check
    return .run(Invocation(command: name, arguments: words.arguments, options: words.options, syntax: syntax))
  }

  /// What `jod-check help` prints, with these arguments.
  private static func help(_ arguments: ArraySlice<String>, version: String) throws(UsageError) -> String {
    let words = CommandLineWords(arguments, .help)
    if words.contain(.version), !words.contain(.help) { return "\(version)\n" }
    try words.check(.help)
    guard let name = words.arguments.first, name != Syntax.helpWord else { return CommandHelp.ofProgram }
    guard let command = Command.named(name) else { throw .unknown(command: name) }
    return CommandHelp.of(command)
  }

  private static func refuseMisplacedCommand(
    _ arguments: ArraySlice<String>, _ words: CommandLineWords
  ) throws(UsageError) {
    if let first = arguments.first, !first.hasPrefix("-") { throw .unknown(command: first) }
    if let late = words.arguments.first.flatMap(Command.named) { throw .tooLate(late) }
  }
}
