/// Chance from a seed.
public struct Chance: RandomNumberGenerator {
  private var numbers: SplitMix64

  /// With the generator's step for a factor, each seed would be the one before, a throw later.
  public init(seed: Int) {
    numbers = SplitMix64(state: UInt64(truncatingIfNeeded: seed) &* 0xD6E8_FEB8_6659_FD93)
  }

  public mutating func next() -> UInt64 { numbers.next() }

  public mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &self) }

  public mutating func isOne(in count: Int) -> Bool { below(count) == 0 }

  public mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  public mutating func range(in bytes: [UInt8], atMost longest: Int) -> Range<Int> {
    let start = below(bytes.count)
    return start..<min(bytes.count, start + below(longest + 1))
  }
}
