import Foundation
import Household
import JodCore
import Synchronization
import Testing

@testable import jod_check

extension WebServer {
  /// Lasts longer than any test, if not told otherwise. Trusts the household's authority alone.
  convenience init(_ url: String, within limit: Seconds = 60, trust: TLSTrust? = nil) throws {
    let root = try Certificate.authorities.get().root.file
    self.init(
      try #require(BaseURL(url)), trust: trust ?? TLSTrust(file: root, directory: "/nowhere"),
      deadline: Deadline(in: limit))
  }
}

extension HTTPReply {
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// Asks once.
private func get(_ url: String, within limit: Seconds = 60) throws -> HTTPReply {
  try WebServer(url, within: limit).get("/", [])
}

extension World {
  @Suite("A connection to a web server")
  struct HTTPTests {
    /// A server that says this to each request.
    private func server(_ reply: String) throws -> (server: LoopbackServer, url: String) {
      let server = try LoopbackServer { connection in
        while connection.readRequest() != nil { connection.send(reply) }
      }
      return (server, "http://127.0.0.1:\(server.port)")
    }

    private static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    @Test("a reply in pieces of one byte is a reply")
    func pieces() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        for byte in Self.hello.utf8 { connection.send([byte]) }
        connection.waitForEnd()
      }
      #expect(try get("http://127.0.0.1:\(server.port)").text == "hello")
    }

    @Test("a reply that comes before the request is sent is a reply, and the connection takes no harm")
    func early() throws {
      let isOver = DispatchSemaphore(value: 0)
      let server = try LoopbackServer { connection in
        // It reads no more than the beginning of such a body.
        _ = connection.readRequest()
        connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        isOver.wait()
      }
      defer { isOver.signal() }
      let body = [UInt8](repeating: 0x20, count: 64 << 20)
      #expect(try WebServer("http://127.0.0.1:\(server.port)").post("/", [], body: body).status == 413)
    }

    @Test("what precedes a reply is none")
    func informational() throws {
      let (server, url) = try server(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + Self.hello)
      defer { server.stop() }
      #expect(try get(url).status == 200)
    }

