/// What is known of Jellyfin's last start (specification, After a start of Jellyfin): idle tabs and robots come
/// back by themselves within two minutes of it, before the first poll is answered. Times are by Jellyfin's clock.
public struct JellyfinStarts: Hashable, Sendable {
  /// When Jellyfin last started, as far as it was asked; what is stamped soon after is explained by that.
  private(set) var started: Seconds?
  /// The first answer after a time in which Jellyfin seemed to be away: what tells where it cannot be asked.
  private(set) var recovered: Seconds?
  /// Polls running that failed.
  private var failures = 0
  /// Whether one of them found it stopped or starting.
  private var wasStopped = false

  /// Idle tabs reconnect within this time.
  static let reconnecting: Seconds = 2 * 60
  /// The tasks begin some seconds after the port opens, and a session cannot be older than the server.
  static let tolerance: Seconds = 30

  public init() {}

  var isPlausible: Bool {
    [started, recovered].allSatisfy { abs($0 ?? 0) < 1e12 } && (0...2).contains(failures)
  }

  mutating func noteFailure(_ trouble: Trouble) {
    failures = min(failures + 1, 2)
    wasStopped = wasStopped || ["refused", "503"].contains(trouble.cause)
  }

  /// Notes that Jellyfin answered, and returns whether polls had failed. One that failed alone, of a server that was not
  /// seen stopped, is no start.
  mutating func noteAnswer(at time: Seconds) -> Bool {
    defer { (failures, wasStopped) = (0, false) }
    if wasStopped || failures >= 2 { recovered = time }
    return failures > 0
  }

  /// Notes what Jellyfin told of its start when it was asked; where that says nothing, what was seen of it is used.
  mutating func noteStart(_ tasks: Result<StartupTasks, Trouble>, _ sessions: [Session]) {
    guard case .success(let tasks) = tasks, let ran = tasks.ran else {
      started = recovered
      return
    }
    recovered = nil
    started = sessions.contains { $0.isOlder(than: ran - Self.tolerance) } ? nil : ran
  }

  /// Whether a sign of that time may be one of those that come back by themselves.
  func explains(_ stamp: Seconds) -> Bool { started.map { stamp <= $0 + Self.reconnecting } ?? false }

  /// The same, as far as anything tells: a message on a screen is for those who surely wait.
  func mayExplain(_ stamp: Seconds) -> Bool {
    [started, recovered].contains { $0.map { stamp <= $0 + Self.reconnecting } ?? false }
  }

  /// Once every stamp that counts is newer than the reconnecting, a start means nothing more. A start in the future means
  /// nothing either: a clock was set.
  mutating func forgetOld(at time: Seconds, longest: Seconds) {
    let relevant = -ActivityJudge.futureTolerance...Self.reconnecting + longest
    if let started, !relevant.contains(time - started) { self.started = nil }
    if let recovered, !relevant.contains(time - recovered) { self.recovered = nil }
  }
}

extension Session {
  /// Whether any of its stamps is: a server that starts has no sessions.
  fileprivate func isOlder(than time: Seconds) -> Bool {
    [lastActivity, lastPlaybackCheckIn, lastPaused].contains { $0.map { $0 < time } ?? false }
  }
}

/// When the tasks last ran that Jellyfin runs at each start (`GET /ScheduledTasks`).
public struct StartupTasks: Hashable, Sendable, JSONDecodable {
  /// Nil where nothing tells. They begin together at a start, and one that was also started by hand since is later: so the
  /// earliest tells of the start.
  public var ran: Seconds?

  public init(ran: Seconds?) { self.ran = ran }

  public init(json: JSON) throws(JSON.Failure) {
    let tasks = try [JSON](json: json)
    var times: [Seconds] = []
    for task in tasks { if let time = try Self.time(task.object()) { times.append(time) } }
    ran = times.min()
  }

  /// Nil where it does not run at starts, has not yet, or runs now: it then tells of the time before.
  private static func time(_ task: JSON.Object) throws(JSON.Failure) -> Seconds? {
    let triggers: [JSON] = try task["Triggers"] ?? []
    var runsAtStart = false
    for trigger in triggers {
      let type: String? = try trigger.object()["Type"]
      if type == "StartupTrigger" { runsAtStart = true }
    }
    let (state, result): (String?, JSON?) = (try task["State"], try task["LastExecutionResult"])
    guard runsAtStart, state == "Idle", let result else { return nil }
    let began: String? = try result.object()["StartTimeUtc"]
    return began.flatMap(UTC.parse)
  }
}

extension JellyfinStarts: JSONDocument {
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("started", &started)
    try fields.field("recovered", &recovered)
    try fields.field("failures", &failures)
    try fields.field("was_stopped", &wasStopped)
  }
}
