/// `status.json`, and what `status --json` prints (specification, Status). Times are RFC 3339 in UTC.
public struct Status: Hashable, Sendable {
  public enum StorageState: String, Sendable, CaseIterable, JSONCodable {
    case ready, up, silent, down, waking, stopping, unknown
  }

  public struct Storage: Hashable, Sendable {
    public var state: StorageState
    public var since: String?
    /// Whether anything tells what it does; else it is only presumed.
    public var isWatched = true
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
    /// Seconds that one takes as a rule.
    public var usualSeconds: Seconds?

    init(
      last: String? = nil, began: String? = nil, requests: Int, usualSeconds: Seconds? = nil
    ) {
      (self.last, self.began, self.requests, self.usualSeconds) = (last, began, requests, usualSeconds)
    }
  }

  public struct PowerOff: Hashable, Sendable {
    public var at: String?
    public var blockedBy: String?
    /// The same by the names of the rules and their variables.
    public var rules: [String] = []

    public init() {}

    init(at: String?, blockedBy: String?, rules: [String] = []) {
      (self.at, self.blockedBy, self.rules) = (at, blockedBy, rules)
    }
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
  public var troubleSince: String?
  public var troubleRemedy: String?
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
  public init(_ configuration: Configuration, _ memory: Memory, warnings: [Warning]) {
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
        requests: state.undertaking.wake?.requests ?? 0, usualSeconds: state.counters.timeToReady.usual),
      poweroff: Self.powerOff(memory), hold: Hold(until: state.hold.map { UTC.text($0.until) }),
      trouble: check?.trouble, troubleSince: check?.troubleSince.map { UTC.text($0) },
      troubleRemedy: check?.remedy, reason: check?.reason, checkedAt: check.map { UTC.text($0.at.wall) },
      checkIntervalSeconds: Int(configuration.checkInterval), dryRun: configuration.dryRun,
      warnings: (configuration.warnings + memory.warnings(Self.now(memory)) + warnings).map(\.words))
  }

  /// As of the last check.
  private static func now(_ memory: Memory) -> Now {
    let at = memory.runtime.lastCheck?.at ?? Moment()
    return Now(moment: at, uptime: at.boot)
  }

  private static func storage(_ configuration: Configuration, _ memory: Memory) -> Storage {
    var storage = seen(memory)
    storage.isWatched = !configuration.isBlind
    return storage
  }

  private static func seen(_ memory: Memory) -> Storage {
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
    var (objections, rules) = (check.objections, check.rules)
    if memory.state.hold != nil {
      objections.insert("a hold keeps it on", at: 0)
      rules.insert("a hold is in force", at: 0)
    }
    var time = check.powerOffIn.map { check.at.wall + $0 }
    if let refusal = memory.state.undertaking.refusal, objections.isEmpty {
      objections = [Words.stay(refusal.reason)]
      time = refusal.at.wall + Refusal.retry
    }
    if let hold = memory.state.hold, let own = time, own <= hold.until { objections = [objections[0]] }
    let at = memory.state.hold.map { hold in time.map { max($0, hold.until) } } ?? time
    return PowerOff(
      at: at.map { UTC.text($0) }, blockedBy: objections.isEmpty ? nil : objections.joined(separator: "; "),
      rules: rules)
  }
}

extension Status {
  /// Whether a check should have come by now.
  public func isOverdue(now: Seconds) -> Bool {
    guard let checked = checkedAt.flatMap(UTC.parse) else { return true }
    let beat = checkIntervalSeconds.map(Seconds.init) ?? Configuration.defaultCheckInterval
    return now - checked > IdleCount.longestGap(beat: beat)
  }

  /// Notes why no check comes any more.
  public mutating func note(_ standstill: Finding) {
    (trouble, troubleSince, troubleRemedy) = (standstill.words, checkedAt, standstill.remedy)
  }
}

extension Status.Person {
  init(_ person: ActiveSession) {
    self.init(user: person.user, client: person.client, device: person.device, kind: person.kind)
  }
}
