import FoundationEssentials
import Testing

@testable import JodCore

/// A time as Jellyfin writes it.
func instant(_ text: String) -> Seconds { UTC.parse(text)! }

extension LocalTime {
  /// Berlin over a year: summer time from 28 March 2027, 02:00, until 31 October, 03:00.
  static let berlin = LocalTime(
    offset: 3600,
    changes: [
      .init(at: instant("2027-03-28T01:00:00Z"), offset: 7200),
      .init(at: instant("2027-10-31T01:00:00Z"), offset: 3600),
    ])
}

@Suite("When a trigger of Jellyfin starts its task")
struct TaskTriggerTests {
  private func next(
    _ trigger: TaskTrigger, after time: String, last: TaskRun? = nil, local: LocalTime = .utc
  ) -> String? {
    trigger.next(after: instant(time), last: last, local: local).map { UTC.text($0) }
  }

  // MARK: Intervals

  private let run = TaskRun(start: instant("2027-01-15T06:00:00Z"), end: instant("2027-01-15T06:40:00Z"))

  @Test(
    "an interval counts from the last start, and from the last end once that is over",
    arguments: [
      ("2027-01-15T07:00:00Z", "2027-01-15T18:00:00Z"), ("2027-01-15T17:59:59Z", "2027-01-15T18:00:00Z"),
      ("2027-01-15T18:00:00Z", "2027-01-15T18:40:00Z"), ("2027-01-15T18:40:00Z", nil),
    ] as [(String, String?)])
  func interval(_ time: String, _ start: String?) {
    #expect(next(.interval(12 * 3600), after: time, last: run) == start)
  }

  @Test("Jellyfin waits a week at most for an interval")
  func longInterval() {
    #expect(next(.interval(30 * 86400), after: "2027-01-16T00:00:00Z", last: run) == "2027-01-22T06:00:00Z")
    #expect(next(.interval(6 * 86400), after: "2027-01-16T00:00:00Z", last: run) == "2027-01-21T06:00:00Z")
  }

