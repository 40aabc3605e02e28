import Glibc
import JodCore
import NIOCore
import NIOHTTP1

/// Answers the one request of a connection, however slow, broken or hostile it is.
final class Clerk: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// A request must be whole by then, and an answer heard; what is left of a connection is gone soon after its answer.
  private static let patience = TimeAmount.seconds(2)
  private static let goodbye = TimeAmount.milliseconds(500)
  /// In bytes: the target and all headers, trailers among them.
  private static let headLimit = 16 << 10

  private let doorkeeper: Doorkeeper
  private let desk: Desk
  private let book: NIOLoopBoundBox<Reception.Book>
  private var head: HTTPRequestHead?
  private var bodyLength = 0
  private var isAnswered = false
  private var timer: Scheduled<Void>?

  init(doorkeeper: Doorkeeper, desk: Desk, book: NIOLoopBoundBox<Reception.Book>) {
    (self.doorkeeper, self.desk, self.book) = (doorkeeper, desk, book)
  }

  /// Gives a new connection everything between its bytes and a clerk.
  static func serve(
    _ channel: any Channel, doorkeeper: Doorkeeper, desk: Desk, book: NIOLoopBoundBox<Reception.Book>
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(HTTPResponseEncoder())
    var limits = NIOHTTPDecoderLimitConfiguration()
    (limits.maxHeaderFieldSize, limits.maxHeaderListSize) = (headLimit, headLimit)
    let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
    // The second limit is for what follows a request for another protocol: nobody takes it.
    try pipeline.addHandler(ByteToMessageHandler(decoder, maximumBufferSize: headLimit))
    try pipeline.addHandler(Clerk(doorkeeper: doorkeeper, desk: desk, book: book))
  }

  func handlerAdded(context: ChannelHandlerContext) { book.value.unanswered += 1 }

  /// Always comes, be the connection one that was gone before anybody looked at it.
  func handlerRemoved(context: ChannelHandlerContext) { noteAnswer() }

  func channelActive(context: ChannelHandlerContext) {
    let (clerk, bound) = loopBound(context)
    timer = context.eventLoop.scheduleTask(in: Self.patience) {
      clerk.value.refuse(WebRefusal(408, "The request did not arrive in time."), bound.value)
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // Whatever follows the first request goes unheard.
    if isAnswered { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      if case .failure(let refusal) = admission(of: head) {
        refuse(refusal, context)
      } else if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
      }
    case .body(let part):
      bodyLength += part.readableBytes
      if bodyLength > Doorkeeper.bodyLimit {
        refuse(WebRefusal(413, "The body is longer than \(Doorkeeper.bodyLimit) bytes."), context)
      }
    case .end:
      guard let head else { return }
      answer(admission(of: head), context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Whatever follows the first request goes unheard, be it nonsense: closed at once, the answer would be lost.
    if isAnswered { return }
    switch error {
    case HTTPParserError.headerOverflow:
      refuse(WebRefusal(431, "Path and headers are longer than \(Self.headLimit) bytes."), context)
    case is HTTPParserError:
      refuse(WebRefusal(400, "This is no request that can be understood."), context)
    default:
      context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    // After the answer the other side has said goodbye, and may still be reading. Before it, nothing more will come.
    if isAnswered { return }
    if head == nil {
      context.close(promise: nil)
    } else {
      refuse(WebRefusal(400, "The request ended too early."), context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  private func admission(of head: HTTPRequestHead) -> Result<WebService, WebRefusal> {
    func value(_ name: String) -> String? {
      // Where one is enough, several are another (RFC 9110, section 5.3).
      let values = head.headers[name]
      return values.isEmpty ? nil : values.joined(separator: ", ")
    }
    let request = WebRequest(
      method: head.method.rawValue, target: head.uri, hosts: head.headers["host"],
      authorization: value("authorization"), origin: value("origin"), fetchSite: value("sec-fetch-site"),
      // The decoder lets digits pass, more of them than a number has here.
      bodyLength: value("content-length").map { Int($0) ?? .max })
    do throws(WebRefusal) {
      return .success(try doorkeeper.admit(request))
    } catch {
      return .failure(error)
    }
  }

  private func answer(_ admission: Result<WebService, WebRefusal>, _ context: ChannelHandlerContext) {
    switch admission.flatMap({ service in desk.give(service).map { (service, $0) } }) {
    case .success(let (service, document)):
      if service == .check, !book.value.shift.promise() {
        return refuse(WebRefusal(503, "The last check of this run is over. Ask again."), context)
      }
      send(document, [:], context)
    case .failure(let refusal):
      refuse(refusal, context)
    }
  }

  private func refuse(_ refusal: WebRefusal, _ context: ChannelHandlerContext) {
    if isAnswered { return }
    var headers = HTTPHeaders()
    if !refusal.allow.isEmpty { headers.add(name: "Allow", value: refusal.allow.joined(separator: ", ")) }
    if refusal.status == 401 { headers.add(name: "WWW-Authenticate", value: "Bearer realm=\"jod-check\"") }
    send(.text(HTTPResponseStatus(statusCode: refusal.status), refusal.words), headers, context)
  }

  private func send(_ document: WebDocument, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
    noteAnswer()
    var headers = headers
    headers.add(contentsOf: [
      ("Content-Type", document.contentType), ("Content-Length", "\(document.body.count)"),
      ("Connection", "close"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("X-Frame-Options", "DENY"), ("Content-Security-Policy", document.policy),
    ])
    let response = HTTPResponseHead(version: .http1_1, status: document.status, headers: headers)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    if head?.method != .HEAD {
      let body = context.channel.allocator.buffer(bytes: document.body)
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    closeLater(Self.patience, context)
    let (clerk, bound) = loopBound(context)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenSuccess { clerk.value.sayGoodbye(bound.value) }
    book.value.bell.ring()
  }

  /// Closed at once, what the other side still sends would break the connection before it has read the answer.
  private func sayGoodbye(_ context: ChannelHandlerContext) {
    closeLater(Self.goodbye, context)
    // Closes all of it where the other side has said goodbye.
    context.close(mode: .output, promise: nil)
  }

  private func closeLater(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    let (_, bound) = loopBound(context)
    timer?.cancel()
    timer = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
  }

  private func noteAnswer() {
    if isAnswered { return }
    isAnswered = true
    book.value.unanswered -= 1
  }

  private func loopBound(
    _ context: ChannelHandlerContext
  ) -> (NIOLoopBound<Clerk>, NIOLoopBound<ChannelHandlerContext>) {
    (NIOLoopBound(self, eventLoop: context.eventLoop), NIOLoopBound(context, eventLoop: context.eventLoop))
  }
}
