import Testing

@testable import JodCore

@Suite("What a hand asks for")
struct HandTests {
  /// As `jod-check wake` does at one look.
  private func ask(_ story: inout Story, storage: Probe, isFirst: Bool = true) -> HandVerdict {
    if isFirst { story.memory.noticeHand() }
    _ = story.memory.noticeProbe(storage, story.configuration, story.now)
    let verdict = decideWake(story.configuration, story.memory, story.now, isFirst: isFirst)
    if verdict == .send { story.memory.noteWakeRequest(at: story.moment) }
    if verdict == .ready, isFirst { story.memory.noticeServedHand(story.now) }
    return verdict
  }

  @Test(
    "an idle storage that somebody asks for is not powered off at the next check, but stays for two hours")
  func idle() {
    var story = Story.ripe(["MANUAL_START_HOLD": "2h"])
    story.memory.state.storage.byHand = nil
    #expect(ask(&story, storage: .ready) == .ready)
    #expect(story.secondsUntilPowerOff() == 7200)
  }

  @Test("without MANUAL_START_HOLD it stays for COOLDOWN_TIME from then")
  func cooldown() {
    var story = Story.ripe()
    #expect(ask(&story, storage: .ready) == .ready)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("a storage that is ready gets no packet, and no wake is counted")
  func ready() {
    var story = Story()
    story.checks(for: 60, .nobody, storage: .ready)
    #expect(ask(&story, storage: .ready) == .ready)
    #expect(story.memory.state.counters.wakes == 0 && story.memory.state.requests.latest == nil)
  }

  @Test("the first request leaves regardless of the cooldown, and the next ones at the cooldown")
  func repeats() {
    var story = Story()
    story.check(.playing)
    story.pass(1)
    #expect(ask(&story, storage: .silent) == .send)
    story.pass(59)
    #expect(ask(&story, storage: .silent, isFirst: false) == .wait(1))
    story.pass(1)
    #expect(ask(&story, storage: .silent, isFirst: false) == .send)
    #expect(story.memory.state.undertaking.wake?.requests == 3)
  }

  @Test("while the storage goes down nothing is sent until it is down, or for 60 s")
  func goingDown() {
    var story = Story.stopping()
    story.pass(3)
    #expect(ask(&story, storage: .ready) == .goingDown)
    story.pass(56)
    #expect(ask(&story, storage: .up) == .goingDown)
    story.pass(1)
    #expect(ask(&story, storage: .up) == .send)
    var gone = Story.stopping()
    #expect(ask(&gone, storage: .silent) == .goingDown)
    gone.pass(15)
    #expect(ask(&gone, storage: .silent, isFirst: false) == .send)
  }

  @Test("one lost probe while the storage goes down is no return, and who asks is served once it is down")
  func lostProbe() {
    var story = Story.stopping()
    #expect(ask(&story, storage: .silent) == .goingDown)
    story.pass(1)
    #expect(ask(&story, storage: .ready) == .goingDown)
    #expect(story.memory.state.undertaking.owed?.kind == .hand)
    story.pass(4)
    #expect(ask(&story, storage: .silent) == .goingDown)
    story.pass(15)
    #expect(ask(&story, storage: .silent) == .send)
  }

  @Test("a silence of two seconds, and then an answer, is a return")
  func shortSilence() {
    var story = Story.stopping()
    #expect(ask(&story, storage: .silent) == .goingDown)
    story.pass(2)
    #expect(ask(&story, storage: .ready) == .ready)
  }

  @Test("where a request cannot leave while the storage goes down, it still goes down by our doing")
  func requestStays() {
    var story = Story.stopping()
    story.pass(61)
    story.sendFails = true
    story.check(.playing, storage: .up)
    #expect(story.memory.state.undertaking.stopping?.isAccepted == true)
    #expect(story.memory.state.undertaking.owed != nil)
    story.checks(for: 60, .nobody, storage: .silent)
    #expect(story.memory.state.storage.stoppedByUs != nil)
  }

  @Test("who asked while it went down, and did not wait, is served by the next check")
  func owed() {
    var story = Story.stopping()
    story.pass(3)
    #expect(ask(&story, storage: .ready) == .goingDown)
    story.checks(for: 60, .nobody, storage: .silent)
    #expect(story.memory.state.undertaking.wake?.requests == 1)
    #expect(story.memory.state.counters.wakes == 1)
  }
}

@Suite("A hand that is owed a wake")
struct OwedHandTests {
  private func owed() -> Story {
    var story = Story.stopping()
    story.memory.noticeHand()
    return story
  }

