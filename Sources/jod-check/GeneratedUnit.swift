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
  /// The section, and its list of times or addresses.
  private let section: String
  private let key: String
  /// What an assignment of nothing takes away besides.
  private let restored: String
  /// Whole lines that follow from the value.
  private let implied: @Sendable (String) -> String
  /// Sorts before whatever `systemctl edit` writes, so that the administrator's word comes last.
  let dropIn: String

  static let timer = GeneratedUnit(
    name: "jod-check.timer", variable: "CHECK_INTERVAL", accepted: "\(TimeSpan.accepted), 1s or more",
    value: { text in
      Configuration.checkInterval(in: ["CHECK_INTERVAL": text]).map { "\(Int(($0 * 1000).rounded()))ms" }
    },
    section: "Timer", key: "OnUnitActiveSec", restored: "OnActiveSec=1s\n",
    implied: { TimeSpan.parse($0).map { "AccuracySec=\(slack($0))ms\n" } ?? "" },
    dropIn: "00-check-interval.conf")

  /// Milliseconds that a check may come later, for this machine to wake up once for several timers: a thirtieth of the
  /// interval, and a second at most, as in the unit's own timer. More would spare a long interval next to nothing.
  private static func slack(_ interval: Seconds) -> Int { Int((min(interval / 30, 1) * 1000).rounded()) }

  static let socket = GeneratedUnit(
    name: "jod-check.socket", variable: "LISTEN_ADDRESS", accepted: Configuration.acceptedListenAddress,
    value: { Configuration.listenAddress($0)?.description },
    section: "Socket", key: "ListenStream", restored: "", implied: { _ in "" },
    dropIn: "00-listen-address.conf")

  /// An assignment of nothing empties the whole list, so that the new one takes its place.
  ///
  /// - Parameter value: nil where the administrator's follows.
  func settings(_ value: String?) -> String {
    let assignment = value.map { "\(key)=\($0)\n\(implied($0))" } ?? ""
    return """
      # Made by jod-check-generator from \(variable) in \(Settings.defaultsFile).
      [\(section)]
      \(key)=
      \(restored)\(assignment)
      """
  }

  private static let directories = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
  ]

  /// Whether the administrator has a whole unit of their own in place of ours.
  func isReplaced(_ root: String = "") -> Bool {
    Self.directories.contains { access("\(root)\($0)/\(name)", F_OK) == 0 }
  }

  /// What the administrator set with `systemctl edit`. These add up where the list is not reset first, so ours must be gone
  /// for theirs to win.
  func edited(_ root: String = "") -> String? {
    Self.directories.lazy.compactMap { directory in
      let folder = "\(root)\(directory)/\(name).d"
      return Files.names(in: folder).filter { $0.hasSuffix(".conf") }
        .compactMap { assigned(inFile: "\(folder)/\($0)") }.last
    }.first
  }

  /// The last assignment of a unit file or a drop-in that is none of nothing; nil where there is none.
  func assigned(inFile path: String) -> String? {
    Files.text(path, limit: 1 << 16)?.split(separator: "\n").filter { $0.hasPrefix("\(key)=") }
      .map { String($0.dropFirst(key.utf8.count + 1)) }.last { !$0.isEmpty }
  }

  /// Says when the timer has not heard of the configured interval yet. Only the service can tell: elsewhere the
  /// environment is somebody's own.
  static func warnings(_ settings: Settings, _ configuration: Configuration) -> [String] {
    guard settings.environment["SYSTEMD_EXEC_PID"] == "\(getpid())", !timer.isReplaced() else { return [] }
    let edited = timer.edited()
    let generated = timer.assigned(inFile: "/run/systemd/generator/\(timer.name).d/\(timer.dropIn)")
    let rhythm = (edited ?? generated).flatMap(TimeSpan.parse) ?? Configuration.defaultCheckInterval
    guard abs(rhythm - configuration.checkInterval) > 0.001 else { return [] }
    let remedy =
      edited == nil
      ? "run `systemctl daemon-reload`" : "make both the same, for ages are told by CHECK_INTERVAL"
    return [
      "CHECK_INTERVAL is \(TimeSpan.text(configuration.checkInterval)), but jod-check.timer runs every \(TimeSpan.text(rhythm)): \(remedy)."
    ]
  }
}
