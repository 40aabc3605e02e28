import CSystemd
import Glibc
import JodCore

/// A call that knows no deadline, made on a thread of its own.
///
/// A caller that waits no longer leaves that thread alone: it ends with its call, or with the process.
final class DetachedCall {
  /// Ready to be read, at its end, once the call has returned.
  let descriptor: Int32

  init(_ call: @escaping @Sendable () -> Void) throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("socketpair") }
    let end = ends[1]
    descriptor = ends[0]
    do {
      try Thread.start {
        call()
        close(end)
      }
    } catch {
      close(end)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Waits for the end of the call; false where the deadline comes first.
  func isOver(by deadline: Deadline) -> Bool {
    var states = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    return Socket.wait(for: &states, until: deadline)
  }
}
