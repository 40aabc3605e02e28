/// Reads a body in chunks, with its trailers (RFC 9112, section 7.1).
struct HTTPChunkReader: Sendable {
  /// What the next byte belongs to.
  private enum Place: Sendable {
    case size(digits: Int)
    case extensionStart
    case chunkExtension
    case quoted
    case escaped
    case sizeEnd
    case data
    case dataEnd
    case dataLineFeed
    case trailers
    case over
  }

  private let limits: HTTPLimits
  private var place = Place.size(digits: 0)
  /// Bytes of the chunk that have yet to come.
  private var left: UInt64 = 0
  private var extensionLength = 0
  private var trailers: HTTPHeadReader

  init(_ limits: HTTPLimits) {
    self.limits = limits
    trailers = HTTPHeadReader(.trailers, limits)
  }

  /// Takes the next part of the body off the bytes. Nil where more of them are needed, and where it is over.
  ///
  /// - Parameter room: bytes that the body may still have.
  mutating func next(
    _ bytes: inout ArraySlice<UInt8>, atMost room: Int
  ) throws(HTTPFault) -> ArraySlice<UInt8>? {
    while !isOver, let byte = bytes.first {
      switch place {
      case .data:
        if room == 0 { throw .bodyTooLarge(nil) }
        return take(&bytes, atMost: room)
      case .trailers: try readTrailers(&bytes)
      case .chunkExtension where byte != .carriageReturn: try skipExtension(&bytes)
      default:
        bytes.removeFirst()
        try read(byte)
      }
    }
    return nil
  }

  var isOver: Bool { if case .over = place { true } else { false } }

  private mutating func take(_ bytes: inout ArraySlice<UInt8>, atMost room: Int) -> ArraySlice<UInt8> {
    let data = bytes.prefix(min(Int(clamping: left), room))
    bytes = bytes.dropFirst(data.count)
    left -= UInt64(data.count)
    if left == 0 { place = .dataEnd }
    return data
  }

  private mutating func readTrailers(_ bytes: inout ArraySlice<UInt8>) throws(HTTPFault) {
    guard let head = try trailers.next(&bytes) else { return }
    // A reader that uses them here takes another message for this one (RFC 9110, section 6.5.1).
    guard head.fields["content-length"].isEmpty, head.fields["transfer-encoding"].isEmpty else {
      throw .malformed("a length among the trailers")
    }
    place = .over
  }

  private mutating func read(_ byte: UInt8) throws(HTTPFault) {
    switch (place, byte) {
    case (.size(let digits), _) where byte.hexDigit != nil:
      guard left >> 60 == 0, digits < 64 else { throw .malformed("a chunk's size that is none") }
      left = left << 4 | UInt64(byte.hexDigit ?? 0)
      place = .size(digits: digits + 1)
    case (.size(1...), .carriageReturn), (.chunkExtension, .carriageReturn): place = .sizeEnd
    // White space around it is bad, and read by some (RFC 9112, section 7.1.1).
    case (.size(1...), UInt8(ascii: ";")): place = .extensionStart
    case (.extensionStart, _) where byte.isText && byte != UInt8(ascii: "\""):
      try note(1)
      place = .chunkExtension
    case (.quoted, _), (.escaped, _): try readQuoted(byte)
    case (.sizeEnd, .lineFeed): try begin()
    case (.dataEnd, .carriageReturn): place = .dataLineFeed
    case (.dataLineFeed, .lineFeed): (place, left) = (.size(digits: 0), 0)
    default: throw .malformed("a chunk that is none")
    }
  }

  private mutating func begin() throws(HTTPFault) {
    if left > limits.body { throw .bodyTooLarge(nil) }
    place = left == 0 ? .trailers : .data
  }

  /// Nobody heeds it, so all that is there of it is skipped at once.
  private mutating func skipExtension(_ bytes: inout ArraySlice<UInt8>) throws(HTTPFault) {
    let quotationMark = UInt8(ascii: "\"")
    let end = bytes.firstIndex { !$0.isText || $0 == quotationMark } ?? bytes.endIndex
    try note(bytes[..<end].count)
    bytes = bytes[end...]
    guard let byte = bytes.first, byte != .carriageReturn else { return }
    guard byte == quotationMark else { throw .malformed("a chunk's extension that is none") }
    bytes.removeFirst()
    try note(1)
    place = .quoted
  }

  /// In quotation marks it may hold what would end it elsewhere.
  private mutating func readQuoted(_ byte: UInt8) throws(HTTPFault) {
    try note(1)
    guard byte.isText else { throw .malformed("a chunk's extension that is none") }
    switch (place, byte) {
    case (.escaped, _): place = .quoted
    case (_, UInt8(ascii: "\\")): place = .escaped
    case (_, UInt8(ascii: "\"")): place = .chunkExtension
    default: break
    }
  }

  private mutating func note(_ count: Int) throws(HTTPFault) {
    extensionLength += count
    guard extensionLength <= limits.body else { throw .bodyTooLarge(nil) }
  }
}

extension UInt8 {
  fileprivate var hexDigit: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46, 0x61...0x66: (self | 0x20) - 0x61 + 10
    default: nil
    }
  }
}
