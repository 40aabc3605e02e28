/// Whether the storage server draws its full power.
public enum Power: String, Hashable, Sendable, CaseIterable, JSONCodable { case on, off, unknown }

/// How long the storage server was on and off, as far as checks witnessed it. In seconds.
///
/// It changes only when something changes: between changes, the time since the last one is added where it is read. So a
/// check that changes nothing has nothing to write. The boot clock counts; time between two checks that are too far
/// apart does not. Over a reboot of this machine the storage server is presumed to have stayed as it was until the new boot began,
/// for the last check before it is not on record.
public struct PowerTime: Hashable, Sendable {
  /// One length of time in one state, without a break.
  public struct Stretch: Hashable, Sendable {
    public var power: Power
    public var seconds: Seconds

    public init(_ power: Power, _ seconds: Seconds) {
      self.power = power
      self.seconds = seconds
    }

    public static let unknown = Stretch(.unknown, 0)
  }

  /// Seconds altogether.
  public struct Total: Hashable, Sendable {
    public var on: Seconds
    public var off: Seconds
  }

  /// Stretches that are over.
  private var on: Seconds = 0
  private var off: Seconds = 0
  public private(set) var power = Power.unknown
  /// Since when the present stretch is counted; nil while nothing is known.
  private var since: Moment?
  /// What earlier boots have of the present stretch.
  private var carried: Seconds = 0

  public init() {}

  /// A clock that was set may pretend any length over a reboot. Nobody's holidays are longer than this.
  static let longestPresumed: Seconds = 31 * 86400

  /// Notes how the storage server was found.
  ///
  /// - Parameters:
  ///   - lastCheck: the check before, where this boot has one.
  ///   - longestGap: how far apart two checks may be for the time between them to count as witnessed.
  mutating func note(_ power: Power, at now: Now, lastCheck: Moment?, longestGap: Seconds) {
    goOn(at: now, lastCheck: lastCheck, longestGap: longestGap)
    guard power != self.power else { return }
    finish(at: now.moment)
    self.power = power
    since = power == .unknown ? nil : now.moment
  }

  /// The present stretch, as far as it is known to have lasted until now.
  func stretch(at now: Now, lastCheck: Moment?, longestGap: Seconds) -> Stretch {
    var copy = self
    copy.goOn(at: now, lastCheck: lastCheck, longestGap: longestGap)
    return Stretch(copy.power, copy.present(at: now.moment))
  }

  /// Seconds on and off until a moment of this boot; nil before this boot has looked, for then a part is missing.
  ///
  /// Neither is ever less than before, except that both start anew where a clock is too wrong to tell what a reboot
  /// took: a counter may do that.
  public func total(until moment: Moment) -> Total? {
    guard since?.bootID ?? moment.bootID == moment.bootID else { return nil }
    var copy = self
    copy.finish(at: moment)
    return Total(on: copy.on, off: copy.off)
  }

  var isPlausible: Bool {
    [on, off, carried].allSatisfy { (0...1e11).contains($0) } && since?.isPlausible ?? true
  }

  /// Lets the present stretch end where nobody watched any more.
  private mutating func goOn(at now: Now, lastCheck: Moment?, longestGap: Seconds) {
    guard let since else { return }
    if since.bootID != now.moment.bootID {
      let lasted = now.moment.wall - now.uptime - since.wall
      if (0...Self.longestPresumed).contains(lasted) { carried += lasted } else { self = anew }
    } else if let lastCheck, now.moment.boot - lastCheck.boot > longestGap {
      finish(at: lastCheck)
    } else {
      self.since = redated(since, now.moment)
      return
    }
    self.since = now.moment
  }

  /// A wall clock that was wrong when the stretch began, and has been set since, is not to be held against the next
  /// boot's.
  private func redated(_ since: Moment, _ now: Moment) -> Moment {
    let began = now.wall - (now.boot - since.boot)
    guard abs(began - since.wall) > IdleCount.clockStep else { return since }
    return Moment(wall: began, boot: since.boot, bootID: since.bootID)
  }

  private var anew: PowerTime {
    var anew = PowerTime()
    anew.power = power
    return anew
  }

  private mutating func finish(at moment: Moment) {
    let seconds = present(at: moment)
    if power == .on { on += seconds }
    if power == .off { off += seconds }
    carried = 0
  }

  private func present(at moment: Moment) -> Seconds {
    carried + (since.map { max(0, moment.boot - $0.boot) } ?? 0)
  }
}

extension PowerTime: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    on = try fields["on"]
    off = try fields["off"]
    power = try fields["power"]
    since = try fields["since"]
    carried = try fields["carried"]
  }

  public var json: JSON {
    .present([
      "on": on.json, "off": off.json, "power": power.json, "since": since.json, "carried": carried.json,
    ])
  }
}

extension Memory {
  /// Whether the storage server is on, as far as anybody can tell.
  private func power(isBlind: Bool) -> Power {
    if isBlind { return state.isPresumedOn.map { $0 ? .on : .off } ?? .unknown }
    switch state.storage.known {
    case .ready, .up: return .on
    case .down: return .off
    case .unknown: return .unknown
    }
  }

  mutating func notePower(_ configuration: Configuration, _ now: Now) {
    state.counters.power.note(
      power(isBlind: configuration.isBlind), at: now,
      lastCheck: runtime.lastCheck?.at, longestGap: longestGap(configuration))
  }

  /// How the storage server has been, and for how long, up to now.
  public func stretch(_ configuration: Configuration, _ now: Now) -> PowerTime.Stretch {
    state.counters.power.stretch(
      at: now, lastCheck: runtime.lastCheck?.at, longestGap: longestGap(configuration))
  }

  /// What is going on, as far as the last check tells; nil where there was none since this machine started.
  public func present(_ now: Now) -> Summary.Present? {
    guard let last = runtime.lastCheck?.at, last.bootID == now.moment.bootID else { return nil }
    let age = max(0, now.moment.boot - last.boot)
    // The report does not know the beat, and the next check may never come.
    let isRecent = age <= IdleCount.longestGap(beat: runtime.beat.length(interval: 0))
    let until = isRecent ? now.moment : last
    let stretch = state.counters.power.stretch(
      at: Now(moment: until, uptime: now.uptime), lastCheck: last, longestGap: .infinity)
    return Summary.Present(
      stretch: stretch,
      isActive: state.activity?.isActive == true
        && runtime.activity.unknown(until: until.boot) <= ActivityMemory.longUnknown,
      until: isRecent ? now.moment.wall : now.moment.wall - age)
  }

  private func longestGap(_ configuration: Configuration) -> Seconds {
    IdleCount.longestGap(beat: runtime.beat.length(interval: configuration.checkInterval))
  }
}
