import Testing

@testable import JodCore

extension Story {
  /// A household whose storage server may be powered off at the next check, 30 s from now: it has been watched for
  /// half an hour, and nobody was there.
  static func ripe(_ variables: [String: String] = [:]) -> Story {
    var story = Story(poweringOff(variables))
    story.checks(for: 1800, .nobody, storage: .ready)
    return story
  }

  /// As `ripe`, with the storage server asked to power off just now.
  static func stopping(_ variables: [String: String] = [:]) -> Story {
    var story = ripe(variables)
    story.check(.nobody, storage: .ready)
    return story
  }

  /// What holds a power-off up, as `status` tells it.
  var blockedBy: String? { Status(configuration, memory, warnings: []).poweroff.blockedBy }

  /// Seconds of nobody, with the storage ready, until it is powered off; nil where it is not within so long.
  mutating func secondsUntilPowerOff(within limit: Seconds = 4 * 3600, every pause: Seconds = 30) -> Seconds?
  {
    let start = moment.boot
    for _ in 0..<Int(limit / pause) where check(after: pause, .nobody, storage: .ready).powersOff {
      return moment.boot - start
    }
    return nil
  }
}

extension Recording {
  /// A recording whose start and end are so many seconds from the time a ripe household is checked.
  fileprivate static func inRipeHousehold(
    from start: Seconds, to end: Seconds, isRunning: Bool = false
  ) -> Recording {
    let time = jellyfinTime + 1830
    return Recording(name: "News", start: time + start, end: time + end, isRunning: isRunning)
  }
}

private let jellyfinSaysNothing = Trouble(.jellyfin, cause: "time-out", "Jellyfin did not answer.")

@Suite("The rules of a power-off")
struct PowerOffRulesTests {
  @Test(
    "one unanswered question that alone has kept the storage on for an hour is a trouble, until it is answered",
    arguments: [true, false])
  func unanswered(_ isRecordings: Bool) {
    var story = Story(poweringOff())
    let silence = Trouble(.jellyfin, cause: "timeout", "Jellyfin does not answer.")
    if isRecordings { story.recordings = .failure(silence) } else { story.tasks = .failure(silence) }
    let waiting = story.checks(for: 1830 + 3570, .nobody, storage: .ready)
    #expect(!waiting.contains { !$0.troubles.isEmpty || $0.powersOff })
    let told = story.checks(for: 120, .nobody, storage: .ready).last
    #expect(told?.troubles.map(\.cause) == ["unanswered"])
    #expect(told?.troubles.first?.what.contains(isRecordings ? "/LiveTv/Timers" : "/ScheduledTasks") == true)
    (story.recordings, story.tasks) = (.success([]), .success([]))
    let answered = story.check(.nobody, storage: .ready)
    #expect(answered.powersOff && answered.troubles.isEmpty)
  }

  @Test("an hour in which something else kept the storage on as well is not the question's")
  func unansweredBeside() {
    var story = Story(poweringOff())
    story.recordings = .failure(Trouble(.jellyfin, cause: "timeout", "Jellyfin does not answer."))
    for _ in 0..<3 {
      story.checks(for: 1830 + 1800, .nobody, storage: .ready)
      story.check(.playing, storage: .ready)
    }
    story.tasks = .success(["the task RefreshLibrary"])
    let decisions = story.checks(for: 3 * 3600, .nobody, storage: .ready)
    #expect(!decisions.contains { !$0.troubles.isEmpty })
  }

  @Test("where every rule holds, the storage is powered off once, and then left in peace")
  func allHold() {
    var story = Story.ripe()
    #expect(story.check(.nobody, storage: .ready).powersOff)
    #expect(story.blockedBy == nil)
    let after = [Probe.ready, .up, .silent, .silent, .silent].map { story.check(.nobody, storage: $0) }
    #expect(after.allSatisfy { $0.rests && $0.troubles.isEmpty })
    #expect(after.flatMap(\.told) == ["storage-down notice"])
    #expect(story.checks(for: 86_400, .nobody).allSatisfy { $0.rests && $0.events.isEmpty })
  }

  @Test("nothing powers the storage off before half an hour of nobody is over")
  func notBefore() {
    var story = Story(poweringOff())
    #expect(story.checks(for: 1800, .nobody, storage: .ready).allSatisfy { $0.rests })
  }

