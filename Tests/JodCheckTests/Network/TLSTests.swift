import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// Asks once for what a `TLSServer` has.
private func get(_ server: TLSServer, within limit: Seconds = 60) throws -> HTTPReply {
  try WebServer("https://localhost:\(server.port)", within: limit).get("/hello", [])
}

private func get(_ server: LoopbackServer, within limit: Seconds = 60) throws -> HTTPReply {
  try WebServer("https://127.0.0.1:\(server.port)", within: limit).get("/hello", [])
}

extension World {
  @Suite("TLS with OpenSSL's own server, and with what is none")
  struct TLSTests {
    private let certificate: Certificate

    init() throws { certificate = try Certificate(for: "DNS:localhost,IP:127.0.0.1", key: .rsa) }

    // MARK: Versions

    @Test("TLS 1.2 and 1.3 are spoken", arguments: ["-tls1_2", "-tls1_3"])
    func versions(version: String) throws {
      let server = try TLSServer(certificate, options: [version])
      #expect(try get(server).text == "hello")
    }

    @Test("older versions are refused as what they are", arguments: ["-tls1", "-tls1_1"])
    func oldVersions(version: String) throws {
      let server = try TLSServer(certificate, options: [version] + TLSServer.unsafe)
      #expect(throws: TLSFailure.oldVersion) { try get(server) }
      let trouble = try #require(try failure(poll("https://localhost:\(server.port)")))
      #expect(trouble.words.contains("1.2 is the oldest"))
    }

    // MARK: Large replies, and what may come between their parts

    @Test("8 MiB come through TLS whole", arguments: ["-tls1_2", "-tls1_3"])
    func large(version: String) throws {
      let body = String(repeating: "x", count: 8 << 20)
      let reply = "HTTP/1.1 200 OK\r\nContent-Length: \(8 << 20)\r\n\r\n\(body)"
      let server = try TLSServer(certificate, .files(["hello": reply]), options: [version])
      #expect(try get(server).body == Array(body.utf8))
    }

    @Test("a MiB goes through TLS whole")
    func largeRequest() throws {
      let server = try TLSServer(certificate, .byHand)
      let body = String(repeating: "x", count: 1 << 20) + "end"
      server.on("xend") { $0.say(TLSServer.hello) }
      let web = try WebServer("https://localhost:\(server.port)")
      #expect(try web.post("/", [], body: Array(body.utf8)).text == "hello")
    }

    @Test(
      "new keys in the middle of a reply do no harm",
      arguments: [("-tls1_3", "k\n"), ("-tls1_3", "K\n"), ("-tls1_2", "r\n")])
    func newKeys(version: String, command: String) throws {
      let server = try TLSServer(certificate, .byHand, options: [version])
      server.on("GET ") { peer in
        for part in ["HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhe", command, "llo", command, " world"] {
          peer.sayAlone(part)
        }
      }
      #expect(try get(server).text == "hello world")
    }

    @Test("many requests go over one connection")
    func manyRequests() throws {
      let server = try TLSServer(certificate, .byHand)
      let web = try WebServer("https://localhost:\(server.port)")
      for number in 1...3 {
        server.on("GET /\(number) ") { $0.say(TLSServer.hello) }
        #expect(try web.get("/\(number)", []).text == "hello")
      }
    }

    @Test("a certificate that the server asks for, but does not need, is not missed")
    func clientCertificate() throws {
      let asking = try TLSServer(certificate, options: ["-verify", "1"])
      #expect(try get(asking).text == "hello")
    }

    @Test("one that it needs is told", arguments: ["-tls1_2", "-tls1_3"])
    func neededCertificate(version: String) throws {
      let demanding = try TLSServer(certificate, options: ["-Verify", "1", version])
      let trust = ["SSL_CERT_FILE": try Certificate.authorities.get().root.file]
      let trouble = try #require(try failure(poll("https://localhost:\(demanding.port)", trust: trust)))
      #expect(trouble.words.contains("could not agree with this machine on TLS"), "\(trouble.words)")
    }

