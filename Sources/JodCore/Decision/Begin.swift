/// What came of a wake request.
public enum RequestOutcome: Hashable, Sendable {
  /// Its first copy left at this moment.
  case left(at: Moment)
  /// It did not leave this machine, and why.
  case stayed(Trouble)
}

extension Memory {
  /// Notes a verdict before it is carried out: a run that is killed in between has kept the cooldown, and nobody sends a
  /// packet into a machine that goes down.
  ///
  /// - Returns: what has changed by that alone.
  public mutating func begin(_ verdict: Verdict, _ configuration: Configuration, _ now: Now) -> [Change] {
    switch verdict.action {
    case .rest, .ask: return []
    case .wake(let asking):
      beginRequest(at: now.moment, for: asking)
      return []
    case .powerOff(let idle): return [beginPowerOff(idle: idle, at: now.moment)]
    case .scan:
      beginScan(at: now.moment)
      return []
    }
  }

  /// Notes that a request is about to leave.
  ///
  /// One that answers a single lost probe, of a server that is known to be ready, is no wake.
  public mutating func beginRequest(at moment: Moment, for asking: [ActiveSession]) {
    state.requests.begin(at: moment)
    let isLostProbe = state.storage.known == .ready && state.undertaking.isIdle
    let isByHand = asking.contains { $0.kind == .hand }
    if isByHand || !isLostProbe { state.undertaking.beginRequest(at: moment, for: asking) }
  }

  /// Notes what came of a request for these, and returns what has changed by it.
  public mutating func settle(
    _ outcome: RequestOutcome, for asking: [ActiveSession], byHand: Bool, _ configuration: Configuration,
    _ now: Now
  ) -> Change {
    settle(outcome, configuration, now)
    return switch outcome {
    case .left: request(for: asking, byHand: byHand, configuration)
    case .stayed(let trouble): .requestStayed(trouble)
    }
  }

  /// Notes what came of a request.
  public mutating func settle(
    _ outcome: RequestOutcome, _ configuration: Configuration, _ now: Now
  ) {
    switch outcome {
    case .left(let moment):
      state.requests.left(at: moment)
      state.isPresumedOn = true
      state.counters.wakeRequests += 1
      if let wake = state.undertaking.wake, wake.requests == 0 { noteWake(wake, at: moment) }
      state.undertaking.requestLeft()
      // Nothing will tell when it is ready.
      if configuration.isBlind, state.undertaking.wake?.isByHand == true { state.storage.byHand = moment }
      notePower(configuration, now)
    case .stayed:
      state.requests.stayed()
      state.undertaking.requestStayed()
      if runtime.troubles.since(.packet) == nil { state.counters.packetFailures += 1 }
    }
  }

  private mutating func noteWake(_ wake: Wake, at moment: Moment) {
    state.counters.wakes += 1
    if wake.isByAccess, let access = runtime.access { state.accesses.note(access.session, at: moment) }
  }

  /// Notes a power-off that is about to be asked for, and returns what that changes.
  ///
  /// - Parameter idle: for how many seconds nobody was active; nil where somebody asks for it by hand.
  public mutating func beginPowerOff(idle: Seconds?, at moment: Moment) -> Change {
    state.undertaking.beginPowerOff(at: moment)
    return .powerOffBegan(idle: idle, isRetry: state.undertaking.stopping?.after != nil)
  }

  /// Takes back a power-off that was noted and not asked for: what cannot be remembered could be asked again and again.
  public mutating func forgetPowerOff() {
    state.dismissed = []
    state.undertaking.stoppingIsOver()
  }

  /// Notes what came of a power-off, and returns what has changed by it.
  public mutating func settle(
    _ outcome: PowerOffOutcome, _ configuration: Configuration, _ now: Now
  ) -> [Change] {
    let before = state.undertaking.stopping?.after
    switch outcome {
    case .accepted, .perhaps:
      state.counters.powerOffs += 1
      state.undertaking.accepted()
      state.isPresumedOn = false
      runtime.readySince = nil
      notePower(configuration, now)
      return before == nil ? [] : [.powerOffTaken]
    case .calledOff:
      forgetPowerOff()
      return []
    case .busy, .mounted: state.counters.refusedPowerOffs += 1
    case .failed: state.counters.failedPowerOffs += 1
    }
    return outcome.refusal.map { [noteRefusal($0, before, now)] } ?? []
  }

  private mutating func noteRefusal(
    _ reason: Refusal.Reason, _ before: Refusal?, _ now: Now
  ) -> Change {
    // It stays on: nobody was sent away, and a person who asked by hand has it.
    state.dismissed = []
    if state.undertaking.owed?.kind == .hand { state.storage.byHand = now.moment }
    state.undertaking.refused(Refusal(at: now.moment, reason, after: before))
    return .powerOffRefused(reason, isNews: before.map { !$0.reason.saysTheSame(as: reason) } ?? true)
  }
}

extension Memory {
  /// In a dry run nothing begins: what would is told when it is another than at the check before.
  public mutating func rehearse(_ verdict: Verdict) -> [Change] {
    if case .ask = verdict.action { return [] }
    let rehearsed = Rehearsed(verdict.action)
    defer { runtime.rehearsed = rehearsed?.kind }
    return rehearsed.flatMap { $0.kind == runtime.rehearsed ? nil : [.rehearsed($0)] } ?? []
  }
}

/// What a dry run would have done.
public enum Rehearsed: Hashable, Sendable {
  case wake(for: [ActiveSession])
  case powerOff(idle: Seconds)

  /// Nil where nothing would be done.
  init?(_ action: Verdict.Action) {
    switch action {
    case .rest, .ask, .scan: return nil
    case .wake(let asking): self = .wake(for: asking)
    case .powerOff(let idle): self = .powerOff(idle: idle)
    }
  }

  /// Which of both, as it is remembered until the next check.
  public enum Kind: String, Sendable, JSONCodable { case wake, powerOff }

  var kind: Kind {
    switch self {
    case .wake: .wake
    case .powerOff: .powerOff
    }
  }

  /// Of a command that asks for the storage.
  public static let wakeByHand = Rehearsed.wake(for: [.hand])
}