  @Test(
    "a power-off is told with how long nobody was there, and what was asked of the storage",
    arguments: [("poweroff", "power off"), ("suspend", "suspend"), ("hibernate", "hibernate")])
  func told(_ action: String, _ words: String) throws {
    var story = Story.ripe(["SHUTDOWN_ACTION": action])
    let decision = story.check(.nobody, storage: .ready)
    let event = try #require(decision.event(.powerOffRequested))
    #expect(decision.told == ["poweroff-requested notice"])
    #expect(event.message == "Asked the storage to \(words): no activity for 30min.")
    #expect(event.fields == ["JOD_IDLE_SEC": "1800"])
    #expect(
      decision.reason == "nobody has been active for 30min, and nothing is in the way of a power-off")
  }

  // MARK: Each rule alone

  struct Broken: Sendable, CustomTestStringConvertible {
    var rule: String
    var variables: [String: String] = [:]
    var household = Story.Household.nobody
    var storage = Probe.ready
    var pause: Seconds = 30
    var words: String
    /// Whether Jellyfin must be asked for more to see it.
    var isAsked = false
    var breaks: @Sendable (inout Story) -> Void = { _ in }

    var testDescription: String { rule }
  }

  static let broken: [Broken] = [
    Broken(
      rule: "no method is configured", variables: ["STORAGE_SERVER_SSH": ""],
      words: "neither STORAGE_SERVER_SSH nor SHUTDOWN_COMMAND is set, so jod-check only wakes"),
    Broken(rule: "a hold is in force", words: "a hold until 2027-01-15T09:30:00Z") {
      $0.memory.state.hold = Hold(began: $0.moment, seconds: 3600)
    },
    Broken(rule: "it was asked already", words: "it was asked to power off already") {
      $0.memory.notePowerOff(at: $0.moment)
    },
    Broken(
      rule: "somebody browses", household: .browsing,
      words: "activity: Anna is browsing (Jellyfin Web on Firefox)"),
    Broken(
      rule: "somebody plays", household: .playing,
      words: "activity: Anna is playing (Jellyfin Web on Firefox)"),
    Broken(
      rule: "an ignored client plays", variables: ["IGNORE_CLIENTS": "robot"], household: .robotPlaying,
      words: "activity: Robot is playing (robot on Firefox)"),
    Broken(
      rule: "a session is not understood", household: .notUnderstood,
      words: "activity: a session cannot be understood and counts as active"),
    Broken(
      rule: "Jellyfin is away", household: .jellyfinAway,
      words: "Jellyfin did not say who is active, and unknown is not idle"),
    Broken(
      rule: "Jellyfin rejects the key", household: .keyRejected,
      words: "Jellyfin did not say who is active, and unknown is not idle"),
    Broken(
      rule: "nobody was there for too short a time", pause: 29,
      words: "no activity for only 29min 59s of COOLDOWN_TIME, 30min"
    ) { $0.memory.runtime.readySince = moment(10_000) },
    Broken(
      rule: "the storage is up, but its service is not", storage: .up,
      words: "the storage is not ready: its service does not answer"),
    Broken(
      rule: "the storage is silent", storage: .silent,
      words: "the storage is not ready: it does not answer"),
    Broken(
      rule: "the storage has been ready for too short a time",
      words: "the storage has been ready for only 29min 59s of COOLDOWN_TIME, 30min"
    ) { $0.memory.runtime.readySince = moment(10_031) },
    Broken(
      rule: "somebody started the storage by hand", variables: ["MANUAL_START_HOLD": "2h"],
      words: "the storage was started by hand (MANUAL_START_HOLD, another 1h 30min)"),
    Broken(rule: "it was busy a moment ago", words: "The storage is busy: a backup runs") {
      $0.memory.notePowerOff(at: $0.moment, .busy("a backup runs"))
    },
    Broken(
      rule: "this machine reads from it",
      words:
        "traffic: something on this machine read from the storage, or wrote to it, at 2027-01-15T08:30:30Z (port 445), less than COOLDOWN_TIME, 30min, ago"
    ) { $0.traffic = .smb(60 * 100 * 1024) },
    Broken(
      rule: "what crosses to and from it cannot be seen",
      words:
        "it is not known who uses the storage: what the NFS mounts of this machine read and write cannot be told"
    ) { $0.traffic = .unseen(.mounts) },
    Broken(
      rule: "what crosses to and from it has not been watched for long enough",
      words: "what crosses to and from the storage has been watched for only 0s of COOLDOWN_TIME, 30min"
    ) { $0.memory.runtime.traffic = nil },
    Broken(
      rule: "something is recorded", variables: ["WAKE_FOR_RECORDINGS": "no"], words: "a recording: News",
      isAsked: true
    ) {
      $0.recordings = .success([.inRipeHousehold(from: -7200, to: -3600, isRunning: true)])
    },
    Broken(rule: "a recording begins soon", words: "a recording: News", isAsked: true) {
      $0.recordings = .success([.inRipeHousehold(from: 600, to: 3600)])
    },
    Broken(
      rule: "Jellyfin does not say what it records", words: "Jellyfin did not say what it records",
      isAsked: true
    ) { $0.recordings = .failure(jellyfinSaysNothing) },
    Broken(
      rule: "Jellyfin runs tasks",
      words: "Jellyfin is busy with the task RefreshLibrary, a refresh of the library Films", isAsked: true
    ) { $0.tasks = .success(["the task RefreshLibrary", "a refresh of the library Films"]) },
    Broken(
      rule: "Jellyfin does not say which tasks it runs", words: "Jellyfin did not say which tasks it runs",
      isAsked: true
    ) { $0.tasks = .failure(jellyfinSaysNothing) },
  ]

  private func check(_ broken: Broken) -> (decision: Checked, story: Story) {
    var story = Story.ripe(broken.variables)
    broken.breaks(&story)
    let decision = story.check(after: broken.pause, broken.household, storage: broken.storage)
    return (decision, story)
  }

  @Test("one rule broken alone keeps the storage up", arguments: broken)
  func oneBroken(_ broken: Broken) {
    #expect(check(broken).decision.rests)
  }

  @Test("the rule that is broken, and no other, is what holds a power-off up", arguments: broken)
  func blockedBy(_ broken: Broken) {
    #expect(check(broken).story.blockedBy == broken.words)
  }

  @Test("Jellyfin is asked for more only where everything else holds", arguments: broken)
  func askedLast(_ broken: Broken) {
    #expect(check(broken).story.asked.contains(.tasks) == broken.isAsked)
  }

  @Test("several broken rules are told together")
  func several() {
    var story = Story.ripe()
    story.traffic = .unseen(.addresses)
    story.check(.nobody, storage: .up)
    #expect(
      story.blockedBy
        == "the storage is not ready: its service does not answer; "
        + "it is not known who uses the storage: its name does not resolve")
  }

  @Test("recordings and tasks are asked for together, once all else holds")
  func asksBoth() {
    var story = Story.ripe()
    story.check(.nobody, storage: .ready)
    #expect(story.asked == [.recordings, .tasks])
  }

  @Test("nothing is decided of a power-off before Jellyfin was asked for more")
  func undecided() {
    var story = Story.ripe()
    story.pass(30)
    let observation = Observation(
      jellyfin: .success(answer(at: story.moment.wall)), storage: .ready, traffic: .smb(0))
    _ = story.memory.notice(observation, story.configuration, story.now)
    let verdict = decide(story.configuration, story.memory, story.now)
    #expect(verdict.action == .ask([.recordings, .tasks]))
  }

  // MARK: Boundaries

  @Test("inactivity is enough at COOLDOWN_TIME exactly", arguments: [(29.5, false), (30.0, true)])
  func cooldown(_ pause: Seconds, _ powersOff: Bool) {
    var story = Story.ripe()
    story.memory.runtime.readySince = moment(10_000)
    #expect(story.check(after: pause, .nobody, storage: .ready).powersOff == powersOff)
  }

  @Test(
    "readiness is enough at COOLDOWN_TIME exactly", arguments: [(10_030.5, false), (10_030.0, true)])
  func ready(_ since: Seconds, _ powersOff: Bool) {
    var story = Story.ripe()
    story.memory.runtime.readySince = moment(since)
    #expect(story.check(.nobody, storage: .ready).powersOff == powersOff)
  }

  @Test(
    "a minute is busy at 100 KiB/s",
    arguments: [(6_143_999.0, true), (6_144_000, false), (0, true), (1e12, false)])
  func traffic(_ bytes: Double, _ powersOff: Bool) {
    var story = Story.ripe()
    story.traffic = .smb(bytes)
    #expect(story.check(.nobody, storage: .ready).powersOff == powersOff)
  }

  @Test(
    "a recording counts from 10 minutes before its start to its end",
    arguments: [
      (600.0, 3600.0, false), (601, 3600, true), (0, 60, false), (-3600, 1, false), (-3600, 0, true),
    ])
  func recording(_ start: Seconds, _ end: Seconds, _ powersOff: Bool) {
    var story = Story.ripe(["WAKE_FOR_RECORDINGS": "no"])
    story.recordings = .success([.inRipeHousehold(from: start, to: end)])
    #expect(story.check(.nobody, storage: .ready).powersOff == powersOff)
  }

  @Test("the power-off comes COOLDOWN_TIME after the last activity", arguments: ["10min", "30min", "3h"])
  func afterActivity(_ cooldown: String) throws {
    var story = Story(poweringOff(["COOLDOWN_TIME": cooldown]))
    story.checks(for: 12 * 3600, .playing, storage: .ready)
    let seconds = try #require(TimeSpan.parse(cooldown))
    #expect(story.secondsUntilPowerOff() == seconds + 30)
  }

  @Test("activity starts the count anew, however short", arguments: [Story.Household.browsing, .playing])
  func activityAnew(_ household: Story.Household) {
    var story = Story.ripe()
    story.check(household, storage: .ready)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("a task that ended lets the power-off happen at the next check")
  func taskEnded() {
    var story = Story.ripe()
    story.tasks = .success(["the task RefreshLibrary"])
    #expect(story.checks(for: 3600, .nobody, storage: .ready).allSatisfy { $0.rests })
    story.tasks = .success([])
    #expect(story.check(.nobody, storage: .ready).powersOff)
  }

  @Test("of many tasks the first five are told")
  func manyTasks() {
    var story = Story.ripe()
    story.tasks = .success((1...9).map { "task \($0)" })
    story.check(.nobody, storage: .ready)
    #expect(story.blockedBy == "Jellyfin is busy with task 1, task 2, task 3, task 4, task 5")
  }
}

