import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// Asks what answers at a URL, as a check does.
func poll(_ url: String, trust: [String: String] = [:]) throws -> Result<JellyfinAnswer, Trouble> {
  let settings = [
    "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee", "JELLYFIN_API_URL": url, "JELLYFIN_API_KEY": FakeJellyfin.key,
  ]
  return Jellyfin(try Configuration(environment: settings.merging(trust) { $1 })).poll()
}

func failure(_ result: Result<JellyfinAnswer, Trouble>) -> Trouble? {
  if case .failure(let trouble) = result { trouble } else { nil }
}

extension World {
  @Suite("Asking Jellyfin")
  struct JellyfinTests {
    @Test("sessions and devices are asked for on one connection, with the one header that all servers accept")
    func asks() throws {
      let jellyfin = try FakeJellyfin()
      jellyfin.say(sessions: "[\(FakeJellyfin.session(user: "Anna"))]")
      let answer = try poll(jellyfin.url).get()
      #expect(answer.sessions.count == 1)
      #expect(answer.devices == [])
      #expect(
        jellyfin.requests.map { $0.prefix { $0 != "\r\n" } } == [
          "GET /Sessions HTTP/1.1", "GET /Devices HTTP/1.1",
        ])
      #expect(jellyfin.connections == 1)
      let header = "Authorization: MediaBrowser Token=\"\(FakeJellyfin.key)\"\r\n"
      #expect(jellyfin.requests.allSatisfy { $0.contains(header) && !$0.contains("X-Emby") })
      #expect(jellyfin.requests.allSatisfy { $0.contains("Host: 127.0.0.1:\(jellyfin.port)\r\n") })
    }

