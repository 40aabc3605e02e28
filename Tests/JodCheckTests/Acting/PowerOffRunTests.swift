import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// A household whose storage server is on, and is powered off by a command that writes down how it was called.
private struct Sleepy {
  let home: Home
  /// Whether it goes when it is asked to.
  var isObedient = true

  /// Inactivity of a millisecond is enough, so that the second check may power off.
  init() throws {
    home = try Home()
    try home.storage.turn(.ready)
    let script = "\(home.sandbox.folder)/off"
    try home.sandbox.write(
      """
      #!/bin/sh
      { echo "called $*"; env; } >> "$(dirname "$0")/calls"
      cat "$(dirname "$0")/says" >&2 2>/dev/null
      exit $(cat "$(dirname "$0")/code")
      """, to: "off")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    try end(with: 0)
    home.sandbox.environment.merge([
      "COOLDOWN_TIME": "1ms", "MANUAL_START_HOLD": "0", "CHECK_INTERVAL": "1s",
      "SHUTDOWN_COMMAND": "\(script) 'a b'",
    ]) { $1 }
  }

  func end(with code: Int, saying words: String = "") throws {
    try home.sandbox.write("\(code)", to: "code")
    try home.sandbox.write(words, to: "says")
  }

  var calls: Int {
    home.sandbox.contents("calls")?.split(separator: "\n").count { $0.hasPrefix("called ") } ?? 0
  }

  @discardableResult
  func run(_ arguments: String...) throws -> Sandbox.Ended {
    let before = calls
    let isObedient = isObedient
    nonisolated(unsafe) let home = home
    return try meanwhile {
      guard isObedient, home.sandbox.contents("code") == "0", calls > before else { return false }
      try? home.storage.turn(.off)
      return true
    } during: {
      try home.sandbox.run(arguments: arguments)
    }
  }

  var status: String { get throws { try run("status").output } }
}

