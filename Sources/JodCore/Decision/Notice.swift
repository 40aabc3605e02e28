/// What this check has seen. No file keeps it, and the next check begins without it.
public struct Seen: Hashable, Sendable {
  /// Who is active; nil where Jellyfin did not say.
  public internal(set) var active: [ActiveSession]?
  /// Who needs the storage by the word of the executables of `activity.d`; they are among `active` as well.
  var scripts: [ActiveSession] = []
  /// Which of those did not say, and why.
  var unknownScripts: [String] = []
  /// By Jellyfin's own clock, where it answered.
  var jellyfinTime: Seconds?
  /// Nil where it was not asked in this check.
  var recordings: Result<[Recording], Trouble>?
  var tasks: Result<[String], Trouble>?
  var schedule: Result<TaskSchedule, Trouble>?
  var startOfJellyfin: Result<StartupTasks, Trouble>?
  var keyOwner: Result<KeyUser?, Trouble>?
  /// A mount of the storage at which Jellyfin may hang, where somebody looked.
  var mount: String?
  /// Why nothing is known of the traffic.
  var unseen: TrafficReading.Unseen?
  /// By two readings of a person's own, in bytes a second; nil where there were none.
  var trafficRate: Double?
  /// Why nothing is known of activity.
  var trouble: Trouble?
  /// How long it has been asked to power off, where it was found to hang.
  var hangingFor: Seconds?

  public init() {}

  /// Those who wake the storage, and not only keep it up.
  var asking: [ActiveSession] { (active ?? scripts).filter(\.wakes) }

  /// Who is known to be active; nil where Jellyfin did not say, and nobody else either.
  public var known: [ActiveSession]? { active ?? (scripts.isEmpty ? nil : scripts) }
}

extension Memory {
  /// Takes in what a check has observed, and returns what has changed. It decides nothing.
  public mutating func notice(
    _ observation: Observation, _ configuration: Configuration, _ now: Now
  ) -> [Change] {
    seen = Seen()
    noticeUnsettledRequest(configuration, now)
    noticeAddress(observation.storageAddress, configuration)
    var changes = noticeStorage(observation.storage, configuration, now)
    noteTraffic(observation.traffic, configuration, now)
    changes += noticeHold(now)
    seen.scripts = noticeScripts(observation.scripts)
    switch observation.jellyfin {
    case .failure(let trouble):
      noticeJellyfinAway(trouble, now)
      noticeScriptsAlone(now)
      seen.mount = observation.mount
    case .success(let answer):
      noticeAnswers(observation)
      changes += noticeActivity(answer, configuration, now)
      noticeDemand(configuration, now)
    }
    changes += noticeWakeTimeout(configuration, now)
    changes += noticeStopping(observation.storage, configuration, now)
    if seen.known?.isEmpty == false { state.undertaking.isNeeded() }
    notePower(configuration, now)
    return changes
  }

  private mutating func noticeAnswers(_ observation: Observation) {
    (seen.recordings, seen.tasks) = (observation.recordings, observation.tasks)
    seen.schedule = observation.schedule
    (seen.startOfJellyfin, seen.keyOwner) = (observation.startOfJellyfin, observation.keyOwner)
  }

  /// A request whose run was killed may have left.
  private mutating func noticeUnsettledRequest(_ configuration: Configuration, _ now: Now) {
    // One that is younger may be leaving right now; the cooldown counts from it in any case.
    guard let pending = state.requests.pending, now.since(pending) >= configuration.longestRequest else {
      return
    }
    settle(.left(at: pending), configuration, now)
  }

  // MARK: Jellyfin

  private mutating func noticeJellyfinAway(_ trouble: Trouble, _ now: Now) {
    runtime.jellyfinWaitsSince = trouble.mayWaitForMount ? runtime.jellyfinWaitsSince ?? now.moment : nil
    if runtime.troubles.since(trouble.kind) == nil {
      switch trouble.kind {
      case .keyRejected: state.counters.keyRejections += 1
      default: state.counters.jellyfinFailures += 1
      }
    }
    runtime.jellyfinIsAway = true
    runtime.activity.jellyfin.noteFailure(trouble)
    runtime.activity.failing = runtime.activity.failing ?? now.moment.boot
    seen.trouble = trouble
  }

  /// What they say is known though Jellyfin says nothing. They have no say in when a wake ends: others may ask for it.
  private mutating func noticeScriptsAlone(_ now: Now) {
    seen.scripts = leaveOutDismissed(seen.scripts, isCertain: false)
    guard !seen.scripts.isEmpty else { return }
    runtime.idle = nil
    if let first = seen.asking.first {
      state.undertaking.demandGoesOn()
      state.undertaking.askedMeanwhile(first)
    }
  }

