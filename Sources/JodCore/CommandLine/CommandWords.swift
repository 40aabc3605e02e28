/// A command line, split and quoted as in a unit's `ExecStart=` (systemd.service(5)): no shell reads it, and neither
/// variables nor specifiers are expanded.
public enum CommandWords {
  public static let accepted =
    "a command by its absolute path, with arguments quoted as in a unit's ExecStart=, such as /usr/bin/ipmitool power soft"

  /// The words of a command whose first is an absolute path; nil where they cannot be told apart, a semicolon by itself
  /// begins a second command, or there is no such first word.
  public static func parse(_ text: String) -> [String]? {
    guard let words = words(text), let program = words.first, program.hasPrefix("/"), !program.hasSuffix("/")
    else { return nil }
    return words
  }

  /// The words of a line; nil where a quote is left open, an escape is unknown, a NUL or broken UTF-8 is asked for, or a
  /// semicolon stands by itself.
  static func words(_ text: String) -> [String]? {
    var words: [[UInt8]] = []
    var word: [UInt8]?
    var quote: Unicode.Scalar?
    var rest = Substring(text).unicodeScalars
    while let scalar = rest.popFirst() {
      switch (scalar, quote) {
      case (";", nil) where word == nil && isWordEnd(rest):
        return nil
      case ("\\", nil) where word == nil && rest.first == ";" && isWordEnd(rest.dropFirst()):
        word = [UInt8(ascii: ";")]
        rest.removeFirst()
      case ("\\", _):
        guard let bytes = escape(&rest) else { return nil }
        word = (word ?? []) + bytes
      case (let scalar, let open?):
        if scalar == open { quote = nil } else { word?.append(contentsOf: String(scalar).utf8) }
      case (let scalar, nil) where isSpace(scalar):
        if let finished = word { words.append(finished) }
        word = nil
      case ("\"", nil), ("'", nil):
        quote = scalar
        word = word ?? []
      default:
        word = (word ?? []) + Array(String(scalar).utf8)
      }
    }
    if let finished = word { words.append(finished) }
    let texts = words.compactMap { String(validating: $0, as: UTF8.self) }
    return quote == nil && texts.count == words.count ? texts : nil
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { " \t\n\r".unicodeScalars.contains(scalar) }

  private static func isWordEnd(_ rest: Substring.UnicodeScalarView) -> Bool {
    rest.first.map(isSpace) ?? true
  }

  /// The bytes that an escape stands for, its backslash already taken.
  private static func escape(_ rest: inout Substring.UnicodeScalarView) -> [UInt8]? {
    guard let kind = rest.popFirst() else { return nil }
    switch kind {
    case "a": return [7]
    case "b": return [8]
    case "t": return [9]
    case "n": return [10]
    case "v": return [11]
    case "f": return [12]
    case "r": return [13]
    case "s": return [32]
    case "\\", "\"", "'": return Array(String(kind).utf8)
    case "x": return number(&rest, digits: 2, radix: 16).flatMap { $0 > 0 ? [UInt8($0)] : nil }
    case "u": return number(&rest, digits: 4, radix: 16).flatMap(utf8)
    case "U": return number(&rest, digits: 8, radix: 16).flatMap(utf8)
    case "0"..."7":
      var octal = Substring(String(kind)).unicodeScalars
      octal.append(contentsOf: rest.prefix(2))
      rest = rest.dropFirst(2)
      return number(&octal, digits: 3, radix: 8).flatMap { (1...255).contains($0) ? [UInt8($0)] : nil }
    default: return nil
    }
  }

  private static func number(_ rest: inout Substring.UnicodeScalarView, digits: Int, radix: Int) -> UInt32? {
    let text = String(Substring(rest.prefix(digits)))
    rest = rest.dropFirst(digits)
    guard text.utf8.count == digits, text.allSatisfy(\.isHexDigit) else { return nil }
    return UInt32(text, radix: radix)
  }

  private static func utf8(_ value: UInt32) -> [UInt8]? {
    guard value > 0, let scalar = Unicode.Scalar(value) else { return nil }
    return Array(String(scalar).utf8)
  }
}
