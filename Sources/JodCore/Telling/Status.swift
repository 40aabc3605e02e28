/// `status.json`, and what `status --json` prints (specification, Status). Times are RFC 3339 in UTC.
public struct Status: Hashable, Sendable {
  public enum StorageState: String, Sendable, CaseIterable, JSONCodable {
    case ready, up, silent, down, waking, stopping, unknown
  }

  public struct Storage: Hashable, Sendable {
    public var state: StorageState
    public var since: String?
  }

  public struct Person: Hashable, Sendable {
    public var user: String
    public var client: String
    public var device: String
    public var kind: ActiveSession.Kind
  }

  public struct Activity: Hashable, Sendable {
    /// Null where Jellyfin did not say.
    public var active: Bool?
    public var since: String?
    public var sessions: [Person]
    /// Who has used up `BROWSING_LIMIT`, and does not count until they were quiet or play.
    public var spent: [Person] = []
  }

  public struct Waking: Hashable, Sendable {
    /// The last wake request.
    public var last: String?
    /// When the wake that runs began.
    public var began: String?
    public var requests: Int
  }

  public struct PowerOff: Hashable, Sendable {
    public var at: String?
    public var blockedBy: String?

    public init() {}

    init(at: String?, blockedBy: String?) { (self.at, self.blockedBy) = (at, blockedBy) }
  }

  public struct Hold: Hashable, Sendable {
    public var until: String?

    public init() {}

    init(until: String?) { self.until = until }
  }

  public var storage: Storage
  public var activity: Activity
  public var idleSeconds: Int?
  public var wake: Waking
  public var poweroff: PowerOff
  public var hold: Hold
  public var trouble: String?
  public var reason: String?
  public var checkedAt: String?
  public var checkIntervalSeconds: Int?
  public var dryRun: Bool
  public var warnings: [String]

  /// Before the first check.
  public static let nothingKnown = Status(
    storage: Storage(state: .unknown, since: nil), activity: Activity(active: nil, since: nil, sessions: []),
    idleSeconds: nil, wake: Waking(last: nil, began: nil, requests: 0),
    poweroff: PowerOff(at: nil, blockedBy: "no check has run since this machine started"),
    hold: Hold(until: nil),
    trouble: nil, reason: nil, checkedAt: nil, checkIntervalSeconds: nil, dryRun: false, warnings: [])
}

extension Status {
  /// What is known after a run. `warnings` come beside those of the configuration.
  public init(_ configuration: Configuration, _ memory: Memory, warnings: [String]) {
    let (state, runtime) = (memory.state, memory.runtime)
    let check = runtime.lastCheck
    self.init(
      storage: Self.storage(configuration, memory),
      activity: Activity(
        active: check?.active.map { !$0.isEmpty }, since: state.activity.map { UTC.text($0.since.wall) },
        sessions: (check?.active ?? []).map(Person.init),
        spent: state.spentBrowsing.people.prefix(Event.Facts.listedSessions).map(Person.init)),
      idleSeconds: runtime.idle.map { Int($0.seconds) },
      wake: Waking(
        last: state.requests.latest.map { UTC.text($0.wall) },
        began: state.undertaking.wake.map { UTC.text($0.began.wall) },
        requests: state.undertaking.wake?.requests ?? 0),
      poweroff: Self.powerOff(memory), hold: Hold(until: state.hold.map { UTC.text($0.until) }),
      trouble: check?.trouble, reason: check?.reason, checkedAt: check.map { UTC.text($0.at.wall) },
      checkIntervalSeconds: Int(configuration.checkInterval), dryRun: configuration.dryRun,
      warnings: configuration.warnings + memory.warnings(Self.now(memory)) + warnings)
  }

  /// As of the last check.
  private static func now(_ memory: Memory) -> Now {
    let at = memory.runtime.lastCheck?.at ?? Moment()
    return Now(moment: at, uptime: at.boot)
  }

  private static func storage(_ configuration: Configuration, _ memory: Memory) -> Storage {
    let probeSince = memory.runtime.probeSince.map { UTC.text($0.wall) }
    let knownSince = memory.state.storage.since.map { UTC.text($0.wall) }
    if let stopping = memory.state.undertaking.stopping {
      return Storage(state: .stopping, since: UTC.text(stopping.since.wall))
    }
    if let wake = memory.state.undertaking.wake, memory.runtime.probe != .ready {
      return Storage(state: .waking, since: UTC.text(wake.began.wall))
    }
    switch memory.runtime.probe {
    case .ready: return Storage(state: .ready, since: knownSince)
    case .up: return Storage(state: .up, since: probeSince)
    case .silent where memory.state.storage.known == .down: return Storage(state: .down, since: knownSince)
    case .silent: return Storage(state: .silent, since: probeSince)
    case nil: return Storage(state: .unknown, since: nil)
    }
  }

  private static func powerOff(_ memory: Memory) -> PowerOff {
    guard let check = memory.runtime.lastCheck else { return nothingKnown.poweroff }
    var objections = check.objections
    if let hold = memory.state.hold { objections.insert("a hold until \(UTC.text(hold.until))", at: 0) }
    var time = check.powerOffIn.map { check.at.wall + $0 }
    if let refusal = memory.state.undertaking.refusal, objections.isEmpty {
      objections = [Words.refusal(refusal.reason)]
      time = refusal.at.wall + Refusal.retry
    }
    let at = memory.state.hold.map { hold in time.map { max($0, hold.until) } } ?? time
    return PowerOff(
      at: at.map { UTC.text($0) }, blockedBy: objections.isEmpty ? nil : objections.joined(separator: "; "))
  }
}

