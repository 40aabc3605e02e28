import JodCore

/// A wait for the storage: it is probed once a second, and asked to come as often as the cooldown allows, for a person with a
/// command as for a program that opens a file (specification, Waking by hand, Wake on access).
struct StorageWait {
  let program: Program
  /// Who waits.
  var session: ActiveSession
  /// Finds out more of them. Called once a request has left, for nobody waits for it then.
  let identify: (ActiveSession) -> ActiveSession
  /// Whether the first request leaves whatever the cooldown says.
  let isUrgent: Bool

  /// What has changed and has not been told.
  private var news: [Change] = []
  /// Why what was noted cannot be written, where it cannot. Who waits is served all the same.
  private(set) var unwritable: Trouble?
  /// Whether a request has left.
  private(set) var hasSent = false

  private let start = Clock.now().moment
  /// Since when it may be asked to come: a power-off that runs has its own time.
  private var began: Moment?

  private var configuration: Configuration { program.configuration }

  init(
    _ program: Program, for session: ActiveSession, isUrgent: Bool,
    identify: @escaping (ActiveSession) -> ActiveSession = { $0 }
  ) {
    (self.program, self.session, self.isUrgent, self.identify) = (program, session, isUrgent, identify)
  }

  enum Stage {
    case ready
    /// It goes down by our own doing, and may not be asked yet.
    case goingDown
    /// It went down for so long that it hangs.
    case hangs(Trouble)
    /// No request left this machine; the news say why.
    case stayed
    /// It was asked, and so many seconds have passed since it first could be.
    case waiting(Seconds)
    /// As above, and `WAKE_TIMEOUT` is over; in words, what is known of why.
    case late(Seconds, why: String?)
  }

  /// Seconds until `WAKE_TIMEOUT` is over.
  var timeLeft: Seconds {
    began.map { configuration.wakeTimeout - Clock.now().since($0) } ?? .infinity
  }

  /// Probes once, and does what is to be done then.
  mutating func look(at address: Endpoint) -> Stage {
    let memory = probe(address)
    let now = Clock.now()
    switch verdict(memory, now) {
    case .ready: return .ready
    case .goingDown:
      let seconds = now.since(start)
      let isHanging = seconds > Stopping.timeLimit + Stopping.noPackets
      return isHanging ? .hangs(Trouble(hangingFor: seconds, configuration)) : .goingDown
    case .send:
      began = began ?? now.moment
      if case .stayed? = send() { return .stayed }
    case .wait: began = began ?? now.moment
    }
    let seconds = began.map { now.since($0) } ?? 0
    guard seconds >= configuration.wakeTimeout else { return .waiting(seconds) }
    let why = memory.state.undertaking.wake.map { Trouble($0, after: seconds, configuration).words }
    return .late(seconds, why: why)
  }

  /// What a look would do, going by what is remembered alone: all that there is where nothing tells when it is ready.
  mutating func lookBlindly() -> HandVerdict {
    let memory = note { [session] memory, now in
      memory.noticeWait(of: session, now)
      return []
    }
    return verdict(memory, Clock.now())
  }

  /// Sends one request; nil where another has left since that was decided.
  @discardableResult
  mutating func send() -> RequestOutcome? {
    let now = Clock.now()
    let (session, isFirst) = (session, isFirst)
    let isOurs = program.store.update(bootID: now.moment.bootID, keep: .runtime) { memory in
      let mayLeave = decideWake(configuration, memory, now, isFirst: isFirst) == .send
      if mayLeave { memory.beginRequest(at: now.moment, for: [session]) }
      return mayLeave
    }.result
    guard isOurs else { return nil }
    let outcome = WakeSwitch(configuration: configuration).press()
    self.session = identify(session)
    _ = note { [session = self.session, configuration] memory, now in
      memory.noticeWait(of: session, now)
      let isByHand = session.kind == .hand
      return [
        memory.settle(outcome, for: isByHand ? [] : [session], byHand: isByHand, configuration, now)
      ]
    }
    if case .left = outcome { hasSent = true }
    return outcome
  }

  /// What has changed since this was asked.
  mutating func takeNews() -> [Change] {
    defer { news = [] }
    return news
  }

  private var isFirst: Bool { isUrgent && !hasSent }

  private func verdict(_ memory: Memory, _ now: Now) -> HandVerdict {
    decideWake(configuration, memory, now, isFirst: isFirst)
  }

  /// Probes, and notes what came of it and that somebody waits. A packet for a machine that is known to be down needs no
  /// answer of it.
  private mutating func probe(_ address: Endpoint) -> Memory {
    let before = program.store.load(bootID: Clock.now().moment.bootID).memory
    let mayLeave = verdict(before, Clock.now()) == .send
    let limit = before.knowsStorageDown && mayLeave ? StorageProbe.glance : StorageProbe.timeLimit
    let probe = StorageProbe(address, before).result(within: limit)
    return note { [session, configuration] memory, now in
      let changes = memory.noticeProbe(probe.probe, configuration, now)
      memory.noticeWait(of: session, now)
      return changes
    }
  }

  /// Makes a change last, and shows it.
  private mutating func note(_ change: (inout Memory, Now) -> [Change]) -> Memory {
    let now = Clock.now()
    var (memory, changes): (Memory?, [Change]) = (nil, [])
    let findings = program.remember(at: now, isShown: true) { remembered in
      changes = change(&remembered, now)
      memory = remembered
      return changes
    }
    news += changes
    unwritable = findings.unwritable ?? unwritable
    return memory ?? program.store.load(bootID: now.moment.bootID).memory
  }
}
