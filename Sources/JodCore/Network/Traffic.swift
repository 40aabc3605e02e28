/// What has crossed so far between this machine and the storage server, as far as this machine can see it.
public struct TrafficReading: Hashable, Sendable {
  /// A TCP connection, or an NFS mount. The bytes of an NFS mount are seen by both.
  public struct Flow: Hashable, Sendable {
    /// No other has it until this machine restarts.
    public var id: String
    /// Of a connection; nil for a mount.
    public var port: Int?
    /// Both ways, since it began.
    public var bytes: Double

    public init(id: String, port: Int?, bytes: Double) {
      (self.id, self.port, self.bytes) = (id, port, bytes)
    }

    public init(_ connection: ConnectionQuery.Connection) {
      self.init(id: String(connection.cookie, radix: 16), port: connection.port, bytes: connection.bytes)
    }
  }

  /// What should be seen and cannot.
  public enum Unseen: Hashable, Sendable {
    /// The kernel's table of connections.
    case connections(ConnectionQuery.Failure)
    /// `/proc/self/mountstats`, or what stands there.
    case mounts
    /// Which addresses the storage server has.
    case addresses
  }

  public var flows: [Flow]
  /// The storage server's, whose connections these are; none when waking blindly.
  public var addresses: [IPAddress]
  public var unseen: Unseen?

  public init(_ flows: [Flow], addresses: [IPAddress] = [], unseen: Unseen? = nil) {
    (self.flows, self.addresses, self.unseen) = (flows, addresses, unseen)
  }

  /// The bytes that have crossed since these were read, and the port of the connection that carried most of them. What is new
  /// counts with all of its bytes, and so does what has fewer than before, for it is another; what is gone counts nothing.
  func crossed(since before: [Flow]) -> (bytes: Double, port: Int?) {
    let known = Dictionary(before.map { ($0.id, $0.bytes) }) { first, _ in first }
    var (connections, mounts) = (0.0, 0.0)
    var most: (bytes: Double, port: Int?) = (0, nil)
    for flow in flows {
      let earlier = known[flow.id] ?? 0
      let bytes = flow.bytes >= earlier ? flow.bytes - earlier : flow.bytes
      if flow.port == nil { mounts += bytes } else { connections += bytes }
      if flow.port != nil, bytes > most.bytes { most = (bytes, flow.port) }
    }
    // The same bytes may be in both.
    return (max(connections, mounts), connections >= mounts ? most.port : nil)
  }
}

/// The traffic between this machine and the storage server as checks have observed it: the only sign of those who stream,
/// copy or listen without telling Jellyfin (specification, No traffic).
///
/// A minute is busy that averages 100 KiB/s. Checks see sums only, so they judge by the latest spacings that make up a minute
/// together, or by the last one where that is longer: 6000 KiB in it are busy, for all of them may have crossed in one minute.
public struct Traffic: Hashable, Sendable {
  public struct Busy: Hashable, Sendable {
    /// The check that saw it.
    public var at: Moment
    /// The service's, where a connection carried most; nil for an NFS mount.
    public var port: Int?
  }

  /// What had crossed by then, since the first reading.
  fileprivate struct Mark: Hashable, Sendable {
    var at: Seconds
    var bytes: Double
  }

  /// As of the last reading. Of more than `limit` those with the most bytes: the others are taken for new each time, so in
  /// doubt it is busy.
  private(set) var flows: [TrafficReading.Flow]
  /// Whose they are, for a time in which the name does not resolve.
  public private(set) var addresses: [IPAddress]
  /// About a minute's, the oldest first; never empty.
  private var marks: [Mark]
  private var bytes = 0.0
  /// For how long no minute was busy, as witnessed.
  public private(set) var quiet: IdleCount
  public private(set) var busy: Busy?

  /// In bytes a second, and seconds.
  static let (busyRate, minute): (Double, Seconds) = (100 * 1024, 60)
  /// Spacings that make up so much are taken for a minute, for a timer is not exact.
  private static let shortMinute: Seconds = 55
  /// Marks are so far apart at the least.
  private static let markSpacing: Seconds = 5
  private static let limit = 64

  /// The first reading: what is there may have crossed at any time.
  init(_ reading: TrafficReading, at moment: Moment) {
    (flows, addresses) = (Self.kept(reading.flows), reading.addresses)
    marks = [Mark(at: moment.boot, bytes: 0)]
    quiet = IdleCount(at: moment)
  }

