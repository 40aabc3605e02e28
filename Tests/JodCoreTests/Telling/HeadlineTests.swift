import Testing

@testable import JodCore

@Suite("The sentence that tells how things are")
struct HeadlineTests {
  private func status(_ state: Status.StorageState, _ change: (inout Status) -> Void = { _ in }) -> Status {
    var status = Status.nothingKnown
    status.storage = .init(state: state, since: UTC.text(jellyfinTime - 7500))
    status.activity = .init(active: false, since: UTC.text(jellyfinTime - 3600), sessions: [])
    status.poweroff = .init()
    status.checkedAt = UTC.text(jellyfinTime - 12)
    change(&status)
    return status
  }

  private func sentence(_ state: Status.StorageState, _ change: (inout Status) -> Void = { _ in }) -> String {
    Headline(status(state, change), now: jellyfinTime, clock: clock).sentence
  }

  private func present(_ people: Status.Person...) -> String {
    sentence(.ready) {
      $0.activity.active = true
      $0.activity.sessions = people
    }
  }

  private func person(
    _ kind: ActiveSession.Kind = .playing, user: String = "Anna", client: String = "Web",
    device: String = "Living Room TV"
  ) -> Status.Person { .init(user: user, client: client, device: device, kind: kind) }

  @Test("off, it says how to start it, and how long that takes")
  func off() {
    #expect(sentence(.down) == "Off. Open Jellyfin and it starts.")
    #expect(
      sentence(.down) { $0.wake.usualSeconds = 36 } == "Off. Open Jellyfin and it starts, in about 35 s.")
    #expect(sentence(.down) { $0.dryRun = true } == "Off. This is a dry run: it is not started.")
  }

  @Test("starting, it says how long that takes, and when it takes longer")
  func starting() {
    func starting(for seconds: Seconds) -> String {
      sentence(.waking) {
        $0.wake = .init(began: UTC.text(jellyfinTime - seconds), requests: 1, usualSeconds: 35)
      }
    }
    #expect(starting(for: 10) == "Starting; usually ready after 35 s.")
    #expect(starting(for: 60) == "Starting; it takes longer than usual.")
    #expect(sentence(.waking) == "Starting.")
  }

  @Test("on, it says who is there, by what they do")
  func people() {
    #expect(present(person()) == "On. Anna is watching on Living Room TV.")
    #expect(present(person(.paused)) == "On. Anna has paused on Living Room TV.")
    #expect(present(person(.browsing, device: "")) == "On. Anna is choosing something on Web.")
    #expect(present(person(user: "")) == "On. Living Room TV is playing.")
    #expect(present(person(user: "", client: "", device: "")) == "On. Somebody is playing.")
    #expect(present(person(.recording, user: "", device: "News")) == "On. Jellyfin records News.")
    #expect(
      present(person(.task, user: "", client: "", device: "Scan Media Library"))
        == "On. Jellyfin is busy with Scan Media Library.")
    #expect(present(person(.access, user: "", client: "vlc", device: "films")) == "On. vlc reads a file.")
    #expect(present(person(.unknown, user: "", client: "", device: "")) == "On. Somebody needs it.")
  }

  @Test("of several it names each once, and counts the others")
  func several() {
    let (anna, ben, eva) = (person(), person(user: "Ben"), person(user: "Eva"))
    #expect(present(anna, ben) == "On. Anna and Ben are there.")
    #expect(present(anna, ben, eva) == "On. Anna and 2 others are there.")
    #expect(present(anna, person(.browsing, device: "Phone")) == "On. Anna is watching on Living Room TV.")
    #expect(present(person(.task, user: "", device: "Scan"), ben) == "On. Ben is watching on Living Room TV.")
  }

  @Test("on with nobody, it says when it goes off, or why not")
  func idle() {
    let at = UTC.text(jellyfinTime + 6600)
    #expect(
      sentence(.ready) { $0.poweroff = .init(at: at, blockedBy: "x") }
        == "On. Goes off at 09:50 if nobody comes.")
    #expect(sentence(.ready) == "On. It is about to go off.")
    #expect(
      sentence(.ready) { $0.poweroff.blockedBy = "a recording: News" }
        == "On. It stays on: a recording: News.")
    #expect(sentence(.ready) { $0.poweroff.blockedBy = "a; b" } == "On. It stays on for now.")
    #expect(
      sentence(.ready) { $0.poweroff.blockedBy = String(repeating: "a", count: 81) }
        == "On. It stays on for now.")
    #expect(
      sentence(.ready) { $0.poweroff.blockedBy = "nothing is set up to power it off (SHUTDOWN_COMMAND)" }
        == "On. It stays on: nothing is set up to power it off.")
    #expect(sentence(.ready) { $0.activity.active = nil }.hasPrefix("On. Jellyfin does not say who is there"))
  }

  @Test("what ends last counts: a hold, or the time that nobody must be there")
  func hold() {
    func held(until hold: Seconds, off: Seconds?) -> String {
      sentence(.ready) {
        $0.hold.until = UTC.text(jellyfinTime + hold)
        $0.poweroff.at = off.map { UTC.text(jellyfinTime + $0) }
      }
    }
    #expect(held(until: 3600, off: 3600) == "On. Kept on until 09:00.")
    #expect(held(until: 3600, off: nil) == "On. Kept on until 09:00.")
    #expect(held(until: 3600, off: 7200) == "On. Goes off at 10:00 if nobody comes.")
  }

  @Test("blind, it claims nothing about the storage")
  func blind() {
    #expect(sentence(.unknown) == "Nothing tells whether it is on; not woken so far.")
    #expect(
      sentence(.unknown) { $0.wake.last = UTC.text(jellyfinTime - 7200) }
        == "Nothing tells whether it is on; last woken at 06:00.")
    for state in Status.StorageState.allCases {
      #expect(sentence(state) { $0.storage.isWatched = false }.hasPrefix("Nothing tells whether it is on; "))
    }
  }

  @Test("one lost probe, a service that does not listen, and the way down")
  func others() {
    #expect(sentence(.silent) == "It did not answer just now. The next check tells whether it is off.")
    #expect(sentence(.up) == "On, but its files cannot be reached yet.")
    #expect(sentence(.stopping) == "Going off.")
    #expect(Headline(.nothingKnown, now: jellyfinTime, clock: clock).sentence == "Nothing is known yet.")
  }

  @Test("trouble goes with it, since when and with its remedy")
  func trouble() {
    let status = status(.ready) {
      $0.trouble = "Jellyfin refused the connection."
      $0.troubleSince = UTC.text(jellyfinTime - 3600)
      $0.troubleRemedy = "See whether it runs."
    }
    let trouble = Headline(status, now: jellyfinTime, clock: clock).trouble
    #expect(
      trouble
        == .init(what: "Jellyfin refused the connection.", since: "07:00", remedy: "See whether it runs."))
    #expect(Headline(self.status(.ready), now: jellyfinTime, clock: clock).trouble == nil)
  }

  @Test(
    "a time is told as a person would",
    arguments: [(0.2, "5 s"), (12, "10 s"), (36, "35 s"), (88, "2 min"), (200, "3 min"), (1e9, "1440 min")])
  func roughly(_ seconds: Seconds, _ words: String) { #expect(Headline.roughly(seconds) == words) }

  @Test("no sentence of any state names a variable", arguments: Status.StorageState.allCases)
  func variables(_ state: Status.StorageState) {
    for active in [nil, false, true] {
      let words = sentence(state) { $0.activity.active = active }
      #expect(!Configuration.variables.contains { words.contains($0) })
    }
  }
}