@Suite("What may come between, and a power-off")
struct PowerOffCountTests {
  @Test(
    "a step of the wall clock starts the count anew, in either direction",
    arguments: [-1e9, -86_400, -3600, -11, 11, 3600, 86_400, 1e9])
  func clockStep(_ step: Seconds) {
    var story = Story.ripe()
    story.moment.wall += step
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("what slews a clock disturbs nothing", arguments: [-10.0, -1, 1, 10])
  func slew(_ step: Seconds) {
    var story = Story.ripe()
    story.moment.wall += step
    #expect(story.secondsUntilPowerOff() == 30)
  }

  @Test("a gap of more than three beats and a minute starts the count anew", arguments: [151.0, 86_400])
  func gap(_ gap: Seconds) {
    var story = Story.ripe()
    story.pass(gap - 30)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("a shorter gap counts as time without activity")
  func shortGap() {
    var story = Story.ripe()
    #expect(story.check(after: 150, .nobody, storage: .ready).powersOff)
  }

  @Test("time in which Jellyfin does not answer counts only where it is short", arguments: [120.0, 150])
  func jellyfinAway(_ span: Seconds) {
    var story = Story.ripe()
    story.checks(for: span, .jellyfinAway, storage: .ready)
    #expect(story.secondsUntilPowerOff() == (span == 120 ? 30 : 1830))
  }

  @Test(
    "a reboot of this machine starts the count anew, regardless of its clock",
    arguments: [-1e9, 0, 30, 86_400, 1e9])
  func reboot(_ wallMoved: Seconds) {
    var story = Story.ripe()
    story.reboot(up: 20, wallMoved: wallMoved)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  struct Wait: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var prepare: @Sendable (inout Story) -> Void
  }

  static let waits = [
    Wait(testDescription: "for COOLDOWN_TIME") { $0.check(.playing, storage: .ready) },
    Wait(testDescription: "for a hold") { $0.memory.state.hold = Hold(began: $0.moment, seconds: 7200) },
    Wait(testDescription: "for MANUAL_START_HOLD") {
      $0.configuration = poweringOff(["MANUAL_START_HOLD": "2h"])
    },
    Wait(testDescription: "for the storage to be ready for long enough") {
      $0.memory.runtime.readySince = $0.moment
    },
    Wait(testDescription: "after a failure") {
      $0.memory.notePowerOff(at: $0.moment, .failed("x"))
    },
    Wait(testDescription: "for nothing") { _ in },
  ]

  @Test(
    "no change of the clock brings a power-off forward", arguments: waits,
    [-1e9, -7200, -1800, -60, -10, 10, 60, 1800, 7200, 1e9])
  func notForward(_ wait: Wait, _ step: Seconds) throws {
    var steady = Story.ripe()
    wait.prepare(&steady)
    var changed = steady
    let expected = steady.secondsUntilPowerOff()
    changed.moment.wall += step
    let seconds = changed.secondsUntilPowerOff(within: 5 * 3600)
    #expect(try #require(seconds) >= #require(expected))
  }

  @Test(
    "no reboot brings a power-off forward, regardless of the clock after it", arguments: waits,
    [-1e9, 0, 7200, 1e9])
  func rebootNotForward(_ wait: Wait, _ wallMoved: Seconds) throws {
    var steady = Story.ripe()
    wait.prepare(&steady)
    var changed = steady
    let expected = steady.secondsUntilPowerOff()
    changed.reboot(up: 5, wallMoved: wallMoved)
    let seconds = changed.secondsUntilPowerOff(within: 5 * 3600)
    #expect(try seconds ?? .infinity >= #require(expected))
  }

  @Test("one lost probe resets nothing", arguments: [Probe.silent, .up])
  func lostProbe(_ lost: Probe) {
    var story = Story.ripe()
    #expect(!story.check(.nobody, storage: lost).powersOff)
    #expect(story.check(.nobody, storage: .ready).powersOff)
  }

  @Test("a storage that was not ready twice must be ready for COOLDOWN_TIME again")
  func lostTwice() {
    var story = Story.ripe()
    story.checks(for: 60, .nobody, storage: .up)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("the last busy minute must be COOLDOWN_TIME ago, whoever was active")
  func busyMinute() {
    var story = Story.ripe()
    story.traffic = .smb(30e6)
    #expect(!story.check(.nobody, storage: .ready).powersOff)
    // With 30 s between two checks the burst is in the minute that the next one sees as well.
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("traffic that could not be seen for an hour, and alone keeps the storage on, is a trouble")
  func unseenTraffic() {
    var story = Story.ripe()
    story.traffic = .unseen(.connections(.refused(97)))
    let hidden = story.checks(for: 3570, .nobody, storage: .ready)
    #expect(!hidden.contains { !$0.troubles.isEmpty || $0.powersOff })
    let told = story.checks(for: 120, .nobody, storage: .ready).last
    #expect(told?.troubles.map(\.cause) == ["unseen"])
    #expect(told?.troubles.first?.what.contains("Address family not supported") == true)
    // For so long it was not watched.
    story.traffic = .smb(0)
    #expect(!story.check(.nobody, storage: .ready).powersOff)
    #expect(story.secondsUntilPowerOff() == 1800)
  }
}

@Suite("MANUAL_START_HOLD")
struct ManualStartTests {
  private static let hold = ["MANUAL_START_HOLD": "2h"]

  private func story(after probes: [Probe], _ variables: [String: String] = hold) -> Story {
    var story = Story(poweringOff(variables))
    for probe in probes { story.check(.nobody, storage: probe) }
    return story
  }

  @Test("a storage found on by the first check ever stays on for so long")
  func firstCheck() {
    var story = story(after: [.ready])
    #expect(story.secondsUntilPowerOff() == 7200)
  }

  @Test(
    "a storage that was down and comes up by hand stays on for so long from when it is ready",
    arguments: [[Probe.silent, .silent, .ready], [.silent, .silent, .up, .up, .ready]])
  func byHand(_ probes: [Probe]) {
    var story = story(after: probes)
    #expect(story.secondsUntilPowerOff() == 7200)
  }

  @Test("0 is none")
  func none() {
    var story = story(after: [.silent, .silent, .ready], ["MANUAL_START_HOLD": "0"])
    #expect(story.secondsUntilPowerOff() == 1800)
  }

  @Test("a storage that jod-check woke needs not stay on")
  func woken() {
    var story = story(after: [.silent, .silent])
    story.check(.playing, storage: .silent)
    story.check(.playing, storage: .ready)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("a storage that somebody woke with the command stays on for so long from when it is ready")
  func wokenByCommand() {
    var story = story(after: [.silent, .silent])
    story.memory.noteWakeRequest(at: story.moment)
    story.pass(20)
    _ = story.memory.noticeProbe(.ready, story.configuration, story.now)
    #expect(story.secondsUntilPowerOff() == 7200)
  }

  @Test("a service that restarts is no start by hand", arguments: [[Probe.up], [.up, .up], [.silent, .up]])
  func serviceRestart(_ probes: [Probe]) {
    var story = story(after: [.ready])
    story.checks(for: 7200, .playing, storage: .ready)
    for probe in probes { story.check(.nobody, storage: probe) }
    story.check(.nobody, storage: .ready)
    #expect(story.memory.state.storage.byHand.map(story.now.surelySince) ?? .infinity >= 7200)
  }

  @Test("a storage that was started by hand stays on though a probe was lost while somebody was active")
  func lostProbe() {
    var story = story(after: [.silent, .silent, .ready])
    let found = story.memory.state.storage.byHand
    #expect(story.check(.playing, storage: .silent).sends)
    story.check(.playing, storage: .ready)
    #expect(found != nil)
    #expect(story.memory.state.storage.byHand == found)
  }

  @Test("a storage that fell silent unasked and came back has not forgotten the start by hand")
  func downAndWoken() {
    var story = story(after: [.silent, .silent, .ready])
    let began = story.memory.state.storage.byHand
    story.checks(for: 120, .playing, storage: .silent)
    #expect(story.memory.state.undertaking.wake != nil)
    story.check(.playing, storage: .ready)
    #expect(began != nil && story.memory.state.storage.byHand == began)
  }

  @Test("a storage that we powered off and woke has forgotten the start by hand")
  func poweredOffAndWoken() {
    var story = story(after: [.ready])
    _ = story.secondsUntilPowerOff()
    story.checks(for: 60, .nobody, storage: .silent)
    story.check(.playing, storage: .silent)
    story.check(.playing, storage: .ready)
    #expect(story.memory.state.storage.byHand == nil)
  }

  @Test("a button that was pressed because waking fails counts as a start by hand")
  func buttonAfterFailure() {
    var story = story(after: [.silent, .silent])
    story.checks(for: 600, .playing, storage: .silent)
    story.check(.playing, storage: .ready)
    #expect(story.memory.state.storage.byHand == story.moment)
  }

  @Test("a reboot of this machine ends it no earlier", arguments: [0.0, 7200, 1e9])
  func reboot(_ wallMoved: Seconds) {
    var story = story(after: [.ready])
    story.reboot(up: 0, wallMoved: wallMoved)
    #expect(story.secondsUntilPowerOff() == 7200)
  }

  @Test("in a dry run nothing is woken, so a storage that comes up was started by hand")
  func dryRun() {
    var story = story(after: [.silent, .silent], Self.hold.merging(["DRY_RUN": "yes"]) { $1 })
    story.check(.playing, storage: .silent)
    story.check(.playing, storage: .ready)
    #expect(story.secondsUntilPowerOff() == 7200)
  }
}

@Suite("A power-off without the storage's address")
struct BlindPowerOffTests {
  private func woken(for span: Seconds = 30) -> Story {
    var story = Story(
      poweringOff([
        "STORAGE_SERVER_ADDRESS": "", "STORAGE_SERVER_SSH": "", "SHUTDOWN_COMMAND": "/usr/bin/plug off",
        "MANUAL_START_HOLD": "2h",
      ]))
    story.checks(for: span, .playing)
    return story
  }

  @Test("the storage is presumed off until it was woken")
  func presumedOff() {
    var story = woken(for: 0)
    #expect(story.secondsUntilPowerOff() == nil)
    #expect(story.blockedBy?.contains("the storage is presumed off") == true)
  }

  @Test("a storage that was woken is powered off COOLDOWN_TIME after the activity, once")
  func once() {
    var story = woken(for: 7200)
    #expect(story.secondsUntilPowerOff() == 1830)
    #expect(story.secondsUntilPowerOff() == nil)
  }

  @Test("it must be presumed on for COOLDOWN_TIME, though nobody was there for longer")
  func presumedForTooShort() {
    var story = woken(for: 0)
    story.checks(for: 3600, .nobody)
    story.memory.noteWakeRequest(at: story.moment)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("what was powered off is woken again once 60 s are over", arguments: [(59.0, false), (60, true)])
  func again(_ after: Seconds, _ sends: Bool) {
    var story = woken(for: 7200)
    _ = story.secondsUntilPowerOff()
    #expect(story.check(after: after, .playing).sends == sends)
  }

  @Test("nothing waits for it to be down, and nothing hangs")
  func noHang() {
    var story = woken(for: 7200)
    _ = story.secondsUntilPowerOff()
    #expect(story.checks(for: 600, .nobody).allSatisfy { $0.troubles.isEmpty && $0.events.isEmpty })
    #expect(story.memory.state.undertaking.stopping == nil)
  }

  @Test("one that refused stays presumed on", arguments: [PowerOffOutcome.busy("x"), .failed("x")])
  func refused(_ outcome: PowerOffOutcome) {
    var story = woken(for: 7200)
    story.outcome = outcome
    _ = story.secondsUntilPowerOff()
    #expect(story.secondsUntilPowerOff() == 300)
  }
}

@Suite("A storage that goes down")
struct StoppingTests {
  @Test(
    "no packet is sent for 60 s",
    arguments: [
      (59.0, Probe.up, false), (60, .up, true), (59, .silent, false), (60, .silent, true),
      (120, .ready, false),
    ])
  func noPacket(_ after: Seconds, _ probe: Probe, _ sends: Bool) {
    var story = Story.stopping()
    #expect(story.check(after: after, .playing, storage: probe).sends == sends)
  }

  @Test("no packet is sent for 60 s, unless it is down before", arguments: [Probe.up, .silent])
  func down(_ first: Probe) {
    var story = Story.stopping()
    story.check(after: 10, .playing, storage: first)
    #expect(story.check(after: 15, .playing, storage: .silent).sends == (first == .silent))
  }

  @Test(
    "after a reboot of A the 60 s are over once it is up for that long, or when the wall clock says so",
    arguments: [(20.0, 25.0, false), (20, 600, true), (61, -100_000, true)])
  func afterReboot(_ up: Seconds, _ wallMoved: Seconds, _ sends: Bool) {
    var story = Story.stopping()
    story.reboot(up: up, wallMoved: wallMoved)
    #expect(story.check(after: 0, .playing, storage: .up).sends == sends)
  }

  @Test("a user who comes while it goes down is told why nothing is sent yet")
  func reason() {
    var story = Story.stopping()
    #expect(
      story.check(.playing, storage: .up).reason
        == "Anna is playing (Jellyfin Web on Firefox); "
        + "the storage is going down, and is woken as soon as it is")
  }

  @Test("who came while it went down and left is not forgotten")
  func owed() {
    var story = Story.stopping()
    story.check(.browsing, storage: .up)
    let decision = story.check(.nobody, storage: .silent)
    #expect(decision.sends)
    #expect(decision.event(.wakeRequested)?.fields["JOD_USER"] == "Anna")
    #expect(story.checks(for: 3600, .nobody).allSatisfy { !$0.sends })
  }

  @Test("who came and left is not forgotten though Jellyfin is away for a while")
  func owedAcrossOutage() {
    var story = Story.stopping()
    story.check(.browsing, storage: .up)
    #expect(story.checks(for: 300, .jellyfinAway).allSatisfy { !$0.sends })
    #expect(story.check(.nobody).sends)
  }

  @Test("who came and left is not forgotten though this machine starts anew")
  func owedAcrossReboot() {
    var story = Story.stopping()
    story.check(.browsing, storage: .up)
    story.reboot(up: 60, wallMoved: 60)
    #expect(story.check(.nobody).sends)
  }

  @Test("a user who does not wake the storage is owed nothing")
  func ignored() {
    var story = Story.stopping(["IGNORE_CLIENTS": "robot"])
    story.check(.robotPlaying, storage: .up)
    #expect(story.checks(for: 300, .nobody).allSatisfy { !$0.sends })
  }

  @Test("without anybody nothing is sent")
  func nobody() {
    var story = Story.stopping()
    #expect(story.checks(for: 3600, .nobody).allSatisfy { !$0.sends })
  }

  @Test("a packet that did not leave is owed still")
  func packetNotSent() {
    var story = Story.stopping()
    story.check(.browsing, storage: .up)
    story.sendFails = true
    story.check(.nobody, storage: .silent)
    story.sendFails = false
    #expect(story.check(.nobody, storage: .silent).sends)
  }

  @Test("a user who was served by a storage that did not go down after all is owed nothing later")
  func servedAfterAll() {
    var story = Story.stopping()
    story.check(.browsing, storage: .ready)
    story.checks(for: 600, .nobody, storage: .ready)
    #expect(story.check(.nobody, storage: .ready).reason == "nobody is active")
    #expect(story.checks(for: 300, .nobody, storage: .silent).allSatisfy { !$0.sends })
  }

  // MARK: Hanging

  @Test(
    "it hangs where it still answers after 3 minutes",
    arguments: [
      (179.0, Probe.ready, false), (180, .ready, true), (180, .up, true), (179, .up, false),
      // A probe that is lost once may be the first of a machine that is down.
      (180, .silent, false), (600, .silent, false), (600, .ready, true),
    ])
  func hangs(_ after: Seconds, _ probe: Probe, _ hangs: Bool) {
    var story = Story.stopping()
    let decision = story.check(after: after, .nobody, storage: probe)
    #expect(decision.told == (hangs ? ["poweroff-failed error"] : []))
    #expect(decision.troubles.map(\.kind) == (hangs ? [.powerOff] : []))
  }

  @Test("a storage that is checked seldom and has gone down does not hang")
  func seldom() {
    var story = Story.stopping(["CHECK_INTERVAL": "5min"])
    let decisions = story.checks(for: 900, every: 300, .nobody, storage: .silent)
    #expect(decisions.flatMap(\.told) == ["storage-down notice"])
  }

  @Test("one that was silent and is ready again went and came back: that is a start by hand, and no hang")
  func cameBack() {
    var story = Story.stopping()
    story.check(.nobody, storage: .silent)
    let decision = story.check(.nobody, storage: .ready)
    #expect(decision.told == ["storage-ready notice"])
    #expect(decision.troubles.isEmpty)
    #expect(story.memory.state.undertaking.phase == .nothing)
    #expect(story.memory.state.storage.byHand == story.moment)
    #expect(story.checks(for: 600, .nobody, storage: .ready).allSatisfy { $0.events.isEmpty })
  }

  @Test("one that was silent and answers without its service starts again, and does not hang")
  func startsAgain() {
    var story = Story.stopping()
    story.check(.nobody, storage: .silent)
    #expect(story.checks(for: 300, .nobody, storage: .up).flatMap(\.told) == [])
    #expect(story.check(.nobody, storage: .ready).told == ["storage-ready notice"])
    #expect(story.memory.state.storage.byHand == story.moment)
  }

  @Test("that it hangs is told once, with the way to see why, and not asked again before COOLDOWN_TIME")
  func hangsOnce() throws {
    var story = Story.stopping()
    let decisions = story.checks(for: 1950, .nobody, storage: .ready)
    let events = decisions.flatMap(\.events)
    #expect(events.map(\.name) == [.powerOffFailed])
    let message = try #require(events.first).message
    #expect(message.contains("hangs in shutdown") && message.contains("journalctl"))
    #expect(decisions.filter { !$0.troubles.isEmpty }.count == 1)
    #expect(story.check(.nobody, storage: .ready).powersOff)
  }

  @Test("where the connection broke the probe decides: down is down, and what answers hangs")
  func perhaps() {
    for (probe, told) in [(Probe.silent, "storage-down notice"), (.ready, "poweroff-failed error")] {
      var story = Story.ripe()
      story.outcome = .perhaps
      #expect(story.check(.nobody, storage: .ready).told == ["poweroff-requested notice"])
      #expect(story.checks(for: 180, .nobody, storage: probe).flatMap(\.told) == [told])
    }
  }

  @Test("a run that was killed as it powered off has asked: no packet, and no second power-off")
  func killed() {
    var story = Story.ripe()
    story.memory.notePowerOff(at: story.moment)
    let decision = story.check(.playing, storage: .up)
    #expect(decision.rests)
  }
}

@Suite("A power-off that is refused, or fails")
struct PowerOffFailureTests {
  private func refused(_ outcome: PowerOffOutcome) -> (first: Checked, story: Story) {
    var story = Story.ripe()
    story.outcome = outcome
    let decision = story.check(.nobody, storage: .ready)
    return (decision, story)
  }

  static let outcomes = [PowerOffOutcome.busy("a backup runs"), .failed("ssh said no")]

  @Test("it is tried again in 5 minutes", arguments: outcomes)
  func again(_ outcome: PowerOffOutcome) {
    var story = refused(outcome).story
    #expect(story.secondsUntilPowerOff() == 300)
    #expect(story.secondsUntilPowerOff(every: 29) == 319)
  }

  @Test("it is not stopping", arguments: outcomes)
  func notStopping(_ outcome: PowerOffOutcome) {
    #expect(refused(outcome).story.memory.state.undertaking.stopping == nil)
  }

  @Test("what was said holds the next power-off up, from the moment it was said")
  func blocked() {
    let story = refused(.busy("a backup runs")).story
    #expect(story.blockedBy == "The storage is busy: a backup runs")
  }

  @Test("somebody who comes meanwhile has a storage that is ready", arguments: outcomes)
  func activity(_ outcome: PowerOffOutcome) {
    var story = refused(outcome).story
    #expect(story.check(.playing, storage: .ready).reason.hasSuffix("and the storage is ready"))
    #expect(story.check(.playing, storage: .up).sends)
  }

  @Test("busy is no trouble")
  func busyIsNoTrouble() {
    var (first, story) = refused(.busy("a backup runs"))
    #expect(first.troubles == [])
    #expect(story.checks(for: 3600, .nobody, storage: .ready).allSatisfy { $0.troubles.isEmpty })
  }

  @Test("busy is told once, and what repeats it is no news")
  func busyOnce() {
    var (first, story) = refused(.busy("a backup runs"))
    #expect(first.told == ["poweroff-requested notice", "poweroff-refused notice"])
    #expect(
      first.event(.powerOffRefused)?.message
        == "The storage is busy: a backup runs. It is asked again in 5min.")
    #expect(
      story.checks(for: 600, .nobody, storage: .ready).flatMap(\.told)
        == ["poweroff-requested debug", "poweroff-refused debug"]
        + ["poweroff-requested debug", "poweroff-refused debug"])
  }

  @Test("busy for another reason is news")
  func busyOtherwise() {
    var story = refused(.busy("a backup runs")).story
    story.outcome = .busy("Anna is logged in")
    let told = story.checks(for: 300, .nobody, storage: .ready).flatMap(\.told)
    #expect(told == ["poweroff-requested debug", "poweroff-refused notice"])
  }

  @Test("a failure is an error once, and a trouble until it is resolved")
  func failedOnce() {
    var (first, story) = refused(.failed("ssh said no"))
    #expect(first.told == ["poweroff-requested notice", "poweroff-failed error"])
    let later = story.checks(for: 3600, .nobody, storage: .ready)
    #expect(later.flatMap(\.events).allSatisfy { $0.priority == .debug })
    let troubles = ([first] + later).map(\.troubles)
    let expected = Trouble(
      .powerOff, cause: "The storage could not be powered off: ssh said no",
      "The storage could not be powered off: ssh said no")
    #expect(troubles.allSatisfy { $0 == [expected] })
  }

  @Test("a failure with another cause is told")
  func failedOtherwise() {
    var story = refused(.failed("ssh said no")).story
    story.outcome = .failed("no route to host")
    let told = story.checks(for: 300, .nobody, storage: .ready).flatMap(\.told)
    #expect(told == ["poweroff-requested debug", "poweroff-failed error"])
  }

  @Test("a failure is resolved by a power-off that was accepted, which is told")
  func accepted() {
    var story = refused(.failed("ssh said no")).story
    story.outcome = .accepted
    let decisions = story.checks(for: 300, .nobody, storage: .ready)
    #expect(decisions.last?.troubles == [])
    #expect(decisions.last?.told == ["poweroff-requested debug", "poweroff-requested notice"])
    #expect(
      decisions.last?.events.last?.message == "The storage took the power-off this time.")
    #expect(story.check(.nobody, storage: .up).troubles == [])
  }

  @Test("a failure is resolved by activity")
  func resolvedByActivity() {
    var story = refused(.failed("ssh said no")).story
    #expect(story.check(.playing, storage: .ready).troubles == [])
    #expect(story.checks(for: 600, .nobody, storage: .ready).allSatisfy { $0.troubles.isEmpty })
  }

  @Test("a failure is resolved by a storage that went down by itself")
  func resolvedByDown() {
    var story = refused(.failed("ssh said no")).story
    #expect(story.check(.nobody, storage: .silent).troubles.count == 1)
    #expect(story.check(.nobody, storage: .silent).troubles == [])
  }

  @Test("what Jellyfin does not say resolves no failure")
  func unknown() {
    var story = refused(.failed("ssh said no")).story
    #expect(story.check(.jellyfinAway, storage: .ready).troubles.map(\.kind) == [.jellyfin, .powerOff])
  }
}

@Suite("A power-off in a dry run")
struct DryRunPowerOffTests {
  private func story() -> Story { Story.ripe(["DRY_RUN": "yes"]) }

  @Test("it tells once what it would have asked")
  func once() {
    var story = story()
    let decision = story.check(.nobody, storage: .ready)
    let words = "Dry run: would have asked the storage to power off: no activity for 30min."
    #expect(decision.told == ["poweroff-requested notice"])
    #expect(decision.events.first?.message == words)
    #expect(story.checks(for: 86_400, .nobody, storage: .ready).allSatisfy { $0.events.isEmpty })
  }

  @Test("it tells again after somebody was there")
  func again() {
    var story = story()
    story.check(.nobody, storage: .ready)
    story.check(.playing, storage: .ready)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("nothing goes down, so a user who comes finds the storage ready and is owed nothing")
  func notGoingDown() {
    var story = story()
    story.check(.nobody, storage: .ready)
    #expect(
      story.check(.browsing, storage: .ready).reason
        == "Anna is browsing (Jellyfin Web on Firefox), and the storage is ready")
    #expect(story.check(.nobody, storage: .ready).reason == "nobody is active")
    #expect(story.memory.state.undertaking.owed == nil)
  }

  @Test("nothing hangs")
  func noHang() {
    var story = story()
    story.check(.nobody, storage: .ready)
    #expect(story.checks(for: 3600, .nobody, storage: .ready).allSatisfy { $0.troubles.isEmpty })
  }
}

@Suite("A power-off by hand")
struct PowerOffByHandTests {
  private func ask(
    _ urgency: PowerOffUrgency, _ story: Story, sessions: [SessionEntry]? = [], storage: Probe? = .ready,
    crossed: Double? = 0, recordings: Result<[Recording], Trouble>? = .success([]),
    tasks: Result<[String], Trouble>? = .success([])
  ) -> (questions: Set<Verdict.Question>, objections: [String]) {
    let time = story.moment.wall + 1
    let jellyfin: Result<JellyfinAnswer, Trouble> =
      sessions.map { .success(answer($0, at: time)) } ?? .failure(jellyfinSaysNothing)
    let observation = Observation(
      jellyfin: jellyfin, storage: storage, traffic: .smb(0), recordings: recordings, tasks: tasks)
    let now = Now(moment: moment(story.moment.boot + 1), uptime: story.uptime + 1)
    var memory = story.memory
    _ = memory.notice(observation, story.configuration, now)
    memory.noteTraffic(from: .smb(7e6), to: crossed.map { .smb(7e6 + $0) } ?? .unseen(.mounts), in: 2)
    let (questions, objections) = decidePowerOff(story.configuration, memory, now, urgency: urgency)
    return (questions, objections.map { Words.objection($0) })
  }

  /// Nobody waited for anything: two checks, the storage just started by hand.
  private var fresh: Story {
    var story = Story(poweringOff(["MANUAL_START_HOLD": "2h"]))
    story.checks(for: 60, .nobody, storage: .ready)
    return story
  }

  @Test("no time must have passed", arguments: [PowerOffUrgency.now, .forced])
  func noTimes(_ urgency: PowerOffUrgency) {
    let (questions, objections) = ask(urgency, fresh)
    #expect(questions == [] && objections == [])
  }

  @Test("a failure need not be 5 minutes old", arguments: [PowerOffUrgency.now, .forced])
  func afterFailure(_ urgency: PowerOffUrgency) {
    var story = fresh
    story.memory.notePowerOff(at: story.moment, .failed("x"))
    #expect(ask(urgency, story).objections == [])
  }

  @Test("somebody who is active objects, unless it is forced")
  func activity() {
    let time = fresh.moment.wall + 1
    let sessions = [player(at: time)]
    #expect(
      ask(.now, fresh, sessions: sessions).objections
        == ["activity: Anna is playing (Jellyfin Web on Firefox)"])
    #expect(ask(.forced, fresh, sessions: sessions).objections == [])
  }

  @Test("a Jellyfin that says nothing objects, unless it is forced")
  func unknown() {
    #expect(
      ask(.now, fresh, sessions: nil).objections
        == ["Jellyfin did not say who is active, and unknown is not idle"])
    #expect(ask(.forced, fresh, sessions: nil).objections == [])
  }

