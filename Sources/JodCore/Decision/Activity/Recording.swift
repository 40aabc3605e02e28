/// A recording that runs or is planned (`GET /LiveTv/Timers`). Times are by Jellyfin's clock, with its paddings.
public struct Recording: Hashable, Sendable {
  public var name: String
  public var start: Seconds
  public var end: Seconds
  public var isRunning: Bool

  public init(name: String, start: Seconds, end: Seconds, isRunning: Bool) {
    self.name = name
    self.start = start
    self.end = end
    self.isRunning = isRunning
  }

  /// Whether it needs the storage now, or will within so many seconds.
  public func needsStorage(at time: Seconds, ahead: Seconds) -> Bool {
    isRunning || (start - ahead <= time && time < end)
  }
}

extension Recording: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    name = try fields["name"]
    start = try fields["start"]
    end = try fields["end"]
    isRunning = try fields["is_running"]
  }

  public var json: JSON {
    .present(["name": name.json, "start": start.json, "end": end.json, "is_running": isRunning.json])
  }
}

/// The body of `GET /LiveTv/Timers`. A timer that cannot be understood makes the whole body so: unknown is not idle.
public struct TimerList: JSONDecodable, Sendable {
  public let recordings: [Recording]

  /// What needs nothing more: the other states are `New`, `InProgress`, `ConflictedOk` and any that a later version adds.
  private static let over: Set<String> = ["Completed", "Cancelled", "ConflictedNotOk", "Error"]

  public init(json: JSON) throws(JSON.Failure) {
    let timers: [JSON] = try json.object()["Items"]
    var recordings: [Recording] = []
    for timer in timers {
      if let recording = try Self.recording(timer.object()) { recordings.append(recording) }
    }
    self.recordings = recordings
  }

  /// Nil where it is over.
  private static func recording(_ timer: JSON.Object) throws(JSON.Failure) -> Recording? {
    let (name, status): (String?, String?) = (try timer["Name"], try timer["Status"])
    let start = UTC.parse(try timer["StartDate"])
    let end = UTC.parse(try timer["EndDate"])
    let before: Seconds = try timer["PrePaddingSeconds"] ?? 0
    let after: Seconds = try timer["PostPaddingSeconds"] ?? 0
    if over.contains(status ?? "") { return nil }
    guard let start, let end else { throw JSON.Failure() }
    return Recording(
      name: Printable.clean(name ?? "a programme"), start: start - before, end: end + after,
      isRunning: status == "InProgress")
  }
}

/// One entry of `GET /ScheduledTasks`.
public struct ScheduledTask: JSONDecodable, Sendable {
  /// Jellyfin's own tasks all have one.
  public let key: String?
  public let state: String

  public init(key: String?, state: String) { (self.key, self.state) = (key, state) }

  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    key = try fields["Key"]
    state = try fields["State"]
  }

  /// The tasks that keep the storage up, in words: all that do not rest, except those that `IGNORE_TASKS` names.
  public static func running(_ tasks: [ScheduledTask], ignoring patterns: [Pattern]) -> [String] {
    tasks.filter { task in task.state != "Idle" && !patterns.contains { $0.matches(task.key ?? "") } }
      .map { task in task.key.map { "the task \(Printable.clean($0))" } ?? "a task without a key" }
  }
}

/// One entry of `GET /Library/VirtualFolders`.
public struct LibraryFolder: JSONDecodable, Sendable {
  public let name: String?
  public let refreshStatus: String?

  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    name = try fields["Name"]
    refreshStatus = try fields["RefreshStatus"]
  }

  /// The libraries that are being refreshed, in words.
  public static func refreshing(_ folders: [LibraryFolder]) -> [String] {
    folders.filter { !["Idle", ""].contains($0.refreshStatus ?? "") }
      .map { "a refresh of the library \(Printable.clean($0.name ?? ""))" }
  }
}

/// What was last known of recordings. It lives as long as the boot.
public struct RecordingMemory: Hashable, Sendable {
  /// When Jellyfin was last asked, on the boot clock.
  public var asked: Seconds
  /// When it last answered.
  public var answered: Seconds?
  public var recordings: [Recording] = []

  /// How often Jellyfin is asked (specification, Configuration, `WAKE_FOR_RECORDINGS`).
  static let interval: Seconds = 10 * 60
  /// An answer that could not be had anew for so long says nothing any more.
  static let shelfLife: Seconds = 30 * 60
  /// A bound for what a hostile answer can make us keep.
  static let remembered = 200

  var isPlausible: Bool {
    Moment.isBootClock(asked) && answered.map(Moment.isBootClock) ?? true
      && recordings.allSatisfy { abs($0.start) < 1e12 && abs($0.end) < 1e12 }
  }
}

extension RecordingMemory: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    asked = try fields["asked"]
    answered = try fields["answered"]
    recordings = try fields["recordings"]
  }

  public var json: JSON {
    .present(["asked": asked.json, "answered": answered.json, "recordings": recordings.json])
  }
}

extension Memory {
  /// Takes in what Jellyfin said of recordings, and returns what counts as activity now.
  mutating func noticeRecordings(
    at time: Seconds, _ configuration: Configuration, _ now: Now
  ) -> [ActiveSession] {
    let boot = now.moment.boot
    var memory = runtime.recordings
    if let answer = seen.recordings {
      memory = memory ?? RecordingMemory(asked: boot)
      memory?.asked = boot
      if case .success(let recordings) = answer {
        memory?.answered = boot
        let next = recordings.sorted { $0.start < $1.start }
        memory?.recordings = Array(next.prefix(RecordingMemory.remembered))
      }
    }
    if let answered = memory?.answered, boot - answered > RecordingMemory.shelfLife {
      memory?.recordings = []
    }
    runtime.recordings = memory
    guard configuration.wakeForRecordings else { return [] }
    let ahead = configuration.wakeTimeout + 2 * 60
    return (memory?.recordings ?? []).filter { $0.needsStorage(at: time, ahead: ahead) }.map {
      ActiveSession(user: "", client: "Live TV", device: $0.name, kind: .recording, wakes: true)
    }
  }
}
