/// Something that keeps the storage server from being powered off (specification, section 5).
public struct Objection: Hashable, Sendable {
  /// A sentence that names the rule.
  public var words: String
  /// Seconds until it lifts by itself if nothing changes; nil where that is not known.
  public var lifts: Seconds?

  init(_ words: String, lifts: Seconds? = nil) {
    self.words = words
    self.lifts = lifts
  }
}

/// How pressing a power-off is.
public enum PowerOffUrgency: Sendable {
  /// The check's own: every rule counts.
  case whenIdle
  /// Somebody asks for it now: the rules less the times.
  case now
  /// Somebody insists: activity, recordings and tasks do not count either.
  case forced
}

/// A power-off that was accepted, or may have been, and is not over.
public struct Stopping: Hashable, Sendable {
  public var since: Moment
  /// Whether the storage server took it, or may have; nil while it is being asked.
  public var isAccepted: Bool?

  /// A packet before this is lost in a machine that goes down, or wakes its firmware.
  static let noPackets: Seconds = 60
  /// What has not gone down by then hangs.
  static let patience: Seconds = 3 * 60
}

/// A power-off that was refused or failed.
public struct PowerOffFailure: Hashable, Sendable {
  public var at: Moment
  public var isBusy: Bool
  public var words: String

  /// When it is tried again.
  static let retry: Seconds = 5 * 60
}

/// The rules that must all hold before the storage server is powered off, each on evidence from this check
/// (specification, section 5).
struct PowerOffRules {
  let configuration: Configuration
  let observation: Observation
  let memory: Memory
  let now: Now
  let active: [ActiveSession]?
  let urgency: PowerOffUrgency

  /// What can be told without asking Jellyfin anything more.
  var objections: [Objection] {
    guard configuration.powerOffMethod != nil else {
      return [Objection("neither STORAGE_SERVER_SSH nor SHUTDOWN_COMMAND is set, so jod-check only wakes")]
    }
    return [hold, stopping, activity, idleness, readiness, traffic].compactMap { $0 } + times
  }

  /// What Jellyfin must say last of all; nil where it has not been asked.
  var lastObjections: [Objection]? {
    if urgency == .forced { return [] }
    guard let recordings = observation.recordings, let tasks = observation.tasks else { return nil }
    return [recording(recordings), task(tasks)].compactMap { $0 }
  }

  private var isBlind: Bool { configuration.storageServerAddress == nil }

  // Rule 1
  private var hold: Objection? {
    guard let hold = memory.state.hold, !hold.isOver(at: now) else { return nil }
    let left = max(1, hold.seconds - now.surelySince(hold.began))
    return Objection("a hold is in force for another \(TimeSpan.text(left))", lifts: left)
  }

  private var stopping: Objection? {
    memory.state.stopping == nil ? nil : Objection("it was asked to power off already")
  }

  // Rule 2
  private var activity: Objection? {
    guard urgency != .forced else { return nil }
    guard let active else { return Objection("Jellyfin did not say who is active, and unknown is not idle") }
    return active.first.map { Objection("activity: \($0.sentence)") }
  }

  private var idleness: Objection? {
    guard urgency == .whenIdle, active?.isEmpty == true else { return nil }
    let idle = memory.runtime.idle?.seconds ?? 0
    guard idle < configuration.cooldown else { return nil }
    return Objection(
      "no activity for only \(TimeSpan.text(idle)) of COOLDOWN_TIME, \(TimeSpan.text(configuration.cooldown))",
      lifts: configuration.cooldown - idle)
  }

  // Rule 3
  private var readiness: Objection? {
    if isBlind { return memory.state.isPresumedOn == true ? nil : Objection("the storage is presumed off") }
    switch observation.storage {
    case .ready: return nil
    case .up: return Objection("the storage is not ready: its service does not answer")
    case .silent, nil: return Objection("the storage is not ready: it does not answer")
    }
  }

  private var times: [Objection] {
    guard urgency == .whenIdle else { return [] }
    var objections: [Objection] = []
    let ready = memory.runtime.readySince.map(now.surelySince) ?? 0
    if readiness == nil, ready < configuration.cooldown {
      objections.append(
        Objection(
          "the storage has been ready for only \(TimeSpan.text(ready)) of COOLDOWN_TIME, \(TimeSpan.text(configuration.cooldown))",
          lifts: configuration.cooldown - ready))
    }
    if let found = memory.state.foundReady, now.surelySince(found) < configuration.manualStartHold {
      let left = configuration.manualStartHold - now.surelySince(found)
      objections.append(
        Objection(
          "the storage was started by hand (MANUAL_START_HOLD, another \(TimeSpan.text(left)))", lifts: left))
    }
    if let failure = memory.state.powerOffFailure, now.surelySince(failure.at) < PowerOffFailure.retry {
      objections.append(
        Objection(failure.words, lifts: PowerOffFailure.retry - now.surelySince(failure.at)))
    }
    return objections
  }

  // Rule 4
  private var traffic: Objection? {
    guard let rate = memory.runtime.traffic?.rate else {
      return Objection("what this machine reads over NFS is not known yet")
    }
    guard rate >= Traffic.busy else { return nil }
    return Objection("traffic: this machine reads \(Int(rate / 1024)) KiB/s over NFS")
  }

