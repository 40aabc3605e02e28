import FoundationEssentials
import Testing

@testable import JodCore

extension JellyfinTask {
  /// The scan of the libraries, every 12 hours.
  static func scan(
    state: String = "Idle", id: String? = "7738", last: TaskRun? = nil,
    triggers: [TaskTrigger] = [.interval(12 * 3600)]
  ) -> JellyfinTask {
    JellyfinTask(
      key: "RefreshLibrary", name: "Scan Media Library", id: id, state: state, last: last, triggers: triggers)
  }
}

@Suite("What Jellyfin says of a task")
struct JellyfinTaskTests {
  private let now: Seconds = instant("2027-01-15T12:00:00Z")

  /// A run that began so many seconds ago and took a minute.
  private func run(_ ago: Seconds) -> TaskRun { TaskRun(start: now - ago, end: now - ago + 60) }

  @Test("it is read as Jellyfin sends it")
  func reads() throws {
    let json = """
      {"Name":"Scan Media Library","State":"Idle","Id":"7738148ffcd07979c7ceb148e06b3aed","LastExecutionResult":\
      {"StartTimeUtc":"2027-01-15T06:00:00.2605545Z","EndTimeUtc":"2027-01-15T06:10:00Z","Status":"Completed"},\
      "Triggers":[{"Type":"IntervalTrigger","IntervalTicks":432000000000},{"Type":"Odd"}],"Key":"RefreshLibrary"}
      """
    let task = try decoded(JellyfinTask.self, json)
    #expect(task.key == "RefreshLibrary" && task.name == "Scan Media Library" && !task.isRunning)
    #expect(task.id == "7738148ffcd07979c7ceb148e06b3aed")
    #expect(task.last?.end == instant("2027-01-15T06:10:00Z"))
    #expect(task.triggers == [.interval(43200), .unknown])
    #expect(task.asScheduledTask.key == "RefreshLibrary")
    #expect(task.asScheduledTask.state == "Idle")
  }

  @Test("what may be missing may be missing")
  func bare() throws {
    let task = try decoded(
      JellyfinTask.self, #"{"State":"Cancelling","Key":null,"LastExecutionResult":{"Status":"x"}}"#)
    #expect(task.isRunning && task.key == "" && task.name == "a task" && task.id == nil && task.last == nil)
    #expect(task.triggers == [] && task.asScheduledTask.key == nil)
    #expect(try decoded(JellyfinTask.self, #"{"State":"Idle","Key":"a\nb"}"#).name == "a\u{FFFD}b")
  }

  @Test(
    "an id that could lead to another path is none",
    arguments: ["", "a/b", "..", "a?b", "a b", "%2e", "ä", String(repeating: "a", count: 65)])
  func hostileID(_ id: String) throws {
    #expect(try decoded(JellyfinTask.self, #"{"State":"Idle","Id":"\#(id)"}"#).id == nil)
    #expect(
      try decoded(JellyfinTask.self, #"{"State":"Idle","Id":"\#(String(repeating: "a", count: 64))"}"#).id
        != nil)
  }

  @Test(
    "a task without a state is no answer",
    arguments: ["{}", "null", #"{"State":1}"#, #"{"State":"Idle","Key":1}"#])
  func otherShape(_ json: String) {
    #expect(throws: (any Error).self) { try decoded(JellyfinTask.self, json) }
  }

  // MARK: The next run

  @Test(
    "a run is expected for 10 minutes after its time, and then no more",
    arguments: [(3600.0 * 12 + 599, -599.0), (3600 * 12 - 60, 60)] as [(Seconds, Seconds)])
  func overdue(_ ago: Seconds, _ ahead: Seconds) {
    let task = JellyfinTask.scan(last: TaskRun(start: now - ago, end: now - ago))
    #expect(task.nextRun(at: now, local: .utc) == now + ahead)
  }

  @Test("a run that is overdue for longer is expected no more")
  func longOverdue() {
    let ago: Seconds = 12 * 3600 + 600
    #expect(
      JellyfinTask.scan(last: TaskRun(start: now - ago, end: now - ago)).nextRun(at: now, local: .utc) == nil)
  }

  @Test("of more triggers the next one counts")
  func triggers() {
    let task = JellyfinTask.scan(
      last: run(3600),
      triggers: [.startup, .interval(12 * 3600), .timeOfDay(13 * 3600, weekday: nil), .unknown])
    #expect(task.nextRun(at: now, local: .utc) == now + 3600)
  }

  @Test("a run that has begun within a minute of its time is the one that was due")
  func begun() {
    let daily: [TaskTrigger] = [.timeOfDay(12 * 3600 - 300, weekday: nil)]
    #expect(
      JellyfinTask.scan(last: run(301), triggers: daily).nextRun(at: now, local: .utc) == now - 300 + 86400)
    #expect(JellyfinTask.scan(last: run(361), triggers: daily).nextRun(at: now, local: .utc) == now - 300)
    #expect(JellyfinTask.scan(triggers: daily).nextRun(at: now, local: .utc) == now - 300)
  }

  @Test("a last run of the future is the work of a clock that was set, and none")
  func future() {
    #expect(JellyfinTask.scan(last: run(-61)).nextRun(at: now, local: .utc) == nil)
    #expect(JellyfinTask.scan(last: run(-60)).nextRun(at: now, local: .utc) == now + 60 + 12 * 3600)
  }

  @Test("an interval of seconds is no reason to loop")
  func tiny() {
    #expect(
      JellyfinTask.scan(last: run(30), triggers: [.interval(1)]).nextRun(at: now, local: .utc) == now + 31)
  }

  @Test("one that is due is of the patterns, rests, and comes within the time")
  func due() throws {
    let patterns = try #require(Pattern.list("refresh*"))
    let task = JellyfinTask.scan(last: run(12 * 3600 - 600))
    #expect(TaskSchedule([task]).due(patterns, at: now, ahead: 600) == [task])
    #expect(TaskSchedule([task]).due(patterns, at: now, ahead: 599) == [])
    #expect(TaskSchedule([task]).due([Pattern("Clean*")], at: now, ahead: 600) == [])
    #expect(TaskSchedule([.scan(state: "Running", last: task.last)]).due(patterns, at: now, ahead: 600) == [])
    #expect(TaskSchedule([.scan()]).due(patterns, at: now, ahead: 600) == [])
  }
}
