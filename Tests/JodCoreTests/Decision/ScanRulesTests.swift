import FoundationEssentials
import Testing

@testable import JodCore

@Suite("LIBRARY_SCAN_INTERVAL")
struct ScanRulesTests {
  private static let silence = Trouble(.jellyfin, cause: "time-out", "Jellyfin did not answer.")

  /// A household that powers nothing off for long, with the storage ready and nobody there for 270 s: the next check may
  /// start a scan.
  private static func calm(_ variables: [String: String] = [:], scanned ago: Seconds? = 25 * 3600) -> Story {
    let standard = ["LIBRARY_SCAN_INTERVAL": "24h", "COOLDOWN_TIME": "10h"]
    var story = Story(poweringOff(standard.merging(variables) { $1 }))
    story.schedule = schedule(story, ago)
    story.checks(for: 300, .nobody, storage: .ready)
    return story
  }

  private static func schedule(
    _ story: Story, _ ago: Seconds?, state: String = "Idle", others: [JellyfinTask] = []
  ) -> Result<TaskSchedule, Trouble> {
    let last = ago.map { TaskRun(start: story.moment.wall - $0 - 60, end: story.moment.wall - $0) }
    return .success(TaskSchedule([.scan(state: state, last: last)] + others))
  }

  @Test("a scan is started once the storage is ready and nobody has played for 5 minutes")
  func starts() {
    var story = Self.calm()
    let check = story.check(.nobody, storage: .ready)
    #expect(check.scans == "7738")
    #expect(check.told == ["scan-started notice"])
    #expect(check.event(.scanStarted)?.message == "Jellyfin scans its libraries, as jod-check asked it to.")
    #expect(check.reason == "nobody is active")
  }

  @Test("and not a moment earlier, nor is anything asked for it")
  func notEarlier() {
    var story = Self.calm()
    #expect(!story.asked.contains(.schedule))
    #expect(story.memory.runtime.tasks?.asked == nil)
    story.check(.nobody, storage: .ready)
    #expect(story.asked == [.schedule])
  }

  @Test("those who browse are no reason to wait")
  func browsing() {
    var story = Self.calm()
    let check = story.check(.browsing, storage: .ready)
    #expect(check.scans == "7738")
    #expect(check.active?.map(\.kind) == [.browsing])
  }

  @Test(
    "while somebody plays, or a session is not understood, none is started",
    arguments: [Story.Household.playing, .robotPlaying, .notUnderstood])
  func playing(_ household: Story.Household) {
    var story = Self.calm(["IGNORE_CLIENTS": "robot"])
    #expect(story.check(household, storage: .ready).scans == nil)
    #expect(story.checks(for: 300, .nobody, storage: .ready).allSatisfy { $0.scans == nil })
    #expect(story.check(.nobody, storage: .ready).scans != nil)
  }

  @Test("time in which nothing was known is not quiet")
  func unknown() {
    var story = Self.calm()
    story.pass(3600)
    #expect(story.checks(for: 300, .nobody, storage: .ready).allSatisfy { $0.scans == nil })
    #expect(story.check(.nobody, storage: .ready).scans != nil)
  }

  @Test("where Jellyfin does not answer, none is started")
  func away() {
    var story = Self.calm()
    #expect(story.check(.jellyfinAway, storage: .ready).scans == nil)
    #expect(story.asked == [])
  }

  @Test("a storage that is off, starting or silent is not woken for it", arguments: [Probe.silent, .up])
  func notReady(_ probe: Probe) {
    var story = Self.calm()
    #expect(story.check(.nobody, storage: probe).rests)
    var cold = Story(configuration(["LIBRARY_SCAN_INTERVAL": "24h"]))
    cold.schedule = Self.schedule(cold, nil)
    #expect(cold.checks(for: 7200, .nobody, storage: probe).allSatisfy { $0.rests })
    #expect(cold.memory.runtime.tasks?.asked == nil)
  }

  @Test("a storage that has just become ready is left alone for 5 minutes, for its mounts")
  func justReady() {
    var story = Story(configuration(["LIBRARY_SCAN_INTERVAL": "24h"]))
    story.schedule = Self.schedule(story, nil)
    story.checks(for: 600, .nobody, storage: .silent)
    #expect(story.checks(for: 300, .nobody, storage: .ready).allSatisfy { $0.scans == nil })
    #expect(story.check(.nobody, storage: .ready).scans != nil)
  }

