import Testing

@testable import JodCore

/// A household with screens, that is checked again and again.
private struct Screens {
  var configuration: Configuration
  var memory = JodCoreTests.memory()
  var moment = JodCoreTests.moment()

  init(_ configuration: Configuration = JodCoreTests.configuration()) { self.configuration = configuration }

  /// One check, and what is to be said in the end: `tv: The storage is ready.`
  mutating func check(
    after pause: Seconds = 30, _ sessions: (Seconds) -> [SessionEntry],
    devices: (Seconds) -> [DeviceEntry] = { _ in [] },
    storage: Probe? = .silent
  ) -> [String] {
    moment.wall += pause
    moment.boot += pause
    let time = moment.wall
    return check(.success(answer(sessions(time), devices: devices(time), at: time)), storage: storage)
  }

  mutating func check(_ jellyfin: Result<JellyfinAnswer, Trouble>, storage: Probe?) -> [String] {
    let probe = configuration.storageServerAddress == nil ? nil : storage
    let now = now(moment)
    let observation = Observation(
      jellyfin: jellyfin, storage: probe, startOfJellyfin: .success(StartupTasks(ran: nil)),
      keyOwner: .success(nil))
    _ = memory.notice(observation, configuration, now)
    let verdict = decide(configuration, memory, now)
    if !configuration.dryRun { _ = memory.begin(verdict, configuration, now) }
    if verdict.isWake, !configuration.dryRun { memory.settle(.left(at: moment), configuration, now) }
    return memory.noteMessages(configuration, jellyfin, now).map {
      "\($0.screen): \($0.news.text(in: .english))"
    }
  }

  /// A whole wake, after which the storage goes down again.
  mutating func wake(taking seconds: Seconds) {
    _ = check(browsing("tv"))
    _ = check(after: seconds, nobody, storage: .ready)
    _ = check(nobody)
    _ = check(nobody)
  }
}

private func nobody(_ time: Seconds) -> [SessionEntry] { [] }

/// Those who browse, each on a device with a screen of the same name.
private func browsing(
  _ screens: String..., change: @escaping (inout Session) -> Void = { _ in }
) -> (Seconds) -> [SessionEntry] {
  { time in
    screens.map { screen in
      var session = session(device: screen, id: "id of \(screen)", lastActivity: time - 10)
      session.screen = screen
      change(&session)
      return .session(session)
    }
  }
}

private let away: Result<JellyfinAnswer, Trouble> = .failure(Trouble(.jellyfin, cause: "refused", "away"))
private enum Words {
  static let starting = "The storage is starting. This may take a few minutes."
  static let ready = "The storage is ready."
  static let failed = "The storage does not respond. Someone should check it."
}

@Suite("A word to the person who waits")
struct NoticeTests {
  // MARK: The first word

  @Test("a user who browses when a wake begins is told once that the storage is starting")
  func begins() {
    var screens = Screens()
    #expect(screens.check(browsing("tv", "phone")) == ["tv: \(Words.starting)", "phone: \(Words.starting)"])
    for _ in 1...8 { #expect(screens.check(browsing("tv", "phone")) == []) }
    #expect(screens.memory.state.undertaking.wake?.requests ?? 0 > 3, "a wake that continues is no other one")
  }

  @Test("a user who joins while the wake runs is told once as well")
  func joins() {
    var screens = Screens()
    #expect(screens.check(browsing("tv")) == ["tv: \(Words.starting)"])
    #expect(screens.check(after: 5, browsing("tv", "phone")) == ["phone: \(Words.starting)"])
    #expect(screens.check(after: 5, browsing("phone", "tv")) == [])
  }

  @Test(
    "with nobody there, or a storage that is ready, there is nothing to say",
    arguments: [Probe.silent, .ready])
  func nothingToSay(_ storage: Probe) {
    var screens = Screens()
    #expect(screens.check(nobody, storage: storage) == [])
    #expect(screens.check(browsing("tv"), storage: .ready) == [])
    #expect(screens.memory.runtime.told == nil)
  }

  struct Deaf: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var variables: [String: String] = [:]
    var change: @Sendable (inout Session) -> Void = { _ in }
  }

