import Foundation
import Synchronization

/// A TCP server on loopback that does to each connection what it is told to, good or bad.
public final class LoopbackServer: Sendable {
  public let port: Int
  private let listener: Listener

  /// Listens at once.
  ///
  /// - Parameters:
  ///   - port: 0 for any that is free.
  ///   - serve: what to do with a connection, on a thread of its own; the connection is closed afterwards.
  public init(host: String = "127.0.0.1", port: Int = 0, serve: @escaping @Sendable (Connection) -> Void)
    throws
  {
    let listener = Listener(descriptor: try Sockets.listen(host: host, port: port, backlog: 64))
    self.listener = listener
    self.port = Sockets.port(of: listener.descriptor)
    Thread.detachNewThread {
      while let descriptor = listener.accept() {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        Thread.detachNewThread {
          let connection = Connection(descriptor: descriptor)
          serve(connection)
          connection.close()
        }
      }
    }
  }

  /// Refuses connections from now on.
  public func stop() { listener.shut() }

  deinit { stop() }
}

/// A listening socket. It is closed by the thread that accepts, and by no other: once closed, its number is soon another
/// socket's, whose connections that thread would then take.
private final class Listener: Sendable {
  let descriptor: Int32
  private let isOpen = Mutex(true)

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The next connection; nil once it was shut.
  func accept() -> Int32? {
    while true {
      let connection = Foundation.accept(descriptor, nil, nil)
      if connection >= 0 { return connection }
      if errno == EINTR || errno == ECONNABORTED { continue }
      isOpen.withLock { isOpen in
        isOpen = false
        close(descriptor)
      }
      return nil
    }
  }

  /// Every new connection is refused from now on, and a thread that waits in `accept` waits no more.
  func shut() {
    isOpen.withLock { isOpen in
      if isOpen { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }
}

/// One connection, at the server's end.
public struct Connection: Sendable {
  let descriptor: Int32

  /// Reads one request with its body, if `Content-Length` announces one; nil once the client has gone.
  public func readRequest() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    // Known at the end of the header.
    var size: Int?
    while bytes.count < 65536 {
      guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
      bytes.append(byte)
      if size == nil, bytes.suffix(4) == Array("\r\n\r\n".utf8)[...] {
        size = bytes.count + Self.bodyLength(String(decoding: bytes, as: UTF8.self))
      }
      if bytes.count == size { return String(decoding: bytes, as: UTF8.self) }
    }
    return nil
  }

  private static func bodyLength(_ head: String) -> Int {
    let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
    return line.flatMap { Int($0.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)) } ?? 0
  }

  /// Sends bytes; returns false once the client has gone.
  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  @discardableResult
  public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Sends no more, but still receives.
  public func closeOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Waits until the client has gone.
  public func waitForEnd() {
    var byte: UInt8 = 0
    while recv(descriptor, &byte, 1, 0) > 0 {}
  }

  /// Waits so long for the client to go; returns whether it is still there.
  public func staysOpen(forMilliseconds time: Int32) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Foundation.poll(&poll, 1, time) == 0
  }

  /// Lets the connection end with a reset.
  public func resetAtEnd() {
    var off = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &off, socklen_t(MemoryLayout<linger>.size))
  }

  func close() { _ = Foundation.close(descriptor) }
}

/// The few socket calls that the household needs.
enum Sockets {
  struct Failure: Error { let call: String, code: Int32 }

  static func listen(host: String, port: Int, backlog: Int32) throws -> Int32 {
    let family = host.hasPrefix("/") ? AF_UNIX : host.contains(":") ? AF_INET6 : AF_INET
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let bound = withAddress(port, host: host) { Foundation.bind(descriptor, $0, $1) }
    guard bound == 0, Foundation.listen(descriptor, backlog) == 0 else {
      defer { close(descriptor) }
      throw Failure(call: "listen", code: errno)
    }
    return descriptor
  }

  static func port(of descriptor: Int32) -> Int {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    _ = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    // The port lies at the same place in both families.
    return Int(UInt16(bigEndian: address.sin6_port))
  }

  /// Calls with an address and a port, or with a path.
  static func withAddress(
    _ port: Int, host: String = "127.0.0.1", _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    func pass<Address>(_ address: Address) -> Int32 {
      withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          call($0, socklen_t(MemoryLayout<Address>.size))
        }
      }
    }
    if host.hasPrefix("/") {
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: host.utf8.prefix($0.count - 1)) }
      return pass(address)
    }
    if host.contains(":") {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = UInt16(port).bigEndian
      inet_pton(AF_INET6, host, &address.sin6_addr)
      return pass(address)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    return pass(address)
  }
}
