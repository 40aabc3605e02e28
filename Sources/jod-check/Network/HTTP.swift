import Glibc
import JodCore

/// An HTTP reply, whole.
struct HTTPReply {
  let status: Int
  let fields: HTTPFields
  let body: [UInt8]
}

/// Why there is no reply, beside what sockets, TLS and a message's own faults have to say.
enum HTTPFailure: Error, Equatable {
  /// The deadline came before a reply began.
  case timeout
  /// The deadline came before all of the body did: bytes that had come, and those that were announced.
  case tooSlow(received: Int, of: Int?)
  /// The connection was closed before a reply began.
  case closed
}

/// A web server that is asked one question after another, with one deadline for all of it.
///
/// A connection is made where there is none, and anew where the server has closed the last one without a reply. It asks one
/// question at a time and waits for the answer itself: no thread, no event loop.
final class WebServer {
  /// Of replies. A household's `/Sessions` has some hundred kilobytes.
  static let limits = HTTPLimits(head: 64 << 10, fields: 200, body: 32 << 20)

  private let url: BaseURL
  private let trust: TLSTrust
  private var limit: ReadDeadline
  private var connection: HTTPConnection?

  /// - Parameters:
  ///   - trust: who may sign a certificate.
  ///   - longest: the end even while it sends.
  init(_ url: BaseURL, trust: TLSTrust, deadline: Deadline, longest: Deadline? = nil) {
    (self.url, self.trust) = (url, trust)
    limit = ReadDeadline(until: deadline, longest: longest)
  }

  deinit { connection?.close() }

  /// Asks for a path; redirects are replies like any other. Throws `HTTPFailure`, `HTTPFault`, `DialFailure`, `TLSFailure`
  /// and `SystemError`.
  func get(_ path: String, _ fields: [HTTPWriter.Field]) throws -> HTTPReply {
    let request = HTTPWriter.request("GET", path, host + fields)
    do {
      return try exchange(request)
    } catch HTTPFailure.closed {
      // Nothing was answered, and what is asked changes nothing: it may be asked again (RFC 9110, section 9.2.2).
      return try exchange(request)
    }
  }

  /// Sends a body of JSON to a path. It is sent once.
  func post(_ path: String, _ fields: [HTTPWriter.Field], body: [UInt8]) throws -> HTTPReply {
    let type: [HTTPWriter.Field] = [("Content-Type", "application/json")]
    return try exchange(HTTPWriter.request("POST", path, host + fields + type, body: body))
  }

  /// Removes what is at a path. It is asked once.
  func delete(_ path: String, _ fields: [HTTPWriter.Field]) throws -> HTTPReply {
    try exchange(HTTPWriter.request("DELETE", path, host + fields))
  }

  private var host: [HTTPWriter.Field] { [("Host", url.hostHeader)] }

  private func exchange(_ request: [UInt8]) throws -> HTTPReply {
    do {
      if let connection, connection.hasEnded() { disconnect() }
      let current = try connection ?? HTTPConnection(url, trust: trust, deadline: limit.deadline)
      connection = current
      let reply = try current.ask(request, &limit)
      if !current.isReusable { disconnect() }
      return reply
    } catch {
      disconnect()
      throw error
    }
  }

  private func disconnect() {
    connection?.close()
    connection = nil
  }
}

/// One connection to a web server, with TLS in it where the URL is https.
final class HTTPConnection {
  /// Read at once, in bytes.
  private static let chunk = 64 << 10

  private let socket: Socket
  private let tls: TLS?
  private var reader = HTTPReader(.replies, WebServer.limits)
  private var outgoing: ArraySlice<UInt8> = []
  private var incoming: ArraySlice<UInt8> = []
  private var buffer = [UInt8](repeating: 0, count: chunk)
  /// Whether poll(2) knows of all that can be read: TLS may still hold its closing alert behind what was read.
  private var isDrained = true
  /// Whether it takes another request.
  private(set) var isReusable = true

  /// Connects, and trusts the server's certificate or throws.
  init(_ url: BaseURL, trust: TLSTrust, deadline: Deadline) throws {
    // A missing library is reported before anything is connected.
    let library = url.isSecure ? try OpenSSL.load() : nil
    let socket = try Dial(url.endpoint).connection(by: deadline)
    self.socket = socket
    tls = try library.map { try TLS($0, socket, to: url.endpoint, trust: trust, deadline: deadline) }
  }