  @Test("when blind, nothing tells whether it is on, and no scan is ever started")
  func blind() {
    var story = Story(blindConfiguration(["LIBRARY_SCAN_INTERVAL": "24h"]))
    story.schedule = Self.schedule(story, nil)
    story.check(.playing)
    #expect(story.checks(for: 3600, .nobody).allSatisfy { $0.scans == nil })
    #expect(story.configuration.warnings == [.blindScans])
    #expect(configuration(["LIBRARY_SCAN_INTERVAL": "24h"]).warnings == [])
  }

  @Test(
    "the last scan must have ended so long ago",
    arguments: [(24 * 3600.0 - 330, true), (24 * 3600 - 331, false)] as [(Seconds, Bool)])
  func old(_ ago: Seconds, _ isOld: Bool) {
    var story = Self.calm(scanned: ago)
    #expect((story.check(.nobody, storage: .ready).scans != nil) == isOld)
  }

  @Test("a library that was never scanned, or in the future, is")
  func never() {
    for ago in [nil, -3600.0] {
      var story = Self.calm(scanned: ago)
      #expect(story.check(.nobody, storage: .ready).scans != nil)
    }
  }

  @Test("while Jellyfin runs any task, none is started", arguments: ["Running", "Cancelling", "Odd"])
  func busy(_ state: String) {
    var story = Self.calm()
    story.schedule = Self.schedule(story, nil, state: state)
    #expect(story.check(.nobody, storage: .ready).scans == nil)
    story = Self.calm()
    story.schedule = Self.schedule(story, nil, others: [JellyfinTask(key: "Odd", name: "Odd", state: state)])
    #expect(story.check(.nobody, storage: .ready).scans == nil)
  }

  @Test("a Jellyfin without that task, or with an id of no use, is left alone")
  func noTask() {
    var story = Self.calm()
    story.schedule = .success(TaskSchedule([JellyfinTask(key: "Other", name: "Other", id: "1")]))
    #expect(story.check(.nobody, storage: .ready).scans == nil)
    story = Self.calm()
    story.schedule = .success(TaskSchedule([.scan(id: nil)]))
    #expect(story.check(.nobody, storage: .ready).scans == nil)
  }

  @Test("without an answer none is started, and Jellyfin is asked again in 10 minutes")
  func unanswered() {
    var story = Self.calm()
    let answer = story.schedule
    story.schedule = .failure(Self.silence)
    #expect(story.check(.nobody, storage: .ready).rests)
    story.schedule = answer
    let scans = story.checks(for: 600, .nobody, storage: .ready).map { $0.scans != nil }
    #expect(scans == Array(repeating: false, count: 19) + [true])
  }

  @Test("one start per interval, whatever Jellyfin says of the last scan")
  func once() {
    var story = Self.calm(["LIBRARY_SCAN_INTERVAL": "2h"])
    #expect(story.check(.nobody, storage: .ready).scans != nil)
    let scans = story.checks(for: 7200, .nobody, storage: .ready).map { $0.scans != nil }
    #expect(scans.dropLast().allSatisfy { !$0 })
    #expect(scans.last == true)
  }

  @Test("while the last scan is known to be young, Jellyfin is not asked")
  func young() {
    var story = Self.calm(scanned: 3600)
    story.check(.nobody, storage: .ready)
    #expect(story.asked == [.schedule])
    let asked = (0..<120).map { _ in
      story.check(.nobody, storage: .ready)
      return story.asked.contains(.schedule)
    }
    #expect(!asked.contains(true))
  }

  @Test(
    "a run that was killed between note and start starts none at the next check, and a reboot does not forget it"
  )
  func killed() throws {
    var story = Self.calm()
    var memory = story.memory
    _ = memory.begin(Verdict(action: .scan(task: "7738"), reason: .nobody), story.configuration, story.now)
    story.memory = Memory(
      state: try decoded(State.self, encoded(memory.state)), runtime: memory.runtime,
      bootID: memory.runtime.boot)
    #expect(story.checks(for: 3600, .nobody, storage: .ready).allSatisfy { $0.scans == nil })
    story.reboot(up: 60, wallMoved: 60)
    #expect(story.checks(for: 3600, .nobody, storage: .ready).allSatisfy { $0.scans == nil })
  }

