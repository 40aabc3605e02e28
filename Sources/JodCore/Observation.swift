/// What a TCP connection to the storage service told (specification, section 1).
public enum Probe: String, Hashable, Sendable, JSONCodable {
  /// Accepted.
  case ready
  /// Refused: a kernel answers, the service does not yet, or no longer.
  case up
  /// Time-out, unreachable, or the name does not resolve.
  case silent
}

/// What one check found out.
public struct Observation: Sendable {
  /// What Jellyfin said, or why nothing is known.
  public var jellyfin: Result<JellyfinAnswer, Trouble>
  /// Nil when blind.
  public var storage: Probe?
  /// Bytes that this machine has read over NFS; nil where that cannot be told.
  public var nfsBytes: Double?
  /// What is being recorded, or will be; nil where it was not asked.
  public var recordings: Result<[Recording], Trouble>?
  /// What Jellyfin itself is doing with its library, in words; nil where it was not asked.
  public var tasks: Result<[String], Trouble>?

  public init(
    jellyfin: Result<JellyfinAnswer, Trouble>, storage: Probe?, nfsBytes: Double? = nil,
    recordings: Result<[Recording], Trouble>? = nil, tasks: Result<[String], Trouble>? = nil
  ) {
    self.jellyfin = jellyfin
    self.storage = storage
    self.nfsBytes = nfsBytes
    self.recordings = recordings
    self.tasks = tasks
  }
}