  static let deaf = [
    Deaf(testDescription: "a client that shows no messages") { $0.screen = nil },
    Deaf(testDescription: "somebody who plays") { $0.hasItem = true },
    Deaf(testDescription: "somebody who has paused") { ($0.hasItem, $0.isPaused) = (true, true) },
    Deaf(testDescription: "somebody who was last seen an hour ago") { $0.lastActivity? -= 3600 },
    Deaf(testDescription: "a session that was never seen") { $0.lastActivity = nil },
    Deaf(testDescription: "an ignored user", variables: ["IGNORE_USERS": "ann?"]),
    Deaf(testDescription: "an ignored client", variables: ["IGNORE_CLIENTS": "jellyfin*"]),
    Deaf(testDescription: "an ignored device", variables: ["IGNORE_DEVICES": "tv"]),
    Deaf(testDescription: "an ignored device, by its id", variables: ["IGNORE_DEVICES": "id of tv"]),
  ]

  @Test("nobody else is told", arguments: deaf)
  func notTold(_ deaf: Deaf) {
    var screens = Screens(configuration(deaf.variables))
    let other = browsing("phone") { ($0.user, $0.client, $0.device) = ("Ben", "Finamp", "Phone") }
    let both: (Seconds) -> [SessionEntry] = { browsing("tv", change: deaf.change)($0) + other($0) }
    #expect(screens.check(both) == ["phone: \(Words.starting)"])
    #expect(screens.check(both, storage: .ready) == ["phone: \(Words.ready)"])
  }

  @Test("a user who is seen by the device alone is told on that device's session")
  func deviceAlone() {
    var screens = Screens()
    let quiet = browsing("tv", "phone") { $0.lastActivity? -= 7200 }
    let devices: (Seconds) -> [DeviceEntry] = { [device(name: "Custom name", id: "id of tv", at: $0)] }
    #expect(screens.check(quiet, devices: devices) == ["tv: \(Words.starting)"])
  }

  @Test("an ignored user on a device that another one uses is not told")
  func sharedDevice() {
    var screens = Screens(configuration(["IGNORE_USERS": "robot"]))
    let sessions: (Seconds) -> [SessionEntry] = { time in
      browsing("tv")(time) + browsing("robots-tv") { ($0.user, $0.deviceKey) = ("Robot", "id of tv") }(time)
    }
    #expect(screens.check(sessions) == ["tv: \(Words.starting)"])
  }

  @Test("a user who plays on a device where somebody else browses is not disturbed")
  func sharedWithPlayer() {
    var screens = Screens()
    let sessions: (Seconds) -> [SessionEntry] = { time in
      browsing("tv")(time) + browsing("film") { ($0.hasItem, $0.deviceKey) = (true, "id of tv") }(time)
    }
    #expect(screens.check(sessions) == ["tv: \(Words.starting)"])
  }

  @Test("an app left open for longer than BROWSING_LIMIT is not told")
  func leftOpen() {
    var screens = Screens(configuration(["BROWSING_LIMIT": "10min"]))
    for _ in 1...22 { _ = screens.check(browsing("tv"), storage: .ready) }
    for _ in 1...3 { _ = screens.check(browsing("tv")) }
    #expect(screens.check(browsing("tv", "phone")) == ["phone: \(Words.starting)"])
  }

  @Test("idle tabs that come back after Jellyfin's restart are not told of somebody's wake")
  func reconnecting() {
    var screens = Screens()
    #expect(screens.check(away, storage: .silent) == [])
    let player: (Seconds) -> [SessionEntry] = { [JodCoreTests.player(id: "p", at: $0)] + browsing("tab")($0) }
    #expect(screens.check(player) == [])
    #expect(screens.memory.state.undertaking.wake != nil)
  }

  @Test("a request for one lost probe is no wake, and nobody is told of it")
  func lostProbe() {
    var screens = Screens()
    _ = screens.check(browsing("tv"), storage: .ready)
    #expect(screens.check(browsing("tv"), storage: .silent) == [])
    #expect(screens.memory.state.requests.last == screens.moment)
    #expect(screens.memory.state.undertaking.wake == nil)
    #expect(screens.check(browsing("tv"), storage: .ready) == [])
    #expect(screens.memory.state.counters.timeToReady.last.isEmpty)
  }

