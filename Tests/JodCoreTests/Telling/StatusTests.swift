import FoundationEssentials
import Testing

@testable import JodCore

@Suite("The status document")
struct StatusTests {
  /// A wall clock that people here read in UTC.
  private static func clock(_ time: Seconds) -> String { String(UTC.text(time).dropFirst(11).prefix(5)) }

  private let otherTimer = Warning.otherTimer(interval: 60, timer: 30, isEdited: false)

  private func status(_ story: Story, warnings: [Warning] = []) -> Status {
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

  @Test("a user who has used up BROWSING_LIMIT is told by name, in words and to programs")
  func spentBrowsing() throws {
    var story = Story(configuration(["BROWSING_LIMIT": "10min"]))
    story.checks(for: 900, .browsing, storage: .ready)
    let status = Status(story.configuration, story.memory, warnings: [])
    #expect(status.activity.active == false)
    #expect(status.activity.spent.map(\.user) == ["Anna"])
    let row = "Anna, browsing, Jellyfin Web on Firefox: no longer counts, until it was quiet or plays\n"
    #expect(StatusText(status, clock: Self.clock).text(now: story.moment.wall).contains(row))
    #expect(try decoded(Status.self, encoded(status)) == status)
  }

  @Test("a status of 0.1.0 names nobody who has used it up")
  func olderStatus() throws {
    let older = try encoded(Status.nothingKnown).replacing(#","spent":[]"#, with: "")
    #expect(!older.contains("spent"))
    #expect(try decoded(Status.self, older) == .nothingKnown)
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
        == #"{"activity":{"active":null,"sessions":[],"since":null,"spent":[]},"check_interval_seconds":null,"#
        + #""checked_at":null,"dry_run":false,"hold":{"until":null},"idle_seconds":null,"poweroff":"#
        + #"{"at":null,"blocked_by":"no check has run since this machine started","rules":[]},"reason":null,"#
        + #""storage":{"since":null,"state":"unknown","watched":true},"trouble":null,"trouble_remedy":null,"#
        + #""trouble_since":null,"wake":{"began":null,"last":null,"requests":0,"usual_seconds":null},"warnings":[]}"#
    )
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

  @Test("a document of another version is read: fields it lacks are unknown, fields it adds are skipped")
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

  @Test("the storage's state is known since it began, even if a probe was lost")
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
    let warnings = status(story, warnings: [otherTimer]).warnings
    #expect(warnings.count == 3)
    #expect(warnings.first?.hasPrefix("COOLDOWN_TIME (1min) is shorter than WAKE_TIMEOUT (5min)") == true)
    #expect(warnings.dropFirst().first == Warning.devicesRefused.words)
    #expect(warnings.last == otherTimer.words)
  }

  // MARK: Powering off

  @Test("a storage that was asked to power off is stopping until it is down")
  func stopping() {
    var story = Story.stopping()
    #expect(status(story).storage == Status.Storage(state: .stopping, since: "2027-01-15T08:30:30Z"))
    for probe in [Probe.ready, .up, .silent] {
      story.check(.nobody, storage: probe)
      #expect(status(story).storage.state == .stopping, "\(probe)")
    }
    story.check(.nobody, storage: .silent)
    #expect(status(story).storage.state == .down)
  }

  @Test("nothing is stopping in a dry run")
  func stoppingDryRun() {
    var story = Story.ripe(["DRY_RUN": "yes"])
    story.check(.nobody, storage: .ready)
    #expect(status(story).storage.state == .ready)
  }

  @Test("a power-off that was refused is told as what holds the next one up, and when that is")
  func refused() {
    var story = Story.ripe()
    story.outcome = .busy("a backup runs")
    story.check(.nobody, storage: .ready)
    #expect(
      status(story).poweroff
        == Status.PowerOff(at: "2027-01-15T08:35:30Z", blockedBy: "it is busy: a backup runs"))
  }

