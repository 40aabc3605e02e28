/// A session as `GET /Sessions` tells it, reduced to what matters here. Names are as Jellyfin gives them, to be compared;
/// where they are shown or kept, they are cleaned first.
public struct Session: Hashable, Sendable {
  /// Empty where there is none: a television that was told to play over DLNA has an item and no user.
  public var user: String
  public var client: String
  public var device: String
  /// What tells devices apart, and is kept: `DeviceId`, or the names where it is missing.
  public var deviceKey: String
  /// `DeviceId` as it was sent; empty where it was not.
  public var deviceID: String
  public var hasItem: Bool
  public var isPaused: Bool
  /// Times by Jellyfin's clock; nil where absent or never.
  public var lastActivity: Seconds?
  public var lastPlaybackCheckIn: Seconds?
  public var lastPaused: Seconds?
  /// Where a message for its screen goes: its `Id`, of a session that can show one; else nil.
  public var screen: String?
}

/// One entry of `GET /Sessions`.
public enum SessionEntry: Hashable, Sendable {
  case session(Session)
  /// An API key that plays nothing, as jod-check itself once it has sent a message: nobody.
  case withoutUser
  case notUnderstood
}

/// One entry of `GET /Devices`: a device that a user has signed in on. Names are as a session's.
public struct Device: Hashable, Sendable {
  public var user: String
  public var client: String
  public var name: String
  public var key: String
  public var id: String
  public var lastActivity: Seconds?
}

public enum DeviceEntry: Hashable, Sendable {
  case device(Device)
  case withoutUser
  case notUnderstood
}

/// What Jellyfin said at one check.
public struct JellyfinAnswer: Hashable, Sendable {
  public var sessions: [SessionEntry]
  /// Nil: Jellyfin does not let this key read them.
  public var devices: [DeviceEntry]?
  /// Jellyfin's own time, by the `Date` header of its reply.
  public var time: Seconds

  public init(sessions: [SessionEntry], devices: [DeviceEntry]?, time: Seconds) {
    self.sessions = sessions
    self.devices = devices
    self.time = time
  }
}

extension JellyfinAnswer {
  /// The sessions that mean something.
  var understood: [Session] {
    sessions.compactMap { if case .session(let session) = $0 { session } else { nil } }
  }
}

extension SessionEntry: JSONDecodable {
  public static let jsonMembers: Set<String>? = [
    "Id", "SupportedCommands", "UserName", "UserId", "Client", "DeviceName", "DeviceId", "NowPlayingItem",
    "PlayState", "IsPaused", "LastActivityDate", "LastPlaybackCheckIn", "LastPausedDate",
  ]

  /// Never throws: what cannot be understood is an entry of its own, so that nobody is overlooked.
  public init(json: JSON) {
    do { self = try Self.read(json.object()) } catch { self = .notUnderstood }
  }

  private static func read(_ fields: JSON.Object) throws(JSON.Failure) -> SessionEntry {
    let user = try fields.user(name: "UserName", id: "UserId")
    let item = try fields.object("NowPlayingItem")
    if user == nil, item == nil { return .withoutUser }
    let client = try fields.name("Client")
    let device = try fields.name("DeviceName")
    let deviceID = try fields.name("DeviceId")
    let isPaused: Bool? = try fields.object("PlayState")?["IsPaused"]
    return .session(
      Session(
        user: user ?? "", client: client, device: device,
        deviceKey: deviceKey(id: deviceID, name: device, client: client), deviceID: deviceID,
        hasItem: item != nil, isPaused: isPaused ?? false, lastActivity: try fields.time("LastActivityDate"),
        lastPlaybackCheckIn: try fields.time("LastPlaybackCheckIn"),
        lastPaused: try fields.time("LastPausedDate"), screen: screen(fields)))
  }

  /// What is not understood here shows no message, and changes nothing else.
  private static func screen(_ fields: JSON.Object) -> String? {
    guard let commands: [String] = try? fields["SupportedCommands"], commands.contains("DisplayMessage"),
      let id = try? fields.text("Id"), isPlainID(id)
    else { return nil }
    return id
  }

  /// The id goes into the path of a request, so nothing else than what Jellyfin makes ids of may be in it.
  private static func isPlainID(_ id: String) -> Bool {
    (1...64).contains(id.utf8.count)
      && id.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension DeviceEntry: JSONDecodable {
  public static let jsonMembers: Set<String>? = [
    "Id", "LastUserName", "LastUserId", "AppName", "Name", "CustomName", "DateLastActivity",
  ]

  /// Never throws, as `SessionEntry`.
  public init(json: JSON) {
    do { self = try Self.read(json.object()) } catch { self = .notUnderstood }
  }

  private static func read(_ fields: JSON.Object) throws(JSON.Failure) -> DeviceEntry {
    guard let user = try fields.user(name: "LastUserName", id: "LastUserId") else { return .withoutUser }
    let client = try fields.name("AppName")
    let name = try fields.name("Name")
    let custom = try fields.name("CustomName")
    let id = try fields.name("Id")
    return .device(
      Device(
        user: user, client: client, name: custom.isEmpty ? name : custom,
        key: deviceKey(id: id, name: name, client: client), id: id,
        lastActivity: try fields.time("DateLastActivity")))
  }
}

/// The body of `GET /Devices`.
public struct DeviceList: Sendable {
  public let items: [DeviceEntry]
}

extension DeviceList: JSONDecodable {
  public static let jsonMembers = DeviceEntry.jsonMembers?.union(["Items"])

  public init(json: JSON) throws(JSON.Failure) { items = try json.object()["Items"] }
}

/// It is kept for every device, so what is long or strange is kept as a number.
private func deviceKey(id: String, name: String, client: String) -> String {
  let key = id.isEmpty ? "\(name)\u{1F}\(client)" : id
  let isPlain = key.utf8.count <= 256 && key.utf8.allSatisfy { 0x20..<0x7F ~= $0 }
  return isPlain ? key : "#\(Fingerprint(key).hex)"
}

extension JSON.Object {
  /// Text that may be missing or null, which is the same as empty.
  fileprivate func text(_ name: String) throws(JSON.Failure) -> String { try self[name] ?? "" }

  /// A name as it is given. Jellyfin itself keeps 256 characters at most; a bound all the same, for each is compared with
  /// each pattern.
  fileprivate func name(_ name: String) throws(JSON.Failure) -> String {
    let text = try text(name)
    return text.utf8.count <= 1024 ? text : String(text.unicodeScalars.prefix(1024))
  }

  /// The name of a user: a non-empty name or a non-zero id makes one; nil where there is none.
  fileprivate func user(name: String, id: String) throws(JSON.Failure) -> String? {
    let name = try self.name(name)
    if !name.isEmpty { return name }
    let id = try self.name(id)
    return id.utf8.contains { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: "-") } ? id : nil
  }

  /// An object that may be missing or null.
  fileprivate func object(_ name: String) throws(JSON.Failure) -> JSON.Object? {
    let value: JSON? = try self[name]
    return try value?.object()
  }

  /// A time that may be missing, null or .NET's `DateTime.MinValue`, all of which are nil here. In a zone of the
  /// server's own that last one may read as a few hours before or after it.
  fileprivate func time(_ name: String) throws(JSON.Failure) -> Seconds? {
    let text = try text(name)
    if text.isEmpty || text.hasPrefix("0001-01-0") { return nil }
    guard let time = UTC.parse(text) else { throw JSON.Failure() }
    return time
  }
}