    @Test("a base path comes before the names")
    func basePath() throws {
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          let isRight = request.hasPrefix("GET /media/jf/")
          connection.send(FakeJellyfin.reply(isRight ? "200 OK" : "404 Not Found", body: body(for: request)))
        }
      }
      #expect(try poll("http://127.0.0.1:\(server.port)/media/jf/").get().devices == [])
    }

    @Test("names and IPv6 addresses work as well", arguments: ["localhost", "[::1]"])
    func hosts(host: String) throws {
      let address = host == "localhost" ? "127.0.0.1" : "::1"
      let server = try LoopbackServer(host: address) { connection in
        while let request = connection.readRequest() {
          connection.send(FakeJellyfin.reply("200 OK", body: body(for: request)))
        }
      }
      #expect(try poll("http://\(host):\(server.port)").get().sessions == [])
    }

    @Test("a server that closes after each reply is asked on a second connection")
    func closes() throws {
      let server = try LoopbackServer { connection in
        guard let request = connection.readRequest() else { return }
        connection.send(
          FakeJellyfin.reply("200 OK", headers: "Connection: close\r\n", body: body(for: request)))
      }
      #expect(try poll("http://127.0.0.1:\(server.port)").get().devices == [])
    }

    @Test("a server that closes after each reply without saying so is asked on another connection")
    func closesSilently() throws {
      let server = try LoopbackServer { connection in
        guard let request = connection.readRequest() else { return }
        connection.send(FakeJellyfin.reply("200 OK", body: body(for: request)))
      }
      for _ in 1...20 { #expect(try poll("http://127.0.0.1:\(server.port)").get().devices == []) }
    }

    @Test("a reply in chunks, byte by byte, is a reply")
    func slow() throws {
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
          for byte in body(for: request).utf8 {
            connection.send("1\r\n\(Character(Unicode.Scalar(byte)))\r\n")
          }
          connection.send("0\r\n\r\n")
        }
      }
      #expect(try poll("http://127.0.0.1:\(server.port)").get().sessions == [])
    }

    @Test("ages are told by the Date header, regardless of this machine's clock")
    func date() throws {
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          let body = body(for: request)
          connection.send(
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
          )
        }
      }
      #expect(try poll("http://127.0.0.1:\(server.port)").get().time == 784_111_777)
    }

    @Test(
      "devices that this key may not read are left out",
      arguments: ["401 Unauthorized", "403 Forbidden", "404 Not Found"])
    func withoutDevices(status: String) throws {
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          let isSessions = request.hasPrefix("GET /Sessions")
          connection.send(FakeJellyfin.reply(isSessions ? "200 OK" : status, body: isSessions ? "[]" : ""))
        }
      }
      let answer = try poll("http://127.0.0.1:\(server.port)").get()
      #expect(answer.devices == nil)
      #expect(answer.sessions == [])
    }

    /// What is sent for every request, the kind of trouble, and words that must help.
    static let bad: [(name: String, reply: String, kind: Trouble.Kind, words: [String])] = [
      ("garbage", "\u{1}\u{2}hello\r\n\r\n", .jellyfin, ["does not speak HTTP", "JELLYFIN_API_URL"]),
      ("nothing at all", "", .jellyfin, ["closed the connection"]),
      ("half a body", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[", .jellyfin, ["closed the connection"]),
      (
        "302", FakeJellyfin.reply("302 Found", headers: "Location: /jf/web/\r\n", body: ""), .jellyfin,
        ["302", "/jf/web/", "base path", "/jf."]
      ),
      (
        "301 elsewhere",
        FakeJellyfin.reply("301 Moved", headers: "Location: https://jf.example/web/\r\n", body: ""),
        .jellyfin, ["301", "https://jf.example."]
      ),
      ("401", FakeJellyfin.reply("401 Unauthorized", body: ""), .keyRejected, ["401", "JELLYFIN_API_KEY"]),
      (
        "401 of a proxy",
        FakeJellyfin.reply(
          "401 Unauthorized", headers: "WWW-Authenticate: Basic realm=\"media\"\r\n", body: "<html>"),
        .jellyfin, ["behind a proxy", "401, Basic", "not what it rejects", "past the proxy"]
      ),
      (
        "401 with a scheme that no proxy has",
        FakeJellyfin.reply("401 Unauthorized", headers: "WWW-Authenticate: MediaBrowser\r\n", body: ""),
        .keyRejected, ["401", "JELLYFIN_API_KEY"]
      ),
      (
        "302 to a login",
        FakeJellyfin.reply("302 Found", headers: "Location: https://auth.lan/?rd=x\r\n", body: ""),
        .jellyfin, ["302", "login page", "(auth.lan)", "past the proxy"]
      ),
      (
        "301 to https",
        FakeJellyfin.reply("301 Moved", headers: "Location: https://127.0.0.1/Sessions\r\n", body: ""),
        .jellyfin, ["https alone", "set JELLYFIN_API_URL to https://127.0.0.1."]
      ),
      ("403", FakeJellyfin.reply("403 Forbidden", body: ""), .keyRejected, ["403", "API key"]),
      (
        "503 HTML", FakeJellyfin.reply("503 Service Unavailable", type: "text/html", body: "<html>…</html>"),
        .jellyfin,
        ["503", "starting"]
      ),
      (
        "503 empty", FakeJellyfin.reply("503 Service Unavailable", body: ""), .jellyfin, ["503", "IP filter"]
      ),
      ("500", FakeJellyfin.reply("500 Internal Server Error", body: "[]"), .jellyfin, ["500"]),
      ("204", "HTTP/1.1 204 No Content\r\n\r\n", .jellyfin, ["204"]),
      ("an empty 200", FakeJellyfin.reply("200 OK", body: ""), .jellyfin, ["empty", "IP filter"]),
      (
        "HTML as 200", FakeJellyfin.reply("200 OK", type: "text/html", body: "<html>"), .jellyfin,
        ["not Jellyfin's"]
      ),
      ("an object for a list", FakeJellyfin.reply("200 OK", body: "{}"), .jellyfin, ["not Jellyfin's"]),
      ("null", FakeJellyfin.reply("200 OK", body: "null"), .jellyfin, ["not Jellyfin's"]),
      (
        "deep nesting", FakeJellyfin.reply("200 OK", body: String(repeating: "[", count: 100_000)), .jellyfin,
        ["not Jellyfin's"]
      ),
    ]

    @Test("what is no answer is told in a sentence that helps", arguments: bad)
    func badServers(server: (name: String, reply: String, kind: Trouble.Kind, words: [String])) throws {
      let listener = try LoopbackServer { connection in
        if connection.readRequest() != nil { connection.send(server.reply) }
      }
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(listener.port)")))
      #expect(trouble.kind == server.kind)
      for words in server.words { #expect(trouble.words.contains(words)) }
    }

    @Test(
      "an answer for the devices that is no list of devices is no answer",
      arguments: ["[]", "{}", "", "<html>"])
    func badDevices(body: String) throws {
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          connection.send(
            FakeJellyfin.reply("200 OK", body: request.hasPrefix("GET /Sessions") ? "[]" : body))
        }
      }
      #expect(failure(try poll("http://127.0.0.1:\(server.port)"))?.kind == .jellyfin)
    }

    @Test("a list of sessions that is large and late is read while it flows")
    func late() throws {
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          let body = body(for: request)
          guard request.hasPrefix("GET /Sessions") else {
            connection.send(FakeJellyfin.reply("200 OK", body: body))
            continue
          }
          guard connection.staysOpen(forMilliseconds: 4000) else { return }
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(24 << 18 + 2)\r\n\r\n")
          // In 24 parts, until six seconds are over.
          for _ in 1...24 where connection.staysOpen(forMilliseconds: 80) {
            connection.send([UInt8](repeating: 0x20, count: 1 << 18))
          }
          connection.send(body)
        }
      }
      #expect(try poll("http://127.0.0.1:\(server.port)").get().devices == [])
    }

    @Test("one that is too slow all the same is told with its size")
    func tooSlow() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(25 << 20)\r\n\r\n")
        connection.send([UInt8](repeating: 0x20, count: 3 << 20))
        connection.waitForEnd()
      }
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(server.port)")))
      #expect(trouble.cause == "timeout")
      #expect(
        trouble.what.hasSuffix("did not end its answer within 5s: 3 MiB of 25 MiB had come."),
        "\(trouble.what)")
      #expect(trouble.advice.contains("play queue"))
    }

    @Test("the zone of an address is this machine's own affair, and stands in no request")
    func zone() throws {
      for sign in ["%", "%25"] {
        let url = try #require(BaseURL("http://[fe80::1\(sign)lo]:8096/jf"))
        #expect(url.hostHeader == "[fe80::1]:8096")
        #expect(url.endpoint == Endpoint(host: "fe80::1%lo", port: 8096))
        #expect(Lookup.knownAddresses(url.endpoint).count == 1)
      }
    }

    @Test("40 MiB are not read to their end")
    func huge() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(40 << 20)\r\n\r\n")
        let part = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        for _ in 0..<40 { guard connection.send(part) else { return } }
      }
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(server.port)")))
      #expect(trouble.cause == "size")
      #expect(trouble.words.contains("of 40 MiB, and 32 MiB are the most"))
      #expect(trouble.words.contains("play queue"))
    }

    @Test(
      "a server that stalls is given up", arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"])
    func stalls(start: String) throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send(start)
        connection.waitForEnd()
      }
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(server.port)")))
      #expect(trouble.cause == "timeout")
      #expect(trouble.words.contains("5s"))
    }

    @Test("a server that trickles on for ever is given up all the same")
    func trickles() throws {
      let server = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        // Paced by the client's deadline alone: poll(2) waits for the end or half a second.
        while connection.staysOpen(forMilliseconds: 500) { connection.send("1\r\n[\r\n") }
      }
      #expect(failure(try poll("http://127.0.0.1:\(server.port)"))?.cause == "timeout")
    }

    @Test("nobody listens")
    func refused() throws {
      let server = try LoopbackServer { _ in }
      server.stop()
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(server.port)")))
      #expect(trouble.cause == "refused")
      #expect(trouble.words.contains("systemctl status jellyfin"))
    }

    @Test("a name that does not resolve")
    func unknownName() throws {
      let trouble = try #require(try failure(poll("http://jellyfin.invalid:8096")))
      #expect(["name", "dns"].contains(trouble.cause))
    }

    @Test("https to a server that speaks http")
    func noTLS() throws {
      let server = try LoopbackServer { connection in
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.waitForEnd()
      }
      let trouble = try #require(try failure(poll("https://127.0.0.1:\(server.port)")))
      #expect(trouble.kind == .jellyfin)
      #expect(trouble.words.contains("does not speak TLS"))
    }

    @Test("a server that quotes the key back does not get it into our words")
    func quotesKey() throws {
      let key = FakeJellyfin.key
      let server = try LoopbackServer { connection in
        if connection.readRequest() != nil {
          connection.send(FakeJellyfin.reply("302 Found", headers: "Location: /?token=\(key)\r\n", body: ""))
        }
      }
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(server.port)")))
      #expect(!trouble.words.contains(key))
      let jellyfin = try FakeJellyfin()
      jellyfin.say(sessions: "[\(FakeJellyfin.session(user: key, client: key, device: key))]")
      #expect(!"\(try poll(jellyfin.url).get().sessions)".contains("0123456789abcdef0"))
    }
  }
}

private func body(for request: String) -> String {
  request.contains("/Sessions ") ? "[]" : #"{"Items":[]}"#
}
