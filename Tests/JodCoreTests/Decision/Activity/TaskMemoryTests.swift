import FoundationEssentials
import Testing

@testable import JodCore

@Suite("WAKE_FOR_TASKS")
struct TaskMemoryTests {
  private static let variables = ["WAKE_FOR_TASKS": "RefreshLibrary"]
  private let silence = Trouble(.jellyfin, cause: "time-out", "Jellyfin did not answer.")

  /// The scan, whose next run is so many seconds after the story's present.
  private func scan(in seconds: Seconds, _ story: Story, state: String = "Idle") -> Result<
    TaskSchedule, Trouble
  > {
    let start = story.moment.wall + seconds - 12 * 3600
    return .success(TaskSchedule([.scan(state: state, last: TaskRun(start: start, end: start))]))
  }

  @Test(
    "a task that Jellyfin runs within WAKE_TIMEOUT and 2 minutes wakes the storage",
    arguments: [("5min", 421.0, false), ("5min", 420, true), ("10min", 721, false), ("10min", 720, true)])
  func wakes(_ timeout: String, _ seconds: Seconds, _ sends: Bool) {
    var story = Story(configuration(["WAKE_TIMEOUT": timeout].merging(Self.variables) { $1 }))
    story.schedule = scan(in: 30 + seconds, story)
    #expect(story.check(.nobody).sends == sends)
  }

