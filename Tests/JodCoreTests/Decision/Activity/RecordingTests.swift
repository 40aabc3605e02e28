import FoundationEssentials
import Testing

@testable import JodCore

@Suite("What Jellyfin says of recordings")
struct TimerListTests {
  /// One entry, as Jellyfin 10.11 sends it, less what names a channel and a programme's guide.
  private static func timer(_ fields: [String: String] = [:]) -> String {
    let standard = [
      "Id": #""5c8d1f""#, "Type": #""Timer""#, "ServerId": #""a1b2""#, "ChannelName": #""One""#,
      "Name": #""News""#, "StartDate": #""2027-01-15T20:00:00.0000000Z""#,
      "EndDate": #""2027-01-15T21:00:00.0000000Z""#, "Status": #""New""#, "Priority": "0",
      "PrePaddingSeconds": "60", "PostPaddingSeconds": "120", "IsPrePaddingRequired": "false",
      "KeepUntil": #""UntilDeleted""#, "RunTimeTicks": "36000000000", "ProgramInfo": #"{"Name":"News"}"#,
    ]
    let entries = standard.merging(fields) { $1 }.filter { $0.value != "" }
    return "{\(entries.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}"
  }

  private static func list(_ timers: [String]) throws -> [Recording] {
    let json = #"{"Items":[\#(timers.joined(separator: ","))],"TotalRecordCount":9,"StartIndex":0}"#
    return try decoded(TimerList.self, json).recordings
  }

  /// 2027-01-15T20:00:00Z
  private static let start = jellyfinTime + 12 * 3600

