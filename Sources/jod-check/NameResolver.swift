import CSystemd
import Glibc
import NIOCore
import NIOPosix

/// Finds the addresses of a host: of a numeric one and the loopback's name at once, of another by the C library on a thread of SwiftNIO's own.
///
/// SwiftNIO's resolver takes a thread of Dispatch for either, which sets its priority, and prints a complaint where the
/// sandbox lets nobody do that.
final class NameResolver: Resolver, Sendable {
  private let host: String
  private let port: Int
  private let v4: EventLoopPromise<[SocketAddress]>
  private let v6: EventLoopPromise<[SocketAddress]>

  init(_ host: String, port: Int, on loop: any EventLoop) {
    (self.host, self.port) = (host, port)
    v4 = loop.makePromise()
    v6 = loop.makePromise()
  }

  func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { v4.futureResult }

  /// SwiftNIO asks for this first. Both answers come of one question, as the C library gives them.
  func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    // The name of the loopback is never asked for (RFC 6761, section 6.3).
    let numeric = host == "localhost" ? ["::1", "127.0.0.1"] : [host]
    let addresses = numeric.compactMap { try? SocketAddress(ipAddress: $0, port: port) }
    if addresses.isEmpty {
      NIOThreadPool.singleton.submit { _ in self.ask() }
    } else {
      succeed(addresses)
    }
    return v6.futureResult
  }

  /// A query that runs cannot be taken back; the caller's deadline outlives it.
  func cancelQueries() {}

  /// Without an address there is no connection, which is error enough.
  private func ask() {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return succeed([]) }
    defer { freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    for entry in sequence(first: list, next: { $0?.pointee.ai_next }).prefix(while: { $0 != nil }) {
      guard let entry = entry?.pointee, let address = entry.ai_addr else { continue }
      switch entry.ai_family {
      case AF_INET:
        address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          addresses.append(SocketAddress($0.pointee, host: host))
        }
      case AF_INET6:
        address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
          addresses.append(SocketAddress($0.pointee, host: host))
        }
      default: continue
      }
    }
    succeed(addresses)
  }

  private func succeed(_ addresses: [SocketAddress]) {
    v6.succeed(addresses.filter { $0.protocol == .inet6 })
    v4.succeed(addresses.filter { $0.protocol == .inet })
  }
}
