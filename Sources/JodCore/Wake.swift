/// Words about waking that more than one place says.
public enum Wake {
  public static let withoutDevices =
    "Jellyfin does not let this API key read its devices, so the storage wakes for those who play or just signed in, but not for those who browse. Use an API key made under Dashboard, API Keys."
  public static let likelyCauses =
    "Likely causes: Wake-on-LAN is off in its firmware or its network driver; the MAC address is another card's; the packet leaves by the wrong interface (BROADCAST_ADDRESS, WOL_INTERFACE); a VLAN or another subnet lies between. Requests go on while somebody is active."
}

extension CheckInProgress {
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
    // The power-off is over: whoever asked meanwhile is served.
    decision.memory.state.stopping = nil
    decision.memory.state.owedWake = nil
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

  /// Notes who asks for the storage, and returns them together with who asked while it was going down: they are not
  /// forgotten, should they give up before it can be woken.
  mutating func noteAsking(_ asking: [ActiveSession]) -> [ActiveSession] {
    if stopping != nil, let first = asking.first {
      decision.memory.state.owedWake = first
    } else if stopping == nil, storageIsReady {
      // It did not go down after all, and serves whoever asked.
      decision.memory.state.owedWake = nil
    }
    if !asking.isEmpty { return asking }
    return decision.memory.state.owedWake.map { [$0] } ?? []
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
    state.isPresumedOn = true
    state.counters.wakeRequests += 1
  }

  /// Whether the storage server was down at the last check, and nothing was done since that could change it.
  public var knowsStorageDown: Bool {
    state.storage.known == .down && runtime.probe != .ready && state.wake == nil && state.stopping == nil
  }

  /// Takes back a request that did not leave the machine, so that the next check may try at once.
  public mutating func forgetWakeRequest(before earlier: State) {
    state.wake = earlier.wake
    state.lastWakeRequest = earlier.lastWakeRequest
    state.counters.wakeRequests = earlier.counters.wakeRequests
    state.counters.wakes = earlier.counters.wakes
    if runtime.troubles.since(.packet) == nil { state.counters.packetFailures += 1 }
    state.isPresumedOn = earlier.isPresumedOn
    state.owedWake = earlier.owedWake
  }

  /// Notes that the storage server was seen ready between checks, and returns what changed by that.
  public mutating func noteReady(_ configuration: Configuration, _ now: Now) -> [Event] {
    let nothing = Observation(jellyfin: .failure(Trouble(.jellyfin, cause: "not asked", "")), storage: .ready)
    var check = CheckInProgress(configuration: configuration, observation: nothing, now: now, memory: self)
    check.noteStorage(.ready)
    check.decision.memory.notePower(configuration, now)
    self = check.decision.memory
    return check.decision.events
  }
}
