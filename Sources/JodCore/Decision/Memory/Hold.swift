/// A request that the storage server is not powered off for a while.
public struct Hold: Hashable, Sendable {
  /// When it was given.
  public var began: Moment
  /// For how many seconds from then.
  public var seconds: Seconds
  /// Whether the wall clock was known to be right then.
  public var isByTrueClock: Bool

  public init(began: Moment, seconds: Seconds, isByTrueClock: Bool = false) {
    self.began = began
    self.seconds = seconds
    self.isByTrueClock = isByTrueClock
  }

  /// When it ends, by the wall clock of the time it was given.
  public var until: Seconds { began.wall + seconds }

  /// Whether it is over, so that no clock that was set ends it early: within one boot its clock counts alone. After a
  /// reboot the wall clock does where it was right then and is now; else both must have run.
  public func isOver(at now: Now) -> Bool {
    if began.bootID == now.moment.bootID { return now.surelySince(began) >= seconds }
    let isLate = now.moment.wall >= until
    return isLate && (goesByWallClock(now) || now.surelySince(began) >= seconds)
  }

  private func goesByWallClock(_ now: Now) -> Bool {
    isByTrueClock && now.isSynchronised && began.bootID != now.moment.bootID
  }

  /// Seconds until it is over, as far as is certain; at least one while it is in force.
  func left(at now: Now) -> Seconds {
    max(1, goesByWallClock(now) ? until - now.moment.wall : seconds - now.surelySince(began))
  }

  var isPlausible: Bool { (0...1e10).contains(seconds) }

  /// Reads a time of day, `06:30`, as seconds since midnight; nil for anything else.
  public static func timeOfDay(_ text: String) -> Seconds? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy {
      (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
    guard parts.count == 2, isPlain, let hour = Int(parts[0]), let minute = Int(parts[1]),
      parts[1].utf8.count == 2,
      hour < 24, minute < 60
    else { return nil }
    return Seconds(hour * 3600 + minute * 60)
  }
}

extension Hold: JSONDocument {
  public init() { self.init(began: Moment(), seconds: 0) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("began", &began)
    try fields.field("seconds", &seconds)
    // 0.1.0 did not note it.
    try fields.added("is_by_true_clock", &isByTrueClock)
  }
}
