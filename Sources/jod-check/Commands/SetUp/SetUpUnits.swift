import JodCore

/// The units of systemd that set-up starts.
extension SetUp {
  /// Whether the timer runs.
  func startUnits() -> Bool {
    _ = systemctl("daemon-reload")
    if let mountChanges { start(mountChanges) }
    let isListening = startSocket()
    let isOn = systemctl("enable", "--now", "jod-check.timer") == nil
    // What it starts beside itself may be another now.
    let words = systemctl("restart", "jod-check.timer")
    if let words, !isOn {
      interview.warn("jod-check.timer does not run: \(words)")
    } else {
      interview.good("jod-check.timer runs, and so it does after each start of this machine.")
    }
    if isListening { interview.good("jod-check.socket listens.") }
    return words == nil
  }

  /// systemd refuses to start a socket while its service runs, which is a matter of seconds.
  private func startSocket() -> Bool {
    _ = systemctl("enable", "jod-check.socket")
    var words: String?
    for _ in 0..<8 {
      words = systemctl("restart", "jod-check.socket")
      if words == nil { return true }
      Deadline(in: 1).wait()
    }
    interview.warn("jod-check.socket does not listen: \(words ?? "")")
    return false
  }

  private func start(_ changes: MountChanges) {
    for unit in changes.disabled { _ = systemctl("disable", unit) }
    for unit in changes.enabled { _ = systemctl("enable", unit) }
    for (mount, automount) in changes.replaced {
      _ = systemctl("stop", mount)
      if let words = systemctl("start", automount) {
        interview.warn(
          "\(automount) does not run yet, and will after the next start of this machine: \(words)")
      }
    }
    for path in changes.paths
    where !changes.replaced.contains(where: { $0.automount == UnitName.ofPath(path, ".automount") }) {
      // A unit that is up keeps what it hung on when it was started, ignoring: the next mount has it.
      _ = UnitName.ofPath(path, ".automount").map { systemctl("start", $0) }
    }
  }

  /// Nil where it was done, else why not.
  private func systemctl(_ words: String...) -> String? {
    let ended = try? Subprocess(["systemctl", "--quiet"] + words).run(timeLimit: 100)
    if ended?.status == 0 { return nil }
    let last = ended?.errors.split(separator: "\n").first.map(String.init)
    return Printable.clean(last ?? "systemctl cannot be run", limit: 200)
  }
}
