/// When a run that has a socket checks, waits and leaves: it polls for every request that was promised a check, accepts
/// connections for a while, and leaves (specification, The socket). All times are on the boot clock.
public struct ServingSchedule: Hashable, Sendable {
  public enum Step: Hashable, Sendable {
    case check
    /// Nothing before this time, unless something happens.
    case wait(until: Seconds)
    /// Accepts no more connections.
    case leave
  }

  /// Jellyfin is polled at most once in a second; some more, for the way to it does not always take the same time.
  static let betweenPolls: Seconds = 1.1
  /// A run leaves when so much time has passed without a connection.
  static let quiet: Seconds = 1
  /// A run accepts connections for so long at most.
  public static let longest: Seconds = 10

  public let began: Seconds
  public let interval: Seconds
  /// When the last poll began, in this run or an earlier one.
  public private(set) var lastPoll: Seconds?
  public private(set) var hasChecked = false
  private var lastConnection: Seconds?
  /// Somebody was told that a check follows, after the last poll began.
  private var isPromised = false
  private var hasLeft = false

  /// - Parameter interval: `CHECK_INTERVAL`: every start of a run sets the timer back, so the run must keep its beat.
  public init(began: Seconds, interval: Seconds, lastPoll: Seconds?) {
    (self.began, self.interval) = (began, interval)
    // A poll of the future is another boot's.
    self.lastPoll = lastPoll.flatMap { $0 <= began ? $0 : nil }
  }

  public mutating func noteConnection(at time: Seconds) { lastConnection = time }

  /// Somebody is to be told that a check follows; false where the run has made its last.
  public mutating func promise() -> Bool {
    if hasLeft { return false }
    isPromised = true
    return true
  }

  /// Ends the run, unless somebody was promised a poll; returns whether it has ended.
  public mutating func leave() -> Bool {
    hasLeft = hasChecked && !isPromised
    return hasLeft
  }

  /// A poll begins: it keeps all promises made before.
  public mutating func notePoll(at time: Seconds) {
    (lastPoll, hasChecked, isPromised) = (time, true, false)
  }

  public func next(at now: Seconds) -> Step {
    let allowed = lastPoll.map { $0 + Self.betweenPolls } ?? began
    let end = min(began + Self.longest, lastConnection.map { $0 + Self.quiet } ?? began)
    guard hasChecked, !isPromised else {
      if now >= allowed { return .check }
      return .wait(until: now < end ? min(end, allowed) : allowed)
    }
    // The run keeps the beat while connections come; then the timer does.
    if now >= end { return .leave }
    let beat = max(allowed, (lastPoll ?? began) + interval)
    return now >= beat ? .check : .wait(until: min(end, beat))
  }
}
