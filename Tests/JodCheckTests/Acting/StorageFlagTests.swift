import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The word that systemd waits for")
  struct StorageFlagTests {
    private func flags(_ home: Home) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "\(home.sandbox.folder)/run")
        .filter { $0.hasPrefix("storage-") }
    }

    @Test("a check says that the storage is ready, and leaves a flag that still holds untouched")
    func online() throws {
      let home = try Home()
      try home.sandbox.run()
      #expect(try flags(home) == [])
      try home.storage.turn(.ready)
      try home.sandbox.run()
      #expect(try flags(home) == ["storage-online"])
      let before = try home.sandbox.fingerprint("run/storage-online")
      try home.sandbox.run()
      try home.storage.turn(.starting)
      try home.sandbox.run()
      #expect(try flags(home) == ["storage-online"])
      #expect(try home.sandbox.fingerprint("run/storage-online") == before)
    }

    @Test("a storage that went down is offline, and one that comes is online again")
    func offline() throws {
      let home = try Home()
      home.sandbox.environment["CHECK_INTERVAL"] = "1s"
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.storage.turn(.ready)
      try home.sandbox.run()
      try home.storage.turn(.off)
      for _ in 1...3 {
        try home.sandbox.run()
        #expect(try flags(home) == ["storage-online"], "nobody has asked it to go")
      }
      try home.storage.turn(.ready)
      try home.sandbox.run()
      #expect(try home.sandbox.run("sleep").status == 0)
      try home.storage.turn(.off)
      for _ in 1...3 { try home.sandbox.run() }
      #expect(try flags(home) == ["storage-offline"])
      #expect(try home.runWaking("wake").ended.status == 0)
      #expect(try flags(home) == ["storage-online"], "by hand as well")
    }

    @Test(
      "a power-off that was accepted is told at once, and one that was not changes nothing",
      arguments: [0, 75])
    func powerOff(_ status: Int32) throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/sh -c 'exit \(status)'"
      try home.sandbox.run()
      #expect(try flags(home) == ["storage-online"])
      #expect(try home.sandbox.run("sleep").status == (status == 0 ? 0 : 1))
      #expect(try flags(home) == [status == 0 ? "storage-offline" : "storage-online"])
    }

    @Test("a dry run leaves the word as it is", arguments: [true, false])
    func dryRun(byOption: Bool) throws {
      let home = try Home()
      try home.storage.turn(.ready)
      if !byOption { home.sandbox.environment["DRY_RUN"] = "yes" }
      _ = try byOption ? home.sandbox.run("--dry-run") : home.sandbox.run()
      #expect(try flags(home) == [])
    }

    @Test("of two flags the right one is left", arguments: Availability.allCases)
    func both(_ availability: Availability) throws {
      let home = try Home()
      for name in ["storage-online", "storage-offline"] { try home.sandbox.write("", to: "run/\(name)") }
      try StorageFlag(directory: "\(home.sandbox.folder)/run").set(availability)
      #expect(try flags(home) == ["storage-\(availability.rawValue)"])
    }

    @Test("a flag that cannot be written keeps nobody from being served")
    func unwritable() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      let folder = "\(home.sandbox.folder)/run/storage-online/x"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let ended = try home.sandbox.run()
      #expect(ended.status == 0)
      #expect(ended.errors == "")
    }

    @Test(
      "the path units look at the files that the program writes, and start a service each, with or without a timer"
    )
    func units() throws {
      for availability in Availability.allCases {
        let word = availability.rawValue
        let unit = try ManualTests.file("systemd/jod-check-\(word).path")
        #expect(unit.contains("\nPathExists=/run/jod-check/storage-\(word)\n"))
        #expect(unit.contains("\nWantedBy=paths.target\n"))
        #expect(!unit.contains("PartOf="))
        // One that came to its end would be started again at once, for the file is still there.
        let service = try ManualTests.file("systemd/jod-check-\(word).service")
        #expect(service.contains("\nRemainAfterExit=yes\n"))
        #expect(service.contains("\nExecStart=-/"))
      }
      let offline = try ManualTests.file("systemd/jod-check-offline.service")
      #expect(offline.contains("\nConflicts=jod-check-online.service\nAfter=jod-check-online.service\n"))
      let target = try ManualTests.file("systemd/storage-online.target")
      #expect(
        !target.contains("Conflicts="),
        "a start of what conflicts would cancel a mount that somebody waits for")
    }
  }
}