    // MARK: Ends

    enum End: CaseIterable { case closing, cut }

    /// A server that says this, and ends.
    private func server(_ reply: String, _ end: End) throws -> TLSServer {
      if end == .closing { return try TLSServer(certificate, .files(["hello": reply])) }
      let server = try TLSServer(certificate, .byHand)
      server.on("GET ") { peer in
        peer.sayAlone(reply)
        // It closes the socket, and tells TLS nothing of it.
        peer.say("Q\n")
      }
      return server
    }

    @Test("a reply whose length is known is whole, however TLS ends", arguments: End.allCases)
    func knownLength(end: End) throws {
      #expect(try get(server(TLSServer.hello, end)).text == "hello")
    }

    @Test(
      "a reply that lasts to the end is whole where TLS sends its closing alert, and cut off where it does not"
    )
    func untilTheEnd() throws {
      let reply = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"
      #expect(try get(server(reply, .closing)).text == "hello")
      #expect(throws: TLSFailure.cutOff) { try get(server(reply, .cut)) }
    }

    @Test("half a reply is none, however TLS ends")
    func half() throws {
      let reply = String(TLSServer.hello.dropLast())
      #expect(throws: HTTPFault.incomplete) { try get(server(reply, .closing)) }
      #expect(throws: TLSFailure.cutOff) { try get(server(reply, .cut)) }
    }

    @Test("a server that ends TLS after each reply is asked over another connection")
    func closings() throws {
      let bodies = ["Sessions": "[]", "Devices": #"{"Items":[]}"#]
      let server = try TLSServer(
        certificate, .files(bodies.mapValues { FakeJellyfin.reply("200 OK", body: $0) }))
      let trust = ["SSL_CERT_FILE": try Certificate.authorities.get().root.file]
      #expect(try poll("https://localhost:\(server.port)", trust: trust).get().devices == [])
    }

    // MARK: Handshakes that come to nothing

    /// What is said instead of a handshake, what comes of it, and words that must help.
    static let strangers: [(name: String, bytes: [UInt8], failure: TLSFailure, words: [String])] = [
      (
        "HTTP", Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8), .noTLS,
        ["does not speak TLS", "right port", "http://"]
      ),
      ("ssh", Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8), .noTLS, ["does not speak TLS"]),
      ("SMTP", Array("220 mail.home.test ESMTP\r\n".utf8), .noTLS, ["does not speak TLS"]),
      ("ones", [UInt8](repeating: 0xFF, count: 64), .noTLS, ["does not speak TLS"]),
      ("zeros", [UInt8](repeating: 0, count: 64), .noTLS, ["does not speak TLS"]),
      (
        "a record that is too long", [0x16, 3, 3, 0xFF, 0xFF] + Array("hello".utf8), .noTLS,
        ["does not speak TLS"]
      ),
      (
        "an alert", [0x15, 3, 3, 0, 2, 2, 40], .other("sslv3 alert handshake failure"),
        ["could not agree", "handshake failure", "log"]
      ),
      (
        "a server that knows no such name", [0x15, 3, 3, 0, 2, 2, 112], .other("tlsv1 unrecognized name"),
        ["could not agree", "unrecognized name"]
      ),
      ("nothing", [], .hungUp, ["closed the connection", "TLS", "right port"]),
      ("half a greeting", [0x16, 3, 3, 0, 0x7A, 2], .hungUp, ["closed the connection", "TLS"]),
    ]

