import Glibc
import JodCore

/// `jod-check-generator`: carries `CHECK_INTERVAL` from `/etc/default/jod-check` into the timer (systemd.generator(7)).
///
/// It runs early at every boot and `daemon-reload`, so it never fails: with a bad value the timer keeps its own.
enum Generator {
  /// Returns the exit status. The first argument after the name is where drop-ins of normal priority go.
  static func run(_ arguments: [String], root: String = "") -> Int32 {
    guard arguments.count == 2 || arguments.count == 4 else {
      log(
        "started without the directories that systemd hands to a generator (systemd.generator(7)); nothing was written"
      )
      return 0
    }
    do {
      let environment = try Settings.defaults(root + Settings.defaultsFile)
      if TimerUnit.isReplaced(root) { return 0 }
      if TimerUnit.edited(root) != nil { return try write(nil, under: arguments[1]) }
      guard environment["CHECK_INTERVAL"]?.isEmpty == false else { return 0 }
      guard let interval = Configuration.checkInterval(in: environment) else {
        log(
          "CHECK_INTERVAL in \(Settings.defaultsFile) is \(Printable.quoted(environment["CHECK_INTERVAL"] ?? "")), which is not understood; accepted: \(TimeSpan.accepted), 1s or more; the timer keeps to \(TimeSpan.text(Configuration.defaultCheckInterval))"
        )
        return 0
      }
      return try write(interval, under: arguments[1])
    } catch {
      log("\(error); the timer keeps to \(TimeSpan.text(Configuration.defaultCheckInterval))")
    }
    return 0
  }

  private static func write(_ interval: Seconds?, under directory: String) throws(SystemError) -> Int32 {
    let folder = "\(directory)/jod-check.timer.d"
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw SystemError("create \(folder)") }
    try Files.replace(
      "\(folder)/\(TimerUnit.dropIn)", with: Array(TimerUnit.settings(interval).utf8), mode: 0o644,
      durable: false)
    return 0
  }

  /// Generators run before there is a journal, so they log to the kernel's ring buffer, which journald reads later.
  private static func log(_ sentence: String) {
    let line = "<4>jod-check-generator[\(getpid())]: \(sentence)\n"
    let descriptor = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY)
    if descriptor >= 0, isatty(STDERR_FILENO) == 0 {
      defer { close(descriptor) }
      if (try? Files.write(Array(line.utf8), to: descriptor, name: "/dev/kmsg")) != nil { return }
    }
    // In a container there is no such buffer. The journal is there by then, or nobody is told.
    Journal.send(["MESSAGE": sentence, "PRIORITY": "4", "SYSLOG_IDENTIFIER": "jod-check-generator"])
    Output.complain(sentence)
  }
}

/// `jod-check.timer` as systemd was last told of it.
enum TimerUnit {
  /// Sorts before whatever `systemctl edit` writes, so that the administrator's word comes last.
  static let dropIn = "00-check-interval.conf"

  /// An assignment of nothing empties the whole list of a timer's times, so the first run is set again.
  ///
  /// - Parameter interval: nil where the administrator's follows.
  static func settings(_ interval: Seconds?) -> String {
    let rhythm = interval.map { "OnUnitActiveSec=\(Int(($0 * 1000).rounded()))ms\n" } ?? ""
    return """
      # Made by jod-check-generator from CHECK_INTERVAL in \(Settings.defaultsFile).
      [Timer]
      OnUnitActiveSec=
      OnActiveSec=1s
      \(rhythm)
      """
  }

  private static let directories = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
  ]

  /// Whether the administrator has a whole unit of their own in place of ours.
  static func isReplaced(_ root: String = "") -> Bool {
    directories.contains { access("\(root)\($0)/jod-check.timer", F_OK) == 0 }
  }

  /// The rhythm that the administrator set with `systemctl edit`. These times add up where the list is not reset first, so
  /// ours must be gone for theirs to win.
  static func edited(_ root: String = "") -> Seconds? {
    directories.lazy.compactMap { directory in
      let folder = "\(root)\(directory)/jod-check.timer.d"
      return Files.names(in: folder).filter { $0.hasSuffix(".conf") }
        .compactMap { interval(inFile: "\(folder)/\($0)") }.last
    }.first
  }

  /// The last `OnUnitActiveSec=` of a unit file or a drop-in; nil where there is none.
  static func interval(inFile path: String) -> Seconds? {
    Files.text(path, limit: 1 << 16)?.split(separator: "\n")
      .filter { $0.hasPrefix("OnUnitActiveSec=") }.compactMap { TimeSpan.parse(String($0.dropFirst(16))) }
      .last
  }

  /// Says when the timer has not heard of the configured interval yet. Only the service can tell: elsewhere the
  /// environment is somebody's own.
  static func warnings(_ settings: Settings, _ configuration: Configuration) -> [String] {
    guard settings.environment["SYSTEMD_EXEC_PID"] == "\(getpid())" else { return [] }
    guard !isReplaced() else { return [] }
    let edited = edited()
    let generated = interval(inFile: "/run/systemd/generator/jod-check.timer.d/\(dropIn)")
    let timer = edited ?? generated ?? Configuration.defaultCheckInterval
    guard abs(timer - configuration.checkInterval) > 0.001 else { return [] }
    let remedy =
      edited == nil
      ? "run `systemctl daemon-reload`" : "make both the same, for ages are told by CHECK_INTERVAL"
    return [
      "CHECK_INTERVAL is \(TimeSpan.text(configuration.checkInterval)), but jod-check.timer runs every \(TimeSpan.text(timer)): \(remedy)."
    ]
  }
}
