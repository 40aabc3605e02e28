/// One day of the machine's own calendar. It has 23 or 25 hours where summer time begins or ends.
public struct LocalDay: Hashable, Sendable {
  /// `2026-11-22`
  public var date: String
  /// For people: `Sun 22`
  public var day: String
  /// `Nov`
  public var month: String
  /// Its midnights, in seconds of the wall clock.
  public var start: Seconds
  public var end: Seconds

  public init(date: String, day: String, month: String, start: Seconds, end: Seconds) {
    self.date = date
    self.day = day
    self.month = month
    self.start = start
    self.end = end
  }

  public var name: String { "\(day) \(month)" }
}

/// What the storage server and its users did over some days.
public struct Summary: Hashable, Sendable {
  /// A length of time with a beginning and an end, in seconds of the wall clock.
  public struct Interval: Hashable, Sendable {
    public var start: Seconds
    public var end: Seconds

    public var length: Seconds { end - start }

    func within(_ start: Seconds, _ end: Seconds) -> Interval? {
      let part = Interval(start: max(self.start, start), end: min(self.end, end))
      return part.length > 0 ? part : nil
    }
  }

  public struct PowerInterval: Hashable, Sendable {
    public var interval: Interval
    public var power: Power
  }

  /// What is going on, and no later event has ended.
  public struct Present: Hashable, Sendable {
    public var stretch: PowerTime.Stretch
    public var isActive: Bool
    /// Until when that is known, in seconds of the wall clock.
    public var until: Seconds

    public init(stretch: PowerTime.Stretch, isActive: Bool, until: Seconds) {
      self.stretch = stretch
      self.isActive = isActive
      self.until = until
    }
  }

  /// An attempt to get the storage server ready, and who caused it.
  public struct PastWake: Hashable, Sendable {
    public var at: Seconds
    public var user = ""
    public var client = ""
    public var device = ""
    public var kind = ""
    public var requests = 1
    /// Seconds until the storage server was ready; nil where it was not, or nothing tells.
    public var readyAfter: Seconds?
    public var failed = false
  }

  /// Lengths of time in seconds, and energy in watt-hours.
  public struct Sums: Hashable, Sendable {
    public var on: Seconds = 0
    public var off: Seconds = 0
    /// Time in which nobody watched.
    public var unknown: Seconds = 0
    public var active: Seconds = 0
    public var wakes = 0
    public var failedWakes = 0
    /// The median; nil where no wake got ready.
    public var timeToReady: Seconds?
    /// Nil where `STORAGE_SERVER_WATTS` is not set.
    public var used: Double?
    /// What the storage server would have used in addition if it had been on all the time that it was off.
    public var saved: Double?
  }

  public struct Day: Hashable, Sendable {
    public var day: LocalDay
    public var power: [PowerInterval]
    public var activity: [Interval]
    public var wakes: [PastWake]
    public var sums: Sums
  }

  public let days: [Day]
  public let total: Sums
  public let watts: Configuration.Watts?
  public let price: ElectricityPrice?
  /// When it was made.
  public let now: Seconds

  /// - Parameters:
  ///   - days: in order, the last one today.
  ///   - present: nil where nothing is known of it.
  public init(
    _ history: History, days: [LocalDay], present: Present?, watts: Configuration.Watts?,
    price: ElectricityPrice? = nil, now: Seconds
  ) {
    let power = history.power(present)
    let activity = history.activity(present)
    let wakes = history.wakes
    let parts = days.map { day in
      let (start, end) = (day.start, min(day.end, now))
      let power = power.compactMap { part in
        part.interval.within(start, end).map { PowerInterval(interval: $0, power: part.power) }
      }
      let activity = activity.compactMap { $0.within(start, end) }
      let wakes = wakes.filter { start <= $0.at && $0.at < day.end }
      let sums = Sums(power, activity, wakes, length: max(0, end - start), watts: watts)
      return Day(day: day, power: power, activity: activity, wakes: wakes, sums: sums)
    }
    self.days = parts
    total = Sums(
      parts.flatMap(\.power), parts.flatMap(\.activity), parts.flatMap(\.wakes),
      length: parts.reduce(0) { $0 + max(0, min($1.day.end, now) - $1.day.start) }, watts: watts)
    self.watts = watts
    self.price = price
    self.now = now
  }

  /// The days that people are shown: those before the first of which anything is known are left out. Today is always there.
  public var shownDays: ArraySlice<Day> {
    let first = days.firstIndex { !$0.power.isEmpty || !$0.activity.isEmpty || !$0.wakes.isEmpty }
    return days[(first ?? max(0, days.count - 1))...]
  }

  /// How much of the known time it was on; nil where so little is known that this says nothing.
  public var shareOn: Double? {
    let known = total.on + total.off
    return known >= Self.leastKnown ? total.on / known : nil
  }

  /// Half a day, in seconds.
  private static let leastKnown: Seconds = 12 * 3600

