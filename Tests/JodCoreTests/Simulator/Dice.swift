import JodCore

/// Chance from a seed, the same on every machine: SplitMix64 (Steele, Lea, Flood, 2014).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

  /// Whole seconds, for a file keeps no more than milliseconds.
  mutating func seconds(_ range: ClosedRange<Seconds>) -> Seconds {
    (range.lowerBound + fraction() * (range.upperBound - range.lowerBound)).rounded()
  }

  mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[index(below: values.count)] }
}
