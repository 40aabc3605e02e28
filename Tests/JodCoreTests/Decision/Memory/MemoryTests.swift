import Testing

@testable import JodCore

@Suite("What is remembered")
struct MemoryTests {
  /// A memory in which as much as possible has a value.
  private func full() -> Memory {
    var story = Story()
    story.check(.jellyfinAway)
    story.checks(for: 400, .browsing, storage: .up)
    story.checks(for: 60, .nobody, storage: .silent)
    story.memory.state.serial = 7
    story.memory.runtime.beat.note(start: 10_000.25)
    story.memory.runtime.activity.pauses = ["p": 9000.5]
    story.memory.runtime.activity.browsing = ["b": 9000.25]
    story.memory.runtime.lastCheck?.trouble = "Jellyfin refused the connection."
    story.memory.runtime.lastCheck?.active = [somebody(.unknown), somebody(.paused, wakes: false)]
    let trouble = Trouble(.keyRejected, cause: "some_Cause", "x")
    _ = story.memory.runtime.troubles.tells(trouble, onBeat: true, boot: 10_000)
    story.memory.runtime.told = Told(wake: JodCoreTests.moment(9000))
    story.memory.runtime.told?.screens = ["1c0071e3"]
    story.memory.runtime.state = story.memory.state
    return story.memory
  }

  // MARK: Files

  @Test("the state is read as it was written")
  func stateRoundTrip() throws {
    let state = full().state
    #expect(state.undertaking.wake?.demandEnded != nil)
    #expect(try decoded(State.self, encoded(state)) == state)
    #expect(try decoded(State.self, encoded(State())) == State())
  }

  @Test("a device that has used up BROWSING_LIMIT is in the state once, regardless of the next checks")
  func spentBrowsing() throws {
    var story = Story(configuration(["BROWSING_LIMIT": "10min"]))
    story.checks(for: 900, .browsing, storage: .ready)
    let state = story.memory.state
    #expect(state.spentBrowsing.people.map(\.user) == ["Anna"])
    #expect(try decoded(State.self, encoded(state)) == state)
    story.checks(for: 900, .browsing, storage: .ready)
    #expect(story.memory.state == state)
    story.checks(for: 600, .nobody, storage: .ready)
    #expect(story.memory.state.spentBrowsing.people.isEmpty)
  }

  @Test("the runtime is read as it was written")
  func runtimeRoundTrip() throws {
    let runtime = full().runtime
    #expect(runtime.idle != nil && runtime.activity.jellyfin.recovered != nil && runtime.probeSince != nil)
    #expect(try decoded(Runtime.self, encoded(runtime)) == runtime)
    #expect(try decoded(Runtime.self, encoded(Runtime(bootID: "x"))) == Runtime(bootID: "x"))
  }

  @Test("equal states are equal bytes")
  func equalBytes() throws {
    #expect(try encoded(full().state) == encoded(full().state))
    #expect(try encoded(full().runtime) == encoded(full().runtime))
  }

  @Test(
    "a device's id survives as it is, with any letters",
    arguments: [
      "TW96aWxsYS81LjAg", "device_id", "deviceID", "Device_Id_", "_x", "__", "URLSession",
      "a83dd3cd-21b6-47b7",
      "\u{1F}", "TV\u{1F}Jellyfin Web", "\u{e4}\u{fffd}", "a.b/c\\d\"e", "1", "",
    ])
  func deviceKeys(_ key: String) throws {
    var runtime = Runtime(bootID: "x")
    runtime.activity.browsing = [key: 1]
    runtime.activity.pauses = [key: 2]
    let read = try decoded(Runtime.self, encoded(runtime))
    #expect(read.activity.browsing == [key: 1])
    #expect(read.activity.pauses == [key: 2])
  }

  @Test("what was told of a trouble survives, with any name of its cause")
  func troublesSurvive() throws {
    var troubles = TroubleMemory()
    let trouble = Trouble(.keyRejected, cause: "Some_cause OfIts_own", "x")
    let first = troubles.tells(trouble, onBeat: true, boot: 0)
    var read = try decoded(TroubleMemory.self, encoded(troubles))
    let again = read.tells(trouble, onBeat: true, boot: 30)
    #expect([first, again] == [true, false])
  }