  @Test("a timer is a recording, with its paddings")
  func timer() throws {
    #expect(
      try Self.list([Self.timer()])
        == [Recording(name: "News", start: Self.start - 60, end: Self.start + 3720, isRunning: false)])
  }

  @Test("paddings may be missing or null", arguments: ["", "null", "0"])
  func noPadding(_ padding: String) throws {
    let timer = Self.timer(["PrePaddingSeconds": padding, "PostPaddingSeconds": padding])
    #expect(
      try Self.list([timer])
        == [Recording(name: "News", start: Self.start, end: Self.start + 3600, isRunning: false)])
  }

  @Test("a name may be missing or null", arguments: ["", "null"])
  func noName(_ name: String) throws {
    #expect(try Self.list([Self.timer(["Name": name])]).map(\.name) == ["a programme"])
  }

  @Test("a name is fit for one line of a log")
  func hostileName() throws {
    #expect(try Self.list([Self.timer(["Name": #""a\nb""#])]).map(\.name) == ["a\u{FFFD}b"])
  }

  @Test(
    "a timer that is not over is a recording, and is known to run",
    arguments: [
      (#""New""#, false), (#""InProgress""#, true), (#""ConflictedOk""#, false), (#""Postponed""#, false),
      ("null", false), ("", false),
    ])
  func states(_ status: String, _ isRunning: Bool) throws {
    #expect(try Self.list([Self.timer(["Status": status])]).map(\.isRunning) == [isRunning])
  }

  @Test(
    "a timer that is over is no recording",
    arguments: ["Completed", "Cancelled", "ConflictedNotOk", "Error"])
  func over(_ status: String) throws {
    #expect(try Self.list([Self.timer(["Status": "\"\(status)\""])]) == [])
  }

  @Test("no timers are no recordings")
  func none() throws { #expect(try Self.list([]) == []) }

  @Test(
    "one timer that cannot be understood makes all of them unknown",
    arguments: [
      ["StartDate": #""soon""#], ["EndDate": #""2027-02-30T00:00:00Z""#], ["StartDate": ""],
      ["EndDate": "null"], ["StartDate": "1800000000"], ["PrePaddingSeconds": #""60""#], ["Status": "1"],
      ["Name": "[]"],
    ])
  func notUnderstood(_ fields: [String: String]) {
    #expect(throws: (any Error).self) { try Self.list([Self.timer(), Self.timer(fields)]) }
  }

  @Test(
    "a body of another shape is no answer",
    arguments: ["[]", "{}", #"{"Items":null}"#, #"{"Items":{}}"#, "null", #"{"Items":[null]}"#, ""])
  func otherShape(_ json: String) {
    #expect(throws: (any Error).self) { try decoded(TimerList.self, json) }
  }

  @Test(
    "a recording needs the storage from so long before its start to its end",
    arguments: [
      (399.0, false), (400, true), (1000, true), (1999, true), (2000, false),
    ])
  func needs(_ time: Seconds, _ needs: Bool) {
    let recording = Recording(name: "x", start: 1000, end: 2000, isRunning: false)
    #expect(recording.needsStorage(at: time, ahead: 600) == needs)
  }

  @Test("a recording that runs needs it, with any times", arguments: [0.0, 1500, 9000])
  func running(_ time: Seconds) {
    let recording = Recording(name: "x", start: 1000, end: 2000, isRunning: true)
    #expect(recording.needsStorage(at: time, ahead: 0))
  }
}

@Suite("What Jellyfin does with its library")
struct TaskTests {
  private func tasks(_ json: String, ignoring patterns: String = "none") throws -> [String] {
    let tasks = try decoded([ScheduledTask].self, json)
    return ScheduledTask.running(tasks, ignoring: try #require(Pattern.list(patterns)))
  }

  private static func task(_ key: String, _ state: String) -> String {
    #"{"Name":"Scan","State":"\#(state)","Id":"7738","Triggers":[],"IsHidden":false,"Key":"\#(key)"}"#
  }

  static let taskStates: [(String, [String])] = [
    ("Idle", []), ("Running", ["the task RefreshLibrary"]), ("Cancelling", ["the task RefreshLibrary"]),
    ("Pondering", ["the task RefreshLibrary"]),
  ]

  @Test("a task that does not rest is told by its key", arguments: taskStates)
  func states(_ state: String, _ words: [String]) throws {
    #expect(try tasks("[\(Self.task("RefreshLibrary", state))]") == words)
  }

  static let ignoring: [(String, [String])] = [
    ("RefreshLibrary", ["the task Intro_Detect"]), ("refresh*,intro*", []), ("*", []),
    ("library", ["the task RefreshLibrary", "the task Intro_Detect"]),
  ]

  @Test("IGNORE_TASKS names tasks that may run", arguments: ignoring)
  func ignored(_ patterns: String, _ words: [String]) throws {
    let json = "[\(Self.task("RefreshLibrary", "Running")),\(Self.task("Intro_Detect", "Running"))]"
    #expect(try tasks(json, ignoring: patterns) == words)
  }

  static let withoutKey: [(String, [String])] = [
    (#"[{"Key":null,"State":"Idle"}]"#, []), (#"[{"State":"Idle"}]"#, []),
    (#"[{"Key":null,"State":"Running"}]"#, ["a task without a key"]),
    (#"[{"State":"Cancelling"}]"#, ["a task without a key"]),
  ]

  @Test("a task without a key is none while it rests, and counts while it runs", arguments: withoutKey)
  func noKey(_ json: String, _ words: [String]) throws { #expect(try tasks(json) == words) }

  @Test(
    "tasks of another shape are no answer",
    arguments: [
      "{}", "null", #"[{"Key":"x"}]"#, #"[{"Key":"x","State":null}]"#, #"[{"Key":1,"State":"Idle"}]"#,
    ])
  func otherShape(_ json: String) {
    #expect(throws: (any Error).self) { try tasks(json) }
  }

  @Test("a key is fit for one line of a log")
  func hostileKey() throws {
    #expect(try tasks("[\(Self.task(#"a\nb"#, "Running"))]") == ["the task a\u{FFFD}b"])
  }

  private func refreshing(_ json: String) throws -> [String] {
    LibraryFolder.refreshing(try decoded([LibraryFolder].self, json))
  }

  static let libraries: [(String, [String])] = [
    (#""RefreshStatus":"Idle""#, []), (#""RefreshStatus":null"#, []), (#""RefreshStatus":"""#, []),
    (#""RefreshStatus":"Active","RefreshProgress":12.5"#, ["a refresh of the library Films"]),
    (#""RefreshStatus":"Queued""#, ["a refresh of the library Films"]),
    (#""CollectionType":"movies""#, []),
  ]

  @Test("a library that is refreshed, or waits to be, is told by its name", arguments: libraries)
  func folders(_ field: String, _ words: [String]) throws {
    #expect(try refreshing(#"[{"Name":"Films","Locations":["/srv/films"],\#(field)}]"#) == words)
  }

  @Test("a library without a name counts")
  func noName() throws {
    #expect(try refreshing(#"[{"Name":null,"RefreshStatus":"Active"}]"#) == ["a refresh of the library "])
  }
}

@Suite("Recordings at a check")
struct RecordingTests {
  /// A recording that begins so many seconds after the story's present and lasts an hour.
  private func recording(in seconds: Seconds, _ story: Story, name: String = "News") -> Recording {
    let start = story.moment.wall + seconds
    return Recording(name: name, start: start, end: start + 3600, isRunning: false)
  }

  @Test(
    "one that begins within WAKE_TIMEOUT and 2 minutes wakes the storage",
    arguments: [("5min", 421.0, false), ("5min", 420, true), ("10min", 721, false), ("10min", 720, true)])
  func wakes(_ timeout: String, _ seconds: Seconds, _ sends: Bool) {
    var story = Story(configuration(["WAKE_TIMEOUT": timeout]))
    story.recordings = .success([recording(in: 30 + seconds, story)])
    #expect(story.check(.nobody).sends == sends)
  }

  @Test("a wake request for a recording names it")
  func event() {
    var story = Story()
    story.recordings = .success([recording(in: 60, story)])
    #expect(
      story.check(.nobody).event(.wakeRequested)?.message
        == "Sent a wake request to 02:00:00:00:00:01: News is recorded, or will be soon.")
  }

  @Test("one that runs keeps the storage up until it ends")
  func keepsUp() {
    var story = Story.ripe()
    story.recordings = .success([recording(in: -1800, story)])
    story.pass(-30)
    story.checks(for: 1800, .nobody, storage: .ready)
    #expect(story.secondsUntilPowerOff() == 1830)
  }

  @Test("WAKE_FOR_RECORDINGS=no: it wakes nothing, and Jellyfin is not asked")
  func notWanted() {
    var story = Story(configuration(["WAKE_FOR_RECORDINGS": "no"]))
    story.recordings = .success([recording(in: 60, story)])
    #expect(!story.check(.nobody).sends)
    #expect(story.asked == [])
  }

  @Test("WAKE_FOR_RECORDINGS=no: a recording keeps a storage up that is on")
  func keepsUpAllTheSame() {
    var story = Story.ripe(["WAKE_FOR_RECORDINGS": "no"])
    story.recordings = .success([recording(in: 600, story)])
    #expect(!story.check(.nobody, storage: .ready).powersOff)
    #expect(story.blockedBy == "a recording: News")
  }

  @Test("Jellyfin is asked at the first check, and every 10 minutes then")
  func asked() {
    var story = Story()
    let asked = (0..<60).map { _ in
      story.check(.nobody)
      return story.asked.contains(.recordings)
    }
    #expect(asked == (0..<60).map { $0.isMultiple(of: 20) })
  }

  @Test("Jellyfin is not asked for tasks where only recordings are due")
  func askedNoMore() {
    var story = Story()
    story.check(.nobody)
    #expect(story.asked == [.recordings])
  }

  @Test("a question that was not answered is asked again in 10 minutes")
  func askedAgain() {
    var story = Story()
    story.recordings = .failure(jellyfinIsSilent)
    story.check(.nobody)
    story.check(.nobody)
    #expect(story.asked == [])
    story.check(after: 570, .nobody)
    #expect(story.asked == [.recordings])
  }

  @Test("what was once said counts between the questions")
  func remembered() {
    var story = Story()
    story.recordings = .success([recording(in: 900, story)])
    #expect(!story.check(.nobody).sends)
    story.recordings = .failure(jellyfinIsSilent)
    #expect(story.checks(for: 420, .nobody).allSatisfy { !$0.sends })
    #expect(story.check(.nobody).sends)
  }

  @Test("what could not be asked anew for half an hour counts no more")
  func forgotten() {
    var story = Story()
    story.recordings = .success([recording(in: 3600, story)])
    story.check(.nobody)
    story.recordings = .failure(jellyfinIsSilent)
    #expect(story.checks(for: 7200, .nobody).allSatisfy { !$0.sends })
  }

  @Test("of a thousand timers in any order the next ones are remembered")
  func many() {
    var story = Story()
    story.recordings = .success((0..<1000).map { recording(in: Seconds(1000 - $0) * 900, story) })
    story.check(.nobody)
    #expect(story.memory.runtime.recordings?.recordings.count == 200)
    story.recordings = .failure(jellyfinIsSilent)
    #expect(story.checks(for: 600, .nobody).contains { $0.sends })
  }

  @Test("what is remembered is read as it was written")
  func roundTrip() throws {
    var story = Story()
    story.recordings = .success([recording(in: 900, story)])
    story.check(.nobody)
    let runtime = story.memory.runtime
    #expect(runtime.recordings?.recordings.count == 1)
    #expect(try decoded(Runtime.self, encoded(runtime)) == runtime)
  }

  @Test(
    "numbers that no recording has make the memory implausible",
    arguments: [(1e13, 0.0, false), (0, -1e13, false), (0, 0, true)])
  func plausible(_ start: Seconds, _ end: Seconds, _ isPlausible: Bool) {
    var runtime = Runtime(bootID: "boot-1")
    runtime.recordings = RecordingMemory(
      asked: 1, answered: 1, recordings: [Recording(name: "x", start: start, end: end, isRunning: false)])
    let memory = Memory(state: nil, runtime: runtime, bootID: "boot-1")
    #expect((memory.runtime.recordings != nil) == isPlausible)
  }

  private let jellyfinIsSilent = Trouble(.jellyfin, cause: "time-out", "Jellyfin did not answer.")
}