  @Test("a failure is told once, and tried again in an hour")
  func failure() {
    var story = Self.calm()
    story.scanFailure = Trouble(.jellyfin, cause: "500", "Jellyfin answered with 500.")
    let first = story.check(.nobody, storage: .ready)
    #expect(first.told == ["scan-failed warning"])
    #expect(
      first.event(.scanFailed)?.message
        == "A scan of the libraries could not be started: Jellyfin answered with 500. It is tried again in 1h."
    )
    let again = story.checks(for: 3600, .nobody, storage: .ready)
    #expect(again.map { $0.scans != nil } == Array(repeating: false, count: 119) + [true])
    #expect(again.last?.told == ["scan-failed debug"])
    story.scanFailure = nil
    #expect(story.checks(for: 3600, .nobody, storage: .ready).last?.told == ["scan-started notice"])
    #expect(story.memory.state.scan?.isTold == false)
    #expect(story.checks(for: 7200, .nobody, storage: .ready).allSatisfy { $0.scans == nil })
  }

  @Test("after a failure an interval of less than an hour is not made longer")
  func shortInterval() {
    var story = Self.calm(["LIBRARY_SCAN_INTERVAL": "20min"])
    story.scanFailure = Self.silence
    let first = story.check(.nobody, storage: .ready)
    #expect(first.event(.scanFailed)?.message.hasSuffix("It is tried again in 20min.") == true)
    #expect(story.checks(for: 1200, .nobody, storage: .ready).last?.scans != nil)
  }

  @Test("a dry run starts none, and asks nothing for it")
  func dryRun() {
    var story = Self.calm(["DRY_RUN": "yes"])
    #expect(story.checks(for: 1200, .nobody, storage: .ready).allSatisfy { $0.scans == nil })
    #expect(story.memory.runtime.tasks?.asked == nil)
  }

  @Test("in a check that powers off, none is started")
  func powerOff() {
    var story = Self.calm(["COOLDOWN_TIME": "5min"])
    let check = story.check(.nobody, storage: .ready)
    #expect(check.powersOff)
    #expect(story.asked == [.recordings, .tasks])
    // Nor while it goes down, or where it did not go.
    #expect(story.check(.nobody, storage: .ready).rests)
  }

  @Test("while it goes down, none is started")
  func stopping() {
    var story = Self.calm()
    story.memory.notePowerOff(at: story.moment, .accepted)
    story.memory.runtime.readySince = moment(1)
    #expect(story.check(.nobody, storage: .ready).scans == nil)
  }

  @Test("where it is not set, Jellyfin is not asked, and nothing is remembered")
  func notSet() {
    var story = Story(poweringOff(["COOLDOWN_TIME": "10h"]))
    story.schedule = Self.schedule(story, nil)
    #expect(story.checks(for: 3600, .nobody, storage: .ready).allSatisfy { $0.rests })
    #expect(story.memory.runtime.tasks == nil)
    #expect(story.memory.state.scan == nil)
  }

  @Test("the scan that was started keeps the storage up until it ends, by rule 6")
  func keepsUp() throws {
    var story = Self.calm(["COOLDOWN_TIME": "30min"])
    #expect(story.check(.nobody, storage: .ready).scans != nil)
    story.tasks = .success(["the task RefreshLibrary"])
    #expect(story.checks(for: 3600, .nobody, storage: .ready).allSatisfy { !$0.powersOff })
    story.tasks = .success([])
    #expect(story.check(.nobody, storage: .ready).powersOff)
  }

  @Test("what is remembered of it is read as it was written, and must be plausible")
  func roundTrip() throws {
    var story = Self.calm()
    story.check(.nobody, storage: .ready)
    let state = story.memory.state
    #expect(state.scan != nil && state.isPlausible)
    #expect(try decoded(State.self, encoded(state)) == state)
    var odd = state
    odd.scan?.at.boot = -1
    #expect(!odd.isPlausible)
  }
}