  @Test("a moment is written with a time that people and other programs can read")
  func momentText() throws {
    let moment = Moment(wall: 1_800_000_000.5, boot: 12.3456, bootID: "0f1e")
    #expect(
      try encoded(moment) == #"{"boot":12.346,"boot_id":"0f1e","wall":"2027-01-15T08:00:00.500Z"}"#)
  }

  @Test("the keys of the state are in snake case")
  func stateKeys() throws {
    let text = try encoded(full().state)
    for key in [
      "version", "serial", "requests", "undertaking", "demand_ended", "storage", "wake_requests",
    ] {
      #expect(text.contains("\"\(key)\":"))
    }
  }

  // MARK: Which copy counts

  private func state(serial: Int, wakes: Int) -> State {
    var state = State()
    state.serial = serial
    state.counters.wakes = wakes
    return state
  }

  @Test(
    "of two copies of the state the one of the newer serial counts",
    arguments: [(1, 2, 20), (2, 1, 10), (0, 1, 20), (1, 0, 10)])
  func newer(_ onDisk: Int, _ inMemory: Int, _ wakes: Int) {
    var runtime = Runtime(bootID: "now")
    runtime.state = state(serial: inMemory, wakes: 20)
    let memory = Memory(state: state(serial: onDisk, wakes: 10), runtime: runtime, bootID: "now")
    #expect(memory.state.counters.wakes == wakes)
  }

  @Test("a state that is in one of the two alone counts")
  func oneCopy() {
    var runtime = Runtime(bootID: "now")
    #expect(Memory(state: state(serial: 1, wakes: 10), runtime: runtime, bootID: "now").state.serial == 1)
    runtime.state = state(serial: 3, wakes: 20)
    #expect(Memory(state: nil, runtime: runtime, bootID: "now").state.serial == 3)
    #expect(Memory(state: nil, runtime: nil, bootID: "now") == Memory(runtime: Runtime(bootID: "now")))
  }

  @Test("the runtime of another boot is discarded, with its copy of the state")
  func otherBoot() {
    var runtime = Runtime(bootID: "before")
    runtime.silentSince = JodCoreTests.moment()
    runtime.probe = .ready
    runtime.state = state(serial: 9, wakes: 20)
    let memory = Memory(state: state(serial: 1, wakes: 10), runtime: runtime, bootID: "now")
    #expect(memory.runtime == Runtime(bootID: "now"))
    #expect(memory.state.counters.wakes == 10)
  }

  // MARK: What this program did not write

  @Test("a state that the program wrote is plausible")
  func plausible() {
    #expect(State().isPlausible)
    #expect(full().state.isPlausible)
    #expect(full().runtime.isPlausible)
  }

