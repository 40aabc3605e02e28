/// The new text of `/etc/default/jod-check`: the old one with variables set, and every other line as it was.
public struct SettingsEdit: Sendable {
  /// A line that goes, or comes, as it may be shown.
  public struct Line: Hashable, Sendable {
    public let isNew: Bool
    public let text: String
  }

  public private(set) var text: String
  /// What changes, in the order of the settings.
  public private(set) var lines: [Line] = []

  /// Why a text cannot be changed so that systemd reads what was meant.
  public struct Failure: Error, Hashable, Sendable {
    public let variable: String
  }

  /// - Parameter settings: variables with their new values. What has that value already stays as it is written.
  public init(_ text: String, setting settings: [(name: String, value: String)]) throws(Failure) {
    self.text = text
    for (name, value) in settings where EnvironmentFile.parse(self.text)[name] ?? "" != value {
      let before = EnvironmentFile.parse(self.text)
      set(name, value)
      var wanted = before
      wanted[name] = value
      // A quote that was left open would swallow it.
      guard EnvironmentFile.parse(self.text) == wanted else { throw Failure(variable: name) }
    }
  }

  private mutating func set(_ name: String, _ value: String) {
    var rows = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let new = "\(name)=\(Self.quoted(value))"
    let places = EnvironmentFile.names(text).filter { $0.name == name }
    if let place = places.last, rows.indices.contains(place.line - 1),
      EnvironmentFile.parse(rows[place.line - 1]) == [name: EnvironmentFile.parse(text)[name] ?? ""]
    {
      lines.append(Line(isNew: false, text: Self.shown(name, rows[place.line - 1])))
      rows[place.line - 1] = new
    } else if places.isEmpty, let comment = rows.firstIndex(where: { $0.hasPrefix("#\(name)=") }) {
      // Below the line that shows its default.
      rows.insert(new, at: comment + 1)
    } else {
      // The last assignment counts, so the end is right also for a value that goes over several lines.
      if rows.last?.isEmpty == true { rows.removeLast() }
      rows += [new, ""]
    }
    lines.append(Line(isNew: true, text: Self.shown(name, new)))
    text = rows.joined(separator: "\n")
  }

  private static func shown(_ name: String, _ row: String) -> String {
    if Disclosure.secretVariables.contains(name), EnvironmentFile.parse(row)[name]?.isEmpty == false {
      return "\(name)=\(Secret.blot)"
    }
    return Printable.clean(row, limit: 200)
  }

  /// As systemd reads it back: bare where it is plain, else in double quotes.
  static func quoted(_ value: String) -> String {
    let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'\\`$#;".utf8.contains($0) }
    if isPlain { return value }
    return "\"" + value.map { "\"\\`$".contains($0) ? "\\\($0)" : String($0) }.joined() + "\""
  }
}
