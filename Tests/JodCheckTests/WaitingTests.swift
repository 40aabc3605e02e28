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
      #expect(ended.errors.contains("did not answer within 5s"), "\(ended.errors)")
      #expect(ended.status == 69)
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
