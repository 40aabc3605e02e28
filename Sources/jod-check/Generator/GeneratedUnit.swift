import Glibc
import JodCore

/// A unit that takes a value from `/etc/default/jod-check`, by a drop-in that the generator writes.
struct GeneratedUnit: Sendable {
  let name: String
  let variable: String
  /// What the variable accepts, for an error.
  let accepted: String
  /// The value as systemd reads it; nil where it is not understood.
  let value: @Sendable (String) -> String?
  /// The section, and the kind of entry that the value is in its list.
  private let section: String
  let key: String
  /// All kinds of entries of that list: an assignment of nothing to any of them empties it.
  private let list: Set<String>
  /// The entry that makes a timer elapse for the first time; none of a socket.
  private let first: UnitFile.Assignment?
  /// Whole lines that follow from the value.
  private let implied: @Sendable (String) -> String
  /// Sorts before what `systemctl edit` writes, so that the administrator's setting comes last.
  let dropIn: String
  /// Sorts after that, and adds what the administrator's setting removed unintentionally.
  let lastDropIn = "zzz-jod-check.conf"

  static let timer = GeneratedUnit(
    name: "jod-check.timer", variable: "CHECK_INTERVAL", accepted: "\(TimeSpan.accepted), 1s or more",
    value: { text in
      Configuration.checkInterval(in: ["CHECK_INTERVAL": text]).map { "\(Int(($0 * 1000).rounded()))ms" }
    },
    section: "Timer", key: "OnUnitActiveSec", list: repeating.union(starting),
    first: UnitFile.Assignment("OnActiveSec", "1s"),
    implied: { TimeSpan.parse($0).map { "AccuracySec=\(slack($0))ms\n" } ?? "" },
    dropIn: "0-check-interval.conf")

  /// These count from a start of the service, and never elapse before there was one (systemd.timer(5)).
  private static let repeating: Set = ["OnUnitActiveSec", "OnUnitInactiveSec"]
  private static let starting: Set = ["OnActiveSec", "OnBootSec", "OnStartupSec", "OnCalendar"]

  /// Milliseconds that a check may come later, for this machine to wake up once for several timers: a thirtieth of the
  /// interval, and a second at most, as in the unit's own timer. More would spare a long interval next to nothing.
  private static func slack(_ interval: Seconds) -> Int { Int((min(interval / 30, 1) * 1000).rounded()) }

  static let socket = GeneratedUnit(
    name: "jod-check.socket", variable: "LISTEN_ADDRESS", accepted: Configuration.acceptedListenAddress,
    value: { Configuration.listenAddress($0).map(listenStream) },
    section: "Socket", key: "ListenStream",
    list: [
      "ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenSpecial",
      "ListenNetlink",
      "ListenMessageQueue", "ListenUSBFunction",
    ],
    first: nil, implied: { _ in "" }, dropIn: "0-listen-address.conf")

  /// systemd wants a zone behind the port (systemd.socket(5)), and its percent sign twice, for one begins a specifier.
  private static func listenStream(_ address: Endpoint) -> String {
    let parts = address.host.split(separator: "%")
    let bare = Endpoint(host: String(parts[0]), port: address.port).description
    return ([bare] + parts.dropFirst().map(String.init)).joined(separator: "%%")
  }

  static let path = GeneratedUnit(
    name: "jod-check-jellyfin.path", variable: "JELLYFIN_LOG_DIRECTORY",
    accepted: Configuration.acceptedLogDirectory,
    value: { Configuration.jellyfinLogDirectory(in: ["JELLYFIN_LOG_DIRECTORY": $0]).map(watched) },
    section: "Path", key: "PathModified",
    list: ["PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty"],
    first: nil, implied: { _ in "" }, dropIn: "0-log-directory.conf")

  /// systemd takes blanks at the end of a line away, and a backslash there for a line that goes on; a slash it takes away
  /// itself.
  private static func watched(_ folder: String) -> String {
    let text = folder.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
    return text.hasSuffix("\\") || text.hasSuffix(" ") ? "\(text)/" : text
  }

  /// The drop-ins that this unit needs, by their names.
  ///
  /// - Parameter value: nil where the administrator's entry stands alone, or the unit's own.
  func dropIns(_ value: String?, _ edit: Edit) -> [String: String] {
    let head = "# Made by jod-check-generator from \(variable) in \(Settings.defaultsFile).\n[\(section)]\n"
    let restored = first.map { "\($0.key)=\($0.value)\n" } ?? ""
    var texts: [String: String] = [:]
    if !edit.isReset, value != nil || edit.has(key) {
      let assignment = value.map { "\(key)=\($0)\n\(implied($0))" } ?? ""
      // An assignment of nothing empties the whole list, so that the new entry takes the place of the unit's own.
      texts[dropIn] = "\(head)\(key)=\n\(restored)\(assignment)"
    }
    if edit.isReset, edit.keys.isSubset(of: Self.repeating), !edit.keys.isEmpty, !restored.isEmpty {
      texts[lastDropIn] = head + restored
    }
    return texts
  }

  private static let directories = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
  ]

  /// Whether the administrator has a whole unit of their own in place of ours.
  func isReplaced(_ root: String = "") -> Bool {
    Self.directories.contains { access("\(root)\($0)/\(name)", F_OK) == 0 }
  }

  /// What the administrator's drop-ins make of the unit's list.
  struct Edit {
    /// Whether what came before is gone, ours included.
    var isReset = false
    var entries: [UnitFile.Assignment] = []

    var keys: Set<String> { Set(entries.map(\.key)) }
    func has(_ key: String) -> Bool { keys.contains(key) }
  }

  /// What was set with `systemctl edit`, or by another's drop-in.
  func edit(_ root: String = "") -> Edit {
    var edit = Edit()
    for assignment in DropIns.paths(of: name, under: root).flatMap(assignments) {
      if assignment.value.isEmpty {
        edit = Edit(isReset: true)
      } else {
        edit.entries.append(assignment)
      }
    }
    return edit
  }

  /// Those of the unit's list.
  private func assignments(inFile path: String) -> [UnitFile.Assignment] {
    guard let bytes = try? Files.read(path, limit: 1 << 16) else { return [] }
    return UnitFile.assignments(String(decoding: bytes, as: UTF8.self), section: section)
      .filter { list.contains($0.key) }
  }

  /// The times between two starts that are in force besides what the administrator reset; the shortest is the rhythm.
  static func rhythm(_ root: String = "") -> Seconds? {
    let edit = timer.edit(root)
    var entries = edit.entries
    if !edit.isReset, !edit.has(timer.key) {
      let generated = "\(root)/run/systemd/generator/\(timer.name).d/\(timer.dropIn)"
      let own = timer.assignments(inFile: generated).filter { !$0.value.isEmpty }
      entries += own.isEmpty ? [UnitFile.Assignment(timer.key, "\(Configuration.defaultCheckInterval)")] : own
    }
    return entries.filter { $0.key == timer.key }.compactMap { TimeSpan.parse($0.value) }.min()
  }

  /// A timer that has another interval than the configured one. Only the service can tell: elsewhere the environment is
  /// somebody's own.
  static func warning(_ settings: Settings, _ configuration: Configuration) -> Warning? {
    guard settings.environment["SYSTEMD_EXEC_PID"] == "\(getpid())", !timer.isReplaced(),
      let rhythm = rhythm(),
      abs(rhythm - configuration.checkInterval) > 0.001
    else { return nil }
    let edit = timer.edit()
    return .otherTimer(
      interval: configuration.checkInterval, timer: rhythm, isEdited: edit.isReset || edit.has(timer.key))
  }
}