  @Test("nobody who browses meanwhile takes its place, and the storage stays on for it")
  func kept() {
    var story = owed()
    story.check(.browsing, storage: .silent)
    story.checks(for: 60, .nobody, storage: .silent)
    #expect(story.memory.state.undertaking.wake?.isByHand == true)
    story.check(.nobody, storage: .ready)
    #expect(story.memory.state.storage.byHand == story.moment)
  }

  @Test("it is served though Jellyfin is away")
  func withoutJellyfin() {
    var story = owed()
    #expect(story.checks(for: 90, .jellyfinAway, storage: .silent).filter(\.sends).count == 1)
  }

  @Test("where the power-off is refused the storage stays on for it")
  func refused() {
    var story = owed()
    _ = story.memory.settle(.busy("a backup runs"), story.configuration, story.now)
    #expect(story.memory.state.storage.byHand == story.moment)
  }

  @Test("blind, the storage stays on for it from the request")
  func blind() {
    var story = Story(blindConfiguration(["SHUTDOWN_COMMAND": "/bin/off", "COOLDOWN_TIME": "10min"]))
    story.memory.noticeHand()
    story.memory.beginRequest(at: story.moment, for: [.hand])
    story.memory.settle(.left(at: story.moment), story.configuration, story.now)
    #expect(story.secondsUntilPowerOff() == 7200)
  }

  @Test("while a power-off runs blindly, nothing is sent for 60 s")
  func blindGoingDown() {
    var story = Story(blindConfiguration(["SHUTDOWN_COMMAND": "/bin/off"]))
    story.memory.notePowerOff(at: story.moment, .accepted)
    story.pass(59)
    #expect(decideWake(story.configuration, story.memory, story.now, isFirst: true) == .goingDown)
    story.pass(1)
    #expect(decideWake(story.configuration, story.memory, story.now, isFirst: true) == .send)
  }
}

@Suite("A power-off that somebody insisted on")
struct DismissedTests {
  /// A household in which a television is left open, and B was powered off all the same.
  private func dismissed(_ kind: Story.Household = .browsing) -> Story {
    var story = Story(poweringOff(["BROWSING_LIMIT": "0"]))
    story.checks(for: 300, kind, storage: .ready)
    story.memory.notePowerOff(at: story.moment, .accepted)
    story.memory.dismiss(story.memory.seen.active ?? [])
    return story
  }

  @Test("an app that was left open does not wake the storage again")
  func leftOpen() {
    var story = dismissed()
    #expect(story.checks(for: 6 * 3600, .browsing).allSatisfy { !$0.sends })
    #expect(story.memory.state.dismissed.count == 1)
  }

  @Test("a user who plays wakes it")
  func plays() {
    var story = dismissed()
    story.checks(for: 90, .browsing)
    #expect(story.check(.playing).sends)
    #expect(story.memory.state.dismissed.isEmpty)
  }

  @Test("a user who was away for ACTIVITY_WINDOW and comes back wakes it")
  func comesBack() {
    var story = dismissed()
    story.checks(for: 90, .browsing)
    story.check(.nobody)
    #expect(story.check(.browsing).sends)
  }

  @Test("a reboot of this machine forgets nobody, and a time in which Jellyfin is away does not either")
  func reboot() {
    var story = dismissed()
    story.checks(for: 90, .browsing)
    story.reboot(up: 20, wallMoved: 60)
    #expect(!story.check(.nobody).sends)
    #expect(!story.check(.browsing).sends)
    story.checks(for: 60, .jellyfinAway)
    #expect(!story.check(.nobody).sends)
    #expect(story.memory.state.dismissed.count == 1)
  }