  @Test("recordings and tasks object, unless it is forced")
  func recordingsAndTasks() {
    let time = fresh.moment.wall + 1
    let recording = Recording(name: "News", start: time + 600, end: time + 3600, isRunning: false)
    let recordings = Result<[Recording], Trouble>.success([recording])
    let tasks = Result<[String], Trouble>.success(["the task RefreshLibrary"])
    #expect(
      ask(.now, fresh, recordings: recordings, tasks: tasks).objections
        == ["a recording: News", "Jellyfin is busy with the task RefreshLibrary"])
    #expect(ask(.forced, fresh, recordings: recordings, tasks: tasks).objections == [])
  }

  @Test("Jellyfin is asked for more where nothing else objects, and never where it is forced")
  func questions() {
    let (questions, objections) = ask(.now, fresh, recordings: nil, tasks: nil)
    #expect(questions == [.recordings, .tasks] && objections == [])
    #expect(ask(.now, fresh, storage: .up, recordings: nil, tasks: nil).questions == [])
    #expect(ask(.forced, fresh, recordings: nil, tasks: nil).questions == [])
  }

  @Test("a hold objects, forced or not", arguments: [PowerOffUrgency.now, .forced])
  func hold(_ urgency: PowerOffUrgency) {
    var story = fresh
    story.memory.state.hold = Hold(began: story.moment, seconds: 7201)
    #expect(ask(urgency, story).objections == ["a hold is in force for another 2h"])
  }

  @Test("a hold that is over does not object", arguments: [PowerOffUrgency.now, .forced])
  func holdOver(_ urgency: PowerOffUrgency) {
    var story = fresh
    story.memory.state.hold = Hold(began: story.moment, seconds: 1)
    #expect(ask(urgency, story).objections == [])
  }

  @Test(
    "a storage that is not ready objects, forced or not", arguments: [PowerOffUrgency.now, .forced],
    [Probe.up, .silent])
  func notReady(_ urgency: PowerOffUrgency, _ probe: Probe) {
    #expect(ask(urgency, fresh, storage: probe).objections.count == 1)
  }

  @Test("traffic objects, forced or not", arguments: [PowerOffUrgency.now, .forced])
  func traffic(_ urgency: PowerOffUrgency) {
    #expect(
      ask(urgency, fresh, crossed: 2 * 200 * 1024).objections
        == ["traffic: 200 KiB/s cross between this machine and the storage"])
    #expect(ask(urgency, fresh, crossed: 2 * 100 * 1024 - 1).objections == [])
    #expect(
      ask(urgency, fresh, crossed: nil).objections
        == [
          "it is not known who uses the storage: what the NFS mounts of this machine read and write cannot be told"
        ])
  }

  @Test(
    "a person need not wait until a busy minute is COOLDOWN_TIME ago",
    arguments: [PowerOffUrgency.now, .forced])
  func trafficBefore(_ urgency: PowerOffUrgency) {
    var story = fresh
    story.traffic = .smb(1e9)
    story.check(.nobody, storage: .ready)
    #expect(ask(urgency, story).objections == [])
  }

  @Test("a power-off that runs objects, forced or not", arguments: [PowerOffUrgency.now, .forced])
  func stopping(_ urgency: PowerOffUrgency) {
    var story = fresh
    story.memory.notePowerOff(at: story.moment)
    #expect(ask(urgency, story).objections == ["it was asked to power off already"])
  }

  @Test("without a method nothing can be powered off", arguments: [PowerOffUrgency.now, .forced])
  func noMethod(_ urgency: PowerOffUrgency) {
    var story = fresh
    story.configuration = configuration()
    #expect(
      ask(urgency, story).objections == [
        "neither STORAGE_SERVER_SSH nor SHUTDOWN_COMMAND is set, so jod-check only wakes"
      ])
  }
}
