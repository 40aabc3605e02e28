import Testing

@testable import JodCore

@Suite("Wake on access: what a file that is opened changes")
struct AccessTests {
  private static let film = ActiveSession.access(by: "jellyfin (jellyfin.service)", to: "/srv/media")

  /// Somebody has opened a file, and a request has left for them.
  private func opened(_ story: inout Story) {
    story.memory.noticeAccess(Self.film, story.now)
    guard decideWake(story.configuration, story.memory, story.now, isFirst: false) == .send else { return }
    story.memory.beginRequest(at: story.moment, for: [Self.film])
    story.memory.settle(.left(at: story.moment), story.configuration, story.now)
  }

  @Test("an access with the storage off is a wake like any other, told with who it was")
  func wakes() {
    var story = Story()
    story.checks(for: 120, .nobody)
    opened(&story)
    #expect(story.memory.state.undertaking.wake?.requests == 1)
    #expect(story.memory.state.counters.wakes == 1)
    let change = story.memory.request(for: [Self.film], byHand: false, story.configuration)
    let event = Event(change, story.configuration)
    #expect(event.message.contains("jellyfin (jellyfin.service) opens /srv/media"))
    #expect(event.fields["JOD_KIND"] == "access")
    let arrived = story.check(after: 30, .nobody, storage: .ready)
    #expect(arrived.told == ["storage-ready notice"])
    #expect(story.memory.state.storage.byHand == nil)
  }

  @Test("readers that come one after another are one wake, and the cooldown holds between its requests")
  func oneWake() {
    var story = Story()
    for _ in 1...20 {
      story.pass(0.1)
      opened(&story)
    }
    #expect(story.memory.state.counters.wakeRequests == 1)
    story.pass(60)
    opened(&story)
    #expect(story.memory.state.counters.wakeRequests == 2)
    #expect(story.memory.state.counters.wakes == 1)
  }

  @Test("a check that finds nobody else counts who waits as active, and repeats the request")
  func checkMeanwhile() {
    var story = Story()
    story.checks(for: 60, .nobody)
    opened(&story)
    story.pass(60)
    story.memory.noticeAccess(Self.film, story.now)
    let check = story.check(after: 1, .nobody)
    #expect(check.active == [Self.film])
    #expect(check.sends)
    #expect(check.reason.contains("opens /srv/media"))
  }

  @Test("who has not said for five seconds that he waits still does not count")
  func gone() {
    var story = Story()
    opened(&story)
    #expect(story.check(after: 4.9, .nobody).active == [Self.film])
    #expect(story.check(after: 0.1, .nobody).active == [])
  }

  @Test("an access is activity: the idle count starts anew, and a refused power-off means nothing any more")
  func idleAnew() {
    var story = Story.ripe()
    story.outcome = .busy("a backup")
    #expect(story.check(after: 30, .nobody, storage: .ready).powersOff)
    story.memory.noticeAccess(Self.film, story.now)
    #expect(story.memory.runtime.idle == nil)
    #expect(story.memory.state.undertaking.refusal == nil)
    #expect(!story.check(after: 30, .nobody, storage: .ready).powersOff)
  }

  @Test("while somebody waits the storage is not powered off, insisted or not", arguments: [true, false])
  func keepsUp(_ isForced: Bool) {
    var story = Story.ripe()
    story.check(after: 30, .withoutDevices, storage: .ready)
    story = Story.ripe()
    story.memory.noticeAccess(Self.film, story.now)
    let urgency: PowerOffUrgency = isForced ? .forced : .now
    let decided = decidePowerOff(story.configuration, story.memory, story.now, urgency: urgency)
    #expect(decided.objections.contains(.access(Self.film)))
    #expect(objectionsAtLast(story.configuration, story.memory, story.now) == [.access(Self.film)])
    story.pass(5)
    #expect(objectionsAtLast(story.configuration, story.memory, story.now) == [])
  }

  @Test("an access while it goes down waits, and is served by the next wake")
  func goingDown() {
    var story = Story.ripe()
    #expect(story.check(after: 30, .nobody, storage: .ready).powersOff)
    for probe in [Probe.ready, .up, .silent] {
      story.pass(10)
      _ = story.memory.noticeProbe(probe, story.configuration, story.now)
      story.memory.noticeAccess(Self.film, story.now)
      #expect(decideWake(story.configuration, story.memory, story.now, isFirst: false) == .goingDown)
    }
    story.pass(15)
    _ = story.memory.noticeProbe(.silent, story.configuration, story.now)
    #expect(story.memory.state.storage.known == .down)
    #expect(story.memory.state.undertaking.owed == Self.film)
    #expect(decideWake(story.configuration, story.memory, story.now, isFirst: false) == .send)
  }

  @Test("a storage that is asked and has not gone lets nothing be mounted, however long it answers")
  func nothingMounted() {
    var story = Story.ripe()
    #expect(story.check(after: 30, .nobody, storage: .ready).powersOff)
    story.pass(100)
    _ = story.memory.noticeProbe(.ready, story.configuration, story.now)
    #expect(decideWake(story.configuration, story.memory, story.now, isFirst: false) == .goingDown)
  }

