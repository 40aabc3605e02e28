import Testing

@testable import JodCore

@Suite("A hold")
struct HoldTests {
  private func hold(_ seconds: Seconds = 3600) -> Hold { Hold(began: moment(10_000), seconds: seconds) }

  @Test("it ends so many seconds after it was given, by the wall clock of then")
  func until() { #expect(hold(3600).until == jellyfinTime + 3600) }

  @Test("it is over once its time is over", arguments: [(0.0, false), (3599.9, false), (3600, true)])
  func over(_ after: Seconds, _ isOver: Bool) {
    #expect(hold().isOver(at: now(moment(10_000 + after))) == isOver)
  }

  @Test(
    "within one boot no wall clock ends it early or late",
    arguments: [(3599.0, 1e9, false), (3599, -1e9, false), (3600, -1e9, true), (3600, 1e9, true)])
  func clock(_ after: Seconds, _ step: Seconds, _ isOver: Bool) {
    let later = moment(10_000 + after, wall: jellyfinTime + after + step)
    #expect(hold().isOver(at: now(later)) == isOver)
  }

  @Test(
    "after a reboot it is over where this boot is as old and the wall clock says so as well",
    arguments: [
      (3600.0, 3600.0, true), (3600, 3599, false), (3599, 3600, false), (0, 1e9, false), (1e6, -1e9, false),
    ])
  func reboot(_ up: Seconds, _ wall: Seconds, _ isOver: Bool) {
    let later = now(moment(up, wall: jellyfinTime + wall, bootID: "boot-2"), uptime: up)
    #expect(hold().isOver(at: later) == isOver)
  }

  @Test(
    "after a reboot the wall clock alone counts where it was right then and is now",
    arguments: [
      (3599.0, true, true, false), (3600, true, true, true), (3600, false, true, false),
      (3600, true, false, false),
    ])
  func synchronised(_ wall: Seconds, _ wasTrue: Bool, _ isTrue: Bool, _ isOver: Bool) {
    let hold = Hold(began: moment(10_000), seconds: 3600, isByTrueClock: wasTrue)
    let later = moment(20, wall: jellyfinTime + wall, bootID: "boot-2")
    let now = Now(moment: later, uptime: 20, isSynchronised: isTrue)
    #expect(hold.isOver(at: now) == isOver)
    if !isOver, wasTrue, isTrue { #expect(hold.left(at: now) == 1) }
  }

  @Test("one of no time at all is over at once")
  func none() { #expect(hold(0).isOver(at: now(moment(10_000)))) }

  @Test(
    "only a length that somebody can have meant is plausible",
    arguments: [
      (0.0, true), (1e10, true), (-1, false), (1e11, false), (.infinity, false), (.nan, false),
    ])
  func plausible(_ seconds: Seconds, _ isPlausible: Bool) {
    var state = State()
    state.hold = hold(seconds)
    #expect(state.isPlausible == isPlausible)
  }

  @Test("a state is implausible where the hold began at no time of a clock")
  func implausibleBeginning() {
    var state = State()
    state.hold = Hold(began: moment(-1), seconds: 1)
    #expect(!state.isPlausible)
  }

  @Test("it is read as it was written")
  func roundTrip() throws {
    var state = State()
    state.hold = hold()
    #expect(try decoded(State.self, encoded(state)) == state)
  }

  // MARK: A time of day

  @Test(
    "a time of day is read as seconds since midnight",
    arguments: [
      ("06:30", 23_400.0), ("6:30", 23_400), ("00:00", 0), ("0:00", 0), ("23:59", 86_340), ("24:00", nil),
      ("06:60", nil), ("6:3", nil), ("06:030", nil), ("006:30", nil), ("0630", nil), ("06:30:00", nil),
      (":30", nil), ("06:", nil), ("", nil), (" 06:30", nil), ("-1:30", nil), ("+6:30", nil),
      ("٠٦:٣٠", nil), ("6:30pm", nil),
    ])
  func timeOfDay(_ text: String, _ seconds: Seconds?) {
    #expect(Hold.timeOfDay(text) == seconds)
  }

  // MARK: At a check

  @Test("its end is told once, and the state forgets it")
  func end() {
    var story = Story()
    story.memory.state.hold = Hold(began: story.moment, seconds: 60)
    #expect(story.check(.nobody).told == [])
    #expect(story.check(.nobody).told == ["hold-ended notice"])
    #expect(story.memory.state.hold == nil)
    #expect(story.check(.nobody).told == [])
  }

  @Test("its end is told though Jellyfin is away")
  func endWithoutJellyfin() {
    var story = Story()
    story.memory.state.hold = Hold(began: story.moment, seconds: 30)
    #expect(story.check(.jellyfinAway).told == ["hold-ended notice"])
  }

  @Test("the storage is powered off at the first check after its end", arguments: [3600.0, 5400])
  func powerOff(_ seconds: Seconds) {
    var story = Story.ripe()
    story.memory.state.hold = Hold(began: story.moment, seconds: seconds)
    #expect(story.secondsUntilPowerOff() == seconds)
  }

  @Test("it wakes nothing, and lets everything wake")
  func wakes() {
    var story = Story()
    story.memory.state.hold = Hold(began: story.moment, seconds: 3600)
    #expect(!story.check(.nobody).sends)
    #expect(story.check(.playing).sends)
  }
}
