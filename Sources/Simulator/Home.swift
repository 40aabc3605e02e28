import JodCore

/// What a household has and how it lives, whatever decides when its storage server is on.
public struct Home: Sendable {
  /// Whoever decides, the same things happen: all of them are drawn from this.
  public let seed: Int
  /// Seconds from the packet until the storage serves: from suspend to memory, or from a cold start with many disks.
  public var bootTime: Seconds = 60
  public var shutdownTime: Seconds = 15
  /// The chance that a magic packet is lost.
  public var packetLoss = 0.0
  /// The chance that a power-off does not last: the machine is on again some minutes later.
  public var comesBack = 0.0
  /// Whether the storage server itself refuses to go while somebody works on it.
  public var hasGuards = false
  /// Home automation that asks Jellyfin in a user's name every ten seconds: under a name that is known for that, and under
  /// one that is not.
  public var hasKnownRobot = false
  public var hasUnknownRobot = false
  /// Whether a film's page already touches the media folder, as in Jellyfin 10.11.3 to 10.11.11.
  public var pagesTouchStorage = false
  public var calendar = Calendar()

  /// Nobody lives there yet.
  public init(seed: Int) { self.seed = seed }

  /// The household of a seed, for so many days.
  public init(seed: Int, days: Int) {
    self.seed = seed
    var dice = Dice(seed: seed, "machines")
    let isSuspended = dice.chance(0.3)
    bootTime = isSuspended ? dice.seconds(5...12) : dice.seconds(30...150)
    shutdownTime = dice.seconds(5...30)
    packetLoss = dice.pick([0, 0, 0, 0.05])
    // What wakes on any packet comes back for ever; so few, for its owner would mend that.
    comesBack = dice.chance(0.03) ? dice.pick([0.05, 0.3]) : 0
    hasGuards = dice.chance(0.5)
    hasKnownRobot = dice.chance(0.3)
    hasUnknownRobot = dice.chance(0.07)
    pagesTouchStorage = dice.chance(0.4)
    calendar = Calendar(seed: seed, days: days)
  }
}

/// When things happen, in seconds from the start; each list in the order of time.
public struct Calendar: Sendable {
  public struct Span: Sendable {
    public var start: Seconds
    public var end: Seconds

    public init(_ start: Seconds, _ end: Seconds) { (self.start, self.end) = (start, end) }
  }

  /// Somebody works on the storage server itself, and switches it on where it is off.
  public struct Work: Sendable {
    public var span: Span
    /// Copies over the network, or only sits there.
    public var hasTraffic: Bool

    public init(span: Span, hasTraffic: Bool) { (self.span, self.hasTraffic) = (span, hasTraffic) }
  }

  /// A time in which Jellyfin does not answer.
  public struct Outage: Sendable {
    public var span: Span
    public var isRestart: Bool

    public init(span: Span, isRestart: Bool) { (self.span, self.isRestart) = (span, isRestart) }
  }

  /// Of each device.
  public var visits: [[Visit]] = []
  public var outages: [Outage] = []
  /// When Jellyfin begins a scan by its own schedule, and for how long one that finds its folders takes.
  public var scans: [Span] = []
  public var recordings: [Span] = []
  public var works: [Work] = []
  public var end: Seconds = 86_400

  public init() {}

  static let day: Seconds = 86_400

  init(seed: Int, days: Int) {
    end = Seconds(days) * Self.day
    var dice = Dice(seed: seed, "people")
    for number in 0..<(1 + dice.index(below: 4)) {
      visits.append(Visit.year(seed: seed, device: number, days: days))
    }
    outages = Self.outages(seed: seed, days: days)
    recordings = Self.recordings(seed: seed, days: days)
    works = Self.works(seed: seed, days: days)
    // Every twelve hours, as Jellyfin has it by default.
    var scanDice = Dice(seed: seed, "scans")
    let first = scanDice.seconds(0...43_200)
    scans = (0..<2 * days).map { number in
      let start = first + Seconds(number) * 43_200
      return Span(start, start + scanDice.seconds(60...600))
    }
  }

  private static func outages(seed: Int, days: Int) -> [Outage] {
    var dice = Dice(seed: seed, "Jellyfin")
    let isNightly = dice.chance(0.15)
    return (0..<days).flatMap { number -> [Outage] in
      let midnight = Seconds(number) * day
      var outages: [Outage] = []
      if isNightly {
        let start = midnight + 4 * 3600
        outages.append(Outage(span: Span(start, start + dice.seconds(15...90)), isRestart: true))
      }
      if dice.chance(1.0 / 20) {
        let start = midnight + dice.seconds(18_000...80_000)
        outages.append(Outage(span: Span(start, start + dice.seconds(10...600)), isRestart: dice.chance(0.6)))
      }
      return outages
    }
  }

  private static func recordings(seed: Int, days: Int) -> [Span] {
    var dice = Dice(seed: seed, "recordings")
    guard dice.chance(0.2) else { return [] }
    return (0..<days).compactMap { number in
      guard dice.chance(3.0 / 7) else { return nil }
      let start = Seconds(number) * day + dice.seconds(0...79_000)
      return Span(start, start + dice.seconds(1800...7200))
    }
  }

  private static func works(seed: Int, days: Int) -> [Work] {
    var dice = Dice(seed: seed, "works")
    guard dice.chance(0.4) else { return [] }
    return (0..<days).compactMap { number in
      guard dice.chance(1.0 / 7) else { return nil }
      let start = Seconds(number) * day + dice.seconds(32_400...72_000)
      return Work(span: Span(start, start + dice.seconds(1800...10_800)), hasTraffic: dice.chance(0.6))
    }
  }
}