  @Test("one that comes after the time-out was still woken by the access: nobody pressed its button")
  func late() {
    var story = Story(poweringOff(["MANUAL_START_HOLD": "2h"]))
    story.checks(for: 60, .nobody)
    for _ in 1...6 {
      opened(&story)
      story.pass(60)
    }
    #expect(story.check(after: 1, .nobody).told.contains("wake-failed error"))
    #expect(story.check(after: 60, .nobody, storage: .ready).told == ["storage-ready notice"])
    #expect(story.memory.state.storage.byHand == nil)
  }

  @Test("where a person asks by hand as well, it is theirs")
  func handAsWell() {
    var story = Story()
    opened(&story)
    story.memory.noteWakeRequest(at: story.moment)
    #expect(story.memory.state.undertaking.wake?.isByHand == true)
    #expect(story.memory.state.undertaking.wake?.isByAccess == false)
  }

  @Test("a power-off that was never asked for is over once nobody can be about to: its run was killed")
  func killed() {
    var story = Story.ripe()
    _ = story.memory.beginPowerOff(idle: 1800, at: story.moment)
    #expect(story.memory.availability(story.configuration, story.now) == nil)
    story.check(after: 59, .nobody, storage: .ready)
    #expect(story.memory.state.undertaking.stopping != nil)
    story.check(after: 1, .nobody, storage: .ready)
    #expect(story.memory.state.undertaking.stopping == nil)
    #expect(story.memory.availability(story.configuration, story.now) == .online)
  }

  @Test("an access that calls a power-off off leaves no trace of it, and the storage online")
  func calledOff() {
    var story = Story.ripe()
    _ = story.memory.beginPowerOff(idle: 1800, at: story.moment)
    story.memory.noticeAccess(Self.film, story.now)
    #expect(story.memory.settle(.calledOff, story.configuration, story.now) == [])
    #expect(story.memory.state.undertaking.stopping == nil)
    #expect(story.memory.state.counters.powerOffs == 0)
    #expect(story.memory.availability(story.configuration, story.now) == .online)
    story.check(after: 30, .nobody, storage: .ready)
    #expect(story.memory.state.undertaking.phase == .nothing)
  }

  // MARK: A mount that does not go

  @Test("a mount that does not go is told once, tried again in five minutes, and a trouble after an hour")
  func mounted() {
    var story = Story.ripe()
    story.outcome = .mounted("\"/srv/media\" is still mounted")
    let first = story.check(after: 30, .nobody, storage: .ready)
    #expect(first.told.contains("poweroff-refused notice"))
    #expect(first.troubles.isEmpty)
    var tries = 0
    var troubles: [Trouble] = []
    for check in story.checks(for: 3570, .nobody, storage: .ready) {
      if check.powersOff {
        tries += 1
        #expect(!check.told.contains("poweroff-refused notice"))
      }
      troubles = check.troubles
    }
    #expect(tries == 11)
    #expect(troubles.isEmpty)
    let after = story.checks(for: 330, .nobody, storage: .ready)
    #expect(after.last?.troubles.map(\.cause) == ["mounted"])
    #expect(after.last?.troubles.first?.words.contains("LazyUnmount=yes") == true)
  }

  // MARK: Nobody whom Jellyfin knows

  /// A wake by an access, and the storage off again.
  private func night(_ story: inout Story, play: Bool = false) {
    story.pass(3600)
    opened(&story)
    _ = story.memory.noticeProbe(.ready, story.configuration, story.now)
    if play { story.check(after: 30, .playing, storage: .ready) }
    story.memory.notePowerOff(at: story.moment, .accepted)
    for _ in 1...2 {
      story.pass(20)
      _ = story.memory.noticeProbe(.silent, story.configuration, story.now)
    }
  }

  @Test("six wakes in a day of which Jellyfin knows nothing are a warning that names who it was")
  func unexplained() throws {
    var story = Story()
    for _ in 1...5 { night(&story) }
    #expect(story.memory.warnings(story.now) == [])
    night(&story)
    let warning = try #require(story.memory.warnings(story.now).first).words
    #expect(warning.contains("jellyfin (jellyfin.service)"))
    #expect(warning.contains("indexer"))
    story.pass(86400)
    #expect(story.memory.warnings(story.now) == [])
  }

  @Test("films that were waited for are none of them")
  func explained() {
    var story = Story()
    for _ in 1...8 { night(&story, play: true) }
    #expect(story.memory.warnings(story.now) == [])
  }

  @Test("all of it outlives the files")
  func files() throws {
    var story = Story()
    night(&story)
    opened(&story)
    let state = try State(json: JSON(story.memory.state.bytes))
    #expect(state == story.memory.state)
    let runtime = try Runtime(json: JSON(story.memory.runtime.bytes))
    #expect(runtime.access == story.memory.runtime.access)
    var refused = Story.ripe()
    refused.outcome = .mounted("x")
    refused.check(after: 30, .nobody, storage: .ready)
    refused.check(after: 300, .nobody, storage: .ready)
    #expect(try State(json: JSON(refused.memory.state.bytes)) == refused.memory.state)
  }
}

