/// What a TCP connection to the storage service told (specification, Probes).
public enum Probe: String, Hashable, Sendable, JSONCodable {
  /// Accepted.
  case ready
  /// Refused: a kernel answers, the service does not yet, or no longer.
  case up
  /// Time-out, or unreachable.
  case silent
}

/// What one check found out.
public struct Observation: Sendable {
  /// What Jellyfin said, or why nothing is known.
  public var jellyfin: Result<JellyfinAnswer, Trouble>
  /// Nil when blind, and where its name does not resolve and never has.
  public var storage: Probe?
  /// The address at which it was ready.
  public var storageAddress: String?
  /// Where a network mount of the storage server is, at which Jellyfin can hang; nil where there is none, or nobody looked.
  public var mount: String?
  /// What the executables of `activity.d` said; none where there are none, or nobody waited for them.
  public var scripts: [ActivityScript] = []
  /// What has crossed between this machine and the storage server; nil where nobody looked, for it is never powered off.
  public var traffic: TrafficReading?
  /// What is being recorded, or will be; nil where it was not asked.
  public var recordings: Result<[Recording], Trouble>?
  /// What Jellyfin itself is doing with its library, in words; nil where it was not asked.
  public var tasks: Result<[String], Trouble>?
  /// When its tasks run; nil where it was not asked.
  public var schedule: Result<TaskSchedule, Trouble>?
  /// What tells when Jellyfin started; nil where it was not asked.
  public var startOfJellyfin: Result<StartupTasks, Trouble>?
  /// Whose key it is, nil inside for an API key; nil where it was not asked.
  public var keyOwner: Result<KeyUser?, Trouble>?

  public init(
    jellyfin: Result<JellyfinAnswer, Trouble>, storage: Probe?,
    storageAddress: String? = nil, mount: String? = nil, traffic: TrafficReading? = nil,
    recordings: Result<[Recording], Trouble>? = nil, tasks: Result<[String], Trouble>? = nil,
    schedule: Result<TaskSchedule, Trouble>? = nil,
    startOfJellyfin: Result<StartupTasks, Trouble>? = nil, keyOwner: Result<KeyUser?, Trouble>? = nil
  ) {
    self.jellyfin = jellyfin
    self.storage = storage
    self.storageAddress = storageAddress
    self.mount = mount
    self.traffic = traffic
    self.recordings = recordings
    self.tasks = tasks
    self.schedule = schedule
    self.startOfJellyfin = startOfJellyfin
    self.keyOwner = keyOwner
  }
}