  // Rule 5
  private func recording(_ answer: Result<[Recording], Trouble>) -> Objection? {
    guard case .success(let recordings) = answer, case .success(let jellyfin) = observation.jellyfin else {
      return Objection("Jellyfin did not say what it records")
    }
    let next = recordings.first { $0.needsStorage(at: jellyfin.time, ahead: 10 * 60) }
    return next.map { Objection("a recording: \($0.name)") }
  }

  // Rule 6. Jellyfin removes items from its library when storage vanishes during a scan.
  private func task(_ answer: Result<[String], Trouble>) -> Objection? {
    guard case .success(let tasks) = answer else {
      return Objection("Jellyfin did not say which tasks it runs")
    }
    return tasks.isEmpty ? nil : Objection("Jellyfin is busy with \(tasks.prefix(5).joined(separator: ", "))")
  }
}

extension CheckInProgress {
  /// Whether no packet may be sent for a power-off that runs.
  var isGoingDown: Bool {
    guard let stopping else { return false }
    // As the cooldown: whoever waits is served as soon as either clock says so.
    return now.since(stopping.since) < Stopping.noPackets || storageIsReady
  }

  /// The power-off that runs. What a dry run would have asked for stops nothing.
  var stopping: Stopping? { configuration.dryRun ? nil : decision.memory.state.stopping }

  mutating func considerPowerOff() {
    noteHangingPowerOff()
    notePowerOffFailure()
    let rules = PowerOffRules(
      configuration: configuration, observation: observation, memory: decision.memory, now: now,
      active: decision.active, urgency: .whenIdle)
    objections = rules.objections
    guard objections.isEmpty else { return }
    guard let last = rules.lastObjections else {
      decision.questions.formUnion([.recordings, .tasks])
      return
    }
    objections = last
    if last.isEmpty { requestPowerOff() }
  }

  private mutating func requestPowerOff() {
    decision.memory.notePowerOff(at: now.moment)
    decision.actions.append(.powerOff)
    // After a failure, what comes of this one is the news.
    let isNews = decision.memory.state.powerOffFailure == nil
    let idle = decision.memory.runtime.idle?.seconds ?? 0
    let verb = configuration.dryRun ? "Dry run: would have asked" : "Asked"
    decision.events.append(
      Event(
        .powerOffRequested, isNews ? .notice : .debug,
        "\(verb) the storage to \(configuration.shutdownAction.words): no activity for \(TimeSpan.text(idle)).",
        ["JOD_IDLE_SEC": String(Int(idle))]))
    decision.reason =
      "nobody has been active for \(TimeSpan.text(idle)), and nothing is in the way of a power-off"
  }

  private mutating func noteHangingPowerOff() {
    guard let stopping = decision.memory.state.stopping else { return }
    let seconds = now.surelySince(stopping.since)
    // Blind: nothing waits for it. A dry run has asked for nothing, and tells it once.
    if configuration.dryRun {
      if decision.active?.isEmpty == false { decision.memory.state.stopping = nil }
    } else if isBlind {
      if seconds >= Stopping.noPackets { decision.memory.state.stopping = nil }
    } else if seconds >= Stopping.patience, observation.storage != .silent {
      // Silent once, it may be down: the next check knows.
      decision.memory.state.stopping = nil
      decision.memory.state.counters.failedPowerOffs += 1
      // From the beginning, lest it be asked at every check.
      decision.memory.runtime.idle = decision.active?.isEmpty == true ? IdleCount(at: now.moment) : nil
      let trouble = Trouble(
        .powerOff, cause: "hangs",
        "The storage was asked to power off \(TimeSpan.text(seconds)) ago and still answers: it hangs in shutdown.",
        advice: "See its console or its journal (`journalctl -b -1` after the next start).")
      decision.troubles.append(trouble)
      decision.events.append(Event(.powerOffFailed, .error, trouble.words))
    }
  }

  /// A failure is a trouble until the storage is needed, down, or powered off after all.
  private mutating func notePowerOffFailure() {
    guard let failure = decision.memory.state.powerOffFailure else { return }
    if decision.active?.isEmpty == false {
      decision.memory.state.powerOffFailure = nil
    } else if !failure.isBusy {
      decision.troubles.append(Trouble(.powerOff, cause: failure.words, failure.words))
    }
  }
}

/// Decides a power-off that somebody asks for by hand.
///
/// - Returns: what to ask Jellyfin first, or what objects; where both are empty, it may be done.
public func decidePowerOff(
  _ configuration: Configuration, _ observation: Observation, _ memory: Memory, _ now: Now,
  urgency: PowerOffUrgency
) -> (questions: Set<Decision.Question>, objections: [Objection]) {
  var check = CheckInProgress(
    configuration: configuration, observation: observation, now: now, memory: memory)
  check.decision.memory.noteTraffic(observation, now)
  if case .success(let answer) = observation.jellyfin { _ = check.noteActivity(answer) }
  let rules = PowerOffRules(
    configuration: configuration, observation: observation, memory: check.decision.memory, now: now,
    active: check.decision.active, urgency: urgency)
  let objections = rules.objections
  guard objections.isEmpty else { return ([], objections) }
  guard let last = rules.lastObjections else { return ([.recordings, .tasks], []) }
  return ([], last)
}

extension Configuration.ShutdownAction {
  public var words: String { self == .poweroff ? "power off" : rawValue }
}
