import Testing

@testable import JodCore

@Suite("How long ago something surely was")
struct SurelySinceTests {
  private let past = moment(10_000)

  @Test("within one boot its clock tells", arguments: [0.0, 0.5, 30, 1e6])
  func oneBoot(_ age: Seconds) {
    #expect(now(moment(10_000 + age)).surelySince(past) == age)
  }

  @Test("within one boot the wall clock does not matter", arguments: [-1e9, -1, 1, 1e9])
  func wall(_ step: Seconds) {
    #expect(now(moment(10_030, wall: jellyfinTime + step)).surelySince(past) == 30)
  }

  @Test(
    "of an earlier boot only the time since this one began is certain", arguments: [-1e9, 0, 1e9],
    [0.0, 30, 1e6])
  func earlierBoot(_ step: Seconds, _ uptime: Seconds) {
    let later = moment(50_000, wall: jellyfinTime + step, bootID: "boot-2")
    #expect(now(later, uptime: uptime).surelySince(past) == uptime)
  }

  @Test("what a file says of the future was not long ago")
  func future() { #expect(now(moment(9000)).surelySince(past) == 0) }

  @Test("it is never less than nothing")
  func negative() {
    #expect(now(moment(5, bootID: "boot-2"), uptime: -1).surelySince(past) == 0)
  }

  @Test("it is never more than what a cooldown counts", arguments: [-1e9, -30, 0, 30, 1e9])
  func atMostSince(_ step: Seconds) {
    let wall = jellyfinTime + step
    for later in [now(moment(10_060, wall: wall)), now(moment(60, wall: wall, bootID: "boot-2"))] {
      #expect(later.surelySince(past) <= later.since(past))
    }
  }
}
