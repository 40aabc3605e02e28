/// One entry of `GET /ScheduledTasks`, with all that tells when it runs.
public struct JellyfinTask: Hashable, Sendable {
  /// Empty where it has none; Jellyfin's own all have one.
  public var key: String
  public var name: String
  /// Nil where it is not one that can stand in a path.
  public var id: String?
  public var state: String
  /// Its last run that has ended; nil where there was none.
  public var last: TaskRun?
  public var triggers: [TaskTrigger]

  public init(
    key: String, name: String, id: String? = nil, state: String = "Idle", last: TaskRun? = nil,
    triggers: [TaskTrigger] = []
  ) {
    self.key = key
    self.name = name
    self.id = id
    self.state = state
    self.last = last
    self.triggers = triggers
  }

  /// That scans the libraries.
  static let scanKey = "RefreshLibrary"
  /// A run that was due so many seconds ago and has not begun is expected no more. Jellyfin is asked as often.
  static let grace: Seconds = 10 * 60
  /// Timers are a little early or late, and clocks differ.
  static let tolerance: Seconds = 60

  /// Whether it runs, or is being ended.
  public var isRunning: Bool { state != "Idle" }

  /// Its last run, but for one of the future, which is the work of a clock that was set.
  func last(at time: Seconds) -> TaskRun? { last.flatMap { $0.start <= time + Self.tolerance ? $0 : nil } }

  /// When Jellyfin runs it next by schedule, or was to a moment ago; nil where that is not known.
  func nextRun(at time: Seconds, local: LocalTime) -> Seconds? {
    let last = last(at: time)
    let past = max(time - Self.grace, (last?.start ?? -.infinity) + Self.tolerance)
    return triggers.compactMap { $0.next(after: past, last: last, local: local) }.min()
  }

  func matches(_ patterns: [Pattern]) -> Bool { patterns.contains { $0.matches(key) } }

  /// What a power-off must know of it.
  public var asScheduledTask: ScheduledTask { ScheduledTask(key: key.isEmpty ? nil : key, state: state) }
}

extension JellyfinTask: JSONDecodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    let (key, name, id): (String?, String?, String?) = (
      try fields["Key"], try fields["Name"], try fields["Id"]
    )
    let (result, triggers): (JSON?, [TaskTrigger]?) = (
      try fields["LastExecutionResult"], try fields["Triggers"]
    )
    self.init(
      key: key ?? "", name: Printable.clean(name ?? key ?? "a task"), id: id.flatMap(Self.plainID),
      state: try fields["State"], last: result.flatMap { try? TaskRun(json: $0) }, triggers: triggers ?? [])
  }

  /// Jellyfin's are 32 hexadecimal digits.
  private static func plainID(_ id: String) -> String? {
    let isPlain = id.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isPlain && (1...64).contains(id.utf8.count) ? id : nil
  }
}

/// What Jellyfin says of all its tasks, and the clock by which it runs them: it and this machine are taken to be in one
/// time zone, for it does not say.
public struct TaskSchedule: Hashable, Sendable {
  public var tasks: [JellyfinTask]
  public var local: LocalTime

  public init(_ tasks: [JellyfinTask], local: LocalTime = .utc) { (self.tasks, self.local) = (tasks, local) }

  /// The tasks of these patterns that do not run and will within so many seconds, or were to a moment ago.
  func due(_ patterns: [Pattern], at time: Seconds, ahead: Seconds) -> [JellyfinTask] {
    tasks.filter { task in
      guard task.matches(patterns), !task.isRunning else { return false }
      return task.nextRun(at: time, local: local).map { $0 - ahead <= time } ?? false
    }
  }
}
