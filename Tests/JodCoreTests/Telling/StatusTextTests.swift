import Testing

@testable import JodCore

@Suite("What status prints")
struct StatusTextTests {
  private let otherTimer = Warning.otherTimer(interval: 60, timer: 30, isEdited: false)

  private func text(
    _ story: Story, after age: Seconds = 0, isVerbose: Bool = false, isColoured: Bool = false,
    warnings: [Warning] = []
  ) -> String {
    let status = Status(story.configuration, story.memory, warnings: warnings)
    return StatusText(status, isVerbose: isVerbose, isColoured: isColoured, clock: clock)
      .text(now: story.moment.wall + age)
  }

  private func rows(_ story: Story, isVerbose: Bool = false) -> [String] {
    text(story, isVerbose: isVerbose).split(separator: "\n").map(String.init)
  }

  private func text(_ status: Status) -> String { StatusText(status, clock: clock).text(now: jellyfinTime) }

  @Test("the sentence comes first, then who is there, and when it was looked")
  func whole() {
    var story = Story()
    story.checks(for: 60, .playing)
    #expect(
      text(story, after: 12, warnings: [otherTimer]) == """
        Starting.

        Active       Anna, playing, Jellyfin Web on Firefox
        Last start   08:00
        To put right CHECK_INTERVAL is 1min, but jod-check.timer runs every 30s. Run `systemctl daemon-reload`.
        Checked      08:01, 12s ago, every 30s

        """)
  }

  @Test("with --verbose the rules are told as well, with the names of their variables")
  func verbose() {
    var story = Story.ripe()
    story.check(.playing, storage: .ready)
    story.check(.nobody, storage: .ready)
    let (plain, verbose) = (rows(story), rows(story, isVerbose: true))
    #expect(
      plain.contains(
        "Goes off     09:01 at the earliest: nobody has been active for 0s, and 30min are waited for"))
    #expect(!plain.joined().contains("COOLDOWN_TIME") && !plain.joined().contains("Why"))
    #expect(verbose.contains("Rules        COOLDOWN_TIME: no activity for 0s of 30min"))
    #expect(verbose.contains("Why          nobody is active"))
    #expect(verbose.contains { $0.hasPrefix("Storage      ready, since ") })
  }

  @Test("what keeps it on while somebody is there is that somebody")
  func active() {
    var story = Story.ripe()
    story.check(.playing, storage: .ready)
    #expect(rows(story).contains("Stays on     Anna is playing (Jellyfin Web on Firefox)"))
  }

  @Test("while it is off, nobody is told why it is not powered off", arguments: [false, true])
  func off(isVerbose: Bool) {
    var story = Story.ripe()
    story.checks(for: 60, .nobody, storage: .silent)
    #expect(!text(story, isVerbose: isVerbose).contains("Stays on"))
    #expect(!text(story, isVerbose: isVerbose).contains("Goes off  "))
  }

  @Test("trouble stands first, with since when and what to do")
  func trouble() {
    var status = Status.nothingKnown
    status.checkedAt = UTC.text(jellyfinTime)
    status.storage.state = .down
    status.trouble = "Jellyfin refused the connection."
    status.troubleSince = UTC.text(jellyfinTime - 3600)
    status.troubleRemedy = "See whether it runs."
    let top =
      "Jellyfin refused the connection.\nSince 07:00. See whether it runs.\nOff. Open Jellyfin and it starts.\n\n"
    #expect(text(status).hasPrefix(top))
  }

  @Test("colours are for a terminal: trouble is red, and nothing else is changed by them")
  func colours() {
    var story = Story()
    story.check(.playing, storage: .ready)
    story.memory.runtime.lastCheck?.trouble = "The disk is full."
    let coloured = text(story, isColoured: true)
    #expect(coloured.hasPrefix("\u{1B}[1;31mThe disk is full.\u{1B}[0m\n\u{1B}[1;33mOn. Anna is watching"))
    var bare = coloured
    for code in ["1;31", "1;33", "2", "0"] { bare = bare.replacing("\u{1B}[\(code)m", with: "") }
    #expect(bare == text(story))
  }

  @Test("a hold is told until its end")
  func hold() {
    var story = Story.ripe()
    story.memory.state.hold = Hold(began: story.moment, seconds: 3 * 3600)
    #expect(rows(story).contains("Kept on      until 11:30"))
  }

  @Test("before the first check it says how to run one")
  func nothingKnown() {
    #expect(text(.nothingKnown).hasPrefix("No check has run since this machine started.\n"))
    #expect(text(.nothingKnown).contains("systemctl start jod-check"))
  }

  @Test("why no check comes any more stands first, where none has run as well")
  func standstill() throws {
    let fault = try #require(Diagnosis.standstill(Diagnosis.Timer(next: .never)))
    var status = Status.nothingKnown
    status.note(fault)
    let words =
      "jod-check.timer has elapsed, and never will again: the storage is neither woken nor powered off.\n"
    #expect(text(status).hasPrefix("\(words)Run `systemctl daemon-reload`"))
    status.checkedAt = UTC.text(jellyfinTime)
    status.note(fault)
    #expect(text(status).hasPrefix("\(words)Since 08:00. Run `systemctl daemon-reload`"))
  }

  @Test(
    "no gaps are left for what a session does not tell",
    arguments: [
      (somebody(client: ""), "Anna, browsing, Firefox"),
      (somebody(device: ""), "Anna, browsing, Jellyfin Web"),
      (somebody(client: "", device: ""), "Anna, browsing"),
      (somebody(.unknown, user: "", client: "", device: ""), "a session that is not understood"),
    ])
  func gaps(_ person: ActiveSession, _ row: String) {
    var story = Story()
    story.check(.playing, storage: .ready)
    story.memory.runtime.lastCheck?.active = [person]
    #expect(rows(story).contains("Active       \(row)"))
  }

  @Test(
    "how long ago the check was",
    arguments: [
      (0.0, "08:00, just now"), (90, "08:00, 1min 30s ago"),
      (-5, "08:00, by a clock that has been set since"),
    ])
  func checked(_ age: Seconds, _ words: String) {
    var story = Story()
    story.check(.nobody)
    #expect(text(story, after: age).hasSuffix("Checked      \(words), every 30s\n"))
  }
}
