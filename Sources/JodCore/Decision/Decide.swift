/// What a check does, and why.
public struct Verdict: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case rest
    /// Send one wake request, for those who asked.
    case wake(for: [ActiveSession])
    case powerOff(idle: Seconds)
    /// Ask Jellyfin this first, and decide again by all that is known then.
    case ask(Set<Question>)
    /// Let Jellyfin scan its libraries, by the task of this id.
    case scan(task: String)
  }

  /// What else Jellyfin may be asked.
  public enum Question: Hashable, Sendable {
    case recordings, tasks, schedule, startOfJellyfin, keyOwner
  }

  public var action: Action
  public var reason: Reason
  /// What keeps the storage server from being powered off.
  public var objections: [Objection] = []

  public var isWake: Bool { if case .wake = action { true } else { false } }

  public var isPowerOff: Bool { if case .powerOff = action { true } else { false } }
}

/// Decides one check (specification, One check). It reads what was noticed and changes nothing: the same arguments always
/// give the same verdict.
///
/// Unknown is not idle: without an answer of Jellyfin nothing is sent, but where Jellyfin may wait for the storage itself.
/// Anyone who asks is served when the storage server is not ready and the cooldown allows. Where nobody is active, it is
/// powered off when no rule objects.
public func decide(_ configuration: Configuration, _ memory: Memory, _ now: Now) -> Verdict {
  var verdict = judge(configuration, memory, now)
  // Whose key it is must be known before anybody counts, but nobody waits for a packet because of that.
  if memory.asksForKeyOwner(now), !verdict.isWake {
    if case .ask(let others) = verdict.action {
      verdict.action = .ask(others.union([.keyOwner]))
    } else if memory.seen.active != nil {
      verdict.action = .ask([.keyOwner])
    }
  }
  askForTasks(&verdict, configuration, memory, now)
  if case .rest = verdict.action, configuration.libraryScanInterval != nil {
    let rules = ScanRules(configuration: configuration, memory: memory, now: now)
    verdict.action = rules.due.map { .scan(task: $0) } ?? .rest
  }
  return verdict
}

/// Jellyfin's tasks matter while others are active too; no packet, and no power-off, waits for that.
private func askForTasks(
  _ verdict: inout Verdict, _ configuration: Configuration, _ memory: Memory, _ now: Now
) {
  guard memory.asksForSchedule(configuration, now) else { return }
  switch verdict.action {
  case .rest: verdict.action = .ask([.schedule])
  // Those before a power-off have it where it matters to that.
  case .ask(let others) where !others.contains(.tasks): verdict.action = .ask(others.union([.schedule]))
  case .ask, .wake, .powerOff, .scan: break
  }
}

private func judge(_ configuration: Configuration, _ memory: Memory, _ now: Now) -> Verdict {
  let wake = WakeRules(configuration: configuration, memory: memory, now: now)
  let powerOff = PowerOffRules(configuration: configuration, memory: memory, now: now, urgency: .whenIdle)
  var objections = powerOff.objections
  func verdict(_ action: Verdict.Action, _ reason: Reason) -> Verdict {
    Verdict(action: action, reason: reason, objections: objections)
  }

  guard let active = memory.seen.active else {
    // A script knows what Jellyfin does not, whatever Jellyfin says.
    if !memory.seen.asking.isEmpty {
      let (action, reason) = wake.answer(to: memory.seen.asking)
      return verdict(action, reason)
    }
    if let deadlock = wake.deadlock { return verdict(.wake(for: [deadlock]), .needed(deadlock)) }
    // A person who asked by hand was promised a wake, regardless of what Jellyfin says.
    guard let hand = wake.owedHand else { return verdict(.rest, .activityUnknown) }
    let (action, reason) = wake.answer(to: [hand])
    return verdict(action, reason)
  }

  if wake.mustAskForStart { return verdict(.ask([.startOfJellyfin]), .startUnknown(active[0])) }
  if let asking = wake.asking {
    let (action, reason) = wake.answer(to: asking)
    return verdict(action, reason)
  }

  var questions: Set<Verdict.Question> = []
  if wake.asksForRecordings { questions.insert(.recordings) }
  if objections.isEmpty {
    if let last = powerOff.lastObjections {
      objections = last
    } else {
      questions.formUnion(powerOff.lastQuestions)
    }
  }
  let nobody = active.first.map(Reason.keptUp) ?? .nobody
  if !questions.isEmpty { return verdict(.ask(questions), nobody) }
  guard objections.isEmpty else { return verdict(.rest, nobody) }
  let idle = memory.runtime.idle?.seconds ?? 0
  return verdict(.powerOff(idle: idle), .nothingInTheWay(idle: idle))
}

