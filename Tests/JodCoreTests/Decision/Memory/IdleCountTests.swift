import Testing

@testable import JodCore

@Suite("Inactivity is counted only as far as it was observed")
struct IdleCountTests {
  private func counted(_ looks: [Moment], beat: Seconds = 30) -> Seconds {
    var count = IdleCount(at: looks[0])
    for look in looks { count.observe(look, beat: beat) }
    return count.seconds
  }

  @Test("it starts at the first look with nothing")
  func start() { #expect(counted([moment(100)]) == 0) }

  @Test("it adds up the time between looks")
  func adds() { #expect(counted([moment(100), moment(130), moment(160.5), moment(190)]) == 90) }

  @Test(
    "time counts while looks are at most 3 beats and 60 s apart",
    arguments: [
      (30.0, 150.0, 150.0), (30, 150.5, 0), (300, 960, 960), (300, 961, 0), (30, 0, 0), (30, 86_400, 0),
    ])
  func gap(_ beat: Seconds, _ gap: Seconds, _ counted: Seconds) {
    #expect(self.counted([moment(100), moment(100 + gap)], beat: beat) == counted)
  }

  @Test("after a gap it starts anew, and continues from there")
  func anew() { #expect(counted([moment(0), moment(100), moment(1000), moment(1030)]) == 30) }

  @Test(
    "a clock step of more than 10 s starts it anew, in either direction",
    arguments: [
      (10.0, 30.0), (-10, 30), (10.5, 0), (-10.5, 0), (-86_400, 0), (86_400, 0), (1_000_000_000, 0),
    ])
  func clockStep(_ step: Seconds, _ counted: Seconds) {
    let looks = [moment(100, wall: jellyfinTime), moment(130, wall: jellyfinTime + 30 + step)]
    #expect(self.counted(looks) == counted)
  }

  @Test("a reboot starts it anew, though both clocks agree")
  func reboot() {
    let looks = [moment(100, wall: jellyfinTime), moment(130, wall: jellyfinTime + 30, bootID: "boot-2")]
    #expect(counted(looks) == 0)
  }

  @Test("a boot clock that runs backwards starts it anew")
  func backwards() {
    #expect(counted([moment(100), moment(130), moment(120, wall: jellyfinTime)]) == 0)
  }

  @Test("a wall clock that runs a little fast or slow disturbs nothing", arguments: [0.999, 1.001])
  func drift(_ rate: Double) {
    let looks = (0...120).map { moment(Double($0) * 30, wall: jellyfinTime + Double($0) * 30 * rate) }
    #expect(counted(looks) == 3600)
  }
}

@Suite("The beat")
struct BeatTests {
  private func beat(_ starts: [Seconds]) -> Beat {
    var beat = Beat()
    for start in starts { beat.note(start: start) }
    return beat
  }

  @Test(
    "a run from 0.9 to 2 CHECK_INTERVAL after the start of the last is on the beat",
    arguments: [
      (30.0, 26.9, false), (30, 27, true), (30, 30, true), (30, 60, true), (30, 60.1, false), (30, 0, false),
      (30, -30, false), (300, 269, false), (300, 270, true), (300, 600, true), (300, 601, false),
      (10, 9, true), (10, 8.9, false),
    ])
  func includes(_ interval: Seconds, _ after: Seconds, _ isOnBeat: Bool) {
    #expect(beat([500, 1000]).includes(start: 1000 + after, interval: interval) == isOnBeat)
  }

  @Test("the first run is off the beat: a boot asked for it")
  func first() { #expect(!Beat().includes(start: 30, interval: 30)) }

  @Test("the distance counts from the last run, of any kind")
  func afterWebhook() {
    #expect(!beat([0, 30, 45]).includes(start: 60, interval: 30))
    #expect(beat([0, 30, 45]).includes(start: 75, interval: 30))
  }

  static let rhythms: [(starts: [Seconds], length: Seconds)] = [
    ([], 30), ([0], 30), ([0, 90, 180, 270, 360], 30), ([0, 90, 180, 270, 360, 450], 90),
    ([0, 10, 20, 30, 40, 50], 30), ([0, 30, 60, 90, 120, 1000], 30), ([0, 30, 60, 960, 1860, 2760], 900),
    // Six spacings: the first no longer counts.
    ([0, 900, 1800, 2700, 2730, 2760, 2790], 30),
    // Not in order: 40, 200, 50, 300, 60.
    ([0, 40, 240, 290, 590, 650], 60),
  ]

  @Test(
    "its length is CHECK_INTERVAL, or the median of the last five spacings if that is longer",
    arguments: rhythms)
  func length(_ starts: [Seconds], _ length: Seconds) {
    #expect(beat(starts).length(interval: 30) == length)
  }
}