  @Test("a wake request for a task names it")
  func event() {
    var story = Story(configuration(Self.variables))
    story.schedule = scan(in: 60, story)
    let event = story.check(.nobody).event(.wakeRequested)
    #expect(
      event?.message
        == "Sent a wake request to 02:00:00:00:00:01: Jellyfin runs Scan Media Library, or will soon.")
    #expect(event?.fields["JOD_KIND"] == "task")
    #expect(event?.fields["JOD_DEVICE"] == "Scan Media Library")
  }

  @Test("a task of other patterns, or of no time, wakes nothing", arguments: ["Clean*", "*Subtitles"])
  func otherTask(_ pattern: String) {
    var story = Story(configuration(["WAKE_FOR_TASKS": pattern]))
    story.schedule = scan(in: 60, story, state: "Running")
    #expect(story.check(.nobody).active == [])
    story = Story(configuration(["WAKE_FOR_TASKS": "R*"]))
    story.schedule = .success(TaskSchedule([.scan()]))
    #expect(story.check(.nobody).active == [])
  }

  @Test("a time of day is that of the clock here")
  func localTime() {
    var story = Story(configuration(Self.variables))
    // 08:00:30 in Greenwich.
    let daily = JellyfinTask.scan(triggers: [.timeOfDay(9 * 3600 + 120, weekday: nil)])
    story.schedule = .success(TaskSchedule([daily], local: .utc))
    #expect(!story.check(.nobody).sends)
    story = Story(configuration(Self.variables))
    story.schedule = .success(TaskSchedule([daily], local: LocalTime(offset: 3600)))
    #expect(story.check(.nobody).sends)
  }

  @Test(
    "one that runs or is being cancelled is activity until an answer says that it has ended",
    arguments: ["Running", "Cancelling"])
  func running(_ state: String) {
    var story = Story.ripe(Self.variables)
    story.schedule = .success(TaskSchedule([.scan(state: state)]))
    var active = story.checks(for: 660, .nobody, storage: .ready).map { $0.active?.map(\.kind) }
    #expect(active.last == [.task])
    story.schedule = .success(TaskSchedule([.scan()]))
    active = story.checks(for: 600, .nobody, storage: .ready).map { $0.active?.map(\.kind) }
    #expect(active.last == [])
    #expect(story.memory.runtime.idle.map { $0.seconds < 600 } == true)
  }

  @Test("COOLDOWN_TIME counts from the end of the task")
  func cooldown() {
    var story = Story.ripe(Self.variables)
    story.pass(600)
    story.schedule = .success(TaskSchedule([.scan(state: "Running")]))
    #expect(!story.check(after: 0, .nobody, storage: .ready).powersOff)
    story.schedule = .success(TaskSchedule([.scan()]))
    let seconds = story.secondsUntilPowerOff() ?? 0
    #expect((1800...2430).contains(seconds))
  }

  @Test("a task that is due and does not begin is expected for 10 minutes")
  func doesNotBegin() {
    var story = Story(configuration(Self.variables))
    story.schedule = scan(in: 60, story)
    let checks = story.checks(for: 1200, .nobody)
    #expect(checks.first?.active?.count == 1)
    #expect(checks.last?.active == [])
    #expect(checks.count { $0.active?.isEmpty == false } == (60 + 600) / 30 - 1)
  }

  @Test("no power-off begins while one is due within 10 minutes, and status names it")
  func dueSoon() {
    var story = Story.ripe(Self.variables)
    story.schedule = scan(in: 630, story)
    #expect(story.check(.nobody, storage: .ready).rests)
    #expect(story.asked == [.recordings, .tasks, .schedule])
    #expect(story.blockedBy == "Jellyfin will soon run Scan Media Library (WAKE_FOR_TASKS)")
    story = Story.ripe(Self.variables)
    story.schedule = scan(in: 631, story)
    #expect(story.check(.nobody, storage: .ready).powersOff)
  }

  @Test("a running task is told once, by what it does")
  func toldOnce() {
    var story = Story.ripe(["WAKE_FOR_TASKS": "Refresh*"])
    story.tasks = .success(["the task RefreshLibrary"])
    story.schedule = scan(in: 60, story)
    story.memory.runtime.tasks?.tasks = []
    story.memory.noteTraffic(from: .smb(0), to: .smb(0), in: 1)
    let (_, objections) = decidePowerOff(story.configuration, story.memory, story.now, urgency: .forced)
    #expect(objections == [])
    #expect(story.check(.nobody, storage: .ready).rests)
  }

  @Test("an answer that does not come keeps the storage up, and wakes nothing")
  func unanswered() {
    var story = Story.ripe(Self.variables)
    story.schedule = .failure(silence)
    #expect(story.check(.nobody, storage: .ready).rests)
    #expect(story.blockedBy == "Jellyfin did not say which tasks it runs")
    story = Story(configuration(Self.variables))
    story.schedule = .failure(silence)
    #expect(story.checks(for: 3600, .nobody).allSatisfy { $0.rests && $0.active == [] })
  }

  @Test("what was once said counts between the questions, and for half an hour")
  func remembered() {
    var story = Story(configuration(Self.variables))
    story.schedule = scan(in: 900, story)
    #expect(!story.check(.nobody).sends)
    story.schedule = .failure(silence)
    #expect(story.checks(for: 420, .nobody).allSatisfy { !$0.sends })
    #expect(story.checks(for: 60, .nobody).contains { $0.sends })
    story = Story(configuration(Self.variables))
    story.schedule = scan(in: 3600, story)
    story.check(.nobody)
    story.schedule = .failure(silence)
    #expect(story.checks(for: 7200, .nobody).allSatisfy { !$0.sends })
  }

  @Test("Jellyfin is asked at the first check, and every 10 minutes then, also while somebody is active")
  func asked() {
    for household in [Story.Household.nobody, .playing] {
      var story = Story(configuration(Self.variables))
      let asked = (0..<60).map { _ in
        story.check(household, storage: .ready)
        return story.asked.contains(.schedule)
      }
      #expect(asked == (0..<60).map { $0.isMultiple(of: 20) })
    }
  }

  @Test("no packet waits for that question")
  func packetFirst() {
    var story = Story(configuration(Self.variables))
    #expect(story.check(.playing).sends)
    #expect(!story.asked.contains(.schedule))
    story.check(.playing)
    #expect(story.asked.contains(.schedule))
  }

  @Test("it is asked together with the recordings")
  func together() {
    var story = Story(configuration(Self.variables))
    story.check(.nobody)
    #expect(story.asked == [.recordings, .schedule])
  }

  @Test("without Jellyfin nothing is asked")
  func away() {
    var story = Story(configuration(Self.variables))
    story.check(.jellyfinAway)
    #expect(story.asked == [])
  }

  @Test("where it is not set, nothing is asked or remembered, and a due task prevents no power-off")
  func notSet() {
    var story = Story()
    story.schedule = scan(in: 60, story)
    #expect(story.checks(for: 1200, .nobody).allSatisfy { !$0.sends })
    #expect(!story.asked.contains(.schedule))
    #expect(story.memory.runtime.tasks == nil)
    story = Story.ripe()
    story.schedule = scan(in: 60, story)
    story.memory.runtime.tasks = TaskMemory()
    #expect(story.check(.nobody, storage: .ready).powersOff)
    #expect(story.asked == [.recordings, .tasks])
    #expect(story.memory.runtime.tasks == nil)
  }

  @Test("of a thousand tasks in any order those are remembered that run, and the next ones")
  func many() throws {
    var story = Story(configuration(["WAKE_FOR_TASKS": "*"]))
    let start = story.moment.wall
    var tasks = (0..<1000).map { number in
      let time = start + Seconds(1000 - number) * 40 - 12 * 3600
      return JellyfinTask.scan(last: TaskRun(start: time, end: time))
    }
    tasks.append(.scan(state: "Running", triggers: []))
    story.schedule = .success(TaskSchedule(tasks))
    story.check(.nobody)
    let memory = try #require(story.memory.runtime.tasks)
    #expect(memory.tasks.count == 50)
    #expect(memory.tasks.first?.isRunning == true)
    #expect(memory.tasks[1].start == start + 40)
  }

  @Test("what is remembered is read as it was written")
  func roundTrip() throws {
    var story = Story(configuration(["LIBRARY_SCAN_INTERVAL": "24h"].merging(Self.variables) { $1 }))
    story.schedule = scan(in: 900, story)
    story.check(.nobody)
    let runtime = story.memory.runtime
    #expect(runtime.tasks?.tasks.count == 1)
    #expect(runtime.tasks?.scanned != nil)
    #expect(runtime.tasks?.quiet != nil)
    #expect(try decoded(Runtime.self, encoded(runtime)) == runtime)
  }

  @Test("numbers that no clock has make the memory implausible")
  func plausible() {
    func isKept(_ change: (inout TaskMemory) -> Void) -> Bool {
      var tasks = TaskMemory()
      tasks.tasks = [PlannedTask(name: "x", start: 1, isRunning: false)]
      change(&tasks)
      var runtime = Runtime(bootID: "boot-1")
      runtime.tasks = tasks
      return Memory(state: nil, runtime: runtime, bootID: "boot-1").runtime.tasks != nil
    }
    #expect(isKept { _ in })
    #expect(!isKept { $0.asked = -1 })
    #expect(!isKept { $0.answered = 1e11 })
    #expect(!isKept { $0.scanned = 1e13 })
    #expect(!isKept { $0.tasks[0].start = -1e13 })
    #expect(!isKept { $0.tasks = Array(repeating: $0.tasks[0], count: 51) })
  }

  @Test("jod-check sleep is refused before a task, and --force skips that")
  func byHand() {
    var story = Story.ripe(Self.variables)
    story.schedule = scan(in: 60, story)
    story.memory.runtime.tasks?.asked = nil
    story.check(.nobody, storage: .ready)
    story.memory.noteTraffic(from: .smb(0), to: .smb(0), in: 1)
    let soft = decidePowerOff(story.configuration, story.memory, story.now, urgency: .now)
    #expect(soft.objections == [.active(.task("Scan Media Library"))])
    let forced = decidePowerOff(story.configuration, story.memory, story.now, urgency: .forced)
    #expect(forced.questions == [] && forced.objections == [])
  }
}
