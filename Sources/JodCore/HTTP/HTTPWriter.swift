/// Writes heads of messages, always of HTTP/1.1.
public enum HTTPWriter {
  public typealias Field = (name: String, value: String)

  /// A request with its body, whose length it tells where there is one: of an empty one too, for some servers want to know.
  public static func request(
    _ method: String, _ target: String, _ fields: [Field], body: [UInt8]? = nil
  ) -> [UInt8] {
    let length: [Field] = body.map { [("Content-Length", "\($0.count)")] } ?? []
    return head("\(method) \(target) HTTP/1.1", fields + length) + (body ?? [])
  }

  /// The head of a reply.
  public static func reply(_ status: Int, _ fields: [Field] = []) -> [UInt8] {
    head("HTTP/1.1 \(status) \(reasons[status] ?? "Unknown")", fields)
  }

  private static func head(_ start: String, _ fields: [Field]) -> [UInt8] {
    let lines = [start] + fields.map { "\($0.name): \($0.value)" } + [""]
    // What ends a line would begin another one.
    return lines.flatMap { $0.utf8.filter(\.isText) + [.carriageReturn, .lineFeed] }
  }

  /// Of the statuses that are used here (RFC 9110, section 15; RFC 6585, section 5).
  private static let reasons = [
    100: "Continue", 200: "OK", 202: "Accepted", 303: "See Other", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict",
    413: "Content Too Large",
    431: "Request Header Fields Too Large", 503: "Service Unavailable",
  ]
}
