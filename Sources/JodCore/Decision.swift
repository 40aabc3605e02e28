/// What a check does about what it found.
public struct Decision: Hashable, Sendable {
  public enum Action: Hashable, Sendable { case sendWakeRequest }

  public internal(set) var memory: Memory
  public internal(set) var actions: [Action] = []
  /// What changed.
  public internal(set) var events: [Event] = []
  /// What is wrong, whether it is news or not.
  public internal(set) var troubles: [Trouble] = []
  /// Who is active; nil where Jellyfin did not say.
  public internal(set) var active: [ActiveSession]?
  /// Why it was decided so, in words.
  public internal(set) var reason = ""

  init(memory: Memory) { self.memory = memory }
}

/// Decides one check (specification, section 3, step 4): the same arguments always give the same decision.
///
/// Unknown is not idle: without an answer of Jellyfin nothing is sent, and nothing is counted. With activity, the storage
/// server is asked for whenever it is not ready and the cooldown allows.
public func decide(
  _ configuration: Configuration, _ observation: Observation, _ memory: Memory, _ now: Now
) -> Decision {
  var check = CheckInProgress(configuration: configuration, now: now, memory: memory)
  check.noteStorage(observation.storage)
  switch observation.jellyfin {
  case .failure(let trouble):
    check.noteJellyfinAway(trouble)
    check.reason("nothing is known of activity")
  case .success(let answer):
    let active = check.noteActivity(answer)
    let asking = active.filter(\.wakes)
    if asking.isEmpty {
      check.noteNobodyAsks()
      check.reason(
        active.isEmpty ? "nobody is active" : "\(active[0].sentence), which does not wake the storage")
    } else if check.storageIsReady {
      check.reason("\(asking[0].sentence), and the storage is ready")
    } else if let wait = check.waitBeforeRequest {
      check.noteStillAsked()
      check.reason("\(asking[0].sentence); the next wake request may go out in \(TimeSpan.text(wait))")
    } else {
      check.requestWake(for: asking)
      check.reason("\(asking[0].sentence), and the storage is not ready: a wake request")
    }
  }
  check.noteWakeTimeout()
  check.noteCheck()
  return check.decision
}

/// The steps of `decide`, each of which notes one thing.
private struct CheckInProgress {
  let configuration: Configuration
  let now: Now
  var decision: Decision

  init(configuration: Configuration, now: Now, memory: Memory) {
    self.configuration = configuration
    self.now = now
    decision = Decision(memory: memory)
  }

  private var isBlind: Bool { configuration.storageServerAddress == nil }

  var storageIsReady: Bool { decision.memory.runtime.probe == .ready }

  mutating func reason(_ words: String) { decision.reason = words }

  // MARK: The storage server

  mutating func noteStorage(_ probe: Probe?) {
    if probe != decision.memory.runtime.probe { decision.memory.runtime.probeSince = now.moment }
    decision.memory.runtime.probe = probe
    let silent = probe == .silent ? min(decision.memory.runtime.silentChecks + 1, 2) : 0
    decision.memory.runtime.silentChecks = silent
    switch probe {
    case .ready: noteReady()
    case .up: noteStorage(.up)
    case .silent: if silent == 2 { noteDown() }
    case nil: noteStorage(.unknown)
    }
  }