extension World {
  @Suite("The power-off, carried out")
  struct PowerOffRunTests {
    @Test("idle for long enough, the storage is powered off exactly once, and then there is rest")
    func once() throws {
      let sleepy = try Sleepy()
      #expect(try sleepy.run().status == 0)
      #expect(sleepy.calls == 0)
      let ended = try sleepy.run()
      #expect(ended.output.contains("Asked the storage to power off"))
      #expect(sleepy.calls == 1)
      for _ in 1...4 { #expect(try sleepy.run().status == 0) }
      #expect(sleepy.calls == 1)
      #expect(sleepy.home.storage.packets().isEmpty)
      #expect(sleepy.home.sandbox.contents("state/history.jsonl")?.contains("storage-down") == true)
    }

    @Test("the command gets its words as they were quoted, and an environment without secrets")
    func environment() throws {
      let sleepy = try Sleepy()
      for _ in 1...2 { try sleepy.run() }
      let calls = try #require(sleepy.home.sandbox.contents("calls"))
      #expect(calls.contains("called a b\n"))
      #expect(!calls.contains(FakeJellyfin.key))
      #expect(!calls.contains("JELLYFIN"))
    }

    /// One rule broken at a time, and the word by which status names it.
    static let rules:
      [(rule: String, word: String, break: @Sendable (FakeJellyfin, StorageServer, Sandbox) throws -> Void)] =
        [
          (
            "activity", "Anna is browsing",
            { jellyfin, _, _ in jellyfin.say(sessions: "[\(FakeJellyfin.session())]") }
          ),
          (
            "a pause", "paused",
            { jellyfin, _, _ in
              jellyfin.say(sessions: "[\(FakeJellyfin.session(film: "M", pausedFor: 60))]")
            }
          ),
          (
            "Jellyfin says nothing", "unknown is not idle",
            { _, _, sandbox in
              sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:1"
            }
          ),
          (
            "not idle long enough", "1h are waited for",
            { _, _, sandbox in sandbox.environment["COOLDOWN_TIME"] = "1h" }
          ),
          (
            "started by hand", "started it by hand",
            { _, _, sandbox in
              sandbox.environment["MANUAL_START_HOLD"] = "1h"
            }
          ),
          ("not ready", "its service does not answer", { _, storage, _ in try storage.turn(.starting) }),
          ("a hold", "a hold keeps it on", { _, _, sandbox in try sandbox.run("hold", "1h") }),
          (
            "a task", "RefreshLibrary",
            { jellyfin, _, _ in
              jellyfin.say("/ScheduledTasks", #"[{"Key":"RefreshLibrary","State":"Running"}]"#)
            }
          ),
          ("tasks that cannot be asked", "tasks", { jellyfin, _, _ in jellyfin.say("/ScheduledTasks", nil) }),
          (
            "a library refresh", "Films",
            { jellyfin, _, _ in
              jellyfin.say("/Library/VirtualFolders", #"[{"Name":"Films","RefreshStatus":"Active"}]"#)
            }
          ),
          (
            "folders that cannot be asked", "tasks",
            { jellyfin, _, _ in jellyfin.say("/Library/VirtualFolders", nil) }
          ),
          (
            "a recording", "recording",
            { jellyfin, _, sandbox in
              sandbox.environment["WAKE_FOR_RECORDINGS"] = "no"
              let (start, end) = (FakeJellyfin.stamp(secondsAgo: -300), FakeJellyfin.stamp(secondsAgo: -3600))
              jellyfin.say(
                "/LiveTv/Timers",
                #"{"Items":[{"Name":"News","Status":"New","StartDate":"\#(start)","EndDate":"\#(end)"}]}"#)
            }
          ),
          (
            "recordings that cannot be asked", "records",
            { jellyfin, _, _ in jellyfin.say("/LiveTv/Timers", nil) }
          ),
          (
            "no way to power off", "STORAGE_SERVER_SSH",
            { _, _, sandbox in
              sandbox.environment["SHUTDOWN_COMMAND"] = nil
            }
          ),
        ]

    @Test("a rule broken alone prevents the power-off, and status names it", arguments: rules.indices)
    func rule(index: Int) throws {
      let rule = Self.rules[index]
      let sleepy = try Sleepy()
      try sleepy.run()
      try rule.break(sleepy.home.jellyfin, sleepy.home.storage, sleepy.home.sandbox)
      for _ in 1...2 { try sleepy.run() }
      #expect(sleepy.calls == 0, "\(rule.rule)")
      let line = try sleepy.status.split(separator: "\n").first {
        $0.hasPrefix("Stays on") || $0.hasPrefix("Goes off")
      }
      #expect(line?.contains(rule.word) == true, "\(rule.rule): \(line ?? "")")
    }

    @Test("further questions are asked only when everything else holds")
    func questions() throws {
      let sleepy = try Sleepy()
      sleepy.home.sandbox.environment["WAKE_FOR_RECORDINGS"] = "no"
      sleepy.home.sandbox.environment["COOLDOWN_TIME"] = "1h"
      for _ in 1...2 { try sleepy.run() }
      #expect(!sleepy.home.jellyfin.requests.contains { $0.contains("/ScheduledTasks") })
      sleepy.home.sandbox.environment["COOLDOWN_TIME"] = "1ms"
      try sleepy.run()
      #expect(sleepy.home.jellyfin.requests.contains { $0.contains("/ScheduledTasks") })
    }

    @Test("75 is busy: no error, and not asked again at once")
    func busy() throws {
      let sleepy = try Sleepy()
      try sleepy.end(with: 75, saying: "a backup runs")
      try sleepy.run()
      let ended = try sleepy.run()
      #expect(ended.status == 0)
      #expect(ended.output.contains("The storage is busy: a backup runs"))
      try sleepy.run()
      #expect(sleepy.calls == 1)
      #expect(try sleepy.status.contains("a backup runs"))
    }

    @Test("any other status is an error with the command's last words, and not tried again at once")
    func fails() throws {
      let sleepy = try Sleepy()
      try sleepy.end(with: 3, saying: "no such plug")
      try sleepy.run()
      let ended = try sleepy.run()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("no such plug"))
      try sleepy.run()
      #expect(sleepy.calls == 1)
    }

    @Test("what cannot be remembered is not powered off")
    func unwritable() throws {
      let sleepy = try Sleepy()
      sleepy.home.sandbox.environment["STATE_DIRECTORY"] = "\(sleepy.home.sandbox.folder)/nowhere"
      for _ in 1...3 { #expect(try sleepy.run().status == 1) }
      #expect(sleepy.calls == 0)
    }

    @Test(
      "with the disk full or read-only nothing is powered off, and it is as soon as that is mended",
      arguments: Sandbox.Disk.allCases)
    func disk(_ disk: Sandbox.Disk) throws {
      let sleepy = try Sleepy()
      #expect(try sleepy.run().status == 0)
      for _ in 1...3 {
        let ended = try sleepy.home.sandbox.run(disk)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("cannot be written"))
      }
      #expect(sleepy.calls == 0)
      for _ in 1...2 { #expect(try sleepy.run().status == 0) }
      #expect(sleepy.calls == 1)
    }

    @Test("where the storage's name stops resolving it is not powered off, and those who come are served")
    func name() throws {
      let sleepy = try Sleepy()
      try sleepy.run()
      sleepy.home.sandbox.environment["STORAGE_SERVER_ADDRESS"] = "storage.invalid:2049"
      for _ in 1...2 { #expect(try sleepy.run().status == 0) }
      #expect(sleepy.calls == 0)
      #expect(try sleepy.status.contains("does not answer"))
      sleepy.home.someoneBrowses()
      try sleepy.run()
      #expect(sleepy.home.storage.packets().count == 3)
    }

    @Test("activity while the storage goes down wakes it as soon as it is down")
    func activityMeanwhile() throws {
      var sleepy = try Sleepy()
      sleepy.isObedient = false
      for _ in 1...2 { try sleepy.run() }
      #expect(sleepy.calls == 1)
      sleepy.home.someoneBrowses()
      try sleepy.run()
      #expect(sleepy.home.storage.packets().isEmpty, "not into a machine that goes down")
      // They give up, and are served all the same.
      sleepy.home.nobody()
      try sleepy.home.storage.turn(.off)
      for _ in 1...2 { try sleepy.run() }
      #expect(sleepy.home.storage.packets().count == 3)
    }

    @Test("a dry run tells the power-off once, and asks for nothing")
    func dryRun() throws {
      let sleepy = try Sleepy()
      sleepy.home.sandbox.environment["DRY_RUN"] = "yes"
      try sleepy.run()
      #expect(try sleepy.run().output.contains("would have asked the storage to power off"))
      for _ in 1...2 { #expect(try !sleepy.run().output.contains("would have")) }
      #expect(sleepy.calls == 0)
    }

    @Test("sleep powers off now, regardless of the times")
    func sleepNow() throws {
      let sleepy = try Sleepy()
      sleepy.home.sandbox.environment["COOLDOWN_TIME"] = "1h"
      sleepy.home.sandbox.environment["MANUAL_START_HOLD"] = "1h"
      try sleepy.run()
      let ended = try sleepy.run("sleep")
      #expect(ended.status == 0)
      #expect(sleepy.calls == 1)
    }

    @Test("sleep says which rule refuses, and --force skips activity, recordings and tasks alone")
    func sleepRefuses() throws {
      let sleepy = try Sleepy()
      sleepy.home.someoneBrowses()
      let refused = try sleepy.run("sleep")
      #expect(refused.status == 1)
      #expect(refused.errors.contains("Anna is browsing"))
      try sleepy.run("hold", "1h")
      let held = try sleepy.run("sleep", "--force")
      #expect(held.status == 1)
      #expect(held.errors.contains("a hold keeps it on"))
      #expect(sleepy.calls == 0)
      try sleepy.run("release")
      #expect(try sleepy.run("sleep", "--force").status == 0)
      #expect(sleepy.calls == 1)
    }

    @Test("sleep says what the storage server says", arguments: [75, 3])
    func sleepFails(code: Int) throws {
      let sleepy = try Sleepy()
      try sleepy.end(with: code, saying: "not now")
      for _ in 1...2 {
        let ended = try sleepy.run("sleep")
        #expect(ended.status == 1)
        #expect(ended.errors.contains("not now"))
      }
      #expect(sleepy.calls == 2)
    }

    @Test("a hold is set, shown and taken back")
    func hold() throws {
      let sleepy = try Sleepy()
      try sleepy.run()
      #expect(try sleepy.run("hold", "3h").output.contains("kept on for 3h"))
      #expect(try sleepy.run("status", "--json").output.contains(#""hold":{"until":"2"#))
      #expect(try sleepy.run("release").output.contains("no longer kept on"))
      #expect(try sleepy.run("status", "--json").output.contains(#""hold":{"until":null}"#))
      #expect(try sleepy.run("hold", "--until", "06:30").output.contains("06:30"))
      #expect(try sleepy.run("release").status == 0)
      #expect(try sleepy.run("release").output.contains("no hold"))
    }

    @Test(
      "a hold that is not understood is wrong use, and says what is accepted",
      arguments: [
        ["hold"], ["hold", "soon"], ["hold", "0"], ["hold", "--until", "25:00"], ["hold", "0.5"],
        ["hold", "3h", "--until", "06:30"],
      ])
    func holdWrong(arguments: [String]) throws {
      let ended = try Sleepy().home.sandbox.run(arguments: arguments)
      #expect(ended.status == 64)
      #expect(ended.errors.contains("06:30") || ended.errors.contains("1h 30min"))
    }

    @Test(
      "a bare number that would be seconds is refused with what was meant",
      arguments: ["1", "3", "59", "1.5", " 3", "3\t"])
    func holdOfSeconds(number: String) throws {
      let sandbox = try Sandbox()
      let ended = try sandbox.run("hold", number)
      #expect(ended.status == 64)
      #expect(ended.errors.contains("say \(Printable.trimmed(number))h for hours"))
      #expect(try sandbox.run("status", "--json").output.contains(#""hold":{"until":null}"#))
    }

    @Test(
      "with a unit, or of a minute at least, it is taken as it stands", arguments: ["3s", "3h", "60", "90"])
    func holdAsItStands(text: String) throws {
      #expect(try Sandbox().run("hold", text).status == 0)
    }
  }

  @Suite("Until a time of day")
  struct UntilTests {
    @Test(
      "it is until that comes next, within a day", arguments: Array(stride(from: 0.0, to: 86400, by: 1800)))
    func next(time: Seconds) {
      let before = Clock.seconds(CLOCK_REALTIME)
      let seconds = Clock.seconds(untilTimeOfDay: time)
      // A day may have 25 hours.
      #expect(seconds > 0 && seconds <= 25 * 3600)
      let hour = Clock.text(before + seconds + 1).suffix(5)
      #expect(hour == String(format: "%02d:%02d", Int(time) / 3600, Int(time) / 60 % 60))
    }
  }

  @Suite("Other programs")
  struct SubprocessTests {
    @Test("status, output and errors come back, and what is handed over is read")
    func ends() throws {
      let ended = try Subprocess(["sh", "-c", "cat; echo no >&2; exit 7"], input: "yes").run(timeLimit: 10)
      #expect(ended.status == 7)
      #expect(ended.output == "yes")
      #expect(ended.errors == "no\n")
    }

    @Test("what does not end in time is killed, with its children, and so is what keeps its output open")
    func hangs() throws {
      #expect(try Subprocess(["sleep", "100"]).run(timeLimit: 0.1).status == nil)
      #expect(try Subprocess(["sh", "-c", "sleep 100 & wait"]).run(timeLimit: 0.1).status == nil)
    }

    @Test("a signal is told as a shell tells it")
    func signalled() throws {
      #expect(try Subprocess(["sh", "-c", "kill -TERM $$"]).run(timeLimit: 10).status == 143)
    }

    @Test("much output is cut, not waited for")
    func muchOutput() throws {
      let ended = try Subprocess(["head", "-c", "3000000", "/dev/zero"]).run(timeLimit: 10)
      #expect(ended.status == 0)
      #expect(ended.output.utf8.count < 3_000_000)
    }

    @Test("a program that is not there is an error")
    func missing() {
      #expect(throws: SystemError.self) { try Subprocess(["/no/such/program"]).run(timeLimit: 10) }
    }
  }
}