  @Test(
    "numbers that the program cannot have written make a state implausible",
    arguments: [
      #""serial":-1"#, #""serial":9223372036854774784"#, #""version":0"#, #""version":3"#,
      #""counters":{"wake_requests":9223372036854774784,"wakes":0,"failed_wakes":0}"#,
      #""counters":{"wake_requests":0,"wakes":-1,"failed_wakes":0}"#,
      #""counters":{"wake_requests":0,"wakes":0,"failed_wakes":9223372036854774784}"#,
      #""counters":{"power_offs":-1}"#, #""counters":{"power":{"on":-1,"off":0,"carried":0,"power":"on"}}"#,
      #""counters":{"power":{"on":1e300,"off":0,"carried":0,"power":"on"}}"#,
      #""counters":{"power":{"on":0,"off":0,"carried":0,"power":"off","since":\#(moment("1e300"))}}"#,
      #""counters":{"time_to_ready":{"counts":[0,0,0,0,0,0,0,0,0,0,0,0,-1],"sum":0,"last":[]}}"#,
      #""counters":{"time_to_ready":{"counts":[0,0,0,0,0,0,0,0,0,0,0,0,1],"sum":1e300,"last":[]}}"#,
      waking(#""requests":9223372036854774784"#), waking(#""requests":-5"#),
      waking(#""began":\#(moment("1e300"))"#), waking(#""began":\#(moment("-1e300"))"#),
      waking(#""demand_ended":\#(moment("-1e300"))"#),
      #""undertaking":{"stopping":{"since":\#(moment("1e300")),"is_accepted":true,"was_silent":false}}"#,
      #""undertaking":{"refused":{"at":\#(moment("1e300")),"reason":{"busy":"x"}}}"#,
      #""requests":{"last":\#(moment("1e308"))}"#, #""requests":{"pending":\#(moment("-1"))}"#,
      #""storage":{"known":"ready","since":\#(moment("-1e17"))}"#,
      #""storage":{"known":"ready","by_hand":\#(moment("-1e17"))}"#,
      #""storage":{"known":"ready","stopped_by_us":\#(moment("1e17"))}"#,
      #""storage":{"known":"ready","comebacks":[\#(moment("1e17"))]}"#,
      #""storage":{"known":"ready","comebacks":[\#(some),\#(some),\#(some)]}"#,
      #""activity":{"is_active":true,"since":\#(moment("-1e300"))}"#,
      #""counters":{"time_to_ready":{"counts":[0,0,0,0,0,0,0,0,1,0,0,0,0],"sum":95,"last":[95,1e300]}}"#,
      #""counters":{"time_to_ready":{"counts":[0,0,0,0,0,0,0,0,1,0,0,0,0],"sum":95,"last":[-1]}}"#,
    ])
  func implausible(_ field: String) throws {
    #expect(try !decoded(State.self, Self.state(with: field)).isPlausible)
  }

  @Test(
    "numbers that JSON cannot hold are no state", arguments: ["1e999", "NaN", "Infinity", "null", "\"1\""])
  func noNumber(_ boot: String) {
    #expect(throws: (any Error).self) {
      try decoded(State.self, Self.state(with: #""requests":{"last":\#(Self.moment(boot))}"#))
    }
  }

  @Test(
    "a moment without a time is no state", arguments: ["yesterday", "", "2026-02-30T00:00:00Z", "1800000000"])
  func noTime(_ wall: String) {
    let moment = #"{"boot":1,"boot_id":"boot-1","wall":"\#(wall)"}"#
    #expect(throws: (any Error).self) {
      try decoded(State.self, Self.state(with: #""requests":{"last":\#(moment)}"#))
    }
  }

  @Test("a state of an earlier version, which knew less, is read")
  func earlierFields() throws {
    let state = try decoded(State.self, Self.state(with: #""serial":7"#))
    #expect(state.serial == 7 && state.isPlausible)
  }

  @Test("a state with fields of a later version is read")
  func laterFields() throws {
    #expect(try decoded(State.self, Self.state(with: #""later":{"until":"x"}"#)) == State())
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    var words: String
    var change: @Sendable (inout Runtime) throws -> Void

    init(_ words: String, _ change: @escaping @Sendable (inout Runtime) throws -> Void) {
      self.words = words
      self.change = change
    }

    var testDescription: String { words }
  }

  static let hostileNumbers: [Hostile] =
    [1e300, -1e300, 1.7e308, -1.7e308, 1e18, -1e18].flatMap { number in
      [
        Hostile("idle seconds \(number)") { runtime in
          let last = #"{"boot":9990,"boot_id":"boot-1","wall":"2027-01-15T07:59:50.000Z"}"#
          runtime.idle = try decoded(IdleCount.self, #"{"seconds":\#(number),"last":\#(last)}"#)
        },
        Hostile("idle since \(number)") { runtime in
          runtime.idle = try decoded(IdleCount.self, #"{"seconds":0,"last":\#(moment("\(number)"))}"#)
        },
        Hostile("starts \(number)") { runtime in
          runtime.beat = try decoded(Beat.self, #"{"starts":[\#(-number),\#(number),0,1,2,\#(number)]}"#)
        },
        Hostile("a browser since \(number)") { $0.activity.browsing = ["f1": number] },
        Hostile("a pause since \(number)") { $0.activity.pauses = ["f1": number] },
        Hostile("looked \(number)") {
          $0.activity.looked = number
          $0.activity.browsing = ["f1": -number]
        },
        Hostile("recovered \(number)") { $0.activity.jellyfin.recover(at: number) },
        Hostile("heard of at \(number)") { $0.activity.heard = ["f1": number] },
        Hostile("witnessed \(number)") {
          ($0.activity.witnessed, $0.activity.unbrokenFrom) = (number, -number)
        },
        Hostile("silent since \(number)") { $0.silentSince = JodCoreTests.moment(number) },
        Hostile("a probe since \(number)") { $0.probeSince = JodCoreTests.moment(number) },
        Hostile("a check at \(number)") {
          $0.lastCheck = Runtime.Check(at: JodCoreTests.moment(number), active: nil, reason: "", trouble: nil)
        },
        Hostile("somebody told of a wake at \(number)") {
          $0.told = Told(wake: JodCoreTests.moment(number))
        },
        Hostile("a trouble since \(number)") { runtime in
          runtime.troubles = try decoded(
            TroubleMemory.self,
            #"{"records":{"jellyfin":{"since":\#(number),"told":{"x":\#(-number)},"announced":true}}}"#)
        },
      ]
    }
    + [Int.max, Int.min, -1, 3].map { number in
      Hostile("unready checks \(number)") { $0.unreadyChecks = number }
    }

  @Test("no number in the runtime's file can crash a check, or what it writes", arguments: hostileNumbers)
  func hostileRuntime(_ hostile: Hostile) throws {
    for household in [Story.Household.browsing, .nobody, .jellyfinAway] {
      var runtime = Runtime(bootID: "boot-1")
      try hostile.change(&runtime)
      var story = Story()
      story.memory = Memory(state: nil, runtime: runtime, bootID: "boot-1")
      story.checks(for: 90, household)
      #expect(try decoded(Runtime.self, encoded(story.memory.runtime)) == story.memory.runtime)
      let status = Status(configuration(), story.memory, warnings: [])
      #expect(try decoded(Status.self, encoded(status)) == status)
    }
  }

  @Test("a runtime with implausible numbers is discarded", arguments: hostileNumbers)
  func discarded(_ hostile: Hostile) throws {
    var runtime = Runtime(bootID: "boot-1")
    try hostile.change(&runtime)
    let memory = Memory(state: nil, runtime: runtime, bootID: "boot-1")
    #expect(memory.runtime == Runtime(bootID: "boot-1"))
  }

  @Test("a runtime that holds an implausible state is discarded")
  func hostileStateInRuntime() {
    var runtime = Runtime(bootID: "boot-1")
    runtime.state = state(serial: -1, wakes: 0)
    #expect(Memory(state: nil, runtime: runtime, bootID: "boot-1").runtime.state == nil)
  }

  // MARK: Builders

  private static let some = moment("1")

  private static func moment(_ boot: String) -> String {
    #"{"boot":\#(boot),"boot_id":"boot-1","wall":"2027-01-15T08:00:00.000Z"}"#
  }

  /// An undertaking with a field that replaces one of a wake's.
  private static func waking(_ field: String) -> String {
    let standard = [
      #""began":\#(some)"#, #""requests":1"#, #""failed":false"#, #""is_by_hand":false"#, #""was_up":false"#,
    ]
    let name = field.prefix { $0 != ":" }
    let fields = standard.filter { !$0.hasPrefix(name) } + [field]
    return #""undertaking":{"waking":{\#(fields.joined(separator: ","))}}"#
  }

  private static func state(with field: String) -> String {
    let standard = [
      #""version":2"#, #""serial":0"#, #""storage":{"known":"unknown"}"#,
      #""counters":{"wake_requests":0,"wakes":0,"failed_wakes":0}"#,
    ]
    let name = field.prefix { $0 != ":" }
    return "{\((standard.filter { !$0.hasPrefix(name) } + [field]).joined(separator: ","))}"
  }
}
