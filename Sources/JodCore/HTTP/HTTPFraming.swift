/// How long the body of a message is (RFC 9112, section 6.3).
public enum HTTPFraming: Hashable, Sendable {
  /// In bytes; 0 also where there is no body.
  case length(UInt64)
  /// It tells its length as it goes (RFC 9112, section 7.1).
  case chunks
  /// As long as the connection lasts. Replies only.
  case untilEnd

  init(_ head: HTTPHead) throws(HTTPFault) {
    let length = try Self.length(head.fields["content-length"])
    // Members that are empty count for nothing (RFC 9110, section 5.6.1.2), but one there must be.
    let hasCoding = !head.fields["transfer-encoding"].isEmpty
    let codings = head.fields.list("transfer-encoding").filter { !$0.isEmpty }
    guard !hasCoding || codings == ["chunked"] && head.minorVersion == 1 else {
      throw .malformed("a coding other than chunks")
    }
    switch head.start {
    case .request:
      if hasCoding, length != nil { throw .malformed("a length beside chunks") }
      let hosts = head.fields["host"].count
      guard hosts == 1 || hosts == 0 && head.minorVersion == 0 else {
        throw .malformed("another number of hosts than one")
      }
      self = hasCoding ? .chunks : .length(length ?? 0)
    case .reply(let status):
      if status < 200 || status == 204 || status == 304 {
        self = .length(0)
      } else if hasCoding {
        self = .chunks
      } else {
        self = length.map(Self.length) ?? .untilEnd
      }
    }
  }

  /// One number of digits, given once: a reader that takes several may take another than the next reader.
  private static func length(_ values: [String]) throws(HTTPFault) -> UInt64? {
    guard let value = values.first else { return nil }
    // A number alone would be one with a sign, too.
    guard values.count == 1, value.utf8.allSatisfy(\.isDigit), let length = UInt64(value) else {
      throw .malformed("a length that is none")
    }
    return length
  }
}
