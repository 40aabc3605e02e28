/// What a check remembers: what must survive a reboot, and what must not.
public struct Memory: Hashable, Sendable {
  public var state: State
  public var runtime: Runtime

  public init(state: State = State(), runtime: Runtime) {
    self.state = state
    self.runtime = runtime
  }
}

/// `state.json`: what must survive a reboot.
public struct State: Hashable, Sendable {
  public static let currentVersion = 1

  /// An attempt to get the storage server ready, of one or more requests.
  public struct Wake: Hashable, Sendable {
    public var began: Moment
    public var requests = 1
    public var failed = false
    /// When the last activity that asked for it ended; nil while it lasts.
    public var activityEnded: Moment?

    public init(began: Moment) { self.began = began }
  }

  public struct Storage: Hashable, Sendable {
    /// One lost probe changes nothing here.
    public enum Known: String, Sendable, JSONCodable { case unknown, ready, up, down }

    public var known = Known.unknown
    public var since: Moment?

    public init() {}
  }

  public struct Activity: Hashable, Sendable {
    public var isActive: Bool
    public var since: Moment
  }

  public internal(set) var version = currentVersion
  /// Counts the changes, so that of two copies the newer is known whatever the clocks did.
  public var serial = 0
  public var lastWakeRequest: Moment?
  public var wake: Wake?
  public var storage = Storage()
  public var activity: Activity?
  public var counters = Counters()
  public var hold: Hold?
  /// The power-off that runs.
  public var stopping: Stopping?
  /// Who asked for the storage while it was going down.
  public var owedWake: ActiveSession?
  /// The last power-off, where it was refused or failed.
  public var powerOffFailure: PowerOffFailure?
  /// When the storage server was found ready though jod-check had not woken it.
  public var foundReady: Moment?
  /// Whether it has been ready at any time since it was last down; a service that restarts is no start by hand.
  public var wasReadySinceDown: Bool?
  /// When blind: whether it was woken since it was last powered off.
  public var isPresumedOn: Bool?

  public init() {}

  /// Whether the numbers can have been written by this program; a file may have been written by anything.
  public var isPlausible: Bool {
    let counts = [serial, wake?.requests ?? 0]
    let moments = [
      lastWakeRequest, wake?.began, wake?.activityEnded, storage.since, activity?.since,
      hold?.began, stopping?.since, powerOffFailure?.at, foundReady,
    ]
    return version == Self.currentVersion && counts.allSatisfy(Self.isCount) && counters.isPlausible
      && moments.allSatisfy { $0?.isPlausible ?? true } && hold?.isPlausible ?? true
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
    /// What kept the storage server from being powered off, in words.
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
  public var silentChecks = 0
  /// Since when the storage server has been ready without a break.
  public var readySince: Moment?
  public var unreadyChecks = 0
  public var traffic: Traffic?
  public var recordings: RecordingMemory?
  public var activity = ActivityMemory()
  /// Nil while somebody is active, and before the first look.
  public var idle: IdleCount?
  public var jellyfinIsAway = false
  public var devicesRefused = false
  public var troubles = TroubleMemory()
  /// Who was told that the storage is starting, and not yet that it is ready.
  public var told: Told?
  /// Names that were told as misspelt.
  public var misspelt: [String]?
  /// The state as last decided: noted here, in memory, before it is carried out or reaches the disk.
  public var state: State?

  public init(bootID: String) { boot = bootID }

  /// Notes which names are misspelt now, and returns those that nobody has heard of since this machine started.
  public mutating func noteMisspelt(_ names: [MisspeltName]) -> [Event] {
    let news = names.filter { misspelt?.contains($0.name) != true }
    if misspelt != nil || !names.isEmpty { misspelt = names.map(\.name) }
    return news.map { Event(.configurationDoubtful, .warning, $0.warning) }
  }

  /// As `State.isPlausible`.
  var isPlausible: Bool {
    (0...2).contains(silentChecks) && (0...2).contains(unreadyChecks) && readySince?.isPlausible ?? true
      && traffic?.isPlausible ?? true && recordings?.isPlausible ?? true
      && (lastCheck?.powerOffIn).map(Moment.isBootClock) ?? true && beat.isPlausible && activity.isPlausible
      && troubles.isPlausible
      && idle?.isPlausible ?? true && lastCheck?.at.isPlausible ?? true && probeSince?.isPlausible ?? true
      && state?.isPlausible ?? true && told?.wake.isPlausible ?? true
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