@Suite("Who opened a file, as systemd and the kernel tell it")
struct AccessTraceTests {
  private let journal = """
    Started something.
    srv-music.automount: Got automount request for /srv/music, triggered by 7 (bash)
    srv-media.automount: Got automount request for /srv/media, triggered by 161 (.NET TP Worker)
    somebody: Got automount request for /srv/media, triggered by 162 (sh)
    Got automount request for /srv/media/old, triggered by 12 (find)
    Got automount request for /home/anna, triggered by 13 (sh)
    """

  @Test("the last line that is about one of the mounts counts")
  func last() throws {
    let trace = try #require(AccessTrace(journal: journal, mounts: ["/srv/media", "/srv/music"]))
    #expect(trace.mount == "/srv/media")
    #expect(trace.process == 161)
    let session = trace.session(name: "jellyfin\n", cgroup: "0::/system.slice/jellyfin.service\n")
    #expect(session.sentence == "jellyfin (jellyfin.service) opens /srv/media")
    #expect(trace.session(name: nil, cgroup: nil).sentence == ".NET TP Worker opens /srv/media")
  }

  @Test(
    "names with every sign a file can have are taken as they are",
    arguments: [
      ("/srv/a, triggered by 3 (x)", "y) (z"), ("/srv/m (1)", ""), ("/srv/Ü b", "a b"),
    ])
  func names(_ mount: String, _ thread: String) throws {
    let line = "Got automount request for \(mount), triggered by 99 (\(thread))"
    let trace = try #require(AccessTrace(journal: line, mounts: [mount]))
    #expect(trace.process == 99)
    #expect(trace.thread == thread)
  }

  @Test(
    "what is no such line tells nothing",
    arguments: [
      "", "Got automount request for /srv/media", "Got automount request for /srv/media, triggered by x (y)",
      "Got automount request for /srv/media, triggered by -1 (y)",
      "Got automount request for /srv/media, triggered by 1 y)",
      "Got automount request for /srv/media, triggered by 99999999999999999999 (y)",
      "xGot automount request for /srv/media, triggered by 1 (y)",
      "Got automount request for /other, triggered by 1 (y)",
    ])
  func hostile(_ line: String) {
    #expect(AccessTrace(journal: line, mounts: ["/srv/media"]) == nil)
  }

  @Test(
    "a control group tells the unit, the session or the container",
    arguments: [
      ("0::/system.slice/jellyfin.service", "jellyfin.service"),
      ("0::/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
      ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/baloo.service", "baloo.service"),
      (
        "0::/system.slice/docker-3f2a9c01d7e43f2a9c01d7e43f2a9c01d7e43f2a9c01d7e43f2a9c01d7e43f2a.scope",
        "container 3f2a9c01d7e4"
      ),
      (
        "0::/machine.slice/libpod-3f2a9c01d7e43f2a9c01d7e43f2a9c01d7e43f2a9c01d7e43f2a9c01d7e43f2a.scope/container",
        "container 3f2a9c01d7e4"
      ),
      ("0::/", nil), ("", nil), ("1:name=systemd:/x.service", nil), ("0::/..//", nil),
    ] as [(String, String?)])
  func place(_ cgroup: String, _ place: String?) {
    #expect(AccessTrace.place(cgroup) == place)
  }
}

@Suite("What the storage server's own side says")
struct StorageSideTests {
  @Test(
    "its status tells whether it would power off, and what forbids it",
    arguments: [
      (
        #"{"version":"1","busy":false,"guards":[{"name":"smb","busy":false,"words":"x"}],"inhibitors":[]}"#,
        nil
      ),
      (
        #"{"busy":true,"guards":[{"name":"nfs","busy":false,"words":"asks itself"},{"name":"smb","busy":true,"words":"Anna has files open"}],"inhibitors":[]}"#,
        "Anna has files open"
      ),
      (
        #"{"busy":true,"guards":[],"inhibitors":[{"what":"shutdown","words":"a backup"}]}"#, "a backup"
      ),
      (#"{"busy":true}"#, "it says that it is busy"),
    ] as [(String, String?)])
  func status(_ json: String, _ objection: String?) throws {
    #expect(try #require(StorageSide(json)).objection == objection)
  }

  @Test("anything else is not understood", arguments: ["", "ok", "[]", "{}", #"{"busy":"yes"}"#])
  func others(_ text: String) {
    #expect(StorageSide(text) == nil)
  }

  @Test("its words are known by their beginning")
  func speaks() {
    #expect(StorageSide.speaks("jod-check-storage: poweroff accepted.\n"))
    #expect(StorageSide.speaks("Authenticated to nas\njod-check-storage: poweroff accepted."))
    #expect(!StorageSide.speaks("bash: jod-check-storage: command not found"))
  }
}
