/// What a unit file or a drop-in says, read as systemd reads it (systemd.syntax(7)).
public enum UnitFile {
  public struct Assignment: Hashable, Sendable {
    public var key: String
    /// Empty where it resets a list.
    public var value: String

    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The assignments of one section, in order. Lines that systemd ignores are ignored.
  public static func assignments(_ text: String, section: String) -> [Assignment] {
    var found: [Assignment] = []
    var isInSection = false
    for line in lines(text) {
      if line.hasPrefix("[") {
        // systemd gives a file up here, with what it has read of it so far.
        guard line.hasSuffix("]") else { break }
        isInSection = line == "[\(section)]"
      } else if isInSection, let equals = line.firstIndex(of: "="), equals != line.startIndex {
        let (key, value) = (line[..<equals], line[line.index(after: equals)...])
        found.append(Assignment(Printable.trimmed(String(key)), Printable.trimmed(String(value))))
      }
    }
    return found
  }

  /// A line that gives a service a variable: quoted, and without a specifier (systemd.exec(5)).
  public static func environment(_ name: String, _ value: String) -> String {
    var text = ""
    for character in value {
      switch character {
      case "\\", "\"": text += "\\\(character)"
      case "%": text += "%%"
      default: text.append(character)
      }
    }
    return "Environment=\"\(name)=\(text)\""
  }

  /// The lines without what surrounds them, continued ones joined. A comment ends no continuation.
  private static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    var begun = ""
    for bytes in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = String(Substring(bytes.drop { isBlank($0) }))
      if line.hasPrefix("#") || line.hasPrefix(";") { continue }
      begun += line.hasSuffix("\r") ? String(line.dropLast()) : line
      if endsInBackslash(begun) {
        begun = begun.dropLast() + " "
      } else {
        lines.append(Printable.trimmed(begun))
        begun = ""
      }
    }
    return lines + [Printable.trimmed(begun)]
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D].contains(byte) }

  /// An even number of them stands for itself.
  private static func endsInBackslash(_ line: String) -> Bool {
    !line.utf8.reversed().prefix { $0 == UInt8(ascii: "\\") }.count.isMultiple(of: 2)
  }
}
