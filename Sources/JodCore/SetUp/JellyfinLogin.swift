/// A code that an administrator confirms (`POST /QuickConnect/Initiate`, `GET /QuickConnect/Connect`).
public struct QuickConnectCode: Hashable, Sendable, JSONDecodable {
  public let code: String
  public let secret: Secret
  public let isConfirmed: Bool

  /// Digits and letters alone: both stand in paths.
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    (code, secret) = (try fields["Code"], Secret(try fields["Secret"]))
    let isConfirmed: Bool? = try fields["Authenticated"]
    self.isConfirmed = isConfirmed ?? false
    for text in [code, secret.value] {
      guard (1...128).contains(text.utf8.count),
        text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
      else { throw JSON.Failure() }
    }
  }

  /// Where an administrator confirms it (10.9 and later; it goes by the login page and back).
  public func link(_ url: String) -> String { "\(url)/web/#/quickconnect?code=\(code)" }
}

/// Who has logged in (`POST /Users/AuthenticateWithQuickConnect`, `POST /Users/AuthenticateByName`).
public struct JellyfinLogin: Hashable, Sendable, JSONDecodable {
  public let token: Secret
  public let user: String
  public let isAdministrator: Bool

  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    let token: String = try fields["AccessToken"]
    guard let plain = Configuration.token(token) else { throw JSON.Failure() }
    self.token = Secret(plain)
    let user: JSON? = try fields["User"]
    let name: String? = try user?.object()["Name"]
    self.user = name ?? ""
    let policy: JSON? = try user?.object()["Policy"]
    let isAdministrator: Bool? = try policy?.object()["IsAdministrator"]
    self.isAdministrator = isAdministrator ?? false
  }
}

/// The API keys of a Jellyfin (`GET /Auth/Keys`).
public struct JellyfinKeys: Hashable, Sendable, JSONDecodable {
  public struct Key: Hashable, Sendable {
    public let token: Secret
    public let app: String
    /// As Jellyfin writes it.
    public let created: String
  }

  public static let app = "jod-check"

  public let keys: [Key]

  public init(json: JSON) throws(JSON.Failure) {
    let items: [JSON] = try json.object()["Items"]
    var keys: [Key] = []
    for item in items {
      let fields = try item.object()
      let (app, created): (String?, String?) = (try fields["AppName"], try fields["DateCreated"])
      keys.append(
        Key(token: Secret(try fields["AccessToken"]), app: app ?? "", created: created ?? ""))
    }
    self.keys = keys
  }

  /// Those of this program's name.
  public var own: [Key] { keys.filter { $0.app == Self.app } }

  /// The one that was made between an earlier list and this one: names repeat, so the name alone tells nothing.
  public func made(since before: JellyfinKeys) -> Secret? {
    own.first { key in !before.keys.contains { $0.token == key.token } }
      .flatMap { Configuration.token($0.token.value) }.map(Secret.init)
  }

  /// What is said of keys that an earlier run left, or another machine uses; nil where there is none.
  public var leftBehind: String? {
    guard !own.isEmpty else { return nil }
    let dates = own.map { Printable.clean(String($0.created.prefix(16)).exchanging("T", with: " ")) }
    return own.count == 1
      ? "Jellyfin already has a key named jod-check, of \(dates[0]) UTC. If no other machine uses it, an earlier set-up was interrupted: remove it under Dashboard, API Keys."
      : "Jellyfin already has \(own.count) keys named jod-check, of \(dates.joined(separator: ", ")) UTC. Remove those that nobody uses under Dashboard, API Keys."
  }
}

/// What a Jellyfin says to "Who is JellyfinServer?" by UDP.
public struct JellyfinBeacon: Hashable, Sendable, JSONDecodable {
  public let address: BaseURL

  public init(json: JSON) throws(JSON.Failure) {
    guard let address = BaseURL(try json.object()["Address"]) else { throw JSON.Failure() }
    self.address = address
  }
}
