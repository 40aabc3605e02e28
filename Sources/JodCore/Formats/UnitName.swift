/// Names of units, as systemd makes them of paths (systemd.unit(5), STRING ESCAPING FOR INCLUSION IN UNIT NAMES).
public enum UnitName {
  /// systemd's own limit, the end included.
  private static let limit = 256

  /// The unit of an absolute path, such as `srv-media.mount`; nil where its name would be too long, for which systemd has
  /// another way.
  public static func ofPath(_ path: String, _ suffix: String) -> String? {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"))
    if parts.isEmpty { return "-\(suffix)" }
    var name = ""
    for (index, part) in parts.enumerated() {
      if index > 0 { name += "-" }
      for (place, byte) in part.enumerated() {
        name += isPlain(byte, isFirst: index == 0 && place == 0) ? String(UnicodeScalar(byte)) : escape(byte)
      }
    }
    name += suffix
    return name.utf8.count < limit ? name : nil
  }

  /// A dash stands for a slash.
  private static func isPlain(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"):
      true
    case UInt8(ascii: "."): !isFirst
    default: false
    }
  }

  private static func escape(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return "\\x\(digits.count == 1 ? "0" : "")\(digits)"
  }
}
