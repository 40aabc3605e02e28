import Testing

@testable import JodCore

@Suite("The state of 0.1.0")
struct FirstVersionTests {
  private func state(_ text: String) throws -> State {
    let state = try decoded(State.self, text)
    #expect(state.isPlausible)
    #expect(state.version == State.currentVersion)
    #expect(try decoded(State.self, encoded(state)) == state, "it is kept as this version's")
    return state
  }

  @Test("a wake that runs continues, with its requests and its cooldown")
  func waking() throws {
    let state = try state(StateOf010.waking)
    let wake = try #require(state.undertaking.wake)
    #expect(wake.requests == 1 && !wake.failed && !wake.isByHand)
    #expect(state.requests.last?.boot == 17872.198 && state.requests.pending == nil)
    #expect(state.storage.known == .up && state.activity?.isActive == true)
    #expect(state.counters.wakes == 1 && state.counters.wakeRequests == 1)
  }

  @Test("a power-off that runs continues, so that no packet meets a machine going down")
  func stopping() throws {
    let state = try state(StateOf010.stopping)
    let stopping = try #require(state.undertaking.stopping)
    #expect(stopping.isAccepted && stopping.since.boot == 17872.816 && !stopping.wasSilent)
    #expect(state.storage.wasReadySinceDown && state.storage.byHand?.boot == 17872.572)
    #expect(state.counters.powerOffs == 1)
  }

  @Test("a user who asked while it went down is not forgotten")
  func owing() throws {
    let state = try state(StateOf010.owing)
    #expect(state.undertaking.stopping != nil)
    #expect(state.undertaking.owed?.user == "Anna")
  }

  @Test("a refusal holds the next power-off back, by the storage server's own words")
  func refused() throws {
    let busy = try #require(state(StateOf010.busy).undertaking.refusal)
    #expect(busy.reason == .busy("a backup runs") && busy.at.boot == 17873.189)
    let failed = try #require(state(StateOf010.failed).undertaking.refusal)
    #expect(failed.reason == .failed("SHUTDOWN_COMMAND ended with status 1. no route"))
  }

  @Test("a hold continues")
  func held() throws {
    let state = try state(StateOf010.held)
    #expect(state.hold?.seconds == 10_800 && state.hold?.isByTrueClock == false)
    #expect(state.undertaking.phase == .nothing)
  }

  @Test("a household continues from each of them without a packet or a power-off that nobody asked for")
  func goesOn() throws {
    for text in [
      StateOf010.waking, StateOf010.stopping, StateOf010.busy, StateOf010.failed, StateOf010.held,
      StateOf010.owing,
    ] {
      var story = Story(poweringOff())
      story.moment = moment(17_875)
      story.memory = Memory(state: try state(text), runtime: nil, bootID: "boot-1")
      let before = story.memory.state.counters
      #expect(story.check(.nobody, storage: .ready).rests)
      #expect(story.memory.state.counters.wakeRequests == before.wakeRequests)
      #expect(story.memory.state.counters.powerOffs == before.powerOffs)
    }
  }

  @Test(
    "what is not its state is refused",
    arguments: ["", "{}", #"{"version":1}"#, #"{"version":1,"serial":0}"#])
  func damaged(_ text: String) {
    #expect(throws: (any Error).self) { try decoded(State.self, text) }
  }
}
