import FoundationEssentials
import Testing

@testable import JodCore

@Suite("GET /Sessions")
struct SessionTests {
  // MARK: The servers' shapes

  @Test("a session of 10.8 is read: no LastPausedDate, a never-date, a PlayState of its own")
  func server10_8() throws {
    let entry = try sessionEntry(
      """
      {"PlayState":{"CanSeek":false,"IsPaused":false,"IsMuted":false,"RepeatMode":"RepeatNone"},
       "AdditionalUsers":[],"Capabilities":{"PlayableMediaTypes":[],"SupportsContentUploading":false},
       "RemoteEndPoint":"192.0.2.7","PlayableMediaTypes":[],"Id":"2bb007d80776989f500f158f94b29c54",
       "UserId":"a076a5bfc9034f379f5889bc6dafc77b","UserName":"anna","Client":"Jellyfin Android",
       "LastActivityDate":"2023-05-13T02:42:18.9633434Z",
       "LastPlaybackCheckIn":"0001-01-01T00:00:00.0000000Z","DeviceName":"Phone",
       "DeviceId":"a83dd3cd-21b6-47b7-aa58-33024978d5e4","ApplicationVersion":"2.4.4","IsActive":true,
       "SupportsMediaControl":false,"SupportsRemoteControl":false,"NowPlayingQueue":[],
       "NowPlayingQueueFullItems":[],"HasCustomDeviceName":false,
       "ServerId":"713dc3fe952b438fa70ed35e4ef0525a","SupportedCommands":[]}
      """)
    let id = "a83dd3cd-21b6-47b7-aa58-33024978d5e4"
    #expect(
      entry
        == .session(
          session(
            user: "anna", client: "Jellyfin Android", device: "Phone", id: id,
            lastActivity: UTC.parse("2023-05-13T02:42:18.9633434Z"))))
  }

  @Test("a paused session of 10.9 and 10.10 is read: it has a LastPausedDate")
  func server10_10() throws {
    let entry = try sessionEntry(
      """
      {"PlayState":{"PositionTicks":3000910000,"CanSeek":true,"IsPaused":true,"IsMuted":false,
       "VolumeLevel":82,"PlayMethod":"DirectPlay","PlaybackOrder":"Default"},
       "Id":"1c0071e3fa83989a9ddb264af0a23e58","UserId":"f5be1b729aac4ad3a5eea0264d12a524",
       "UserName":"anna","Client":"Jellyfin Media Player","LastActivityDate":"2025-02-06T04:16:24.3261024Z",
       "LastPlaybackCheckIn":"2025-02-06T04:16:24.3261025Z","LastPausedDate":"2025-02-06T04:16:03.3489325Z",
       "DeviceName":"MacBook","DeviceId":"abc","NowPlayingItem":{"Name":"An episode","ChannelId":null}}
      """)
    #expect(
      entry
        == .session(
          session(
            user: "anna", client: "Jellyfin Media Player", device: "MacBook", id: "abc", hasItem: true,
            isPaused: true, lastActivity: UTC.parse("2025-02-06T04:16:24.3261024Z"),
            lastPlaybackCheckIn: UTC.parse("2025-02-06T04:16:24.3261025Z"),
            lastPaused: UTC.parse("2025-02-06T04:16:03.3489325Z"))))
  }

  @Test("a playing session of 10.11 and 12 is read, with fields this version does not know")
  func server12() throws {
    let entry = try sessionEntry(
      """
      {"PlayState":{"PositionTicks":1,"IsPaused":false,"PlayMethod":"Transcode","Whatever":[{}]},
       "UserId":"89b2ae71b4514311bb24ea1c4ca0461d","UserName":"anna","Client":"Jellyfin Web",
       "LastActivityDate":"2026-09-07T18:59:09Z","LastPlaybackCheckIn":"2026-09-07T18:59:08.5Z",
       "LastPausedDate":null,"DeviceName":"Chrome","DeviceId":"TW96","IsActive":true,
       "NowPlayingItem":{"Type":"TvChannel","CurrentProgram":{"Name":"News"}},"NowViewingItem":null,
       "TranscodingInfo":{"TranscodeReasons":["AudioCodecNotSupported"]},"PlaylistItemId":"playlistItem0",
       "SomethingOfVersion13":{"deep":[1,2.5,true,null]}}
      """)
    #expect(
      entry
        == .session(
          session(
            user: "anna", device: "Chrome", id: "TW96", hasItem: true,
            lastActivity: UTC.parse("2026-09-07T18:59:09Z"),
            lastPlaybackCheckIn: UTC.parse("2026-09-07T18:59:08.5Z"))))
  }

  // MARK: Screens

  @Test(
    "a session that can show messages has its id for a screen",
    arguments: ["1c0071e3fa83989a9ddb264af0a23e58", "a83dd3cd-21b6-47b7-aa58-33024978d5e4", "A"])
  func screen(_ id: String) throws {
    let entry = try sessionEntry(
      #"{"UserName":"anna","Id":"\#(id)","SupportedCommands":["MoveUp","DisplayMessage"]}"#)
    #expect(entry.session?.screen == id)
  }

  @Test(
    "what shows no message, or cannot be understood of that, has none, and means the same otherwise",
    arguments: [
      #""Id":"a1""#, #""SupportedCommands":["DisplayMessage"]"#, #""Id":"a1","SupportedCommands":[]"#,
      #""Id":"a1","SupportedCommands":null"#, #""Id":"a1","SupportedCommands":["displaymessage"]"#,
      #""Id":"a1","SupportedCommands":"DisplayMessage""#,
      #""Id":"a1","SupportedCommands":[1,"DisplayMessage"]"#,
      #""Id":7,"SupportedCommands":["DisplayMessage"]"#, #""Id":null,"SupportedCommands":["DisplayMessage"]"#,
      #""Id":"","SupportedCommands":["DisplayMessage"]"#,
      #""Id":"..","SupportedCommands":["DisplayMessage"]"#,
      #""Id":"a/../b","SupportedCommands":["DisplayMessage"]"#,
      #""Id":"a\r\nb","SupportedCommands":["DisplayMessage"]"#,
      #""Id":"a%2e","SupportedCommands":["DisplayMessage"]"#,
      #""Id":"\u0661","SupportedCommands":["DisplayMessage"]"#,
    ])
  func noScreen(_ fields: String) throws {
    #expect(try sessionEntry(#"{"UserName":"anna",\#(fields)}"#) == sessionEntry(#"{"UserName":"anna"}"#))
  }

  @Test("a list with one strange entry keeps the others")
  func strangeEntry() throws {
    let json = #"[{"UserName":"anna"}, null, 7, "x", [], {"UserName":7}, {"Client":"robot"}]"#
    let entries = try received([SessionEntry].self, Array(json.utf8))
    #expect(entries.map { $0.session?.user } == ["anna", nil, nil, nil, nil, nil, nil])
    #expect(entries.filter { $0 == .notUnderstood }.count == 5)
    #expect(entries.last == .withoutUser)
  }

  @Test(
    "an answer that is no list is no list of sessions", arguments: ["{}", "null", "7", #""Degraded""#, ""])
  func noList(_ json: String) {
    #expect(throws: (any Error).self) {
      try received([SessionEntry].self, Array(json.utf8))
    }
  }

  // MARK: Missing and null

  @Test(
    "what is missing and what is null mean the same",
    arguments: [
      "Client", "DeviceName", "DeviceId", "NowPlayingItem", "PlayState", "LastActivityDate",
      "LastPlaybackCheckIn", "LastPausedDate",
    ])
  func nullIsMissing(_ field: String) throws {
    let without = try sessionEntry(#"{"UserName":"anna"}"#)
    #expect(try sessionEntry(#"{"UserName":"anna","\#(field)":null}"#) == without)
    #expect(without.session?.hasItem == false)
  }

  @Test(
    "a PlayState without IsPaused, or with null, is not paused", arguments: ["{}", #"{"IsPaused":null}"#])
  func pausedUnknown(_ state: String) throws {
    let entry = try sessionEntry(#"{"UserName":"anna","NowPlayingItem":{},"PlayState":\#(state)}"#)
    #expect(entry.session?.isPaused == false)
  }

  @Test("an item without a single field is an item")
  func emptyItem() throws {
    #expect(try sessionEntry(#"{"UserName":"anna","NowPlayingItem":{}}"#).session?.hasItem == true)
  }

  @Test("without a DeviceId the names tell devices apart")
  func deviceKey() throws {
    let keys = try [
      #"{"UserName":"a","Client":"Infuse","DeviceName":"Apple TV"}"#,
      #"{"UserName":"a","Client":"Infuse","DeviceName":"iPad"}"#,
      #"{"UserName":"a","Client":"Swiftfin","DeviceName":"iPad"}"#,
    ].map { try sessionEntry($0).session?.deviceKey }
    #expect(Set(keys).count == 3)
    let device = try deviceEntry(#"{"LastUserName":"a","AppName":"Infuse","Name":"iPad","Id":""}"#)
    #expect(device.device?.key == keys[1])
  }

  // MARK: Users

  @Test(
    "a user is a name, or an id that is not zero",
    arguments: [
      (#""UserName":"anna""#, "anna"),
      (#""UserName":"anna","UserId":"00000000000000000000000000000000""#, "anna"),
      (#""UserName":"","UserId":"89b2ae71b4514311bb24ea1c4ca0461d""#, "89b2ae71b4514311bb24ea1c4ca0461d"),
      (
        #""UserName":null,"UserId":"89b2ae71-b451-4311-bb24-ea1c4ca0461d""#,
        "89b2ae71-b451-4311-bb24-ea1c4ca0461d"
      ),
      (#""UserName":" ""#, " "),
    ])
  func user(_ fields: String, _ user: String) throws {
    #expect(try sessionEntry("{\(fields)}").session?.user == user)
  }

  @Test(
    "an API key's session is nobody's",
    arguments: [
      "{}", #"{"UserName":null,"UserId":null}"#, #"{"UserName":"","UserId":""}"#,
      #"{"UserId":"00000000000000000000000000000000"}"#,
      #"{"UserName":"","UserId":"00000000-0000-0000-0000-000000000000"}"#,
      #"{"Client":"jod-check","NowPlayingItem":null,"LastActivityDate":"2026-01-01T00:00:00Z"}"#,
    ])
  func withoutUser(_ json: String) throws {
    #expect(try sessionEntry(json) == .withoutUser)
  }

  @Test("what shows an item is a session, with any user or none")
  func itemWithoutUser() throws {
    let session = try sessionEntry(#"{"Client":"DLNA","DeviceName":"TV","NowPlayingItem":{}}"#).session
    #expect(session?.user == "")
    #expect(session?.hasItem == true)
  }

  // MARK: Dates

  @Test(
    "a date has 0 to 7 digits, and a Z or none",
    arguments: [
      ("2026-08-28T04:38:01Z", 1_787_891_881.0), ("2026-08-28T04:38:01", 1_787_891_881),
      ("2026-08-28T04:38:01.5Z", 1_787_891_881.5), ("2026-08-28T04:38:01.25", 1_787_891_881.25),
      ("2026-08-28T04:38:01.125Z", 1_787_891_881.125), ("2026-08-28T04:38:01.0625Z", 1_787_891_881.0625),
      ("2026-08-28T04:38:01.03125Z", 1_787_891_881.03125),
      ("2026-08-28T04:38:01.015625Z", 1_787_891_881.015625),
      ("2026-08-28T04:38:01.5000000Z", 1_787_891_881.5), ("2026-08-28T04:38:01.5000000", 1_787_891_881.5),
      ("2026-08-28T06:38:01.5000000+02:00", 1_787_891_881.5),
    ])
  func date(_ text: String, _ time: Seconds) throws {
    let entry = try sessionEntry(#"{"UserName":"anna","LastActivityDate":"\#(text)"}"#)
    #expect(entry.session?.lastActivity == time)
  }

  @Test(
    "a date of never is none",
    arguments: [
      "0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00",
      "0001-01-01T00:00:00.0000000", "0001-01-01T01:00:00.0000000+01:00", "",
    ])
  func never(_ text: String) throws {
    let json = """
      {"UserName":"anna","LastActivityDate":"\(text)","LastPlaybackCheckIn":"\(text)","LastPausedDate":"\(text)"}
      """
    #expect(try sessionEntry(json) == sessionEntry(#"{"UserName":"anna"}"#))
  }

  // MARK: What cannot be understood

  @Test(
    "a field of a wrong type makes a session not understood",
    arguments: [
      #""UserName":7"#, #""UserName":["anna"]"#, #""UserName":null,"UserId":7"#,
      #""UserName":"anna","Client":7"#, #""UserName":"anna","DeviceName":{}"#,
      #""UserName":"anna","DeviceId":true"#, #""UserName":"anna","NowPlayingItem":"film""#,
      #""UserName":"anna","NowPlayingItem":[]"#, #""UserName":"anna","NowPlayingItem":true"#,
      #""UserName":"anna","PlayState":[]"#, #""UserName":"anna","PlayState":"Paused""#,
      #""UserName":"anna","PlayState":{"IsPaused":"yes"}"#, #""UserName":"anna","PlayState":{"IsPaused":1}"#,
      #""UserName":"anna","LastActivityDate":1787891881"#, #""UserName":"anna","LastActivityDate":"today""#,
      #""UserName":"anna","LastActivityDate":"2026-02-30T00:00:00Z""#,
      #""UserName":"anna","LastPlaybackCheckIn":"2026-08-28""#,
      #""UserName":"anna","LastPausedDate":{"year":2026}"#,
    ])
  func notUnderstood(_ fields: String) throws {
    #expect(try sessionEntry("{\(fields)}") == .notUnderstood)
  }

  @Test("what does not matter may be of any type")
  func otherFields() throws {
    let json = #"{"UserName":"anna","UserId":7,"IsActive":"maybe","Capabilities":7,"Id":{},"Client":"Web"}"#
    #expect(try sessionEntry(json).session?.client == "Web")
  }

  // MARK: Names from outside

  @Test("names are kept as Jellyfin gives them, to be compared")
  func names() throws {
    let session = try sessionEntry(
      #"{"UserName":"An\u200dna","Client":"An\u0000na","DeviceName":"An\nna","DeviceId":"x"}"#
    ).session
    #expect([session?.user, session?.client, session?.device] == ["An\u{200D}na", "An\0na", "An\nna"])
  }

  @Test("a name of nothing but control characters is a user's all the same")
  func controlName() throws {
    #expect(try sessionEntry(#"{"UserName":"\u0007"}"#).session?.user == "\u{7}")
  }

  @Test("of names of a million characters some hundred are kept, and of an id a number")
  func longName() throws {
    let long = String(repeating: "a", count: 1_000_000)
    let session = try sessionEntry(
      #"{"UserName":"\#(long)","Client":"\#(long)","DeviceName":"\#(long)","DeviceId":"\#(long)"}"#
    ).session
    let kept = [session?.user, session?.client, session?.device, session?.deviceID]
    #expect(kept.allSatisfy { $0?.count == 1024 })
    #expect(session?.deviceKey.count == 17)
  }

  @Test(
    "a device's key is its id, or a number where that is long or strange",
    arguments: [("TW96aWxsYS81LjA", true), ("uuid:1", true), ("\u{e4}", false), ("a\u{7}", false)])
  func keptKey(_ id: String, _ isPlain: Bool) throws {
    let device = try deviceEntry(#"{"LastUserName":"a","Id":"\#(id == "a\u{7}" ? #"a\u0007"# : id)"}"#).device
    #expect(device?.id == id)
    #expect((device?.key == id) == isPlain)
    #expect(isPlain || device?.key.utf8.count == 17)
  }
}

@Suite("GET /Devices")
struct DeviceTests {
  @Test("a device of 10.8 to 12 is read")
  func shape() throws {
    let json = """
      {"Items":[{"Name":"A202ZT","CustomName":null,"AccessToken":"secret","Id":"28c0b44b74216c7c",
        "LastUserName":"test","AppName":"Jellyfin Android","AppVersion":"2.6.2",
        "LastUserId":"e9f1a08cb2fb472da76f5dcaebef09ff","DateLastActivity":"2024-09-27T00:06:42.708681Z",
        "Capabilities":{"SupportsSync":false},"IconUrl":null}],"TotalRecordCount":1,"StartIndex":0}
      """
    let list = try received(DeviceList.self, Array(json.utf8))
    #expect(
      list.items == [
        .device(
          Device(
            user: "test", client: "Jellyfin Android", name: "A202ZT", key: "28c0b44b74216c7c",
            id: "28c0b44b74216c7c", lastActivity: UTC.parse("2024-09-27T00:06:42.708681Z")))
      ])
  }

  @Test(
    "a device is shown by the name its owner gave it",
    arguments: [(#""TV""#, "TV"), (#""""#, "A2"), ("null", "A2")])
  func customName(_ custom: String, _ shown: String) throws {
    let entry = try deviceEntry(#"{"LastUserName":"anna","Name":"A2","CustomName":\#(custom)}"#)
    #expect(entry.device?.name == shown)
  }

  @Test(
    "a device that nobody signed in on is nobody's",
    arguments: ["{}", #"{"LastUserName":""}"#, #"{"LastUserId":"00000000-0000-0000-0000-000000000000"}"#])
  func withoutUser(_ json: String) throws {
    #expect(try deviceEntry(json) == .withoutUser)
  }

  @Test(
    "a device of another shape is not understood",
    arguments: [
      "null", "[]", #"{"LastUserName":7}"#, #"{"LastUserName":"anna","DateLastActivity":"soon"}"#,
      #"{"LastUserName":"anna","Id":7}"#,
    ])
  func notUnderstood(_ json: String) throws {
    let list = try received(DeviceList.self, Array(#"{"Items":[\#(json)]}"#.utf8))
    #expect(list.items == [.notUnderstood])
  }

  @Test("an answer without a list of items is no list of devices", arguments: ["{}", "[]", #"{"Items":{}}"#])
  func noList(_ json: String) {
    #expect(throws: (any Error).self) {
      try received(DeviceList.self, Array(json.utf8))
    }
  }

  @Test("a device and a session of one DeviceId are one device")
  func sameKey() throws {
    let device = try deviceEntry(#"{"LastUserName":"anna","Id":"x1"}"#).device
    let session = try sessionEntry(#"{"UserName":"anna","DeviceId":"x1"}"#).session
    #expect(device?.key == session?.deviceKey)
  }

  @Test("a device's names are kept as Jellyfin gives them")
  func names() throws {
    let entry = try deviceEntry(#"{"LastUserName":"a\u001b","AppName":"b\u0007","Name":"c\n"}"#)
    #expect([entry.device?.user, entry.device?.client, entry.device?.name] == ["a\u{1B}", "b\u{7}", "c\n"])
  }
}
