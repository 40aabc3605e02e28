import CSystemd
import Glibc

/// Wakes a thread that waits for something to happen. A notification that comes before the thread waits is kept.
final class Notifier: Sendable {
  /// Readable once there is a notification.
  let descriptor: Int32
  private let sender: Int32

  /// Where the kernel has no descriptors left, nobody is notified, and a thread that waits does so until its deadline.
  init() {
    var ends: [Int32] = [-1, -1]
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | flags, 0, &ends)
    (descriptor, sender) = (ends[0], ends[1])
  }

  deinit { for end in [descriptor, sender] where end >= 0 { close(end) } }

  /// Where no more notifications have room, enough of them wait already.
  func notify() { _ = send(sender, [1 as UInt8], 1, Int32(MSG_NOSIGNAL)) }

  /// Takes all notifications that wait.
  func clear() {
    var byte: UInt8 = 0
    while recv(descriptor, &byte, 1, 0) > 0 {}
  }

  /// Waits for a notification, until the deadline at most.
  func wait(by deadline: Deadline) {
    var states = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    if Socket.wait(for: &states, until: deadline) { clear() }
  }
}