// MARK: - For people

extension Status {
  /// The line of `systemctl status`, such as `Storage off · no activity for 2h 5min · last woken 18:02`.
  ///
  /// - Parameter clock: writes a time of the wall clock as a person here reads it.
  public func summary(now: Seconds, clock: (Seconds) -> String) -> String {
    var parts = ["Storage \(storageWords)", activityWords(now: now)]
    if let last = wake.last.flatMap(UTC.parse) { parts.append("last woken \(clock(last))") }
    if let trouble { parts.insert("Trouble: \(trouble)", at: 0) }
    if dryRun { parts.append("dry run") }
    return parts.joined(separator: " · ")
  }

  /// What `jod-check status` prints.
  public func page(now: Seconds, clock: (Seconds) -> String) -> String {
    guard let checked = checkedAt.flatMap(UTC.parse) else {
      return (trouble.map { "\($0)\n" } ?? "")
        + "No check has run since this machine started.\nStart the timer with `systemctl enable --now jod-check.timer`, or run one check now with `systemctl start jod-check`.\n"
    }
    // Beside trouble, the rest may be old news.
    var rows = trouble.map { [("Trouble", $0)] } ?? []
    let since = storage.since.flatMap(UTC.parse).map { ", since \(clock($0))" } ?? ""
    rows.append(("Storage", storageWords + since))
    rows.append(("Activity", activity.active == nil ? "unknown" : activityWords(now: now)))
    rows += activity.sessions.map { ("", $0.words) }
    rows += activity.spent.map {
      ("", "\($0.words): counts no longer, until it was quiet or plays (BROWSING_LIMIT)")
    }
    rows.append(("Last wake", wake.last.flatMap(UTC.parse).map(clock) ?? "never"))
    rows.append(("Power-off", powerOffWords(clock)))
    rows.append(("Next", nextWords))
    if let reason { rows.append(("Why", reason)) }
    rows += warnings.map { ("Warning", $0) }
    rows.append(("Checked", "\(clock(checked)), \(ago(now - checked))"))
    return rows.map { name, text in name.padded(to: 10) + text + "\n" }.joined()
  }

  /// Whether a check should have come by now.
  public func isOverdue(now: Seconds) -> Bool {
    guard let checked = checkedAt.flatMap(UTC.parse) else { return true }
    let beat = checkIntervalSeconds.map(Seconds.init) ?? Configuration.defaultCheckInterval
    return now - checked > IdleCount.patience(beat: beat)
  }

  /// Notes why no check comes any more.
  public mutating func note(_ standstill: Finding) {
    trouble = [standstill.words, standstill.remedy].compactMap { $0 }.joined(separator: " ")
  }

  private var storageWords: String {
    switch storage.state {
    case .ready: "ready"
    case .up: "on, its service not ready"
    case .silent: "did not answer once"
    case .down: "off"
    case .waking: "waking, \(Printable.count(wake.requests, "wake request")) sent"
    case .stopping: "going down"
    case .unknown: "not watched"
    }
  }

  private func activityWords(now: Seconds) -> String {
    switch activity.active {
    case nil: return "activity unknown"
    case true?:
      guard let only = activity.sessions.first, activity.sessions.count == 1 else {
        return Printable.count(activity.sessions.count, "active session")
      }
      return only.user.isEmpty ? only.words : "\(only.user) \(only.kind.rawValue)"
    case false?:
      guard let since = activity.since.flatMap(UTC.parse), now >= since + 1 else { return "no activity" }
      return "no activity for \(TimeSpan.text(now - since))"
    }
  }

  private func powerOffWords(_ clock: (Seconds) -> String) -> String {
    let why = poweroff.blockedBy.map { ": \($0)" } ?? ""
    guard let at = poweroff.at.flatMap(UTC.parse) else { return why.isEmpty ? "now" : "not now\(why)" }
    return "at \(clock(at)) at the earliest\(why)"
  }

  private var nextWords: String {
    let rhythm =
      checkIntervalSeconds.map { "a check every \(TimeSpan.text(Seconds($0)))" } ?? "the next check"
    switch storage.state {
    case .ready: return "\(rhythm); nothing to wake while the storage is ready"
    case .waking: return "\(rhythm); another wake request when the cooldown is over, while somebody is active"
    default: return "\(rhythm); a wake request as soon as somebody is active"
    }
  }

  private func ago(_ seconds: Seconds) -> String {
    guard seconds >= 0 else { return "by a clock that has been set since" }
    return seconds < 1 ? "just now" : "\(TimeSpan.text(seconds)) ago"
  }
}

extension Status.Person {
  init(_ person: ActiveSession) {
    self.init(user: person.user, client: person.client, device: person.device, kind: person.kind)
  }

  /// `Anna, browsing, Jellyfin Web on Firefox`.
  fileprivate var words: String {
    guard kind != .unknown else { return "a session that is not understood" }
    let source = [client, device].filter { !$0.isEmpty }.joined(separator: " on ")
    return [user, kind.rawValue, source].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
