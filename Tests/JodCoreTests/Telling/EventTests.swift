import Testing

@testable import JodCore

@Suite("Events")
struct EventTests {
  @Test("they have the names that users filter by")
  func names() {
    #expect(
      Set(Event.Name.allCases.map(\.rawValue)) == [
        "wake-requested", "storage-ready", "wake-failed", "poweroff-requested", "poweroff-refused",
        "poweroff-failed", "storage-down", "activity-began", "activity-ended", "jellyfin-unreachable",
        "jellyfin-rejected-key", "jellyfin-recovered", "hold-set", "hold-ended", "configuration-invalid",
        "configuration-doubtful", "state-damaged", "state-unwritable", "scan-started", "scan-failed",
      ])
  }

  @Test("a MESSAGE_ID is 32 hexadecimal digits, in lower case", arguments: Event.Name.allCases)
  func messageID(_ name: Event.Name) {
    #expect(name.messageID.utf8.count == 32)
    #expect(name.messageID.allSatisfy { "0123456789abcdef".contains($0) })
  }

  @Test("no two events share a MESSAGE_ID")
  func unique() {
    #expect(Set(Event.Name.allCases.map(\.messageID)).count == Event.Name.allCases.count)
  }

  @Test(
    "the history keeps what concerns the storage server, holds or activity", arguments: Event.Name.allCases)
  func history(_ name: Event.Name) {
    let words = ["wake", "storage", "poweroff", "activity", "hold"]
    #expect(name.isHistory == words.contains { name.rawValue.hasPrefix($0) })
  }

  @Test(
    "priorities are those of syslog",
    arguments: [(Event.Priority.error, 3), (.warning, 4), (.notice, 5), (.info, 6), (.debug, 7)])
  func priorities(_ priority: Event.Priority, _ number: Int) {
    #expect(priority.rawValue == number)
  }

  @Test("an error is before a notice, as syslog counts")
  func order() { #expect(Event.Priority.error < .notice) }

  @Test("journal fields have names the journal takes: JOD_ and capitals")
  func fields() {
    var story = Story()
    let events =
      story.checks(for: 600, .playing).flatMap(\.events) + story.check(.nobody, storage: .ready).events
    let names = Set(events.flatMap(\.fields.keys))
    #expect(names.isSuperset(of: ["JOD_SESSIONS", "JOD_MAC", "JOD_USER", "JOD_CLIENT", "JOD_DEVICE"]))
    #expect(names.allSatisfy { $0.hasPrefix("JOD_") && $0.allSatisfy { $0.isUppercase || $0 == "_" } })
  }
}