  @Test("anyone else wakes it")
  func others() {
    var story = dismissed()
    story.checks(for: 90, .browsing)
    story.pass(30)
    let time = story.moment.wall
    let people = [browser(at: time), browser(user: "Ben", device: "Phone", id: "p1", at: time)]
    #expect(story.check(of: .success(answer(people, at: time))).sends)
  }
}

@Suite("What is seen of the storage")
struct StorageSightTests {
  @Test(
    "a burst of checks that are silent makes nothing down: that takes 15 s, or CHECK_INTERVAL if that is shorter",
    arguments: [("30s", 1.2, 13), ("30s", 14.9, 2), ("5s", 1, 5)])
  func burst(_ interval: String, _ pause: Seconds, _ count: Int) {
    var story = Story(configuration(["CHECK_INTERVAL": interval]))
    story.check(.playing, storage: .ready)
    for _ in 1...count {
      #expect(story.check(after: pause, .playing, storage: .silent).event(.storageDown) == nil)
    }
    #expect(story.check(after: 15, .playing, storage: .silent).event(.storageDown) != nil)
  }

  @Test("three lost probes of a storage that is on are three requests, and no wake")
  func lostProbes() {
    var story = Story()
    for _ in 1...3 {
      story.checks(for: 120, .playing, storage: .ready)
      #expect(story.check(.playing, storage: .silent).told == ["wake-requested debug"])
      #expect(story.check(.playing, storage: .ready).told == [])
    }
    #expect(story.memory.state.counters.wakes == 0 && story.memory.state.counters.wakeRequests == 3)
    #expect(story.memory.state.counters.timeToReady.last.isEmpty)
  }

  @Test("the request of a silence that proves to be more than a lost probe is a wake, and no start by hand")
  func silenceProves() throws {
    var story = Story()
    story.checks(for: 120, .playing, storage: .ready)
    story.memory.state.storage.byHand = nil
    story.check(.playing, storage: .silent)
    let asked = story.moment
    let told = story.check(.playing, storage: .silent).told
    #expect(told == ["storage-down notice", "wake-requested notice"])
    #expect(story.memory.state.undertaking.wake?.began == asked)
    let ready = story.check(.playing, storage: .ready)
    #expect(ready.event(.storageReady)?.fields["JOD_WAKE_SEC"] == "60")
    #expect(story.memory.state.storage.byHand == nil && story.memory.state.counters.wakes == 1)
  }

  @Test("a name that does not resolve makes nothing down")
  func unresolved() {
    var story = Story()
    story.check(.nobody, storage: .ready)
    #expect(story.checks(for: 600, .nobody, storage: nil).allSatisfy { $0.events.isEmpty })
    #expect(story.memory.availability(story.configuration, story.now) == nil)
  }

  @Test("the address that worked is remembered for the name that led to it, and for no other")
  func lastAddress() {
    var story = Story()
    let observation = Observation(
      jellyfin: .success(answer()), storage: .ready, storageAddress: "192.168.1.5")
    _ = story.memory.notice(observation, story.configuration, story.now)
    let known = Endpoint(host: "192.168.1.5", port: 2049)
    #expect(story.memory.lastAddress(of: Endpoint(host: "nas.example", port: 2049)) == known)
    #expect(story.memory.lastAddress(of: Endpoint(host: "other.example", port: 2049)) == nil)
    let before = story.memory.state
    _ = story.memory.notice(observation, story.configuration, story.now)
    #expect(story.memory.state == before)
  }

  // MARK: It comes back by itself

  /// Powers it off, and lets it come back so many seconds after it was down.
  private func comeBack(_ story: inout Story, after seconds: Seconds) {
    _ = story.secondsUntilPowerOff()
    story.checks(for: 60, .nobody, storage: .silent)
    story.checks(for: seconds, .nobody, storage: .silent)
    story.check(.nobody, storage: .ready)
  }

  @Test(
    "on again within 10 minutes of a power-off, twice in a week, is a warning",
    arguments: [(60.0, true), (540, true), (900, false)])
  func comebacks(_ after: Seconds, _ isTold: Bool) {
    var story = Story.ripe()
    comeBack(&story, after: after)
    #expect(story.memory.warnings(story.now) == [])
    comeBack(&story, after: after)
    #expect((story.memory.warnings(story.now) == [.comesBack]) == isTold)
    story.pass(8 * 86400)
    #expect(story.memory.warnings(story.now) == [])
  }

