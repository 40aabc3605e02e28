/// What judging activity must remember from check to check. It lives as long as the boot, on its clock.
public struct ActivityMemory: Hashable, Sendable {
  /// Since when each device has been browsing without a break.
  public var browsing: [String: Seconds] = [:]
  /// Since when each device has paused: as Jellyfin told at the first sight of it, or since that.
  public var pauses: [String: Seconds] = [:]
  /// When Jellyfin was last looked at with success.
  public var looked: Seconds?
  /// Since when polls have failed without an answer between; nil while they do not.
  public var failing: Seconds?
  /// When each device that browses, or has used up its limit, was last heard of, on the clock of `witnessed`.
  public var heard: [String: Seconds] = [:]
  /// How much time has been witnessed: that between two looks with no failure between them.
  public var witnessed: Seconds = 0
  /// How much had been when nothing was last known.
  public var unbrokenFrom: Seconds = 0
  /// What is known of Jellyfin's starts.
  public var jellyfin = JellyfinStarts()

  public init() {}

  /// Seconds: no restart or update takes longer.
  static let longUnknown: Seconds = 3600

  /// Seconds of witnessed time without a break.
  var unbroken: Seconds { witnessed - unbrokenFrom }

  /// For how long nothing has been known; zero before the first poll of this boot.
  func unknown(until boot: Seconds) -> Seconds { (looked ?? failing).map { max(0, boot - $0) } ?? 0 }

  var isPlausible: Bool {
    let devices = Array(browsing.values) + Array(pauses.values) + Array(heard.values)
    let boots: [Seconds] = devices + [looked ?? 0, failing ?? 0, witnessed, unbrokenFrom]
    return boots.allSatisfy(Moment.isBootClock) && jellyfin.isPlausible
  }
}
