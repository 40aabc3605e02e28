import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("What is remembered, on the disk")
  struct StoreTests {
    @Test("a check that changes nothing writes nothing under the state directory")
    func quiet() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.someoneBrowses()
      try home.sandbox.run()
      let before = try ["state", "state/state.json", "state/history.jsonl"].map(home.sandbox.fingerprint)
      for _ in 1...3 { try home.sandbox.run() }
      #expect(
        try ["state", "state/state.json", "state/history.jsonl"].map(home.sandbox.fingerprint) == before)
    }

    @Test("a kill between the packet and the disk loses no cooldown")
    func killed() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      let store = store(home.sandbox)
      let now = Clock.now()
      // What the program does before it sends; then it was killed.
      _ = store.update(bootID: now.moment.bootID, keep: .runtime) {
        $0.beginRequest(at: now.moment, for: [])
      }
      #expect(home.sandbox.contents("state/state.json") == nil)
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
    }

    @Test("after a reboot the wall clock proves the cooldown over, or the time the system is up does")
    func reboot() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
      try FileManager.default.removeItem(atPath: "\(home.sandbox.folder)/run/runtime.json")
      let state = try #require(home.sandbox.contents("state/state.json"))
      let bootID = Clock.now().moment.bootID
      try home.sandbox.write(state.replacing(bootID, with: "an earlier boot"), to: "state/state.json")
      home.sandbox.environment["PACKET_COOLDOWN_TIME"] = "10y"
      try home.sandbox.run()
      #expect(home.storage.packets().isEmpty)
      home.sandbox.environment["PACKET_COOLDOWN_TIME"] = "1ms"
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3)
    }

    /// Files that no jod-check of this version wrote.
    static let notOurs = [
      "", "{", "null", "[]", "{\"version\":1,\"serial\":\"x\"}", "{\"version\":99,\"serial\":1}",
      "{\"version\":1,\"serial\":-1,\"storage\":{\"known\":\"ready\"},\"counters\":{}}", "\u{0}\u{0}\u{0}",
    ]

    @Test("damaged state is kept aside, told, and the user is served", arguments: notOurs)
    func damaged(text: String) throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      try home.sandbox.write(text, to: "state/state.json")
      let ended = try home.sandbox.run()
      #expect(ended.status == 0)
      #expect(ended.errors.contains("state.json.damaged"))
      #expect(home.sandbox.contents("state/state.json.damaged") == text)
      #expect(home.storage.packets().count == 3)
      #expect(try !home.sandbox.run().errors.contains("damaged"))
    }

    @Test("damaged memory of this boot is no trouble", arguments: notOurs)
    func damagedRuntime(text: String) throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      try home.sandbox.write(text, to: "run/runtime.json")
      #expect(try home.sandbox.run().status == 0)
      #expect(home.storage.packets().count == 3)
    }

    @Test(
      "where nothing can be written the user is served, and it is an error",
      arguments: ["STATE_DIRECTORY", "RUNTIME_DIRECTORY"])
    func unwritable(variable: String) throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      home.sandbox.environment[variable] = "\(home.sandbox.folder)/nowhere"
      let ended = try home.sandbox.run()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("cannot be written"))
      #expect(home.storage.packets().count == 3)
    }

    @Test(
      "with the disk full or read-only the user is served once a cooldown", arguments: Sandbox.Disk.allCases)
    func disk(_ disk: Sandbox.Disk) throws {
      let home = try Home(blind: true)
      home.nobody()
      try home.sandbox.run()
      home.someoneBrowses()
      let ended = try home.sandbox.run(disk)
      #expect(ended.status == 1)
      #expect(ended.errors.contains("cannot be written"))
      #expect(home.storage.packets().count == 3)
      try home.sandbox.run(disk)
      #expect(home.storage.packets().isEmpty)
      #expect(try home.sandbox.run().status == 0)
      #expect(home.storage.packets().isEmpty)
      #expect(home.sandbox.contents("state/state.json")?.contains("wake_requests\":1") == true)
    }

    @Test("state that could not be written is written as soon as it can be")
    func mended() throws {
      let home = try Home(blind: true)
      home.someoneBrowses()
      home.sandbox.environment["STATE_DIRECTORY"] = "\(home.sandbox.folder)/nowhere"
      try home.sandbox.run()
      home.sandbox.environment["STATE_DIRECTORY"] = "\(home.sandbox.folder)/state"
      try home.sandbox.run()
      #expect(home.storage.packets().count == 3, "one request, whose cooldown was kept in memory")
      #expect(home.sandbox.contents("state/state.json")?.contains("wake_requests\":1") == true)
    }

    @Test("a write replaces the file at once, leaves nothing else, and sets the mode")
    func replaces() throws {
      let sandbox = try Sandbox()
      let path = "\(sandbox.folder)/state/file"
      try Files.replace(path, with: Array("old".utf8), mode: 0o644, durable: false)
      let before = try sandbox.fingerprint("state/file")
      try Files.replace(path, with: Array("new".utf8), mode: 0o640, durable: true)
      #expect(sandbox.contents("state/file") == "new")
      #expect(try sandbox.fingerprint("state/file") != before)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o640)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(sandbox.folder)/state") == ["file"])
    }

    @Test("a failed write leaves the old file as it was")
    func keepsOld() throws {
      let sandbox = try Sandbox()
      // The longest name that a file can have leaves no room for the temporary one.
      let name = "state/" + String(repeating: "x", count: 255)
      try "old".write(toFile: "\(sandbox.folder)/\(name)", atomically: false, encoding: .utf8)
      #expect(throws: SystemError.self) {
        try Files.replace("\(sandbox.folder)/\(name)", with: Array("new".utf8), mode: 0o644, durable: true)
      }
      #expect(sandbox.contents(name) == "old")
    }

    @Test("a failed replacement leaves nothing behind")
    func leavesNothing() throws {
      let sandbox = try Sandbox()
      let path = "\(sandbox.folder)/state/folder"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      #expect(throws: SystemError.self) {
        try Files.replace(path, with: Array("new".utf8), mode: 0o644, durable: true)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(sandbox.folder)/state") == ["folder"])
    }

    @Test("writers of one file at once do not write into each other's, and each reader sees a whole one")
    func ownNames() async throws {
      let sandbox = try Sandbox()
      let path = "\(sandbox.folder)/state/file"
      try Files.replace(path, with: [], mode: 0o644, durable: false)
      let contents = (1...20).map { [UInt8](repeating: UInt8($0), count: 10_000 * $0) }
      let seen = await withTaskGroup(of: [UInt8]?.self) { group in
        for bytes in contents {
          group.addTask {
            for _ in 1...20 {
              guard (try? Files.replace(path, with: bytes, mode: 0o644, durable: false)) != nil else {
                return nil
              }
            }
            return (try? Files.read(path, limit: 1 << 20)).flatMap { $0 }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(seen.count == 20)
      #expect(seen.allSatisfy { $0.map(contents.contains) ?? false })
    }

    @Test("what a killed writer left behind goes with the next check")
    func leftovers() throws {
      let home = try Home()
      for name in ["run/status.json.new-Ab3dE6", "state/state.json.new-Ab3dE6"] {
        try home.sandbox.write("{", to: name)
      }
      try home.sandbox.run()
      for folder in ["run", "state"] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(home.sandbox.folder)/\(folder)")
        #expect(!names.contains { $0.contains(".new") })
      }
    }

    @Test("what is shown to others is shown before anybody else can change what is remembered")
    func shownUnderLock() throws {
      let sandbox = try Sandbox()
      let store = store(sandbox)
      let now = Clock.now().moment
      var isLocked: Bool?
      var requests: Int?
      _ = store.update(bootID: now.bootID, keep: .runtime) {
        _ = $0.set(Hold(began: now, seconds: 60))
      } show: { memory in
        requests = memory.state.hold == nil ? 0 : 1
        let another = open("\(sandbox.folder)/run/lock", O_RDWR | O_CLOEXEC)
        isLocked = flock(another, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
        close(another)
      }
      #expect(requests == 1)
      #expect(isLocked == true)
    }

    @Test("of many who hold at once, the last to be noted is the one that is shown")
    func lastIsShown() throws {
      let home = try Home(blind: true)
      let script = #"for hours in 1 2 3 4 5 6 7 8; do "$0" hold "${hours}h" & done; wait"#
      for _ in 1...5 {
        // dash waits for a signal that these tests block.
        try home.sandbox.run(program: "/bin/bash", ["-c", script, Sandbox.program])
        let store = store(home.sandbox)
        let hold = try #require(store.load(bootID: Clock.now().moment.bootID).memory.state.hold)
        #expect(try store.status().hold.until == UTC.text(hold.until))
      }
    }

    @Test("status.json waits for the lock, as all that is written does")
    func statusLock() throws {
      let sandbox = try Sandbox()
      let store = store(sandbox)
      let lock = try #require(Lock(store.lockFile))
      let writer = try DetachedCall {
        _ = store.update(bootID: "boot", keep: .runtime) { _ in
        } show: { _ in
          try? store.write(.nothingKnown)
        }
      }
      #expect(!writer.isOver(by: Deadline(in: 0.2)))
      #expect(sandbox.contents("run/status.json") == nil)
      lock.release()
      #expect(writer.isOver(by: Deadline(in: 60)))
      #expect(sandbox.contents("run/status.json") != nil)
    }

    @Test("a file over its limit is not read, and a missing one is none")
    func limits() throws {
      let sandbox = try Sandbox()
      try sandbox.write("12345", to: "state/file")
      #expect(try Files.read("\(sandbox.folder)/state/file", limit: 5)?.count == 5)
      #expect(throws: SystemError.self) { try Files.read("\(sandbox.folder)/state/file", limit: 4) }
      #expect(try Files.read("\(sandbox.folder)/state/none", limit: 4) == nil)
    }

    @Test("many writers at once lose no change")
    func concurrent() async throws {
      let sandbox = try Sandbox()
      let store = store(sandbox)
      let now = Clock.now().moment
      let configuration = try Configuration(environment: [
        "STORAGE_SERVER_MAC": "02:00:00:00:00:01", "JELLYFIN_API_URL": "http://127.0.0.1:8096",
        "JELLYFIN_API_KEY": "k",
      ])
      await withTaskGroup(of: Void.self) { group in
        for _ in 1...20 {
          group.addTask {
            _ = store.update(bootID: now.bootID, keep: .everything) {
              $0.beginRequest(at: now, for: [])
              $0.settle(.left(at: now), configuration, Now(moment: now, uptime: now.boot))
            }
          }
        }
      }
      #expect(store.load(bootID: now.bootID).memory.state.counters.wakeRequests == 20)
    }

    private func store(_ sandbox: Sandbox) -> Store {
      Store(
        stateDirectory: "\(sandbox.folder)/state", runtimeDirectory: "\(sandbox.folder)/run", mode: .normal)
    }
  }
}
