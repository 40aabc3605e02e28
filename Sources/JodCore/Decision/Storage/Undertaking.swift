/// What jod-check has undertaken with the storage server.
///
/// What is *seen* of the server is told apart (`Memory.noticeStorage`): a probe may be lost while the server is asked to
/// come, and a hand may press its button while it goes down. Every change of the phase is one of the functions below; nobody
/// else can make one.
public struct Undertaking: Hashable, Sendable {
  public enum Phase: Hashable, Sendable {
    case nothing
    /// It is asked to come, by one request or more.
    case waking(Wake)
    /// It was asked to power off.
    case stopping(Stopping)
    /// It went down while somebody asked for it, and no request has left since.
    case owing(ActiveSession)
    /// It refused to power off, or could not.
    case refused(Refusal)
  }

  public private(set) var phase = Phase.nothing

  public init() {}

  /// As a file has it.
  init(_ phase: Phase) { self.phase = phase }

  public var wake: Wake? { if case .waking(let wake) = phase { wake } else { nil } }

  public var stopping: Stopping? { if case .stopping(let stopping) = phase { stopping } else { nil } }

  /// Whether nothing was done that could change what the server is.
  var isDone: Bool {
    switch phase {
    case .nothing, .owing: true
    case .waking, .stopping, .refused: false
    }
  }

  /// Whether nothing runs that concerns who asks for it.
  var isIdle: Bool {
    switch phase {
    case .nothing, .refused: true
    case .waking, .stopping, .owing: false
    }
  }

  public var refusal: Refusal? { if case .refused(let refusal) = phase { refusal } else { nil } }

  /// Who asked for it while it was going down, and has not been served.
  public var owed: ActiveSession? {
    switch phase {
    case .waking(let wake): wake.owed
    case .stopping(let stopping): stopping.owed
    case .owing(let session): session
    case .nothing, .refused: nil
    }
  }

  // MARK: Asking it to come

  /// A request is about to leave, for those who ask now.
  mutating func beginRequest(at moment: Moment, for asking: [ActiveSession]) {
    let isFirst = wake == nil
    var wake = wake ?? Wake(began: moment, owed: owed, stopping: stopping)
    let everybody = asking + [wake.owed].compactMap { $0 }
    wake.isByHand = wake.isByHand || everybody.contains { $0.kind == .hand }
    wake.isByAccess = (isFirst || wake.isByAccess) && everybody.allSatisfy { $0.kind == .access }
    wake.demandEnded = nil
    phase = .waking(wake)
  }

  /// A silence turned out to be more than a lost probe, and this request had left in it.
  mutating func adopt(requestAt moment: Moment) {
    var wake = Wake(began: moment)
    wake.requests = 1
    phase = .waking(wake)
  }

  mutating func requestLeft() {
    changeWake { wake in
      wake.requests += 1
      wake.owed = nil
    }
  }

  /// It is still owed to the person it was for, where the wake is none without it; and what went down before goes down still.
  mutating func requestStayed() {
    guard let wake, wake.requests == 0 else { return }
    phase = wake.stopping.map { .stopping($0) } ?? owedOrNothing
  }

  mutating func demandGoesOn() { changeWake { wake in wake.demandEnded = nil } }

  /// Nobody asks any more. The wake continues for a while: the server may still come.
  mutating func demandEnded(_ now: Now, limit: Seconds) {
    guard let wake else { return }
    let ended = wake.demandEnded ?? now.moment
    changeWake { wake in wake.demandEnded = ended }
    if now.since(ended) >= limit { phase = .nothing }
  }

  /// Its kernel answered, its service did not.
  mutating func answeredUp() { changeWake { wake in wake.wasUp = true } }

  mutating func wakeFailed() { changeWake { wake in wake.failed = true } }

  /// It is ready, and not because it has not gone down yet: what was asked for is there.
  mutating func arrived() {
    switch phase {
    case .waking, .owing, .stopping: phase = .nothing
    case .nothing, .refused: break
    }
  }

  // MARK: Asking it to go

  /// It is about to be asked.
  mutating func beginPowerOff(at moment: Moment) {
    phase = .stopping(Stopping(since: moment, after: refusal))
  }

  /// It took the power-off, or may have.
  mutating func accepted() { changeStopping { stopping in stopping.isAccepted = true } }

  mutating func refused(_ refusal: Refusal) { phase = .refused(refusal) }

  /// Somebody asks for it while it goes down. They are not forgotten, should they give up before it can be woken.
  mutating func askedMeanwhile(_ session: ActiveSession) {
    // A person who asked with a command is not replaced by one who may only browse.
    changeStopping { stopping in if stopping.owed?.kind != .hand { stopping.owed = session } }
  }

  mutating func fellSilent() { changeStopping { stopping in stopping.wasSilent = true } }

  /// It is down. Returns whether jod-check had asked for that.
  mutating func wentDown() -> Bool {
    switch phase {
    case .stopping:
      phase = owedOrNothing
      return true
    case .waking(let wake):
      changeWake { wake in wake.stopping = nil }
      return wake.stopping != nil
    case .refused:
      phase = .nothing
      return false
    case .nothing, .owing: return false
    }
  }

  /// It has not gone down, was not asked, or nothing can tell whether it has: nobody waits for that any longer.
  mutating func stoppingIsOver() {
    if stopping != nil { phase = owedOrNothing }
  }

  /// It is needed again, so that a refusal means nothing any more.
  mutating func isNeeded() {
    if refusal != nil { phase = .nothing }
  }

  private var owedOrNothing: Phase { owed.map { .owing($0) } ?? .nothing }

  private mutating func changeWake(_ change: (inout Wake) -> Void) {
    guard var wake else { return }
    change(&wake)
    phase = .waking(wake)
  }

  private mutating func changeStopping(_ change: (inout Stopping) -> Void) {
    guard var stopping else { return }
    change(&stopping)
    phase = .stopping(stopping)
  }
}
