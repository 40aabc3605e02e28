/// What set-up changes in Jellyfin's own settings, when it is told to: texts to send back, and why there is none.
public enum JellyfinSettings {
  /// The Webhook plugin's id, and the path of its configuration.
  public static let webhookPath = "Plugins/71552a5a5c5c4350a2aeebe451a30173/Configuration"

  /// The types that come early enough, or tell the end of a film.
  private static let notifications = [
    "SessionStart", "AuthenticationSuccess", "PlaybackStart", "PlaybackStop",
  ]

  /// The plugin's configuration with one destination more; nil where it has that one. Throws where it is not the plugin's.
  ///
  /// - Parameters:
  ///   - configuration: as the plugin gave it.
  ///   - url: where our socket takes hints.
  ///   - token: what a request there must carry.
  public static func webhook(
    adding url: String, token: Secret?, to configuration: [UInt8]
  ) throws(JSON.Failure) -> [UInt8]? {
    var text = try JSONText(configuration)
    let object = try JSON(configuration).object()
    let destinations: [JSON] = try object["GenericOptions"] ?? []
    for destination in destinations {
      if let other: String = try? destination.object()["WebhookUri"], other == url { return nil }
    }
    let entry = destination(url, token)
    if object.member("GenericOptions").map({ if case .array = $0 { true } else { false } }) == true {
      guard text.append(entry, to: ["GenericOptions"]) else { throw JSON.Failure() }
    } else if object.member("GenericOptions") == nil {
      let list = [UInt8(ascii: "[")] + entry + [UInt8(ascii: "]")]
      guard text.append(list, named: "GenericOptions", to: []) else { throw JSON.Failure() }
    } else {
      text.replace(["GenericOptions"], with: [UInt8(ascii: "[")] + entry + [UInt8(ascii: "]")])
    }
    return text.bytes
  }

  private static func destination(_ url: String, _ token: Secret?) -> [UInt8] {
    let kinds = ["Movies", "Episodes", "Series", "Seasons", "Albums", "Songs", "Videos"]
    var members: [(name: String, value: JSON)] = [
      ("NotificationTypes", notifications.json), ("WebhookName", "jod-check".json), ("WebhookUri", url.json),
      ("SendAllProperties", true.json), ("EnableWebhook", true.json),
    ]
    members += kinds.map { ("Enable\($0)", true.json) }
    if let token {
      let header = JSON.complete(["Key": "Authorization".json, "Value": "Bearer \(token.value)".json])
      members.append(("Headers", .array([header])))
    }
    return JSON.object(JSON.Object(members)).bytes
  }

  /// A library that Jellyfin watches, and what to send so that it does not.
  public struct Monitored: Hashable, Sendable {
    public let name: String
    public let folders: [String]
    /// The body of `POST /Library/VirtualFolders/LibraryOptions`.
    public let body: [UInt8]
  }

  /// The libraries with real-time monitoring, by what `/Library/VirtualFolders` says.
  public static func monitored(_ libraries: [UInt8]) throws(JSON.Failure) -> [Monitored] {
    let text = try JSONText(libraries)
    guard case .array(let entries) = try JSON(libraries) else { throw JSON.Failure() }
    var found: [Monitored] = []
    for (index, entry) in entries.enumerated() {
      let library = try JellyfinLibrary(json: entry)
      guard library.isMonitored, let id: String = try? entry.object()["ItemId"],
        let options = text.value([.element(index), "LibraryOptions"])
      else { continue }
      var off = try JSONText(options)
      off.replace(["EnableRealtimeMonitor"], with: Array("false".utf8))
      var body = try JSONText(JSON.complete(["Id": id.json]).bytes)
      body.append(off.bytes, named: "LibraryOptions", to: [])
      found.append(Monitored(name: library.name, folders: library.folders, body: body.bytes))
    }
    return found
  }
}
