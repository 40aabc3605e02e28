import FoundationEssentials
import Testing

@testable import JodCore

@Suite("The status document")
struct StatusTests {
  /// A wall clock that people here read in UTC.
  private static func clock(_ time: Seconds) -> String { String(UTC.text(time).dropFirst(11).prefix(5)) }

  private func status(_ story: Story, warnings: [String] = []) -> Status {
    Status(story.configuration, story.memory, warnings: warnings)
  }

  // MARK: The document

  static let requiredFields = [
    "storage.state", "storage.since", "activity.active", "activity.sessions", "idle_seconds", "wake.last",
    "poweroff.at", "poweroff.blocked_by", "hold.until", "trouble", "checked_at",
  ]

  static let stories: [String] = [
    "before the first check", "after the first check", "with everything known", "blind",
  ]

  private func story(_ name: String) -> Status {
    var story = name == "blind" ? Story(blindConfiguration()) : Story()
    switch name {
    case "before the first check": return .nothingKnown
    case "after the first check": story.check(.jellyfinAway)
    case "blind": story.checks(for: 90, .nobody)
    default: story.checks(for: 90, .playing)
    }
    return status(story)
  }

  @Test("every field is always there, null where nothing is known", arguments: requiredFields, stories)
  func fields(_ field: String, _ story: String) throws {
    let fields = try JSONDecoder().decode(Fields.self, from: Data(encoded(self.story(story)).utf8)).paths
    #expect(fields.contains(field))
  }

  @Test("before the first check everything that may be null is null")
  func nothingKnown() throws {
    #expect(
      try encoded(Status.nothingKnown)
        == #"{"activity":{"active":null,"sessions":[],"since":null},"check_interval_seconds":null,"#
        + #""checked_at":null,"dry_run":false,"hold":{"until":null},"idle_seconds":null,"poweroff":"#
        + #"{"at":null,"blocked_by":"no check has run since this machine started"},"reason":null,"#
        + #""storage":{"since":null,"state":"unknown"},"trouble":null,"#
        + #""wake":{"began":null,"last":null,"requests":0},"warnings":[]}"#)
  }

