import Foundation

/// A client of a server, as rude as it is told to be.
public final class Caller: Sendable {
  private let descriptor: Int32

  /// - Parameter host: an address, or a path.
  public init(host: String = "127.0.0.1", port: Int) throws {
    let family = host.hasPrefix("/") ? AF_UNIX : host.contains(":") ? AF_INET6 : AF_INET
    descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    // A server that does not answer must not stop a test for ever.
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    guard Sockets.withAddress(port, host: host, { connect(descriptor, $0, $1) }) == 0 else {
      let failure = Sockets.Failure(call: "connect", code: errno)
      close(descriptor)
      throw failure
    }
  }

  deinit { close(descriptor) }

  /// Returns whether all of it was taken.
  @discardableResult
  public func say(_ bytes: [UInt8]) -> Bool { Connection(descriptor: descriptor).send(bytes) }

  @discardableResult
  public func say(_ text: String) -> Bool { say(Array(text.utf8)) }

  /// Says no more, but hears on.
  public func closeOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What is said until the other side has no more to say, or is gone, or says nothing for half a minute.
  public func hear() -> [UInt8] {
    var heard: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count <= 0 { return heard }
      heard += buffer[..<count]
    }
  }

  /// Whether nothing was said so far, nor goodbye.
  public var isKeptWaiting: Bool {
    var door = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&door, 1, 0) == 0
  }

  /// Will be gone with a reset, not with a goodbye.
  public func slamTheDoor() {
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
  }
}
