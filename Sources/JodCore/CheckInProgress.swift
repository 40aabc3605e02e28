/// The steps of `decide`, each of which notes one thing.
struct CheckInProgress {
  let configuration: Configuration
  let observation: Observation
  let now: Now
  var decision: Decision
  /// What keeps the storage server from being powered off, once that was considered.
  var objections: [Objection] = []

  init(configuration: Configuration, observation: Observation, now: Now, memory: Memory) {
    self.configuration = configuration
    self.observation = observation
    self.now = now
    decision = Decision(memory: memory)
  }

  var isBlind: Bool { configuration.storageServerAddress == nil }

  var storageIsReady: Bool { decision.memory.runtime.probe == .ready }

  mutating func reason(_ words: String) { decision.reason = words }

  // MARK: The storage server

  mutating func noteStorage(_ probe: Probe?) {
    if probe != decision.memory.runtime.probe { decision.memory.runtime.probeSince = now.moment }
    decision.memory.runtime.probe = probe
    let silent = probe == .silent ? min(decision.memory.runtime.silentChecks + 1, 2) : 0
    decision.memory.runtime.silentChecks = silent
    noteReadiness(isBlind ? decision.memory.state.isPresumedOn == true : probe == .ready)
    switch probe {
    case .ready: noteReady()
    case .up: noteStorage(.up)
    case .silent: if silent == 2 { noteDown() }
    case nil: noteStorage(.unknown)
    }
  }

  /// Since when it has been ready without a break. One lost probe is none (specification, section 5, rule 3).
  private mutating func noteReadiness(_ isReady: Bool) {
    if isReady {
      decision.memory.runtime.unreadyChecks = 0
      decision.memory.runtime.readySince = decision.memory.runtime.readySince ?? now.moment
    } else {
      decision.memory.runtime.unreadyChecks = min(decision.memory.runtime.unreadyChecks + 1, 2)
      if decision.memory.runtime.unreadyChecks == 2 { decision.memory.runtime.readySince = nil }
    }
  }

  private mutating func noteReady() {
    let before = decision.memory.state.storage.known
    // What a dry run would have sent has woken nobody.
    let wake = configuration.dryRun ? nil : decision.memory.state.wake
    if let wake {
      let seconds = now.since(wake.began)
      decision.events.append(
        Event(
          .storageReady, .notice,
          "The storage is ready, \(TimeSpan.text(seconds)) after the first wake request.",
          ["JOD_WAKE_SEC": String(Int(seconds)), "JOD_WAKE_REQUESTS": String(wake.requests)]))
    } else if before == .down || before == .up {
      decision.events.append(
        Event(.storageReady, .notice, "The storage is ready; jod-check did not wake it."))
    }
    if decision.memory.state.wasReadySinceDown != true {
      // One that was told to have failed was ended by something else.
      if let wake, !wake.failed {
        decision.memory.state.counters.timeToReady.note(now.since(wake.began))
      }
      // Without a wake somebody switched it on by hand, and works on it.
      decision.memory.state.foundReady = wake == nil ? now.moment : nil
    }
    decision.memory.state.wasReadySinceDown = true
    decision.memory.state.wake = nil
    noteStorage(.ready)
  }

  private mutating func noteDown() {
    if [.ready, .up].contains(decision.memory.state.storage.known) {
      decision.events.append(Event(.storageDown, .notice, "The storage is down."))
    }
    decision.memory.state.stopping = nil
    decision.memory.state.powerOffFailure = nil
    decision.memory.state.foundReady = nil
    decision.memory.state.wasReadySinceDown = nil
    noteStorage(.down)
  }

  private mutating func noteStorage(_ known: State.Storage.Known) {
    guard known != decision.memory.state.storage.known else { return }
    decision.memory.state.storage.known = known
    decision.memory.state.storage.since = now.moment
  }

  // MARK: Jellyfin

  mutating func noteJellyfinAway(_ trouble: Trouble) {
    if decision.memory.runtime.troubles.since(trouble.kind) == nil {
      switch trouble.kind {
      case .keyRejected: decision.memory.state.counters.keyRejections += 1
      default: decision.memory.state.counters.jellyfinFailures += 1
      }
    }
    decision.memory.runtime.jellyfinIsAway = true
    decision.troubles.append(trouble)
  }

  /// Notes who is active, and returns them.
  mutating func noteActivity(_ answer: JellyfinAnswer) -> [ActiveSession] {
    if decision.memory.runtime.jellyfinIsAway {
      decision.memory.runtime.jellyfinIsAway = false
      decision.memory.runtime.activity.recovered = answer.time
    }
    noteDevices(areReadable: answer.devices != nil)
    let judge = ActivityJudge(configuration: configuration, answer: answer, boot: now.moment.boot)
    let active = judge.active(&decision.memory.runtime.activity) + noteRecordings(at: answer.time)
    decision.active = active
    noteIdle(active.isEmpty)
    noteActivityChange(active)
    return active
  }

  private mutating func noteDevices(areReadable: Bool) {
    if !areReadable, !decision.memory.runtime.devicesRefused {
      decision.events.append(Event(.jellyfinRejectedKey, .warning, Wake.withoutDevices))
    }
    decision.memory.runtime.devicesRefused = !areReadable
  }

  private mutating func noteIdle(_ isIdle: Bool) {
    guard isIdle else {
      decision.memory.runtime.idle = nil
      return
    }
    if decision.memory.runtime.idle == nil { decision.memory.runtime.idle = IdleCount(at: now.moment) }
    let beat = decision.memory.runtime.beat.length(interval: configuration.checkInterval)
    decision.memory.runtime.idle?.observe(now.moment, beat: beat)
  }

  private mutating func noteActivityChange(_ active: [ActiveSession]) {
    let before = decision.memory.state.activity
    guard before?.isActive != !active.isEmpty else { return }
    decision.memory.state.activity = State.Activity(isActive: !active.isEmpty, since: now.moment)
    if let first = active.first {
      decision.events.append(
        Event(.activityBegan, .info, "Activity began: \(first.sentence).", sessionFields(active)))
    } else if let before {
      let seconds = now.since(before.since)
      decision.events.append(
        Event(.activityEnded, .info, "Activity ended after \(TimeSpan.text(seconds)).", [:]))
    }
  }

  mutating func noteCheck() {
    decision.memory.notePower(configuration, now)
    decision.memory.runtime.lastCheck = Runtime.Check(
      at: now.moment, active: decision.active.map { Array($0.prefix(Self.listedSessions)) },
      reason: decision.reason, trouble: nil, objections: objections.map(\.words),
      powerOffIn: objections.lazy.map(\.lifts).max { ($0 ?? .infinity) < ($1 ?? .infinity) } ?? nil)
  }

  /// A household has a few; a bound for what a hostile answer can make us list.
  static let listedSessions = 20

  func sessionFields(_ sessions: [ActiveSession]) -> [String: String] {
    var fields = [
      "JOD_SESSIONS": sessions.prefix(Self.listedSessions).map(\.sentence).joined(separator: "; ")
    ]
    guard let first = sessions.first else { return fields }
    fields["JOD_KIND"] = first.kind.rawValue
    guard first.kind != .unknown else { return fields }
    fields["JOD_USER"] = first.user
    fields["JOD_CLIENT"] = first.client
    fields["JOD_DEVICE"] = first.device
    return fields
  }
}
