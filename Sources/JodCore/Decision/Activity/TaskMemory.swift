/// A task of `WAKE_FOR_TASKS`, as it is remembered between two questions.
public struct PlannedTask: Hashable, Sendable {
  var name: String
  /// When Jellyfin runs it next; nil where that is not known.
  var start: Seconds?
  var isRunning: Bool

  /// Whether it needs the storage now, or will within so many seconds.
  func needsStorage(at time: Seconds, ahead: Seconds) -> Bool {
    isRunning || (start.map { $0 - ahead <= time && time < $0 + JellyfinTask.grace } ?? false)
  }
}

/// What was last known of Jellyfin's tasks. It lives as long as the boot.
public struct TaskMemory: Hashable, Sendable {
  /// When Jellyfin was last asked, on the boot clock.
  var asked: Seconds?
  /// When it last answered.
  var answered: Seconds?
  /// Those of `WAKE_FOR_TASKS`.
  var tasks: [PlannedTask] = []
  /// When the libraries were last scanned, by Jellyfin's clock; nil where they never were, or nothing tells.
  var scanned: Seconds?
  /// For how long nobody has played; nil while somebody does, and where that does not matter.
  var quiet: IdleCount?

  /// How often Jellyfin is asked (specification, Tasks of Jellyfin).
  static let interval: Seconds = 10 * 60
  /// An answer that could not be had anew for so long says nothing any more.
  static let shelfLife: Seconds = 30 * 60
  /// A bound for what a hostile answer can make us keep.
  static let remembered = 50

  public init() {}

  var isPlausible: Bool {
    [asked, answered].allSatisfy { $0.map(Moment.isBootClock) ?? true } && quiet?.isPlausible ?? true
      && (tasks.map(\.start) + [scanned]).allSatisfy { abs($0 ?? 0) < 1e12 }
      && tasks.count <= Self.remembered
  }

  func isStale(_ now: Now) -> Bool { asked.map { now.moment.boot - $0 >= Self.interval } ?? true }
}

extension PlannedTask: JSONDocument {
  public init() { self.init(name: "", start: nil, isRunning: false) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("name", &name)
    try fields.field("start", &start)
    try fields.field("is_running", &isRunning)
  }
}

extension TaskMemory: JSONDocument {
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("asked", &asked)
    try fields.field("answered", &answered)
    try fields.field("tasks", &tasks)
    try fields.field("scanned", &scanned)
    try fields.field("quiet", &quiet)
  }
}

extension Memory {
  /// Takes in what Jellyfin said of its tasks, and returns what counts as activity now.
  mutating func noticeTasks(
    at time: Seconds, _ configuration: Configuration, _ now: Now
  ) -> [ActiveSession] {
    guard configuration.watchesTasks else {
      runtime.tasks = nil
      return []
    }
    let boot = now.moment.boot
    var memory = runtime.tasks ?? TaskMemory()
    if let answer = seen.schedule {
      memory.asked = boot
      if case .success(let schedule) = answer {
        memory.answered = boot
        memory.note(schedule, configuration, at: time)
      }
    }
    if let answered = memory.answered, boot - answered > TaskMemory.shelfLife { memory.tasks = [] }
    runtime.tasks = memory
    let ahead = configuration.wakeTimeout + 2 * 60
    return memory.tasks.filter { $0.needsStorage(at: time, ahead: ahead) }.map { .task($0.name) }
  }

  /// Counts for how long nobody has played, where that matters to a scan.
  mutating func noticeQuiet(_ active: [ActiveSession], _ configuration: Configuration, _ now: Now) {
    guard configuration.libraryScanInterval != nil else { return }
    guard !active.contains(where: { [.playing, .unknown].contains($0.kind) }) else {
      runtime.tasks?.quiet = nil
      return
    }
    var quiet = runtime.tasks?.quiet ?? IdleCount(at: now.moment)
    quiet.observe(now.moment, beat: runtime.beat.length(interval: configuration.checkInterval))
    runtime.tasks?.quiet = quiet
  }

  /// Whether Jellyfin is to be asked for its tasks: every 10 minutes, where the answer can matter.
  func asksForSchedule(_ configuration: Configuration, _ now: Now) -> Bool {
    guard configuration.watchesTasks, seen.schedule == nil, seen.active != nil,
      runtime.tasks?.isStale(now) ?? true
    else { return false }
    return !configuration.wakeForTasks.isEmpty
      || ScanRules(configuration: configuration, memory: self, now: now).mayBeDue
  }
}

extension TaskMemory {
  fileprivate mutating func note(_ schedule: TaskSchedule, _ configuration: Configuration, at time: Seconds) {
    let planned = schedule.tasks.filter { $0.matches(configuration.wakeForTasks) }.map { task in
      PlannedTask(
        name: task.name, start: task.nextRun(at: time, local: schedule.local), isRunning: task.isRunning)
    }
    // Those that matter, and the next ones first.
    let next = planned.filter { $0.isRunning || $0.start != nil }.sorted { left, right in
      (left.isRunning ? 0 : 1, left.start ?? 0) < (right.isRunning ? 0 : 1, right.start ?? 0)
    }
    tasks = Array(next.prefix(Self.remembered))
    scanned = schedule.tasks.first { $0.key == JellyfinTask.scanKey }?.last(at: time)?.end
  }
}

extension ActiveSession {
  /// Jellyfin itself needs the storage, for a task of this name.
  static func task(_ name: String) -> ActiveSession {
    ActiveSession(user: "", client: "", device: name, kind: .task, wakes: true)
  }
}

extension Configuration {
  /// Whether anything rests on Jellyfin's tasks at all.
  var watchesTasks: Bool { !wakeForTasks.isEmpty || libraryScanInterval != nil }
}
