import Foundation
import Household
import JodCore
import Synchronization
import Testing

@testable import jod_check

/// A household whose program is started by a socket, as systemd does it.
struct SocketHousehold {
  let jellyfin: SlowJellyfin
  let sandbox: Sandbox
  let unit: SocketUnit
  let host: String

  init(host: String = "127.0.0.1") throws {
    jellyfin = try SlowJellyfin()
    sandbox = try Sandbox(jellyfin: jellyfin.url)
    self.host = host == "unix" ? "\(sandbox.folder)/socket" : host
    unit = try SocketUnit(host: self.host)
  }

  var output: String { sandbox.contents("printed") ?? "" }

  func watch() { unit.watch(Sandbox.program, sandbox.environment, output: "\(sandbox.folder)/printed") }

  func client() throws -> Client {
    let address = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
    return try Client(host: address, port: unit.port)
  }

  /// A client that has sent a request.
  func asking(_ text: String) throws -> Client {
    let client = try client()
    client.send(text)
    return client
  }

  /// Asks, and returns what is answered.
  func ask(_ text: String) throws -> WireAnswer {
    try #require(WireAnswer(try asking(text).receive(), isHead: text.hasPrefix("HEAD")))
  }

  /// Waits for the end of what runs, and starts nothing more.
  func close() {
    jellyfin.letGo()
    unit.stop()
  }
}

/// A Jellyfin that answers when it is let go.
final class SlowJellyfin: Sendable {
  private let server: LoopbackServer
  private let state: State

  private final class State: Sendable {
    let isHeld = Mutex(false)
    let polls = Mutex<[Double]>([])
    let seconds = Mutex(0.0)
  }

  init() throws {
    let state = State()
    self.state = state
    let body = #"{"Items":[],"TotalRecordCount":0,"StartIndex":0}"#
    server = try LoopbackServer { connection in
      while let request = connection.readRequest() {
        let isPoll = request.hasPrefix("GET /Sessions")
        if isPoll { state.polls.withLock { $0.append(SocketUnit.now()) } }
        while state.isHeld.withLock({ $0 }) { usleep(2000) }
        if isPoll { usleep(UInt32(state.seconds.withLock { $0 } * 1e6)) }
        guard connection.send(FakeJellyfin.reply("200 OK", body: isPoll ? "[]" : body)) else { return }
      }
    }
  }

  var url: String { "http://127.0.0.1:\(server.port)" }
  /// When it was polled, on the monotonic clock.
  var polls: [Double] { state.polls.withLock { $0 } }

  func hold() { state.isHeld.withLock { $0 = true } }

  func letGo() { state.isHeld.withLock { $0 = false } }

  /// Takes so long for each poll from now on.
  func slowDown(seconds: Double) { state.seconds.withLock { $0 = seconds } }
}

extension World {
  @Suite("Started by a socket")
  struct SocketServerTests {
    private let check = HostileRequest.post("Content-Length: 2\r\n", "{}")
    private let status = HostileRequest.get()

    @Test("a check is promised before Jellyfin has answered, and made")
    func promise() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.jellyfin.hold()
      home.watch()
      // The answer comes while Jellyfin is silent, or never.
      #expect(try home.ask(check).status == 202)
      #expect(home.unit.runs.isEmpty)
      home.jellyfin.letGo()
      #expect(home.unit.awaitRuns(1))
      #expect(home.unit.runs.map(\.status) == [0])
      #expect(!home.jellyfin.polls.isEmpty)
    }

    @Test("many who wait at the socket are promised one check")
    func many() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      let clients = try (0..<20).map { _ in try home.asking(check) }
      home.watch()
      for client in clients { #expect(WireAnswer(client.receive())?.status == 202) }
      #expect(home.unit.awaitRuns(1))
      #expect(home.jellyfin.polls.count == 1)
      #expect(home.unit.runs.count == 1)
    }

