/// A user's session as `GET /Sessions` tells it, reduced to what matters here.
public struct Session: Hashable, Sendable {
  public var user: String
  public var client: String
  public var device: String
  /// What tells devices apart: `DeviceId`, or the names where it is missing.
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
  /// An API key, jod-check itself: nobody.
  case withoutUser
  case notUnderstood
}

/// One entry of `GET /Devices`: a device that a user has signed in on.
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

extension SessionEntry: Decodable {
  private enum Key: String, CodingKey {
    case id = "Id"
    case supportedCommands = "SupportedCommands"
    case userName = "UserName"
    case userID = "UserId"
    case client = "Client"
    case deviceName = "DeviceName"
    case deviceID = "DeviceId"
    case item = "NowPlayingItem"
    case playState = "PlayState"
    case isPaused = "IsPaused"
    case lastActivity = "LastActivityDate"
    case lastPlaybackCheckIn = "LastPlaybackCheckIn"
    case lastPaused = "LastPausedDate"
  }

  /// Never throws: what cannot be understood is an entry of its own, so that nobody is overlooked.
  public init(from decoder: any Decoder) {
    do { self = try Self.read(decoder) } catch { self = .notUnderstood }
  }

  private static func read(_ decoder: any Decoder) throws -> SessionEntry {
    let fields = try decoder.container(keyedBy: Key.self)
    guard let user = try fields.user(name: .userName, id: .userID) else { return .withoutUser }
    let client = try fields.text(.client)
    let device = try fields.text(.deviceName)
    let deviceID = try fields.text(.deviceID)
    let hasItem = try fields.hasObject(.item)
    var isPaused = false
    if try fields.hasObject(.playState) {
      isPaused =
        try fields.nestedContainer(keyedBy: Key.self, forKey: .playState)
        .decodeIfPresent(Bool.self, forKey: .isPaused) ?? false
    }
    return .session(
      Session(
        user: user, client: Printable.clean(client), device: Printable.clean(device),
        deviceKey: deviceKey(id: deviceID, name: device, client: client), deviceID: deviceID,
        hasItem: hasItem, isPaused: isPaused, lastActivity: try fields.time(.lastActivity),
        lastPlaybackCheckIn: try fields.time(.lastPlaybackCheckIn),
        lastPaused: try fields.time(.lastPaused), screen: screen(fields)))
  }

  /// What is not understood here shows no message, and changes nothing else.
  private static func screen(_ fields: KeyedDecodingContainer<Key>) -> String? {
    guard let commands = try? fields.decodeIfPresent([String].self, forKey: .supportedCommands),
      commands.contains("DisplayMessage"), let id = try? fields.text(.id), isPlainID(id)
    else { return nil }
    return id
  }

  /// The id goes into the path of a request, so nothing else than what Jellyfin makes ids of may be in it.
  private static func isPlainID(_ id: String) -> Bool {
    (1...64).contains(id.utf8.count)
      && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
  }
}

extension DeviceEntry: Decodable {
  private enum Key: String, CodingKey {
    case userName = "LastUserName"
    case userID = "LastUserId"
    case client = "AppName"
    case name = "Name"
    case customName = "CustomName"
    case id = "Id"
    case lastActivity = "DateLastActivity"
  }

  /// Never throws, as `SessionEntry`.
  public init(from decoder: any Decoder) {
    do { self = try Self.read(decoder) } catch { self = .notUnderstood }
  }

  private static func read(_ decoder: any Decoder) throws -> DeviceEntry {
    let fields = try decoder.container(keyedBy: Key.self)
    guard let user = try fields.user(name: .userName, id: .userID) else { return .withoutUser }
    let client = try fields.text(.client)
    let name = try fields.text(.name)
    let custom = try fields.text(.customName)
    let id = try fields.text(.id)
    return .device(
      Device(
        user: user, client: Printable.clean(client), name: Printable.clean(custom.isEmpty ? name : custom),
        key: deviceKey(id: id, name: name, client: client), id: id,
        lastActivity: try fields.time(.lastActivity)))
  }
}

/// The body of `GET /Devices`.
public struct DeviceList: Decodable, Sendable {
  public let items: [DeviceEntry]

  private enum CodingKeys: String, CodingKey { case items = "Items" }
}

private func deviceKey(id: String, name: String, client: String) -> String {
  id.isEmpty ? "\(name)\u{1F}\(client)" : id
}

extension KeyedDecodingContainer {
  /// Text that may be missing or null, which is the same as empty.
  fileprivate func text(_ key: Key) throws -> String { try decodeIfPresent(String.self, forKey: key) ?? "" }

  /// The name to show for a user: a non-empty name or a non-zero id makes one; nil where there is none.
  fileprivate func user(name: Key, id: Key) throws -> String? {
    let name = try text(name)
    if !name.isEmpty { return Printable.clean(name) }
    let id = try text(id)
    return id.contains { $0 != "0" && $0 != "-" } ? Printable.clean(id) : nil
  }

  fileprivate func hasObject(_ key: Key) throws -> Bool {
    guard contains(key), try !decodeNil(forKey: key) else { return false }
    _ = try nestedContainer(keyedBy: AnyKey.self, forKey: key)
    return true
  }

  /// A time that may be missing, null or .NET's `DateTime.MinValue`, all of which are nil here. In a zone of the
  /// server's own that last one may read as a few hours before or after it.
  fileprivate func time(_ key: Key) throws -> Seconds? {
    let text = try text(key)
    if text.isEmpty || text.hasPrefix("0001-01-0") { return nil }
    guard let time = UTC.parse(text) else {
      throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "not a time")
    }
    return time
  }
}

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
