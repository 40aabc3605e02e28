import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite(
    "Killed at any system call",
    .enabled(
      if: access("/usr/bin/strace", X_OK) == 0, "needs strace, to kill the program at its system calls"))
  struct KilledTests {
    /// The calls that touch files, and the packet's. The program makes each of them some times in a check.
    static let calls = ["openat", "write", "fchmod", "fsync", "rename", "flock", "sendto"]

    /// Runs a check that dies at the nth of a call; returns false where it makes no such call and ends well.
    private func die(_ home: Home, at call: String, number: Int) throws -> Bool {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
      process.arguments = [
        "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
        "inject=\(call):signal=KILL:when=\(number)",
        Sandbox.program,
      ]
      process.environment = home.sandbox.environment
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationReason == .uncaughtSignal
    }

    @Test(
      "the state is the old one or the new one, never none, and no cooldown is lost once the packet left",
      arguments: calls)
    func killed(call: String) throws {
      for number in 1...200 {
        let home = try Home(blind: true)
        // A state from before, whose cooldown is over.
        home.sandbox.environment["PACKET_COOLDOWN_TIME"] = "1ms"
        home.someoneBrowses()
        try home.sandbox.run()
        #expect(home.storage.packets().count == 3)
        let old = try #require(home.sandbox.contents("state/state.json"))

        let wasKilled = try die(home, at: call, number: number)
        let packets = home.storage.packets().count
        let store = Store(
          stateDirectory: "\(home.sandbox.folder)/state", runtimeDirectory: "\(home.sandbox.folder)/run",
          mode: .normal)
        let (memory, findings) = store.load(bootID: Clock.now().moment.bootID)
        #expect(findings.damaged == nil, "\(call) \(number)")
        #expect([1, 2].contains(memory.state.counters.wakeRequests), "\(call) \(number)")
        #expect(home.sandbox.contents("state/state.json")?.isEmpty == false, "\(call) \(number)")
        let isNoted = memory.state.requests.pending != nil || memory.state.counters.wakeRequests == 2
        if packets > 0 { #expect(isNoted, "\(call) \(number)") }

        home.sandbox.environment["PACKET_COOLDOWN_TIME"] = "1h"
        #expect(try home.sandbox.run().status == 0, "\(call) \(number)")
        #expect(home.storage.packets().isEmpty, "\(call) \(number)")
        if !wasKilled {
          #expect(number > 1, "\(call) is not called at all")
          #expect(home.sandbox.contents("state/state.json") != old)
          return
        }
      }
      Issue.record("\(call) has no end")
    }
  }
}
