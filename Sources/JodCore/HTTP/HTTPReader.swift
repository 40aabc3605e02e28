/// Reads the messages that come over one connection, at either side of it: bytes in, parts of messages out. It knows no
/// socket and no time, and keeps no copy of a body.
///
/// However the bytes are cut, the parts add up to the same. What smuggling is made of is refused: two lengths, a
/// length beside chunks in a request, other codings than chunks, bytes that belong in no line (RFC 9112, section 11.2).
///
/// The answer to HEAD cannot be read by it, for that has a length and no body: nobody here asks so.
public struct HTTPReader: Sendable {
  public enum Kind: Hashable, Sendable {
    case requests
    case replies
  }

  public enum Part: Hashable, Sendable {
    /// A new message, and how long its body is. A reply that only announces another (1xx) is skipped.
    case head(HTTPHead, HTTPFraming)
    /// Some of its body, as it came.
    case body(ArraySlice<UInt8>)
    /// The message is whole. What comes next is another one.
    case end
  }

  private enum State: Sendable {
    case head
    case length
    case chunks
    case untilEnd
    case failed(HTTPFault)
  }

  private let kind: Kind
  private let limits: HTTPLimits
  private var state = State.head
  private var head: HTTPHeadReader
  private var chunks: HTTPChunkReader
  /// Bytes of this message's body that have yet to come, and those that have.
  private var left: UInt64 = 0
  private var length = 0

  public init(_ kind: Kind, _ limits: HTTPLimits) {
    (self.kind, self.limits) = (kind, limits)
    head = HTTPHeadReader(kind == .requests ? .request : .reply, limits)
    chunks = HTTPChunkReader(limits)
  }

  /// Whether a message has begun, and has not ended.
  public var isInside: Bool { if case .head = state { !head.isEmpty } else { true } }

  /// Takes the next part off the bytes. Nil where it needs more of them; then none is left.
  public mutating func next(_ bytes: inout ArraySlice<UInt8>) throws(HTTPFault) -> Part? {
    do throws(HTTPFault) {
      return try read(&bytes)
    } catch {
      state = .failed(error)
      throw error
    }
  }

  /// The connection has ended: the part that its end is, if it ends a message; nil between two of them.
  public mutating func finish() throws(HTTPFault) -> Part? {
    if case .untilEnd = state { return end() }
    if case .failed(let fault) = state { throw fault }
    if isInside { throw .incomplete }
    return nil
  }

  private mutating func read(_ bytes: inout ArraySlice<UInt8>) throws(HTTPFault) -> Part? {
    switch state {
    case .head:
      while let head = try head.next(&bytes) {
        if let part = try begin(head) { return part }
      }
      return nil
    case .length:
      if left == 0 { return end() }
      guard left <= limits.body else { throw .bodyTooLarge(left) }
      return take(bytes.prefix(Int(left)), off: &bytes)
    case .chunks:
      if let data = try chunks.next(&bytes, atMost: room) { return note(data) }
      return chunks.isOver ? end() : nil
    case .untilEnd:
      if room == 0, !bytes.isEmpty { throw .bodyTooLarge(nil) }
      return take(bytes.prefix(room), off: &bytes)
    case .failed(let fault): throw fault
    }
  }

  /// Nil where another head follows.
  private mutating func begin(_ head: HTTPHead) throws(HTTPFault) -> Part? {
    let framing = try HTTPFraming(head)
    if case .reply(let status) = head.start, status < 200 {
      if status == 101 { throw .malformed("a change of the protocol that nobody asked for") }
      reset()
      return nil
    }
    switch framing {
    case .length(let length): (state, left) = (.length, length)
    case .chunks: state = .chunks
    case .untilEnd: state = .untilEnd
    }
    return .head(head, framing)
  }

  private mutating func end() -> Part {
    reset()
    return .end
  }

  private mutating func reset() { self = HTTPReader(kind, limits) }

  /// Bytes that a body of unknown length may still have.
  private var room: Int { limits.body - length }

  private mutating func take(_ data: ArraySlice<UInt8>, off bytes: inout ArraySlice<UInt8>) -> Part? {
    if data.isEmpty { return nil }
    bytes = bytes.dropFirst(data.count)
    if left > 0 { left -= UInt64(data.count) }
    return note(data)
  }

  private mutating func note(_ data: ArraySlice<UInt8>) -> Part {
    length += data.count
    return .body(data)
  }
}
