/// How pressing a power-off is.
public enum PowerOffUrgency: Sendable {
  /// The check's own: every rule counts.
  case whenIdle
  /// Somebody asks for it now: the rules less the times.
  case now
  /// Somebody insists: activity, recordings and tasks do not count either.
  case forced
}

/// Something that keeps the storage server from being powered off: facts, for which `Words` has sentences.
public enum Objection: Hashable, Sendable {
  case noMethod
  case hold(left: Seconds)
  case alreadyAsked
  case activityUnknown
  /// These executables of `activity.d` did not say, with the reason for each.
  case scriptsUnknown([String])
  case active(ActiveSession)
  /// Somebody waits in the kernel for a file.
  case access(ActiveSession)
  case idle(Seconds, of: Seconds)
  case presumedOff
  /// What the storage server answers instead.
  case notReady(Probe?)
  case ready(for: Seconds, of: Seconds)
  case startedByHand(left: Seconds)
  case refused(Refusal.Reason, left: Seconds)
  case trafficUnknown(TrafficReading.Unseen?)
  /// The last busy minute was too short a time ago.
  case traffic(Traffic.Busy, left: Seconds, of: Seconds)
  /// There was none, for so long as it was watched.
  case trafficWatched(Seconds, of: Seconds)
  /// At this moment, in bytes a second.
  case trafficNow(Double)
  case recordingsUnknown
  case recording(String)
  case tasksUnknown
  case tasks([String])
  /// One of `WAKE_FOR_TASKS` that Jellyfin runs soon.
  case taskSoon(String)

  /// Seconds until it lifts by itself if nothing changes; nil where that is not known.
  public var lifts: Seconds? {
    switch self {
    case .hold(let left), .startedByHand(let left), .refused(_, let left), .traffic(_, let left, _): left
    case .idle(let seconds, let whole), .ready(let seconds, let whole),
      .trafficWatched(let seconds, let whole):
      whole - seconds
    default: nil
    }
  }

  var isHold: Bool { if case .hold = self { true } else { false } }

  /// Whether it is only that something is not known: Jellyfin's answer to one of the last questions, that of an executable of
  /// `activity.d`, or the traffic.
  var isUnanswered: Bool {
    switch self {
    case .recordingsUnknown, .tasksUnknown, .scriptsUnknown, .trafficUnknown: true
    default: false
    }
  }
}

/// The rules that must all hold before the storage server is powered off, each on evidence from this check
/// (specification, Powering off).
struct PowerOffRules {
  let configuration: Configuration
  let memory: Memory
  let now: Now
  let urgency: PowerOffUrgency

  /// What can be told without asking Jellyfin anything more.
  var objections: [Objection] {
    guard configuration.powerOffMethod != nil else { return [.noMethod] }
    return [hold, stopping, access, activity, idleness, readiness, traffic].compactMap { $0 } + times
  }

  /// What Jellyfin must say last of all; nil where it has not been asked.
  var lastObjections: [Objection]? {
    if urgency == .forced { return [] }
    guard let recordings = memory.seen.recordings, let tasks = memory.seen.tasks else { return nil }
    guard !configuration.wakeForTasks.isEmpty else {
      return [recording(recordings), task(tasks)].compactMap { $0 }
    }
    guard let schedule = memory.seen.schedule else { return nil }
    return [recording(recordings), task(tasks) ?? taskSoon(schedule)].compactMap { $0 }
  }

  /// What Jellyfin is asked for that.
  var lastQuestions: Set<Verdict.Question> {
    configuration.wakeForTasks.isEmpty ? [.recordings, .tasks] : [.recordings, .tasks, .schedule]
  }

  /// Those that come between two looks at Jellyfin.
  var sudden: [Objection] { [hold, stopping, access].compactMap { $0 } }

  // Rule 1
  private var hold: Objection? {
    guard let hold = memory.state.hold, !hold.isOver(at: now) else { return nil }
    return .hold(left: hold.left(at: now))
  }

  private var stopping: Objection? { memory.state.undertaking.stopping == nil ? nil : .alreadyAsked }

  /// Its mount is being made, and would be taken away.
  private var access: Objection? { memory.waitingAccess(now).map { .access($0) } }

  // Rule 2
  private var activity: Objection? {
    guard urgency != .forced else { return nil }
    if let active = memory.seen.known?.first(where: { $0.kind != .access }) { return .active(active) }
    if memory.seen.active == nil { return .activityUnknown }
    return memory.seen.unknownScripts.isEmpty ? nil : .scriptsUnknown(memory.seen.unknownScripts)
  }

