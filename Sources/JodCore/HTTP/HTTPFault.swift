/// Why a message cannot be read. Nothing that follows it on its connection can be understood either.
public enum HTTPFault: Error, Hashable, Sendable {
  /// It is not as RFC 9112 wants it, or two readers could understand it differently: what it is, in words.
  case malformed(String)
  /// Start line and fields, or trailers, are larger or more than allowed.
  case headTooLarge
  /// The body is larger than allowed: its length in bytes where it was announced.
  case bodyTooLarge(UInt64?)
  /// The connection ended before the message did.
  case incomplete
}

/// How much of a message is read before it is refused. The reader decides, for both sides of a connection differ.
public struct HTTPLimits: Hashable, Sendable {
  /// In bytes: the start line with all fields, and all trailers once more.
  public var head: Int
  /// Fields of a head, and trailers once more.
  public var fields: Int
  /// In bytes. Extensions of chunks are limited so as well.
  public var body: Int

  public init(head: Int, fields: Int, body: Int) {
    (self.head, self.fields, self.body) = (head, fields, body)
  }
}