  @Test(
    "a storage that is silent for good, or up without its service, is told of",
    arguments: [Probe.silent, .up])
  func gone(_ storage: Probe) {
    var screens = Screens()
    _ = screens.check(browsing("tv"), storage: .ready)
    let words = (1...3).flatMap { _ in screens.check(browsing("tv"), storage: storage) }
    #expect(words == ["tv: \(Words.starting)"])
    // A service that was restarted has not been woken: its time is none of a wake's.
    #expect(screens.check(browsing("tv"), storage: .ready) == ["tv: \(Words.ready)"])
    #expect((screens.memory.state.counters.timeToReady.last.isEmpty) == (storage == .up))
  }

  // MARK: A wake that fails

  /// Checks until the wake has failed, with these people there, and what was said by then.
  private func failing(_ screens: inout Screens, _ sessions: (Seconds) -> [SessionEntry]) -> [String] {
    var words: [String] = []
    while screens.memory.state.undertaking.wake?.failed != true {
      words += screens.check(sessions)
      guard screens.moment.boot < 20_000 else { break }
    }
    return words
  }

  @Test("those who were told that it is starting are told once that it does not come, and nobody else is")
  func failed() {
    var screens = Screens()
    let words = failing(&screens, browsing("tv"))
    #expect(words == ["tv: \(Words.starting)", "tv: \(Words.failed)"])
    for _ in 1...3 { #expect(screens.check(browsing("tv", "phone")) == []) }
    #expect(screens.check(browsing("tv", "phone"), storage: .ready) == ["tv: \(Words.ready)"])
  }

  @Test("a run that is killed once it has noted that is followed by none that says it again")
  func failedIsRemembered() throws {
    var screens = Screens()
    _ = failing(&screens, browsing("tv"))
    let told = try #require(screens.memory.runtime.told)
    #expect(told.knowOfFailure)
    screens.memory.runtime.told = try Told(bytes: told.bytes)
    #expect(screens.memory.runtime.told == told)
    #expect(screens.check(browsing("tv")) == [])
  }

  @Test("what an older version noted of who was told is read")
  func olderTold() throws {
    let told = Told(wake: moment())
    #expect(try !told.json.object().members.contains { $0.name == "know_of_failure" })
    #expect(try Told(bytes: told.bytes) == told)
  }

  @Test("a screen that is gone when the wake fails is told nothing later")
  func goneWhenItFails() {
    var screens = Screens()
    let anna: (Seconds) -> [SessionEntry] = { [browser(user: "Ben", id: "ben", at: $0)] }
    _ = screens.check(browsing("tv"))
    #expect(failing(&screens, anna) == [])
    #expect(screens.check(browsing("tv")) == [])
  }

  @Test("without an answer of Jellyfin, the word of a failure waits for one")
  func failedWhileAway() {
    var screens = Screens()
    for _ in 1...9 { _ = screens.check(browsing("tv")) }
    #expect(screens.memory.state.undertaking.wake?.failed == false)
    for _ in 1...3 {
      screens.moment = moment(screens.moment.boot + 30)
      #expect(screens.check(away, storage: .silent) == [])
    }
    #expect(screens.memory.state.undertaking.wake?.failed == true)
    #expect(screens.check(browsing("tv")) == ["tv: \(Words.failed)"])
  }

  @Test("the next wake that fails is told of again")
  func failsAgain() {
    var screens = Screens()
    _ = failing(&screens, browsing("tv"))
    for _ in 1...12 { _ = screens.check(nobody) }
    #expect(screens.memory.state.undertaking.wake == nil)
    #expect(failing(&screens, browsing("tv")) == ["tv: \(Words.starting)", "tv: \(Words.failed)"])
  }

  @Test("the next wake is told again, to the same people")
  func nextWake() {
    var screens = Screens()
    #expect(screens.check(browsing("tv")) == ["tv: \(Words.starting)"])
    for _ in 1...12 { _ = screens.check(nobody) }
    #expect(screens.memory.state.undertaking.wake == nil && screens.memory.runtime.told == nil)
    #expect(screens.check(browsing("tv")) == ["tv: \(Words.starting)"])
  }

  @Test("no more screens are told than any household has")
  func most() {
    var screens = Screens()
    let crowd: (Seconds) -> [SessionEntry] = { time in
      (0..<500).flatMap { browsing("tv\($0)")(time) }
    }
    #expect(screens.check(crowd).count == Told.most)
    #expect(screens.check(crowd) == [])
  }

  // MARK: The second word

  @Test("a user who was told the first is told once that the storage is ready, though they play by now")
  func ready() {
    var screens = Screens()
    _ = screens.check(browsing("tv", "phone"))
    let later: (Seconds) -> [SessionEntry] = {
      browsing("tv") { $0.hasItem = true }($0) + browsing("tablet")($0)
    }
    #expect(screens.check(later, storage: .ready) == ["tv: \(Words.ready)"])
    #expect(screens.check(browsing("tv", "phone", "tablet"), storage: .ready) == [])
    #expect(screens.memory.runtime.told == nil)
  }

  @Test("a wake that `jod-check wake` saw the end of is told of by the next check")
  func byHand() {
    var screens = Screens()
    _ = screens.check(browsing("tv"))
    _ = screens.memory.noticeProbe(.ready, screens.configuration, now(screens.moment))
    #expect(screens.memory.state.undertaking.wake == nil)
    #expect(screens.check(browsing("tv"), storage: .ready) == ["tv: \(Words.ready)"])
  }

  @Test("without an answer of Jellyfin the word waits, until it would be strange", arguments: [1, 8, 12])
  func jellyfinAway(checks: Int) {
    var screens = Screens()
    _ = screens.check(browsing("tv"))
    for _ in 1...checks {
      screens.moment = moment(screens.moment.boot + 30)
      #expect(screens.check(away, storage: .ready) == [])
    }
    let words = screens.check(browsing("tv"), storage: .ready)
    #expect(words == (checks < 10 ? ["tv: \(Words.ready)"] : []))
    #expect(screens.memory.runtime.told == nil)
  }

  // MARK: How long it takes

  @Test("the first word says how long the last wakes took, by their median")
  func usual() {
    var screens = Screens()
    for seconds in [40, 100, 130, 120, 290, 95] as [Seconds] { screens.wake(taking: seconds) }
    #expect(screens.memory.state.counters.timeToReady.last == [40, 100, 130, 120, 290, 95])
    #expect(
      screens.check(browsing("tv")) == ["tv: The storage is starting. This takes about 2 minutes."])
  }

