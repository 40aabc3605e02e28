import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("report, and what the socket answers")
  struct ReportCommandTests {
    /// A household in which Anna woke the storage, and it got ready.
    private func evening() throws -> Home {
      let home = try Home()
      home.nobody()
      for _ in 1...2 { try home.sandbox.run() }
      home.someoneBrowses()
      try home.sandbox.run()
      try home.storage.turn(.ready)
      try home.sandbox.run()
      return home
    }

    private func json(_ text: String) throws -> [String: Any] {
      try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("it tells who woke the storage, and how long that took")
    func report() throws {
      let home = try evening()
      home.sandbox.environment["STORAGE_SERVER_WATTS"] = "85,3"
      let ended = try home.sandbox.run("report")
      #expect(ended.status == 0 && ended.errors.isEmpty)
      #expect(ended.output.contains("1 wake: Anna 1\n"))
      #expect(ended.output.contains("Anna, Jellyfin Android TV on Living room"))
      #expect(ended.output.contains("ready after"))
      #expect(ended.output.contains("85 W on, 3 W off"))
      #expect(!ended.output.contains("\u{1B}"), "it is no terminal")
    }

    @Test("--json prints one document, of as many days as were asked for", arguments: [1, 7, 366])
    func document(days: Int) throws {
      let ended = try evening().sandbox.run("report", "--json", "--days", "\(days)")
      let document = try json(ended.output)
      #expect((document["days"] as? [Any])?.count == days)
      #expect((document["total"] as? [String: Any])?["wakes"] as? Int == 1)
      #expect(document["watts"] is NSNull)
    }

    @Test("--days takes 1 to 366", arguments: ["0", "367", "-1", "x", ""])
    func wrongDays(days: String) throws {
      #expect(try Sandbox().run("report", "--days", days).status == 64)
    }

    @Test("a household without a past has a report, and so has one whose configuration is wrong")
    func nothing() throws {
      let sandbox = try Sandbox()
      sandbox.environment["STORAGE_SERVER_MAC"] = "nonsense"
      sandbox.environment["STORAGE_SERVER_WATTS"] = "nonsense"
      let ended = try sandbox.run("report")
      #expect(ended.status == 0)
      #expect(ended.output.contains("No wakes."))
      #expect(sandbox.contents("state/history.jsonl") == nil)
      #expect(sandbox.contents("run/runtime.json") == nil, "it only reads")
    }

    @Test(
      "what is damaged in the history is skipped", arguments: ["", "{", "\u{0}\u{0}\n", "[[[[\n{}\n"])
    func damaged(text: String) throws {
      let home = try evening()
      let history = try #require(home.sandbox.contents("state/history.jsonl"))
      try home.sandbox.write(text + "\n" + history + text, to: "state/history.jsonl")
      #expect(try home.sandbox.run("report").output.contains("1 wake: Anna 1\n"))
    }

    @Test("the days are those of the machine's own clock, with 23 and 25 hours where summer time says so")
    func summerTime() throws {
      let sandbox = try Sandbox()
      sandbox.environment["TZ"] = "CET-1CEST,M3.5.0,M10.5.0/3"
      let days = try #require(
        try json(sandbox.run("report", "--json", "--days", "366").output)["days"] as? [[String: Any]])
      let times = try days.map { day in
        (
          try #require((day["from"] as? String).flatMap(UTC.parse)),
          try #require((day["to"] as? String).flatMap(UTC.parse))
        )
      }
      #expect(zip(times, times.dropFirst()).allSatisfy { $0.1 == $1.0 })
      let hours = times.dropLast().map { ($0.1 - $0.0) / 3600 }
      #expect(
        hours.count { $0 == 23 } == 1 && hours.count { $0 == 25 } == 1 && hours.count { $0 == 24 } == 363)
      #expect(Set(days.compactMap { $0["date"] as? String }).count == 366)
    }

    @Test(
      "who may not read the history is told who may",
      .enabled(if: getuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root, to become nobody"))
    func forbidden() throws {
      let sandbox = try Sandbox()
      try sandbox.write("{}\n", to: "state/history.jsonl")
      #expect(chmod("\(sandbox.folder)/state", 0o750) == 0)
      let program = "\(sandbox.folder)/jod-check"
      try FileManager.default.copyItem(atPath: Sandbox.program, toPath: program)
      let process = Process()
      let errors = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
      process.arguments = ["--reuid=65534", "--regid=65534", "--clear-groups", program, "report"]
      process.environment = sandbox.environment
      process.standardError = errors
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 1)
      let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      #expect(words.contains("sudo jod-check report"))
    }

    // MARK: What the socket answers

    private func handler(_ home: Home) throws -> RequestHandler {
      home.sandbox.environment["HTTP_TOKEN"] = "open-sesame"
      return try home.sandbox.handler()
    }

    private func text(_ service: WebService, of handler: RequestHandler) throws -> String {
      String(decoding: try document(service, of: handler).body, as: UTF8.self)
    }

    private func document(_ service: WebService, of handler: RequestHandler) throws -> WebDocument {
      let request = WebRequest(method: "GET", target: service.rawValue, hosts: [])
      guard case .now(let reply) = handler.answer(request, service, .here()) else {
        throw WebRefusal(500, "it takes time")
      }
      return try reply.get()
    }

    private static let read = WebService.allCases.filter { !$0.isButton }

    @Test("the page, the status and the metrics say what the last check found, and write nothing")
    func answers() throws {
      let home = try evening()
      let handler = try handler(home)
      let files = ["state/state.json", "state/history.jsonl", "run/runtime.json", "run/status.json"]
      let before = try files.map(home.sandbox.fingerprint)
      #expect(try text(.page, of: handler).contains("<h1><b>On.</b>"))
      #expect(try text(.page, of: handler).contains("Anna, Jellyfin Android TV on Living room"))
      #expect(try text(.status, of: handler) == home.sandbox.contents("run/status.json"))
      #expect(try text(.metrics, of: handler).contains("jod_check_wakes_total 1\n"))
      #expect(try text(.metrics, of: handler).contains("jod_check_storage_on 1\n"))
      #expect(try files.map(home.sandbox.fingerprint) == before)
    }

    @Test("no secret is in any of them")
    func noSecret() throws {
      let handler = try handler(evening())
      for service in Self.read {
        let document = try document(service, of: handler)
        let all = String(decoding: document.body, as: UTF8.self) + document.policy + document.contentType
        #expect(!all.contains(FakeJellyfin.key) && !all.contains("open-sesame"))
      }
    }

    @Test("before anything is known there is an answer to each")
    func beforeTheFirstCheck() throws {
      let handler = try handler(Home())
      #expect(try text(.page, of: handler).contains("Nothing is known yet."))
      #expect(try json(text(.status, of: handler))["checked_at"] is NSNull)
      #expect(try text(.metrics, of: handler).contains("jod_check_wakes_total 0\n"))
    }

    @Test("where the history cannot be read there is a page all the same")
    func withoutHistory() throws {
      let home = try evening()
      try FileManager.default.removeItem(atPath: "\(home.sandbox.folder)/state/history.jsonl")
      #expect(mkfifo("\(home.sandbox.folder)/state/history.jsonl", 0o600) == 0)
      #expect(try text(.page, of: handler(home)).contains("<h1><b>On.</b>"))
    }

    @Test("without a valid configuration there is nothing but an error that says so, and a page")
    func invalid() throws {
      let fault = ConfigurationFault(
        variable: "WOL_PORT", problem: "\"<x>\" is not understood", accepted: "a number")
      let page = InvalidPage([fault], warnings: [.windowTooShort(60)], version: "1").document
      let handler = RequestHandler(RequestHandler.Unconfigured(page: page))
      for service in WebService.allCases where ![.page, .icon, .manifest].contains(service) {
        #expect(throws: WebRefusal.self) { try document(service, of: handler) }
      }
      let text = try text(.page, of: handler)
      #expect(text.contains("WOL_PORT: &quot;&lt;x&gt;&quot; is not understood; accepted: a number"))
      #expect(
        text.contains("Make it longer.") && text.contains("Correct <code>/etc/default/jod-check</code>"))
    }
  }
}
