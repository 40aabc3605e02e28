/// Whose key jod-check was given. An administrator's own token works as well as an API key, but each poll with it makes the
/// device that it was made for active: that is our own footprint, and nobody's (specification, Users).
public struct KeyOwner: Hashable, Sendable {
  /// What tells the key from others, and does not tell it.
  var fingerprint: String
  /// When Jellyfin was asked, on the boot clock.
  var asked: Seconds
  /// Whether it said.
  var isKnown = false
  /// Nil: nobody's, as an API key is.
  var user: KeyUser?
  /// Devices of the user that a poll of ours has stamped, and when it last did.
  var own: [String: Seconds] = [:]

  /// Where Jellyfin did not say, it is asked again after so many seconds.
  static let retry: Seconds = 10 * 60
  /// Jellyfin notes a device every three minutes at most, when it asks for something.
  static let noted: Seconds = 3 * 60
  /// Seconds between our request and its stamp: the `Date` header has whole ones.
  static let coincidence: Seconds = 2
  /// A bound for what a hostile answer can make us keep.
  static let remembered = 100

  init(_ key: Secret, asked: Seconds) {
    fingerprint = Fingerprint(key.value).short
    self.asked = asked
  }

  var isPlausible: Bool { Moment.isBootClock(asked) && own.values.allSatisfy(Moment.isBootClock) }

  /// Notes which devices are stamped each time we poll. Somebody else's may be once, by chance.
  mutating func noteDevices(of answer: JellyfinAnswer, boot: Seconds, interval: Seconds) {
    guard user != nil else { return }
    own = own.filter { boot - $0.value <= 2 * (Self.noted + interval) }
    for case .device(let device) in answer.devices ?? [] where isUsers(device) {
      guard let stamp = device.lastActivity, abs(answer.time - stamp) <= Self.coincidence,
        own[device.key] != nil || own.count < Self.remembered
      else { continue }
      own[device.key] = boot
    }
  }

  /// Whether a device's stamp may be of our own making: until ours is found, it may be any of the user's.
  func explains(_ device: Device) -> Bool {
    user != nil && isUsers(device) && (own.isEmpty || own[device.key] != nil)
  }

  private func isUsers(_ device: Device) -> Bool { device.user == user?.name || device.user == user?.id }
}

/// The user of a token (`GET /Users/Me`, which answers 400 to an API key).
public struct KeyUser: Hashable, Sendable, JSONCodable {
  public var name: String
  public var id: String

  public init(name: String, id: String) {
    self.name = name
    self.id = id
  }

  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    let (name, id): (String, String) = (try fields["Name"], try fields["Id"])
    self.init(name: String(name.unicodeScalars.prefix(1024)), id: String(id.unicodeScalars.prefix(64)))
  }

  public var json: JSON { .present(["Name": name.json, "Id": id.json]) }
}

extension KeyOwner: JSONDocument {
  public init() { self.init(Secret(""), asked: 0) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("fingerprint", &fingerprint)
    try fields.field("asked", &asked)
    try fields.field("is_known", &isKnown)
    try fields.field("user", &user)
    try fields.field("own", &own)
  }
}

extension Memory {
  /// Notes whose key it is, where Jellyfin said so.
  mutating func noticeKeyOwner(_ answer: JellyfinAnswer, _ configuration: Configuration, _ now: Now) {
    let boot = now.moment.boot
    let fresh = KeyOwner(configuration.jellyfinKey, asked: boot)
    var owner = runtime.keyOwner
    if owner?.fingerprint != fresh.fingerprint { owner = nil }
    if let told = seen.keyOwner {
      var asked = fresh
      if case .success(let user) = told { (asked.isKnown, asked.user) = (true, user) }
      owner = asked
    }
    owner?.noteDevices(of: answer, boot: boot, interval: configuration.checkInterval)
    runtime.keyOwner = owner
  }

  /// Whether it is to be asked: once a boot, and where the key is another.
  func asksForKeyOwner(_ now: Now) -> Bool {
    guard seen.keyOwner == nil else { return false }
    return runtime.keyOwner.map { !$0.isKnown && now.moment.boot - $0.asked >= KeyOwner.retry } ?? true
  }
}
