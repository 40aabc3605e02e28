import CSystemd
import Glibc
import JodCore
import Synchronization

/// The question which addresses a name has.
///
/// The C library's resolver knows no deadline, so it is asked on a thread of its own. Whoever gives the question up leaves
/// that thread alone, with memory that it frees itself when the resolver comes back.
final class Lookup {
  /// Ready to be read once the question is answered, which is to say: at its end.
  let descriptor: Int32
  private let question: Question

  /// Asks.
  init(_ endpoint: Endpoint) throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("socketpair") }
    descriptor = ends[0]
    question = Question(endpoint, end: ends[1])
    do {
      try Thread.start { [question] in question.ask() }
    } catch {
      // The other end is closed as every lookup's is.
      close(ends[1])
      throw error
    }
  }

  deinit { close(descriptor) }

  /// None before the question is answered, and where the answer is that there are none.
  var addresses: [SocketAddress] { question.addresses.withLock { $0 } }

  /// The addresses that need no question: of an address, and of the loopback's name, which is never asked for (RFC 6761,
  /// section 6.3). None of any other host.
  static func knownAddresses(_ endpoint: Endpoint) -> [SocketAddress] {
    let hosts = endpoint.host == "localhost" ? ["::1", "127.0.0.1"] : [endpoint.host]
    return hosts.flatMap { addresses($0, port: endpoint.port, flags: AI_NUMERICHOST) }
  }

  /// In the order in which they are to be tried (RFC 6724), which the C library knows.
  fileprivate static func addresses(_ host: String, port: Int, flags: Int32 = 0) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_flags = flags | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    // Without an address there is no connection, which is error enough.
    guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    return sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }
      .compactMap { entry in entry.flatMap { SocketAddress($0.pointee) } }
  }
}

/// What both threads know.
private final class Question: Sendable {
  let addresses = Mutex<[SocketAddress]>([])
  private let endpoint: Endpoint
  private let end: Int32

  init(_ endpoint: Endpoint, end: Int32) { (self.endpoint, self.end) = (endpoint, end) }

  func ask() {
    let found = Lookup.addresses(endpoint.host, port: endpoint.port)
    addresses.withLock { $0 = found }
    close(end)
  }
}