  struct Forecast: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var at: String?
    var household = Story.Household.nobody
    var storage = Probe.ready
    var variables: [String: String] = [:]
    var change: @Sendable (inout Story) -> Void = { _ in }
  }

  /// A storage that has been ready, and nobody there, since 08:00:30; it is 08:30:30 at the check.
  static let forecasts = [
    Forecast(testDescription: "while somebody is active, nobody knows", at: nil, household: .playing),
    Forecast(testDescription: "while Jellyfin is away, nobody knows", at: nil, household: .jellyfinAway),
    Forecast(testDescription: "while the storage is not ready, nobody knows", at: nil, storage: .up),
    Forecast(testDescription: "while Jellyfin is busy, nobody knows", at: nil) {
      $0.tasks = .success(["the task RefreshLibrary"])
    },
    Forecast(
      testDescription: "after COOLDOWN_TIME of nobody", at: "2027-01-15T09:30:30Z",
      variables: ["COOLDOWN_TIME": "90min"]),
    Forecast(
      testDescription: "after MANUAL_START_HOLD", at: "2027-01-15T10:00:30Z",
      variables: ["MANUAL_START_HOLD": "2h"]),
    Forecast(
      testDescription: "after the latest of both", at: "2027-01-15T11:00:30Z",
      variables: ["MANUAL_START_HOLD": "2h", "COOLDOWN_TIME": "3h"]),
    Forecast(testDescription: "after a hold", at: "2027-01-15T09:30:00Z") {
      $0.memory.state.hold = Hold(began: $0.moment, seconds: 3600)
    },
    Forecast(
      testDescription: "after a hold, where that ends last", at: "2027-01-15T12:30:00Z",
      variables: ["MANUAL_START_HOLD": "2h"]
    ) { $0.memory.state.hold = Hold(began: $0.moment, seconds: 4 * 3600) },
    Forecast(
      testDescription: "after what ends later than a hold", at: "2027-01-15T10:00:30Z",
      variables: ["MANUAL_START_HOLD": "2h"]
    ) { $0.memory.state.hold = Hold(began: $0.moment, seconds: 3600) },
    Forecast(testDescription: "in a hold and with somebody there, nobody knows", at: nil, household: .playing)
    {
      $0.memory.state.hold = Hold(began: $0.moment, seconds: 3600)
    },
  ]

  @Test("when a power-off comes at the earliest", arguments: forecasts)
  func powerOffAt(_ forecast: Forecast) {
    var story = Story.ripe(forecast.variables)
    forecast.change(&story)
    story.check(forecast.household, storage: forecast.storage)
    #expect(status(story).poweroff.at == forecast.at)
    #expect(status(story).poweroff.blockedBy != nil)
  }

  @Test("a power-off comes no later than was told, where nothing comes between")
  func forecastHolds() throws {
    var story = Story.ripe(["MANUAL_START_HOLD": "2h"])
    let at = try #require(status(story).poweroff.at.flatMap(UTC.parse))
    let left = at - story.moment.wall
    #expect(story.secondsUntilPowerOff() == left)
  }

  @Test("the end of a hold is told, and null without one")
  func hold() {
    var story = Story()
    story.check(.nobody)
    #expect(status(story).hold.until == nil)
    story.memory.state.hold = Hold(began: story.moment, seconds: 3 * 3600)
    #expect(status(story).hold.until == "2027-01-15T11:00:30Z")
  }

  @Test("a hold given or taken since the last check is told")
  func holdBetweenChecks() {
    var story = Story.ripe(["COOLDOWN_TIME": "90min"])
    story.memory.state.hold = Hold(began: story.moment, seconds: 7200)
    #expect(status(story).poweroff.blockedBy == "a hold keeps it on")
    #expect(status(story).poweroff.at == "2027-01-15T10:30:00Z")
    story.check(.nobody, storage: .ready)
    story.memory.state.hold = nil
    #expect(status(story).poweroff.blockedBy?.contains("kept on") == false)
  }

  @Test("a recording is who is active in the line")
  func recording() {
    var story = Story()
    story.check(.playing, storage: .ready)
    let recording = ActiveSession(user: "", client: "Live TV", device: "News", kind: .recording, wakes: true)
    story.memory.runtime.lastCheck?.active = [recording]
    let line = status(story).line(now: story.moment.wall, clock: Self.clock)
    #expect(line == "Storage ready · recording, Live TV on News")
  }

  @Test("a task of Jellyfin is who is active in the line")
  func task() {
    var story = Story()
    story.check(.playing, storage: .ready)
    story.memory.runtime.lastCheck?.active = [.task("Scan Media Library")]
    let line = status(story).line(now: story.moment.wall, clock: Self.clock)
    #expect(line == "Storage ready · task, Scan Media Library")
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
    Line(household: .nobody, storage: .silent, line: "Storage off · nobody for 2h 5min"),
    Line(household: .nobody, storage: .ready, line: "Storage ready · nobody for 2h 5min"),
    Line(
      household: .nobody, storage: .up, line: "Storage on, its service not ready · nobody for 2h 5min"),
    Line(
      household: .nobody, storage: .silent, checks: 1,
      line: "Storage without an answer just now · nobody for 2h 3min"),
    Line(household: .playing, storage: .ready, line: "Storage ready · Anna playing"),
    Line(
      household: .playing, storage: .silent,
      line: "Storage starting, 2 wake requests sent · Anna playing · last woken 08:01"),
    Line(
      household: .playing, storage: .silent, checks: 1,
      line: "Storage starting, 1 wake request sent · Anna playing · last woken 08:00"),
    Line(
      household: .notUnderstood, storage: .ready, line: "Storage ready · a session that is not understood"),
    Line(household: .jellyfinAway, storage: .ready, line: "Storage ready · activity unknown"),
    Line(
      household: .nobody, storage: nil, variables: ["STORAGE_SERVER_ADDRESS": ""],
      line: "Storage not watched · nobody for 2h 5min"),
    Line(
      household: .nobody, storage: .silent, variables: ["DRY_RUN": "yes"],
      line: "Storage off · nobody for 2h 5min · dry run"),
  ]

  @Test("one line tells a person how things are", arguments: lines)
  func summary(_ line: Line) {
    var story = Story(configuration(line.variables))
    story.checks(for: Seconds(line.checks) * 30, line.household, storage: line.storage)
    let now = story.moment.wall + 2 * 3600 + 5 * 60 - 90
    #expect(status(story).line(now: now, clock: Self.clock) == line.line)
  }

  @Test("the line begins with what is wrong")
  func summaryTrouble() {
    var story = Story()
    story.check(.jellyfinAway, storage: .ready)
    story.memory.runtime.lastCheck?.trouble = "Jellyfin refused the connection."
    let line = status(story).line(now: story.moment.wall, clock: Self.clock)
    #expect(line == "Trouble: Jellyfin refused the connection. · Storage ready · activity unknown")
  }

  @Test("several who are active are counted")
  func summaryCount() {
    var story = Story()
    story.check(.playing, storage: .ready)
    story.memory.runtime.lastCheck?.active = [somebody(), somebody(.playing)]
    let line = status(story).line(now: story.moment.wall, clock: Self.clock)
    #expect(line == "Storage ready · 2 active")
  }

  @Test("a clock that was set back makes no negative time")
  func summaryClock() {
    var story = Story()
    story.check(.nobody, storage: .ready)
    #expect(status(story).line(now: 0, clock: Self.clock) == "Storage ready · nobody")
  }

  @Test("a check is overdue when three beats and a minute have brought none")
  func overdue() {
    var status = Status.nothingKnown
    #expect(status.isOverdue(now: jellyfinTime))
    status.checkedAt = UTC.text(jellyfinTime)
    status.checkIntervalSeconds = 30
    #expect(!status.isOverdue(now: jellyfinTime + 150))
    #expect(status.isOverdue(now: jellyfinTime + 151))
    // The clock was set back.
    #expect(!status.isOverdue(now: jellyfinTime - 1000))
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
