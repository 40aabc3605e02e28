import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("What a mount waits for")
  struct AccessTests {
    @Test("a storage that is ready: nothing is sent, and the mount can be made")
    func ready() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      let ended = try home.sandbox.run("access")
      #expect(ended.status == 0)
      #expect(ended.output + ended.errors == "")
      #expect(home.storage.packets().isEmpty)
      #expect(FileManager.default.fileExists(atPath: "\(home.sandbox.folder)/run/storage-online"))
    }

    @Test("a storage that is off is asked to come at once, and the mount waits until it is ready")
    func off() throws {
      let home = try Home()
      let (ended, packets) = try home.runWaking("access")
      #expect(ended.status == 0)
      #expect(packets == 3)
      #expect(ended.output.contains("Sent a wake request"))
      #expect(ended.output.contains("The storage is ready"))
      #expect(home.sandbox.contents("state/history.jsonl")?.contains("\"access\"") == true)
      #expect(FileManager.default.fileExists(atPath: "\(home.sandbox.folder)/run/storage-online"))
    }

    @Test("readers at once are one wake, and all are served")
    func many() throws {
      let home = try Home()
      nonisolated(unsafe) let sandbox = home.sandbox
      let environment = sandbox.environment
      nonisolated(unsafe) var heard = 0
      nonisolated(unsafe) let storage = home.storage
      let statuses = try meanwhile {
        heard += storage.packets().count
        guard heard >= 3 else { return false }
        usleep(300_000)
        try? storage.turn(.ready)
        return true
      } during: {
        let readers = try (1...5).map { _ in
          let reader = Process()
          reader.executableURL = URL(fileURLWithPath: Sandbox.program)
          reader.arguments = ["access"]
          reader.environment = environment
          reader.standardOutput = FileHandle.nullDevice
          try reader.run()
          return reader
        }
        return readers.map { reader in
          reader.waitUntilExit()
          return reader.terminationStatus
        }
      }
      #expect(statuses == [0, 0, 0, 0, 0])
      #expect(heard + home.storage.packets().count == 3)
    }

    @Test("one that does not come is an error at WAKE_TIMEOUT, and the next access begins anew")
    func late() throws {
      let home = try Home()
      home.sandbox.environment["WAKE_TIMEOUT"] = "1s"
      home.sandbox.environment["PACKET_COOLDOWN_TIME"] = "1ms"
      let ended = try home.sandbox.run("access")
      #expect(ended.status == 1)
      #expect(ended.errors.contains("not ready"))
      #expect(home.storage.packets().count >= 3)
      home.sandbox.environment["WAKE_TIMEOUT"] = "5min"
      let (again, packets) = try home.runWaking("access")
      #expect(again.status == 0)
      #expect(packets >= 3)
    }

    @Test("what cannot be judged lets the mount try by itself")
    func unjudged() throws {
      let invalid = try Home()
      invalid.sandbox.environment["STORAGE_SERVER_MAC"] = "nonsense"
      #expect(try invalid.sandbox.run("access").status == 0)
      let dry = try Home()
      dry.sandbox.environment["DRY_RUN"] = "yes"
      #expect(try dry.sandbox.run("access").status == 0)
      #expect(dry.storage.packets().isEmpty)
      let blind = try Home(blind: true)
      #expect(try blind.sandbox.run("access").status == 0)
      #expect(blind.storage.packets().count == 3)
      #expect(try blind.sandbox.run("access").status == 0)
      #expect(blind.storage.packets().isEmpty, "within the cooldown")
    }

    @Test("while it goes down nothing is mounted, and the wake follows once it is down")
    func goingDown() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.sandbox.environment["CHECK_INTERVAL"] = "1s"
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      try home.sandbox.run()
      let isSleeping = Process()
      isSleeping.executableURL = URL(fileURLWithPath: Sandbox.program)
      isSleeping.arguments = ["sleep"]
      isSleeping.environment = home.sandbox.environment
      isSleeping.standardOutput = FileHandle.nullDevice
      try isSleeping.run()
      nonisolated(unsafe) let storage = home.storage
      nonisolated(unsafe) var step = 0
      nonisolated(unsafe) var heard = 0
      let folder = home.sandbox.folder
      // It answers for a moment after it has taken the power-off, and goes.
      let ended = try meanwhile {
        switch step {
        case 0:
          guard FileManager.default.fileExists(atPath: "\(folder)/run/storage-offline") else { return false }
          usleep(500_000)
          try? storage.turn(.off)
          step = 1
        default:
          heard += storage.packets().count
          guard heard >= 3 else { return false }
          try? storage.turn(.ready)
          return true
        }
        return false
      } during: {
        while !FileManager.default.fileExists(atPath: "\(folder)/run/storage-offline") { usleep(1000) }
        return try home.sandbox.run("access")
      }
      isSleeping.waitUntilExit()
      #expect(isSleeping.terminationStatus == 0)
      #expect(ended.status == 0)
      #expect(step == 1)
    }
  }
}
