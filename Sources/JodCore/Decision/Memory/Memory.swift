/// What a check remembers: what must survive a reboot, and what must not.
public struct Memory: Hashable, Sendable {
  public internal(set) var state: State
  public var runtime: Runtime
  /// What this check has seen.
  public internal(set) var seen = Seen()

  public init(state: State = State(), runtime: Runtime) {
    self.state = state
    self.runtime = runtime
  }
}

/// `state.json`: what must survive a reboot.
public struct State: Hashable, Sendable {
  public static let currentVersion = 2

  public struct Activity: Hashable, Sendable {
    public var isActive: Bool
    public var since: Moment
  }

  public internal(set) var version = currentVersion
  /// Counts the changes, so that of two copies the newer is known even where a clock was set.
  public var serial = 0
  public internal(set) var requests = WakeRequests()
  public internal(set) var undertaking = Undertaking()
  public internal(set) var storage = Storage()
  public internal(set) var activity: Activity?
  public internal(set) var counters = Counters()
  public internal(set) var hold: Hold?
  /// Those in whose presence somebody insisted on a power-off: they are not to wake it by being there.
  public internal(set) var dismissed: [ActiveSession] = []
  /// When blind: whether it was woken since it was last powered off.
  public internal(set) var isPresumedOn: Bool?
  /// Who has used up `BROWSING_LIMIT`.
  public internal(set) var spentBrowsing = SpentBrowsing()
  /// What accesses woke it for, of which Jellyfin knew nothing.
  public internal(set) var accesses = UnexplainedAccesses()
  /// The last scan of the libraries that was asked for; nil where none ever was.
  public internal(set) var scan: LibraryScan?

  public init() {}

  /// The same, with this number of changes.
  public func numbered(_ serial: Int) -> State {
    var state = self
    state.serial = serial
    return state
  }

  /// Whether the numbers can have been written by this program; a file may have been written by anything.
  public var isPlausible: Bool {
    let moments = [
      requests.last, requests.pending, storage.since, storage.byHand, storage.stoppedByUs, activity?.since,
      hold?.began, scan?.at,
    ]
    return version == Self.currentVersion && Self.isCount(serial) && counters.isPlausible
      && (moments + storage.comebacks).allSatisfy { $0?.isPlausible ?? true }
      && storage.comebacks.count <= Storage.comebacksTold && undertaking.isPlausible
      && hold?.isPlausible ?? true && spentBrowsing.isPlausible && accesses.isPlausible
  }
}

/// `runtime.json`: what must not survive a reboot, on the boot clock.
public struct Runtime: Hashable, Sendable {
  /// The last check, as `status` tells it.
  public struct Check: Hashable, Sendable {
    public var at: Moment
    /// Nil where Jellyfin did not say.
    public var active: [ActiveSession]?
    public var reason: String
    public var trouble: String?
    /// What kept the storage server from being powered off, in words; a hold is not among them, for it comes and goes
    /// between checks.
    public var objections: [String] = []
    /// Seconds from then until the last of them lifts by itself; nil where that is not known.
    public var powerOffIn: Seconds?
  }

  /// The boot it belongs to, by its id.
  public var boot: String
  public var lastCheck: Check?
  public var beat = Beat()
  public var probe: Probe?
  /// When the probe last began to answer as it does.
  public var probeSince: Moment?
  /// Since when it has been silent.
  public var silentSince: Moment?
  /// Since when the storage server has been ready without a break.
  public var readySince: Moment?
  public var unreadyChecks = 0
  public var traffic: Traffic?
  public var recordings: RecordingMemory?
  /// Nil where nothing rests on Jellyfin's tasks.
  public var tasks: TaskMemory?
  public var activity = ActivityMemory()
  /// Nil while somebody is active, and before the first look.
  public var idle: IdleCount?
  /// Whose key it is, once Jellyfin was asked.
  public var keyOwner: KeyOwner?
  /// For how long an unanswered question alone has kept the storage on; nil where something else does, or nothing.
  public var unanswered: IdleCount?
  /// The last access that waited, until long after.
  public var access: Access?
  public var jellyfinIsAway = false
  /// Since when Jellyfin has taken connections and given no answer.
  public var jellyfinWaitsSince: Moment?
  public var devicesRefused = false
  public var troubles = TroubleMemory()
  /// Who was told that the storage is starting, and not yet that it is ready.
  public var told: Told?
  /// Names that were told as misspelt.
  public var misspelt: [String]?
  public var rehearsed: Rehearsed.Kind?
  /// The state as last decided: noted here, in memory, before it is carried out or reaches the disk.
  public var state: State?

