import CSystemd
import Glibc
import JodCore

/// A TCP socket that never blocks: a caller that has to wait does so in poll(2), until a deadline. Closed
/// with its last reference.
final class Socket {
  let descriptor: Int32

  /// Begins to connect. The socket is writable once that has succeeded or failed.
  init(connectingTo address: SocketAddress) throws(SystemError) {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    let code = address.withPointer { Glibc.connect(descriptor, $0, $1) == 0 ? 0 : errno }
    // Interrupted, it continues all the same.
    guard [0, EINPROGRESS, EINTR].contains(code) else { throw SystemError("connect", code: code) }
  }

  /// Takes a connection that waits at a listening socket. Nil where none does, for the reason in `errno`.
  init?(acceptedAt listener: Int32) {
    descriptor = accept(listener, nil, nil)
    if descriptor < 0 { return nil }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Why the connection failed, nil if it stands. To be asked once the socket is writable.
  var connectionError: SystemError? {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    // Only a connection that stood can be reset, or miss its reader: it was accepted, and a reader finds its end.
    return [0, ECONNRESET, EPIPE].contains(code) ? nil : SystemError("connect", code: code)
  }

  /// Sends as many bytes as the kernel takes now, and returns how many.
  func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    while true {
      let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return count }
      if errno == EAGAIN { return 0 }
      if errno != EINTR { throw SystemError("send") }
    }
  }

  /// Reads what has arrived, and returns how many bytes: none at the end of the stream, nil where nothing is there yet.
  func receive(into bytes: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
    while true {
      let count = recv(descriptor, bytes.baseAddress, bytes.count, 0)
      if count >= 0 { return count }
      if errno == EAGAIN { return nil }
      if errno != EINTR { throw SystemError("receive") }
    }
  }

  /// Whether the other side closes it in so much time.
  func isClosed(within limit: Seconds) -> Bool {
    let deadline = Deadline(in: limit)
    var byte: UInt8 = 0
    while true {
      var states = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
      guard Self.wait(for: &states, until: deadline) else { return false }
      // Read, and not only waited for: a service may greet, and stays.
      let count = recv(descriptor, &byte, 1, 0)
      if count > 0 { return false }
      if count == 0 || ![EAGAIN, EINTR].contains(errno) { return true }
    }
  }

  /// The address of the other side, without its port; nil where there is none.
  var peerAddress: String? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getpeername(descriptor, address, &length) == 0
          ? getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) : EAI_SYSTEM
      }
    }
    guard code == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Sends no more, and still receives.
  func closeOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Waits until one of the descriptors is ready, which their `revents` then say. False once the deadline is over,
  /// even if something is ready then: a sender that never stops would else be read from for ever.
  static func wait(for descriptors: inout [pollfd], until deadline: Deadline) -> Bool {
    while true {
      let left = deadline.left
      guard left > 0 else { return false }
      // Rounded up, or the last millisecond would be spent in circles.
      let count = poll(
        &descriptors, nfds_t(descriptors.count), Int32(min(left * 1000, 1e9).rounded(.up)))
      if count > 0 { return true }
      guard count == 0 || errno == EINTR else { return false }
    }
  }
}
