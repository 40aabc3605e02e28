/// What a request that was admitted gets, and when.
public enum WebAnswer: Sendable {
  case now(ServerConnection.Reply)
  case later(WebErrand)
}

/// What was asked for takes its time.
public struct WebErrand: Sendable {
  /// Seconds until an answer is due, whatever has come of it.
  public var limit: Seconds
  /// What is answered then.
  public var late: ServerConnection.Reply
  /// The reply, once it is there.
  public var reply: @Sendable () -> ServerConnection.Reply?

  public init(
    within limit: Seconds, late: ServerConnection.Reply,
    reply: @escaping @Sendable () -> ServerConnection.Reply?
  ) {
    self.limit = limit
    self.late = late
    self.reply = reply
  }
}
