import Testing

@testable import JodCore

@Suite("After a start of Jellyfin")
struct JellyfinStartsTests {
  // MARK: GET /ScheduledTasks

  /// As Jellyfin 12.0 sends them, reduced.
  private func task(
    _ key: String, triggers: String = #"{"Type":"StartupTrigger"},{"Type":"IntervalTrigger"}"#,
    state: String = "Idle", began: String?
  ) -> String {
    let result = began.map { #","LastExecutionResult":{"StartTimeUtc":"\#($0)","Status":"Completed"}"# } ?? ""
    return #"{"Key":"\#(key)","State":"\#(state)","Triggers":[\#(triggers)]\#(result)}"#
  }

  private func ran(_ tasks: String...) throws -> Seconds? {
    try decoded(StartupTasks.self, "[\(tasks.joined(separator: ","))]").ran
  }

  @Test("the tasks that run at each start tell when that was")
  func tasks() throws {
    let time = try ran(
      task("AudioNormalization", triggers: #"{"Type":"IntervalTrigger"}"#, began: "2026-11-25T03:00:00Z"),
      task("DeleteTranscodeFiles", began: "2026-11-25T22:15:50.6350398Z"),
      task("PluginUpdates", began: "2026-11-25T22:15:50.5000000Z"))
    #expect(time == UTC.parse("2026-11-25T22:15:50.5Z"))
  }

  @Test("one that was started by hand since is skipped for one that was not")
  func byHand() throws {
    let time = try ran(
      task("DeleteTranscodeFiles", began: "2026-11-25T04:00:00Z"),
      task("PluginUpdates", began: "2026-11-25T10:00:00Z"))
    #expect(time == UTC.parse("2026-11-25T04:00:00Z"))
  }

  @Test("one that runs now, or never has, tells nothing of this start")
  func runs() throws {
    #expect(try ran(task("PluginUpdates", state: "Running", began: "2026-11-25T04:00:00Z")) == nil)
    #expect(try ran(task("PluginUpdates", began: nil)) == nil)
    #expect(try ran(task("RefreshLibrary", triggers: "", began: "2026-11-25T04:00:00Z")) == nil)
    #expect(try ran() == nil)
    #expect(throws: JSON.Failure.self) { try decoded(StartupTasks.self, "{}") }
  }

  // MARK: What is concluded

  private func starts(
    _ tasks: Result<StartupTasks, Trouble>, recovered: Seconds? = nil, _ sessions: [SessionEntry] = []
  ) -> JellyfinStarts {
    var starts = JellyfinStarts()
    if let recovered {
      starts.noteFailure(Look.refusal)
      _ = starts.noteAnswer(at: recovered)
    }
    starts.noteStart(tasks, sessions.compactMap(\.session))
    return starts
  }

  @Test("what is stamped until two minutes after the start may have come back by itself")
  func explains() {
    let starts = starts(.success(StartupTasks(ran: 1000)))
    #expect(starts.explains(990) && starts.explains(1120))
    #expect(!starts.explains(1121))
  }

  @Test(
    "a session that is more than 30 s older than the tasks proves that it was no start, for they also run daily",
    arguments: [(969.0, false), (971, true)])
  func daily(_ stamp: Seconds, _ isStart: Bool) {
    let told = Result<StartupTasks, Trouble>.success(StartupTasks(ran: 1000))
    for session in [
      session(lastActivity: stamp), session(hasItem: true, lastPlaybackCheckIn: stamp),
      session(lastPaused: stamp),
    ] {
      #expect(starts(told, [.session(session)]).explains(1000) == isStart)
    }
  }

  @Test("what Jellyfin tells counts more than what was seen; where it tells nothing, that has to do")
  func fallback() {
    #expect(!starts(.success(StartupTasks(ran: 1000)), recovered: 9000).explains(9000))
    #expect(starts(.success(StartupTasks(ran: nil)), recovered: 9000).explains(9000))
    #expect(starts(.failure(Look.refusal), recovered: 9000).explains(9000))
    #expect(!starts(.failure(Look.refusal)).explains(9000))
  }

  @Test(
    "Jellyfin was away where a connection was refused, it answered 503, or two polls running failed",
    arguments: [
      (["refused"], true), (["503"], true), (["timeout", "timeout"], true), (["500", "closed"], true),
      (["timeout"], false), (["500"], false), (["errno 113"], false), ([], false),
    ])
  func seenAway(_ causes: [String], _ isAway: Bool) {
    var starts = JellyfinStarts()
    for cause in causes { starts.noteFailure(Trouble(.jellyfin, cause: cause, "")) }
    #expect(starts.noteAnswer(at: 9000) == !causes.isEmpty)
    starts.noteStart(.failure(Look.refusal), [])
    #expect(starts.explains(9000) == isAway)
  }

  @Test("two failures with an answer between them are two that failed alone")
  func apart() {
    var starts = JellyfinStarts()
    for time in [1000.0, 2000] {
      starts.noteFailure(Trouble(.jellyfin, cause: "500", ""))
      _ = starts.noteAnswer(at: time)
    }
    starts.noteStart(.failure(Look.refusal), [])
    #expect(!starts.explains(2000))
  }

  @Test("it is read as it was written")
  func json() throws {
    var starts = starts(.success(StartupTasks(ran: 1000.5)), recovered: 9000)
    starts.noteFailure(Look.refusal)
    #expect(try decoded(JellyfinStarts.self, encoded(starts)) == starts)
  }

  // MARK: What a check makes of it

  /// Jellyfin has just started, and nobody has seen it away.
  private func justStarted() -> Story {
    var story = Story()
    story.startOfJellyfin = .success(StartupTasks(ran: story.moment.wall))
    return story
  }

  @Test("Jellyfin that was restarted between two checks wakes nothing by the tabs that come back")
  func betweenChecks() {
    var story = justStarted()
    let first = story.check(.browsing)
    #expect(story.asked == [.startOfJellyfin, .recordings])
    #expect(!first.sends)
    #expect(first.active?.map(\.kind) == [.browsing])
    #expect(!story.check(.browsing).sends)
    // Nothing is asked again of what is explained.
    #expect(!story.asked.contains(.startOfJellyfin))
  }

  @Test("who still browses two minutes after the start wakes the storage, and Jellyfin is asked once more")
  func stays() {
    var story = justStarted()
    let sent = story.checks(for: 240, .browsing).map(\.sends)
    // Its stamp is 30 s old at each check.
    #expect(sent.firstIndex(of: true) == 5)
    #expect(story.memory.state.undertaking.wake != nil)
  }

  @Test("playing wakes right after the start, and nothing is asked for that")
  func playing() {
    var story = justStarted()
    #expect(story.check(.playing).sends)
    #expect(!story.asked.contains(.startOfJellyfin))
  }

  @Test("one failed poll mutes nobody: Anna is woken for at the next")
  func oneFailure() {
    for cause in ["timeout", "500"] {
      var story = Story()
      story.checks(for: 300, .nobody)
      story.failure = Trouble(.jellyfin, cause: cause, "Jellyfin failed.")
      story.check(.jellyfinAway)
      #expect(story.check(.browsing).sends, "\(cause)")
    }
  }

  @Test("HTTP 500 every 100 s lets the packets of a wake go on")
  func flapping() {
    var story = Story()
    story.failure = Trouble(.jellyfin, cause: "500", "Jellyfin failed.")
    var packets = 0
    for number in 0..<40 where story.check(number % 3 == 2 ? .jellyfinAway : .browsing).sends { packets += 1 }
    #expect(packets > 10)
  }

  @Test("a wake that has begun continues over a start of Jellyfin")
  func wakeGoesOn() {
    var story = Story()
    #expect(story.check(.browsing).sends)
    story.check(.jellyfinAway)
    story.startOfJellyfin = .success(StartupTasks(ran: story.moment.wall))
    #expect(story.check(after: 60, .browsing).sends)
    #expect(!story.asked.contains(.startOfJellyfin))
  }

  @Test("nothing is asked while the storage is ready, or the cooldown runs")
  func notAsked() {
    var story = justStarted()
    story.check(.browsing, storage: .ready)
    #expect(!story.asked.contains(.startOfJellyfin))
    story = justStarted()
    story.memory.state.requests = WakeRequests(last: story.moment)
    story.check(.browsing)
    #expect(!story.asked.contains(.startOfJellyfin))
  }

  @Test("where Jellyfin does not say when it started, its first answer after refused connections does")
  func cannotBeAsked() {
    for answer in [Result<StartupTasks, Trouble>.failure(Look.refusal), .success(StartupTasks(ran: nil))] {
      var story = Story()
      story.startOfJellyfin = answer
      story.check(.jellyfinAway)
      #expect(!story.check(.browsing).sends)
      #expect(story.checks(for: 240, .browsing).map(\.sends).contains(true))
    }
  }

  @Test("refused connections in the network between wake as ever where Jellyfin says that it did not start")
  func refusedButUp() {
    var story = Story()
    story.startOfJellyfin = .success(StartupTasks(ran: story.moment.wall - 86_400))
    story.check(.jellyfinAway)
    #expect(story.check(.browsing).sends)
  }
}