  /// Seconds in which nobody watched, on the days that are shown, from when anything is known.
  public var unwatched: Seconds {
    let shown = shownDays
    let start = shown.first.flatMap { day in
      ([day.power.first?.interval.start, day.activity.first?.start, day.wakes.first?.at].compactMap { $0 })
        .min()
    }
    let before = start.flatMap { start in shown.first.map { max(0, start - $0.day.start) } } ?? 0
    return max(0, shown.reduce(0) { $0 + $1.sums.unknown } - (days.count == shown.count ? 0 : before))
  }
}

extension Summary.Sums {
  init(
    _ power: [Summary.PowerInterval], _ activity: [Summary.Interval], _ wakes: [Summary.PastWake],
    length: Seconds, watts: Configuration.Watts?
  ) {
    on = power.reduce(0) { $0 + ($1.power == .on ? $1.interval.length : 0) }
    off = power.reduce(0) { $0 + ($1.power == .off ? $1.interval.length : 0) }
    unknown = max(0, length - on - off)
    active = activity.reduce(0) { $0 + $1.length }
    self.wakes = wakes.count
    failedWakes = wakes.count(where: \.failed)
    timeToReady = TimeToReady.median(wakes.compactMap(\.readyAfter))
    guard let watts else { return }
    used = (on * watts.on + off * watts.off) / 3600
    saved = off * (watts.on - watts.off) / 3600
  }
}

// MARK: - What the records tell

extension History {
  /// Nobody looks between two checks, or notes when a wake by hand began; so much may lie between two stretches.
  private static let bridged: Seconds = 5 * 60
  /// Over a reboot, longer than anybody is active without a break.
  private static let longestActivity: Seconds = 12 * 3600

  /// When the storage server was on and off; in between nothing is known.
  func power(_ present: Summary.Present?) -> [Summary.PowerInterval] {
    var parts: [Summary.PowerInterval] = []
    // What the last record says of the time after it.
    var after: (power: Power, from: Seconds)?
    func add(_ power: Power, _ seconds: Seconds, until end: Seconds) {
      guard power != .unknown, seconds > 0 else { return }
      var start = end - seconds
      if let last = parts.last, start <= last.interval.end + Self.bridged {
        if let after, after.power == power, after.from < start { start = after.from }
        if last.power == power {
          parts[parts.count - 1].interval.end = max(end, last.interval.end)
          return
        }
        if start > last.interval.end { parts[parts.count - 1].interval.end = start }
        start = max(start, last.interval.end)
      }
      guard start < end else { return }
      parts.append(Summary.PowerInterval(interval: .init(start: start, end: end), power: power))
    }
    for record in records {
      guard let power = record.entry.storage, let seconds = record.entry.storageSec else {
        after = record.entry.powerAfter.map { ($0, record.at) }
        continue
      }
      add(power, Seconds(seconds), until: record.at)
      after = record.entry.powerAfter.map { ($0, record.at) }
    }
    if let present { add(present.stretch.power, present.stretch.seconds, until: present.until) }
    return parts
  }

  func activity(_ present: Summary.Present?) -> [Summary.Interval] {
    var parts: [Summary.Interval] = []
    var began: Record?
    for record in records {
      switch Event.Name(rawValue: record.entry.event) {
      case .activityBegan: began = record
      case .activityEnded:
        defer { began = nil }
        guard let began else { continue }
        if let known = record.entry.activeSec {
          // What came after was not known.
          let end = min(record.at, began.at + Seconds(max(0, known)))
          if end > began.at { parts.append(Summary.Interval(start: began.at, end: end)) }
          continue
        }
        let isOneBoot = began.entry.bootID != nil && began.entry.bootID == record.entry.bootID
        if isOneBoot || record.at - began.at <= Self.longestActivity {
          parts.append(Summary.Interval(start: began.at, end: record.at))
        }
      default: continue
      }
    }
    if let began, let present, present.isActive {
      parts.append(Summary.Interval(start: began.at, end: present.until))
    }
    return parts
  }

  var wakes: [Summary.PastWake] {
    var wakes: [Summary.PastWake] = []
    var isOpen = false
    for record in records {
      let entry = record.entry
      switch Event.Name(rawValue: entry.event) {
      case .wakeRequested:
        let number = max(1, entry.wakeRequests ?? 1)
        if isOpen, number > 1 {
          wakes[wakes.count - 1].requests = number
        } else {
          wakes.append(
            Summary.PastWake(
              at: record.at, user: entry.user ?? "", client: entry.client ?? "", device: entry.device ?? "",
              kind: entry.kind ?? "", requests: number))
          isOpen = true
        }
      case .wakeFailed where isOpen: wakes[wakes.count - 1].failed = true
      case .storageReady:
        if isOpen { wakes[wakes.count - 1].readyAfter = entry.wakeSec.map { Seconds(max(0, $0)) } }
        isOpen = false
      case .storageDown, .powerOffRequested: isOpen = false
      default: continue
      }
    }
    return wakes
  }
}
