import Foundation
import Household
import JodCore
import NIOCore
import NIOHTTP1
import NIOSSL
import Testing

@testable import jod_check

/// Opens a connection that lasts longer than any test.
private func open(_ url: String, within limit: TimeAmount = .minutes(1)) throws -> HTTPConnection {
  try HTTPConnection.open(
    try #require(BaseURL(url)), deadline: .now() + limit,
    trusted: .certificates([TLSServer.certificate]))
}

/// Asks once.
private func get(_ url: String, within limit: TimeAmount = .minutes(1)) throws -> HTTPReply {
  let connection = try open(url, within: limit)
  defer { connection.close() }
  return try connection.get("/", headers: ["Host": "x"])
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
      #expect(String(decoding: try get("http://127.0.0.1:\(server.port)").body, as: UTF8.self) == "hello")
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
      let connection = try open("http://127.0.0.1:\(server.port)")
      defer { connection.close() }
      let body = [UInt8](repeating: 0x20, count: 64 << 20)
      #expect(try connection.post("/", headers: ["Host": "x"], body: body).status == 413)
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
        try get("http://127.0.0.1:\(server.port)", within: .milliseconds(200))
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

    @Test("a server that closes where it said that it would not is found out at the next request")
    func closes() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send(Self.hello)
      }
      let connection = try open("http://127.0.0.1:\(server.port)")
      defer { connection.close() }
      #expect(try connection.get("/", headers: ["Host": "x"]).keepsAlive)
      // Its end arrives before the request leaves, or the request meets nobody there.
      #expect {
        try connection.get("/", headers: ["Host": "x"])
      } throws: { error in
        error as? HTTPFailure == .closed || (error as? SystemError)?.code == ECONNRESET
      }
    }

    @Test("what nobody asked for spoils what comes after it, not what came before")
    func unsolicited() throws {
      let (server, url) = try server(Self.hello + Self.hello)
      defer { server.stop() }
      let connection = try open(url)
      defer { connection.close() }
      #expect(try connection.get("/", headers: ["Host": "x"]).status == 200)
      #expect(throws: NIOHTTPDecoderError.unsolicitedResponse) {
        try connection.get("/", headers: ["Host": "x"])
      }
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
      #expect(throws: HTTPFailure.tooLarge) { try get("http://127.0.0.1:\(larger.port)") }
    }

    @Test("a length that is announced takes no memory, and is not waited for where it is too large")
    func announced() throws {
      let (large, largeURL) = try server("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n")
      defer { large.stop() }
      #expect(throws: HTTPFailure.tooLarge) { try get(largeURL) }
      let (short, shortURL) = try server("HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n[")
      defer { short.stop() }
      #expect(throws: HTTPFailure.timeout) { try get(shortURL, within: .milliseconds(200)) }
    }

    // MARK: https

    @Test("https is http in TLS, with many requests on one connection")
    func secure() throws {
      let server = try TLSServer(reply: Self.hello)
      let connection = try open("https://localhost:\(server.port)")
      defer { connection.close() }
      for _ in 1...3 {
        #expect(
          String(decoding: try connection.get("/", headers: ["Host": "x"]).body, as: UTF8.self) == "hello")
      }
    }

    @Test("a connection may be closed at any time, and again", arguments: ["http", "https"])
    func close(scheme: String) throws {
      let server = try TLSServer(reply: Self.hello)
      let unused = try open("\(scheme)://localhost:\(server.port)")
      for _ in 1...2 { unused.close() }
      let used = try open("\(scheme)://localhost:\(server.port)")
      // In http to this server it fails.
      _ = try? used.get("/", headers: ["Host": "x"])
      for _ in 1...2 { used.close() }
      #expect(throws: (any Error).self) { try used.get("/", headers: ["Host": "x"]) }
    }

    @Test("a large body comes through TLS whole")
    func secureAndLarge() throws {
      let body = String(repeating: "x", count: 8 << 20)
      let server = try TLSServer(
        reply: "HTTP/1.1 200 OK\r\nContent-Length: \(8 << 20)\r\n\r\n\(body)")
      #expect(try get("https://localhost:\(server.port)").body == Array(body.utf8))
    }

    @Test("a reply whose length is known is whole, however TLS ends", arguments: TLSServer.End.allCases)
    func secureEnd(end: TLSServer.End) throws {
      let server = try TLSServer(reply: Self.hello, end: end)
      #expect(try get("https://localhost:\(server.port)").body.count == 5)
    }

    @Test("a reply that lasts to the end is whole where TLS says farewell, and cut off where it does not")
    func truncation() throws {
      let reply = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"
      let polite = try TLSServer(reply: reply, end: .farewell)
      #expect(try get("https://localhost:\(polite.port)").body.count == 5)
      let rude = try TLSServer(reply: reply, end: .cut)
      #expect(throws: NIOSSLError.uncleanShutdown) { try get("https://localhost:\(rude.port)") }
    }

    @Test("half a reply is none, however TLS ends", arguments: [TLSServer.End.farewell, .cut])
    func half(end: TLSServer.End) throws {
      let server = try TLSServer(reply: String(Self.hello.dropLast()), end: end)
      #expect(throws: (any Error).self) { try get("https://localhost:\(server.port)") }
    }

    @Test("a certificate for a name is none for an address")
    func otherName() throws {
      let server = try TLSServer(reply: Self.hello)
      for host in ["127.0.0.1", "[::1]"] {
        guard let connection = try? open("https://\(host):\(server.port)") else { continue }
        defer { connection.close() }
        #expect(throws: NIOSSLExtraError.failedToValidateHostname) {
          try connection.get("/", headers: ["Host": "x"])
        }
      }
    }

    @Test("a server that says nothing during the handshake is given up")
    func silentHandshake() throws {
      let server = try LoopbackServer { $0.waitForEnd() }
      #expect(throws: HTTPFailure.timeout) {
        try get("https://127.0.0.1:\(server.port)", within: .milliseconds(200))
      }
    }

    @Test("a server that speaks something else does not speak TLS")
    func noHandshake() throws {
      let server = try LoopbackServer { connection in
        connection.send("SSH-2.0-OpenSSH_9.2\r\n")
        connection.waitForEnd()
      }
      #expect(throws: NIOSSLError.self) { try get("https://127.0.0.1:\(server.port)") }
    }
  }
}
