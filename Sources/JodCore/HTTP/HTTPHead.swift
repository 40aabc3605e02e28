/// The start line and the fields of a message (RFC 9112, section 2.1).
public struct HTTPHead: Hashable, Sendable {
  public enum StartLine: Hashable, Sendable {
    case request(method: String, target: String)
    case reply(status: Int)
  }

  public let start: StartLine
  /// 0 of HTTP/1.0, or 1 of HTTP/1.1. No other version is read.
  public let minorVersion: Int
  public let fields: HTTPFields

  /// Whether the connection takes another message after this one (RFC 9112, section 9.3). After one with two lengths it does
  /// not: another reader may have taken another end for it (section 6.1).
  public var keepsAlive: Bool {
    let options = fields.list("connection")
    let hasOneLength = fields["content-length"].isEmpty || fields["transfer-encoding"].isEmpty
    return hasOneLength && !options.contains("close") && (minorVersion == 1 || options.contains("keep-alive"))
  }
}

/// The fields of a message, as they came. A value becomes text when it is asked for.
public struct HTTPFields: Hashable, Sendable {
  struct Field: Hashable, Sendable {
    var name: Range<Int>
    var value: Range<Int>
  }

  /// Names and values, one after another.
  var bytes: [UInt8] = []
  var fields: [Field] = []

  public var count: Int { fields.count }

  /// The values of all fields of a name, whatever its case; each as UTF-8, where what is none is repaired.
  public subscript(name: String) -> [String] {
    fields.filter { isEqual($0.name, name.utf8) }.map { String(decoding: bytes[$0.value], as: UTF8.self) }
  }

  /// The members of a list, in small letters, of all fields of a name (RFC 9110, section 5.6.1).
  ///
  /// Only what RFC 9110 calls white space is none of a member, and only letters of ASCII are made small: other blanks, and
  /// other signs that look like a letter, would make a word of one that another reader does not know.
  public func list(_ name: String) -> [String] {
    fields.filter { isEqual($0.name, name.utf8) }
      .flatMap { bytes[$0.value].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) }
      .map { member in
        let end = member.lastIndex { !$0.isBlank }.map { $0 + 1 } ?? member.startIndex
        return String(decoding: member[..<end].drop(while: \.isBlank).map(\.inSmallLetters), as: UTF8.self)
      }
  }

  private func isEqual(_ range: Range<Int>, _ name: String.UTF8View) -> Bool {
    range.count == name.count
      && zip(bytes[range], name).allSatisfy { $0.inSmallLetters == $1.inSmallLetters }
  }
}

/// Kinds of bytes (RFC 9110, section 5.6; RFC 5234, appendix B.1).
extension UInt8 {
  /// A space or a tab.
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  /// Neither a control character nor a space, and of ASCII.
  var isVisible: Bool { 0x21...0x7E ~= self }
  var isDigit: Bool { 0x30...0x39 ~= self }
  var isLetter: Bool { 0x61...0x7A ~= self | 0x20 }
  /// What a name may be made of: a `tchar`.
  var isToken: Bool { isLetter || isDigit || "!#$%&'*+-.^_`|~".utf8.contains(self) }
  /// What a value may be made of: text of any encoding, spaces and tabs.
  var isText: Bool { self >= 0x20 && self != 0x7F || self == 0x09 }
  var inSmallLetters: UInt8 { 0x41...0x5A ~= self ? self | 0x20 : self }

  static let carriageReturn = UInt8(ascii: "\r")
  static let lineFeed = UInt8(ascii: "\n")
}
