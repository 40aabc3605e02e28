/// A power-off that runs.
public struct Stopping: Hashable, Sendable {
  public var since: Moment
  /// Whether the storage server took it, or may have; false while it is being asked.
  public var isAccepted = false
  /// Whether it was silent since, for longer than a lost probe: what answers after that came back.
  public var wasSilent = false
  /// What came of the one before, where it came to nothing: then what comes of this one is the news.
  var after: Refusal?
  var owed: ActiveSession?

  init(since: Moment, after: Refusal? = nil) { (self.since, self.after) = (since, after) }

  /// A packet before this is lost in a machine that goes down, or wakes its firmware.
  public static let noPackets: Seconds = 60
  /// What has not gone down by then hangs.
  public static let timeLimit: Seconds = 3 * 60
}

/// A power-off that was refused or failed.
public struct Refusal: Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// Something on the storage server forbids it for now, by its own words.
    case busy(String)
    /// What this machine has mounted of it did not go, and why.
    case mounted(String)
    case failed(String)

    /// The same for a resync at 12.6% and one at 9%, for process 811 and process 4123: those are no news. Words are cut at
    /// 200 characters, their numbers included, so the end of long ones does not count.
    func saysTheSame(as other: Reason) -> Bool {
      func core(_ words: String) -> String {
        String(words.filter { !"0123456789.,:%".contains($0) }.prefix(150))
      }
      return switch (self, other) {
      case (.busy(let words), .busy(let others)): core(words) == core(others)
      case (.mounted(let words), .mounted(let others)): core(words) == core(others)
      case (.failed(let words), .failed(let others)): words == others
      case (.busy, _), (.mounted, _), (.failed, _): false
      }
    }
  }

  public var at: Moment
  public var reason: Reason
  /// When the first of these came, one after another and of one kind.
  public var since: Moment

  init(at: Moment, _ reason: Reason) { (self.at, self.reason, since) = (at, reason, at) }

  /// One more, after this one.
  init(at: Moment, _ reason: Reason, after before: Refusal?) {
    self.init(at: at, reason)
    if case .mounted = reason, let before, case .mounted = before.reason { since = before.since }
  }

  /// When it is tried again.
  static let retry: Seconds = 5 * 60
}
