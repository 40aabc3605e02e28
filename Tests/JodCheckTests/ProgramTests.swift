import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The program, as its users meet it")
  struct ProgramTests {
    /// A way in which the program ends.
    struct Ending: CustomTestStringConvertible, Sendable {
      var testDescription: String
      var arguments: [String] = []
      var change: [String: String] = [:]
      var status: Int32
      var words: [String] = []
    }

    static let endings: [Ending] = [
      Ending(
        testDescription: "an unknown option is wrong use", arguments: ["--frobnicate"], status: 64,
        words: ["--frobnicate", "Accepted: --dry-run, --json, --version, -h, --help.", "`jod-check --help`"]),
      Ending(
        testDescription: "an unknown command is wrong use", arguments: ["frobnicate"], status: 64,
        words: ["frobnicate", "Accepted: check, setup, status, report, page, wake", "`jod-check --help`"]),
      Ending(testDescription: "help is help", arguments: ["--help"], status: 0),
      Ending(testDescription: "help for a command", arguments: ["wake", "--help"], status: 0),
      Ending(testDescription: "the version", arguments: ["--version"], status: 0),
      Ending(testDescription: "the version of a command", arguments: ["status", "--version"], status: 0),
      Ending(testDescription: "Jellyfin refuses", status: 69, words: ["refused the connection", "8096"]),
      Ending(
        testDescription: "a bad configuration", change: ["STORAGE_SERVER_MAC": "nonsense", "WOL_PORT": "x"],
        status: 78,
        words: ["STORAGE_SERVER_MAC: \"nonsense\"", "WOL_PORT: \"x\"", "accepted:"]),
      Ending(
        testDescription: "no configuration at all",
        change: ["STORAGE_SERVER_MAC": "", "JELLYFIN_API_URL": "", "JELLYFIN_API_KEY": ""], status: 78,
        words: ["STORAGE_SERVER_MAC: not set", "JELLYFIN_API_URL: not set", "JELLYFIN_API_KEY: not set"]),
    ]

    @Test("exit statuses and words", arguments: endings)
    func ends(ending: Ending) throws {
      let sandbox = try Sandbox()
      sandbox.environment.merge(ending.change) { $1 }
      let ended = try sandbox.run(arguments: ending.arguments)
      #expect(ended.status == ending.status)
      for words in ending.words { #expect(ended.errors.contains(words)) }
    }

    @Test("a rejected key ends with 77")
    func rejectedKey() throws {
      let home = try Home()
      home.sandbox.environment["JELLYFIN_API_KEY"] = "ffffffffffffffff"
      let ended = try home.sandbox.run()
      #expect(ended.status == 77)
      #expect(ended.errors.contains("API Keys"))
    }

    @Test("the key is in nothing that is printed or written, even if something goes wrong")
    func noKey() throws {
      let home = try Home()
      let key = FakeJellyfin.key
      home.jellyfin.say(sessions: "[\(FakeJellyfin.session(user: key, device: key))]")
      func check(_ change: [String: String] = [:], _ arguments: String...) throws {
        let before = home.sandbox.environment
        home.sandbox.environment.merge(change) { $1 }
        try home.sandbox.run(arguments: arguments)
        home.sandbox.environment = before
        #expect(try !home.sandbox.everything().contains(key), "\(change.keys) \(arguments)")
      }
      try check()
      try check([:], "--json")
      try check([:], "status", "--json")
      try check(["JELLYFIN_API_URL": "http://127.0.0.1:1"])
      try check(["JELLYFIN_API_URL": "http://\(key)@127.0.0.1/?api_key=\(key)"])
      try check(["JELLYFIN_API_KEY": "\(key) \(key)"])
      try check(["HTTP_TOKEN": "\(key) \(key)", "WOL_SECUREON": key])
    }

    @Test(
      "--json prints one document and nothing else, also where the check fails", arguments: [true, false])
    func json(works: Bool) throws {
      let home = try Home()
      if !works { home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:1" }
      let ended = try home.sandbox.run("--json")
      let document = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
      #expect(document?["exit_status"] as? Int == Int(ended.status))
      #expect(ended.status == (works ? 0 : 69))
      #expect(ended.errors.isEmpty)
    }

    @Test("status --json says what the last check found, with every field there")
    func status() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.someoneBrowses()
      try home.sandbox.run()
      let text = try home.sandbox.run("status", "--json").output
      let status = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      let storage = try #require(status["storage"] as? [String: Any])
      #expect(storage["state"] as? String == "ready")
      let activity = try #require(status["activity"] as? [String: Any])
      #expect(activity["active"] as? Bool == true)
      let sessions = try #require(activity["sessions"] as? [[String: String]])
      #expect(
        sessions == [
          ["user": "Anna", "client": "Jellyfin Android TV", "device": "Living room", "kind": "browsing"]
        ])
      #expect(status["trouble"] is NSNull)
      #expect(status["idle_seconds"] is NSNull)
      #expect((status["poweroff"] as? [String: Any])?["blocked_by"] is String)
      #expect((status["hold"] as? [String: Any])?["until"] is NSNull)
      #expect((status["checked_at"] as? String).flatMap(UTC.parse) != nil)
    }

    @Test("status before the first check says so, and how to begin")
    func statusFirst() throws {
      let sandbox = try Sandbox()
      let ended = try sandbox.run("status")
      #expect(ended.status == 0)
      #expect(ended.output.contains("systemctl enable --now jod-check.timer"))
      #expect(try sandbox.run("status", "--json").output.contains("\"checked_at\":null"))
    }

    @Test("status reads a damaged file as an error, not as news")
    func statusDamaged() throws {
      let sandbox = try Sandbox()
      try sandbox.write("{", to: "run/status.json")
      #expect(try sandbox.run("status").status == 1)
    }

    @Test("the trouble of one check stands in the status of everyone")
    func trouble() throws {
      let sandbox = try Sandbox()
      try sandbox.run()
      #expect(try sandbox.run("status").output.contains("Trouble   Jellyfin at http://127.0.0.1:1 refused"))
      sandbox.environment["STORAGE_SERVER_MAC"] = "nonsense"
      try sandbox.run()
      #expect(try sandbox.run("status").output.contains("STORAGE_SERVER_MAC"))
    }

    @Test("with an invalid configuration status tells that before all that may be old")
    func invalidFirst() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      try home.sandbox.run()
      home.sandbox.environment["STORAGE_SERVER_MAC"] = "nonsense"
      try home.sandbox.run()
      let page = try home.sandbox.run("status").output
      #expect(page.hasPrefix("Trouble   the configuration is not valid: STORAGE_SERVER_MAC"))
    }

    @Test("a misspelt variable is told by status, and once by a check")
    func misspelt() throws {
      let home = try Home()
      home.sandbox.environment["COOLDWN_TIME"] = "1h"
      let warning = "\"COOLDWN_TIME\" in /etc/default/jod-check is not read by anything"
      #expect(try home.sandbox.runAsService().errors.contains(warning))
      #expect(try !home.sandbox.runAsService().errors.contains("COOLDWN_TIME"))
      #expect(try home.sandbox.run("status").output.contains("Warning   \(warning)"))
      home.sandbox.environment["COOLDWN_TIME"] = nil
      try home.sandbox.runAsService()
      #expect(try !home.sandbox.run("status").output.contains("COOLDWN_TIME"))
    }

    @Test("where what is misspelt is missing, both are told")
    func misspeltAndMissing() throws {
      let sandbox = try Sandbox()
      sandbox.environment["JELLYFIN_URL"] = sandbox.environment.removeValue(forKey: "JELLYFIN_API_URL")
      let ended = try sandbox.runAsService()
      #expect(ended.status == 78)
      #expect(ended.errors.contains("JELLYFIN_API_URL: not set"))
      #expect(ended.errors.contains("perhaps JELLYFIN_API_URL is meant"))
      #expect(try sandbox.run("status").output.contains("perhaps JELLYFIN_API_URL is meant"))
    }

    @Test(
      "the service manager gets one line of status, by a path or an abstract name", arguments: [false, true])
    func notify(isAbstract: Bool) throws {
      let home = try Home()
      try home.storage.turn(.ready)
      let path = "\(home.sandbox.folder)/notify"
      let manager = try NotifySocket(isAbstract ? "@\(path)" : path)
      home.sandbox.environment["NOTIFY_SOCKET"] = manager.path
      try home.sandbox.run()
      #expect(manager.received() == ["STATUS=Storage ready · no activity"])
    }

    @Test(
      "a service manager that cannot be told keeps nothing from being done",
      arguments: [
        "", "@", "/", "/nonexistent/notify", "vsock:2:1", "notify", "/" + String(repeating: "n", count: 200),
      ])
    func noManager(path: String) throws {
      let home = try Home(blind: true)
      home.sandbox.environment["NOTIFY_SOCKET"] = path
      let ended = try home.sandbox.run()
      #expect(ended.status == 0)
      #expect(ended.errors == "")
    }

    @Test("credentials take the place of JELLYFIN_API_KEY, the one of the plain name first")
    func credentials() throws {
      let home = try Home()
      home.sandbox.environment["JELLYFIN_API_KEY"] = nil
      home.sandbox.environment["CREDENTIALS_DIRECTORY"] = home.sandbox.folder
      try home.sandbox.write("\(FakeJellyfin.key)\n", to: "jod-check_jellyfin-api-key")
      #expect(try home.sandbox.run().status == 0)
      try home.sandbox.write("ffff\n", to: "jellyfin-api-key")
      let refused = try home.sandbox.run()
      #expect(refused.status == 77)
      #expect(refused.errors.contains("that of the credential jellyfin-api-key of jod-check.service"))
      home.sandbox.environment["JELLYFIN_API_KEY"] = FakeJellyfin.key
      #expect(try home.sandbox.run().status == 0)
      #expect(try home.sandbox.run("status").output.contains("another key, which is not used"))
    }

    @Test(
      "a refused key of a file is to be replaced there, and a bad variable does not hide a good file silently"
    )
    func keySource() throws {
      let home = try Home()
      home.sandbox.environment["JELLYFIN_API_KEY"] = nil
      home.sandbox.environment["CREDENTIALS_DIRECTORY"] = home.sandbox.folder
      try home.sandbox.write("ffff\n", to: "jod-check_jellyfin-api-key")
      let file = "/etc/jod-check/credentials/jellyfin-api-key"
      #expect(try home.sandbox.run().errors.contains("put it into \(file)."))
      try home.sandbox.write("\(FakeJellyfin.key)\n", to: "jod-check_jellyfin-api-key")
      home.sandbox.environment["JELLYFIN_API_KEY"] = "ffff"
      let refused = try home.sandbox.run()
      #expect(refused.errors.contains("Or remove JELLYFIN_API_KEY: \(file) holds another key"))
    }

    @Test("hostile names cannot forge lines or drive the terminal")
    func hostileNames() throws {
      let home = try Home(blind: true)
      home.jellyfin.say(sessions: "[\(FakeJellyfin.session(user: #"A\u001b[2J\nStorage ready"#))]")
      let ended = try home.sandbox.run()
      #expect(!ended.output.contains("\u{1B}"))
      #expect(!ended.output.split(separator: "\n").contains { $0.hasPrefix("Storage ready") })
    }
  }
}

/// A service manager's end of `NOTIFY_SOCKET`.
private final class NotifySocket {
  let path: String
  private let descriptor: Int32

  /// - Parameter path: one that begins with `@` is a name in the abstract namespace (unix(7)).
  init(_ path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = path.hasPrefix("@") ? [0] + path.utf8.dropFirst() : Array(path.utf8)
    try #require(name.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sa_family_t>.size + name.count))
      }
    }
    try #require(bound == 0)
  }

  deinit { close(descriptor) }

  func received() -> [String] {
    var messages: [String] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return messages }
      messages.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
  }
}