  @Test("an interval of a task that never ran has no time")
  func neverRan() { #expect(next(.interval(3600), after: "2027-01-15T07:00:00Z") == nil) }

  // MARK: Times of day

  @Test(
    "a daily trigger comes today or tomorrow, by the clock here",
    arguments: [
      ("2027-01-15T01:59:59Z", "2027-01-15T02:00:00Z"), ("2027-01-15T02:00:00Z", "2027-01-16T02:00:00Z"),
      ("2027-01-15T23:30:00Z", "2027-01-16T02:00:00Z"), ("2026-12-31T23:30:00Z", "2027-01-01T02:00:00Z"),
      ("2028-02-28T12:00:00Z", "2028-02-29T02:00:00Z"),
    ])
  func daily(_ time: String, _ start: String) {
    #expect(next(.timeOfDay(3 * 3600, weekday: nil), after: time, local: LocalTime(offset: 3600)) == start)
  }

  @Test("west of Greenwich the evening is tomorrow's there")
  func west() {
    let local = LocalTime(offset: -8 * 3600)
    #expect(
      next(.timeOfDay(23 * 3600, weekday: nil), after: "2027-01-15T06:59:00Z", local: local)
        == "2027-01-15T07:00:00Z")
    // Friday there, Saturday in Greenwich.
    #expect(
      next(.timeOfDay(23 * 3600, weekday: 5), after: "2027-01-15T08:00:00Z", local: local)
        == "2027-01-16T07:00:00Z")
  }

  @Test(
    "a weekly trigger comes on its day, Sunday being the first",
    arguments: [
      (0, "2027-01-17T04:00:00Z"), (1, "2027-01-18T04:00:00Z"), (2, "2027-01-19T04:00:00Z"),
      (3, "2027-01-20T04:00:00Z"), (4, "2027-01-21T04:00:00Z"), (5, "2027-01-22T04:00:00Z"),
      (6, "2027-01-16T04:00:00Z"),
    ])
  func weekly(_ weekday: Int, _ start: String) {
    // A Friday, an hour late.
    #expect(next(.timeOfDay(4 * 3600, weekday: weekday), after: "2027-01-15T05:00:00Z") == start)
  }

  @Test("a weekly trigger of today comes today where its time is to come")
  func weeklyToday() {
    #expect(next(.timeOfDay(4 * 3600, weekday: 5), after: "2027-01-15T03:00:00Z") == "2027-01-15T04:00:00Z")
  }

  // MARK: Summer time

  /// All starts in a stretch.
  private func starts(_ trigger: TaskTrigger, from: String, to: String) -> [String] {
    var (time, starts): (Seconds, [String]) = (instant(from), [])
    while let start = trigger.next(after: time, last: nil, local: .berlin), start <= instant(to) {
      starts.append(UTC.text(start))
      time = start
    }
    return starts
  }

  @Test(
    "when summer time begins, a run is expected by the old clock and by the new one, and then by the new alone"
  )
  func spring() {
    #expect(
      starts(.timeOfDay(3 * 3600, weekday: nil), from: "2027-03-27T00:00:00Z", to: "2027-03-30T00:00:00Z")
        == [
          "2027-03-27T02:00:00Z", "2027-03-28T01:00:00Z", "2027-03-28T02:00:00Z", "2027-03-29T01:00:00Z",
        ])
  }

  @Test("a time that summer time leaves out comes by the old clock")
  func leftOut() {
    #expect(
      starts(.timeOfDay(2.5 * 3600, weekday: nil), from: "2027-03-27T00:00:00Z", to: "2027-03-29T12:00:00Z")
        == [
          "2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z",
        ])
  }

  @Test("when summer time ends, a run is expected at both, and so is a time that comes twice")
  func autumn() {
    #expect(
      starts(.timeOfDay(3 * 3600, weekday: nil), from: "2027-10-30T00:00:00Z", to: "2027-11-01T12:00:00Z")
        == [
          "2027-10-30T01:00:00Z", "2027-10-31T01:00:00Z", "2027-10-31T02:00:00Z", "2027-11-01T02:00:00Z",
        ])
    #expect(
      starts(.timeOfDay(2.5 * 3600, weekday: nil), from: "2027-10-30T12:00:00Z", to: "2027-11-01T00:00:00Z")
        == [
          "2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z",
        ])
  }

  @Test("a weekly timer was armed a week before the change")
  func weeklyChange() {
    let trigger = TaskTrigger.timeOfDay(20 * 3600, weekday: 6)
    #expect(
      starts(trigger, from: "2027-03-22T00:00:00Z", to: "2027-04-12T00:00:00Z") == [
        "2027-03-27T19:00:00Z", "2027-04-03T18:00:00Z", "2027-04-03T19:00:00Z", "2027-04-10T18:00:00Z",
      ])
  }

  // MARK: Hostile values

  static let read: [(String, TaskTrigger)] = [
    (#"{"Type":"IntervalTrigger","IntervalTicks":432000000000}"#, .interval(43200)),
    (
      #"{"Type":"DailyTrigger","TimeOfDayTicks":72000000000,"MaxRuntimeTicks":1}"#,
      .timeOfDay(7200, weekday: nil)
    ),
    (#"{"Type":"DailyTrigger","TimeOfDayTicks":0}"#, .timeOfDay(0, weekday: nil)),
    (
      #"{"Type":"WeeklyTrigger","DayOfWeek":"Saturday","TimeOfDayTicks":144000000000}"#,
      .timeOfDay(14400, weekday: 6)
    ),
    (#"{"Type":"WeeklyTrigger","DayOfWeek":"Sunday","TimeOfDayTicks":0}"#, .timeOfDay(0, weekday: 0)),
    (#"{"Type":"StartupTrigger"}"#, .startup), (#"{"Type":"StartupTrigger","TimeOfDayTicks":0}"#, .startup),
  ]

  @Test("triggers are read as Jellyfin sends them", arguments: read)
  func reads(_ json: String, _ trigger: TaskTrigger) throws {
    #expect(try decoded(TaskTrigger.self, json) == trigger)
  }

  @Test(
    "what cannot be understood starts nothing",
    arguments: [
      "null", "[]", "7", #""DailyTrigger""#, "{}", #"{"Type":null}"#,
      #"{"Type":"LunarTrigger","TimeOfDayTicks":1}"#,
      #"{"Type":"IntervalTrigger"}"#, #"{"Type":"IntervalTrigger","IntervalTicks":null}"#,
      #"{"Type":"IntervalTrigger","IntervalTicks":0}"#,
      #"{"Type":"IntervalTrigger","IntervalTicks":-432000000000}"#,
      #"{"Type":"IntervalTrigger","IntervalTicks":1}"#, #"{"Type":"IntervalTrigger","IntervalTicks":1e300}"#,
      #"{"Type":"IntervalTrigger","IntervalTicks":"432000000000"}"#,
      #"{"Type":"IntervalTrigger","IntervalTicks":99999999999999999999999}"#,
      #"{"Type":"DailyTrigger"}"#, #"{"Type":"DailyTrigger","TimeOfDayTicks":-1}"#,
      #"{"Type":"DailyTrigger","TimeOfDayTicks":864000000000}"#,
      #"{"Type":"DailyTrigger","TimeOfDayTicks":1e400}"#,
      #"{"Type":"WeeklyTrigger","TimeOfDayTicks":0}"#, #"{"Type":"WeeklyTrigger","DayOfWeek":"Sunday"}"#,
      #"{"Type":"WeeklyTrigger","DayOfWeek":"Doomsday","TimeOfDayTicks":0}"#,
      #"{"Type":"WeeklyTrigger","DayOfWeek":8,"TimeOfDayTicks":0}"#,
    ])
  func hostile(_ json: String) {
    guard let trigger = try? decoded(TaskTrigger.self, json) else { return }
    #expect(trigger == .unknown)
  }

  @Test("what has no time has no next one", arguments: [TaskTrigger.startup, .unknown])
  func none(_ trigger: TaskTrigger) {
    #expect(next(trigger, after: "2027-01-15T07:00:00Z", last: run) == nil)
  }

  @Test("no clock is too far off for an answer", arguments: [-1.0, 1e12, 1e300, .infinity, .nan])
  func farOff(_ time: Seconds) {
    for trigger in [TaskTrigger.interval(3600), .timeOfDay(0, weekday: nil), .timeOfDay(0, weekday: 3)] {
      #expect(trigger.next(after: time, last: run, local: .berlin) == nil)
    }
    #expect(
      TaskTrigger.timeOfDay(3600, weekday: nil).next(after: 0, last: nil, local: LocalTime(offset: -7200))
        == 10800)
  }

  // MARK: Runs

  @Test("a run that says no times, or no real ones, is none")
  func runs() throws {
    #expect(
      try decoded(
        TaskRun.self, #"{"StartTimeUtc":"2027-01-15T06:00:00.1Z","EndTimeUtc":"2027-01-15T05:00:00Z"}"#)
        == TaskRun(start: instant("2027-01-15T06:00:00.1Z"), end: instant("2027-01-15T06:00:00.1Z")))
    for json in [
      "{}", "null", #"{"StartTimeUtc":"2027-01-15T06:00:00Z"}"#, #"{"StartTimeUtc":"x","EndTimeUtc":"y"}"#,
    ] {
      #expect(throws: (any Error).self) { try decoded(TaskRun.self, json) }
    }
  }
}