  @Test("a wake that had failed is no measure")
  func failedIsNoMeasure() {
    var screens = Screens()
    for _ in 1...12 { _ = screens.check(browsing("tv")) }
    _ = screens.check(after: 9000, browsing("tv"), storage: .ready)
    #expect(screens.memory.state.counters.timeToReady.last.isEmpty)
  }

  // MARK: Households

  @Test("a blind household gets the first message, without a time, for as long as a wake may take")
  func blind() {
    var screens = Screens(blindConfiguration())
    #expect(screens.check(browsing("tv")) == ["tv: \(Words.starting)"])
    #expect(screens.check(browsing("tv", "phone")) == ["phone: \(Words.starting)"])
    for _ in 1...12 { #expect(screens.check(browsing("tv", "phone")) == []) }
    #expect(screens.check(browsing("tv", "phone", "tablet")) == [])
    #expect(
      screens.memory.state.undertaking.wake != nil && screens.memory.state.counters.timeToReady.last.isEmpty)
  }

  @Test(
    "with NOTIFY_CLIENTS=no, and in a dry run, nobody is told anything",
    arguments: ["NOTIFY_CLIENTS=no", "DRY_RUN=yes"])
  func silent(_ setting: String) {
    let parts = setting.split(separator: "=").map(String.init)
    var screens = Screens(configuration([parts[0]: parts[1]]))
    #expect(screens.check(browsing("tv")) == [])
    #expect((screens.memory.state.undertaking.wake == nil) == (setting == "DRY_RUN=yes"))
    #expect(screens.check(browsing("tv"), storage: .ready) == [])
    #expect(screens.memory.runtime.told == nil)
  }
}
