import FoundationEssentials
import Testing

@testable import JodCore

/// Replies of real servers, as their owners published them. They are no part of this project; where they lie is told by
/// `JOD_PUBLISHED`, or they lie beside the checkout.
private enum Published {
  static let folder: String = {
    if let folder = ProcessInfo.processInfo.environment["JOD_PUBLISHED"], !folder.isEmpty { return folder }
    // Tests/JodCoreTests/Decision/PublishedRepliesTests.swift, four levels below the package.
    let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/\(package)/../shared/jellyfin/published"
  }()

  static let isThere = FileManager.default.fileExists(atPath: folder)

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: "\(folder)/\(name).json")))
  }

  static func sessions(_ name: String) throws -> [SessionEntry] {
    try received([SessionEntry].self, bytes(name))
  }

  static func devices(_ name: String) throws -> [DeviceEntry] {
    try received(DeviceList.self, bytes(name)).items
  }
}

@Suite(
  "published replies of real servers",
  .enabled(if: Published.isThere, "the published replies are not here; JOD_PUBLISHED names their folder"))
struct PublishedRepliesTests {
  /// What a session must mean at the time it tells of itself, a minute later, and two days later.
  struct Meaning: Sendable, CustomTestStringConvertible {
    var file: String
    var entry = 0
    var user: String
    var client: String
    var device: String
    /// Its newest date, which stands for the time of the reply.
    var newest: String
    var kind: ActiveSession.Kind
    var later: ActiveSession.Kind?

    var testDescription: String { "\(file), entry \(entry)" }
  }

  static let meanings: [Meaning] = [
    Meaning(
      file: "01-10.11.11-web-idle", user: "user-e", client: "Jellyfin Web", device: "Chrome",
      newest: "2026-09-07T18:59:09.0250869Z", kind: .browsing),
    Meaning(
      file: "02-10.11.6-web-just-logged-in", user: "demo", client: "Jellyfin Web", device: "Firefox",
      newest: "2026-01-23T00:02:44.4786794Z", kind: .browsing),
    Meaning(
      file: "03-10.8-api-client-just-logged-in", user: "demo", client: "jellyash_test_testauthedclient",
      device: "desktop", newest: "2023-05-13T02:42:18.9633434Z", kind: .browsing),
    Meaning(
      file: "04-10.8-api-client-second-capture", user: "demo", client: "jellyash_test_testauthedclient",
      device: "desktop", newest: "2023-06-20T10:30:27.9496472Z", kind: .browsing),
    Meaning(
      file: "05-10.8or9-audio-client-just-logged-in", user: "username", client: "StreamMusicTest",
      device: "MBP", newest: "2024-04-19T02:51:02.8736846Z", kind: .browsing),
    Meaning(
      file: "06-10.8-android-gone-but-listed.partial", user: "foo", client: "Jellyfin Android",
      device: "Phone", newest: "2023-06-07T16:06:00.0197365Z", kind: .browsing),
    Meaning(
      file: "07-10.10-desktop-paused-episode.partial", user: "user-a", client: "Jellyfin Media Player",
      device: "MacBook", newest: "2025-02-06T04:16:24.3261025Z", kind: .paused),
    // The publisher removed its dates; the reply's other session is two days older.
    Meaning(
      file: "10-2026-08-web-transcoding-plus-infuse-two-days-idle.reduced", user: "user-c",
      client: "Jellyfin Web", device: "Chrome", newest: "2026-08-30T04:38:01Z", kind: .playing,
      later: .playing
    ),
    Meaning(
      file: "10-2026-08-web-transcoding-plus-infuse-two-days-idle.reduced", entry: 1, user: "user-c",
      client: "Infuse-Library", device: "Apple TV", newest: "2026-08-28T04:38:01Z", kind: .browsing),
    Meaning(
      file: "11-10.6-web-idle.partial", user: "user-d", client: "Jellyfin Web", device: "Firefox",
      newest: "2020-06-24T07:43:12.7270783Z", kind: .browsing),
    Meaning(
      file: "12-10.8-roku-idle.reduced", user: "user-b", client: "Jellyfin Roku", device: "50 TCL Roku TV",
      newest: "2023-10-29T01:26:17.2969131Z", kind: .browsing),
  ]

