import JodCore
import Synchronization

/// What the run that answers a request can still do for it.
struct ServingRun: Sendable {
  /// Promises a check; false where none follows.
  let promise: @Sendable () -> Bool
  /// Does work that takes time, on a thread of its own, and a check after it. The work hands over its answer as soon as it
  /// has one, and may go on. Nil where none can be begun.
  let start: @Sendable (_ work: @escaping Work) -> (@Sendable () -> ServerConnection.Reply?)?

  typealias Work = @Sendable (_ answer: @escaping @Sendable (ServerConnection.Reply) -> Void) -> Void
}

/// An answer on its way from the thread that has it to the one that sends it. The first one counts.
final class ReplyBox: Sendable {
  private let value = Mutex<ServerConnection.Reply?>(nil)

  var reply: ServerConnection.Reply? { value.withLock { $0 } }

  func put(_ reply: ServerConnection.Reply) {
    value.withLock { value in if value == nil { value = reply } }
  }
}