  /// Takes in a reading.
  mutating func observe(_ reading: TrafficReading, at moment: Moment, beat: Seconds) {
    let crossed = reading.crossed(since: flows)
    bytes += crossed.bytes
    (flows, addresses) = (Self.kept(reading.flows), reading.addresses)
    let start = marks.lastIndex { moment.boot - $0.at >= Self.shortMinute } ?? 0
    marks.removeFirst(start)
    if bytes - marks[0].bytes >= Self.busyBytes(in: moment.boot - marks[0].at) {
      // What made the minute busy may have been before this spacing, in which the probe's own few bytes crossed.
      let isFlowing = busy == nil || crossed.bytes >= Self.busyRate
      busy = Busy(at: moment, port: isFlowing ? crossed.port : busy?.port)
      quiet = IdleCount(at: moment)
    } else {
      quiet.observe(moment, beat: beat)
    }
    if moment.boot - marks[marks.count - 1].at >= Self.markSpacing {
      marks.append(Mark(at: moment.boot, bytes: bytes))
    }
  }

  /// How many are busy in so many seconds. In a shorter time than a minute's, those of a minute: then it is busy whatever
  /// comes after.
  private static func busyBytes(in span: Seconds) -> Double {
    busyRate * (span >= shortMinute ? min(span, minute) : minute)
  }

  private static func kept(_ flows: [TrafficReading.Flow]) -> [TrafficReading.Flow] {
    flows.count <= limit ? flows : Array(flows.sorted { $0.bytes > $1.bytes }.prefix(limit))
  }

  var isPlausible: Bool {
    flows.count <= Self.limit && flows.allSatisfy { (0...1e20).contains($0.bytes) }
      && (0...1e20).contains(bytes) && !marks.isEmpty && marks.allSatisfy { Moment.isBootClock($0.at) }
      && quiet.isPlausible && busy?.at.isPlausible ?? true
  }
}

extension Memory {
  /// Notes a reading, beside the one before. A check that could not see leaves what was observed as it is: whether that
  /// still counts is a matter of how long the gap gets.
  mutating func noteTraffic(_ reading: TrafficReading?, _ configuration: Configuration, _ now: Now) {
    seen.unseen = reading?.unseen
    guard let reading else {
      runtime.traffic = nil
      return
    }
    guard reading.unseen == nil else { return }
    guard runtime.traffic != nil else {
      runtime.traffic = Traffic(reading, at: now.moment)
      return
    }
    let beat = runtime.beat.length(interval: configuration.checkInterval)
    runtime.traffic?.observe(reading, at: now.moment, beat: beat)
  }

  /// Notes two readings of a person's own, so many seconds apart, instead of what checks have observed.
  public mutating func noteTraffic(
    from first: TrafficReading?, to second: TrafficReading?, in span: Seconds
  ) {
    guard let first, let second else { return }
    seen.unseen = first.unseen ?? second.unseen
    if seen.unseen == nil, span > 0 { seen.trafficRate = second.crossed(since: first.flows).bytes / span }
  }
}

// MARK: - As it is remembered

extension Traffic: JSONDocument {
  public init() {
    (flows, addresses, marks, quiet) = ([], [], [], IdleCount(at: Moment()))
  }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("flows", &flows)
    try fields.field("addresses", &addresses)
    try fields.field("marks", &marks)
    try fields.field("bytes", &bytes)
    try fields.field("quiet", &quiet)
    try fields.field("busy", &busy)
  }
}

extension Traffic.Mark: JSONDocument {
  init() { self.init(at: 0, bytes: 0) }

  mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("bytes", &bytes)
  }
}

extension Traffic.Busy: JSONDocument {
  public init() { self.init(at: Moment(), port: nil) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("port", &port)
  }
}

extension TrafficReading.Flow: JSONDocument {
  public init() { self.init(id: "", port: nil, bytes: 0) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("id", &id)
    try fields.field("port", &port)
    try fields.field("bytes", &bytes)
  }
}

extension IPAddress: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    guard let address = IPAddress(try json.string()) else { throw JSON.Failure() }
    self = address
  }

  public var json: JSON { description.json }
}
