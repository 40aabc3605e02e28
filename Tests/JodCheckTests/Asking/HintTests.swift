import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The hint from Jellyfin's log")
  struct HintTests {
    private let home: Home

    init() throws {
      home = try Home(blind: true)
      home.sandbox.environment["JELLYFIN_LOG_DIRECTORY"] = "/var/log/jellyfin"
      try FileManager.default.createDirectory(
        atPath: "\(home.sandbox.folder)/run-root", withIntermediateDirectories: true)
    }

    /// How often Jellyfin was asked who is there.
    private var polls: Int { home.jellyfin.requests.count { $0.hasPrefix("GET /Sessions ") } }

    /// Root's service has seen something written so many seconds ago.
    private func hint(secondsAgo age: Double = 0) throws {
      try home.sandbox.write("\(Clock.seconds(CLOCK_BOOTTIME) - age)\n", to: "run-root/hint")
    }

    @Test("a check that it asked for looks once more where it finds nothing new")
    func twice() throws {
      home.nobody()
      try home.sandbox.run()
      let before = polls
      try hint()
      try home.sandbox.run()
      #expect(polls == before + 2)
    }

    @Test("one that finds somebody does not")
    func once() throws {
      home.nobody()
      try home.sandbox.run()
      let before = polls
      home.someoneBrowses()
      try hint()
      try home.sandbox.run()
      #expect(polls == before + 1)
      #expect(home.storage.packets().count == 3)
    }

    @Test("a hint from before the last check, or of long ago, is none")
    func old() throws {
      home.nobody()
      try hint()
      try home.sandbox.run()
      let before = polls
      try home.sandbox.run()
      try hint(secondsAgo: 60)
      try home.sandbox.run()
      #expect(polls == before + 2)
    }

    @Test("trouble is told as on the beat: a hint is no person who waits for an answer")
    func onBeat() throws {
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:1"
      try hint()
      #expect(try home.sandbox.run().status == 0)
      // Somebody asks.
      #expect(try home.sandbox.run().status == 69)
    }

    @Test("while the key is rejected no hint is taken: our own requests fill that log")
    func rejected() throws {
      let flag = "\(home.sandbox.folder)/run/no-hints"
      home.sandbox.environment["JELLYFIN_API_KEY"] = "00000000000000000000000000000000"
      #expect(try home.sandbox.run().status == 77)
      #expect(FileManager.default.fileExists(atPath: flag))
      home.sandbox.environment["JELLYFIN_API_KEY"] = FakeJellyfin.key
      #expect(try home.sandbox.run().status == 0)
      #expect(!FileManager.default.fileExists(atPath: flag))
    }

    @Test("what is no time is no hint", arguments: ["", "nan", "x", "-1", "inf", "1e999"])
    func hostile(_ text: String) throws {
      home.nobody()
      try home.sandbox.write(text, to: "run-root/hint")
      try home.sandbox.run()
      #expect(polls == 1)
    }
  }
}
