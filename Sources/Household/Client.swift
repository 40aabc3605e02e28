import Foundation

/// A client of a server, which can also break the rules.
public final class Client: Sendable {
  private let descriptor: Int32

  /// - Parameter host: an address, or a path.
  public init(host: String = "127.0.0.1", port: Int) throws {
    let family = host.hasPrefix("/") ? AF_UNIX : host.contains(":") ? AF_INET6 : AF_INET
    descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    // A server that does not answer must not stop a test for ever.
    var timeout = timeval(tv_sec: 30, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    guard Sockets.withAddress(port, host: host, { connect(descriptor, $0, $1) }) == 0 else {
      let failure = Sockets.Failure(call: "connect", code: errno)
      close(descriptor)
      throw failure
    }
  }

  deinit { close(descriptor) }

  /// Returns whether all of it was sent.
  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool { Connection(descriptor: descriptor).send(bytes) }

  @discardableResult
  public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Sends no more, but still receives.
  public func closeOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What arrives until the connection ends, or nothing arrives for half a minute.
  public func receive() -> [UInt8] {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return received }
      received += buffer[..<count]
    }
  }

  /// Whether nothing has arrived so far, and the connection is open.
  public var isWaiting: Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, 0) == 0
  }

  /// Will end the connection with a reset.
  public func resetAtEnd() {
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
  }
}
