import JodCore

/// What came of a year, or of many.
public struct Ledger: Sendable {
  public var seconds: Seconds = 0
  public var secondsOn: Seconds = 0
  /// How long each waited who pressed play, or went on after a pause, and found the storage not ready.
  public var waits: [Seconds] = []
  /// Times that somebody pressed play, or went on.
  public var plays = 0
  /// Times that a request of the policy switched the server on, and of these the ones that served nobody.
  public var wakes = 0
  public var needlessWakes = 0
  /// Power-offs, and of these the ones in the midst of something.
  public var powerOffs = 0
  public var hurtViewers = 0
  public var hurtWork = 0
  public var hurtScans = 0
  public var hurtRecordings = 0
  /// Recordings that could not begin.
  public var lostRecordings = 0
  /// When somebody needed the storage, as it came.
  public var needs: [Calendar.Span] = []
  /// Seconds that it must have been on under any policy.
  public var leastOn: Seconds = 0

  public init() {}

  public var hurts: Int { hurtViewers + hurtWork + hurtScans + hurtRecordings }

  public var years: Double { seconds / (365.25 * Calendar.day) }

  public var meanWait: Seconds { waits.isEmpty ? 0 : waits.reduce(0, +) / Double(waits.count) }

  /// The waits longer than one bound, and at most as long as another.
  public func waits(over lower: Seconds, upTo upper: Seconds) -> Int {
    waits.filter { $0 > lower && $0 <= upper }.count
  }

  /// For how long somebody who knows all that comes would have the server on: for each need, and its boot and shutdown,
  /// where it does not rather stay on until the next.
  public static func leastOn(
    _ needs: [Calendar.Span], boot: Seconds, shutdown: Seconds, until end: Seconds
  ) -> Seconds {
    var (total, last): (Seconds, Seconds) = (0, 0)
    for need in needs.sorted(by: { $0.start < $1.start }) {
      let (on, off) = (max(last, need.start - boot), min(end, need.end + shutdown))
      total += max(0, off - on)
      last = max(last, off)
    }
    return total
  }

  public mutating func add(_ other: Ledger) {
    seconds += other.seconds
    secondsOn += other.secondsOn
    waits += other.waits
    plays += other.plays
    wakes += other.wakes
    needlessWakes += other.needlessWakes
    powerOffs += other.powerOffs
    hurtViewers += other.hurtViewers
    hurtWork += other.hurtWork
    hurtScans += other.hurtScans
    hurtRecordings += other.hurtRecordings
    lostRecordings += other.lostRecordings
    leastOn += other.leastOn
  }
}
