/// Something that a check or a command has changed: facts, of which `Event` makes a journal entry.
public enum Change: Hashable, Sendable {
  case activityBegan([ActiveSession])
  case activityEnded(after: Seconds)
  /// Activity that was known to last so long, and may have ended at any time of so many seconds after that.
  case activityLost(after: Seconds, unknown: Seconds)
  /// Jellyfin does not let the key read its devices.
  case devicesRefused
  /// Ready, so many seconds after a wake began.
  case ready(after: Seconds, requests: Int)
  /// Ready, and jod-check did not wake it.
  case readyUnasked
  /// It went down for a power-off of ours, and is there again.
  case cameBack
  case down
  /// A request has left.
  case requested(Request)
  /// A request did not leave this machine.
  case requestStayed(Trouble)
  case wakeFailed(Wake, after: Seconds)
  /// - Parameter idle: nil where somebody asked for it by hand.
  case powerOffBegan(idle: Seconds?, isRetry: Bool)
  /// After one that was refused or failed.
  case powerOffTaken
  case powerOffRefused(Refusal.Reason, isNews: Bool)
  /// It was asked to power off so many seconds ago, and still answers.
  case hangs(after: Seconds)
  case holdSet(seconds: Seconds, until: Seconds)
  case holdEnded(byHand: Bool)
  /// Jellyfin was asked to scan its libraries, and does.
  case scanBegan
  case scanFailed(Trouble, isNews: Bool)
  /// What a dry run would have done.
  case rehearsed(Rehearsed)

  public struct Request: Hashable, Sendable {
    /// Nobody where somebody asked by hand.
    public var asking: [ActiveSession]
    /// Which of its wake it was; nil where it belongs to none.
    public var number: Int?
    public var isByHand = false
    /// Whether it is worth telling again: not of a wake that was told to have failed, and not of a blind one.
    public var isNews = true
  }
}

extension Memory {
  /// What a request that has just left changes, for those who asked.
  public func request(for asking: [ActiveSession], byHand: Bool, _ configuration: Configuration) -> Change {
    let wake = state.undertaking.wake
    let isRepeat = (wake?.requests ?? 0) > 1
    let isSilent = !byHand && (wake == nil || isRepeat && (configuration.isBlind || wake?.failed == true))
    return .requested(
      Change.Request(asking: asking, number: wake?.requests, isByHand: byHand, isNews: !isSilent))
  }
}
