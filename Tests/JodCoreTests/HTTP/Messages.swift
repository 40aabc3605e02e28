import JodCore

/// What a reader makes of bytes, added up.
struct Messages: Equatable {
  struct Message: Equatable {
    var head: HTTPHead
    var framing: HTTPFraming
    var body: [UInt8] = []
    var isWhole = false

    var text: String { String(decoding: body, as: UTF8.self) }
    var status: Int? { if case .reply(let status) = head.start { status } else { nil } }
    var target: String? { if case .request(_, let target) = head.start { target } else { nil } }
  }

  private(set) var messages: [Message] = []
  private(set) var fault: HTTPFault?

  static let limits = HTTPLimits(head: 200, fields: 5, body: 50)

  /// Reads pieces one after another.
  ///
  /// - Parameter isOver: whether the connection ends after them.
  init(
    _ kind: HTTPReader.Kind, _ pieces: some Sequence<ArraySlice<UInt8>>, limits: HTTPLimits = limits,
    isOver: Bool = false
  ) {
    var reader = HTTPReader(kind, limits)
    do throws(HTTPFault) {
      for piece in pieces {
        var bytes = piece
        while let part = try reader.next(&bytes) { add(part) }
      }
      if isOver, let part = try reader.finish() { add(part) }
    } catch {
      fault = error
    }
  }

  /// Reads a text in one piece. Each character is one byte.
  init(_ kind: HTTPReader.Kind, _ text: String, limits: HTTPLimits = limits, isOver: Bool = false) {
    self.init(kind, [Self.bytes(text)[...]], limits: limits, isOver: isOver)
  }

  static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

  private mutating func add(_ part: HTTPReader.Part) {
    switch part {
    case .head(let head, let framing): messages.append(Message(head: head, framing: framing))
    case .body(let bytes): messages[messages.count - 1].body += bytes
    case .end: messages[messages.count - 1].isWhole = true
    }
  }
}
