import Testing

@testable import JodCore

@Suite("Local time")
struct LocalTimeTests {
  private let time = LocalTime(
    offset: 3600, changes: [.init(at: 1000, offset: 7200), .init(at: 2000, offset: 0)])

  @Test(
    "an offset is in force from its change to the next",
    arguments: [(0.0, 3600.0), (999, 3600), (1000, 7200), (1999, 7200), (2000, 0), (1e10, 0)])
  func offset(_ at: Seconds, _ offset: Seconds) { #expect(time.offset(at: at) == offset) }

  @Test("all offsets are known, each once")
  func offsets() { #expect(time.offsets == [3600, 7200, 0]) }
}
