/// A short number that tells texts apart: 64-bit FNV-1a. It is no cryptographic one: a person who makes two texts of one number
/// on purpose has two texts taken for one, and nothing else.
public struct Fingerprint: Hashable, Sendable {
  private let value: UInt64

  public init(_ text: String) {
    value = text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// All of it, in hexadecimal digits.
  public var hex: String { Self.hex(value, digits: 16) }

  /// A half of it: with four bytes told, a secret of sixteen keeps twelve.
  public var short: String { Self.hex((value >> 32) ^ (value & 0xffff_ffff), digits: 8) }

  private static func hex(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
