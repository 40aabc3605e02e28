import Testing

/// What an attacker or a broken client may send, and what they get.
struct HostileRequest: CustomTestStringConvertible, Sendable {
  /// What comes of it, on loopback and without a token.
  enum End: Hashable, Sendable {
    /// Status of the one answer.
    case answered(Int)
    /// The status of the one answer, which comes when the time is over.
    case answeredLate(Int)
  }

  var testDescription: String
  /// Each character is one byte.
  var text: String
  var end: End

  var bytes: [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

  init(_ status: Int, _ description: String, _ text: String) {
    (testDescription, self.text, end) = (description, text, .answered(status))
  }

  init(late status: Int, _ description: String, _ text: String) {
    (testDescription, self.text, end) = (description, text, .answeredLate(status))
  }

  static let all = lines + targets + headers + bodies + pages + bytes + sizes

  /// A request with further header lines, each with its end.
  static func get(_ target: String = "/status", _ lines: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n"
  }

  static func post(_ lines: String = "", _ body: String = "", to target: String = "/check") -> String {
    "POST \(target) HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n\(body)"
  }

  static func many(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
}
