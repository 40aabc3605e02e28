import JodCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// An HTTP reply, whole.
struct HTTPReply: Sendable {
  var status: Int
  var headers: HTTPHeaders
  var body: ByteBuffer
  /// Whether the connection takes another request.
  var keepsAlive: Bool
}

enum HTTPFailure: Error {
  case timeout, closed, tooLarge
}

/// One connection to a web server, for one request after another, with one deadline over all of it.
final class HTTPConnection: Sendable {
  /// In bytes. A household's `/Sessions` has some hundred kilobytes.
  static let bodyLimit = 32 << 20

  private let channel: any Channel
  private let deadline: NIODeadline

  private init(channel: any Channel, deadline: NIODeadline) {
    self.channel = channel
    self.deadline = deadline
  }

  /// Connects, with certificate checks where the URL is https. Throws what NIO and NIOSSL throw, or `HTTPFailure`.
  static func open(_ url: BaseURL, on group: any EventLoopGroup, deadline: NIODeadline) throws
    -> HTTPConnection
  {
    let context = url.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
    let (host, port) = (url.endpoint.host, url.endpoint.port)
    // An address is no server name (RFC 6066, section 3); NIOSSL then checks the certificate for the address itself.
    let serverName = url.endpoint.isNumeric ? nil : host
    let loop = group.next()
    let connected = ClientBootstrap(group: loop)
      .connectTimeout(deadline - .now())
      .resolver(NameResolver(host, port: port, on: loop))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let context {
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: serverName))
          }
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(ReplyCollector())
        }
      }
      .connect(host: host, port: port)
    // The resolver knows no deadline.
    let channel = try connected.bounded(by: deadline, on: loop).wait()
    return HTTPConnection(channel: channel, deadline: deadline)
  }

  /// Asks for a path; redirects are replies like any other.
  func get(_ path: String, headers: HTTPHeaders) throws -> HTTPReply {
    try ask(HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers))
  }

  /// Sends a body of JSON to a path.
  func post(_ path: String, headers: HTTPHeaders, body: [UInt8]) throws -> HTTPReply {
    var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
    head.headers.add(name: "Content-Type", value: "application/json")
    head.headers.add(name: "Content-Length", value: "\(body.count)")
    return try ask(head, body: channel.allocator.buffer(bytes: body))
  }

  private func ask(_ head: HTTPRequestHead, body: ByteBuffer? = nil) throws -> HTTPReply {
    let promise = channel.eventLoop.makePromise(of: HTTPReply.self)
    channel.writeAndFlush(Request(head: head, body: body, reply: promise)).cascadeFailure(to: promise)
    return try promise.futureResult.bounded(by: deadline, on: channel.eventLoop).wait()
  }

  func close() { channel.close(promise: nil) }
}

/// A request on its way down the pipeline, with the promise of its reply.
private struct Request: Sendable {
  var head: HTTPRequestHead
  var body: ByteBuffer?
  var reply: EventLoopPromise<HTTPReply>
}

/// Makes one reply of the parts in which it arrives.
private final class ReplyCollector: ChannelDuplexHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = Request
  typealias OutboundOut = HTTPClientRequestPart

  private var waiting: EventLoopPromise<HTTPReply>?
  private var reply: HTTPReply?

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let request = unwrapOutboundIn(data)
    waiting = request.reply
    context.write(wrapOutboundOut(.head(request.head)), promise: nil)
    if let body = request.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      reply = HTTPReply(
        status: Int(head.status.code), headers: head.headers,
        body: context.channel.allocator.buffer(capacity: 0),
        keepsAlive: head.isKeepAlive)
    case .body(var part):
      reply?.body.writeBuffer(&part)
      if let size = reply?.body.readableBytes, size > HTTPConnection.bodyLimit {
        fail(HTTPFailure.tooLarge, context)
      }
    case .end:
      if let reply { waiting?.succeed(reply) }
      waiting = nil
      reply = nil
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(HTTPFailure.closed, context)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

  private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
    waiting?.fail(error)
    waiting = nil
    context.close(promise: nil)
  }
}

extension EventLoopFuture where Value: Sendable {
  /// The same future, which fails with `HTTPFailure.timeout` at the deadline.
  fileprivate func bounded(by deadline: NIODeadline, on loop: any EventLoop) -> EventLoopFuture<Value> {
    let promise = loop.makePromise(of: Value.self)
    let timer = loop.scheduleTask(deadline: deadline) { promise.fail(HTTPFailure.timeout) }
    hop(to: loop).whenComplete { result in
      timer.cancel()
      promise.completeWith(result)
    }
    return promise.futureResult
  }
}