  @Test("a session means what its owner saw", arguments: meanings)
  func meaning(_ meaning: Meaning) throws {
    let entry = try Published.sessions(meaning.file)[meaning.entry]
    let time = try #require(UTC.parse(meaning.newest))
    let person = ActiveSession(
      user: meaning.user, client: meaning.client, device: meaning.device, kind: meaning.kind, wakes: true)
    #expect(active([entry], at: time + 60) == [person])
    #expect(active([entry], at: time + 2 * 86400).map(\.kind) == [meaning.later].compactMap { $0 })
  }

  @Test("every entry of every file is understood")
  func everyFile() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Published.folder)
      .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    #expect(names.count >= 14)
    for name in names {
      if name.contains("DEVICES") {
        #expect(try !Published.devices(name).contains(.notUnderstood), "\(name)")
      } else {
        #expect(try !Published.sessions(name).contains(.notUnderstood), "\(name)")
      }
    }
  }

  @Test("an idle Infuse of two days ago is nobody, though IsActive is true, while a browser plays beside it")
  func infuse() throws {
    let entries = try Published.sessions("10-2026-08-web-transcoding-plus-infuse-two-days-idle.reduced")
    let time = try #require(UTC.parse("2026-08-30T04:38:01Z"))
    #expect(active(entries, at: time).map(\.kind) == [.playing])
  }

  @Test("a date without Z is in UTC")
  func withoutZ() throws {
    let entries = try Published.sessions("10-2026-08-web-transcoding-plus-infuse-two-days-idle.reduced")
    #expect(entries[1].session?.lastActivity == UTC.parse("2026-08-28T04:38:01Z"))
  }

  @Test("a paused episode counts for PAUSE_LIMIT from its LastPausedDate")
  func paused() throws {
    let entries = try Published.sessions("07-10.10-desktop-paused-episode.partial")
    let pause = try #require(UTC.parse("2025-02-06T04:16:03.3489325Z"))
    #expect(active(entries, at: pause + 1799).map(\.kind) == [.paused])
    #expect(active(entries, at: pause + 1800).isEmpty)
  }

  @Test("an episode on Android TV plays: it has an item, and no user in what was published")
  func androidTV() throws {
    let entries = try Published.sessions("09-10.10.1-androidtv-playing-episode.partial")
    #expect(entries.map { $0.session?.user } == [""])
    let report = try #require(UTC.parse("2024-11-04T20:57:29.6403074Z"))
    #expect(active(entries, at: report + 359).map(\.kind) == [.playing])
    #expect(active(entries, at: report + 361).isEmpty)
  }

  @Test(
    "without a user and an item in what was published there is nobody",
    arguments: ["08-10.8-livetv-transcode.partial", "13-EMBY-4.3.1-apikey-session-without-user"])
  func nobody(_ file: String) throws {
    #expect(try Published.sessions(file) == [.withoutUser])
  }

  @Test("the devices of 10.9.11 browse within ACTIVITY_WINDOW of their DateLastActivity")
  func devices() throws {
    let devices = try Published.devices("14-10.9.11-DEVICES-endpoint.partial")
    #expect(devices.map { $0.device?.name } == ["A202ZT", "Firefox"])
    let first = try #require(UTC.parse("2024-09-27T00:06:42.708681Z"))
    #expect(active([], devices: devices, at: first).map(\.device) == ["A202ZT", "Firefox"])
    #expect(active([], devices: devices, at: first + 299).map(\.user) == ["test"])
    #expect(active([], devices: devices, at: first + 301).isEmpty)
  }

  private func active(
    _ sessions: [SessionEntry], devices: [DeviceEntry] = [], at time: Seconds
  ) -> [ActiveSession] {
    var (memory, spent) = (ActivityMemory(), SpentBrowsing())
    let answer = answer(sessions, devices: devices, at: time)
    return ActivityJudge(configuration: configuration(), answer: answer, boot: 10_000)
      .active(&memory, spent: &spent)
  }
}
