import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The wake request on the wire")
  struct WakeTests {
    let mac = "02:00:00:c0:ff:ee"

    @Test("an active session sends one wake request of WOL_COPIES identical magic packets for the right MAC")
    func sends() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      #expect(try home.sandbox.run().status == 0)
      let target = try #require(MACAddress(mac))
      #expect(home.storage.packets() == Array(repeating: MagicPacket(target: target).bytes, count: 3))
    }

    @Test("inside the cooldown a second run sends none, and after it one more")
    func cooldown() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
      home.sandbox.environment["PACKET_COOLDOWN_TIME"] = "1ms"
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
    }

    @Test("the cooldown outlives the loss of either memory", arguments: ["run", "state"])
    func cooldownSurvives(lost: String) throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
      for name in ["runtime.json", "state.json", "status.json"] {
        try? FileManager.default.removeItem(atPath: "\(home.sandbox.folder)/\(lost)/\(name)")
      }
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
    }

    @Test("nobody active: nothing is sent")
    func idle() throws {
      let home = try Home(blind: true)
      #expect(try home.sandbox.run().status == 0)
      #expect(home.storage.packets().isEmpty)
    }

    @Test("a storage that is ready is not woken")
    func ready() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.someoneBrowses()
      let ended = try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
      #expect(ended.output.contains("Storage ready"))
    }

    @Test("a storage that is silent or only up is woken", arguments: [StorageServer.Power.off, .starting])
    func notReady(power: StorageServer.Power) throws {
      let home = try Home()
      try home.storage.turn(power)
      home.someoneBrowses()
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
    }

    @Test("WOL_COPIES and WOL_SECUREON change the packets")
    func variants() throws {
      let home = try Home(blind: true)
      home.sandbox.environment["WOL_COPIES"] = "1"
      home.sandbox.environment["WOL_SECUREON"] = "192.0.2.1"
      home.someoneBrowses()
      try home.sandbox.run()
      let packets = home.storage.packets()
      #expect(packets.map(\.count) == [106])
      #expect(packets.first?.suffix(4) == [192, 0, 2, 1])
    }

    @Test("the packet leaves by WOL_INTERFACE")
    func interface() throws {
      let home = try Home(blind: true)
      home.sandbox.environment["WOL_INTERFACE"] = "lo"
      home.someoneBrowses()
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
    }

    @Test("a packet that cannot leave is an error with advice, and the next check tries again at once")
    func cannotLeave() throws {
      let home = try Home(blind: true)
      home.sandbox.environment["WOL_INTERFACE"] = "nosuch0"
      home.someoneBrowses()
      let ended = try home.sandbox.run()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("nosuch0"))
      #expect(ended.errors.contains("WOL_INTERFACE"))
      #expect(!ended.output.contains("Sent"))
      home.sandbox.environment["WOL_INTERFACE"] = nil
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
    }

    @Test("Jellyfin says nothing: nothing is sent")
    func unknown() throws {
      let storage = try StorageServer()
      let sandbox = try Sandbox(wakePort: storage.wakePort)
      #expect(try sandbox.run().status == 69)
      #expect(storage.packets().isEmpty)
    }

    @Test("wake sends regardless of the cooldown, waits, and records it")
    func byHand() throws {
      let home = try Home()
      for _ in 1...2 {
        try home.storage.turn(.off)
        let (ended, packets) = try home.runWaking("wake")
        #expect(ended.status == 0)
        #expect(ended.output.contains("Sent a wake request to \(mac), asked for by hand."))
        #expect(ended.output.contains("The storage is ready, "))
        #expect(packets == 3)
      }
      try home.storage.turn(.starting)
      home.someoneBrowses()
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty, "the cooldown counts from the request by hand")
    }

    @Test("wake repeats its request at the cooldown until the storage is ready")
    func byHandAgain() throws {
      let home = try Home()
      home.sandbox.environment["PACKET_COOLDOWN_TIME"] = "1s"
      let (ended, packets) = try home.runWaking("wake", afterPackets: 6)
      #expect(ended.status == 0)
      #expect(ended.output.contains("Sent wake request 2 to \(mac), asked for by hand."))
      #expect(packets >= 6)
    }

    @Test("wake of a storage that is on sends nothing, and keeps it on for the person who asked")
    func byHandReady() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.nobody()
      home.sandbox.environment.merge(["SHUTDOWN_COMMAND": "/bin/false", "COOLDOWN_TIME": "1ms"]) { $1 }
      try home.sandbox.run()
      let ended = try home.sandbox.run("wake")
      #expect(ended.status == 0)
      #expect(
        ended.output == "The storage is on, and stays on for at least 2h. No wake request was sent.\n")
      #expect(home.storage.packets().isEmpty)
      #expect(try home.sandbox.run("report", "--json").output.contains(#""wakes":0"#))
    }

    @Test("wake of a storage that goes down waits until it is down, and wakes it then")
    func byHandGoingDown() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.nobody()
      let asked = "\(home.sandbox.folder)/asked"
      home.sandbox.environment.merge([
        "SHUTDOWN_COMMAND": "/usr/bin/touch \(asked)", "CHECK_INTERVAL": "10s",
      ]) { $1 }
      nonisolated(unsafe) let storage = home.storage
      let slept = try meanwhile {
        guard FileManager.default.fileExists(atPath: asked) else { return false }
        try? storage.turn(.off)
        return true
      } during: {
        try home.sandbox.run("sleep", "--force")
      }
      #expect(slept.status == 0)
      #expect(try home.sandbox.run("wake", "--no-wait").output.contains("going down"))
      #expect(home.storage.packets().isEmpty, "not into a machine that goes down")
      let (ended, packets) = try home.runWaking("wake")
      #expect(ended.status == 0)
      #expect(packets == 3)
      let status = try home.sandbox.run("status", "--json").output
      #expect(status.contains(#""state":"ready""#))
    }

    @Test("wake fails where the storage does not come, and says why that may be")
    func byHandFails() throws {
      let home = try Home()
      home.sandbox.environment["WAKE_TIMEOUT"] = "1ms"
      let ended = try home.sandbox.run("wake")
      #expect(ended.status == 1)
      #expect(ended.errors.contains("Likely causes"))
    }

    @Test("wake of a storage whose service is dead says that it is on, and what does not listen")
    func byHandServiceDead() throws {
      let home = try Home()
      home.sandbox.environment["WAKE_TIMEOUT"] = "1500ms"
      try home.storage.turn(.starting)
      let ended = try home.sandbox.run("wake")
      #expect(ended.status == 1)
      #expect(ended.errors.contains("is on, but nothing listens at 127.0.0.1:\(home.storage.port)"))
      #expect(!ended.errors.contains("Wake-on-LAN"))
    }

    @Test(
      "wake does not wait when it is told so, or where there is nothing to wait for",
      arguments: [true, false])
    func byHandNoWait(blind: Bool) throws {
      let home = try Home(blind: blind)
      #expect(try (blind ? home.sandbox.run("wake") : home.sandbox.run("wake", "--no-wait")).status == 0)
      #expect(home.storage.packets().count == 3)
    }

    @Test("DRY_RUN and --dry-run send nothing and leave the state directory alone", arguments: [true, false])
    func dryRun(byOption: Bool) throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      if !byOption { home.sandbox.environment["DRY_RUN"] = "yes" }
      let ended = byOption ? try home.sandbox.run("--dry-run") : try home.sandbox.run()
      #expect(ended.status == 0)
      #expect(ended.output.contains("would have sent a wake request"))
      #expect(home.storage.packets().isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(home.sandbox.folder)/state").isEmpty)
      let runtime = try FileManager.default.contentsOfDirectory(atPath: "\(home.sandbox.folder)/run")
      #expect(runtime.isEmpty == byOption)
    }

    @Test("DRY_RUN reports each change once")
    func dryRunOnce() throws {
      let home = try Home(blind: true)
      home.sandbox.environment["DRY_RUN"] = "yes"
      home.someoneBrowses()
      #expect(try home.sandbox.run().output.contains("would have sent"))
      #expect(try !home.sandbox.run().output.contains("would have sent"))
    }
  }
}