  @Test("who is active is told by user, client, device and kind")
  func sessions() throws {
    var story = Story()
    story.check(.playing, storage: .ready)
    let text = try encoded(status(story))
    #expect(
      text.contains(
        #"{"client":"Jellyfin Web","device":"Firefox","kind":"playing","user":"Anna"}"#))
    #expect(text.contains(#""active":true"#))
  }

  @Test("times are RFC 3339 in UTC")
  func times() {
    var story = Story()
    story.checks(for: 60, .playing)
    let status = status(story)
    #expect(status.checkedAt == "2027-01-15T08:01:00Z")
    #expect(status.wake.last == "2027-01-15T08:00:30Z")
    #expect(status.wake.began == "2027-01-15T08:00:30Z")
    #expect(status.activity.since == "2027-01-15T08:00:30Z")
  }

  @Test("it is read as it was written", arguments: stories)
  func roundTrip(_ name: String) throws {
    let status = story(name)
    #expect(try decoded(Status.self, encoded(status)) == status)
  }

  @Test("a document of another version is read: fields it lacks are unknown, fields it adds are passed over")
  func otherVersion() throws {
    let text = """
      {"storage":{"state":"ready","rail":7},"activity":{"sessions":[]},"wake":{"requests":2},"poweroff":{},
       "hold":{},"dry_run":true,"warnings":[],"forecast":{"next":"x"}}
      """
    let status = try decoded(Status.self, text)
    var expected = Status.nothingKnown
    expected.storage.state = .ready
    expected.wake.requests = 2
    expected.poweroff.blockedBy = nil
    expected.dryRun = true
    #expect(status == expected)
  }

  @Test("it holds no secret", arguments: stories)
  func noSecret(_ name: String) throws {
    let text = try encoded(story(name))
    #expect(!text.contains(configuration().jellyfinKey.value))
  }

  // MARK: What it says

  @Test(
    "the storage's state is what the last checks found",
    arguments: [
      ([Probe.ready], Status.StorageState.ready), ([.up], .up), ([.silent], .silent),
      ([.silent, .silent], .down), ([.ready, .silent], .silent), ([.ready, .silent, .silent], .down),
      ([.silent, .silent, .up], .up), ([.silent, .silent, .ready], .ready),
      ([.ready, .silent, .ready], .ready),
    ])
  func storageState(_ probes: [Probe], _ state: Status.StorageState) {
    var story = Story()
    for probe in probes { story.check(.nobody, storage: probe) }
    #expect(status(story).storage.state == state)
  }

  @Test("the storage is waking while a wake runs and it is not ready", arguments: [Probe.silent, .up])
  func waking(_ probe: Probe) {
    var story = Story()
    story.checks(for: 60, .playing, storage: probe)
    #expect(status(story).storage.state == .waking)
    #expect(status(story).storage.since == "2027-01-15T08:00:30Z")
    story.check(.playing, storage: .ready)
    #expect(status(story).storage.state == .ready)
  }

  @Test("the storage's state is known since it began, whatever probe was lost")
  func since() {
    var story = Story()
    story.check(.nobody, storage: .ready)
    story.check(.nobody, storage: .silent)
    story.check(.nobody, storage: .ready)
    #expect(status(story).storage.since == "2027-01-15T08:00:30Z")
  }

  @Test("without an answer of Jellyfin's it is not known who is active")
  func unknownActivity() {
    var story = Story()
    story.check(.playing)
    story.check(.jellyfinAway)
    #expect(status(story).activity.active == nil)
    #expect(status(story).activity.sessions.isEmpty)
  }

  @Test("inactivity is told in seconds, and null while somebody is active")
  func idle() {
    var story = Story()
    story.checks(for: 90, .nobody)
    #expect(status(story).idleSeconds == 60)
    story.check(.playing)
    #expect(status(story).idleSeconds == nil)
  }

  @Test("a configuration that cannot power off is what blocks a power-off")
  func onlyWakes() throws {
    var story = Story()
    story.check(.nobody)
    let blocked = try #require(status(story).poweroff.blockedBy)
    #expect(blocked.contains("STORAGE_SERVER_SSH") && blocked.contains("SHUTDOWN_COMMAND"))
  }

  @Test("warnings are the configuration's, that of unreadable devices, and the caller's")
  func warnings() {
    var story = Story(configuration(["COOLDOWN_TIME": "1min"]))
    story.check(.withoutDevices)
    let warnings = status(story, warnings: ["The timer differs."]).warnings
    #expect(warnings.count == 3)
    #expect(warnings.first?.hasPrefix("COOLDOWN_TIME (1min) is shorter than WAKE_TIMEOUT (5min)") == true)
    #expect(warnings.dropFirst().first == Wake.withoutDevices)
    #expect(warnings.last == "The timer differs.")
  }

  // MARK: The line

  struct Line: Sendable, CustomTestStringConvertible {
    var household: Story.Household
    var storage: Probe?
    var checks = 4
    var variables: [String: String] = [:]
    var line: String

    var testDescription: String { line }
  }

  static let lines = [
    Line(household: .nobody, storage: .silent, line: "Storage off · no activity for 2h 5min"),
    Line(household: .nobody, storage: .ready, line: "Storage ready · no activity for 2h 5min"),
    Line(
      household: .nobody, storage: .up, line: "Storage on, its service not ready · no activity for 2h 5min"),
    Line(
      household: .nobody, storage: .silent, checks: 1,
      line: "Storage did not answer once · no activity for 2h 3min"),
    Line(household: .playing, storage: .ready, line: "Storage ready · Anna playing"),
    Line(
      household: .playing, storage: .silent,
      line: "Storage waking, 2 wake requests sent · Anna playing · last woken 08:01"),
    Line(
      household: .playing, storage: .silent, checks: 1,
      line: "Storage waking, 1 wake request sent · Anna playing · last woken 08:00"),
    Line(
      household: .notUnderstood, storage: .ready, line: "Storage ready · a session that is not understood"),
    Line(household: .jellyfinAway, storage: .ready, line: "Storage ready · activity unknown"),
    Line(
      household: .nobody, storage: nil, variables: ["STORAGE_SERVER_ADDRESS": ""],
      line: "Storage not watched · no activity for 2h 5min"),
    Line(
      household: .nobody, storage: .silent, variables: ["DRY_RUN": "yes"],
      line: "Storage off · no activity for 2h 5min · dry run"),
  ]

  @Test("one line tells a person how things are", arguments: lines)
  func summary(_ line: Line) {
    var story = Story(configuration(line.variables))
    story.checks(for: Seconds(line.checks) * 30, line.household, storage: line.storage)
    let now = story.moment.wall + 2 * 3600 + 5 * 60 - 90
    #expect(status(story).summary(now: now, clock: Self.clock) == line.line)
  }

  @Test("the line begins with what is wrong")
  func summaryTrouble() {
    var story = Story()
    story.check(.jellyfinAway, storage: .ready)
    story.memory.runtime.lastCheck?.trouble = "Jellyfin refused the connection."
    let line = status(story).summary(now: story.moment.wall, clock: Self.clock)
    #expect(line == "Trouble: Jellyfin refused the connection. · Storage ready · activity unknown")
  }

  @Test("several who are active are counted")
  func summaryCount() {
    var story = Story()
    story.check(.playing, storage: .ready)
    story.memory.runtime.lastCheck?.active = [somebody(), somebody(.playing)]
    let line = status(story).summary(now: story.moment.wall, clock: Self.clock)
    #expect(line == "Storage ready · 2 active sessions")
  }

  @Test("a clock that was set back makes no negative time")
  func summaryClock() {
    var story = Story()
    story.check(.nobody, storage: .ready)
    #expect(status(story).summary(now: 0, clock: Self.clock) == "Storage ready · no activity")
  }

  // MARK: The page

  @Test("before the first check the page says how to run one")
  func emptyPage() {
    let page = Status.nothingKnown.page(now: jellyfinTime, clock: Self.clock)
    #expect(page.hasPrefix("No check has run since this machine started.\n"))
    #expect(page.contains("systemctl start jod-check"))
  }

  @Test("the page tells what is known, why, and what comes next")
  func page() {
    var story = Story()
    story.checks(for: 60, .playing)
    story.memory.runtime.lastCheck?.trouble = "The disk is full."
    let page = status(story, warnings: ["The timer differs."]).page(
      now: story.moment.wall + 12, clock: Self.clock)
    #expect(
      page == """
        Storage   waking, 1 wake request sent, since 08:00
        Activity  Anna playing
                  Anna, playing, Jellyfin Web on Firefox
        Last wake 08:00
        Power-off not now: neither STORAGE_SERVER_SSH nor SHUTDOWN_COMMAND is set, so jod-check only wakes
        Next      a check every 30s; another wake request when the cooldown is over, while somebody is active
        Why       Anna is playing (Jellyfin Web on Firefox); the next wake request may go out in 30s
        Trouble   The disk is full.
        Warning   The timer differs.
        Checked   08:01, 12s ago

        """)
  }

  @Test(
    "the page leaves no gaps for what a session does not tell",
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
    let rows = status(story).page(now: story.moment.wall, clock: Self.clock).split(separator: "\n")
    #expect(rows.contains("          \(row)"))
  }

  @Test(
    "the page tells how long ago the check was",
    arguments: [
      (0.0, "08:00, just now"), (90, "08:00, 1min 30s ago"),
      (-5, "08:00, by a clock that has been set since"),
    ])
  func checked(_ age: Seconds, _ words: String) {
    var story = Story()
    story.check(.nobody)
    let page = status(story).page(now: story.moment.wall + age, clock: Self.clock)
    #expect(page.hasSuffix("Checked   \(words)\n"))
  }
}

/// The fields of a document, one path each: `storage.state`.
private struct Fields: Decodable {
  var paths: [String] = []

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    guard let fields = try? decoder.container(keyedBy: Key.self) else { return }
    for key in fields.allKeys {
      let below = try fields.decodeNil(forKey: key) ? [] : fields.decode(Fields.self, forKey: key).paths
      paths += [key.stringValue] + below.map { "\(key.stringValue).\($0)" }
    }
  }
}
