import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("Words on screens")
  struct NoticeRunTests {
    private static let starting =
      #"{"Header":"Please wait","Text":"The storage is starting. This may take a few minutes.","TimeoutMs":10000}"#
    private static let ready = #"{"Header":"Ready","Text":"The storage is ready.","TimeoutMs":10000}"#

    /// A household in which these screens browse.
    private func home(_ screens: String..., blind: Bool = false) throws -> Home {
      let home = try Home(blind: blind)
      browse(screens, home)
      return home
    }

    private func browse(_ screens: [String], _ home: Home) {
      let sessions = screens.map { FakeJellyfin.session(id: $0, device: $0, showsMessages: true) }
      home.jellyfin.say(sessions: "[\(sessions.joined(separator: ","))]")
    }

    /// What was shown, with the keys of its JSON in order.
    private func shown(_ home: Home) throws -> [String] {
      try home.jellyfin.messages.map { message in
        let parts = message.split(separator: " ", maxSplits: 1)
        let body = try JSONSerialization.jsonObject(with: Data(parts[1].utf8))
        let ordered = try JSONSerialization.data(withJSONObject: body, options: .sortedKeys)
        return "\(parts[0]) \(String(decoding: ordered, as: UTF8.self))"
      }
    }

    @Test("a wake is told of once, by Jellyfin, on one connection, and so is its end")
    func evening() throws {
      let home = try home("1c0071e3", "b67f-1b7f")
      let before = home.jellyfin.connections
      #expect(try home.sandbox.run().status == 0)
      #expect(try shown(home) == ["1c0071e3 \(Self.starting)", "b67f-1b7f \(Self.starting)"])
      #expect(
        home.jellyfin.connections - before <= 5,
        "the poll, when Jellyfin started, whose key it is, its language, the messages")
      let post = try #require(home.jellyfin.requests.first { $0.hasPrefix("POST ") })
      #expect(post.hasPrefix("POST /Sessions/1c0071e3/Message HTTP/1.1\r\n"))
      #expect(post.contains("Authorization: MediaBrowser Token=\"\(FakeJellyfin.key)\"\r\n"))
      #expect(post.lowercased().contains("content-type: application/json\r\n"))
      for _ in 1...2 { try home.sandbox.run() }
      #expect(home.jellyfin.messages.count == 2)
      #expect(home.jellyfin.requests.count { $0.hasPrefix("GET /System/Configuration ") } == 1)

      try home.storage.turn(.ready)
      try home.sandbox.run()
      #expect(try shown(home).dropFirst(2) == ["1c0071e3 \(Self.ready)", "b67f-1b7f \(Self.ready)"])
      try home.sandbox.run()
      #expect(home.jellyfin.messages.count == 4)
      #expect(home.sandbox.contents("state/state.json")?.contains("\"last\":[]") == false)
    }

    @Test("the packet has left and the state is on the disk before anything is shown")
    func order() throws {
      let home = try home("tv")
      let state = "\(home.sandbox.folder)/state/state.json"
      let seen = Seen()
      nonisolated(unsafe) let storage = home.storage
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          guard request.hasPrefix("POST ") else {
            let sessions = FakeJellyfin.session(id: "tv", showsMessages: true)
            let body = request.hasPrefix("GET /Sessions") ? "[\(sessions)]" : #"{"Items":[]}"#
            connection.send(FakeJellyfin.reply("200 OK", body: body))
            continue
          }
          seen.note("\(storage.packets().count) packets")
          seen.note(try? String(contentsOfFile: state, encoding: .utf8))
          connection.send(FakeJellyfin.reply("204 No Content", body: ""))
        }
      }
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:\(server.port)"
      try home.sandbox.run()
      #expect(seen.notes.first == "3 packets")
      #expect(seen.notes.last?.contains("\"wake_requests\":1") == true)
    }

    /// What a server may do with a message.
    enum Reaction: CaseIterable {
      case unknownSession, error, hangUp, silence, nonsense
    }

    @Test(
      "the result of a message changes nothing else, and it is not sent again",
      arguments: Reaction.allCases)
    func failure(_ reaction: Reaction) throws {
      let home = try home("tv")
      let seen = Seen()
      let server = try LoopbackServer { connection in
        while let request = connection.readRequest() {
          if request.hasPrefix("GET ") {
            let session = FakeJellyfin.session(id: "tv", showsMessages: true)
            let body = request.hasPrefix("GET /Sessions") ? "[\(session)]" : #"{"Items":[]}"#
            connection.send(FakeJellyfin.reply("200 OK", body: body))
            continue
          }
          seen.note(request)
          switch reaction {
          case .unknownSession: connection.send(FakeJellyfin.reply("404 Not Found", body: ""))
          case .error: connection.send(FakeJellyfin.reply("401 Unauthorized", body: ""))
          case .hangUp: return
          case .silence: connection.waitForEnd()
          case .nonsense: connection.send("SSH-2.0-OpenSSH\r\n")
          }
        }
      }
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:\(server.port)"
      let ended = try home.sandbox.run()
      #expect(ended.status == 0)
      #expect(ended.errors == "")
      #expect(home.storage.packets().count == 3)
      #expect(try home.sandbox.run().status == 0)
      #expect(seen.notes.count == 1)
      let status = try home.sandbox.run("status", "--json").output
      #expect(status.contains("\"trouble\":null"))
    }

    @Test("a server that closes after each reply shows all messages")
    func closes() throws {
      let seen = Seen()
      let server = try LoopbackServer { connection in
        guard let request = connection.readRequest() else { return }
        seen.note(String(request.prefix { $0 != "\r\n" }))
        connection.send(FakeJellyfin.reply("204 No Content", headers: "Connection: close\r\n", body: ""))
      }
      try show(["a", "b", "c"], port: server.port, seconds: 2)
      #expect(seen.notes == ["a", "b", "c"].map { "POST /Sessions/\($0)/Message HTTP/1.1" })
    }

    @Test("a screen that hangs is given up at the deadline, and those after it")
    func deadline() throws {
      let seen = Seen()
      let server = try LoopbackServer { connection in
        seen.note(connection.readRequest())
        connection.waitForEnd()
        seen.note("given up")
      }
      try show(["a", "b"], port: server.port, seconds: 0.1)
      #expect(seen.notes.count { $0.hasPrefix("POST ") } == 1)
    }

    /// Ids that would lead elsewhere, or are none.
    static let hostile = [
      "../../Users", "a/b", "a?b", "a#b", "a b", "a%2Fb", "a\\r\\nX: y", "..", ".", "", "\u{e4}", "a\u{301}",
      "\u{0661}", String(repeating: "a", count: 65),
    ]

    @Test(
      "a session whose id could lead elsewhere is told nothing, and is active all the same",
      arguments: hostile)
    func hostileID(_ id: String) throws {
      let home = try home(id, blind: true)
      #expect(try home.sandbox.run().status == 0)
      #expect(home.jellyfin.messages == [])
      #expect(home.storage.packets().count == 3)
    }

    @Test("an id that quotes the API key is not kept")
    func quotesKey() throws {
      let home = try home(FakeJellyfin.key, blind: true)
      try home.sandbox.run()
      #expect(home.jellyfin.messages == [])
      #expect(try !home.sandbox.everything().contains(FakeJellyfin.key))
    }

    @Test("nobody is told of a packet that could not leave")
    func notSent() throws {
      let home = try home("tv")
      home.sandbox.environment["WOL_INTERFACE"] = "nosuch0"
      #expect(try home.sandbox.run().status == 1)
      #expect(home.jellyfin.messages == [])
      home.sandbox.environment["WOL_INTERFACE"] = nil
      try home.sandbox.run()
      #expect(try shown(home) == ["tv \(Self.starting)"])
    }

    @Test("nobody is told in a dry run, with NOTIFY_CLIENTS=no, or by `wake`")
    func silent() throws {
      let home = try home("tv")
      try home.sandbox.run("--dry-run")
      try home.sandbox.run("wake", "--no-wait")
      for setting in ["DRY_RUN": "yes", "NOTIFY_CLIENTS": "no"] {
        home.sandbox.environment[setting.key] = setting.value
        try home.sandbox.run()
        home.sandbox.environment[setting.key] = nil
      }
      #expect(home.jellyfin.messages == [])
      try home.sandbox.run()
      #expect(home.jellyfin.messages.count == 1, "the wake by hand runs, and somebody waits")
    }

    @Test("what cannot be noted is not said, for it would be said again at every check")
    func unwritable() throws {
      let home = try home("tv", blind: true)
      try home.sandbox.run()
      #expect(home.jellyfin.messages.count == 1)
      let file = "\(home.sandbox.folder)/run/runtime.json"
      // Nothing can take a folder's place.
      try FileManager.default.moveItem(atPath: file, toPath: "\(file).aside")
      try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
      browse(["tv", "phone"], home)
      for _ in 1...2 { try home.sandbox.run() }
      #expect(home.jellyfin.messages.count == 1)
      try FileManager.default.removeItem(atPath: file)
      try FileManager.default.moveItem(atPath: "\(file).aside", toPath: file)
      for _ in 1...2 { try home.sandbox.run() }
      #expect(try shown(home).dropFirst() == ["phone \(Self.starting)"])
    }

    private func show(_ screens: [String], port: Int, seconds: Seconds) throws {
      let configuration = try Configuration(environment: [
        "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee", "JELLYFIN_API_URL": "http://127.0.0.1:\(port)",
        "JELLYFIN_API_KEY": FakeJellyfin.key,
      ])
      Jellyfin(configuration).show(
        screens.map { ScreenMessage(screen: $0, .ready) }, in: .english,
        deadline: Deadline(in: seconds))
    }
  }
}

/// What other threads saw, in order.
private final class Seen: @unchecked Sendable {
  private let lock = NSLock()
  private var all: [String] = []

  var notes: [String] { lock.withLock { all } }

  func note(_ text: String?) { lock.withLock { all.append(text ?? "nothing") } }
}
