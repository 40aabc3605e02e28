/// Reads a start line and the fields below it, or the trailers of a body, in one pass over the bytes as they come.
///
/// It is stricter than RFC 9112 asks where two readers have been seen to differ: a line ends with both of its bytes, a name
/// with its colon, and no line is folded.
struct HTTPHeadReader: Sendable {
  enum Kind { case request, reply, trailers }

  /// What the next byte belongs to.
  private enum Place: Sendable {
    /// Empty lines before a request are skipped (RFC 9112, section 2.2).
    case emptyLine
    case emptyLineEnd
    case method
    case target
    /// A request of HTTP/0.9 ends here, and waits for an answer that it does not get.
    case missingVersion
    /// The word `HTTP/1.`, so many bytes of it.
    case version(Int)
    case minorVersion
    case afterVersion
    case status(digits: Int)
    case reason
    case lineEnd
    case lineStart
    case name
    case beforeValue
    case value
    case headEnd
  }

  /// The usual ones of IANA's registry, and those that home networks have seen beside: of UPnP, of caches, of internet radio.
  /// Anything else at the beginning of a message is another protocol, which its first word shows.
  static let methods: Set<String> = [
    "ACL", "BIND", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LINK", "LOCK", "M-SEARCH",
    "MERGE",
    "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY", "OPTIONS", "PATCH", "POST", "PROPFIND",
    "PROPPATCH",
    "PURGE", "PUT", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE", "TRACE", "UNBIND", "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
  ]
  private static let longestMethod = methods.map(\.utf8.count).max() ?? 0
  private static let protocolName = Array("HTTP/1.".utf8)

  private let kind: Kind
  private let limits: HTTPLimits
  private var place: Place
  private var count = 0
  private var method = ""
  private var target = ""
  private var status = 0
  private var minorVersion = 0
  private var fields = HTTPFields()
  /// Where the word that is being read began, and where the last byte of it that is no blank ended.
  private var start = 0
  private var end = 0
  private var name = 0..<0

  init(_ kind: Kind, _ limits: HTTPLimits) {
    (self.kind, self.limits) = (kind, limits)
    place =
      switch kind {
      case .request: .emptyLine
      case .reply: .version(0)
      case .trailers: .lineStart
      }
  }

  /// Whether nothing has come so far.
  var isEmpty: Bool { count == 0 }

  /// Takes bytes off until the head is whole. Nil where it is not yet.
  mutating func next(_ bytes: inout ArraySlice<UInt8>) throws(HTTPFault) -> HTTPHead? {
    while let byte = bytes.popFirst() {
      count += 1
      if try read(byte) { return head }
      if count >= limits.head { throw .headTooLarge }
    }
    return nil
  }

  private var head: HTTPHead {
    HTTPHead(
      start: kind == .reply ? .reply(status: status) : .request(method: method, target: target),
      minorVersion: minorVersion, fields: fields)
  }

  /// Returns whether this was the last byte of the head.
  private mutating func read(_ byte: UInt8) throws(HTTPFault) -> Bool {
    switch place {
    case .emptyLine, .emptyLineEnd, .method, .target, .missingVersion: try readRequest(byte)
    case .version, .minorVersion, .afterVersion: try readVersion(byte)
    case .status, .reason: try readStatus(byte)
    case .lineEnd: try expect(.lineFeed, byte, then: .lineStart)
    case .headEnd:
      try expect(.lineFeed, byte, then: .headEnd)
      return true
    case .lineStart, .name, .beforeValue, .value: try readField(byte)
    }
    return false
  }

  private mutating func expect(_ expected: UInt8, _ byte: UInt8, then next: Place) throws(HTTPFault) {
    guard byte == expected else { throw .malformed("an end of line that is none") }
    place = next
  }

  private mutating func begin(_ place: Place) {
    self.place = place
    (start, end) = (fields.bytes.count, fields.bytes.count)
  }

  private mutating func keep(_ byte: UInt8) {
    fields.bytes.append(byte)
    if !byte.isBlank { end = fields.bytes.count }
  }

  /// The word that has been read, which is kept nowhere else.
  private mutating func takeWord() -> String {
    defer { fields.bytes.removeLast(fields.bytes.count - start) }
    return String(decoding: fields.bytes[start...], as: UTF8.self)
  }

  // MARK: The start line

  private mutating func readRequest(_ byte: UInt8) throws(HTTPFault) {
    switch (place, byte) {
    case (.emptyLine, .carriageReturn): place = .emptyLineEnd
    case (.emptyLineEnd, _): try expect(.lineFeed, byte, then: .emptyLine)
    case (.emptyLine, _):
      begin(.method)
      try readRequest(byte)
    case (.method, 0x20):
      method = takeWord()
      guard Self.methods.contains(method) else { throw .malformed("a method that nobody knows") }
      begin(.target)
    case (.method, _):
      guard byte.isToken, fields.bytes.count - start < Self.longestMethod else {
        throw .malformed("a method that is none")
      }
      keep(byte)
    case (.target, 0x20) where end > start:
      target = takeWord()
      place = .version(0)
    case (.target, .carriageReturn) where end > start: place = .missingVersion
    case (.target, _):
      guard byte.isVisible else { throw .malformed("a target that is none") }
      keep(byte)
    case (.missingVersion, .lineFeed) where end > start: end = start
    default: throw .malformed("a request without a version")
    }
  }

  private mutating func readVersion(_ byte: UInt8) throws(HTTPFault) {
    switch place {
    case .version(let matched) where byte == Self.protocolName[matched]:
      place = matched + 1 == Self.protocolName.count ? .minorVersion : .version(matched + 1)
    case .minorVersion where byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1"):
      minorVersion = Int(byte - UInt8(ascii: "0"))
      place = .afterVersion
    case .afterVersion where byte == (kind == .reply ? 0x20 : .carriageReturn):
      place = kind == .reply ? .status(digits: 0) : .lineEnd
    default: throw .malformed("a version other than HTTP/1.0 and HTTP/1.1")
    }
  }

  /// Some servers leave out the blank before a reason that is empty (RFC 9112, section 4, wants it).
  private mutating func readStatus(_ byte: UInt8) throws(HTTPFault) {
    switch (place, byte) {
    case (.status(let digits), _) where digits < 3 && byte.isDigit:
      status = status * 10 + Int(byte - UInt8(ascii: "0"))
      place = .status(digits: digits + 1)
    case (.status(3), 0x20) where status >= 100: place = .reason
    case (.status(3), .carriageReturn) where status >= 100, (.reason, .carriageReturn): place = .lineEnd
    case (.reason, _) where byte.isText: break
    default: throw .malformed("a status that is none")
    }
  }

  // MARK: Fields

  private mutating func readField(_ byte: UInt8) throws(HTTPFault) {
    switch (place, byte) {
    case (.lineStart, .carriageReturn): place = .headEnd
    case (.lineStart, _):
      guard byte.isToken else { throw .malformed("a field without a name") }
      if fields.count == limits.fields { throw .headTooLarge }
      begin(.name)
      keep(byte)
    case (.name, UInt8(ascii: ":")):
      name = start..<end
      begin(.beforeValue)
    case (.name, _):
      guard byte.isToken else { throw .malformed("a field's name that is none") }
      keep(byte)
    case (.beforeValue, _) where byte.isBlank: break
    case (.beforeValue, .carriageReturn), (.value, .carriageReturn):
      fields.fields.append(HTTPFields.Field(name: name, value: start..<end))
      place = .lineEnd
    case (_, _):
      guard byte.isText else { throw .malformed("a field's value that is none") }
      place = .value
      keep(byte)
    }
  }
}
