/// Answers the one request of a connection, even a slow, broken or hostile one: bytes and times in, bytes and a state out.
/// Times are seconds on any clock that runs evenly.
public struct ServerConnection: Sendable {
  public typealias Reply = Result<WebDocument, WebRefusal>
  public typealias Answer = @Sendable (WebRequest, WebService) -> WebAnswer

  public enum State: Hashable, Sendable {
    case open
    /// Everything is sent. What the other side still sends is received for a while, and dropped.
    case finishing
    case closed
  }

  /// Of a request. The longest body is a webhook's (`RequestPolicy.bodyLimit`).
  public static let limits = HTTPLimits(head: 16 << 10, fields: 100, body: RequestPolicy.bodyLimit)
  /// A request must be whole within this time, and its answer taken within it again.
  public static let requestTimeout: Seconds = 2
  /// After the answer, a connection stays so long at most.
  public static let lingerTime: Seconds = 0.5

  public private(set) var state = State.open
  /// What is still to be sent.
  public private(set) var outgoing: ArraySlice<UInt8> = []
  public private(set) var isAnswered = false
  /// When something happens though nothing is received.
  public private(set) var deadline: Seconds

  private let policy: RequestPolicy
  private let answer: Answer
  private var reader = HTTPReader(.requests, Self.limits)
  private var request: WebRequest?
  private var isInputClosed = false
  /// What the answer waits for, where it takes time.
  private var errand: WebErrand?

  /// A connection was accepted.
  ///
  /// - Parameter answer: answers a request that the policy admits.
  public init(_ policy: RequestPolicy, at now: Seconds, answer: @escaping Answer) {
    (self.policy, self.answer) = (policy, answer)
    deadline = now + Self.requestTimeout
  }

  // MARK: What happens

  /// Anything after the first request is ignored: if the connection were closed at once, the answer would be lost.
  public mutating func receive(_ bytes: ArraySlice<UInt8>, at now: Seconds) {
    var bytes = bytes
    do throws(HTTPFault) {
      while !isAnswered, errand == nil, let part = try reader.next(&bytes) { receive(part, at: now) }
    } catch {
      // What follows a request is none of it.
      if errand == nil { refuse(Self.refusal(error), at: now) }
    }
  }

  /// The other side sends no more, and may still read.
  public mutating func receiveEnd(at now: Seconds) {
    isInputClosed = true
    if errand != nil { return }
    if isAnswered {
      if state == .finishing { state = .closed }
    } else if reader.isInside {
      refuse(WebRefusal(400, "The request ended too early."), at: now)
    } else {
      state = .closed
    }
  }

  /// The connection is gone.
  public mutating func noteLost() { state = .closed }

  /// So many bytes were sent.
  public mutating func noteSent(_ count: Int, at now: Seconds) {
    outgoing = outgoing.dropFirst(count)
    guard isAnswered, outgoing.isEmpty, state == .open else { return }
    // If it were closed at once, what the other side still sends would break the connection before it has read the answer.
    state = isInputClosed ? .closed : .finishing
    deadline = now + Self.lingerTime
  }

  /// Time has passed.
  public mutating func noteTime(_ now: Seconds) {
    if let reply = errand?.reply() { return settle(reply, at: now) }
    guard now >= deadline else { return }
    if let errand { return settle(errand.late, at: now) }
    if isAnswered {
      state = .closed
      return
    }
    refuse(WebRefusal(408, "The request did not arrive in time."), at: now)
  }

  // MARK: What is answered

  private mutating func receive(_ part: HTTPReader.Part, at now: Seconds) {
    switch part {
    case .head(let head, let framing):
      let request = WebRequest(head, framing)
      self.request = request
      if case .failure(let refusal) = admission(of: request) { return refuse(refusal, at: now) }
      // HTTP/1.0 knows no such answer (RFC 9110, section 10.1.1).
      if head.minorVersion == 1, head.fields.list("expect").contains("100-continue") {
        outgoing += HTTPWriter.reply(100)
      }
    case .body(let bytes):
      guard let request, WebService(rawValue: request.path)?.isButton == true else { return }
      self.request?.form += bytes
      // Where its length was told, the policy has refused it already.
      if let limit = WebService(rawValue: request.path)?.bodyLimit, (self.request?.form.count ?? 0) > limit {
        refuse(WebRefusal(413, "The body is longer than \(limit) bytes."), at: now)
      }
    case .end:
      guard let request else { return }
      switch admission(of: request) {
      case .failure(let refusal): refuse(refusal, at: now)
      case .success(let service): answer(request, service, at: now)
      }
    }
  }

  private mutating func answer(_ request: WebRequest, _ service: WebService, at now: Seconds) {
    if let cookie = policy.cookie(settling: request) {
      // The token leaves the address, where it could be read over a shoulder or from a history.
      return reply(.back([("Set-Cookie", cookie)]), at: now)
    }
    switch answer(request, service) {
    case .now(let result): settle(result, at: now)
    case .later(let errand):
      self.errand = errand
      deadline = now + errand.limit
    }
  }

  private mutating func settle(_ reply: Reply, at now: Seconds) {
    errand = nil
    switch reply {
    case .success(let document): self.reply(document, at: now)
    case .failure(let refusal): refuse(refusal, at: now)
    }
  }

  private func admission(of request: WebRequest) -> Result<WebService, WebRefusal> {
    do throws(WebRefusal) {
      return .success(try policy.admit(request))
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
    var document =
      request?.isBrowser == true
      ? RefusalPage(refusal).document : WebDocument.text(refusal.status, refusal.words)
    document.fields += fields
    reply(document, at: now)
  }

  private mutating func reply(_ document: WebDocument, at now: Seconds) {
    if isAnswered { return }
    isAnswered = true
    // A form's origin is told to its own page, and nothing to others (Fetch, section 3.2.7).
    let common: [HTTPWriter.Field] = [
      ("Content-Type", document.contentType), ("Content-Length", "\(document.body.count)"),
      ("Connection", "close"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("X-Frame-Options", "DENY"), ("Content-Security-Policy", document.policy),
    ]
    outgoing += HTTPWriter.reply(document.status, document.fields + common)
    if request?.method != "HEAD" { outgoing += document.body }
    deadline = now + Self.requestTimeout
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
      origin: value("origin"), fetchSite: value("sec-fetch-site"), cookies: head.fields["cookie"],
      accept: value("accept"), contentType: value("content-type"),
      forwardedProtocol: value("x-forwarded-proto"), bodyLength: bodyLength)
  }
}
