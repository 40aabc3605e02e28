import Household

/// Chance from a seed, for one purpose: another seed or another purpose throws as if there had never been this one.
public struct Dice: RandomNumberGenerator, Sendable {
  private var numbers: SplitMix64

  /// Seed and purpose are mixed one after the other. A seed that only moved the generator's state by its own step would
  /// throw what its neighbour throws, one throw later.
  public init(seed: Int, _ purpose: String) {
    var seeds = SplitMix64(state: UInt64(truncatingIfNeeded: seed) &* 0xD6E8_FEB8_6659_FD93)
    var purposes = SplitMix64(state: seeds.next() ^ Self.hash(purpose))
    numbers = SplitMix64(state: purposes.next())
  }

  /// Fowler, Noll and Vo's, the same on every machine and at every run.
  private static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash
  }

  public mutating func next() -> UInt64 { numbers.next() }

  public mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  public mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  /// Whole seconds, for a file keeps no more than milliseconds.
  public mutating func seconds(_ range: ClosedRange<Double>) -> Double {
    (range.lowerBound + fraction() * (range.upperBound - range.lowerBound)).rounded()
  }

  public mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

  public mutating func pick<Value>(_ values: [Value]) -> Value { values[index(below: values.count)] }
}
