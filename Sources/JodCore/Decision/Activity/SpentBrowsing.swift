/// The devices that have used up `BROWSING_LIMIT` and were not quiet since: what they ask for does not count. It outlives the
/// boot, or an app left open would wake the storage at each reboot of this machine.
public struct SpentBrowsing: Hashable, Sendable {
  /// By the device's key, as it was when the limit was used up.
  private var devices: [String: ActiveSession] = [:]

  /// More than any household has; a bound for what a hostile answer can make us keep on the disk.
  static let remembered = 100

  public init() {}

  /// Who it was, in the order of their names.
  public var people: [ActiveSession] {
    guard !isEmpty else { return [] }
    return devices.values.sorted { ($0.user, $0.device, $0.client) < ($1.user, $1.device, $1.client) }
  }

  var isEmpty: Bool { devices.isEmpty }

  var isPlausible: Bool { devices.count <= Self.remembered }

  func has(_ key: String) -> Bool { devices[key] != nil }

  /// What is noted once stays as it is, so that a check in which nothing changes has nothing to write.
  mutating func note(_ key: String, _ person: ActiveSession) {
    if devices[key] == nil, devices.count < Self.remembered { devices[key] = person }
  }

  mutating func removeAll(where isOver: (String) -> Bool) {
    devices = devices.filter { key, _ in !isOver(key) }
  }
}

extension SpentBrowsing: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) { devices = try [String: ActiveSession](json: json) }

  public var json: JSON { devices.json }
}
