/// When jod-check lets Jellyfin scan its libraries: while the storage is on anyway, so that new films appear without a wake
/// of their own (specification, Library scans).
///
/// **Jellyfin removes items from a library whose storage is not there at a scan**: what is not certain starts none.
struct ScanRules {
  let configuration: Configuration
  let memory: Memory
  let now: Now

  /// So long, in seconds, the storage has been ready, so that its mounts are there, and nobody has played.
  static let pause: Seconds = 5 * 60

  /// Whether a scan may be due, as far as is known without a question.
  var mayBeDue: Bool {
    guard let interval = configuration.libraryScanInterval, !configuration.dryRun, isCalm else {
      return false
    }
    if let begun = memory.state.scan, now.since(begun.at) < begun.pause(interval: interval) { return false }
    return isOld(memory.runtime.tasks?.scanned, interval)
  }

  /// The id of the task to start now; nil where none is. Rests on an answer of this check.
  var due: String? {
    guard mayBeDue, let interval = configuration.libraryScanInterval, let time = memory.seen.jellyfinTime,
      case .success(let schedule) = memory.seen.schedule, !schedule.tasks.contains(where: \.isRunning),
      let task = schedule.tasks.first(where: { $0.key == JellyfinTask.scanKey }),
      isOld(task.last(at: time)?.end, interval)
    else { return nil }
    return task.id
  }

  /// When blind, nothing tells whether the storage is on.
  private var isCalm: Bool {
    let quiet = memory.runtime.tasks?.quiet?.seconds ?? 0
    let ready = memory.runtime.readySince.map(now.surelySince) ?? 0
    return !configuration.isBlind && memory.runtime.probe == .ready
      && memory.state.undertaking.stopping == nil && ready >= Self.pause && quiet >= Self.pause
  }

  private func isOld(_ scanned: Seconds?, _ interval: Seconds) -> Bool {
    guard let scanned, let time = memory.seen.jellyfinTime else { return true }
    return time - scanned >= interval
  }
}

/// The last scan that jod-check asked for. It survives a reboot.
public struct LibraryScan: Hashable, Sendable {
  /// When it was about to be asked for.
  public internal(set) var at: Moment
  /// Whether Jellyfin did not take it.
  public internal(set) var hasFailed = false
  /// Whether it was told that scans fail.
  public internal(set) var isTold = false

  /// After a failure it is tried again in so many seconds.
  static let retry: Seconds = 3600

  /// Seconds until the next may be asked for.
  func pause(interval: Seconds) -> Seconds { hasFailed ? min(interval, Self.retry) : interval }
}

extension LibraryScan: JSONDocument {
  public init() { self.init(at: Moment()) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("has_failed", &hasFailed)
    try fields.field("is_told", &isTold)
  }
}

extension Memory {
  /// Notes a scan that is about to be asked for: a run that is killed after it asks no second time.
  mutating func beginScan(at moment: Moment) {
    state.scan = LibraryScan(at: moment, isTold: state.scan?.isTold ?? false)
  }

  /// Notes what came of it, and returns what has changed.
  ///
  /// - Parameter failure: why Jellyfin did not take it; nil where it did.
  public mutating func settleScan(_ failure: Trouble?) -> [Change] {
    let wasTold = state.scan?.isTold ?? false
    state.scan?.hasFailed = failure != nil
    state.scan?.isTold = failure != nil
    guard let failure else { return [.scanBegan] }
    return [.scanFailed(failure, isNews: !wasTold)]
  }
}