    @Test("a server that never falls silent is given up at the deadline")
    func endless() throws {
      let server = try LoopbackServer { connection in
        while connection.send("HTTP/1.1 100 Continue\r\n\r\n") {}
      }
      #expect(throws: HTTPFailure.timeout) {
        try get("http://127.0.0.1:\(server.port)", within: 0.2)
      }
    }

    @Test("a server that resets the connection is told by the kernel's error")
    func reset() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
        connection.resetAtEnd()
      }
      let error = #expect(throws: SystemError.self) { try get("http://127.0.0.1:\(server.port)") }
      #expect(error?.code == ECONNRESET)
    }

    /// How many connections a server has taken.
    private final class Count: Sendable {
      private let value = Mutex(0)
      var now: Int { value.withLock { $0 } }
      func next() { value.withLock { $0 += 1 } }
    }

    @Test("a server that closes where it said that it would not is asked over another connection")
    func closes() throws {
      let count = Count()
      let server = try LoopbackServer { connection in
        count.next()
        guard connection.readRequest() != nil else { return }
        connection.send(Self.hello)
      }
      let web = try WebServer("http://127.0.0.1:\(server.port)")
      // Its end arrives before the request leaves, or the request meets nobody there.
      for _ in 1...20 { #expect(try web.get("/", []).text == "hello") }
      #expect(count.now == 20)
    }

    /// What a server does with a connection that was kept, once it has the next request.
    enum Ending: CaseIterable { case close, reset }

    @Test(
      "a server that closes the connection silently when it is asked again is asked once more",
      arguments: Ending.allCases)
    func leaves(ending: Ending) throws {
      let count = Count()
      let server = try LoopbackServer { connection in
        count.next()
        guard connection.readRequest() != nil else { return }
        connection.send(Self.hello)
        guard connection.readRequest() != nil else { return }
        if ending == .reset { connection.resetAtEnd() }
      }
      let web = try WebServer("http://127.0.0.1:\(server.port)")
      #expect(try web.get("/", []).text == "hello")
      #expect(try web.get("/", []).text == "hello")
      #expect(count.now == 2)
    }

    @Test("a server that never answers is asked twice, and told what to do once")
    func asksTwice() throws {
      let count = Count()
      let server = try LoopbackServer { connection in
        if connection.readRequest() != nil { count.next() }
      }
      let web = try WebServer("http://127.0.0.1:\(server.port)")
      #expect(throws: HTTPFailure.closed) { try web.get("/", []) }
      #expect(count.now == 2)
      #expect(throws: HTTPFailure.closed) { try web.post("/", [], body: [0x20]) }
      #expect(count.now == 3)
    }

    @Test("a reply that has begun is not asked for again")
    func begun() throws {
      let count = Count()
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        count.next()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")
      }
      #expect(throws: HTTPFault.incomplete) { try get("http://127.0.0.1:\(server.port)") }
      #expect(count.now == 1)
    }

    @Test(
      "what nobody asked for is not read, and the next question goes over another connection",
      arguments: ["\r\n", hello, "\u{0}"])
    func unsolicited(extra: String) throws {
      let connections = Mutex(0)
      let server = try LoopbackServer { connection in
        let number = connections.withLock { count in
          count += 1
          return count
        }
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)" + extra)
        connection.waitForEnd()
      }
      let web = try WebServer("http://127.0.0.1:\(server.port)")
      #expect(try web.get("/", []).text == "1")
      #expect(try web.get("/", []).text == "2")
    }

    @Test("a head that is too large is told as that")
    func largeHead() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n")
        connection.waitForEnd()
      }
      #expect(throws: HTTPFault.headTooLarge) {
        try WebServer("http://127.0.0.1:\(server.port)").get("/", [])
      }
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(server.port)")))
      #expect(trouble.words.contains("64 KiB"), "\(trouble.words)")
    }

    /// How the length of a body is told.
    enum Framing: CaseIterable { case length, chunks, end }

    /// A server whose body has so many MiB.
    private func server(_ framing: Framing, mebibytes: Int, extra: Int = 0) throws -> LoopbackServer {
      try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        let header =
          switch framing {
          case .length: "Content-Length: \(mebibytes << 20 + extra)\r\n"
          case .chunks: "Transfer-Encoding: chunked\r\n"
          case .end: "Connection: close\r\n"
          }
        connection.send("HTTP/1.1 200 OK\r\n\(header)\r\n")
        for size in Array(repeating: 1 << 20, count: mebibytes) + [extra] where size > 0 {
          if framing == .chunks { connection.send("\(String(size, radix: 16))\r\n") }
          guard connection.send([UInt8](repeating: 0x20, count: size)) else { return }
          if framing == .chunks { connection.send("\r\n") }
        }
        if framing == .chunks { connection.send("0\r\n\r\n") }
      }
    }

    @Test("a body of 32 MiB is read, and one of a byte more is not", arguments: Framing.allCases)
    func limit(framing: Framing) throws {
      let allowed = try server(framing, mebibytes: 32)
      #expect(try get("http://127.0.0.1:\(allowed.port)").body.count == 32 << 20)
      let larger = try server(framing, mebibytes: 32, extra: 1)
      let length = framing == .length ? UInt64(32 << 20 + 1) : nil
      #expect(throws: HTTPFault.bodyTooLarge(length)) { try get("http://127.0.0.1:\(larger.port)") }
    }

    @Test("a length that is announced takes no memory, and is not waited for where it is too large")
    func announced() throws {
      let (large, largeURL) = try server("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n")
      defer { large.stop() }
      #expect(throws: HTTPFault.bodyTooLarge(.max / 2)) { try get(largeURL) }
      let (short, shortURL) = try server("HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n[")
      defer { short.stop() }
      #expect(throws: HTTPFailure.tooSlow(received: 1, of: 32 << 20)) { try get(shortURL, within: 0.2) }
    }

    /// Asks with a deadline that is later while bytes arrive.
    private func listen(to port: Int, within limit: Seconds, longest: Seconds) throws -> HTTPReply {
      try WebServer(
        try #require(BaseURL("http://127.0.0.1:\(port)")), trust: TLSTrust(), deadline: Deadline(in: limit),
        longest: Deadline(in: longest)
      ).get("/", [])
    }

    @Test("a reply whose bytes flow is read beyond the deadline")
    func flows() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for _ in 1...8 where connection.staysOpen(forMilliseconds: 50) { connection.send("x") }
      }
      #expect(try listen(to: server.port, within: 0.2, longest: 60).text == "xxxxxxxx")
    }

    @Test(
      "one that flows for ever is given up at the end, and one that dries up a second after its last byte")
    func driesUp() throws {
      let endless = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while connection.staysOpen(forMilliseconds: 20), connection.send("1\r\nx\r\n") {}
      }
      #expect(throws: HTTPFailure.self) { try listen(to: endless.port, within: 0.1, longest: 0.4) }
      let dry = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nxx")
        connection.waitForEnd()
      }
      let start = Clock.seconds(CLOCK_MONOTONIC)
      #expect(throws: HTTPFailure.tooSlow(received: 2, of: 8)) {
        try listen(to: dry.port, within: 0.1, longest: 60)
      }
      #expect(Clock.seconds(CLOCK_MONOTONIC) - start < 30)
    }

    @Test("a silent server is given up at the deadline, even if it had more time before")
    func silent() throws {
      let server = try LoopbackServer { connection in connection.waitForEnd() }
      let start = Clock.seconds(CLOCK_MONOTONIC)
      #expect(throws: HTTPFailure.timeout) { try listen(to: server.port, within: 0.1, longest: 60) }
      #expect(Clock.seconds(CLOCK_MONOTONIC) - start < 30)
    }
  }
}
