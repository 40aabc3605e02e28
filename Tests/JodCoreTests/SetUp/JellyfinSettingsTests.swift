import Foundation
import Testing

@testable import JodCore

/// Replies recorded from a real server of 12.0. They are no part of this project, and lie beside the checkout.
enum RecordedSetUp {
  static let folder: String = {
    let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/\(package)/../shared/jellyfin/recorded/12.0/setup"
  }()

  static let isThere = FileManager.default.fileExists(atPath: folder)

  /// The bytes of one member of a recording, as they stand there.
  static func bytes(_ name: String, _ path: JSONText.Step...) throws -> [UInt8] {
    let file = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).json"))
    return try #require(try JSONText(Array(file)).value(path))
  }
}

@Suite("What set-up changes in Jellyfin's settings")
struct JellyfinSettingsTests {
  private let url = "http://127.0.0.1:8097/check"

  private func object(_ bytes: [UInt8]) throws -> JSON.Object { try JSON(bytes).object() }

  @Test("the plugin gets one destination more, with the types that come early enough")
  func added() throws {
    let before = #"{"ServerUrl":"x","GenericOptions":[],"Other":{"n":1.0}}"#
    let after = try #require(try JellyfinSettings.webhook(adding: url, token: nil, to: Array(before.utf8)))
    let text = String(decoding: after, as: UTF8.self)
    #expect(
      text.hasPrefix(#"{"ServerUrl":"x","GenericOptions":[{"#) && text.hasSuffix(#"}],"Other":{"n":1.0}}"#))
    let entries: [JSON] = try object(after)["GenericOptions"]
    let entry = try entries[0].object()
    let types: [String] = try entry["NotificationTypes"]
    #expect(types == ["SessionStart", "AuthenticationSuccess", "PlaybackStart", "PlaybackStop"])
    let (uri, isOn): (String, Bool) = (try entry["WebhookUri"], try entry["EnableWebhook"])
    #expect(uri == url && isOn)
    #expect(entry.member("Headers") == nil)
  }

  @Test("where the socket wants a token, it goes in a header, and in no URL")
  func token() throws {
    let after = try JellyfinSettings.webhook(
      adding: url, token: Secret("t0ken"), to: Array(#"{"GenericOptions":[]}"#.utf8))
    let text = String(decoding: try #require(after), as: UTF8.self)
    #expect(text.contains(#"{"Key":"Authorization","Value":"Bearer t0ken"}"#))
    #expect(!text.contains("token="))
  }

  @Test("a destination that is there already is not added again")
  func again() throws {
    let first = try #require(try JellyfinSettings.webhook(adding: url, token: nil, to: Array("{}".utf8)))
    #expect(try JellyfinSettings.webhook(adding: url, token: nil, to: first) == nil)
    #expect(try JellyfinSettings.webhook(adding: url + "2", token: nil, to: first) != nil)
  }

  @Test("a list that is missing, or null, begins", arguments: ["{}", #"{"GenericOptions":null,"a":1}"#])
  func missing(before: String) throws {
    let after = try #require(try JellyfinSettings.webhook(adding: url, token: nil, to: Array(before.utf8)))
    let entries: [JSON] = try object(after)["GenericOptions"]
    #expect(entries.count == 1)
  }

  @Test(
    "what is no configuration of the plugin's is left alone", arguments: ["[]", "", #"{"GenericOptions":7}"#])
  func foreign(before: String) {
    #expect(throws: JSON.Failure.self) {
      try JellyfinSettings.webhook(adding: url, token: nil, to: Array(before.utf8))
    }
  }

  @Test(
    "a real plugin's configuration keeps every byte of its other destinations",
    .enabled(if: RecordedSetUp.isThere, "the recorded replies are not here"))
  func recorded() throws {
    let before = try RecordedSetUp.bytes("plugin-config-before", "reply")
    let after = try #require(try JellyfinSettings.webhook(adding: url, token: nil, to: before))
    // What was added is one run of bytes within.
    let prefix = zip(before, after).prefix { $0 == $1 }.count
    let suffix = zip(before.reversed(), after.reversed()).prefix { $0 == $1 }.count
    #expect(prefix + suffix >= before.count)
    let entries: [JSON] = try object(after)["GenericOptions"]
    #expect(entries.count == 2)
    // The server itself was sent a destination with these members, and took it (204).
    let sent = try JSON(
      try RecordedSetUp.bytes("plugin-config-write", "request", "body", "GenericOptions", 1)
    ).object()
    #expect(Set(try entries[1].object().members.map(\.name)).isSubset(of: sent.members.map(\.name)))
  }

  // MARK: Real-time monitoring

  private let libraries = """
    [{"Name":"Films","Locations":["/srv/media"],"ItemId":"ab12","LibraryOptions":{"Enabled":true, "EnableRealtimeMonitor" : true,"Ticks":1.0}},
     {"Name":"Music","Locations":["/music"],"ItemId":"cd","LibraryOptions":{"EnableRealtimeMonitor":false}},
     {"Name":"Old","Locations":["/old"]}]
    """

  @Test("the watched libraries are told, with a body that changes one word of their options")
  func monitored() throws {
    let found = try JellyfinSettings.monitored(Array(libraries.utf8))
    #expect(found.map(\.name) == ["Films"])
    #expect(found[0].folders == ["/srv/media"])
    #expect(
      String(decoding: found[0].body, as: UTF8.self)
        == #"{"Id":"ab12","LibraryOptions":{"Enabled":true, "EnableRealtimeMonitor" : false,"Ticks":1.0}}"#)
  }

  @Test(
    "a real server's libraries without options are none that is watched",
    .enabled(if: RecordedSetUp.isThere, "the recorded replies are not here"))
  func recordedLibraries() throws {
    #expect(try JellyfinSettings.monitored(try RecordedSetUp.bytes("cfg-virtualfolders", "reply")).isEmpty)
  }
}

@Suite("Logging in at Jellyfin, once")
struct JellyfinLoginTests {
  private func keys(_ items: String) throws -> JellyfinKeys {
    try JellyfinKeys(bytes: Array("{\"Items\":[\(items)]}".utf8))
  }
  private func key(_ token: String, _ app: String = "jod-check") -> String {
    "{\"AccessToken\":\"\(token)\",\"AppName\":\"\(app)\",\"DateCreated\":\"2026-11-25T21:35:48.87Z\"}"
  }

  @Test("the key that was made is the one that was not there before: names repeat")
  func made() throws {
    let before = try keys(key("old"))
    #expect(try keys([key("old"), key("new")].joined(separator: ",")).made(since: before)?.value == "new")
    #expect(
      try keys([key("theirs", "Sonarr"), key("old")].joined(separator: ",")).made(since: before) == nil)
    #expect(before.made(since: before) == nil)
  }

  @Test("a key that could not stand in a header is none")
  func odd() throws { #expect(try keys(key("a b")).made(since: keys("")) == nil) }

  @Test("keys of an earlier run are named, with their dates; other programs' are not")
  func leftBehind() throws {
    #expect(try keys(key("x", "Sonarr")).leftBehind == nil)
    #expect(try keys(key("x")).leftBehind?.contains("a key named jod-check, of 2026-11-25 21:35 UTC") == true)
    #expect(try keys([key("x"), key("y")].joined(separator: ",")).leftBehind?.contains("2 keys") == true)
    #expect(try keys(key("x")).leftBehind?.contains("\"x\"") == false)
  }

  @Test("a code that could leave its place in a path is none", arguments: ["12/34", "", "1&2", "é"])
  func code(text: String) {
    let json = #"{"Code":"\#(text)","Secret":"ab","Authenticated":false}"#
    #expect(throws: JSON.Failure.self) { try QuickConnectCode(bytes: Array(json.utf8)) }
  }

  @Test("the link is that of Jellyfin's own page, below the base path")
  func link() throws {
    let code = try QuickConnectCode(
      bytes: Array(#"{"Code":"336899","Secret":"01ab","Authenticated":false}"#.utf8))
    #expect(
      code.link("http://192.168.1.5:8096/jf") == "http://192.168.1.5:8096/jf/web/#/quickconnect?code=336899")
    #expect("\(code.secret)" == "[secret]")
  }

  @Test("who logs in is an administrator only where the policy says so")
  func policy() throws {
    func login(_ policy: String) throws -> JellyfinLogin {
      try JellyfinLogin(bytes: Array(#"{"AccessToken":"02ab","User":{"Name":"bob"\#(policy)}}"#.utf8))
    }
    #expect(try login(#","Policy":{"IsAdministrator":true}"#).isAdministrator)
    #expect(try !login(#","Policy":{"IsAdministrator":false}"#).isAdministrator)
    #expect(try !login("").isAdministrator)
  }

  @Test("a beacon tells a URL, and nothing else is one")
  func beacon() throws {
    func beacon(_ address: String) -> BaseURL? {
      (try? JellyfinBeacon(bytes: Array(#"{"Address":"\#(address)","Id":"x","Name":"lab"}"#.utf8)))?.address
    }
    #expect(beacon("http://192.168.1.5:8096") == BaseURL("http://192.168.1.5:8096"))
    #expect(beacon("file:///etc/passwd") == nil)
  }

  @Test(
    "what a real server of 12.0 answered is understood",
    .enabled(if: RecordedSetUp.isThere, "the recorded replies are not here"))
  func recorded() throws {
    let begun = try QuickConnectCode(bytes: RecordedSetUp.bytes("qc-initiate", "reply"))
    #expect(begun.code == "336899" && !begun.isConfirmed)
    #expect(try !QuickConnectCode(bytes: RecordedSetUp.bytes("qc-connect-pending", "reply")).isConfirmed)
    #expect(try QuickConnectCode(bytes: RecordedSetUp.bytes("qc-connect-done", "reply")).isConfirmed)
    let login = try JellyfinLogin(bytes: RecordedSetUp.bytes("qc-authenticate", "reply"))
    #expect(
      login.user == "alice" && login.isAdministrator
        && login.token.value == String(repeating: "02", count: 16))
    let (before, after) = (
      try JellyfinKeys(bytes: RecordedSetUp.bytes("qc-keys-before", "reply")),
      try JellyfinKeys(bytes: RecordedSetUp.bytes("qc-keys-after", "reply"))
    )
    #expect(after.made(since: before)?.value == String(repeating: "04", count: 16))
    #expect(before.leftBehind != nil)
  }
}