  private mutating func noteReady() {
    let before = decision.memory.state.storage.known
    // What a dry run would have sent has woken nobody.
    if let wake = decision.memory.state.wake, !configuration.dryRun {
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
    decision.memory.state.wake = nil
    noteStorage(.ready)
  }

  private mutating func noteDown() {
    if [.ready, .up].contains(decision.memory.state.storage.known) {
      decision.events.append(Event(.storageDown, .notice, "The storage is down."))
    }
    noteStorage(.down)
  }

  private mutating func noteStorage(_ known: State.Storage.Known) {
    guard known != decision.memory.state.storage.known else { return }
    decision.memory.state.storage.known = known
    decision.memory.state.storage.since = now.moment
  }

  // MARK: Jellyfin

  mutating func noteJellyfinAway(_ trouble: Trouble) {
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
    let active = judge.active(&decision.memory.runtime.activity)
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

  // MARK: The wake

  /// Seconds until a request may go out; nil if it may now.
  var waitBeforeRequest: Seconds? {
    guard let last = decision.memory.state.lastWakeRequest else { return nil }
    var pause = configuration.packetCooldown
    if isBlind, let wake = decision.memory.state.wake, now.since(wake.began) >= configuration.wakeTimeout {
      pause = max(pause, Configuration.blindRepeat)
    }
    let wait = pause - now.since(last)
    return wait > 0 ? wait : nil
  }

  mutating func requestWake(for asking: [ActiveSession]) {
    noteStillAsked()
    let isFirst = decision.memory.state.wake == nil
    // A wake that was told to have failed goes on in silence, and so does a blind one, or one that a dry run plays.
    let isSilent = isBlind || configuration.dryRun || decision.memory.state.wake?.failed == true
    let isNews = isFirst || !isSilent
    decision.memory.noteWakeRequest(at: now.moment)
    decision.actions.append(.sendWakeRequest)
    let verb = configuration.dryRun ? "Dry run: would have sent" : "Sent"
    let number = decision.memory.state.wake?.requests ?? 1
    let which = isFirst ? "a wake request" : "wake request \(number)"
    var fields = sessionFields(asking)
    fields["JOD_MAC"] = configuration.storageServerMAC.description
    fields["JOD_WAKE_REQUESTS"] = String(number)
    decision.events.append(
      Event(
        .wakeRequested, isNews ? .notice : .debug,
        "\(verb) \(which) to \(configuration.storageServerMAC): \(asking[0].sentence).", fields))
  }

  mutating func noteStillAsked() { decision.memory.state.wake?.activityEnded = nil }

  /// A wake that nobody asks for any more ends after a while: the storage server may yet come.
  mutating func noteNobodyAsks() {
    guard let wake = decision.memory.state.wake else { return }
    let ended = wake.activityEnded ?? now.moment
    decision.memory.state.wake?.activityEnded = ended
    if now.since(ended) >= configuration.wakeTimeout { decision.memory.state.wake = nil }
  }

  mutating func noteWakeTimeout() {
    guard let wake = decision.memory.state.wake, !isBlind, !configuration.dryRun else { return }
    let seconds = now.since(wake.began)
    if !wake.failed, seconds >= configuration.wakeTimeout, wake.requests >= 3 {
      decision.memory.state.wake?.failed = true
      decision.memory.state.counters.failedWakes += 1
    }
    guard decision.memory.state.wake?.failed == true else { return }
    let trouble = Trouble(
      .wake, cause: "timeout",
      "The storage is not ready \(TimeSpan.text(seconds)) and \(wake.requests) wake requests after the first one.",
      advice: Wake.likelyCauses)
    decision.troubles.append(trouble)
    if !wake.failed {
      decision.events.append(
        Event(
          .wakeFailed, .error, trouble.words,
          [
            "JOD_MAC": configuration.storageServerMAC.description,
            "JOD_WAKE_REQUESTS": String(wake.requests),
          ]))
    }
  }

  mutating func noteCheck() {
    decision.memory.runtime.lastCheck = Runtime.Check(
      at: now.moment, active: decision.active.map { Array($0.prefix(Self.listedSessions)) },
      reason: decision.reason, trouble: nil)
  }

  /// A household has a few; a bound for what a hostile answer can make us list.
  private static let listedSessions = 20

  private func sessionFields(_ sessions: [ActiveSession]) -> [String: String] {
    var fields = [
      "JOD_SESSIONS": sessions.prefix(Self.listedSessions).map(\.sentence).joined(separator: "; ")
    ]
    guard let first = sessions.first, first.kind != .unknown else { return fields }
    fields["JOD_USER"] = first.user
    fields["JOD_CLIENT"] = first.client
    fields["JOD_DEVICE"] = first.device
    return fields
  }
}

/// Words about waking that more than one place says.
public enum Wake {
  public static let withoutDevices =
    "Jellyfin does not let this API key read its devices, so the storage wakes for those who play or just signed in, but not for those who browse. Use an API key made under Dashboard, API Keys."
  public static let likelyCauses =
    "Likely causes: Wake-on-LAN is off in its firmware or its network driver; the MAC address is another card's; the packet leaves by the wrong interface (BROADCAST_ADDRESS, WOL_INTERFACE); a VLAN or another subnet lies between. Requests go on while somebody is active."
}

extension Memory {
  /// Notes one wake request, by whomever it was asked for; it begins a wake where none runs.
  public mutating func noteWakeRequest(at moment: Moment) {
    if state.wake == nil {
      state.wake = State.Wake(began: moment)
      state.counters.wakes += 1
    } else {
      state.wake?.requests += 1
    }
    state.lastWakeRequest = moment
    state.counters.wakeRequests += 1
  }
}

extension Memory {
  /// Takes back a request that did not leave the machine, so that the next check may try at once.
  public mutating func forgetWakeRequest(before earlier: State) {
    state.wake = earlier.wake
    state.lastWakeRequest = earlier.lastWakeRequest
    state.counters = earlier.counters
  }

  /// Notes that the storage server was seen ready between checks, and returns what changed by that.
  public mutating func noteReady(_ configuration: Configuration, _ now: Now) -> [Event] {
    var check = CheckInProgress(configuration: configuration, now: now, memory: self)
    check.noteStorage(.ready)
    self = check.decision.memory
    return check.decision.events
  }
}