    @Test("a server that speaks something else is told in words that help", arguments: strangers)
    func stranger(
      stranger: (name: String, bytes: [UInt8], failure: TLSFailure, words: [String])
    ) throws {
      let server = try LoopbackServer { connection in
        connection.send(stranger.bytes)
        connection.closeOutput()
        connection.waitForEnd()
      }
      #expect(throws: stranger.failure) { try get(server) }
      let trouble = try #require(try failure(poll("https://127.0.0.1:\(server.port)")))
      for words in stranger.words { #expect(trouble.words.contains(words), "\(trouble.words)") }
    }

    @Test("a server that resets the connection in the handshake has hung up")
    func reset() throws {
      let server = try LoopbackServer { $0.resetAtEnd() }
      #expect(throws: TLSFailure.hungUp) { try get(server) }
    }

    @Test("a handshake that stalls is given up at the deadline", arguments: [[], [0x16, 3, 3, 0, 0x7A, 2]])
    func stalls(start: [UInt8]) throws {
      let server = try LoopbackServer { connection in
        connection.send(start)
        connection.waitForEnd()
      }
      #expect(throws: TLSFailure.timeout) { try get(server, within: 0.2) }
    }

    @Test("a server that stands still is given up at the deadline")
    func stopped() throws {
      let server = try TLSServer(certificate)
      #expect(try get(server).text == "hello")
      server.peer.send(SIGSTOP)
      #expect(throws: TLSFailure.timeout) { try get(server, within: 0.2) }
      server.peer.send(SIGCONT)
    }

    @Test("a server that sends without end what a handshake skips is given up at the deadline")
    func flood() throws {
      // HelloRequest, which nobody has to heed (RFC 5246, section 7.4.1.1), as often as a record can hold it.
      let record = [0x16, 3, 3, 0x40, 0] + [UInt8](repeating: 0, count: 1 << 14)
      let server = try LoopbackServer { connection in while connection.send(record) {} }
      #expect(throws: TLSFailure.timeout) { try get(server, within: 0.2) }
    }

    @Test("http to a server that speaks TLS is told with https")
    func plain() throws {
      let server = try TLSServer(certificate)
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(server.port)")))
      #expect(trouble.words.contains("https://"), "\(trouble.words)")
    }

    // MARK: The machine's own settings

    /// What the program says over https on a machine whose openssl.cnf has these sections.
    private func words(_ sections: String, _ server: TLSServer) throws -> String {
      let sandbox = try Sandbox(jellyfin: "https://localhost:\(server.port)")
      try sandbox.write("openssl_conf = start\n[start]\n\(sections)\n", to: "openssl.cnf")
      sandbox.environment["OPENSSL_CONF"] = "\(sandbox.folder)/openssl.cnf"
      let ended = try sandbox.run()
      #expect(ended.status == 69)
      return ended.errors
    }

    @Test("a server without a certificate gets no key, though the machine allow ciphers without one")
    func anonymous() throws {
      let server = try TLSServer(certificate, options: ["-nocert", "-tls1_2", "-cipher", "aNULL@SECLEVEL=0"])
      let lax = "ssl_conf = ssl\n[ssl]\nsystem_default = all\n[all]\nCipherString = ALL@SECLEVEL=0"
      #expect(try words(lax, server).contains("shows no certificate"))
    }

    @Test("a machine whose OpenSSL is left without ciphers is told so")
    func withoutCiphers() throws {
      let server = try TLSServer(certificate)
      let halfDone = "providers = some\n[some]\nlegacy = on\n[on]\nactivate = 1"
      #expect(try words(halfDone, server).contains("openssl.cnf"))
    }

    // MARK: The library

    @Test(
      "a library that is missing, or another one, is told by its name",
      arguments: ["no-such.so", "libc.so.6"])
    func missing(name: String) throws {
      let error = #expect(throws: TLSFailure.self) { try OpenSSL(name) }
      guard case .missing(let words) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(words.contains(name))
      let jellyfin = Jellyfin(
        try Configuration(environment: [
          "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee", "JELLYFIN_API_URL": "https://localhost",
          "JELLYFIN_API_KEY": FakeJellyfin.key,
        ]))
      let trouble = jellyfin.trouble(for: TLSFailure.missing(words), since: Clock.seconds(CLOCK_MONOTONIC))
      #expect(trouble.words.contains(words))
      #expect(trouble.words.contains("libssl3t64, or libssl3"))
    }
  }
}
