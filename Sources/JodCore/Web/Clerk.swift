/// Answers the one request of a connection, however slow, broken or hostile it is: bytes and times in, bytes and a goodbye
/// out. Times are seconds on any clock that runs evenly.
public struct Clerk: Sendable {
  public typealias Serve = @Sendable (WebService) -> Result<WebDocument, WebRefusal>

  /// How far the connection is from its end, seen from here.
  public enum Line: Hashable, Sendable {
    case open
    /// Nothing more is said. Who is still talking is heard out for a while.
    case saidGoodbye
    case closed
  }

  /// Of a request. The longest body is a webhook's (`Doorkeeper.bodyLimit`).
  public static let limits = HTTPLimits(head: 16 << 10, fields: 100, body: Doorkeeper.bodyLimit)
  /// A request must be whole by then, and an answer heard; what is left of a connection is gone soon after its answer.
  public static let patience: Seconds = 2
  public static let goodbye: Seconds = 0.5

  public private(set) var line = Line.open
  /// What is to be said, as far as it was not yet taken.
  public private(set) var outgoing: ArraySlice<UInt8> = []
  public private(set) var isAnswered = false
  /// When something happens though nobody says anything.
  public private(set) var deadline: Seconds

  private let doorkeeper: Doorkeeper
  private let serve: Serve
  private var reader = HTTPReader(.requests, Self.limits)
  private var request: WebRequest?
  private var isInputClosed = false

  /// Somebody has come.
  ///
  /// - Parameter serve: what a request gets that the doorkeeper lets in.
  public init(_ doorkeeper: Doorkeeper, at now: Seconds, serve: @escaping Serve) {
    (self.doorkeeper, self.serve) = (doorkeeper, serve)
    deadline = now + Self.patience
  }

  // MARK: What happens

  /// Whatever follows the first request goes unheard: closed at once, the answer would be lost.
  public mutating func hear(_ bytes: ArraySlice<UInt8>, at now: Seconds) {
    var bytes = bytes
    do throws(HTTPFault) {
      while !isAnswered, let part = try reader.next(&bytes) { hear(part, at: now) }
    } catch {
      refuse(Self.refusal(error), at: now)
    }
  }

  /// The other side says no more, and may still be listening.
  public mutating func hearEnd(at now: Seconds) {
    isInputClosed = true
    if isAnswered {
      if line == .saidGoodbye { line = .closed }
    } else if reader.isInside {
      refuse(WebRefusal(400, "The request ended too early."), at: now)
    } else {
      line = .closed
    }
  }

  /// The connection is gone.
  public mutating func hearNothingMore() { line = .closed }

  /// So much of what is to be said was taken.
  public mutating func noteSent(_ count: Int, at now: Seconds) {
    outgoing = outgoing.dropFirst(count)
    guard isAnswered, outgoing.isEmpty, line == .open else { return }
    // Closed at once, what the other side still sends would break the connection before it has read the answer.
    line = isInputClosed ? .closed : .saidGoodbye
    deadline = now + Self.goodbye
  }

  /// Time has passed.
  public mutating func noteTime(_ now: Seconds) {
    guard now >= deadline else { return }
    if isAnswered {
      line = .closed
      return
    }
    refuse(WebRefusal(408, "The request did not arrive in time."), at: now)
  }

  // MARK: What is answered

  private mutating func hear(_ part: HTTPReader.Part, at now: Seconds) {
    switch part {
    case .head(let head, let framing):
      let request = WebRequest(head, framing)
      self.request = request
      if case .failure(let refusal) = admission(of: request) { return refuse(refusal, at: now) }
      // HTTP/1.0 knows no such answer (RFC 9110, section 10.1.1).
      if head.minorVersion == 1, head.fields.list("expect").contains("100-continue") {
        outgoing += HTTPWriter.reply(100)
      }
    case .body: break
    case .end:
      guard let request else { return }
      switch admission(of: request).flatMap(serve) {
      case .success(let document): answer(document, at: now)
      case .failure(let refusal): refuse(refusal, at: now)
      }
    }
  }

  private func admission(of request: WebRequest) -> Result<WebService, WebRefusal> {
    do throws(WebRefusal) {
      return .success(try doorkeeper.admit(request))
    } catch {
      return .failure(error)
    }
  }

  private static func refusal(_ fault: HTTPFault) -> WebRefusal {
    switch fault {
    case .headTooLarge:
      WebRefusal(
        431, "Path and headers are longer than \(limits.head) bytes, or more than \(limits.fields).")
    case .bodyTooLarge: WebRefusal(413, "The body is longer than \(limits.body) bytes.")
    case .malformed, .incomplete: WebRefusal(400, "This is no request that can be understood.")
    }
  }

  private mutating func refuse(_ refusal: WebRefusal, at now: Seconds) {
    var fields: [HTTPWriter.Field] = []
    if !refusal.allow.isEmpty { fields.append(("Allow", refusal.allow.joined(separator: ", "))) }
    if refusal.status == 401 { fields.append(("WWW-Authenticate", "Bearer realm=\"jod-check\"")) }
    answer(.text(refusal.status, refusal.words), fields, at: now)
  }

  private mutating func answer(
    _ document: WebDocument, _ fields: [HTTPWriter.Field] = [], at now: Seconds
  ) {
    if isAnswered { return }
    isAnswered = true
    let common: [HTTPWriter.Field] = [
      ("Content-Type", document.contentType), ("Content-Length", "\(document.body.count)"),
      ("Connection", "close"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("X-Frame-Options", "DENY"), ("Content-Security-Policy", document.policy),
    ]
    outgoing += HTTPWriter.reply(document.status, fields + common)
    if request?.method != "HEAD" { outgoing += document.body }
    deadline = now + Self.patience
  }
}

extension WebRequest {
  fileprivate init(_ head: HTTPHead, _ framing: HTTPFraming) {
    guard case .request(let method, let target) = head.start else { preconditionFailure("a reply") }
    func value(_ name: String) -> String? {
      // Where one is enough, several are another (RFC 9110, section 5.3).
      let values = head.fields[name]
      return values.isEmpty ? nil : values.joined(separator: ", ")
    }
    var bodyLength: Int?
    if case .length(let length) = framing { bodyLength = Int(clamping: length) }
    self.init(
      method: method, target: target, hosts: head.fields["host"], authorization: value("authorization"),
      origin: value("origin"), fetchSite: value("sec-fetch-site"), bodyLength: bodyLength)
  }
}
