/// A command as it was called: everything on its command line is known to the table, and no argument is missing.
public struct Invocation: Sendable {
  public let command: Command.Name
  public let arguments: [String]
  let options: [GivenOption]
  let syntax: Syntax

  /// Whether a flag was given; of it and its opposite, whether it was the last.
  public func has(_ name: Command.Option.Name) -> Bool { last(name)?.name == name }

  /// An option's value as it was last given, or the one that holds where it was not.
  public func value(_ name: Command.Option.Name) -> String? {
    last(name)?.value ?? syntax.option(name)?.standard
  }

  /// All values of an option that may be repeated, in their order.
  public func values(_ name: Command.Option.Name) -> [String] {
    options.filter { $0.name == name }.compactMap(\.value)
  }

  /// What to throw where a value is not accepted.
  public func wrong(_ words: String) -> UsageError { UsageError(words, in: syntax) }

  private func last(_ name: Command.Option.Name) -> GivenOption? {
    let option = syntax.option(name)
    return options.last { $0.name == option?.name || $0.name == option?.opposite }
  }
}

/// An option on a command line.
struct GivenOption: Sendable {
  let name: Command.Option.Name
  var value: String?
}
