/// What stands in a file as an object whose fields are named once, for reading and for writing.
public protocol JSONDocument: JSONCodable {
  /// Whether a field without a value is written as null, for programs; else it is left out.
  static var isComplete: Bool { get }

  /// With which reading begins.
  init()

  /// Hands over each field by its name.
  mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure)
}

/// What reads the fields of a document, or writes them.
public protocol JSONFields {
  /// A field that must be there, unless it may have no value.
  mutating func field<Value: JSONCodable>(_ name: String, _ value: inout Value) throws(JSON.Failure)

  /// A field that an earlier version did not write: it keeps its value then.
  mutating func added<Value: JSONCodable>(_ name: String, _ value: inout Value) throws(JSON.Failure)
}

extension JSONDocument {
  public static var isComplete: Bool { false }

  public init(json: JSON) throws(JSON.Failure) {
    self.init()
    var reader = JSONFieldReader(object: try json.object())
    try fields(&reader)
  }

  public var json: JSON {
    var copy = self
    var writer = JSONFieldWriter(isComplete: Self.isComplete)
    // A writer refuses nothing, ignoring.
    try? copy.fields(&writer)
    return .object(JSON.Object(writer.members))
  }
}

struct JSONFieldReader: JSONFields {
  let object: JSON.Object

  func field<Value: JSONCodable>(_ name: String, _ value: inout Value) throws(JSON.Failure) {
    value = try object[name]
  }

  func added<Value: JSONCodable>(_ name: String, _ value: inout Value) throws(JSON.Failure) {
    if let member = object.member(name), !member.isNull { value = try Value(json: member) }
  }
}

private struct JSONFieldWriter: JSONFields {
  let isComplete: Bool
  var members: [(name: String, value: JSON)] = []

  mutating func field<Value: JSONCodable>(_ name: String, _ value: inout Value) throws(JSON.Failure) {
    let json = value.json
    if isComplete || !json.isNull { members.append((name, json)) }
  }

  mutating func added<Value: JSONCodable>(_ name: String, _ value: inout Value) throws(JSON.Failure) {
    try field(name, &value)
  }
}
