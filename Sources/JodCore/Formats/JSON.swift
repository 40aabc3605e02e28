/// A JSON value (RFC 8259).
///
/// Not by `Codable`: for that the Swift runtime looks up each conformance it needs among all that the program has, which
/// took half of a check's processor time (docs/start-up.md).
public enum JSON: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object(Object)

  /// A text that is not JSON, or that says something else than was expected.
  public struct Failure: Error, Hashable, Sendable {
    public init() {}
  }

  /// The members of an object, in the order in which they stood.
  public struct Object: Sendable {
    public var members: [(name: String, value: JSON)]

    public init(_ members: [(name: String, value: JSON)] = []) { self.members = members }

    /// A member's value; nil where there is none. Of two with one name the last counts.
    public func member(_ name: String) -> JSON? { members.last { $0.name == name }?.value }

    /// A member as a value of a type; one that is missing is as good as null.
    public subscript<Value: JSONDecodable>(_ name: String) -> Value {
      get throws(Failure) { try Value(json: member(name) ?? .null) }
    }
  }

  /// The members of an object.
  public func object() throws(Failure) -> Object {
    guard case .object(let object) = self else { throw Failure() }
    return object
  }

  public func string() throws(Failure) -> String {
    guard case .string(let text) = self else { throw Failure() }
    return text
  }

  var isNull: Bool { if case .null = self { true } else { false } }

  /// An object whose members are all there, null where they have no value: what programs read.
  public static func complete(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(Object(members.map { ($0.key, $0.value) }))
  }

  /// An object without those members that have no value: what we read again.
  public static func present(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(Object(members.map { ($0.key, $0.value) }.filter { !$0.1.isNull }))
  }
}

/// What can be read from JSON.
public protocol JSONDecodable {
  /// The names of all members that are read of it, at every depth; nil where others may be.
  static var jsonMembers: Set<String>? { get }

  init(json: JSON) throws(JSON.Failure)
}

extension JSONDecodable {
  public static var jsonMembers: Set<String>? { nil }

  /// Reads a whole text.
  public init(bytes: [UInt8]) throws(JSON.Failure) {
    try self.init(json: JSON(bytes, keeping: Self.jsonMembers))
  }
}

/// What can be written as JSON.
public protocol JSONEncodable {
  var json: JSON { get }
}

public typealias JSONCodable = JSONDecodable & JSONEncodable

// MARK: - Writing

extension JSONEncodable {
  /// On one line, members in the order of their names, so that equal values are equal bytes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    json.write(to: &bytes)
    return bytes
  }
}

extension JSON {
  fileprivate func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let value): bytes += Self.text(value).utf8
    case .string(let text): Self.write(text, to: &bytes)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.sorted(by: { $0.name < $1.name }).enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.write(member.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// JSON has no infinite number and no NaN, and no value here is one.
  private static func text(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    // Beyond, not every whole number has a Double of its own.
    return value == value.rounded() && abs(value) < 0x1p53 ? "\(Int(value))" : "\(value)"
  }

  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\t"): bytes += "\\t".utf8
      case UInt8(ascii: "\r"): bytes += "\\r".utf8
      case 0..<0x20: bytes += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

// MARK: - Swift's own types

extension JSON: JSONCodable {
  public init(json: JSON) { self = json }

  public var json: JSON { self }
}

extension Bool: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    guard case .bool(let value) = json else { throw JSON.Failure() }
    self = value
  }

  public var json: JSON { .bool(self) }
}

extension Double: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    guard case .number(let value) = json else { throw JSON.Failure() }
    self = value
  }

  public var json: JSON { .number(self) }
}

/// Exact up to 2⁵³, as everywhere in JSON (RFC 8259, section 6).
extension Int: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    guard case .number(let value) = json, let whole = Int(exactly: value) else { throw JSON.Failure() }
    self = whole
  }

  public var json: JSON { .number(Double(self)) }
}

extension String: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) { self = try json.string() }

  public var json: JSON { .string(self) }
}

extension JSONDecodable where Self: RawRepresentable, RawValue == String {
  public init(json: JSON) throws(JSON.Failure) {
    guard let value = Self(rawValue: try json.string()) else { throw JSON.Failure() }
    self = value
  }
}

extension JSONEncodable where Self: RawRepresentable, RawValue == String {
  public var json: JSON { .string(rawValue) }
}

extension Optional: JSONDecodable where Wrapped: JSONDecodable {
  public init(json: JSON) throws(JSON.Failure) { self = json.isNull ? nil : try Wrapped(json: json) }
}

extension Optional: JSONEncodable where Wrapped: JSONEncodable {
  public var json: JSON { self?.json ?? .null }
}

extension Array: JSONDecodable where Element: JSONDecodable {
  public static var jsonMembers: Set<String>? { Element.jsonMembers }

  public init(json: JSON) throws(JSON.Failure) {
    guard case .array(let values) = json else { throw JSON.Failure() }
    self = []
    reserveCapacity(values.count)
    for value in values { append(try Element(json: value)) }
  }
}

extension Array: JSONEncodable where Element: JSONEncodable {
  public var json: JSON { .array(map(\.json)) }
}

extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
  public init(json: JSON) throws(JSON.Failure) {
    self = [:]
    for (name, value) in try json.object().members { self[name] = try Value(json: value) }
  }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
  public var json: JSON { .object(JSON.Object(map { ($0.key, $0.value.json) })) }
}
