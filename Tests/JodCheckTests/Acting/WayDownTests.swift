import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// A service of root's that takes mounts away, as systemd starts it: it sees the flag and notes its result.
private final class RootService: @unchecked Sendable {
  let sandbox: Sandbox
  private(set) var stops = 0
  /// What it notes; nothing where it is nil.
  var result: String? = "done"
  var unit = ""
  /// Called when it has been asked, before it answers.
  var onStop: () -> Void = {}
  private var isOffline = false

  init(_ sandbox: Sandbox) throws {
    self.sandbox = sandbox
    try FileManager.default.createDirectory(
      atPath: "\(sandbox.folder)/run-root", withIntermediateDirectories: true)
  }

  /// One look at the flags. Never done.
  func look() -> Bool {
    let isAsked = FileManager.default.fileExists(atPath: "\(sandbox.folder)/run/storage-offline")
    defer { isOffline = isAsked }
    guard isAsked, !isOffline else { return false }
    stops += 1
    onStop()
    guard let result else { return false }
    let unit = unit.isEmpty ? "" : "unit=\(unit)\n"
    try? sandbox.write("began=1.5\nresult=\(result)\n\(unit)", to: "run-root/offline")
    return false
  }
}

extension World {
  @Suite("The way down, in the right order")
  struct WayDownTests {
    private let home: Home
    private let root: RootService

    init() throws {
      home = try Home()
      try home.storage.turn(.ready)
      let sandbox = home.sandbox
      try sandbox.write(
        "#!/bin/sh\nls \"$(dirname \"$0\")/run\" >> \"$(dirname \"$0\")/calls\"\nexit $(cat \"$(dirname \"$0\")/code\")\n",
        to: "off")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: "\(sandbox.folder)/off")
      try sandbox.write("0", to: "code")
      sandbox.environment.merge([
        "MANUAL_START_HOLD": "0", "CHECK_INTERVAL": "1s", "SHUTDOWN_COMMAND": "\(sandbox.folder)/off",
      ]) { $1 }
      root = try RootService(sandbox)
      try sandbox.run()
    }

    private var flags: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: "\(home.sandbox.folder)/run")) ?? [])
        .filter { $0.hasPrefix("storage-") }
    }

    private var isAsked: Bool { home.sandbox.contents("calls") != nil }

    private func sleep() throws -> Sandbox.Ended {
      let root = root
      return try meanwhile {
        root.look()
      } during: {
        try home.sandbox.run("sleep")
      }
    }

    @Test("what hangs on the storage is taken away first, and only then it is asked")
    func order() throws {
      #expect(flags == ["storage-online"])
      nonisolated(unsafe) var wasAsked = true
      root.onStop = { [home] in wasAsked = home.sandbox.contents("calls") != nil }
      #expect(try sleep().status == 0)
      #expect(!wasAsked)
      #expect(root.stops == 1)
      #expect(home.sandbox.contents("calls")?.contains("storage-offline") == true)
      #expect(flags == ["storage-offline"])
    }

    @Test("a mount that does not go keeps it up: it is not asked, and all is online again at once")
    func busy() throws {
      (root.result, root.unit) = ("failed", "srv-media.mount")
      let ended = try sleep()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("srv-media.mount"))
      #expect(!isAsked)
      #expect(flags == ["storage-online"])
      try home.sandbox.run()
      #expect(try home.sandbox.run("status").output.contains("srv-media.mount"))
      // And once it goes, it goes.
      (root.result, root.unit) = ("done", "")
      #expect(try sleep().status == 0)
      #expect(isAsked)
    }

    @Test("a stop that systemd refuses, for a mount is just being asked for, calls it off")
    func refused() throws {
      root.result = "refused"
      let ended = try sleep()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("somebody waits for a file"))
      #expect(!isAsked)
      #expect(flags == ["storage-online"])
    }

    @Test("an access that came while the mounts went calls it off")
    func lateAccess() throws {
      root.onStop = { [home] in
        let (folder, now) = (home.sandbox.folder, Clock.now())
        let store = Store(
          stateDirectory: "\(folder)/state", runtimeDirectory: "\(folder)/run", mode: .normal)
        _ = store.update(bootID: now.moment.bootID, keep: .runtime) {
          $0.noticeAccess(.access(by: "cat", to: "/srv/media"), now)
        }
      }
      #expect(try sleep().status == 1)
      #expect(!isAsked)
      #expect(flags == ["storage-online"])
    }

    @Test("a storage that refuses leaves everything online")
    func storageRefuses() throws {
      try home.sandbox.write("75", to: "code")
      #expect(try sleep().status == 1)
      #expect(root.stops == 1)
      #expect(isAsked)
      #expect(flags == ["storage-online"])
    }

    @Test("an old note is no answer: without a new one it stays up")
    func noAnswer() throws {
      try home.sandbox.write("began=1\nresult=done\n", to: "run-root/offline")
      root.result = nil
      let ended = try sleep()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("jod-check-offline"))
      #expect(!isAsked)
      #expect(flags == ["storage-online"])
    }

    @Test(
      "what is no note tells nothing", arguments: ["", "result", "result=", "result=perhaps", "x=done"])
    func hostile(_ text: String) throws {
      try home.sandbox.write(text, to: "run-root/offline")
      let store = Store(
        stateDirectory: "\(home.sandbox.folder)/state", runtimeDirectory: "\(home.sandbox.folder)/run",
        mode: .normal)
      #expect(RootNotes(of: store).lastStop == nil)
    }

    @Test("where root's services are not there, nothing is waited for")
    func alone() throws {
      try FileManager.default.removeItem(atPath: "\(home.sandbox.folder)/run-root")
      root.result = nil
      #expect(try sleep().status == 0)
      #expect(isAsked)
    }

    @Test("in a dry run nothing is taken away")
    func dryRun() throws {
      home.sandbox.environment["DRY_RUN"] = "yes"
      #expect(try sleep().status == 0)
      #expect(root.stops == 0)
      #expect(!isAsked)
      #expect(flags == ["storage-online"])
    }
  }
}