  private mutating func noticeActivity(
    _ answer: JellyfinAnswer, _ configuration: Configuration, _ now: Now
  ) -> [Change] {
    seen.jellyfinTime = answer.time
    runtime.jellyfinWaitsSince = nil
    runtime.jellyfinIsAway = false
    let unknown = runtime.activity.unknown(until: now.moment.boot)
    runtime.activity.failing = nil
    let refused: [Change] = answer.devices == nil && !runtime.devicesRefused ? [.devicesRefused] : []
    runtime.devicesRefused = answer.devices == nil
    noticeKeyOwner(answer, configuration, now)
    let judge = ActivityJudge(
      configuration: configuration, answer: answer, boot: now.moment.boot,
      isWaking: state.undertaking.wake != nil, start: seen.startOfJellyfin, owner: runtime.keyOwner)
    let people = judge.active(&runtime.activity, spent: &state.spentBrowsing)
    let needed = leaveOutDismissed(
      people + noticeRecordings(at: answer.time, configuration, now)
        + noticeTasks(at: answer.time, configuration, now) + seen.scripts,
      isCertain: runtime.activity.unbroken >= configuration.activityWindow)
    let inJellyfin = needed.filter { $0.kind != .script }
    if inJellyfin.contains(where: \.wakes) { state.accesses.explainLast(now) }
    let active = needed + [waitingAccess(now)].compactMap { $0 }
    seen.active = active
    noticeIdle(configuration, now)
    noticeQuiet(active, configuration, now)
    return refused + noticeActivityChange(active, after: unknown, now)
  }

  private mutating func noticeIdle(_ configuration: Configuration, _ now: Now) {
    guard seen.active?.isEmpty == true else {
      runtime.idle = nil
      return
    }
    // Unknown is not idle, and no activity either: the count stands.
    guard seen.unknownScripts.isEmpty else { return }
    if runtime.idle == nil { runtime.idle = IdleCount(at: now.moment) }
    runtime.idle?.observe(now.moment, beat: runtime.beat.length(interval: configuration.checkInterval))
  }

  /// - Parameter unknown: seconds in which nothing was known. Where they were many, activity ended with what was known of it,
  ///   or a day without an answer would count as a day in use.
  private mutating func noticeActivityChange(
    _ active: [ActiveSession], after unknown: Seconds, _ now: Now
  ) -> [Change] {
    var lost: [Change] = []
    if let before = state.activity, before.isActive, unknown > ActivityMemory.longUnknown {
      lost = [.activityLost(after: max(0, now.since(before.since) - unknown), unknown: unknown)]
      state.activity = active.isEmpty ? State.Activity(isActive: false, since: now.moment) : nil
    }
    let before = state.activity
    guard before?.isActive != !active.isEmpty else { return lost }
    state.activity = State.Activity(isActive: !active.isEmpty, since: now.moment)
    if !active.isEmpty { return lost + [.activityBegan(active)] }
    return lost + (before.map { [.activityEnded(after: now.since($0.since))] } ?? [])
  }

  /// Who asks for the storage, as far as that matters to what is undertaken.
  private mutating func noticeDemand(_ configuration: Configuration, _ now: Now) {
    if let first = seen.asking.first {
      state.undertaking.demandGoesOn()
      state.undertaking.askedMeanwhile(first)
    } else if state.undertaking.owed == nil {
      state.undertaking.demandEnded(now, limit: configuration.wakeTimeout)
    }
  }

  // MARK: What time brings

  private mutating func noticeHold(_ now: Now) -> [Change] {
    guard let hold = state.hold, hold.isOver(at: now) else { return [] }
    state.hold = nil
    return [.holdEnded(byHand: false)]
  }

  private mutating func noticeWakeTimeout(_ configuration: Configuration, _ now: Now) -> [Change] {
    guard let wake = state.undertaking.wake, !configuration.isBlind, !wake.failed else { return [] }
    let seconds = now.since(wake.began)
    guard seconds >= configuration.wakeTimeout, wake.requests >= Wake.requestsBeforeFailure else { return [] }
    state.undertaking.wakeFailed()
    state.counters.failedWakes += 1
    return [.wakeFailed(wake, after: seconds)]
  }

  private mutating func noticeStopping(
    _ probe: Probe?, _ configuration: Configuration, _ now: Now
  ) -> [Change] {
    guard let stopping = state.undertaking.stopping else { return [] }
    let seconds = now.surelySince(stopping.since)
    if configuration.isBlind {
      // Nothing tells when it is down.
      guard seconds >= Stopping.noPackets else { return [] }
      state.undertaking.stoppingIsOver()
      // A run that was killed may have asked, and may not: from the beginning.
      if !stopping.isAccepted { startIdlenessAnew(now) }
      return []
    }
    // The run that was to ask it was killed before that: asking takes less.
    if !stopping.isAccepted, probe == .ready, seconds >= Stopping.noPackets {
      state.undertaking.stoppingIsOver()
      startIdlenessAnew(now)
      return []
    }
    // Silent once, it may be down: the next check knows. Where nothing is known of it, it may be as well.
    guard seconds >= Stopping.timeLimit, probe == .ready || probe == .up else { return [] }
    state.undertaking.stoppingIsOver()
    if stopping.wasSilent {
      // It went, and starts again.
      state.storage.wasReadySinceDown = false
      return []
    }
    state.counters.failedPowerOffs += 1
    // It serves those who asked meanwhile.
    if probe == .ready {
      if state.undertaking.owed?.kind == .hand { state.storage.byHand = now.moment }
      state.undertaking.arrived()
    }
    // Or it would be asked at every check.
    startIdlenessAnew(now)
    seen.hangingFor = seconds
    return [.hangs(after: seconds)]
  }
  private mutating func startIdlenessAnew(_ now: Now) {
    runtime.idle = seen.active?.isEmpty == true ? IdleCount(at: now.moment) : nil
  }
}
