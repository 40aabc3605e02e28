/// A variable that nobody reads, whose name is nearly one of ours. Its value may be a secret, and is not kept.
public struct MisspeltName: Hashable, Sendable {
  public let name: String
  /// Of the configuration file; nil where only the environment is seen.
  public let line: Int?
  public let likely: String

  /// Those among the names of an environment.
  public static func among(_ names: some Sequence<String>) -> [MisspeltName] {
    names.filter { !systemd.contains($0) }.sorted().compactMap { MisspeltName($0, line: nil) }
  }

  /// What systemd itself gives a service (systemd.exec(5)), and nobody has written: no check compares it with anything.
  private static let systemd: Set = [
    "CREDENTIALS_DIRECTORY", "INVOCATION_ID", "JOURNAL_STREAM", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID",
    "LOGNAME", "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "NOTIFY_SOCKET", "RUNTIME_DIRECTORY",
    "STATE_DIRECTORY", "SYSTEMD_EXEC_PID", "TRIGGER_PATH", "TRIGGER_TIMER_MONOTONIC_USEC",
    "TRIGGER_TIMER_REALTIME_USEC", "TRIGGER_UNIT",
  ]

  /// Those in the text of a configuration file.
  public static func inFile(_ text: String) -> [MisspeltName] {
    EnvironmentFile.names(text).compactMap { MisspeltName($0.name, line: $0.line) }
  }

  private init?(_ name: String, line: Int?) {
    // A shell's word, which systemd takes for a part of the name, and drops both.
    let words = name.utf8.contains(UInt8(ascii: " ")) ? name.split(separator: " ") : []
    let bare = words.count == 2 && words[0] == "export" ? String(words[1]) : name
    guard !Configuration.variables.contains(name), bare.utf8.count >= Self.shortest,
      let likely = Configuration.variables.contains(bare)
        ? bare : NearestName.of(bare, among: Configuration.variables)
    else { return nil }
    (self.name, self.line, self.likely) = (name, line, likely)
  }

  /// In bytes. Shorter names are everybody's.
  private static let shortest = 5
}
