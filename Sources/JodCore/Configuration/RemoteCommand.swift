/// What is asked of the storage server over ssh, `STORAGE_SERVER_SSH_COMMAND`: a line for the shell of the user there.
public struct RemoteCommand: Hashable, Sendable {
  /// The administrator's own line, whose arguments may be secrets; nil where it is systemd's.
  private let own: String?
  private let action: Configuration.ShutdownAction

  static let accepted =
    "one line for the shell of the user there, such as \"/sbin/poweroff\"; ACTION stands for the value of SHUTDOWN_ACTION"

  /// What systemd understands. Without a terminal it would not ask for inhibitors by itself.
  private static let standard = "systemctl --check-inhibitors=yes ACTION"

  /// More than any shell's line needs that powers a machine off.
  private static let limit = 1000

  /// The line as it is written; nil where it is none.
  static func parse(_ text: String) -> String? {
    let line = Printable.trimmed(text)
    let isLine = line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    return isLine && !line.isEmpty && line.utf8.count <= limit ? line : nil
  }

  /// - Parameter own: as it was parsed; nil where none is set.
  init(_ own: String?, _ action: Configuration.ShutdownAction) {
    self.own = own == Self.standard ? nil : own
    self.action = action
  }

  /// What is sent. Made only then: hardly any check sends it.
  public var line: String { (own ?? Self.standard).exchanging("ACTION", with: action.rawValue) }

  public var isOwn: Bool { own != nil }

  /// What powers off a storage server with systemd.
  public static let systemd = RemoteCommand(nil, .poweroff)

  /// In quotation marks, for people: of one's own, only what names the program.
  public var shown: String {
    isOwn ? Disclosure.shown("STORAGE_SERVER_SSH_COMMAND", line) : Printable.quoted(line)
  }

  /// What came back from there, without the arguments, which a shell may repeat.
  public func redact(_ text: String) -> String {
    guard isOwn else { return text }
    let words = line.split { $0 == " " || $0 == "\t" || $0 == "\"" || $0 == "'" }.map(String.init)
    return Disclosure.redact(text, saidBy: words)
  }
}
