import JodCore

/// The storage server's power.
public struct Machine: Sendable {
  public enum Phase: Sendable, Hashable { case off, booting, ready, goingDown }

  public private(set) var phase = Phase.off
  public private(set) var since: Seconds = 0
  /// When the phase ends by itself.
  public private(set) var until = Seconds.infinity

  public var isOn: Bool { phase != .off }

  mutating func enter(_ next: Phase, at now: Seconds, for length: Seconds = .infinity) {
    (phase, since, until) = (next, now, now + length)
  }

  /// What a connection to its service finds. While it boots, the kernel answers in the second half.
  func probe(_ now: Seconds) -> Probe {
    switch phase {
    case .off: .silent
    case .booting: now - since > (until - since) / 2 ? .up : .silent
    case .ready: .ready
    case .goingDown: now - since < 3 ? .ready : .up
    }
  }
}