    @Test("a request during a check has another, a second after the first began")
    func another() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.jellyfin.hold()
      home.watch()
      #expect(try home.ask(check).status == 202)
      while home.jellyfin.polls.isEmpty { usleep(2000) }
      #expect(try home.ask(check).status == 202)
      home.jellyfin.letGo()
      #expect(home.unit.awaitRuns(1))
      #expect(home.jellyfin.polls.count == 2)
      #expect(home.jellyfin.polls[1] - home.jellyfin.polls[0] > 0.95)
      #expect(home.unit.runs.map(\.status) == [0])
    }

    @Test("polls are a second apart, even those of two runs")
    func acrossRuns() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.watch()
      for number in 1...3 {
        home.unit.elapse()
        #expect(home.unit.awaitRuns(number))
      }
      for (earlier, later) in zip(home.jellyfin.polls, home.jellyfin.polls.dropFirst()) {
        #expect(later - earlier > 0.95)
      }
      #expect(home.jellyfin.polls.count == 3)
    }

    @Test("GET /status is `jod-check status --json`, byte by byte")
    func sameStatus() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      try home.sandbox.run()
      let printed = try home.sandbox.run("status", "--json").output
      // Nothing changes as long as Jellyfin is silent.
      home.jellyfin.hold()
      home.watch()
      let answer = try home.ask(status)
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "application/json")
      #expect(String(decoding: answer.body, as: UTF8.self) == printed)
      let head = try home.ask("HEAD /status HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(head.headers["content-length"] == "\(printed.utf8.count)")
    }

    @Test("before the first check is over, GET /status says that nothing is known")
    func firstStatus() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.jellyfin.hold()
      home.watch()
      let body = try home.ask(status).body
      #expect(String(decoding: body, as: UTF8.self).contains("\"checked_at\":null"))
    }

    @Test(
      "without a valid configuration only those who know the token read what is wrong, a bad token too",
      arguments: ["token", "a b"])
    func invalidWithToken(token: String) throws {
      let home = try SocketHousehold(host: "0.0.0.0")
      defer { home.close() }
      home.sandbox.environment.merge(["STORAGE_SERVER_MAC": "nonsense", "HTTP_TOKEN": token]) { $1 }
      home.watch()
      let stranger = try home.ask(HostileRequest.get("/"))
      #expect(stranger.status == 401)
      #expect(!String(decoding: stranger.body, as: UTF8.self).contains("nonsense"))
      let query = token.split(separator: " ").joined(separator: "%20")
      let link = try home.ask(HostileRequest.get("/?token=\(query)"))
      #expect(link.status == 303)
      let answer = try home.ask(HostileRequest.get("/", "Cookie: jod-check=\(query)\r\n"))
      #expect(answer.status == 503)
      #expect(String(decoding: answer.body, as: UTF8.self).contains("nonsense"))
      #expect(home.unit.awaitRuns(1))
    }

    @Test("without a valid configuration everybody is told so, for a second at least")
    func invalidConfiguration() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      home.sandbox.environment["STORAGE_SERVER_MAC"] = "nonsense"
      home.watch()
      for request in [check, status, HostileRequest.get("/")] {
        #expect(try home.ask(request).status == 503)
      }
      #expect(try home.ask(HostileRequest.get("/elsewhere")).status == 404)
      let page = String(decoding: try home.ask(HostileRequest.get("/")).body, as: UTF8.self)
      #expect(page.contains("STORAGE_SERVER_MAC: &quot;nonsense&quot; is not understood"))
      #expect(home.unit.awaitRuns(1))
      // 78, as waitpid(2) tells it.
      #expect(home.unit.runs[0].status == 78 << 8)
      #expect(home.unit.runs[0].ended - home.unit.runs[0].began > 0.95)
      #expect(home.jellyfin.polls.isEmpty)
    }

    @Test("the timer's run with no connection is no longer than one without a socket")
    func nobody() throws {
      let home = try SocketHousehold()
      defer { home.close() }
      let began = SocketUnit.now()
      try home.sandbox.run()
      let plain = SocketUnit.now() - began
      try FileManager.default.removeItem(atPath: "\(home.sandbox.folder)/run")
      try FileManager.default.createDirectory(
        atPath: "\(home.sandbox.folder)/run", withIntermediateDirectories: false)
      home.watch()
      home.unit.elapse()
      #expect(home.unit.awaitRuns(1))
      // With a connection it would stay for a second.
      #expect(home.unit.runs[0].ended - home.unit.runs[0].began < plain + 0.8)
      #expect(home.jellyfin.polls.count == 2)
    }

    @Test(
      "what can be read is given where only this machine can come from",
      arguments: [
        ("127.0.0.1", 200), ("127.0.0.53", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("unix", 200),
        ("0.0.0.0", 403), ("::", 403),
      ])
    func loopback(host: String, expected: Int) throws {
      let home = try SocketHousehold(host: host)
      defer { home.close() }
      home.watch()
      #expect(try home.ask(status).status == expected)
      #expect(try home.ask(check).status == 202)
    }

    @Test("HTTP_TOKEN is asked of everybody, and stands in nothing that is printed, written or answered")
    func token() throws {
      let home = try SocketHousehold(host: "0.0.0.0")
      defer { home.close() }
      let token = "a-token-of-one's-own"
      home.sandbox.environment["HTTP_TOKEN"] = token
      home.watch()
      var received: [UInt8] = []
      func ask(_ request: String) throws -> Int {
        let answer = try home.ask(request)
        received += answer.body
        return answer.status
      }
      #expect(try ask(check) == 401)
      #expect(try ask(status) == 401)
      #expect(try ask(HostileRequest.get("/status", "Authorization: Bearer \(token)x\r\n")) == 401)
      #expect(try ask(HostileRequest.get("/status", "Authorization: Bearer \(token)\r\n")) == 200)
      #expect(try ask(HostileRequest.get("/status?token=\(token)")) == 200)
      #expect(try ask(HostileRequest.get("/\(token)?token=\(token)")) == 404)
      #expect(try ask(HostileRequest.post(to: "/check?token=a-token-of-one%27s-own")) == 202)
      #expect(try home.ask(check).headers["www-authenticate"]?.hasPrefix("Bearer") == true)
      home.unit.stop()
      #expect(!String(decoding: received, as: UTF8.self).contains(token))
      #expect(try !home.sandbox.everything().contains(token))
    }
  }
}
