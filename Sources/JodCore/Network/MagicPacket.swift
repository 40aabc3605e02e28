/// A 48-bit hardware address.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
  /// Six bytes, in the order of transmission.
  public let bytes: [UInt8]

  public static let accepted = "aa:bb:cc:dd:ee:ff, aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff or aabbccddeeff"

  /// Reads an address in one of the `accepted` forms; nil for anything else.
  public init?(_ text: String) {
    let digits: String
    switch (text.count, text.first(where: { !$0.isHexDigit })) {
    case (17, ":"?): digits = Self.ungroup(text, by: ":", groupsOf: 2)
    case (17, "-"?): digits = Self.ungroup(text, by: "-", groupsOf: 2)
    case (14, "."?): digits = Self.ungroup(text, by: ".", groupsOf: 4)
    case (12, nil): digits = text
    default: return nil
    }
    guard let bytes = hexBytes(digits), bytes.count == 6 else { return nil }
    self.bytes = bytes
  }

  public var description: String { bytes.map(hexByte).joined(separator: ":") }

  /// The digits of equal groups; empty where a group has another length.
  private static func ungroup(_ text: String, by separator: Character, groupsOf size: Int) -> String {
    let groups = text.split(separator: separator, omittingEmptySubsequences: false)
    return groups.allSatisfy { $0.count == size } ? groups.joined() : ""
  }
}

/// A SecureOn password. It travels in clear text and keeps out accidents, not attackers; still it is never shown.
public struct SecureOn: Hashable, Sendable {
  /// Six bytes, or four.
  public let bytes: [UInt8]

  public static let accepted =
    "6 bytes as in a MAC address (00:11:22:33:44:55), or 4 as in an IPv4 address (192.0.2.1)"

  /// Reads a password in one of the `accepted` forms; nil for anything else.
  public init?(_ text: String) {
    if let address = MACAddress(text) {
      bytes = address.bytes
    } else if let address = IPv4Address(text) {
      bytes = address.bytes
    } else {
      return nil
    }
  }
}

/// The Wake-on-LAN magic packet, AMD's publication 20213.
///
///     offset  length
///     0       6       FF FF FF FF FF FF
///     6       96      the MAC address, 16 times
///     102     0/4/6   SecureOn password
///
/// It is a payload that the sleeping network card looks for in any frame. It is broadcast, because nothing answers ARP
/// for a machine that is off, and it is IPv4, because IPv6 has no broadcast.
public struct MagicPacket: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(target: MACAddress, password: SecureOn? = nil) {
    let repeated = [[UInt8]](repeating: target.bytes, count: 16).joined()
    bytes = [UInt8](repeating: 0xFF, count: 6) + repeated + (password?.bytes ?? [])
  }
}

func hexByte(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.count == 1 ? "0" + digits : digits
}

/// The bytes that pairs of hexadecimal digits stand for; nil for anything else.
func hexBytes(_ digits: String) -> [UInt8]? {
  let characters = Array(digits.utf8)
  guard characters.count % 2 == 0 else { return nil }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: characters.count, by: 2) {
    let pair = String(decoding: characters[index...index + 1], as: UTF8.self)
    guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else { return nil }
    bytes.append(byte)
  }
  return bytes
}
