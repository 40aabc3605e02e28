import CSystemd
import Glibc
import JodCore
import Synchronization

/// The question which addresses a name has. The C library's resolver, which answers it, knows no deadline.
final class Lookup {
  private let question: Question
  private let call: DetachedCall

  /// Asks.
  init(_ endpoint: Endpoint) throws(SystemError) {
    let question = Question(endpoint)
    self.question = question
    call = try DetachedCall { question.ask() }
  }

  /// Ready to be read once the question is answered.
  var descriptor: Int32 { call.descriptor }

  struct Answer: Sendable {
    var addresses: [SocketAddress] = []
    /// Whether no name server could be asked, or had an answer.
    var isMissing = false
  }

  /// Empty before the question is answered.
  var answer: Answer { question.answer.withLock { $0 } }

  /// The addresses that need no question: of an address, and of the loopback's name, which is never asked for (RFC 6761,
  /// section 6.3). None of any other host.
  static func knownAddresses(_ endpoint: Endpoint) -> [SocketAddress] {
    let hosts = endpoint.host == "localhost" ? ["::1", "127.0.0.1"] : [endpoint.host]
    return hosts.flatMap { ask($0, port: endpoint.port, flags: AI_NUMERICHOST).addresses }
  }

  /// In the order in which they are to be tried (RFC 6724), which the C library knows.
  fileprivate static func ask(_ host: String, port: Int, flags: Int32 = 0) -> Answer {
    var hints = addrinfo()
    hints.ai_flags = flags | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    // Other errors need no name: without an address there is no connection.
    guard code == 0 else { return Answer(isMissing: code == EAI_AGAIN) }
    defer { freeaddrinfo(list) }
    let entries = sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }
    return Answer(addresses: entries.compactMap { entry in entry.flatMap { SocketAddress($0.pointee) } })
  }
}

/// What both threads know.
private final class Question: Sendable {
  let answer = Mutex(Lookup.Answer())
  private let endpoint: Endpoint

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  func ask() {
    let found = Lookup.ask(endpoint.host, port: endpoint.port)
    answer.withLock { $0 = found }
  }
}
