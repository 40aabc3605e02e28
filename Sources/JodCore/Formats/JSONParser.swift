extension JSON {
  /// Reads a whole text. A value that cannot be understood within it makes all of it so.
  ///
  /// - Parameter names: the members to keep, at every depth; nil keeps all. The others are looked at as far as it takes to
  ///   find their ends, and cost no memory: a server with thousands of sessions sends some thousand bytes for each of
  ///   which some hundred matter.
  public init(_ bytes: [UInt8], keeping names: Set<String>? = nil) throws(Failure) {
    var parser = JSONParser(bytes: bytes, names: names)
    self = try parser.document()
  }
}

/// Reads a text from its first byte to its last.
private struct JSONParser {
  /// Deeper than any document that concerns us; a bound for what a hostile one can do to the stack.
  static let deepest = 64
  /// Kept values: ten thousand sessions have less than half as many. A bound for what a hostile text can make of its bytes.
  static let most = 1 << 20

  let bytes: [UInt8]
  let names: Set<String>?
  private var position = 0
  private var depth = 0
  private var count = 0

  init(bytes: [UInt8], names: Set<String>?) {
    self.bytes = bytes
    self.names = names
  }

  mutating func document() throws(JSON.Failure) -> JSON {
    let value = try value(isKept: true)
    guard next() == nil else { throw JSON.Failure() }
    return value
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The first byte that is no white space, not yet read.
  private mutating func next() -> UInt8? {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    return current
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    _ = next()
    return take(byte)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  /// The value that comes next; null where it is not kept.
  private mutating func value(isKept: Bool) throws(JSON.Failure) -> JSON {
    if isKept { count += 1 }
    guard count <= Self.most, let first = next() else { throw JSON.Failure() }
    switch first {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth += 1
      guard depth <= Self.deepest else { throw JSON.Failure() }
      position += 1
      let value = first == UInt8(ascii: "{") ? try object(isKept: isKept) : try array(isKept: isKept)
      depth -= 1
      return value
    case UInt8(ascii: "\""):
      if isKept { return .string(try string()) }
      _ = try skipString()
      return .null
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number(isKept: isKept)
    }
  }

  private mutating func object(isKept: Bool) throws(JSON.Failure) -> JSON {
    var object = JSON.Object()
    if skip(UInt8(ascii: "}")) { return .object(object) }
    repeat {
      guard next() == UInt8(ascii: "\"") else { throw JSON.Failure() }
      let name = isKept ? try string() : nil
      if name == nil { _ = try skipString() }
      guard skip(UInt8(ascii: ":")) else { throw JSON.Failure() }
      if let name, names?.contains(name) ?? true {
        object.members.append((name, try value(isKept: true)))
      } else {
        _ = try value(isKept: false)
      }
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "}")) else { throw JSON.Failure() }
    return .object(object)
  }

  private mutating func array(isKept: Bool) throws(JSON.Failure) -> JSON {
    var values: [JSON] = []
    if skip(UInt8(ascii: "]")) { return .array(values) }
    repeat {
      let value = try value(isKept: isKept)
      if isKept { values.append(value) }
    } while skip(UInt8(ascii: ","))
    guard skip(UInt8(ascii: "]")) else { throw JSON.Failure() }
    return .array(values)
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(JSON.Failure) -> JSON {
    for index in 0..<word.utf8CodeUnitCount {
      guard current == word.utf8Start[index] else { throw JSON.Failure() }
      position += 1
    }
    return value
  }

  // MARK: Numbers

  /// As RFC 8259 has them, section 6; Swift would also read `+1`, `.5`, `0x1` and `1.`.
  private mutating func number(isKept: Bool) throws(JSON.Failure) -> JSON {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let isZero = take(UInt8(ascii: "0"))
    guard isZero == (digits() == 0) else { throw JSON.Failure() }
    if take(UInt8(ascii: ".")), digits() == 0 { throw JSON.Failure() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      _ = take(UInt8(ascii: "-")) || take(UInt8(ascii: "+"))
      if digits() == 0 { throw JSON.Failure() }
    }
    if !isKept { return .null }
    guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
      throw JSON.Failure()
    }
    return .number(value)
  }

  /// How many digits come next.
  private mutating func digits() -> Int {
    let start = position
    while let byte = current, 0x30...0x39 ~= byte { position += 1 }
    return position - start
  }

  // MARK: Strings

  /// Bytes that are no UTF-8 become U+FFFD, as everywhere: a name that is shown so is better than none.
  private mutating func string() throws(JSON.Failure) -> String {
    let start = position + 1
    let isPlain = try skipString()
    let content = bytes[start..<position - 1]
    return isPlain
      ? String(decoding: content, as: UTF8.self) : String(decoding: try unescaped(content), as: UTF8.self)
  }

  /// Goes past the string that begins here, and returns whether nothing in it is escaped. What is, is looked at only where
  /// it is kept.
  private mutating func skipString() throws(JSON.Failure) -> Bool {
    var isPlain = true
    // A local one, for this loop is where the time goes.
    var place = position + 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        position = place
        return isPlain
      }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        place += 1
      }
      if byte < 0x20 { break }
    }
    throw JSON.Failure()
  }

  private func unescaped(_ content: ArraySlice<UInt8>) throws(JSON.Failure) -> [UInt8] {
    var rest = content
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      text += byte == UInt8(ascii: "\\") ? try Self.escaped(&rest) : [byte]
    }
    return text
  }

  private static func escaped(_ rest: inout ArraySlice<UInt8>) throws(JSON.Failure) -> [UInt8] {
    switch rest.popFirst() {
    case UInt8(ascii: "\""): [UInt8(ascii: "\"")]
    case UInt8(ascii: "\\"): [UInt8(ascii: "\\")]
    case UInt8(ascii: "/"): [UInt8(ascii: "/")]
    case UInt8(ascii: "b"): [0x08]
    case UInt8(ascii: "f"): [0x0C]
    case UInt8(ascii: "n"): [0x0A]
    case UInt8(ascii: "r"): [0x0D]
    case UInt8(ascii: "t"): [0x09]
    case UInt8(ascii: "u"): try scalar(&rest)
    default: throw JSON.Failure()
    }
  }

  /// A scalar of the basic plane, or one that is written as two surrogates (RFC 8259, section 7).
  private static func scalar(_ rest: inout ArraySlice<UInt8>) throws(JSON.Failure) -> [UInt8] {
    var code = try unit(&rest)
    if 0xD800..<0xDC00 ~= code {
      guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u") else {
        throw JSON.Failure()
      }
      let low = try unit(&rest)
      guard 0xDC00..<0xE000 ~= low else { throw JSON.Failure() }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw JSON.Failure() }
    return Array(String(Character(scalar)).utf8)
  }

  private static func unit(_ rest: inout ArraySlice<UInt8>) throws(JSON.Failure) -> UInt32 {
    let digits = rest.prefix(4)
    guard digits.count == 4, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw JSON.Failure() }
    rest.removeFirst(4)
    return value
  }
}
