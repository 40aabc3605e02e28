extension State {
  /// What happened so often since the state began. Nothing here is ever taken back, except what turned out not to have
  /// been done.
  public struct Counters: Hashable, Sendable {
    public var wakeRequests = 0
    public var wakes = 0
    public var failedWakes = 0
    public var powerOffs = 0
    public var refusedPowerOffs = 0
    public var failedPowerOffs = 0
    /// Times that Jellyfin began to be unavailable.
    public var jellyfinFailures = 0
    /// Times that it began to reject the key.
    public var keyRejections = 0
    /// Times that wake requests began not to leave this machine.
    public var packetFailures = 0
    public var timeToReady = TimeToReady()
    public var power = PowerTime()

    public init() {}

    var isPlausible: Bool {
      let counts = [
        wakeRequests, wakes, failedWakes, powerOffs, refusedPowerOffs, failedPowerOffs, jellyfinFailures,
        keyRejections, packetFailures,
      ]
      return counts.allSatisfy(State.isCount) && timeToReady.isPlausible && power.isPlausible
    }
  }

  /// Far more than anything happens, and far from every overflow.
  static func isCount(_ number: Int) -> Bool { (0...(1 << 40)).contains(number) }
}

extension State.Counters: JSONDocument {
  /// What an earlier version did not count has not been seen yet.
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.added("wake_requests", &wakeRequests)
    try fields.added("wakes", &wakes)
    try fields.added("failed_wakes", &failedWakes)
    try fields.added("power_offs", &powerOffs)
    try fields.added("refused_power_offs", &refusedPowerOffs)
    try fields.added("failed_power_offs", &failedPowerOffs)
    try fields.added("jellyfin_failures", &jellyfinFailures)
    try fields.added("key_rejections", &keyRejections)
    try fields.added("packet_failures", &packetFailures)
    try fields.added("time_to_ready", &timeToReady)
    try fields.added("power", &power)
    // Another version may have had other buckets, whose counts fit no longer.
    if !timeToReady.hasItsBuckets { timeToReady = TimeToReady() }
  }
}

/// How long wakes took from the first request until the storage server was ready, in seconds.
public struct TimeToReady: Hashable, Sendable {
  /// Upper bounds of the histogram's buckets; one more takes the rest. Suspend to memory takes seconds, a cold start with
  /// many disks some minutes.
  public static let bounds: [Seconds] = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600]
  /// Enough for a median that one odd wake does not move.
  private static let remembered = 9

  /// Wakes in each bucket.
  public private(set) var counts = Array(repeating: 0, count: bounds.count + 1)
  public private(set) var sum: Seconds = 0
  /// The last ones, the newest last.
  public private(set) var last: [Seconds] = []

  public init() {}

  public mutating func note(_ seconds: Seconds) {
    // Over a reboot a clock that was set may pretend any length.
    let seconds = min(max(0, seconds), 86400)
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    sum += seconds
    last = (last + [seconds]).suffix(Self.remembered)
  }

  /// What may be expected of the next wake; nil where there was none yet.
  public var usual: Seconds? { Self.median(last) }

  public static func median(_ lengths: [Seconds]) -> Seconds? {
    let sorted = lengths.sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  var hasItsBuckets: Bool { counts.count == Self.bounds.count + 1 }

  var isPlausible: Bool {
    hasItsBuckets && counts.allSatisfy(State.isCount) && (0...1e12).contains(sum)
      && last.count <= Self.remembered && last.allSatisfy((0...86400).contains)
  }
}

extension TimeToReady: JSONDocument {
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("counts", &counts)
    try fields.field("sum", &sum)
    try fields.field("last", &last)
  }
}
