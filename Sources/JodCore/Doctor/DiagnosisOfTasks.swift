extension Diagnosis {
  /// What Jellyfin runs by schedule, and what that means for the storage.
  public static func schedule(_ tasks: [JellyfinSchedule], _ configuration: Configuration) -> [Finding] {
    [scans(tasks, configuration), mediaTasks(tasks, configuration)].compactMap { $0 }
  }

  /// Whether Jellyfin scans its libraries by itself while nothing wakes the storage for that. Nil where not.
  public static func scans(_ tasks: [JellyfinSchedule], _ configuration: Configuration) -> Finding? {
    let whens = [
      "IntervalTrigger": "at intervals", "DailyTrigger": "daily", "WeeklyTrigger": "weekly",
      "StartupTrigger": "when it starts",
    ]
    guard configuration.storageMounts.isEmpty else { return nil }
    let isWokenFor = configuration.wakeForTasks.contains { $0.matches(JellyfinTask.scanKey) }
    let found = tasks.filter { $0.key == JellyfinTask.scanKey }.flatMap(\.triggers)
      .filter { !isWokenFor || $0 == "StartupTrigger" }
    let when = Set(found.compactMap { whens[$0] }).sorted()
    guard !when.isEmpty else { return nil }
    return .warning(
      "Library scans",
      "Jellyfin scans its libraries \(when.joined(separator: " and ")), and nothing wakes the storage for that: a scan while the storage is off, or goes off, can remove items.",
      remedy: "\(removal("of Scan Media Library")) \(interval(configuration))")
  }

  /// Which of Jellyfin's triggers wake the storage, or would read from it, and what that costs. Nil where there are none.
  public static func mediaTasks(_ tasks: [JellyfinSchedule], _ configuration: Configuration) -> Finding? {
    let subject = "Tasks of Jellyfin"
    let timed = tasks.compactMap { TimedTask($0, configuration) }
    let waking =
      timed.filter(\.isWanted) + (configuration.storageMounts.isEmpty ? [] : timed.filter { !$0.isWanted })
    guard !waking.isEmpty else {
      guard !timed.isEmpty else { return nil }
      return .good(
        subject,
        "\(list(timed)) read the media by schedule, and wake nothing: neither STORAGE_MOUNTS nor WAKE_FOR_TASKS has it so"
      )
    }
    let words =
      "Jellyfin runs \(list(waking)), and each run wakes the storage: \(cost(of: waking, configuration))"
    let unwanted = waking.filter { !$0.isWanted }
    guard !unwanted.isEmpty else { return .good(subject, "\(words) (WAKE_FOR_TASKS)") }
    let scan = unwanted.contains { $0.key == JellyfinTask.scanKey } ? " \(interval(configuration))" : ""
    return .warning(
      subject, "\(words).",
      remedy: "\(removal("of \(unwanted.map(\.key).joined(separator: ", "))")) Or let them run weekly.\(scan)"
    )
  }

  private static func removal(_ what: String) -> String {
    "In Jellyfin under Dashboard, Scheduled Tasks, remove the triggers \(what)."
  }

  private static func interval(_ configuration: Configuration) -> String {
    configuration.libraryScanInterval == nil
      ? "Set LIBRARY_SCAN_INTERVAL, such as 24h: libraries are then scanned while the storage is on anyway."
      : "LIBRARY_SCAN_INTERVAL is set: libraries are scanned while the storage is on anyway."
  }

  private static func list(_ tasks: [TimedTask]) -> String { tasks.map(\.words).joined(separator: ", ") }

  /// A year of it: the storage starts, and is off again after `COOLDOWN_TIME`.
  private static func cost(of tasks: [TimedTask], _ configuration: Configuration) -> String {
    let length = usualTimeToReady + configuration.cooldown
    // One that is on cannot be woken.
    let wakes = min(tasks.reduce(0) { $0 + $1.runsPerYear }, year / length).rounded(.down)
    let hours = wakes * length / 3600
    let energy = configuration.storageServerWatts.map {
      ", \(Energy.text(hours * $0.on)) at \(Energy.watts($0.on))"
    }
    return
      "up to \(Printable.count(Int(wakes), "wake")) a year, \(Int(hours.rounded())) hours on\(energy ?? "")"
  }

  private static let year: Seconds = 365 * 86400
  /// Seconds; a machine with disks takes as long.
  private static let usualTimeToReady: Seconds = 60

  /// A task that touches the media, or that the storage is woken for, and that has a time.
  private struct TimedTask {
    let key: String
    /// Whether the administrator wants the storage woken for it.
    let isWanted: Bool
    let triggers: [TaskTrigger]

    init?(_ task: JellyfinSchedule, _ configuration: Configuration) {
      isWanted = configuration.wakeForTasks.contains { $0.matches(task.key) }
      key = Printable.clean(task.key)
      triggers = task.times.filter { $0.runsPerYear != nil }
      guard isWanted || Self.readers.contains(task.key), !triggers.isEmpty else { return nil }
    }

    var runsPerYear: Double { triggers.reduce(0) { $0 + ($1.runsPerYear ?? 0) } }

    var words: String { "\(key) \(triggers.map(\.words).joined(separator: " and "))" }

    /// Jellyfin's own that open files of the media.
    private static let readers: Set = [
      "RefreshLibrary", "RefreshChapterImages", "RefreshTrickplayImages", "MoveTrickplayImages",
      "KeyframeExtraction", "AudioNormalization", "TaskExtractMediaSegments", "DownloadSubtitles",
      "DownloadLyrics",
    ]
  }
}

extension TaskTrigger {
  /// Nil where it has no time.
  fileprivate var runsPerYear: Double? {
    switch self {
    case .interval(let interval): 365 * 86400 / min(interval, Self.longestInterval)
    case .timeOfDay(_, nil): 365
    case .timeOfDay(_, .some): 52
    case .startup, .unknown: nil
    }
  }

  fileprivate var words: String {
    func clock(_ seconds: Seconds) -> String {
      let minutes = Int(seconds) / 60
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      return "\(two(minutes / 60)):\(two(minutes % 60))"
    }
    switch self {
    case .interval(let interval): return "every \(TimeSpan.text(interval))"
    case .timeOfDay(let time, nil): return "daily at \(clock(time))"
    case .timeOfDay(let time, let weekday?): return "each \(Self.weekdays[weekday]) at \(clock(time))"
    case .startup, .unknown: return ""
    }
  }
}
