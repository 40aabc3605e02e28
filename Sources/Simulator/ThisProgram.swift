import JodCore

/// jod-check as it is, in its usual configuration: the real `notice`, `decide`, `begin` and `settle`.
public struct ThisProgram: Policy {
  public static let name = "jod-check"

  private let configuration: Configuration
  private var memory = Memory(runtime: Runtime(bootID: "boot"))
  public private(set) var restsFor: Seconds = 0

  /// 2027-01-15T08:00:00Z, for Jellyfin's clock and this machine's.
  private static let epoch: Seconds = 1_800_000_000
  /// The machine has been up for long.
  private static let up: Seconds = 1_000_000

  public init(_ home: Home) throws { try self.init(variables: [:]) }

  /// - Parameter variables: what the household has set besides.
  init(variables: [String: String]) throws {
    let usual = [
      "STORAGE_SERVER_MAC": "02:00:00:00:00:01", "STORAGE_SERVER_ADDRESS": "192.0.2.10:2049",
      "JELLYFIN_API_URL": "http://127.0.0.1:8096", "JELLYFIN_API_KEY": "0123456789abcdef0123456789abcdef",
      "SHUTDOWN_COMMAND": "/bin/off",
      // The only one of the known robots that lives here: the patterns of the others would find nobody.
      "IGNORE_CLIENTS": "Home Assistant",
    ]
    configuration = try Configuration(environment: usual.merging(variables) { $1 })
  }

  /// Somebody has opened a file of the storage: the request leaves at once where the cooldown allows one.
  mutating func opened(_ glance: Glance) -> Bool {
    let now = now(glance.time)
    _ = memory.noticeProbe(glance.probe, configuration, now)
    let session = ActiveSession.access(by: "jellyfin", to: "/srv/media")
    memory.noticeAccess(session, now)
    guard decideWake(configuration, memory, now, isFirst: false) == .send else { return false }
    memory.beginRequest(at: now.moment, for: [session])
    memory.settle(.left(at: now.moment), configuration, now)
    return true
  }

  private func now(_ time: Seconds) -> Now {
    let moment = Moment(wall: Self.epoch + time, boot: Self.up + time, bootID: "boot")
    return Now(moment: moment, uptime: Self.up + time, isSynchronised: true)
  }

  public mutating func check(_ glance: Glance) -> Deed {
    let now = now(glance.time)
    var observation = observation(glance)
    let before = memory
    _ = memory.notice(observation, configuration, now)
    var verdict = decide(configuration, memory, now)
    while case .ask(let questions) = verdict.action {
      answer(questions, glance, &observation)
      memory = before
      _ = memory.notice(observation, configuration, now)
      verdict = decide(configuration, memory, now)
    }
    _ = memory.begin(verdict, configuration, now)
    noteRest(verdict, glance)
    switch verdict.action {
    // No household there sets LIBRARY_SCAN_INTERVAL.
    case .rest, .ask, .scan: return .nothing
    case .wake:
      memory.settle(.left(at: now.moment), configuration, now)
      return .wake
    case .powerOff: return .powerOff
    }
  }

  public mutating func settle(isAccepted: Bool, _ glance: Glance) {
    _ = memory.settle(
      isAccepted ? .accepted : .busy("somebody is logged in"), configuration, now(glance.time))
  }

  /// For how long nothing that it remembers asks for another check.
  private mutating func noteRest(_ verdict: Verdict, _ glance: Glance) {
    restsFor = 0
    let isIdle = verdict.action == .rest && memory.state.undertaking.phase == .nothing
    guard isIdle, glance.jellyfinAnswers, let active = memory.seen.active else { return }
    let activity = memory.runtime.activity
    // Who browses or pauses at a stretch is to be looked at within ACTIVITY_WINDOW.
    let isForgotten = activity.browsing.isEmpty && activity.heard.isEmpty
    switch (memory.state.storage.known, glance.probe) {
    case (.down, .silent) where active.isEmpty: restsFor = isForgotten ? .infinity : 240
    case (.ready, .ready) where active.isEmpty:
      // Idleness is observed by checks that are three beats and a minute apart at most.
      restsFor = min(120, verdict.objections.compactMap(\.lifts).min() ?? 120)
    case (.ready, .ready):
      let allPlay = active.allSatisfy { $0.kind == .playing } && activity.pauses.isEmpty
      restsFor = isForgotten && allPlay ? .infinity : min(240, leastSign(glance))
    default: break
    }
  }

  /// For how long somebody who counts as active gives signs of it: not at all once they have left.
  private func leastSign(_ glance: Glance) -> Seconds {
    let signs = glance.viewers.map { viewer -> Seconds in
      switch viewer.doing {
      // A robot counts for BROWSING_LIMIT at the most, so it is looked at all the while.
      case .away, .leftHidden, .waiting, .polling: 0
      case .browsing, .playing, .leftVisible: .infinity
      case .paused: max(0, (configuration.pauseLimit ?? .infinity) - (glance.time - viewer.since))
      }
    }
    return signs.max() ?? 0
  }

  // MARK: What it sees

  private func observation(_ glance: Glance) -> Observation {
    let traffic = TrafficReading([TrafficReading.Flow(id: "a share", port: 445, bytes: glance.bytesToA)])
    guard glance.jellyfinAnswers else {
      let trouble = Trouble(.jellyfin, cause: "refused", "Jellyfin refuses the connection.")
      return Observation(jellyfin: .failure(trouble), storage: glance.probe, traffic: traffic)
    }
    let answer = JellyfinAnswer(
      sessions: glance.viewers.compactMap { $0.sessionEntry(glance.time, epoch: Self.epoch) },
      devices: glance.viewers.compactMap { $0.deviceEntry(glance.time, epoch: Self.epoch) },
      time: Self.epoch + glance.time)
    return Observation(jellyfin: .success(answer), storage: glance.probe, traffic: traffic)
  }

  private func answer(_ questions: Set<Verdict.Question>, _ glance: Glance, _ observation: inout Observation)
  {
    if questions.contains(.keyOwner) { observation.keyOwner = .success(nil) }
    if questions.contains(.startOfJellyfin) {
      observation.startOfJellyfin = .success(StartupTasks(ran: Self.epoch + glance.jellyfinStarted))
    }
    if questions.contains(.tasks) {
      observation.tasks = .success(glance.isScanning ? ["the task RefreshLibrary"] : [])
    }
    if questions.contains(.recordings) {
      let recordings = glance.recordings.map { span in
        Recording(
          name: "News", start: Self.epoch + span.start, end: Self.epoch + span.end,
          isRunning: span.start <= glance.time && glance.time < span.end)
      }
      observation.recordings = .success(recordings)
    }
  }
}
