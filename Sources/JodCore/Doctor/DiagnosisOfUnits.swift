/// What systemd makes of jod-check's units.
extension Diagnosis {
  /// What `jod-check.timer` is to systemd.
  public struct Timer: Hashable, Sendable {
    /// When the next check comes.
    public enum Next: Hashable, Sendable {
      /// In so many seconds.
      case within(Seconds)
      /// By the calendar, or when the check that runs is over.
      case certain
      /// Never: what is left of the timer has elapsed.
      case never
    }

    /// systemd's word: `loaded`, `not-found`, `masked`, `bad-setting`, `error`.
    public var loadState = "loaded"
    public var isActive = true
    public var isEnabled = true
    /// The shortest of those that count from a check.
    public var interval: Seconds?
    public var next = Next.certain

    public init(
      loadState: String = "loaded", isActive: Bool = true, isEnabled: Bool = true, interval: Seconds? = nil,
      next: Next = .certain
    ) {
      (self.loadState, self.isActive, self.isEnabled) = (loadState, isActive, isEnabled)
      (self.interval, self.next) = (interval, next)
    }

    /// Those that `init(properties:now:)` reads.
    public static let properties =
      "LoadState,ActiveState,SubState,UnitFileState,TimersMonotonic,NextElapseUSecMonotonic,NextElapseUSecRealtime"

    /// Reads what `systemctl show` prints of its properties.
    ///
    /// - Parameter now: the monotonic clock.
    public init(properties: String, now: Seconds) {
      let shown = Shown(properties)
      loadState = shown["LoadState"] ?? "not-found"
      isActive = shown["ActiveState"] == "active"
      isEnabled = shown["UnitFileState"] == "enabled"
      interval = shown.intervals.min()
      next = Self.next(shown, now: now)
    }

    private static func next(_ shown: Shown, now: Seconds) -> Next {
      switch shown["SubState"] {
      case "running": return .certain
      case "elapsed": return .never
      default: break
      }
      // A calendar's time is that of a zone and a language; that there is one is enough.
      if let calendar = shown["NextElapseUSecRealtime"], !["", "n/a", "0"].contains(calendar) {
        return .certain
      }
      guard let next = shown["NextElapseUSecMonotonic"].flatMap(TimeSpan.parse) else { return .never }
      return .within(max(0, next - now))
    }
  }

  /// Lines of `systemctl show`.
  private struct Shown {
    let lines: [Substring]

    init(_ text: String) { lines = text.split(separator: "\n") }

    subscript(name: String) -> String? {
      lines.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    var intervals: [Seconds] {
      let name = "OnUnitActiveUSec="
      return lines.compactMap { line in
        line.place(of: name).flatMap {
          TimeSpan.parse(String(line[$0.upperBound...].prefix { $0 != ";" }))
        }
      }
    }
  }

  /// Whether something checks every `CHECK_INTERVAL`.
  ///
  /// - Parameters:
  ///   - timer: nil where systemd cannot be asked.
  ///   - interval: nil where `CHECK_INTERVAL` is not understood.
  public static func timer(_ timer: Timer?, interval: Seconds?) -> Finding {
    guard let timer else {
      return .warning(
        timerSubject, "systemd cannot be asked.",
        remedy: "Without systemd, let something else run jod-check every CHECK_INTERVAL.")
    }
    if let fault = standstill(timer) { return fault }
    if let interval, let fault = otherRhythm(timer, interval) { return fault }
    guard timer.isEnabled else {
      return .warning(timerSubject, "runs, but not after the next start of this machine.", remedy: enable)
    }
    return .good(timerSubject, "runs\(timer.interval.map { " every \(TimeSpan.text($0))" } ?? "")")
  }

  private static let timerSubject = "Timer"
  private static let enable = "Run `systemctl enable --now jod-check.timer`."

  /// Why no check comes any more; nil where one does.
  public static func standstill(_ timer: Timer) -> Finding? {
    switch timer.loadState {
    case "loaded": break
    case "not-found":
      return .fault(
        timerSubject, "jod-check.timer is not installed.",
        remedy: "Install the package again, or `make install`.")
    case "masked":
      return .fault(
        timerSubject, "jod-check.timer is masked: the storage is neither woken nor powered off.",
        remedy: "Run `systemctl unmask jod-check.timer`, and then `systemctl enable --now jod-check.timer`.")
    default:
      return .fault(
        timerSubject,
        "systemd refuses jod-check.timer (\(timer.loadState)): the storage is neither woken nor powered off.",
        remedy:
          "`systemctl status jod-check.timer` says why, `systemctl edit jod-check.timer` corrects it, and `systemctl revert jod-check.timer` takes every edit back."
      )
    }
    guard timer.isActive else {
      return .fault(
        timerSubject, "jod-check.timer does not run: the storage is neither woken nor powered off.",
        remedy: enable)
    }
    guard timer.next != .never else {
      return .fault(
        timerSubject,
        "jod-check.timer has elapsed, and never will again: the storage is neither woken nor powered off.",
        remedy:
          "Run `systemctl daemon-reload` and `systemctl restart jod-check.timer`. Where that does not last, an edit removed what makes it elapse for the first time: `systemctl edit jod-check.timer` and put OnActiveSec=1s beside OnUnitActiveSec=."
      )
    }
    return nil
  }

