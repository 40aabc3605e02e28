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
