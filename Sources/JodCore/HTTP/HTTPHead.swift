/// The start line and the fields of a message (RFC 9112, section 2.1).
public struct HTTPHead: Hashable, Sendable {
  public enum StartLine: Hashable, Sendable {
    case request(method: String, target: String)
    case reply(status: Int)
  }

  public let start: StartLine
  /// 0 of HTTP/1.0, or 1 of HTTP/1.1. No other version is read.
  public let minorVersion: Int
  public let fields: HTTPFields

  /// Whether the connection takes another message after this one (RFC 9112, section 9.3). After one with two lengths it does
  /// not: another reader may have taken another end for it (section 6.1).
  public var keepsAlive: Bool {
    let options = fields.list("connection")
    let hasOneLength = fields["content-length"].isEmpty || fields["transfer-encoding"].isEmpty
    return hasOneLength && !options.contains("close") && (minorVersion == 1 || options.contains("keep-alive"))
  }
}