  private static func otherRhythm(_ timer: Timer, _ interval: Seconds) -> Finding? {
    if let actual = timer.interval, abs(actual - interval) > 0.001 {
      return .fault(
        timerSubject,
        "runs every \(TimeSpan.text(actual)), but CHECK_INTERVAL is \(TimeSpan.text(interval)).",
        remedy:
          "Run `systemctl daemon-reload`; what `systemctl edit jod-check.timer` has set wins, and must be the same."
      )
    }
    // What it was set to is one thing; a timer that was set otherwise since waits for what it had.
    guard case .within(let wait) = timer.next, wait > interval + slack else { return nil }
    return .fault(
      timerSubject,
      "elapses next in \(TimeSpan.text(wait)), but CHECK_INTERVAL is \(TimeSpan.text(interval)).",
      remedy: "Run `systemctl restart jod-check.timer`.")
  }

  /// Seconds beyond the interval: `AccuracySec=` is a second at most, and the question takes a moment.
  private static let slack: Seconds = 2
}

// MARK: - The sandbox

extension Diagnosis {
  /// What `jod-check.service` hides from the checks, as systemd has it, edits included.
  public struct Sandbox: Hashable, Sendable {
    public static let properties = "PrivateTmp,ProtectHome,RestrictAddressFamilies"

    /// A directive that hides folders (systemd.exec(5)).
    struct Directive: Hashable, Sendable {
      let name: String
      let folders: [String]
      /// What is mounted below is gone from the table of mounts as well, and with it the traffic. `PrivateTmp=yes` only
      /// covers it.
      let hidesMounts: Bool

      func hides(_ path: String) -> Bool { folders.contains { path == $0 || path.hasPrefix("\($0)/") } }
    }

    let directives: [Directive]
    /// Whether the service may ask the kernel for this machine's connections (netlink(7)).
    let mayAskKernel: Bool

    /// Reads what `systemctl show` prints of its properties.
    public init(properties: String) {
      let shown = Shown(properties)
      let temporary = shown["PrivateTmp"] ?? "no"
      let home = shown["ProtectHome"] ?? "no"
      let all = [
        temporary == "no"
          ? nil
          : Directive(
            name: "PrivateTmp=", folders: ["/tmp", "/var/tmp"], hidesMounts: temporary == "disconnected"),
        ["yes", "tmpfs"].contains(home)
          ? Directive(name: "ProtectHome=", folders: ["/home", "/root", "/run/user"], hidesMounts: true)
          : nil,
      ]
      directives = all.compactMap { $0 }
      let families = (shown["RestrictAddressFamilies"] ?? "").split(separator: " ")
      let isNamed = families.contains { $0 == "AF_NETLINK" || $0 == "~AF_NETLINK" }
      // Empty, there is no restriction; after a tilde, those are named that may not.
      mayAskKernel = families.first.map { $0.hasPrefix("~") != isNamed } ?? true
    }

    func directive(thatHides path: String) -> Directive? { directives.first { $0.hides(path) } }
  }

  /// A line for each network mount whose traffic no check can see.
  public static func hiddenMounts(_ mounts: Mounts, _ sandbox: Sandbox) -> [Finding] {
    let paths = Set((mounts.entries.filter(\.isNetwork) + mounts.wanted).map(\.path)).sorted()
    return paths.compactMap { path in
      guard let directive = sandbox.directive(thatHides: path), directive.hidesMounts else { return nil }
      return .fault(
        "Mounts",
        "\(directive.name) of jod-check.service hides \(Printable.quoted(path)): no check can see whether it is mounted when the storage is powered off, or what is read there by UDP.",
        remedy:
          "Mount it elsewhere, such as below /srv, or take the edit back that hides it: `systemctl cat jod-check.service`."
      )
    }
  }

  /// A line for each file that a variable names and no check can see.
  ///
  /// - Parameter files: the variables with their paths.
  public static func hiddenFiles(_ files: [(variable: String, path: String)], _ sandbox: Sandbox) -> [Finding]
  {
    files.compactMap { variable, path in
      guard let directive = sandbox.directive(thatHides: path) else { return nil }
      return .fault(
        "Files",
        "\(variable) names \(Printable.quoted(path)), which \(directive.name) of jod-check.service hides from the checks.",
        remedy: "Put it elsewhere, such as below /usr/local, and set \(variable) to that.")
    }
  }
}
