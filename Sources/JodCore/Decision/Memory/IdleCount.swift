/// Inactivity, counted only as far as it was observed (specification, No activity).
public struct IdleCount: Hashable, Sendable {
  /// Seconds without activity that checks have witnessed.
  public private(set) var seconds: Seconds = 0
  /// The last check that found none.
  private var last: Moment

  /// A count that starts at this check.
  public init(at moment: Moment) { last = moment }

  /// A clock that was set parts the two by more than this; slewing and rounding do not.
  static let clockStep: Seconds = 10

  /// How far apart two checks may be for the time between them to count as witnessed.
  static func longestGap(beat: Seconds) -> Seconds { 3 * beat + 60 }

  /// Adds the time since the last check that found no activity, or starts anew where it was not witnessed: after a
  /// gap, a reboot or a clock step. The boot clock alone counts, so no clock change brings anything forward.
  public mutating func observe(_ moment: Moment, beat: Seconds) {
    let elapsed = moment.boot - last.boot
    let isWitnessed =
      moment.bootID == last.bootID && elapsed >= 0 && elapsed <= Self.longestGap(beat: beat)
      && abs((moment.wall - last.wall) - elapsed) <= Self.clockStep
    seconds = isWitnessed ? seconds + elapsed : 0
    last = moment
  }

  var isPlausible: Bool { Moment.isBootClock(seconds) && last.isPlausible }
}

extension IdleCount: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    seconds = try fields["seconds"]
    last = try fields["last"]
  }

  public var json: JSON { .present(["seconds": seconds.json, "last": last.json]) }
}

/// The rhythm of the checks: when the last ones began, on the boot clock.
public struct Beat: Hashable, Sendable {
  private var starts: [Seconds] = []

  public init() {}

  /// When the last check began.
  public var last: Seconds? { starts.last }

  /// Whether a check that starts now is one of the timer's, as far as its distance from the last tells
  /// (specification, The beat).
  public func includes(start: Seconds, interval: Seconds) -> Bool {
    guard let last = starts.last else { return false }
    return (0.9 * interval...2 * interval).contains(start - last)
  }

  public mutating func note(start: Seconds) { starts = (starts + [start]).suffix(6) }

  /// `CHECK_INTERVAL`, or the median of the last five spacings if that is longer.
  public func length(interval: Seconds) -> Seconds {
    let spacings = zip(starts.dropFirst(), starts).map { $0 - $1 }.sorted()
    guard spacings.count == 5 else { return interval }
    return max(interval, spacings[2])
  }

  var isPlausible: Bool { starts.count <= 6 && starts.allSatisfy(Moment.isBootClock) }
}

extension Beat: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    starts = try fields["starts"]
  }

  public var json: JSON { .present(["starts": starts.json]) }
}
