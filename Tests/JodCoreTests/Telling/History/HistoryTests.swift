import FoundationEssentials
import Testing

@testable import JodCore

/// An entry of the history, `boot` seconds after the start of its boot; the wall clock goes with it unless told.
func entry(
  _ name: Event.Name, _ boot: Seconds = 10_000, wall: Seconds? = nil, bootID: String = "boot-1",
  after power: Power = .unknown, for seconds: Seconds = 0, _ fields: [String: String] = [:]
) -> HistoryEntry {
  HistoryEntry(
    Event(name, .notice, "x", Event.Facts(fields)), at: moment(boot, wall: wall, bootID: bootID),
    after: .init(power, seconds))!
}

@Suite("The history")
struct HistoryTests {
  // MARK: Lines

  @Test("a line has the time, the event, and what belongs to it")
  func line() throws {
    var story = Story()
    story.checks(for: 90, .nobody)
    let before = story.memory.stretch(story.configuration, story.now)
    let event = try #require(story.check(.browsing).event(.wakeRequested))
    let entry = try #require(HistoryEntry(event, at: story.moment, after: before))
    #expect(
      try encoded(entry)
        == #"{"boot":10120,"boot_id":"boot-1","client":"Jellyfin Web","device":"Firefox","event":"wake-requested","#
        + #""kind":"browsing","mac":"02:00:00:00:00:01","message":"Sent a wake request to 02:00:00:00:00:01: "#
        + #"Anna is browsing (Jellyfin Web on Firefox).","sessions":"Anna is browsing (Jellyfin Web on Firefox)","#
        + #""storage":"off","storage_sec":30,"time":"2027-01-15T08:02:00Z","user":"Anna","wake_requests":1}"#)
  }

  @Test("an event that is not the history's, or old news, has no line", arguments: Event.Name.allCases)
  func noLine(_ name: Event.Name) {
    #expect((HistoryEntry(Event(name, .info, "x"), at: moment(), after: .unknown) != nil) == name.isHistory)
    #expect(HistoryEntry(Event(name, .debug, "x"), at: moment(), after: .unknown) == nil)
  }

  /// Names that somebody may give themselves or their device.
  static let hostileNames = [
    "\"}\n{\"event\":\"storage-down\"", "\u{1B}[2J\u{7}", "\u{202E}gnp.exe", "\u{0}", "a\r\nb", "\\",
    "\\u0000",
    "\u{2028}", String(repeating: "x", count: 100_000),
    String(repeating: "e\u{301}\u{301}\u{301}\u{301}", count: 9000),
    "<script>", "😀 Wohnzimmer", "",
  ]

  @Test(
    "with any names that people give themselves, an entry is one short line and is read again",
    arguments: hostileNames)
  func hostileName(_ name: String) throws {
    let person = somebody(.playing, user: name, client: name, device: name)
    let event = Event(.wakeRequested, .notice, "Sent: \(name)", Event.Facts(sessions: [person, person]))
    let entry = try #require(HistoryEntry(event, at: moment(), after: .unknown))
    let line = try encoded(entry)
    #expect(!line.contains { $0.isNewline })
    #expect(line.utf8.count < 16 << 10)
    #expect(!line.unicodeScalars.contains { $0.value < 32 || $0 == "\u{202E}" || $0 == "\u{1B}" })
    let records = History(lines: Array("\(line)\n\(line)\n".utf8), now: now(moment(10_001))).records
    #expect(records.map(\.entry) == [entry, entry])
  }

  @Test("what a hand wrote into the file is made fit to be shown")
  func cleaned() throws {
    let line =
      #"{"time":"2027-01-15T08:00:00Z","event":"wake-requested","message":"\u001b[2J","user":"a\u202eb"}"#
    let records = History(lines: Array(line.utf8), now: now()).records
    #expect(records.map(\.entry.message) == ["\u{FFFD}[2J"])
    #expect(records.map(\.entry.user) == ["a\u{FFFD}b"])
  }

  // MARK: Reading

