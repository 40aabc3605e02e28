import Household
import JodCore

/// Chance from a seed.
struct Dice: RandomNumberGenerator {
  private var numbers: SplitMix64

  init(seed: Int) {
    numbers = SplitMix64(state: UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15)
  }

  mutating func next() -> UInt64 { numbers.next() }

  private mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  /// Whole seconds, for a file keeps no more than milliseconds.
  mutating func seconds(_ range: ClosedRange<Seconds>) -> Seconds {
    (range.lowerBound + fraction() * (range.upperBound - range.lowerBound)).rounded()
  }

  mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[index(below: values.count)] }
}
