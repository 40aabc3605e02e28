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
