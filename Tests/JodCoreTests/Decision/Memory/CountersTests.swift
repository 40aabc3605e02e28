import Testing

@testable import JodCore

@Suite("What is counted")
struct CountersTests {
  @Test("a state of an earlier version has not seen what it did not count")
  func olderState() throws {
    let json =
      #"{"version":1,"serial":3,"storage":{"known":"down"},"counters":{"wake_requests":5,"wakes":2,"failed_wakes":1}}"#
    let counters = try decoded(State.self, json).counters
    #expect([counters.wakeRequests, counters.wakes, counters.failedWakes] == [5, 2, 1])
    #expect(counters.timeToReady == TimeToReady())
    #expect(counters.power == PowerTime())
    #expect(try decoded(State.self, json).isPlausible)
  }

  @Test("an earlier version reads a state of this one")
  func newerState() throws {
    struct Earlier: Decodable {
      struct Counters: Decodable { var wakeRequests, wakes, failedWakes: Int }
      var version: Int
      var counters: Counters
    }
    var story = Story()
    story.checks(for: 90, .playing)
    #expect(try read(Earlier.self, encoded(story.memory.state)).counters.wakeRequests == 2)
  }

  @Test("all is read as it was written")
  func roundTrip() throws {
    var story = Story(poweringOff())
    story.checks(for: 90, .playing)
    story.checks(for: 90, .playing, storage: .ready)
    story.check(.jellyfinAway)
    let counters = story.memory.state.counters
    #expect(counters.timeToReady.last.count == 1 && counters.jellyfinFailures == 1)
    #expect(try decoded(State.Counters.self, encoded(counters)) == counters)
  }

  @Test("times of another version's buckets are dropped, and the rest of the state is kept")
  func otherBuckets() throws {
    let json =
      #"{"version":1,"serial":3,"storage":{"known":"down"},"counters":{"wakes":2,"time_to_ready":{"counts":[1,2],"sum":9,"last":[9]}}}"#
    let state = try decoded(State.self, json)
    #expect(state.isPlausible)
    #expect(state.counters.wakes == 2)
    #expect(state.counters.timeToReady == TimeToReady())
  }

  @Test("Jellyfin's absence counts once for each time that it begins")
  func jellyfinFailures() {
    var story = Story()
    func check(_ household: Story.Household) {
      let decision = story.check(household)
      _ = RunReport(
        changes: decision.events, troubles: decision.troubles, onBeat: true,
        memory: &story.memory.runtime.troubles, boot: story.moment.boot)
    }
    for household in [Story.Household.nobody, .jellyfinAway, .jellyfinAway, .nobody, .jellyfinAway] {
      check(household)
    }
    #expect(story.memory.state.counters.jellyfinFailures == 2)
    check(.keyRejected)
    check(.keyRejected)
    #expect(story.memory.state.counters.keyRejections == 1)
  }

  @Test("a request that could not leave counts once while the trouble lasts, and as no wake")
  func packetFailures() {
    var story = Story()
    for _ in 1...3 {
      story.sendFails = true
      story.check(.playing)
      _ = RunReport(
        changes: [], troubles: [Trouble(.packet, cause: "x", "x")], onBeat: true,
        memory: &story.memory.runtime.troubles, boot: story.moment.boot)
    }
    #expect(story.memory.state.counters.packetFailures == 1)
    #expect(story.memory.state.counters.wakes == 0)
  }

  @Test("power-offs count by what came of them")
  func powerOffs() {
    for (outcome, counts) in [
      (PowerOffOutcome.accepted, [1, 0, 0]), (.perhaps, [1, 0, 0]), (.busy("x"), [0, 1, 0]),
      (.failed("x"), [0, 0, 1]),
    ] {
      var story = Story(poweringOff())
      story.outcome = outcome
      while story.memory.state.undertaking.phase == .nothing {
        story.check(.nobody, storage: .ready)
      }
      let counters = story.memory.state.counters
      #expect([counters.powerOffs, counters.refusedPowerOffs, counters.failedPowerOffs] == counts)
    }
  }

  @Test("a storage server that hangs in shutdown is a power-off that failed")
  func hangs() {
    var story = Story(poweringOff())
    while story.memory.state.undertaking.stopping == nil { story.check(.nobody, storage: .ready) }
    story.checks(for: 240, .nobody, storage: .ready)
    #expect(story.memory.state.counters.failedPowerOffs == 1)
  }

  // MARK: Time to ready

  @Test("a wake counts in the first bucket that is long enough")
  func buckets() {
    var times = TimeToReady()
    for seconds in [0, 5, 5.5, 42, 600, 601, 1e9] { times.note(seconds) }
    #expect(times.counts == [2, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2])
    #expect(times.sum == 87653.5)
    #expect(times.isPlausible)
  }

  @Test("what is usual is the median of the last nine")
  func usual() {
    var times = TimeToReady()
    #expect(times.usual == nil)
    times.note(40)
    #expect(times.usual == 40)
    times.note(60)
    #expect(times.usual == 50)
    for _ in 1...9 { times.note(20) }
    times.note(3000)
    #expect(times.usual == 20)
    #expect(times.last.count == 9)
  }

  @Test("a wake that gets ready is noted, a start by hand is not")
  func noted() {
    var story = Story()
    story.checks(for: 90, .nobody)
    story.checks(for: 90, .nobody, storage: .ready)
    #expect(story.memory.state.counters.timeToReady.last == [])
    story.checks(for: 90, .nobody)
    story.checks(for: 60, .playing)
    story.check(.playing, storage: .ready)
    #expect(story.memory.state.counters.timeToReady.last == [60])
  }
}
