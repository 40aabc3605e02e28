/// The syntax of systemd's `EnvironmentFile=` (systemd.exec(5)), read the way systemd 252 reads it, oddities included:
/// the generator and root's commands must see the same values as the service.
public enum EnvironmentFile {
  /// Returns the valid assignments of a file's text, the last of a name winning.
  ///
  /// A comment is a line that begins with `#` or `;` (a trailing one is part of the value). A backslash joins lines.
  /// Names that are no variable names are dropped, as systemd drops them; values may hold anything (since systemd 248,
  /// control characters too).
  public static func parse(_ text: String) -> [String: String] {
    var reader = Reader()
    for scalar in text.unicodeScalars { reader.read(scalar) }
    return reader.finish()
  }

  /// The names that a file's text assigns to, with the line of each, in their order. Names that systemd drops silently
  /// are among them.
  public static func names(_ text: String) -> [(name: String, line: Int)] {
    var reader = Reader()
    for scalar in text.unicodeScalars { reader.read(scalar) }
    _ = reader.finish()
    return reader.names
  }

  private struct Reader {
    private enum Position {
      case beforeName, name, beforeValue, value, escape, singleQuotes, doubleQuotes, doubleQuotesEscape
      case comment, commentEscape
    }

    private var position = Position.beforeName
    private var name = Text()
    private var value = Text()
    private var result: [String: String] = [:]
    private(set) var names: [(name: String, line: Int)] = []
    private var line = 1
    private var nameLine = 1

    mutating func read(_ scalar: Unicode.Scalar) {
      defer { if scalar == "\n" { line += 1 } }
      switch position {
      case .beforeName: readBeforeName(scalar)
      case .name: readName(scalar)
      case .beforeValue: readBeforeValue(scalar)
      case .value: readValue(scalar)
      case .escape:
        position = .value
        if !isNewline(scalar) { value.append(scalar) }
      case .singleQuotes:
        if scalar == "'" { position = .beforeValue } else { value.append(scalar) }
      case .doubleQuotes:
        switch scalar {
        case "\"": position = .beforeValue
        case "\\": position = .doubleQuotesEscape
        default: value.append(scalar)
        }
      case .doubleQuotesEscape:
        position = .doubleQuotes
        if "\"\\`$".unicodeScalars.contains(scalar) {
          value.append(scalar)
        } else if scalar != "\n" {
          value.append("\\")
          value.append(scalar)
        }
      case .comment:
        if scalar == "\\" { position = .commentEscape } else if isNewline(scalar) { position = .beforeName }
      case .commentEscape: position = .comment
      }
    }

    private mutating func readBeforeName(_ scalar: Unicode.Scalar) {
      if scalar == "#" || scalar == ";" {
        position = .comment
      } else if !isSpace(scalar) {
        position = .name
        nameLine = line
        name.append(scalar)
      }
    }

    private mutating func readName(_ scalar: Unicode.Scalar) {
      if isNewline(scalar) {
        position = .beforeName
        name = Text()
      } else if scalar == "=" {
        position = .beforeValue
      } else {
        name.appendTrimmable(scalar)
      }
    }

    private mutating func readBeforeValue(_ scalar: Unicode.Scalar) {
      switch scalar {
      case "\n", "\r": assign()
      case "'": position = .singleQuotes
      case "\"": position = .doubleQuotes
      case "\\": position = .escape
      case " ", "\t": break
      default:
        position = .value
        value.append(scalar)
      }
    }

    private mutating func readValue(_ scalar: Unicode.Scalar) {
      if isNewline(scalar) {
        assign()
      } else if scalar == "\\" {
        position = .escape
        value.keepTrailingSpace()
      } else {
        value.appendTrimmable(scalar)
      }
    }

    mutating func finish() -> [String: String] {
      switch position {
      case .beforeName, .name, .comment, .commentEscape: break
      default: assign()
      }
      return result
    }

    private mutating func assign() {
      let (name, value) = (name.trimmed, position == .value ? value.trimmed : value.whole)
      if isVariableName(name) { result[name] = value }
      names.append((name, nameLine))
      self.name = Text()
      self.value = Text()
      position = .beforeName
    }

    private func isVariableName(_ text: String) -> Bool {
      guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
      return text.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0)
          || (0x41...0x5A).contains($0 & 0xDF)
            && $0 < 0x80
      }
    }
  }

  /// Text that remembers where its trailing white space begins, if that may be trimmed.
  private struct Text {
    private var scalars = String.UnicodeScalarView()
    private var trailing = 0

    var whole: String { String(scalars) }
    var trimmed: String { String(scalars.dropLast(trailing)) }

    mutating func append(_ scalar: Unicode.Scalar) { scalars.append(scalar) }

    mutating func appendTrimmable(_ scalar: Unicode.Scalar) {
      scalars.append(scalar)
      trailing = isSpace(scalar) ? trailing + 1 : 0
    }

    mutating func keepTrailingSpace() { trailing = 0 }
  }

  private static func isNewline(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || isNewline(scalar)
  }
}
