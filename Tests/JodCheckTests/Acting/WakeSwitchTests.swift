import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("Waking by a command of the administrator's")
  struct WakeSwitchTests {
    private let home: Home

    init() throws {
      home = try Home()
      home.someoneBrowses()
      try wake(by: "echo \"called $*\" >>\"$0.calls\"; env >\"$0.env\"")
    }

    /// Lets the storage be woken by a script of these lines.
    private func wake(by body: String) throws {
      let path = "\(home.sandbox.folder)/wake"
      try home.sandbox.write("#!/bin/sh\n\(body)\n", to: "wake")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      home.sandbox.environment["WAKE_COMMAND"] = "\(path) --key hunter22 'a b'"
      home.sandbox.environment["STORAGE_SERVER_MAC"] = ""
    }

    private var calls: Int { home.sandbox.contents("wake.calls")?.split(separator: "\n").count ?? 0 }

    @Test(
      "it runs once in the place of the packet, with its words as they were quoted, and the cooldown holds")
    func once() throws {
      let ended = try home.sandbox.run()
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(
        ended.output.contains("Sent a wake request by \"\(home.sandbox.folder)/wake\": Anna is browsing"))
      #expect(home.sandbox.contents("wake.calls") == "called --key hunter22 a b\n")
      try home.sandbox.run()
      #expect(calls == 1)
      #expect(home.storage.packets().isEmpty)
      #expect(try !home.sandbox.run("status").output.contains("packet"))
    }

    @Test("no secret is in its environment")
    func environment() throws {
      try home.sandbox.run()
      #expect(home.sandbox.contents("wake.env")?.contains("PATH=") == true)
      #expect(home.sandbox.contents("wake.env")?.contains(FakeJellyfin.key) == false)
    }

    @Test("one that fails is told with its last words, without its own, and is tried again at the next check")
    func fails() throws {
      try wake(by: "echo x >>\"$0.calls\"; echo \"hunter22 is wrong\" >&2; exit 3")
      let ended = try home.sandbox.run()
      #expect(ended.status == 1)
      let all = ended.output + ended.errors
      #expect(all.contains("ended with status 3, so the storage stays off: [secret] is wrong"))
      #expect(!all.contains("hunter22"))
      #expect(try home.sandbox.run("status", "--json").output.contains(#""last":null"#))
      try home.sandbox.run()
      #expect(calls == 2)
    }

    @Test("one that is not there is told")
    func missing() throws {
      home.sandbox.environment["WAKE_COMMAND"] = "/no/such/program"
      let ended = try home.sandbox.run()
      #expect(ended.status == 1)
      #expect((ended.output + ended.errors).contains("WAKE_COMMAND cannot be run"))
    }

    @Test("a dry run tells it and runs nothing")
    func dryRun() throws {
      let ended = try home.sandbox.run("--dry-run")
      #expect(ended.output.contains("would have sent a wake request by"))
      #expect(calls == 0)
    }

    @Test("`jod-check wake` and an access use it", arguments: [["wake", "--no-wait"], ["access"]])
    func byHand(arguments: [String]) throws {
      home.nobody()
      if arguments == ["access"] { home.sandbox.environment["WAKE_TIMEOUT"] = "1s" }
      try home.sandbox.run(arguments: arguments)
      #expect(calls == 1)
      #expect(home.storage.packets().isEmpty)
    }

    @Test("blind, it wakes as well")
    func blind() throws {
      home.sandbox.environment["STORAGE_SERVER_ADDRESS"] = ""
      #expect(try home.sandbox.run().status == 0)
      #expect(calls == 1)
    }

    @Test("the doctor looks at it, and at no card and no interface; it shows its first word alone")
    func doctor() throws {
      let settings = Settings(
        environment: home.sandbox.environment, stateDirectory: "\(home.sandbox.folder)/state",
        runtimeDirectory: "\(home.sandbox.folder)/run")
      let findings = Doctor(settings: settings, timer: { nil }, sandbox: { nil }).examine()
      let wake = findings.filter { ["Wake request", "MAC address"].contains($0.subject) }
      #expect(wake.map(\.words) == ["by \"\(home.sandbox.folder)/wake\""])
      #expect(calls == 0)
    }
  }
}
