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
