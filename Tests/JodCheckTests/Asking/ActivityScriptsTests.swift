import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("Running the scripts of activity.d")
  struct ActivityScriptsTests {
    private let home: Home

    init() throws {
      home = try Home()
      home.nobody()
    }

    private var status: String { home.sandbox.contents("run/status.json") ?? "" }

    /// Whether a process runs whose id a script has written.
    private func runs(_ name: String) throws -> Bool {
      let text = try #require(home.sandbox.contents(name))
      let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      // One that was killed may lie there until its new parent looks.
      let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      return state.map { !$0.contains(") Z ") } ?? false
    }

    @Test("exit 0 wakes the storage, and the script and its reason are told everywhere")
    func wakes() throws {
      try home.sandbox.script("downloads", "echo two films; echo more; exit 0")
      let ended = try home.sandbox.run()
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(home.storage.packets().count == 3)
      #expect(ended.output.contains("the script downloads needs the storage (two films)"))
      #expect(home.sandbox.contents("state/history.jsonl")?.contains(#""kind":"script""#) == true)
      #expect(status.contains(#"{"client":"downloads","device":"two films","kind":"script","user":""}"#))
      #expect(try home.sandbox.run("report").output.contains("the script downloads"))
    }

    @Test("it does so though Jellyfin does not answer")
    func withoutJellyfin() throws {
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:1"
      try home.sandbox.script("downloads", "exit 0")
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
    }

    @Test("a dry run asks them as well, and acts on nothing")
    func dryRun() throws {
      try home.sandbox.script("downloads", "exit 0")
      #expect(try home.sandbox.run("--dry-run").output.contains("the script downloads needs the storage"))
      #expect(home.storage.packets().isEmpty)
    }

    @Test("exit 2 keeps it up and wakes nothing, exit 1 does neither", arguments: [(2, true), (1, false)])
    func keepsUp(exit: Int, isKept: Bool) throws {
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.sandbox.script("downloads", "exit \(exit)")
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
      #expect(status.contains("the script downloads keeps it on") == isKept)
    }

    @Test("one that hangs is killed with its children, keeps the storage up and is named")
    func hangs() throws {
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.sandbox.script("hangs", "sleep 100 & echo $! >\"\(home.sandbox.folder)/child\"; wait")
      try home.sandbox.script("quick", "exit 1")
      let ended = try home.sandbox.run()
      #expect(ended.status == 0)
      #expect(home.storage.packets().isEmpty)
      #expect(status.contains(#"\"hangs\" (it took longer than 3s and was killed)"#))
      #expect(!status.contains("quick"))
      #expect(try !runs("child"))
    }

    @Test("what one leaves running ends with it")
    func leavesRunning() throws {
      let child = "\(home.sandbox.folder)/child"
      try home.sandbox.script("leaves", "sleep 100 >/dev/null 2>&1 & echo $! >\"\(child)\"; exit 1")
      try home.sandbox.run()
      #expect(try !runs("child"))
    }

    @Test("they run side by side: each waits for the other")
    func sideBySide() throws {
      for (name, other) in [("one", "two"), ("two", "one")] {
        let (own, others) = ("\(home.sandbox.folder)/is-\(name)", "\(home.sandbox.folder)/is-\(other)")
        try home.sandbox.script(
          name, ": >\"\(own)\"; until [ -e \"\(others)\" ]; do sleep 0.01; done; exit 2")
      }
      try home.sandbox.run()
      #expect(status.contains(#""client":"one""#))
      #expect(status.contains(#""client":"two""#))
    }

    @Test("no secret is in their environment, and there is nothing to read")
    func environment() throws {
      home.sandbox.environment["HTTP_TOKEN"] = "a-token-of-ours"
      home.sandbox.environment["CREDENTIALS_DIRECTORY"] = "\(home.sandbox.folder)/credentials"
      try home.sandbox.script("looks", "cat; env >\"\(home.sandbox.folder)/env\"; exit 1")
      try home.sandbox.run()
      let names = try #require(home.sandbox.contents("env")).split(separator: "\n").compactMap {
        $0.split(separator: "=").first
      }
      // The shell itself sets these, beside what it is given.
      #expect(Set(names).subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == ["PATH", "LANG", "LC_ALL"])
    }

    @Test("a packet for a need of Jellyfin's waits for no script", arguments: [false, true])
    func atOnce(isKnownDown: Bool) throws {
      if isKnownDown {
        home.sandbox.environment["CHECK_INTERVAL"] = "1s"
        for _ in 0..<2 {
          try home.sandbox.run()
          usleep(1_100_000)
        }
      }
      home.someoneBrowses()
      let child = "\(home.sandbox.folder)/child"
      try home.sandbox.script("hangs", "sleep 100 & echo $! >\"\(child)\"; wait")
      let start = ContinuousClock.now
      try home.sandbox.run()
      // Its own time alone is longer.
      #expect(ContinuousClock.now - start < .seconds(ActivityScript.timeLimit))
      #expect(home.storage.packets().count == 3)
      if home.sandbox.contents("child") != nil { #expect(try !runs("child")) }
    }

    @Test("one that others can change is not run, and its need is unknown", arguments: [0o775, 0o757])
    func writable(mode: Int) throws {
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.sandbox.script("others", ": >\"\(home.sandbox.folder)/ran\"; exit 0", mode: mode)
      try home.sandbox.run()
      #expect(home.sandbox.contents("ran") == nil)
      #expect(status.contains("others than root can change it"))
    }

    @Test("neither is one in a folder that others can change")
    func writableFolder() throws {
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.sandbox.script("others", "exit 0")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o777], ofItemAtPath: "\(home.sandbox.folder)/etc/activity.d")
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
      #expect(status.contains("others than root can change it"))
    }

    @Test("a file that is not executable, or has another name, is none")
    func otherFiles() throws {
      try home.sandbox.script("plain", "exit 0", mode: 0o644)
      try home.sandbox.script("downloads.sh", "exit 0")
      try home.sandbox.script(".hidden", "exit 0")
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
    }

    @Test("one that cannot be run is unknown")
    func noProgram() throws {
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.sandbox.script("broken", "")
      try home.sandbox.write("#!/no/such/program\n", to: "etc/activity.d/broken")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: "\(home.sandbox.folder)/etc/activity.d/broken")
      try home.sandbox.run()
      #expect(status.contains(#"\"broken\" (cannot run"#))
    }

    @Test("a power-off by hand asks them too")
    func sleep() throws {
      try home.storage.turn(.ready)
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.sandbox.script("downloads", "echo a film; exit 2")
      let refused = try home.sandbox.run("sleep")
      #expect(refused.status == 1)
      #expect(refused.errors.contains("activity: the script downloads keeps it on (a film)"))
    }

    @Test("the doctor tells what each says and how long it took, and what is not run")
    func doctor() throws {
      try home.sandbox.script("downloads", "echo two films; exit 0")
      try home.sandbox.script("books", "echo 'Connection refused' >&2; exit 7")
      try home.sandbox.script("plain", "", mode: 0o644)
      try home.sandbox.script("downloads.sh", "exit 0")
      try home.sandbox.script("downloads.conf", "a=b", mode: 0o644)
      try home.sandbox.script("others", "exit 0", mode: 0o777)
      let settings = Settings(
        environment: home.sandbox.environment, stateDirectory: "\(home.sandbox.folder)/state",
        runtimeDirectory: "\(home.sandbox.folder)/run",
        activityDirectory: "\(home.sandbox.folder)/etc/activity.d")
      let findings = Doctor(settings: settings, timer: { nil }, sandbox: { nil }).examine().filter {
        $0.subject == "Script"
      }
      #expect(findings.map(\.verdict) == [.fault, .good, .warning, .fault, .warning])
      #expect(
        findings[0].words
          == #""books" does not say whether the storage is needed: it ended with exit status 7 ("Connection refused")."#
      )
      #expect(findings[1].words.hasPrefix(#""downloads" needs the storage (two films), told in "#))
      #expect(findings[2].words.hasPrefix(#""downloads.sh" is executable"#))
      #expect(findings[3].words.contains("others than root can change it"))
      #expect(findings[4].words.hasPrefix(#""plain" is not executable"#))
      for finding in findings where finding.verdict != .good { #expect(finding.remedy?.isEmpty == false) }
    }
  }
}
