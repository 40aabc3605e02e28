import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("A web server of others before Jellyfin")
  struct FrontTests {
    private let jellyfin: FakeJellyfin
    /// It receives everything and answers nothing.
    private let silent: LoopbackServer

    init() throws {
      jellyfin = try FakeJellyfin()
      silent = try LoopbackServer { $0.waitForEnd() }
      jellyfin.say(sessions: "[\(FakeJellyfin.session(user: "Anna"))]")
    }

    /// Whether both questions are answered there.
    private func isAnswered(_ url: String, trust: [String: String] = [:]) throws -> Bool {
      let before = jellyfin.requests.count
      let answer = try poll(url, trust: trust).get()
      return answer.sessions.count == 1 && answer.devices == [] && jellyfin.requests.count >= before + 2
    }

    // MARK: nginx

    private func nginx(certificate: Certificate? = nil) throws -> Nginx {
      try Nginx(
        """
        location /keep/ { proxy_pass http://jellyfin/; proxy_http_version 1.1; proxy_set_header Connection ""; }
        location /old/ { proxy_pass http://127.0.0.1:\(jellyfin.port)/; }
        location /chunked/ { proxy_pass http://jellyfin/; sub_filter_types *; sub_filter no-such-word x; }
        location /once/ { proxy_pass http://jellyfin/; keepalive_timeout 1ms; }
        location /announced/ { proxy_pass http://jellyfin/; keepalive_timeout 0; }
        location /small/ { proxy_pass http://jellyfin/; client_max_body_size 1k; }
        location /away/ { proxy_pass http://127.0.0.1:\(try Peer.freePort())/; }
        location /silent/ { proxy_pass http://127.0.0.1:\(silent.port)/; proxy_read_timeout 100ms; }
        location /guarded/ { return 302 https://login.example/?rd=$request_uri; }
        location /secure/ { return 301 https://$host$request_uri; }
        """, outside: "upstream jellyfin { server 127.0.0.1:\(jellyfin.port); keepalive 4; }",
        certificate: certificate)
    }

    @Test(
      "nginx in all its manners brings both answers",
      arguments: ["keep", "old", "chunked", "once", "announced"])
    func nginx(manner: String) throws {
      let nginx = try nginx()
      for _ in 1...3 { #expect(try isAnswered("http://127.0.0.1:\(nginx.port)/\(manner)")) }
    }

    @Test("nginx speaks TLS of both versions", arguments: ["TLSv1.2", "TLSv1.3"])
    func nginx(version: String) throws {
      let nginx = try Nginx(
        "ssl_protocols \(version); location / { proxy_pass http://127.0.0.1:\(jellyfin.port); }",
        certificate: try Certificate(for: "DNS:localhost", key: .rsa))
      let trust = ["SSL_CERT_FILE": try Certificate.authorities.get().root.file]
      #expect(try isAnswered("https://localhost:\(nginx.port)", trust: trust))
    }

    @Test("where nginx has ended a connection silently, the next question goes over another")
    func endedUnannounced() throws {
      let nginx = try nginx()
      let server = try WebServer("http://127.0.0.1:\(nginx.port)/once")
      let fields: [HTTPWriter.Field] = [("Authorization", "MediaBrowser Token=\"\(FakeJellyfin.key)\"")]
      #expect(try server.get("/once/Sessions", fields).fields["Connection"] == ["keep-alive"])
      // Until it is ended, there are this connection and the one that asks.
      let counter = try WebServer("http://127.0.0.1:\(nginx.port)")
      while !(try counter.get("/connections", []).text.contains("Active connections: 1 ")) {}
      #expect(try server.get("/once/Devices", fields).status == 200)
      #expect(jellyfin.requests.count == 2)
    }

    @Test("nginx refuses what is too large before it has come, and the next question is answered")
    func tooLarge() throws {
      let nginx = try nginx()
      let server = try WebServer("http://127.0.0.1:\(nginx.port)")
      #expect(try server.post("/small/x", [], body: [UInt8](repeating: 0x20, count: 8 << 20)).status == 413)
      #expect(try server.get("/connections", []).status == 200)
    }

    @Test(
      "what nginx says in Jellyfin's place is told as what it is",
      arguments: [
        ("away", "502", ["status 502"]), ("silent", "504", ["status 504"]),
        ("guarded", "redirect", ["https://login.example/", "past the proxy that asks for a login"]),
        (
          "secure", "redirect",
          ["served by https alone", "set JELLYFIN_API_URL to https://127.0.0.1/secure."]
        ),
      ])
    func inItsPlace(manner: String, cause: String, words: [String]) throws {
      let nginx = try nginx()
      let trouble = try #require(try failure(poll("http://127.0.0.1:\(nginx.port)/\(manner)")))
      #expect(trouble.cause == cause)
      for words in words { #expect(trouble.words.contains(words), "\(trouble.words)") }
      #expect(!trouble.words.contains("base path"))
    }

    @Test("http to nginx's port for https, and https to its port for http, lead to the right scheme")
    func otherScheme() throws {
      let secure = try nginx(certificate: try Certificate(for: "DNS:localhost"))
      let plain = try #require(try failure(poll("http://localhost:\(secure.port)/keep")))
      #expect(plain.cause == "400")
      #expect(plain.words.contains("https://"), "\(plain.words)")
      let open = try nginx()
      let trouble = try #require(try failure(poll("https://localhost:\(open.port)/keep")))
      #expect(trouble.words.contains("does not speak TLS"))
      #expect(trouble.words.contains("http://"))
    }

    // MARK: Python

    @Test(
      "Python's server in all its manners brings both answers",
      arguments: [
        ("plain", 1), ("chunked", 1), ("hints", 1), ("http10", 2), ("once", 2),
      ])
    func python(manner: String, connections: Int) throws {
      let front = try PythonFront(before: jellyfin.port)
      #expect(try isAnswered("http://127.0.0.1:\(front.port)/\(manner)"))
      #expect(try front.connections() == connections)
    }

    @Test("Python's server refuses a large body unread, and is understood")
    func pythonRefuses() throws {
      let front = try PythonFront(before: jellyfin.port)
      let server = try WebServer("http://127.0.0.1:\(front.port)")
      #expect(try server.post("/plain/x", [], body: [UInt8](repeating: 0x20, count: 8 << 20)).status == 413)
    }

    @Test("a folder of files is a Jellyfin, if Python serves it over HTTP/1.0")
    func files() throws {
      let folder = try Folder()
      try folder.write("[\(FakeJellyfin.session(user: "Anna"))]", to: "Sessions")
      try folder.write(#"{"Items":[]}"#, to: "Devices")
      let peer = try Peer(
        ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"], in: folder.path)
      let port = try peer.words(after: "port ").prefix { $0.isNumber }
      let answer = try poll("http://127.0.0.1:\(port)").get()
      #expect(answer.sessions.count == 1)
      #expect(answer.devices == [])
    }
  }
}
