import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The history, on the disk")
  struct HistoryFileTests {
    private func line(_ number: Int, length: Int = 1000) -> [UInt8] {
      Array(
        "{\"event\":\"activity-began\",\"n\":\(number),\"x\":\"\(String(repeating: "x", count: length))\"}\n"
          .utf8)
    }

    private func lines(_ sandbox: Sandbox) throws -> [[String: Any]] {
      try #require(sandbox.contents("state/history.jsonl")).split(separator: "\n").map {
        try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    private func events(_ sandbox: Sandbox) throws -> [String?] {
      try lines(sandbox).map { $0["event"] as? String }
    }

    private func file(_ sandbox: Sandbox) -> HistoryFile {
      HistoryFile(path: "\(sandbox.folder)/state/history.jsonl")
    }

    // MARK: What a run writes

    @Test("a check has a line for each event, with what belongs to it")
    func check() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      try home.sandbox.run()
      #expect(try events(home.sandbox) == ["activity-began", "wake-requested"])
      let wake = try lines(home.sandbox)[1]
      #expect(wake["user"] as? String == "Anna")
      #expect(wake["client"] as? String == "Jellyfin Android TV")
      #expect(wake["device"] as? String == "Living room")
      #expect(wake["mac"] as? String == "02:00:00:c0:ff:ee")
      #expect(wake["kind"] as? String == "browsing")
      #expect(wake["wake_requests"] as? Int == 1)
      #expect((wake["time"] as? String).flatMap(UTC.parse) != nil)
      #expect(wake["boot_id"] as? String == Clock.now().moment.bootID)
    }

    @Test("what people call themselves makes no line of its own")
    func hostileNames() throws {
      let home = try Home(blind: true)
      let name = "\\n{\\\"event\\\":\\\"storage-down\\\"}\\u0000\\u001b[2J\\u202e"
      home.jellyfin.say(
        sessions: "[\(FakeJellyfin.session(user: name, device: String(repeating: "\\\"x", count: 5000)))]")
      try home.sandbox.run()
      #expect(try events(home.sandbox) == ["activity-began", "wake-requested"])
      #expect(try #require(home.sandbox.contents("state/history.jsonl")).utf8.count < 8192)
    }

    @Test("a wake by hand is told, and that the storage got ready by it")
    func byHand() throws {
      let home = try Home()
      home.sandbox.environment["CHECK_INTERVAL"] = "1s"
      home.nobody()
      for _ in 1...2 { try home.sandbox.run() }
      #expect(try home.runWaking("wake").ended.status == 0)
      #expect(try events(home.sandbox) == ["wake-requested", "storage-ready"])
      #expect(try lines(home.sandbox)[0]["kind"] as? String == "hand")
      #expect(try lines(home.sandbox)[0]["wake_requests"] as? Int == 1)
      #expect(try lines(home.sandbox)[0]["storage"] as? String == "off")
      #expect(try lines(home.sandbox)[1]["wake_sec"] as? Int != nil)
    }

    @Test("a hold that is set and taken back is told")
    func hold() throws {
      let sandbox = try Sandbox()
      try sandbox.run("hold", "1h")
      try sandbox.run("release")
      #expect(try events(sandbox) == ["hold-set", "hold-ended"])
    }

    @Test("a wake request that cannot leave is told once, and none is said to have been sent")
    func unsent() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      home.sandbox.environment["WOL_INTERFACE"] = "no-such-card"
      for _ in 1...3 { #expect(try home.sandbox.run().status == 1) }
      #expect(try events(home.sandbox) == ["activity-began", "wake-failed"])
      let before = try home.sandbox.fingerprint("state/state.json")
      try home.sandbox.run()
      #expect(try home.sandbox.fingerprint("state/state.json") == before)
    }

    @Test("a dry run leaves it alone")
    func dryRun() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      home.sandbox.environment["DRY_RUN"] = "yes"
      try home.sandbox.run()
      try home.sandbox.run("--dry-run")
      #expect(home.sandbox.contents("state/history.jsonl") == nil)
    }

    // MARK: The file

    @Test(
      "it is bounded by dropping the oldest, whole lines only, and the file stays readable for its user alone"
    )
    func bound() throws {
      let sandbox = try Sandbox()
      for number in 1...2500 { try file(sandbox).append(line(number)) }
      let kept = try lines(sandbox).compactMap { $0["n"] as? Int }
      #expect(kept == Array((2500 - kept.count + 1)...2500))
      #expect(kept.count > 500)
      let attributes = try FileManager.default.attributesOfItem(
        atPath: "\(sandbox.folder)/state/history.jsonl")
      #expect(try #require(attributes[.size] as? Int) <= HistoryFile.limit)
      #expect(try #require(attributes[.posixPermissions] as? Int) & 0o077 == 0)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(sandbox.folder)/state") == ["history.jsonl"])
    }

    @Test("one that somebody let grow far over the bound is cut to it, and no more than that is read")
    func huge() throws {
      let sandbox = try Sandbox()
      let big = String(decoding: line(1), as: UTF8.self)
      try sandbox.write(String(repeating: big, count: 20_000), to: "state/history.jsonl")
      #expect(try file(sandbox).read().count <= HistoryFile.limit)
      try file(sandbox).append(line(2))
      #expect(try lines(sandbox).last?["n"] as? Int == 2)
      #expect(try #require(sandbox.contents("state/history.jsonl")).utf8.count < HistoryFile.limit)
    }

    @Test("without a line end anywhere nothing can be kept but what is new")
    func oneLine() throws {
      let sandbox = try Sandbox()
      try sandbox.write(String(repeating: "x", count: 3 << 20), to: "state/history.jsonl")
      #expect(try file(sandbox).read() == [])
      try file(sandbox).append(line(2))
      #expect(try lines(sandbox).count == 1)
    }

    @Test("a line that was left half written swallows no other")
    func torn() throws {
      let sandbox = try Sandbox()
      try sandbox.write("{\"event\":\"wake-req", to: "state/history.jsonl")
      try file(sandbox).append(line(7))
      let whole = try #require(sandbox.contents("state/history.jsonl")).split(separator: "\n").last
      #expect(whole.map { Array($0.utf8) + [UInt8(ascii: "\n")] } == line(7))
    }

    @Test("a missing one is empty, and something else in its place is an error, not a hang")
    func notAFile() throws {
      let sandbox = try Sandbox()
      #expect(try file(sandbox).read() == [])
      #expect(mkfifo("\(sandbox.folder)/state/history.jsonl", 0o600) == 0)
      #expect(throws: SystemError.self) { try file(sandbox).append(line(1)) }
      #expect(throws: SystemError.self) { try file(sandbox).read() }
    }

    @Test(
      "killed at any instruction it is the old one, with or without the new line, or the new one",
      .enabled(
        if: access("/usr/bin/strace", X_OK) == 0, "needs strace, to kill the program at its system calls"),
      arguments: ["openat", "write", "fchmod", "fsync", "rename"])
    func killed(call: String) throws {
      for number in 1...200 {
        let home = try Home(blind: true)
        home.someoneBrowses()
        // One more line and the oldest are dropped.
        let old = (1...(HistoryFile.limit / line(1000).count)).map { line(1000 + $0) }
        let text = String(decoding: old.flatMap { $0 }, as: UTF8.self)
        try home.sandbox.write(text, to: "state/history.jsonl")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
        process.arguments =
          ["-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e"]
          + ["inject=\(call):signal=KILL:when=\(number)", Sandbox.program]
        process.environment = home.sandbox.environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let now = try #require(home.sandbox.contents("state/history.jsonl"))
        if now != text {
          let kept = try lines(home.sandbox)
          #expect(kept.count > old.count / 2, "\(call) \(number)")
          #expect(kept.last?["event"] as? String == "wake-requested", "\(call) \(number)")
        }
        if process.terminationReason != .uncaughtSignal {
          #expect(now != text)
          return
        }
      }
      Issue.record("\(call) has no end")
    }
  }
}
