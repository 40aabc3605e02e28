import Testing

@testable import JodCore

@Suite("What depends on the storage")
struct AvailabilityTests {
  private func availability(_ story: Story) -> Availability? {
    story.memory.availability(story.configuration, story.now)
  }

  @Test("before the first check nothing is known, and one silent probe makes nothing certain")
  func start() {
    var story = Story()
    #expect(availability(story) == nil)
    story.checks(for: 180, .nobody, storage: .silent)
    #expect(availability(story) == nil)
    story.check(.nobody, storage: .silent)
    #expect(availability(story) == .offline)
  }

  @Test(
    "a storage that falls silent unasked is offline after 3 minutes, and after 10 while somebody plays",
    arguments: [
      (Story.Household.nobody, 180.0), (.browsing, 180), (.jellyfinAway, 180), (.playing, 600),
      (.robotPlaying, 600),
    ])
  func unasked(_ household: Story.Household, _ limit: Seconds) {
    var story = Story()
    story.check(household, storage: .ready)
    story.checks(for: limit, household, storage: .silent)
    #expect(availability(story) == nil)
    story.check(household, storage: .silent)
    #expect(availability(story) == .offline)
  }

  @Test("a cable that is out for 45 s in mid-film takes nothing away")
  func cable() {
    var story = Story()
    story.checks(for: 300, .playing, storage: .ready)
    var told: [Availability?] = []
    for _ in 0..<3 {
      story.check(after: 15, .playing, storage: .silent)
      told.append(availability(story))
    }
    #expect(told == [nil, nil, nil])
    story.check(after: 15, .playing, storage: .ready)
    #expect(availability(story) == .online)
  }

  @Test(
    "a storage that is ready is online, started by anyone, and a machine whose service is not is unknown")
  func ready() {
    var story = Story()
    story.check(.nobody, storage: .up)
    #expect(availability(story) == nil)
    story.check(.nobody, storage: .ready)
    #expect(availability(story) == .online)
    story.check(.jellyfinAway, storage: .ready)
    #expect(availability(story) == .online)
  }

  @Test("a lost probe, or a service that restarts, changes nothing", arguments: [Probe.silent, .up])
  func lostProbe(_ probe: Probe) {
    var story = Story()
    story.check(.browsing, storage: .ready)
    story.check(.browsing, storage: probe)
    #expect(availability(story) == nil)
    story.check(.browsing, storage: .ready)
    #expect(availability(story) == .online)
  }

  @Test("a storage that went down is offline until it is ready, not only up, while a wake runs")
  func down() {
    var story = Story()
    story.check(.playing, storage: .ready)
    story.checks(for: 630, .playing, storage: .silent)
    #expect(availability(story) == .offline)
    story.check(.playing, storage: .up)
    // It was told to be offline, and that still holds.
    #expect(availability(story) == nil)
    story.check(.playing, storage: .ready)
    #expect(availability(story) == .online)
  }

  @Test("what an earlier boot knew is no evidence", arguments: [State.Storage.Known.ready, .up, .unknown])
  func reboot(_ known: State.Storage.Known) {
    var story = Story()
    story.memory.state.storage.known = known
    story.check(.nobody, storage: .silent)
    #expect(availability(story) == nil)
  }

  // MARK: Powering off

  private func idle(_ outcome: PowerOffOutcome) -> Story {
    var story = Story(poweringOff())
    story.outcome = outcome
    let decisions = story.checks(for: 31 * 60, .nobody, storage: .ready)
    #expect(decisions.contains { $0.powersOff })
    return story
  }

  @Test(
    "it is offline as soon as it took a power-off, though it still answers",
    arguments: [PowerOffOutcome.accepted, .perhaps])
  func accepted(_ outcome: PowerOffOutcome) {
    var story = idle(outcome)
    #expect(availability(story) == .offline)
    story.check(.nobody, storage: .ready)
    #expect(availability(story) == .offline)
    story.check(.browsing, storage: .ready)
    #expect(availability(story) == .offline)
  }

  @Test("one that hangs in shutdown is online again, once nobody believes in it any more")
  func hangs() {
    var story = idle(.accepted)
    story.checks(for: 4 * 60, .nobody, storage: .ready)
    #expect(story.memory.state.undertaking.stopping == nil)
    #expect(availability(story) == .online)
  }

  @Test(
    "a power-off that is refused or fails takes nothing away",
    arguments: [PowerOffOutcome.busy("x"), .failed("x")])
  func refused(_ outcome: PowerOffOutcome) {
    #expect(availability(idle(outcome)) == .online)
  }

  @Test("while it is still being asked, nothing is certain")
  func asked() {
    var story = Story(poweringOff())
    story.check(.nobody, storage: .ready)
    story.memory.notePowerOff(at: story.moment)
    #expect(availability(story) == nil)
    story.check(.nobody, storage: .ready)
    #expect(availability(story) == nil)
  }

  @Test("a power-off of which nobody knows whether it was asked is believed once the storage is down")
  func earlierVersion() throws {
    let since = #"{"boot":9990,"boot_id":"boot-1","wall":"2027-01-15T07:59:50.000Z"}"#
    var story = Story(poweringOff())
    let undertaking = #"{"stopping":{"is_accepted":false,"since":\#(since),"was_silent":false}}"#
    story.memory.state.undertaking = try decoded(Undertaking.self, undertaking)
    story.check(.nobody, storage: .silent)
    #expect(availability(story) == nil)
    story.check(.nobody, storage: .silent)
    #expect(availability(story) == .offline)
  }

  // MARK: Households

  @Test("a blind household has nothing that could hang on it", arguments: [true, false])
  func blind(_ isPresumedOn: Bool) {
    var story = Story(blindConfiguration())
    story.memory.state.isPresumedOn = isPresumedOn
    story.check(.playing)
    #expect(availability(story) == .offline)
  }
}
