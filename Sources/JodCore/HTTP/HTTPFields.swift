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

  /// The values of all fields of a name, in any case of letters; each as UTF-8, where what is none is repaired.
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