  static let foreignLines = [
    "", " ", "{", "null", "[]", "42", "\"x\"", "{}", "\u{0}\u{0}\u{0}", "{\"time\":\"2027-01-15T08:00:00Z\"}",
    #"{"time":"yesterday","event":"storage-down","message":""}"#,
    #"{"time":"2027-01-15T08:00:00Z","event":7,"message":""}"#,
    #"{"time":"2027-01-15T08:00:00Z","event":"storage-down","message":"","storage":"sideways"}"#,
    #"{"time":"2027-01-15T08:00:00Z","event":"storage-down","message":"","storage_sec":1e300}"#,
    #"{"time":"2027-01-15T08:00:00Z","event":"storage-down","message":"","storage_sec":99999999999999999999}"#,
    #"{"time":"2027-01-15T08:00:00Z","event":"storage-dow"#,
    "{\"time\":\"2027-01-15T08:00:00Z\",\"event\":\"storage-down\",\"message\":\""
      + String(repeating: "x", count: 70_000) + "\"}",
    String(repeating: "[", count: 60_000),
  ]

  @Test("a line that is no entry is skipped", arguments: foreignLines)
  func foreign(_ line: String) throws {
    let ours = try encoded(entry(.storageDown))
    let text = "\(ours)\n\(line)\n\(ours)\n"
    #expect(History(lines: Array(text.utf8), now: now(moment(10_001))).records.count == 2)
  }

  @Test("bytes that are no text are skipped")
  func noText() throws {
    let bytes = [0xFF, 0xFE, 0x0A] + Array(try encoded(entry(.storageDown)).utf8) + [0x0A, 0xC3, 0x28]
    #expect(History(lines: bytes, now: now(moment(10_001))).records.count == 1)
  }

  @Test("an empty history is one")
  func empty() { #expect(History(lines: [], now: now()).records == []) }

  // MARK: Clocks

  private func dates(_ entries: [HistoryEntry], at now: Now) -> [Seconds] {
    History(entries, now: now).records.map { $0.at - jellyfinTime }
  }

  @Test("entries of the boot that runs are dated by its clock, though the wall clock was years off at first")
  func clockSetLater() {
    let entries = [
      entry(.activityBegan, 10, wall: 0), entry(.activityEnded, 110, wall: 100), entry(.storageDown, 200),
    ]
    let present = Now(moment: moment(300, wall: jellyfinTime), uptime: 300)
    #expect(dates(entries, at: present) == [-290, -190, -100])
  }

  @Test("entries of an earlier boot are dated by its last, when the clock had had time to be set")
  func earlierBoot() {
    let entries = [
      entry(.activityBegan, 10, wall: 86400, bootID: "boot-0"),
      entry(.activityEnded, 3610, wall: jellyfinTime - 5000, bootID: "boot-0"),
      entry(.storageDown, 50, wall: jellyfinTime - 1000),
    ]
    #expect(dates(entries, at: now(moment(1050, wall: jellyfinTime))) == [-8600, -5000, -1000])
  }

  @Test("a boot whose clock never was right is left out, and spoils nothing else")
  func wrongBoot() {
    for wrong in [0, jellyfinTime - 3e8, jellyfinTime + 3e8] {
      let entries = [
        entry(.activityBegan, 10, wall: jellyfinTime - 9000, bootID: "boot-a"),
        entry(.activityEnded, 20, wall: jellyfinTime - 8990, bootID: "boot-a"),
        entry(.activityBegan, 10, wall: wrong, bootID: "boot-b"),
        entry(.activityBegan, 10, wall: jellyfinTime - 5000, bootID: "boot-c"),
        entry(.storageDown, 50, wall: jellyfinTime - 1000),
      ]
      #expect(dates(entries, at: now(moment(1050, wall: jellyfinTime))) == [-9000, -8990, -5000, -1000])
    }
  }

  @Test("entries without a boot clock go by the wall clock")
  func wallAlone() {
    var plain = entry(.storageDown)
    (plain.boot, plain.bootID) = (nil, nil)
    var odd = entry(.storageDown)
    odd.boot = -1e300
    #expect(dates([plain, odd], at: now(moment(20_000))) == [0, 0])
  }

  @Test("time never runs backwards, with any clocks written down")
  func order() {
    var entries: [HistoryEntry] = []
    for number in 0..<500 {
      let wall = jellyfinTime + Seconds((number * 7919) % 1000 - 500) * 86400
      entries.append(
        entry(.storageDown, Seconds((number * 31) % 97), wall: wall, bootID: "boot-\(number / 3)"))
    }
    let records = History(entries, now: now(moment(1000, bootID: "boot-x"))).records
    #expect(records.count > 20)
    #expect(zip(records, records.dropFirst()).allSatisfy { $0.at <= $1.at })
    #expect(records.allSatisfy { $0.at <= jellyfinTime + 1 })
  }
}
