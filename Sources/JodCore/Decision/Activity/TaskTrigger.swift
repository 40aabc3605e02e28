/// What starts a task of Jellyfin (`Triggers` of `GET /ScheduledTasks`).
public enum TaskTrigger: Hashable, Sendable {
  /// So many seconds after the last run.
  case interval(Seconds)
  /// At so many seconds after midnight of a day, which is one of the week, 0 being Sunday, or every one.
  case timeOfDay(Seconds, weekday: Int?)
  /// With Jellyfin itself.
  case startup
  /// It cannot be understood, and has no time.
  case unknown

  /// A day, in seconds.
  private static let day: Seconds = 86400
  /// Jellyfin waits no longer for an interval than this, in seconds (its `IntervalTrigger`).
  static let longestInterval: Seconds = 7 * day

  /// When it starts its task next, after a time; nil where that is never, or not known. All times but that of the day are
  /// seconds since 1970.
  ///
  /// Jellyfin counts an interval from the start of the last run, and from its end where it was itself started since. What
  /// tells which is not said, so the next of both is the answer.
  ///
  /// Jellyfin computes a time of day when it arms its timer, which is at the run before or at its own start, and a change
  /// to summer time in between moves nothing. So a run is expected at both: where the clocks will show that time, and where
  /// they would without the change.
  func next(after time: Seconds, last: TaskRun?, local: LocalTime) -> Seconds? {
    // Far from where numbers lose their seconds.
    guard (0...1e11).contains(time) else { return nil }
    switch self {
    case .interval(let interval):
      guard let last else { return nil }
      return [last.start, last.end].map { $0 + min(interval, Self.longestInterval) }.filter { $0 > time }
        .min()
    case .timeOfDay(let seconds, let weekday):
      return local.offsets.compactMap { offset in
        Self.next(after: time, seconds, weekday, offset: offset, local)
      }.min()
    case .startup, .unknown: return nil
    }
  }

  private static func next(
    after time: Seconds, _ seconds: Seconds, _ weekday: Int?, offset: Seconds, _ local: LocalTime
  ) -> Seconds? {
    let today = ((time + offset) / day).rounded(.down)
    // Today's may be over, and that of the day after may be another offset's.
    for ahead in 0...15 {
      let date = today + Seconds(ahead)
      // 1970 began on a Thursday.
      if let weekday, (Int(date) + 4) % 7 != weekday { continue }
      let run = date * day + seconds - offset
      guard run > time else { continue }
      let armed = run - (weekday == nil ? 1 : 7) * day
      if local.offset(at: run) == offset || local.offset(at: armed) == offset { return run }
    }
    return nil
  }
}

extension TaskTrigger: JSONDecodable {
  /// A plugin may send anything: what is not understood starts nothing, and the other triggers count all the same.
  public init(json: JSON) {
    guard let fields = try? json.object(), let type: String = try? fields["Type"] else {
      self = .unknown
      return
    }
    func seconds(_ name: String) -> Seconds? {
      // Ticks are tenths of a microsecond.
      guard let ticks: Double = try? fields[name] else { return nil }
      return ticks / 1e7
    }
    let time = seconds("TimeOfDayTicks").flatMap { (0..<Self.day).contains($0) ? $0 : nil }
    switch type {
    case "IntervalTrigger":
      self = seconds("IntervalTicks").flatMap { (1...1e10).contains($0) ? .interval($0) : nil } ?? .unknown
    case "DailyTrigger": self = time.map { .timeOfDay($0, weekday: nil) } ?? .unknown
    case "WeeklyTrigger":
      let weekday: String? = try? fields["DayOfWeek"]
      let number = weekday.flatMap { Self.weekdays.firstIndex(of: $0) }
      self = time.flatMap { time in number.map { .timeOfDay(time, weekday: $0) } } ?? .unknown
    case "StartupTrigger": self = .startup
    default: self = .unknown
    }
  }

  static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}

/// A run of a task that has ended, by Jellyfin's clock.
public struct TaskRun: Hashable, Sendable {
  public var start: Seconds
  public var end: Seconds

  public init(start: Seconds, end: Seconds) { (self.start, self.end) = (start, end) }
}

extension TaskRun: JSONDecodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    guard let start = UTC.parse(try fields["StartTimeUtc"]), let end = UTC.parse(try fields["EndTimeUtc"])
    else { throw JSON.Failure() }
    self.init(start: start, end: max(start, end))
  }
}
