import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("How a check waits")
  struct WaitingTests {
    @Test(
      "a check of a Jellyfin and a storage server with addresses makes no thread and no child",
      .enabled(if: access("/usr/bin/strace", X_OK) == 0, "needs strace"),
      arguments: ["127.0.0.1", "localhost"])
    func threads(host: String) throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://\(host):\(home.jellyfin.port)"
      home.sandbox.environment["STORAGE_SERVER_ADDRESS"] = "\(host):\(home.storage.port)"
      try home.sandbox.run()
      let before = home.jellyfin.requests.count
      #expect(try home.sandbox.calls("clone", "clone3", "fork", "vfork") == [])
      #expect(home.jellyfin.requests.count == before + 2, "nothing was asked")
    }

    @Test("a name that is looked up for ever is given up at the deadline")
    func endlessLookup() throws {
      let sandbox = try Sandbox(jellyfin: "http://jellyfin.test:8096")
      sandbox.environment["STORAGE_SERVER_ADDRESS"] = "storage.test:2049"
      let ended = try sandbox.runWhereNamesAreNotAnswered()
      // The C library would have gone on to say that there is no such name.
      #expect(ended.errors.contains("no name server"), "\(ended.errors)")
      #expect(ended.errors.contains("within 5s"), "\(ended.errors)")
      #expect(!ended.errors.contains("whether it is running"), "\(ended.errors)")
      #expect(ended.status == 69)
    }

    @Test("what is told reaches the journal and the service manager where somebody reads")
    func journal() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      #expect(try home.sandbox.run(.reading).status == 0)
      let journal = try #require(home.sandbox.contents("journal"))
      for words in ["JOD_EVENT=wake-requested\n", "PRIORITY=5\n", "STATUS="] {
        #expect(journal.contains(words))
      }
    }

    @Test("neither a journal nor a service manager that takes nothing keeps a check from its work")
    func deaf() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      #expect(try home.sandbox.run(.deaf).status == 0)
      #expect(home.storage.packets().count == 3)
      #expect(home.sandbox.contents("run/status.json") != nil)
    }

    @Test(
      "probes that fail at once are a second apart",
      .enabled(if: access("/usr/bin/strace", X_OK) == 0, "needs strace"))
    func probes() throws {
      let home = try Home()
      // No socket of TCP may go to a broadcast address.
      home.sandbox.environment["STORAGE_SERVER_ADDRESS"] = "255.255.255.255:2049"
      home.sandbox.environment["WAKE_TIMEOUT"] = "2500ms"
      let calls = try home.sandbox.calls("connect", of: ["wake"], status: 1).filter { $0.contains("255.255") }
      #expect((2...4).contains(calls.count), "\(calls)")
    }

    @Test("a pause is as long as it is said to be, and what is waited for ends it")
    func pauses() {
      let start = Clock.seconds(CLOCK_MONOTONIC)
      Deadline(in: 0.05).wait()
      #expect(Clock.seconds(CLOCK_MONOTONIC) - start >= 0.05)
      Deadline(in: -1).wait()
      var looks = 0
      let hasCome = Deadline(in: 60).wait(lookingEvery: 0.001) {
        looks += 1
        return looks == 3
      }
      #expect(hasCome && looks == 3)
      #expect(!Deadline(in: 0.01).wait(lookingEvery: 60) { false })
    }

    @Test("the storage server is ready that has answered while Jellyfin took its time, or could not be asked")
    func slowJellyfin() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      let storage = home.storage.port
      // Later than a probe's second.
      let jellyfin = try LoopbackServer { connection in
        guard connection.readRequest() != nil else { return }
        _ = connection.staysOpen(forMilliseconds: 1500)
      }
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:\(jellyfin.port)"
      for host in ["127.0.0.1", "localhost"] {
        home.sandbox.environment["STORAGE_SERVER_ADDRESS"] = "\(host):\(storage)"
        #expect(try home.sandbox.run("--dry-run").status == 69)
        #expect(try home.sandbox.run("--dry-run").output.contains("Storage ready"))
      }
    }
  }
}
