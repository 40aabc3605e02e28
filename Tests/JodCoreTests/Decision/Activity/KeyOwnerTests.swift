import Testing

@testable import JodCore

@Suite("A user's token as API key")
struct KeyOwnerTests {
  private static let anna = KeyUser(name: "Anna", id: "a1")

  /// A household that is asked with a token of Anna's, made on the device `own`: each poll stamps it.
  private func story(_ variables: [String: String] = [:]) -> Story {
    var story = Story(configuration(variables))
    story.memory.runtime.keyOwner = nil
    story.keyOwner = .success(Self.anna)
    return story
  }

  private func own(_ story: Story, seen: Seconds = 0) -> DeviceEntry {
    device(id: "own", seen: seen, at: story.moment.wall + 30)
  }

  @Test("its own polls wake nothing, from the first check on, and count as nobody")
  func ownPolls() {
    var story = story()
    for age in [170.0, 0, 30, 60, 90, 120, 150, 180, 0, 30] {
      let decision = story.check(devices: [own(story, seen: age)])
      #expect(!decision.sends)
      #expect(decision.active == [])
    }
  }

  @Test("what the same user does on other devices counts, once its own is found")
  func otherDevices() {
    var story = story()
    story.check(devices: [own(story)])
    let other = device(id: "tv", seen: 20, at: story.moment.wall + 30)
    let decision = story.check(devices: [own(story, seen: 30), other])
    #expect(decision.active?.map(\.kind) == [.browsing])
    #expect(decision.sends)
  }

  @Test("a device of somebody else that was stamped at that moment counts")
  func somebodyElse() {
    var story = story()
    let ben = device(user: "Ben", id: "b", seen: 0, at: story.moment.wall + 30)
    #expect(story.check(devices: [own(story), ben]).active?.map(\.user) == ["Ben"])
  }

  @Test("a session of the user at that very device counts by its own stamps")
  func session() {
    var story = story()
    story.check(devices: [own(story)])
    let session = browser(id: "own", seen: 10, at: story.moment.wall + 30)
    #expect(story.check([session], devices: [own(story, seen: 30)]).active?.count == 1)
  }

  @Test("Jellyfin is asked once a boot, and again after a change of the key")
  func asked() {
    var story = story()
    story.check(.nobody)
    #expect(story.asked.contains(.keyOwner))
    for _ in 0..<100 {
      story.check(.nobody)
      #expect(!story.asked.contains(.keyOwner))
    }
    story.configuration.jellyfinKey = Secret("another")
    story.check(.nobody)
    #expect(story.asked.contains(.keyOwner))
    story.reboot(up: 60, wallMoved: 60)
    story.check(.nobody)
    #expect(story.asked.contains(.keyOwner))
  }

  @Test("where Jellyfin does not say, it is asked again ten minutes later, and all count meanwhile")
  func unanswered() {
    var story = story()
    story.keyOwner = .failure(Look.refusal)
    #expect(story.check(.browsing).active?.count == 1)
    story.checks(for: 570, .nobody)
    #expect(!story.asked.contains(.keyOwner))
    story.check(.nobody)
    #expect(story.asked.contains(.keyOwner))
  }

  @Test("it is a warning with its remedy; an API key is none")
  func warning() {
    for (owner, isWarned) in [(KeyUser?.some(Self.anna), true), (nil, false)] {
      var story = story()
      story.keyOwner = .success(owner)
      story.check(.nobody)
      let warnings = Status(story.configuration, story.memory, warnings: []).warnings
      #expect(
        warnings.contains { $0.contains("a token of the user Anna") && $0.contains("API Keys") } == isWarned)
    }
  }

  @Test("nothing that is remembered tells the key")
  func secret() throws {
    var story = story()
    story.check(devices: [own(story)])
    let text = try encoded(story.memory.runtime)
    #expect(text.contains("fingerprint"))
    #expect(!text.contains(story.configuration.jellyfinKey.value))
    #expect(try decoded(Runtime.self, text) == story.memory.runtime)
  }

  @Test("the user of a token is read from /Users/Me")
  func user() throws {
    #expect(
      try decoded(KeyUser.self, #"{"Name":"Anna","ServerId":"s","Id":"a1","HasPassword":true}"#) == Self.anna)
    #expect(throws: JSON.Failure.self) { try decoded(KeyUser.self, "{}") }
  }
}
