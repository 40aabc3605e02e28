import CSystemd
import Glibc

/// Wakes a thread that waits for something to happen. A ring that nobody listens to is heard later.
final class Bell: Sendable {
  /// Readable once it was rung.
  let descriptor: Int32
  private let rope: Int32

  /// Where the kernel has no descriptors left, nobody is woken, and who waits does so until time is up.
  init() {
    var ends: [Int32] = [-1, -1]
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | flags, 0, &ends)
    (descriptor, rope) = (ends[0], ends[1])
  }

  deinit { for end in [descriptor, rope] where end >= 0 { close(end) } }

  /// Where so many rings wait that no more have room, it is heard as well.
  func ring() { _ = send(rope, [1 as UInt8], 1, Int32(MSG_NOSIGNAL)) }

  /// What was rung so far is heard.
  func silence() {
    var byte: UInt8 = 0
    while recv(descriptor, &byte, 1, 0) > 0 {}
  }

  /// Waits for a ring, until then at most.
  func wait(by deadline: Deadline) {
    var states = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    if Socket.wait(for: &states, until: deadline) { silence() }
  }
}