  /// Whether the other side has closed the connection between two requests; or has sent something unasked, which would be
  /// taken for the reply to the next one (RFC 9112, section 6.3).
  func hasEnded() -> Bool {
    do { return try receive() != nil } catch { return true }
  }

  /// Sends a request, and reads its reply.
  func ask(_ request: [UInt8], _ limit: inout ReadDeadline) throws -> HTTPReply {
    outgoing = request[...]
    var reply = ReplyInProgress()
    while true {
      send()
      if let whole = try read(&reply) {
        // It may have come before the whole request was sent, or with something that nobody asked for: then nothing else
        // can be asked here.
        isReusable = isReusable && reply.keepsAlive && outgoing.isEmpty && incoming.isEmpty
        return whole
      }
      let isSending = !outgoing.isEmpty || tls?.isSending == true
      let events = isSending ? POLLIN | POLLOUT : POLLIN
      var states = [pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)]
      guard
        isDrained ? Socket.wait(for: &states, until: limit.deadline) : !limit.deadline.isOver
      else { throw reply.lateness }
      if try hasEnded(during: reply) { return try end(reply) }
      if !incoming.isEmpty { limit.noteArrival() }
    }
  }

  private func read(_ reply: inout ReplyInProgress) throws(HTTPFault) -> HTTPReply? {
    while let part = try reader.next(&incoming) {
      if let whole = reply.add(part) { return whole }
    }
    return nil
  }

  /// Carries what has arrived to the reader; true at the end of the connection.
  private func hasEnded(during reply: ReplyInProgress) throws -> Bool {
    do {
      return try receive() == 0
    } catch let failure as TLSFailure where failure != .cutOff {
      // With TLS 1.3 the server may refuse after the handshake what it was shown in it.
      throw failure
    } catch let error as SystemError where ![ECONNRESET, EPIPE].contains(error.code) {
      throw error
    } catch {
      // A server that closed a connection that was kept answers with a reset, if at all.
      throw reader.isInside ? error : HTTPFailure.closed
    }
  }

  /// A reply may last as long as its connection.
  private func end(_ reply: ReplyInProgress) throws -> HTTPReply {
    var reply = reply
    isReusable = false
    guard let part = try reader.finish(), let whole = reply.add(part) else { throw HTTPFailure.closed }
    return whole
  }

  /// Sends as much as the kernel takes.
  private func send() {
    do {
      while !outgoing.isEmpty {
        let count = try outgoing.withUnsafeBytes { try tls?.send($0) ?? socket.send($0) }
        if count == 0 { return }
        outgoing = outgoing.dropFirst(count)
      }
    } catch {
      // A server that reads no more may have said why, ignoring: what can be read tells.
      outgoing = []
      isReusable = false
    }
  }

  /// How many bytes have arrived: none at the end of the connection, nil where nothing is there yet.
  private func receive() throws -> Int? {
    // A slice that is left over would keep the memory from being used again.
    incoming = []
    let count = try buffer.withUnsafeMutableBytes {
      try tls == nil ? socket.receive(into: $0) : tls?.receive(into: $0)
    }
    isDrained = tls == nil || count == nil
    incoming = buffer[..<(count ?? 0)]
    return count
  }

  /// Sends TLS's closing alert, and waits for none.
  func close() { tls?.sendClosingAlert() }
}

/// One reply, of the parts in which it arrives.
private struct ReplyInProgress {
  private var head: HTTPHead?
  private var body: [UInt8] = []
  private var length = 0

  var keepsAlive: Bool { head?.keepsAlive ?? false }

  /// What is wrong where no more of it comes in time.
  var lateness: HTTPFailure {
    head == nil ? .timeout : .tooSlow(received: body.count, of: length > 0 ? length : nil)
  }

  /// The reply once it is whole, nil before.
  mutating func add(_ part: HTTPReader.Part) -> HTTPReply? {
    switch part {
    case .head(let head, let framing):
      self.head = head
      if case .length(let length) = framing { self.length = Int(clamping: length) }
    case .body(let bytes):
      // Announcing is cheap: memory is there for a large body once it has begun to be one.
      if body.count + bytes.count > 64 << 10 { body.reserveCapacity(length) }
      body.append(contentsOf: bytes)
    case .end:
      guard case .reply(let status)? = head?.start, let fields = head?.fields else { return nil }
      return HTTPReply(status: status, fields: fields, body: body)
    }
    return nil
  }
}
