/// What a TCP connection to the storage service told (specification, section 1).
public enum Probe: String, Hashable, Sendable, Codable {
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

  public init(jellyfin: Result<JellyfinAnswer, Trouble>, storage: Probe?) {
    self.jellyfin = jellyfin
    self.storage = storage
  }
}