  @Test("so is one that took a suspend and was back after seconds")
  func suspend() {
    var story = Story.ripe(["SHUTDOWN_ACTION": "suspend"])
    for _ in 1...2 {
      _ = story.secondsUntilPowerOff()
      story.check(.nobody, storage: .silent)
      story.check(.nobody, storage: .ready)
    }
    #expect(story.memory.warnings(story.now) == [.comesBack])
  }

  @Test("one that was woken has not come back by itself")
  func woken() {
    var story = Story.ripe()
    for _ in 1...3 {
      _ = story.secondsUntilPowerOff()
      story.checks(for: 60, .nobody, storage: .silent)
      story.checks(for: 60, .playing, storage: .silent)
      story.check(.playing, storage: .ready)
    }
    #expect(story.memory.warnings(story.now) == [])
  }

  // MARK: A service that is dead

  @Test("a wake that fails though the machine is on names its service, and no Wake-on-LAN")
  func serviceDead() throws {
    var story = Story()
    story.check(.playing, storage: .silent)
    let decisions = story.checks(for: 600, .playing, storage: .up)
    let message = try #require(decisions.compactMap { $0.event(.wakeFailed) }.first).message
    #expect(message.contains("The storage is on, but nothing listens at nas.example:2049"))
    #expect(!message.contains("Wake-on-LAN"))
    #expect(decisions.last?.troubles.map(\.cause) == ["service"])
  }
}

@Suite("Jellyfin hangs at a mount of the storage")
struct DeadlockTests {
  private static let hangs: Trouble = {
    var trouble = Trouble(.jellyfin, cause: "timeout", "Jellyfin did not answer within 5s.")
    trouble.mayWaitForMount = true
    return trouble
  }()

  private func requests(
    _ story: inout Story, for span: Seconds, mount: String? = "/media", storage: Probe = .silent,
    _ trouble: Trouble = hangs
  ) -> Int {
    var count = 0
    for _ in 0..<Int(span / 30) {
      story.pass(30)
      let observation = Observation(jellyfin: .failure(trouble), storage: storage, mount: mount)
      _ = story.memory.notice(observation, story.configuration, story.now)
      let verdict = decide(story.configuration, story.memory, story.now)
      _ = story.memory.begin(verdict, story.configuration, story.now)
      guard verdict.isWake else { continue }
      count += 1
      story.memory.settle(.left(at: story.moment), story.configuration, story.now)
    }
    return count
  }

  @Test("after five minutes without an answer one request goes out, and one an hour after that")
  func hourly() {
    var story = Story()
    #expect(requests(&story, for: 300) == 0)
    #expect(requests(&story, for: 60) == 1)
    #expect(requests(&story, for: 3540) == 0)
    #expect(requests(&story, for: 60) == 1)
  }

  @Test("without such a mount, with a storage that answers, or a Jellyfin that refuses, nothing is sent")
  func nothing() {
    var (story, another, third) = (Story(), Story(), Story())
    #expect(requests(&story, for: 7200, mount: nil) == 0)
    #expect(requests(&another, for: 7200, storage: .up) == 0)
    #expect(requests(&third, for: 7200, Trouble(.jellyfin, cause: "refused", "x")) == 0)
  }

  @Test("an answer in between starts the five minutes anew")
  func answered() {
    var story = Story()
    #expect(requests(&story, for: 240) == 0)
    story.check(.nobody)
    #expect(requests(&story, for: 300) == 0)
    #expect(requests(&story, for: 60) == 1)
  }

  @Test("the trouble says what it may wait for")
  func words() throws {
    var story = Story()
    _ = requests(&story, for: 120)
    let trouble = try #require(story.memory.troubles(story.configuration, story.now).first)
    #expect(trouble.what.contains("It may wait for the mount \"/media\" of the storage"))
    #expect(trouble.kind == .jellyfin)
  }
}
