/// What those who depend on the storage are told: mounts and containers on this machine hang on it.
public enum Availability: String, Hashable, Sendable, CaseIterable {
  case online, offline
}

extension Memory {
  /// Whether the storage is there, by what was last found; nil where that is not certain, and what was told before still
  /// holds. A service that restarts, or a power-off that nobody has accepted yet, tears nothing down. A cable
  /// that is out or a switch that starts anew does not either, least of all while somebody plays
  /// (specification, What depends on the storage).
  public func availability(_ configuration: Configuration, _ now: Now) -> Availability? {
    // Blind, nothing tells when it is ready, and what hangs on it would be started for nothing.
    if configuration.isBlind { return .offline }
    if let stopping = state.undertaking.stopping { return stopping.isAccepted ? .offline : nil }
    if runtime.probe == .ready { return .online }
    guard state.storage.known == .down else { return nil }
    if state.storage.stoppedByUs != nil { return .offline }
    let silence = runtime.silentSince.map(now.since) ?? 0
    return silence >= (isPlaying ? Self.silenceLimitWhilePlaying : Self.silenceLimit) ? .offline : nil
  }

  /// Seconds of silence that nobody had asked for.
  static let silenceLimit: Seconds = 3 * 60
  static let silenceLimitWhilePlaying: Seconds = 10 * 60

  private var isPlaying: Bool {
    (seen.active ?? runtime.lastCheck?.active ?? []).contains { $0.kind == .playing }
  }
}
