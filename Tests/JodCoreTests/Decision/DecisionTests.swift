import Testing

@testable import JodCore

@Suite("One check")
struct DecisionTests {
  // MARK: What a single check does

  struct Situation: Sendable, CustomTestStringConvertible {
    var words: String
    var household: Story.Household
    var storage: Probe?
    var variables: [String: String] = [:]
    var sends: Bool
    var because: String

    var testDescription: String { words }
  }

  static let situations: [Situation] = [
    Situation(
      words: "nobody is there, and the storage is silent", household: .nobody, storage: .silent,
      sends: false, because: "nobody is active"),
    Situation(
      words: "nobody is there, and the storage is ready", household: .nobody, storage: .ready,
      sends: false, because: "nobody is active"),
    Situation(
      words: "somebody browses, and the storage is silent", household: .browsing, storage: .silent,
      sends: true,
      because: "Anna is browsing (Jellyfin Web on Firefox), and the storage is not ready: a wake request"),
    Situation(
      words: "somebody browses, and the storage is up, but its service is not", household: .browsing,
      storage: .up, sends: true,
      because: "Anna is browsing (Jellyfin Web on Firefox), and the storage is not ready: a wake request"),
    Situation(
      words: "somebody browses, and the storage is ready", household: .browsing, storage: .ready,
      sends: false, because: "Anna is browsing (Jellyfin Web on Firefox), and the storage is ready"),
    Situation(
      words: "somebody plays, and the storage is silent", household: .playing, storage: .silent,
      sends: true,
      because: "Anna is playing (Jellyfin Web on Firefox), and the storage is not ready: a wake request"),
    Situation(
      words: "somebody browses, and nothing tells of the storage", household: .browsing, storage: nil,
      variables: ["STORAGE_SERVER_ADDRESS": ""], sends: true,
      because: "Anna is browsing (Jellyfin Web on Firefox), and the storage is not ready: a wake request"),
    Situation(
      words: "an ignored client plays, and the storage is silent", household: .robotPlaying,
      storage: .silent, variables: ["IGNORE_CLIENTS": "robot"], sends: false,
      because: "Robot is playing (robot on Firefox), which does not wake the storage"),
    Situation(
      words: "a session is not understood, and the storage is silent", household: .notUnderstood,
      storage: .silent, sends: true,
      because:
        "a session cannot be understood and counts as active, and the storage is not ready: a wake request"),
    Situation(
      words: "Jellyfin is away, and the storage is silent", household: .jellyfinAway, storage: .silent,
      sends: false, because: "nothing is known of activity"),
    Situation(
      words: "Jellyfin rejects the key, and the storage is silent", household: .keyRejected,
      storage: .silent, sends: false, because: "nothing is known of activity"),
  ]

  @Test("one check asks for the storage when somebody needs it", arguments: situations)
  func situation(_ situation: Situation) {
    var story = Story(configuration(situation.variables))
    let decision = story.check(situation.household, storage: situation.storage)
    #expect(decision.sends == situation.sends)
    #expect(decision.reason == situation.because)
    #expect(story.memory.state.requests.last == (situation.sends ? story.moment : nil))
  }

  @Test(
    "the first check ever that finds nobody and nothing tells nothing",
    arguments: [Probe.silent, .up, .ready])
  func firstCheck(_ storage: Probe) {
    var story = Story()
    #expect(story.check(.nobody, storage: storage).told == [])
    #expect(story.check(.nobody, storage: storage).told == [])
  }

  @Test("a check that changes nothing leaves the lasting state as it is")
  func nothingChanges() {
    for storage in [Probe.silent, .ready] {
      var story = Story()
      story.checks(for: 90, .nobody, storage: storage)
      let before = story.memory.state
      story.checks(for: 3600, .nobody, storage: storage)
      #expect(story.memory.state == before, "\(storage)")
    }
  }

