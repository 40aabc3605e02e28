/// What Jellyfin says of itself (`/System/Info/Public`, which needs no key).
public struct JellyfinServer: Hashable, Sendable, JSONDecodable {
  public var version: String?
  /// Missing on Emby, which speaks almost the same language.
  public var product: String?
  public var isSetUp: Bool?

  public init(version: String?, product: String?, isSetUp: Bool?) {
    self.version = version
    self.product = product
    self.isSetUp = isSetUp
  }

  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    // Jellyfin writes these names in another case while it migrates its data (10.11 and later).
    func either<Value: JSONDecodable>(_ name: String, _ other: String) throws(JSON.Failure) -> Value? {
      if let value: Value = try fields[name] { return value }
      return try fields[other]
    }
    version = try either("Version", "version")
    product = try either("ProductName", "productName")
    isSetUp = try either("StartupWizardCompleted", "startupWizardCompleted")
  }
}

/// A scheduled task of Jellyfin, and what starts it (`/ScheduledTasks`).
public struct JellyfinSchedule: Hashable, Sendable, JSONDecodable {
  public var key: String
  /// Types of triggers, such as `IntervalTrigger`.
  public var triggers: [String]
  /// The same, with their times.
  public var times: [TaskTrigger]

  public init(key: String, triggers: [String], times: [TaskTrigger] = []) {
    self.key = key
    self.triggers = triggers
    self.times = times
  }

  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    key = try fields["Key"] ?? ""
    let triggers: [JSON] = try fields["Triggers"] ?? []
    var types: [String] = []
    for trigger in triggers { if let type: String = try trigger.object()["Type"] { types.append(type) } }
    self.triggers = types
    times = triggers.map { TaskTrigger(json: $0) }
  }
}

/// A library of Jellyfin, and its folders (`/Library/VirtualFolders`).
public struct JellyfinLibrary: Hashable, Sendable, JSONDecodable {
  public var name: String
  public var folders: [String]
  /// Whether Jellyfin watches the folders, from its start on.
  public var isMonitored: Bool

  public init(name: String, folders: [String], isMonitored: Bool = false) {
    self.name = name
    self.folders = folders
    self.isMonitored = isMonitored
  }

  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    name = try fields["Name"] ?? ""
    folders = try fields["Locations"] ?? []
    let options: JSON? = try fields["LibraryOptions"]
    let isMonitored: Bool? = try options?.object()["EnableRealtimeMonitor"]
    self.isMonitored = isMonitored ?? false
  }
}
