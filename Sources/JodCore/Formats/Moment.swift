/// A length of time in seconds.
public typealias Seconds = Double

/// One reading of both clocks.
///
/// The wall clock can jump (a Raspberry Pi has no clock battery), the boot clock cannot, but it starts anew with the
/// machine. Keeping both, and the boot they belong to, lets an age be told across either.
public struct Moment: Hashable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z, by `CLOCK_REALTIME`.
  public var wall: Seconds
  /// Seconds on `CLOCK_BOOTTIME`, which counts through suspend.
  public var boot: Seconds
  /// `/proc/sys/kernel/random/boot_id`: which boot `boot` belongs to.
  public var bootID: String

  public init(wall: Seconds, boot: Seconds, bootID: String) {
    self.wall = wall
    self.boot = boot
    self.bootID = bootID
  }

  /// With which reading one begins.
  init() { self.init(wall: 0, boot: 0, bootID: "") }

  /// Whether a clock can have shown it; a file may hold anything.
  var isPlausible: Bool { Self.isBootClock(boot) }

  /// What a boot clock can show: up to three centuries, and far from every overflow.
  static func isBootClock(_ seconds: Seconds) -> Bool { (0...1e10).contains(seconds) }
}

/// The present, as the world hands it to a decision.
public struct Now: Hashable, Sendable {
  public var moment: Moment
  /// Seconds since this system's userspace came up. Less than `moment.boot` in a container, which shares its host's clock.
  public var uptime: Seconds
  /// Whether the wall clock is known to be right.
  public var isSynchronised: Bool

  public init(moment: Moment, uptime: Seconds, isSynchronised: Bool = false) {
    self.moment = moment
    self.uptime = uptime
    self.isSynchronised = isSynchronised
  }

  /// How long ago `past` was, in seconds, and never less than is certain.
  ///
  /// Within one boot the boot clock tells. Across a reboot it is as long as the system has been up, or what the wall
  /// clock says if that is longer (specification, Wake requests: the cooldown after a reboot).
  public func since(_ past: Moment) -> Seconds {
    if past.bootID == moment.bootID, past.boot <= moment.boot { return moment.boot - past.boot }
    return max(uptime, moment.wall - past.wall)
  }

  /// How long ago `past` was at the least, in seconds, even where the wall clock was set: what a power-off waits for.
  /// Of an earlier boot, only this one's time is certain.
  public func surelySince(_ past: Moment) -> Seconds {
    guard past.bootID == moment.bootID else { return max(0, uptime) }
    return max(0, moment.boot - past.boot)
  }
}

extension Moment: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    guard let wall = UTC.parse(try fields["wall"]) else { throw JSON.Failure() }
    self.init(wall: wall, boot: try fields["boot"], bootID: try fields["boot_id"])
  }

  public var json: JSON {
    .present([
      "wall": UTC.text(wall, fractionDigits: 3).json, "boot": ((boot * 1000).rounded() / 1000).json,
      "boot_id": bootID.json,
    ])
  }
}
