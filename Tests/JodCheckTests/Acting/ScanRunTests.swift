import Foundation
import Household
import Testing

@testable import JodCore
@testable import jod_check

/// A household whose storage server is ready, and is long since, at the next check.
private struct Calm {
  let home: Home
  static let id = "7738148ffcd07979c7ceb148e06b3aed"

  init(_ variables: [String: String] = ["LIBRARY_SCAN_INTERVAL": "24h"]) throws {
    home = try Home()
    try home.storage.turn(.ready)
    home.sandbox.environment["WAKE_FOR_RECORDINGS"] = "no"
    home.sandbox.environment.merge(variables) { $1 }
    say()
    try home.sandbox.run()
    age()
  }

  /// What the only task says.
  func say(state: String = "Idle", endedAgo: Double = 90_000, triggers: String = "[]") {
    let (start, end) = (
      FakeJellyfin.stamp(secondsAgo: endedAgo + 9), FakeJellyfin.stamp(secondsAgo: endedAgo)
    )
    home.jellyfin.say(
      "/ScheduledTasks",
      """
      [{"Name":"Scan Media Library","State":"\(state)","Id":"\(Self.id)","Key":"RefreshLibrary","Triggers":\(triggers),\
      "LastExecutionResult":{"StartTimeUtc":"\(start)","EndTimeUtc":"\(end)","Status":"Completed"}}]
      """)
  }

  var store: Store {
    Store(
      stateDirectory: "\(home.sandbox.folder)/state", runtimeDirectory: "\(home.sandbox.folder)/run",
      mode: .normal)
  }

  /// Lets ten minutes have passed, with the storage ready and nobody there.
  func age() {
    let now = Clock.now().moment
    let then = Moment(wall: now.wall - 600, boot: now.boot - 600, bootID: now.bootID)
    _ = store.update(bootID: now.bootID, keep: .everything) { memory in
      memory.runtime.readySince = then
      var quiet = IdleCount(at: then)
      quiet.observe(now, beat: 600)
      memory.runtime.tasks?.quiet = quiet
      memory.runtime.tasks?.asked = nil
    }
  }

  func asksForTasks() -> Bool { home.jellyfin.requests.contains { $0.hasPrefix("GET /ScheduledTasks ") } }
}

extension World {
  @Suite("Tasks of Jellyfin, asked for and started")
  struct ScanRunTests {
    @Test("a scan is started once, told once, and noted where a reboot leaves it")
    func once() throws {
      let calm = try Calm()
      #expect(calm.home.jellyfin.startedTasks == [])
      let ended = try calm.home.sandbox.run("--json")
      #expect(ended.status == 0)
      #expect(ended.output.contains(#""library-scan""#))
      #expect(calm.home.jellyfin.startedTasks == [Calm.id])
      #expect(calm.home.sandbox.contents("state/state.json")?.contains(#""scan""#) == true)
      calm.age()
      let again = try calm.home.sandbox.run()
      #expect(!again.output.contains("scan"))
      #expect(calm.home.jellyfin.startedTasks == [Calm.id])
      #expect(calm.home.sandbox.contents("state/history.jsonl")?.contains("scan") != true)
    }

    @Test("the request that starts it carries the key, and no body")
    func request() throws {
      let calm = try Calm()
      try calm.home.sandbox.run()
      let request = calm.home.jellyfin.requests.first { $0.hasPrefix("POST ") }
      #expect(request?.hasPrefix("POST /ScheduledTasks/Running/\(Calm.id) HTTP/1.1\r\n") == true)
      #expect(request?.contains("Authorization: MediaBrowser Token=") == true)
      #expect(request?.contains("Content-Length: 0\r\n") == true)
    }

    @Test("a Jellyfin that does not take it is told once, by day and not by the exit status")
    func failure() throws {
      let calm = try Calm()
      calm.home.jellyfin.say("/ScheduledTasks/Running", nil)
      let ended = try calm.home.sandbox.run()
      #expect(ended.status == 0)
      #expect(
        (ended.output + ended.errors).contains("A scan of the libraries could not be started: Jellyfin"))
      #expect(calm.home.jellyfin.startedTasks.count == 1)
      calm.age()
      try calm.home.sandbox.run()
      #expect(calm.home.jellyfin.startedTasks.count == 1)
    }

    @Test(
      "one task that runs, a dry run, a storage that is off, or a young scan: none is started",
      arguments: 0..<4)
    func notNow(_ number: Int) throws {
      let calm = try Calm()
      switch number {
      case 0: calm.say(state: "Running")
      case 1: calm.home.sandbox.environment["DRY_RUN"] = "yes"
      case 2: try calm.home.storage.turn(.off)
      default: calm.say(endedAgo: 80_000)
      }
      try calm.home.sandbox.run()
      #expect(calm.home.jellyfin.startedTasks == [])
    }

    @Test("a check that cannot remember it starts none")
    func unwritable() throws {
      let calm = try Calm()
      try calm.home.sandbox.run(.readOnly)
      #expect(calm.home.jellyfin.startedTasks == [])
      try calm.home.sandbox.run()
    }

    @Test("without the variables nothing is asked")
    func unset() throws {
      let calm = try Calm([:])
      try calm.home.sandbox.run()
      #expect(!calm.asksForTasks())
      #expect(calm.home.jellyfin.startedTasks == [])
    }

    @Test("a task that Jellyfin runs in some minutes wakes the storage, by the clock here")
    func wakes() throws {
      let home = try Calm(["WAKE_FOR_TASKS": "Refresh*", "TZ": "Asia/Kolkata"])
      try home.home.storage.turn(.off)
      func wait(_ minutes: Double) throws -> Int {
        // So many minutes from now, in India.
        let time = (Date().timeIntervalSince1970 + 5.5 * 3600 + minutes * 60).truncatingRemainder(
          dividingBy: 86400)
        home.say(triggers: #"[{"Type":"DailyTrigger","TimeOfDayTicks":\#(Int(time) * 10_000_000)}]"#)
        home.age()
        try home.home.sandbox.run()
        return home.home.storage.packets().count
      }
      #expect(try wait(20) == 0)
      #expect(try wait(5) == 3)
    }

    @Test("before a power-off Jellyfin's tasks are asked for once, for both rules")
    func askedOnce() throws {
      let calm = try Calm([
        "WAKE_FOR_TASKS": "Refresh*", "COOLDOWN_TIME": "1ms", "MANUAL_START_HOLD": "0",
        "SHUTDOWN_COMMAND": "/bin/false", "CHECK_INTERVAL": "1s",
      ])
      let before = calm.home.jellyfin.requests.count { $0.hasPrefix("GET /ScheduledTasks ") }
      let ended = try calm.home.sandbox.run()
      #expect(ended.output.contains("Asked the storage to power off"))
      #expect(calm.home.jellyfin.requests.count { $0.hasPrefix("GET /ScheduledTasks ") } == before + 1)
    }
  }
}
