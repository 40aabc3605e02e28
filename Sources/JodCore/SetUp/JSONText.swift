/// A JSON text in which single values are replaced or added, while every other byte stays as it is: what another program
/// wrote is given back to it as it came, with all that nobody here understands.
public struct JSONText: Sendable {
  public private(set) var bytes: [UInt8]

  /// Throws where it is no JSON.
  public init(_ bytes: [UInt8]) throws(JSON.Failure) {
    _ = try JSON(bytes)
    self.bytes = bytes
  }

  /// The bytes of a value, by its path: names of members, and numbers of elements. Nil where there is none.
  public func value(_ path: [Step]) -> [UInt8]? { range(path).map { Array(bytes[$0]) } }

  public enum Step: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case member(String)
    case element(Int)

    public init(stringLiteral name: String) { self = .member(name) }
    public init(integerLiteral index: Int) { self = .element(index) }
  }

  /// Puts another value in a value's place; false where there is none.
  @discardableResult
  public mutating func replace(_ path: [Step], with value: [UInt8]) -> Bool {
    guard let range = range(path) else { return false }
    bytes.replaceSubrange(range, with: value)
    return true
  }

  /// Adds an element to the end of an array, or a member to the end of an object where it has a name; false where there is
  /// no such array or object.
  @discardableResult
  public mutating func append(_ value: [UInt8], named name: String? = nil, to path: [Step]) -> Bool {
    guard let range = range(path), let close = range.last,
      bytes[range.lowerBound] == (name == nil ? UInt8(ascii: "[") : UInt8(ascii: "{"))
    else { return false }
    let inside = bytes[(range.lowerBound + 1)..<close]
    let isEmpty = inside.allSatisfy(Self.isBlank)
    // Behind the last value, before the line end that the closing bracket may stand on.
    let end = isEmpty ? range.lowerBound + 1 : (inside.lastIndex { !Self.isBlank($0) } ?? close) + 1
    let label = name.map { JSON.string($0).bytes + [UInt8(ascii: ":")] } ?? []
    bytes.insert(contentsOf: (isEmpty ? [] : [UInt8(ascii: ",")]) + label + value, at: end)
    return true
  }

  // MARK: Where a value stands. The text is valid, so its ends are found without looking closer.

  private func range(_ path: [Step]) -> Range<Int>? {
    var scanner = Scanner(bytes: bytes)
    for step in path { guard scanner.enter(step) else { return nil } }
    return scanner.value()
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }

  private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Goes to the beginning of a value within the one that begins here.
    mutating func enter(_ step: Step) -> Bool {
      skipBlanks()
      let open: UInt8
      if case .member = step { open = UInt8(ascii: "{") } else { open = UInt8(ascii: "[") }
      guard current == open else { return false }
      position += 1
      var index = 0
      // Of two members with one name the last counts, as everywhere here.
      var found: Int?
      while true {
        skipBlanks()
        if current == UInt8(ascii: ",") { position += 1 }
        skipBlanks()
        guard let byte = current, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") else { break }
        if case .member(let name) = step {
          let label = value()
          skipBlanks()
          position += 1
          skipBlanks()
          if let text = try? JSON(Array(bytes[label])).string(), text == name { found = position }
        } else if step == .element(index) {
          found = position
        }
        index += 1
        _ = value()
      }
      if let found { position = found }
      return found != nil
    }

    /// The value that begins here; stands behind it then.
    mutating func value() -> Range<Int> {
      skipBlanks()
      let start = position
      var depth = 0
      repeat {
        switch current {
        case UInt8(ascii: "\""): skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): (depth, position) = (depth + 1, position + 1)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): (depth, position) = (depth - 1, position + 1)
        default:
          position += 1
          while depth == 0, let byte = current, !JSONText.isBlank(byte), !",]}:".utf8.contains(byte) {
            position += 1
          }
        }
      } while depth > 0 && current != nil
      return start..<position
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
      while let byte = current, JSONText.isBlank(byte) { position += 1 }
    }

    private mutating func skipString() {
      position += 1
      while let byte = current, byte != UInt8(ascii: "\"") {
        position += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      position += 1
    }
  }
}
