import Glibc
import JodCore
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOSSL

/// An HTTP reply, whole.
struct HTTPReply {
  var status: Int
  var headers: HTTPHeaders
  var body: [UInt8]
  /// Whether the connection takes another request.
  var keepsAlive: Bool
}

enum HTTPFailure: Error {
  case timeout, closed, tooLarge
}

/// One connection to a web server, for one request after another, with one deadline over all of it.
///
/// HTTP and TLS are SwiftNIO's, its event loop is not: a check asks one question at a time and can as well wait for the
/// answer itself, without the thread, the selector and the pipes that a loop costs at every start. An `EmbeddedChannel` is
/// SwiftNIO's channel without a loop. What goes in and comes out is carried by whoever holds it, on one thread alone; no
/// time passes in it, so that nothing which a handler has scheduled happens by itself; and the future of a write must not
/// be waited for, since nobody else would carry its bytes.
final class HTTPConnection {
  /// In bytes. A household's `/Sessions` has some hundred kilobytes.
  static let bodyLimit = 32 << 20
  /// Read at once, in bytes.
  private static let chunk = 64 << 10

  private let socket: Socket
  private let deadline: NIODeadline
  private let channel = EmbeddedChannel()
  private let collector = ReplyCollector()
  /// What has yet to be sent.
  private var outgoing = ByteBuffer()
  /// What has arrived last. Kept for its memory, which the channel has read by the next time.
  private var incoming = ByteBuffer()

  /// Connects, with certificate checks where the URL is https. Throws what NIO and NIOSSL throw, `DialFailure`, or what the
  /// requests throw.
  ///
  /// - Parameter trusted: who may vouch for a certificate; as a rule, whoever this machine trusts.
  static func open(
    _ url: BaseURL, deadline: NIODeadline, trusted: NIOSSLTrustRoots = .default
  ) throws -> HTTPConnection {
    let endpoint = url.endpoint
    var tls: NIOSSLClientHandler?
    if url.isSecure {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.trustRoots = trusted
      let context = try NIOSSLContext(configuration: configuration)
      // An address is no server name (RFC 6066, section 3); NIOSSL then checks the certificate for the address itself.
      tls = try NIOSSLClientHandler(
        context: context, serverHostname: endpoint.isNumeric ? nil : endpoint.host)
    }
    let connection = try Dial(endpoint).connection(by: deadline)
    return try HTTPConnection(connection, tls, deadline: deadline)
  }

  private init(_ connection: Dial.Connection, _ tls: NIOSSLClientHandler?, deadline: NIODeadline) throws {
    socket = connection.socket
    self.deadline = deadline
    let pipeline = channel.pipeline.syncOperations
    if let tls { try pipeline.addHandler(tls) }
    try pipeline.addHTTPClientHandlers()
    try pipeline.addHandler(collector)
    channel.remoteAddress = connection.address
    // Begins the handshake.
    channel.connect(to: connection.address, promise: nil)
  }

  /// Asks for a path; redirects are replies like any other. Throws `HTTPFailure`, `SystemError`, and what NIO and NIOSSL
  /// throw.
  func get(_ path: String, headers: HTTPHeaders) throws -> HTTPReply {
    try ask(HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers))
  }

  /// Sends a body of JSON to a path.
  func post(_ path: String, headers: HTTPHeaders, body: [UInt8]) throws -> HTTPReply {
    var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
    head.headers.add(name: "Content-Type", value: "application/json")
    head.headers.add(name: "Content-Length", value: "\(body.count)")
    return try ask(head, body: body)
  }

  private func ask(_ head: HTTPRequestHead, body: [UInt8] = []) throws -> HTTPReply {
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    if !body.isEmpty {
      channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    }
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    while true {
      try send()
      // It may come before the whole request is sent: the rest is sent with the next one.
      if let reply = try collector.take() { return reply }
      let events = outgoing.readableBytes > 0 ? POLLIN | POLLOUT : POLLIN
      var states = [pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)]
      guard Socket.wait(for: &states, until: deadline) else { throw HTTPFailure.timeout }
      try receive()
    }
  }

  /// Carries what the channel has for the server to the socket, as much as that takes.
  private func send() throws {
    while var part = try channel.readOutbound(as: ByteBuffer.self) { outgoing.writeBuffer(&part) }
    do {
      while outgoing.readableBytes > 0 {
        let count = try outgoing.withUnsafeReadableBytes { try socket.send($0) }
        if count == 0 { return }
        outgoing.moveReaderIndex(forwardBy: count)
      }
    } catch {
      // Whoever reads no more may have said why, ignoring: what can be read tells.
    }
    outgoing.clear()
  }

  /// Carries what has arrived to the channel.
  private func receive() throws {
    incoming.clear()
    var count: Int?
    try incoming.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.chunk) { bytes in
      count = try socket.receive(into: bytes)
      return count ?? 0
    }
    switch count {
    case nil: return
    case 0: channel.pipeline.fireChannelInactive()
    default: try channel.writeInbound(incoming)
    }
  }

  /// Says farewell, where TLS has one, and waits for none. Must be called in the end, for a channel that is not closed keeps
  /// itself in memory; once more does no harm.
  func close() {
    channel.close(promise: nil)
    // Nothing depends on it, ignoring.
    try? send()
    // NIOSSL would wait some seconds for the server's farewell. They pass now.
    channel.embeddedEventLoop.advanceTime(by: .hours(1))
  }
}

/// Makes one reply of the parts in which it arrives.
private final class ReplyCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private var reply: HTTPReply?
  private var announcedLength = 0
  private var completed: HTTPReply?
  private var failure: (any Error)?

  /// The reply once it is whole, nil before. Throws where none will come any more.
  func take() throws -> HTTPReply? {
    defer { completed = nil }
    if completed == nil, let failure { throw failure }
    return completed
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head)
    case .body(let part): add(part)
    case .end: (completed, reply) = (reply, nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(HTTPFailure.closed)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

  private func begin(_ head: HTTPResponseHead) {
    announcedLength = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    reply = HTTPReply(
      status: Int(head.status.code), headers: head.headers, body: [], keepsAlive: head.isKeepAlive)
    if announcedLength > HTTPConnection.bodyLimit { fail(HTTPFailure.tooLarge) }
  }

  private func add(_ part: ByteBuffer) {
    guard let size = reply.map({ $0.body.count + part.readableBytes }) else { return }
    guard size <= HTTPConnection.bodyLimit else { return fail(HTTPFailure.tooLarge) }
    // Announcing is cheap: memory is there for a large body once it has begun to be one.
    if size > 64 << 10 { reply?.body.reserveCapacity(announcedLength) }
    part.withUnsafeReadableBytes { bytes in reply?.body.append(contentsOf: bytes) }
  }

  /// The first failure is the cause of the others.
  private func fail(_ error: any Error) {
    failure = failure ?? error
    reply = nil
  }
}
