import Glibc
import JodCore
import NIOCore
import NIOHTTP1

/// Answers the one request of a connection, however slow, broken or hostile it is.
final class Clerk: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// A request must be whole by then, and what is left of a connection is gone soon after its answer.
  private static let patience = TimeAmount.seconds(2)
  private static let goodbye = TimeAmount.milliseconds(500)
  /// In bytes: the request line and all headers.
  private static let headLimit = 16 << 10

  private let doorkeeper: Doorkeeper
  private let desk: Desk
  private let book: NIOLoopBoundBox<Reception.Book>
  private var head: HTTPRequestHead?
  private var bodyLength = 0
  private var hasBytes = false
  private var isAnswered = false
  private var timer: Scheduled<Void>?

  init(doorkeeper: Doorkeeper, desk: Desk, book: NIOLoopBoundBox<Reception.Book>) {
    (self.doorkeeper, self.desk, self.book) = (doorkeeper, desk, book)
  }

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
      let size = head.headers.reduce(head.uri.utf8.count) {
        $0 + $1.name.utf8.count + $1.value.utf8.count + 4
      }
      if size > Self.headLimit {
        refuse(WebRefusal(431, "The headers are longer than \(Self.headLimit) bytes."), context)
      } else if case .failure(let refusal) = admission(of: head) {
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
    guard error is HTTPParserError, !isAnswered else {
      context.close(promise: nil)
      return
    }
    if case HTTPParserError.headerOverflow = error {
      refuse(WebRefusal(431, "The headers are too long."), context)
    } else {
      refuse(WebRefusal(400, "This is no request that can be understood."), context)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
    // After the answer the other side has said goodbye, too. Before it, nothing more will come.
    if isAnswered || head == nil {
      context.close(promise: nil)
    } else {
      refuse(WebRefusal(400, "The request ended too early."), context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    noteAnswer()
    context.fireChannelInactive()
  }

  private func admission(of head: HTTPRequestHead) -> Result<WebService, WebRefusal> {
    let request = WebRequest(
      method: head.method.rawValue, target: head.uri, hosts: head.headers["host"],
      authorization: head.headers.first(name: "authorization"), origin: head.headers.first(name: "origin"),
      fetchSite: head.headers.first(name: "sec-fetch-site"),
      bodyLength: head.headers.first(name: "content-length").flatMap { Int($0) })
    do throws(WebRefusal) {
      return .success(try doorkeeper.admit(request))
    } catch {
      return .failure(error)
    }
  }

  private func answer(_ admission: Result<WebService, WebRefusal>, _ context: ChannelHandlerContext) {
    switch admission.flatMap({ service in desk.give(service).map { (service, $0) } }) {
    case .success(let (service, document)):
      if service == .check { book.value.shift.notePromise() }
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
    let (clerk, bound) = loopBound(context)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in clerk.value.sayGoodbye(bound.value)
    }
    book.value.ring()
  }

  /// Closed at once, what the other side still sends would break the connection before it has read the answer.
  private func sayGoodbye(_ context: ChannelHandlerContext) {
    context.close(mode: .output, promise: nil)
    let (_, bound) = loopBound(context)
    timer?.cancel()
    timer = context.eventLoop.scheduleTask(in: Self.goodbye) { bound.value.close(promise: nil) }
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
