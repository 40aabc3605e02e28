/// What those who depend on the storage are told: mounts and containers on this machine hang on it.
public enum Availability: String, Hashable, Sendable, CaseIterable {
  case online, offline
}

extension Memory {
  /// Whether the storage is there, by what the last check found; nil where that is not certain, and what was told before
  /// still holds: a service that restarts, or a power-off that nobody has accepted yet, tears nothing down.
  public func availability(_ configuration: Configuration) -> Availability? {
    // Blind, nothing tells when it is ready, and what hangs on it would be started in vain.
    if configuration.storageServerAddress == nil { return .offline }
    if let stopping = state.stopping { return stopping.isAccepted == true ? .offline : nil }
    if runtime.probe == .ready { return .online }
    return state.storage.known == .down ? .offline : nil
  }
}