  @Test("somebody who waits for the cooldown, or has the storage ready, leaves the lasting state as it is")
  func nothingChangesWithSomebody() {
    var story = Story()
    story.checks(for: 60, .nobody)
    story.check(.playing)
    let asked = story.memory.state
    story.check(after: 10, .playing)
    #expect(story.memory.state == asked)
    story.check(.playing, storage: .ready)
    let served = story.memory.state
    story.checks(for: 3600, .playing, storage: .ready)
    #expect(story.memory.state == served)
  }

  // MARK: The wake request's event

  @Test("a wake request names who caused it and whom it wakes")
  func wakeEvent() throws {
    var story = Story()
    let event = try #require(story.check(.browsing).event(.wakeRequested))
    #expect(event.priority == .notice)
    #expect(
      event.message
        == "Sent a wake request to 02:00:00:00:00:01: Anna is browsing (Jellyfin Web on Firefox).")
    #expect(
      event.fields == [
        "JOD_SESSIONS": "Anna is browsing (Jellyfin Web on Firefox)", "JOD_USER": "Anna",
        "JOD_CLIENT": "Jellyfin Web", "JOD_DEVICE": "Firefox", "JOD_MAC": "02:00:00:00:00:01",
        "JOD_WAKE_REQUESTS": "1", "JOD_KIND": "browsing",
      ])
  }

  @Test("a wake request names the user who asked for it, not one who is ignored")
  func wakeEventBesideIgnored() {
    let people = answer([player(user: "Robot", client: "robot", id: "r"), browser(user: "Anna", id: "a")])
    var story = Story(configuration(["IGNORE_CLIENTS": "robot"]))
    let decision = story.check(of: .success(people))
    #expect(decision.event(.wakeRequested)?.fields["JOD_USER"] == "Anna")
  }

  @Test("a hundred thousand sessions make no endless journal entry")
  func manySessions() {
    let people = answer((0..<100_000).map { player(id: "\($0)") })
    var story = Story()
    let decision = story.check(of: .success(people))
    #expect(decision.events.allSatisfy { ($0.fields["JOD_SESSIONS"] ?? "").utf8.count < 10_000 })
    #expect(decision.memory.runtime.lastCheck?.active?.count == 20)
  }

  // MARK: The cooldown

  @Test(
    "no second wake request leaves before PACKET_COOLDOWN_TIME is over",
    arguments: [
      ("60s", 59.9, false), ("60s", 60, true), ("5min", 299.9, false), ("5min", 300, true), ("1s", 1, true),
    ])
  func cooldown(_ cooldown: String, _ after: Seconds, _ sends: Bool) {
    var story = Story(configuration(["PACKET_COOLDOWN_TIME": cooldown]))
    story.check(.playing)
    #expect(story.check(after: after, .playing).sends == sends)
  }

  @Test("a user who has to wait for the cooldown is told how long")
  func cooldownReason() {
    var story = Story()
    story.check(.browsing)
    #expect(
      story.check(after: 20, .browsing).reason
        == "Anna is browsing (Jellyfin Web on Firefox); the next wake request may go out in 40s")
  }

  @Test("the cooldown counts though the activity ended in between")
  func cooldownOverBreak() {
    var story = Story()
    story.check(.playing)
    story.check(after: 20, .nobody)
    #expect(!story.check(after: 20, .playing).sends)
    #expect(story.check(after: 20, .playing).sends)
  }

  @Test(
    "a step of the wall clock neither shortens nor lengthens the cooldown",
    arguments: [-86_400.0, -3600, -61, 61, 3600, 1_000_000_000])
  func cooldownAndClockStep(_ step: Seconds) {
    var story = Story()
    story.check(.playing)
    story.moment.wall += step
    #expect(!story.check(after: 59, .playing).sends)
    #expect(story.check(after: 1, .playing).sends)
  }

  @Test(
    "after a reboot the cooldown is over once the machine has been up for as long, or by the wall clock",
    arguments: [
      // Up for that long, regardless of the wall clock.
      (60.0, 0.0, true), (60, -86_400, true), (59, 0, false), (59, -86_400, false), (5, 59, false),
      // The wall clock says so.
      (5, 60, true), (5, 86_400, true),
    ])
  func cooldownAndReboot(_ up: Seconds, _ wallMoved: Seconds, _ sends: Bool) {
    var story = Story()
    story.check(.playing)
    story.reboot(up: up, wallMoved: wallMoved)
    #expect(story.check(after: 0, .playing).sends == sends)
  }

  @Test("in a container the uptime is its own, not its host's boot clock")
  func cooldownInContainer() {
    var story = Story()
    story.check(.playing)
    story.reboot(up: 5, wallMoved: 5)
    story.moment.boot = 1_000_000
    #expect(!story.check(after: 0, .playing).sends)
  }

  // MARK: Requests go on

  @Test("requests are repeated until the storage is ready")
  func untilReady() {
    var story = Story()
    let sent = story.checks(for: 600, .playing).map(\.sends)
    #expect(sent == (0..<20).map { $0.isMultiple(of: 2) })
    story.check(.playing, storage: .up)
    #expect(!story.check(.playing, storage: .ready).sends)
    #expect(story.checks(for: 600, .playing, storage: .ready).allSatisfy { !$0.sends })
  }

  @Test("requests end with the activity")
  func untilNobody() {
    var story = Story()
    story.check(.playing)
    #expect(story.checks(for: 600, .nobody).allSatisfy { !$0.sends })
  }

  @Test("what is not known ends requests, and is no end of activity")
  func untilUnknown() {
    var story = Story()
    story.check(.playing)
    let decisions = story.checks(for: 600, .jellyfinAway)
    #expect(decisions.allSatisfy { !$0.sends && $0.active == nil && $0.event(.activityEnded) == nil })
    #expect(story.memory.state.undertaking.wake?.demandEnded == nil)
    #expect(story.check(.playing).sends)
  }

  @Test("a storage that is lost while somebody watches is asked for at once")
  func lost() {
    var story = Story()
    story.checks(for: 300, .playing, storage: .ready)
    #expect(story.check(.playing, storage: .silent).sends)
  }

  // MARK: A wake: its beginning and its end

  @Test("a wake begins with its first request and counts the others")
  func wakeCounts() {
    var story = Story()
    story.check(.playing)
    let began = story.moment
    story.checks(for: 120, .playing)
    #expect(story.memory.state.undertaking.wake?.began == began)
    #expect(story.memory.state.undertaking.wake?.requests == 3)
    #expect(story.memory.state.counters.wakes == 1)
    #expect(story.memory.state.counters.wakeRequests == 3)
  }

  @Test("a wake ends when the storage is ready, which is told with the time it took")
  func wakeEndsReady() throws {
    var story = Story()
    story.check(.playing)
    story.check(after: 60, .playing, storage: .up)
    let decision = story.check(after: 25, .playing, storage: .ready)
    let event = try #require(decision.event(.storageReady))
    #expect(decision.told == ["storage-ready notice"])
    #expect(event.message == "The storage is ready, 1min 25s after the first wake request.")
    #expect(event.fields == ["JOD_WAKE_SEC": "85", "JOD_WAKE_REQUESTS": "2"])
    #expect(story.memory.state.undertaking.wake == nil)
  }

  @Test(
    "a wake ends WAKE_TIMEOUT after the activity ended",
    arguments: [("5min", 270.0, true), ("5min", 300, false), ("10min", 570, true), ("10min", 600, false)])
  func wakeEndsWithoutActivity(_ timeout: String, _ after: Seconds, _ runs: Bool) {
    var story = Story(configuration(["WAKE_TIMEOUT": timeout]))
    story.check(.playing)
    story.check(.nobody)
    story.checks(for: after, .nobody)
    #expect((story.memory.state.undertaking.wake != nil) == runs)
  }

  @Test("activity that comes back in time continues the wake, and its end counts anew")
  func wakeGoesOn() {
    var story = Story()
    story.check(.playing)
    story.checks(for: 290, every: 29, .nobody)
    story.check(after: 1, .playing)
    #expect(story.memory.state.counters.wakes == 1)
    story.checks(for: 300, .nobody)
    #expect(story.memory.state.undertaking.wake != nil)
    story.check(.nobody)
    #expect(story.memory.state.undertaking.wake == nil)
  }

  @Test("activity that comes back during the cooldown continues the wake as well")
  func wakeGoesOnInCooldown() {
    var story = Story(configuration(["PACKET_COOLDOWN_TIME": "1h"]))
    story.check(.playing)
    story.checks(for: 290, every: 29, .nobody)
    story.check(after: 1, .playing)
    story.check(after: 60, .nobody)
    #expect(story.memory.state.undertaking.wake != nil)
  }

  @Test("activity after the end of a wake begins another, which is news")
  func nextWake() {
    var story = Story()
    story.check(.playing)
    story.checks(for: 360, .nobody)
    #expect(story.check(.playing).told == ["activity-began info", "wake-requested notice"])
    #expect(story.memory.state.counters.wakes == 2)
  }

  @Test("a wake asked for by hand ends WAKE_TIMEOUT after the first check that finds nobody")
  func wakeByHand() {
    var story = Story()
    story.memory.noteWakeRequest(at: story.moment)
    story.check(.nobody)
    story.checks(for: 270, .nobody)
    #expect(story.memory.state.undertaking.wake != nil)
    story.check(.nobody)
    #expect(story.memory.state.undertaking.wake == nil)
  }

  @Test("a wake survives a reboot, and is told ready after it")
  func wakeAndReboot() {
    var story = Story()
    story.check(.playing)
    story.reboot(up: 20, wallMoved: 40)
    #expect(
      story.check(after: 0, .nobody, storage: .ready).event(.storageReady)?.fields["JOD_WAKE_SEC"] == "40")
  }

  // MARK: Wake failed

  @Test(
    "a wake has failed when WAKE_TIMEOUT is over and 3 requests were sent",
    arguments: [
      ("5min", "60s", 299.0, false), ("5min", "60s", 300, true), ("5min", "100s", 300, true),
      // Two requests are too few, however long it takes.
      ("5min", "4min", 480, false), ("5min", "4min", 481, true), ("1min", "60s", 120, false),
      ("1min", "60s", 121, true),
    ])
  func wakeFailed(_ timeout: String, _ cooldown: String, _ after: Seconds, _ failed: Bool) {
    var story = Story(configuration(["WAKE_TIMEOUT": timeout, "PACKET_COOLDOWN_TIME": cooldown]))
    story.check(.playing)
    var told: [String] = []
    for _ in 0..<Int(after) { told += story.check(after: 1, .playing).told }
    #expect(told.contains("wake-failed error") == failed)
    #expect(story.memory.state.counters.failedWakes == (failed ? 1 : 0))
  }

  @Test("a failed wake is told once as an event, and stays a trouble while it lasts")
  func wakeFailedOnce() throws {
    var story = Story()
    story.check(.playing)
    let decisions = story.checks(for: 3600, .playing)
    let failures = decisions.compactMap { $0.event(.wakeFailed) }
    #expect(failures.count == 1)
    let message = try #require(failures.first).message
    for cause in ["Wake-on-LAN", "firmware", "driver", "MAC", "interface", "VLAN"] {
      #expect(message.contains(cause))
    }
    #expect(failures.first?.fields == ["JOD_MAC": "02:00:00:00:00:01", "JOD_WAKE_REQUESTS": "5"])
    #expect(decisions.prefix(9).allSatisfy { $0.troubles.isEmpty })
    #expect(decisions.dropFirst(9).allSatisfy { $0.troubles.map(\.kind) == [.wake] })
    #expect(Set(decisions.dropFirst(9).flatMap(\.troubles).map(\.cause)).count == 1)
  }

  @Test("requests go on after a failure, and are no news any more")
  func wakeFailedGoesOn() {
    var story = Story()
    story.check(.playing)
    let before = story.checks(for: 300, .playing).filter(\.sends).flatMap(\.told)
    let after = story.checks(for: 600, .playing).filter(\.sends).flatMap(\.told)
    #expect(
      before.filter { $0.hasPrefix("wake-requested") }
        == Array(repeating: "wake-requested notice", count: 4) + ["wake-requested debug"])
    #expect(after == Array(repeating: "wake-requested debug", count: 10))
  }

  @Test("a failure is over when the storage is ready after all")
  func wakeFailedThenReady() {
    var story = Story()
    story.checks(for: 600, .playing)
    let decision = story.check(.playing, storage: .ready)
    #expect(decision.told == ["storage-ready notice"])
    #expect(decision.troubles.isEmpty)
  }

  @Test("a failure is over when its wake is")
  func wakeFailedThenNobody() {
    var story = Story()
    story.checks(for: 600, .playing)
    #expect(story.check(.nobody).troubles.count == 1)
    #expect(story.checks(for: 300, .nobody).last?.troubles.isEmpty == true)
  }

  // MARK: Blind

  @Test("blind, requests repeat for WAKE_TIMEOUT, then every 15 min while activity lasts")
  func blindRhythm() {
    var story = Story(blindConfiguration())
    let decisions = [story.check(after: 0, .playing)] + story.checks(for: 3600, every: 10, .playing)
    let times = decisions.indices.filter { decisions[$0].sends }.map { $0 * 10 }
    #expect(times == [0, 60, 120, 180, 240, 1140, 2040, 2940])
  }

  @Test("blind, a longer PACKET_COOLDOWN_TIME is kept")
  func blindCooldown() {
    var story = Story(blindConfiguration(["PACKET_COOLDOWN_TIME": "20min"]))
    let decisions = [story.check(after: 0, .playing)] + story.checks(for: 3600, every: 10, .playing)
    #expect(decisions.indices.filter { decisions[$0].sends }.map { $0 * 10 } == [0, 1200, 2400, 3600])
  }

  @Test("blind, only the first request is reported, and nothing is reported as failed")
  func blindReports() {
    var story = Story(blindConfiguration())
    let decisions = story.checks(for: 7200, .playing)
    #expect(decisions[0].told == ["activity-began info", "wake-requested notice"])
    #expect(decisions.dropFirst().flatMap(\.events).allSatisfy { $0.priority == .debug })
    #expect(decisions.allSatisfy { $0.troubles.isEmpty })
    #expect(story.memory.state.counters.failedWakes == 0)
  }

  @Test("blind, activity after the end of a wake is asked for at once, and is news")
  func blindNext() {
    var story = Story(blindConfiguration())
    story.checks(for: 3600, .playing)
    story.checks(for: 360, .nobody)
    #expect(story.check(.playing).told == ["activity-began info", "wake-requested notice"])
  }

  // MARK: The storage server

  @Test("a storage that comes up though nobody asked is told ready", arguments: [Probe.silent, .up])
  func readyByItself(_ before: Probe) {
    var story = Story()
    story.checks(for: 90, .nobody, storage: before)
    let decision = story.check(.nobody, storage: .ready)
    #expect(decision.told == ["storage-ready notice"])
    #expect(decision.events.first?.message == "The storage is ready; jod-check did not wake it.")
    #expect(story.check(.nobody, storage: .ready).told == [])
  }

  @Test("silent at two checks running is down, told once", arguments: [Probe.ready, .up])
  func down(_ before: Probe) {
    var story = Story()
    story.check(.nobody, storage: before)
    #expect(story.check(.nobody, storage: .silent).told == [])
    #expect(story.memory.state.storage.known != .down)
    #expect(story.check(.nobody, storage: .silent).told == ["storage-down notice"])
    #expect(story.memory.state.storage.since == story.moment)
    #expect(story.checks(for: 300, .nobody, storage: .silent).flatMap(\.told) == [])
  }

  @Test("one lost probe is nothing", arguments: [Probe.ready, .up])
  func oneLostProbe(_ before: Probe) {
    var story = Story()
    story.check(.nobody, storage: before)
    let since = story.memory.state.storage.since
    story.check(.nobody, storage: .silent)
    #expect(story.check(.nobody, storage: before).told == [])
    #expect(story.check(.nobody, storage: .silent).told == [])
    #expect(story.memory.state.storage.since == since)
  }

  @Test("the storage is watched while Jellyfin is away")
  func watchedWithoutJellyfin() {
    var story = Story()
    story.check(.jellyfinAway, storage: .ready)
    story.check(.jellyfinAway, storage: .silent)
    #expect(story.check(.jellyfinAway, storage: .silent).told == ["storage-down notice"])
    #expect(story.check(.jellyfinAway, storage: .ready).told == ["storage-ready notice"])
  }

  @Test("a storage that went down with the reboot of this machine is told down after it")
  func downOverReboot() {
    var story = Story()
    story.check(.nobody, storage: .ready)
    story.reboot(up: 20, wallMoved: 60)
    #expect(story.check(.nobody, storage: .silent).told == [])
    #expect(story.check(.nobody, storage: .silent).told == ["storage-down notice"])
  }

  @Test("seen ready between checks, as after a wake by hand, is told once")
  func readyBetweenChecks() {
    var story = Story()
    story.checks(for: 60, .nobody)
    story.memory.noteWakeRequest(at: story.moment)
    story.pass(40)
    let changes = story.memory.noticeProbe(.ready, story.configuration, story.now)
    #expect(
      changes.map { Event($0, story.configuration).message } == [
        "The storage is ready, 40s after the first wake request."
      ])
    #expect(story.check(.nobody, storage: .ready).told == [])
  }

  @Test("a request that did not leave is taken back, so that the next check may try at once")
  func takenBack() {
    var story = Story()
    story.sendFails = true
    story.check(.playing)
    story.sendFails = false
    #expect(story.memory.state.counters.wakes == 0)
    #expect(story.memory.state.counters.wakeRequests == 0)
    #expect(story.memory.state.undertaking.wake == nil)
    #expect(story.check(after: 1, .playing).sends)
  }

  // MARK: Activity

  @Test("activity is told when it begins and when it ends, once each")
  func activityEvents() {
    var story = Story()
    story.check(.nobody, storage: .ready)
    let began = story.check(.playing, storage: .ready)
    #expect(began.told == ["activity-began info"])
    #expect(began.events[0].message == "Activity began: Anna is playing (Jellyfin Web on Firefox).")
    #expect(story.check(.browsing, storage: .ready).told == [])
    let ended = story.check(after: 45, .nobody, storage: .ready)
    #expect(ended.told == ["activity-ended info"])
    #expect(ended.events[0].message == "Activity ended after 1min 15s.")
    #expect(story.check(.nobody, storage: .ready).told == [])
  }

  @Test("what Jellyfin does not tell neither begins nor ends activity")
  func unknownActivity() {
    var story = Story()
    story.check(.playing, storage: .ready)
    #expect(story.checks(for: 300, .jellyfinAway, storage: .ready).flatMap(\.told) == [])
    #expect(story.check(.playing, storage: .ready).told == [])
  }

  // MARK: Unknown is not idle

  @Test("inactivity is counted from the first check that finds none")
  func idle() {
    var story = Story()
    story.check(.playing, storage: .ready)
    #expect(story.memory.runtime.idle == nil)
    story.check(.nobody, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == 0)
    story.checks(for: 300, .nobody, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == 300)
    story.check(.playing, storage: .ready)
    #expect(story.memory.runtime.idle == nil)
  }

  @Test("an ignored player is no inactivity: what it plays keeps the storage up")
  func idleWithIgnoredPlayer() {
    var story = Story(configuration(["IGNORE_CLIENTS": "robot"]))
    story.check(.nobody, storage: .ready)
    story.check(.robotPlaying, storage: .ready)
    #expect(story.memory.runtime.idle == nil)
  }

  @Test(
    "while Jellyfin does not answer nothing is added to the count",
    arguments: [Story.Household.jellyfinAway, .keyRejected])
  func idleUnknown(_ trouble: Story.Household) {
    var story = Story()
    story.checks(for: 330, .nobody, storage: .ready)
    story.checks(for: 90, trouble, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == 300)
    story.checks(for: 600, trouble, storage: .ready)
    story.check(.nobody, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == 0)
  }

  @Test("a step of the wall clock starts the count anew", arguments: [-3600.0, -11, 11, 3600, 1_000_000_000])
  func idleClockStep(_ step: Seconds) {
    var story = Story()
    story.checks(for: 330, .nobody, storage: .ready)
    story.moment.wall += step
    story.check(.nobody, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == 0)
  }

  @Test("a reboot starts the count anew")
  func idleReboot() {
    var story = Story()
    story.checks(for: 330, .nobody, storage: .ready)
    story.reboot(up: 10, wallMoved: 30)
    story.check(after: 0, .nobody, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == 0)
  }

  // MARK: Jellyfin away and back

  @Test("browsing right after Jellyfin was away keeps the storage up and does not wake it; playing does")
  func reconnecting() {
    for (household, sends) in [(Story.Household.browsing, false), (.playing, true)] {
      var story = Story()
      story.check(.jellyfinAway)
      let decision = story.check(household)
      #expect(decision.sends == sends)
      #expect(decision.active?.count == 1)
    }
  }

  @Test("browsing wakes again two minutes after Jellyfin came back")
  func reconnected() {
    var story = Story()
    story.check(.jellyfinAway)
    story.check(.nobody)
    #expect(story.checks(for: 150, .browsing).allSatisfy { !$0.sends })
    #expect(story.check(.browsing).sends)
  }

  @Test("browsing at the first check ever wakes")
  func firstBrowsing() {
    var story = Story()
    #expect(story.check(.browsing).sends)
  }

  @Test("devices that cannot be read are told once, as a warning")
  func devicesRefused() {
    var story = Story()
    #expect(story.check(.withoutDevices).told == ["jellyfin-rejected-key warning"])
    #expect(story.checks(for: 300, .withoutDevices).flatMap(\.told) == [])
    story.check(.jellyfinAway)
    #expect(story.check(.withoutDevices).told == [])
    story.check(.nobody)
    #expect(story.check(.withoutDevices).told == ["jellyfin-rejected-key warning"])
  }

  @Test(
    "what keeps Jellyfin from answering is this check's trouble",
    arguments: [(Story.Household.jellyfinAway, Trouble.Kind.jellyfin), (.keyRejected, .keyRejected)])
  func troubles(_ household: Story.Household, _ kind: Trouble.Kind) {
    var story = Story()
    #expect(story.check(household).troubles.map(\.kind) == [kind])
    #expect(story.check(.nobody).troubles.isEmpty)
  }

  // MARK: Dry run

  @Test("a dry run tells what it would send, once")
  func dryRun() {
    var story = Story(configuration(["DRY_RUN": "yes"]))
    let decisions = story.checks(for: 3600, .playing)
    #expect(decisions[0].told == ["activity-began info", "wake-requested notice"])
    #expect(
      decisions[0].event(.wakeRequested)?.message.hasPrefix("Dry run: would have sent a wake request") == true
    )
    #expect(decisions.dropFirst().flatMap(\.events).allSatisfy { $0.priority == .debug })
  }

  @Test("a dry run wakes nobody, so nothing failed")
  func dryRunFailure() {
    var story = Story(configuration(["DRY_RUN": "yes"]))
    #expect(story.checks(for: 3600, .playing).allSatisfy { $0.troubles.isEmpty })
  }

  @Test("a dry run does not claim that its request woke the storage")
  func dryRunReady() {
    var story = Story(configuration(["DRY_RUN": "yes"]))
    story.checks(for: 90, .playing)
    #expect(
      story.check(.playing, storage: .ready).events.map(\.message)
        == ["The storage is ready; jod-check did not wake it."])
  }

  @Test("a packet needs no answer of a storage that is known to be down, as long as nobody has asked for it")
  func knowsStorageDown() {
    var story = Story()
    #expect(!story.memory.knowsStorageDown)
    story.check(.nobody, storage: .silent)
    #expect(!story.memory.knowsStorageDown, "one lost probe says nothing")
    story.check(.nobody, storage: .silent)
    #expect(story.memory.knowsStorageDown)
    story.check(.browsing, storage: .silent)
    #expect(!story.memory.knowsStorageDown, "it may be ready by now")
    story.check(.nobody, storage: .ready)
    #expect(!story.memory.knowsStorageDown)
  }
}