  public init(bootID: String) { boot = bootID }

  /// Notes which names are misspelt now, and returns those that were not reported since this machine started.
  public mutating func noteMisspelt(_ names: [MisspeltName]) -> [Event] {
    let news = names.filter { misspelt?.contains($0.name) != true }
    if misspelt != nil || !names.isEmpty { misspelt = names.map(\.name) }
    return news.map { Event(.configurationDoubtful, .warning, Warning.misspelt($0).words) }
  }

  /// As `State.isPlausible`.
  var isPlausible: Bool {
    silentSince?.isPlausible ?? true && (0...2).contains(unreadyChecks) && readySince?.isPlausible ?? true
      && jellyfinWaitsSince?.isPlausible ?? true && traffic?.isPlausible ?? true
      && recordings?.isPlausible ?? true && tasks?.isPlausible ?? true
      && (lastCheck?.powerOffIn).map(Moment.isBootClock) ?? true && beat.isPlausible && activity.isPlausible
      && troubles.isPlausible
      && idle?.isPlausible ?? true && unanswered?.isPlausible ?? true
      && keyOwner?.isPlausible ?? true && lastCheck?.at.isPlausible ?? true && probeSince?.isPlausible ?? true
      && state?.isPlausible ?? true && told?.wake.isPlausible ?? true && access?.seen.isPlausible ?? true
  }
}

extension Memory {
  /// The newest of what two files hold, for the boot that runs; each of them may be missing. What cannot be plausible in
  /// the runtime's is as good as missing: the checks write it anew.
  public init(state: State?, runtime: Runtime?, bootID: String) {
    let current = runtime.flatMap { $0.boot == bootID && $0.isPlausible ? $0 : nil }
    let copies = [state, current?.state].compactMap { $0 }
    self.init(
      state: copies.max { $0.serial < $1.serial } ?? State(), runtime: current ?? Runtime(bootID: bootID))
  }
}

extension Memory {
  /// Notes what `status` tells of this check.
  ///
  /// - Parameter clock: writes a time of the wall clock as a person here reads it.
  public mutating func noteCheck(
    _ verdict: Verdict, _ configuration: Configuration, _ now: Now,
    clock: (Seconds) -> String = { UTC.text($0) }
  ) {
    noteUnanswered(verdict.objections, configuration, now)
    let objections = verdict.objections.filter { !$0.isHold }
    let lifts = objections.map(\.lifts)
    // A hold alone: at once after it.
    let latest = verdict.objections.isEmpty ? nil : lifts.compactMap { $0 }.max() ?? 0
    runtime.lastCheck = Runtime.Check(
      at: now.moment, active: seen.known.map { Array($0.prefix(Event.Facts.listedSessions)) },
      reason: Words.reason(verdict.reason), trouble: nil,
      objections: objections.map { Words.objection($0, clock: clock) },
      powerOffIn: lifts.contains(nil) ? nil : latest)
  }

  private mutating func noteUnanswered(
    _ objections: [Objection], _ configuration: Configuration, _ now: Now
  ) {
    guard !objections.isEmpty, objections.allSatisfy(\.isUnanswered) else {
      runtime.unanswered = nil
      return
    }
    var count = runtime.unanswered ?? IdleCount(at: now.moment)
    count.observe(now.moment, beat: runtime.beat.length(interval: configuration.checkInterval))
    runtime.unanswered = count
  }

  /// Whether the storage server was down at the last check, and nothing was done since that could change it.
  public var knowsStorageDown: Bool {
    state.storage.known == .down && runtime.probe != .ready && state.undertaking.isDone
  }

  public mutating func set(_ hold: Hold) -> Change {
    state.hold = hold
    return .holdSet(seconds: hold.seconds, until: hold.until)
  }

  /// Takes a hold back.
  public mutating func release() -> Change {
    state.hold = nil
    return .holdEnded(byHand: true)
  }

  /// Counts a change of the state, so that of two copies the newer is known.
  public mutating func countChange() { state.serial += 1 }
}