/// Why a check does what it does: facts, for which `Words` has sentences.
public enum Reason: Hashable, Sendable {
  case activityUnknown
  case nobody
  /// Whether Jellyfin has just started is asked first.
  case startUnknown(ActiveSession)
  /// Somebody is active who does not wake the storage.
  case keptUp(ActiveSession)
  case goingDown(ActiveSession)
  case served(ActiveSession)
  /// The next request may go out in so many seconds.
  case cooldown(ActiveSession, Seconds)
  case needed(ActiveSession)
  case nothingInTheWay(idle: Seconds)
}

/// When the storage server is asked to come (specification, Waking).
struct WakeRules {
  let configuration: Configuration
  let memory: Memory
  let now: Now

  /// Who asks: those who are there, or else those who asked while it was going down. Nil for nobody.
  var asking: [ActiveSession]? {
    let present = memory.seen.asking
    if !present.isEmpty { return present }
    return memory.state.undertaking.owed.map { [$0] }
  }

  /// Whether Jellyfin must say when it started before the storage is woken: where all who ask for that only browse or
  /// pause, as those do who come back by themselves. A wake that runs continues without, and so does what need not be woken.
  var mustAskForStart: Bool {
    let (seen, undertaking) = (memory.seen, memory.state.undertaking)
    guard seen.startOfJellyfin == nil, undertaking.wake == nil else { return false }
    // Those who ask while it goes down are owed a wake; else it is asked when a request may go out.
    guard undertaking.stopping != nil || (!isServed && cooldown == nil) else { return false }
    return !seen.asking.isEmpty && seen.asking.allSatisfy { [.browsing, .paused].contains($0.kind) }
  }

  /// Who asked with a command while it was going down, and has not been served.
  var owedHand: ActiveSession? {
    memory.state.undertaking.owed.flatMap { $0.kind == .hand ? $0 : nil }
  }

  /// What those get who ask, and why.
  func answer(to asking: [ActiveSession]) -> (Verdict.Action, Reason) {
    if isGoingDown { return (.rest, .goingDown(asking[0])) }
    if isServed { return (.rest, .served(asking[0])) }
    if let wait = cooldown { return (.rest, .cooldown(asking[0], wait)) }
    return (.wake(for: asking), .needed(asking[0]))
  }

  var isServed: Bool { memory.runtime.probe == .ready }

  /// Whether no packet may be sent for a power-off that runs.
  var isGoingDown: Bool {
    guard let stopping = memory.state.undertaking.stopping else { return false }
    // As the cooldown: anyone who waits is served as soon as either clock allows it.
    return now.since(stopping.since) < Stopping.noPackets || isServed
  }

  /// Seconds until a request may go out; nil if it may now.
  var cooldown: Seconds? {
    guard let last = memory.state.requests.latest else { return nil }
    var pause = configuration.packetCooldown
    if configuration.isBlind, let wake = memory.state.undertaking.wake,
      now.since(wake.began) >= configuration.wakeTimeout
    {
      pause = max(pause, Configuration.blindRepeat)
    }
    let wait = pause - now.since(last)
    return wait > 0 ? wait : nil
  }

  /// Jellyfin, where it has given no answer for long and may wait for a mount of a server that is off: nobody else could
  /// end that. Once an hour is enough.
  var deadlock: ActiveSession? {
    guard let mount = memory.seen.mount, let since = memory.runtime.jellyfinWaitsSince,
      now.since(since) >= Self.longestWaitForJellyfin, memory.state.storage.known == .down,
      memory.state.undertaking.stopping == nil,
      memory.state.requests.latest.map({ now.since($0) >= Self.deadlockPause }) ?? true
    else { return nil }
    return ActiveSession(user: "", client: "", device: mount, kind: .deadlock, wakes: true)
  }

  /// Its start takes less.
  static let longestWaitForJellyfin: Seconds = 5 * 60
  static let deadlockPause: Seconds = 3600

  var asksForRecordings: Bool {
    guard configuration.wakeForRecordings, memory.seen.recordings == nil else { return false }
    return memory.runtime.recordings.map {
      now.moment.boot - $0.asked >= RecordingMemory.interval
    } ?? true
  }
}
