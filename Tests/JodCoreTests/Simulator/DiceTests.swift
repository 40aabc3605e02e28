import Simulator
import Testing

@Suite("Dice")
struct DiceTests {
  private func throwsOf(_ seed: Int, _ purpose: String = "people") -> [UInt64] {
    var dice = Dice(seed: seed, purpose)
    return (0..<64).map { _ in dice.next() }
  }

  @Test("the same seed throws the same for the same purpose")
  func repeats() { #expect(throwsOf(7) == throwsOf(7)) }

  @Test("no seed throws what its neighbour throws, some throws earlier or later", arguments: -3...3)
  func neighbours(_ seed: Int) {
    #expect(Set(throwsOf(seed)).isDisjoint(with: throwsOf(seed + 1)))
  }

  @Test("one purpose tells nothing of another")
  func purposes() { #expect(Set(throwsOf(7)).isDisjoint(with: throwsOf(7, "machines"))) }

  /// What is independent has a correlation of about one over the root of the count: here 0.03, and four times that is as
  /// good as never.
  @Test(
    "what one seed throws says nothing of the next one's, nor of the next throw",
    arguments: [(1, 0), (0, 1), (1, 1), (1, -1)])
  func correlation(_ step: (seed: Int, place: Int)) {
    var sum = 0.0
    let count = 1024
    for seed in 1...count {
      var (one, other) = (Dice(seed: seed, "people"), Dice(seed: seed + step.seed, "people"))
      for _ in 0..<max(0, -step.place) { _ = one.next() }
      for _ in 0..<max(0, step.place) { _ = other.next() }
      sum += (one.fraction() - 0.5) * (other.fraction() - 0.5) * 12
    }
    #expect(abs(sum / Double(count)) < 0.12)
  }
}