  private var idleness: Objection? {
    guard urgency == .whenIdle, memory.seen.active?.isEmpty == true, memory.seen.unknownScripts.isEmpty
    else { return nil }
    let idle = memory.runtime.idle?.seconds ?? 0
    return idle < configuration.cooldown ? .idle(idle, of: configuration.cooldown) : nil
  }

  // Rule 3
  private var readiness: Objection? {
    if configuration.isBlind { return memory.state.isPresumedOn == true ? nil : .presumedOff }
    return memory.runtime.probe == .ready ? nil : .notReady(memory.runtime.probe)
  }

  private var times: [Objection] {
    guard urgency == .whenIdle else { return [] }
    var objections: [Objection] = []
    let ready = memory.runtime.readySince.map(now.surelySince) ?? 0
    if readiness == nil, ready < configuration.cooldown {
      objections.append(.ready(for: ready, of: configuration.cooldown))
    }
    if let began = memory.state.storage.byHand, now.surelySince(began) < configuration.manualStartHold {
      objections.append(.startedByHand(left: configuration.manualStartHold - now.surelySince(began)))
    }
    if let refusal = memory.state.undertaking.refusal, now.surelySince(refusal.at) < Refusal.retry {
      objections.append(.refused(refusal.reason, left: Refusal.retry - now.surelySince(refusal.at)))
    }
    return objections
  }

  // Rule 4
  private var traffic: Objection? {
    if let unseen = memory.seen.unseen { return .trafficUnknown(unseen) }
    guard urgency == .whenIdle else {
      guard let rate = memory.seen.trafficRate else { return .trafficUnknown(nil) }
      return rate >= Traffic.busyRate ? .trafficNow(rate) : nil
    }
    guard let traffic = memory.runtime.traffic else { return .trafficUnknown(nil) }
    let (quiet, cooldown) = (traffic.quiet.seconds, configuration.cooldown)
    guard quiet < cooldown else { return nil }
    if let busy = traffic.busy, now.surelySince(busy.at) < cooldown {
      return .traffic(busy, left: cooldown - quiet, of: cooldown)
    }
    // Where nobody was active for no longer than that, rule 2 says the same.
    return quiet < memory.runtime.idle?.seconds ?? 0 ? .trafficWatched(quiet, of: cooldown) : nil
  }

  // Rule 5
  private func recording(_ answer: Result<[Recording], Trouble>) -> Objection? {
    guard case .success(let recordings) = answer, let time = memory.seen.jellyfinTime else {
      return .recordingsUnknown
    }
    let next = recordings.first { $0.needsStorage(at: time, ahead: 10 * 60) }
    return next.map { .recording($0.name) }
  }

  // Rule 6. Jellyfin removes items from its library when storage vanishes during a scan.
  private func task(_ answer: Result<[String], Trouble>) -> Objection? {
    guard case .success(let tasks) = answer else { return .tasksUnknown }
    return tasks.isEmpty ? nil : .tasks(tasks)
  }

  /// It would be woken again at once.
  private func taskSoon(_ answer: Result<TaskSchedule, Trouble>) -> Objection? {
    guard case .success(let schedule) = answer, let time = memory.seen.jellyfinTime else {
      return .tasksUnknown
    }
    return schedule.due(configuration.wakeForTasks, at: time, ahead: 10 * 60).first.map { .taskSoon($0.name) }
  }
}

/// What may have come since a power-off by hand was decided: a hold, a power-off that runs, an access.
public func objectionsAtLast(_ configuration: Configuration, _ memory: Memory, _ now: Now) -> [Objection] {
  let rules = PowerOffRules(configuration: configuration, memory: memory, now: now, urgency: .forced)
  return rules.sudden
}

/// Decides a power-off that somebody asks for by hand, of what was noticed.
///
/// - Returns: what to ask Jellyfin first, or what objects; where both are empty, it may be done.
public func decidePowerOff(
  _ configuration: Configuration, _ memory: Memory, _ now: Now, urgency: PowerOffUrgency
) -> (questions: Set<Verdict.Question>, objections: [Objection]) {
  let rules = PowerOffRules(configuration: configuration, memory: memory, now: now, urgency: urgency)
  let objections = rules.objections
  guard objections.isEmpty else { return ([], objections) }
  guard let last = rules.lastObjections else { return (rules.lastQuestions, []) }
  return ([], last)
}
