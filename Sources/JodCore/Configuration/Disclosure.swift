/// What may be shown of a variable's value. Faults stand in `status.json` and the journal, which others read.
///
/// This is the one place that decides. What is not known to be harmless is left out.
public enum Disclosure {
  /// A value, as a fault shows it: in quotation marks, without what nobody else may read.
  ///
  /// - Parameter secrets: values of other variables that may have been pasted into this one.
  public static func shown(_ variable: String, _ value: String, hiding secrets: [Secret] = []) -> String {
    switch kind(of: variable) {
    case .secret: "the value (not shown, it is a secret)"
    case .command: Printable.quoted(redact(firstWord(value), secrets))
    case .url: Printable.quoted(redact(BaseURL.blotted(value), secrets))
    case .plain where value.includes("://"): Printable.quoted(redact(BaseURL.blotted(value), secrets))
    case .plain: Printable.quoted(redact(withoutPassword(value), secrets))
    }
  }

  /// The variables whose values are secrets as a whole.
  public static let secretVariables = ["JELLYFIN_API_KEY", "HTTP_TOKEN", "WOL_SECUREON"]

  /// All secrets that variables hold.
  public static func secrets(in environment: [String: String]) -> [Secret] {
    secretVariables.compactMap { environment[$0] }.filter { !$0.isEmpty }.map(Secret.init)
  }

  private enum Kind { case secret, command, url, plain }

  private static func kind(of variable: String) -> Kind {
    if secretVariables.contains(variable) { return .secret }
    if variable.hasSuffix("_COMMAND") { return .command }
    return variable == "JELLYFIN_API_URL" ? .url : .plain
  }

  /// The longest first, for one may be a part of another.
  private static func redact(_ text: String, _ secrets: [Secret]) -> String {
    secrets.sorted { $0.value.utf8.count > $1.value.utf8.count }.reduce(text) { $1.redact($0) }
  }

  // MARK: Commands

  /// The program that a command line names, and a mark for what follows it. Neither a quote, an escape nor an assignment
  /// makes what follows a part of it.
  private static func firstWord(_ command: String) -> String {
    let text = command.unicodeScalars.drop { $0.properties.isWhitespace || $0 == "\"" || $0 == "'" }
    let word = text.prefix { $0.properties.isAlphabetic || "/._-+~0123456789".unicodeScalars.contains($0) }
    let rest = text.dropFirst(word.count)
    if rest.allSatisfy(\.properties.isWhitespace) { return String(word) }
    return word.isEmpty ? "…" : "\(String(word)) …"
  }

  /// What a command said, without its own arguments, which a program may repeat when it fails.
  public static func redact(_ text: String, saidBy command: [String]) -> String {
    redact(text, command.dropFirst().flatMap(parts).filter { $0.utf8.count >= 4 }.map(Secret.init))
  }

  /// The argument, and what of it may be a secret by itself: `--password=…`, `-P…`, and what a URL holds.
  private static func parts(_ argument: String) -> [String] {
    var parts = argument.hasPrefix("-") ? [] : [argument]
    if argument.hasPrefix("-"), !argument.hasPrefix("--") { parts.append(String(argument.dropFirst(2))) }
    if let equals = argument.firstIndex(of: "=") {
      parts.append(String(argument[argument.index(after: equals)...]))
    }
    if let place = passwordPlace(argument) { parts.append(String(argument.unicodeScalars[place])) }
    return parts
  }

  // MARK: Passwords

  /// The text with a blot for what stands between `:` and `@`.
  private static func withoutPassword(_ text: String) -> String {
    guard let place = passwordPlace(text) else { return text }
    let scalars = text.unicodeScalars
    return String(scalars[..<place.lowerBound]) + Secret.blot + String(scalars[place.upperBound...])
  }

  /// Up to the last `@`, for a password that nobody encoded may hold any character.
  private static func passwordPlace(_ text: String) -> Range<String.Index>? {
    let scalars = text.unicodeScalars
    guard let at = scalars.lastIndex(of: "@") else { return nil }
    let start = scalars[..<at].place(of: "://".unicodeScalars)?.upperBound ?? scalars.startIndex
    guard let colon = scalars[start..<at].firstIndex(of: ":") else { return nil }
    return scalars.index(after: colon)..<at
  }
}
