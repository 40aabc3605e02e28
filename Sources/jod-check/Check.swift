import Glibc
import JodCore

/// One check: observe, notice, decide, begin, act, settle, report.
struct Check {
  let program: Program
  /// Asked for over the socket: nobody sees the exit status, so trouble is told as on the beat.
  var isAsked = false

  func run() -> Int32 {
    let hint = Hint(program)
    let (status, isNews) = runOnce(hint)
    guard hint.isThere, !isNews else { return status }
    // What the log announces may show in Jellyfin's sessions a moment later (specification, Jellyfin's log).
    Deadline(in: Hint.delay).wait()
    return max(status, runOnce(hint).status)
  }

  private func runOnce(_ hint: Hint) -> (status: Int32, isNews: Bool) {
    let start = Clock.now()
    var course = decideAndBegin()
    carryOut(&course, start: start)
    let status = report(&course, hint, start: start)
    // Last of all: nothing waits for a message on a screen.
    show(course.messages, start: start)
    return (status, course.isNews)
  }

  /// A check that has begun, and what came of it so far.
  private struct Course {
    let verdict: Verdict
    let memory: Memory
    let jellyfin: Result<JellyfinAnswer, Trouble>
    let now: Now
    /// How the storage server had been until then.
    let stretch: PowerTime.Stretch
    /// Whether others are active than at the check before.
    let isNews: Bool
    var changes: [Change]
    var troubles: [Trouble]
    var damage: [Event] = []
    /// What is to be said to those who wait.
    var messages: [ScreenMessage] = []
  }

  private var configuration: Configuration { program.configuration }

  // MARK: Observe, notice, decide, begin

  /// The verdict is noted in memory before it is carried out: killed in between, the cooldown is kept.
  private func decideAndBegin() -> Course {
    let before = program.store.load(bootID: Clock.now().moment.bootID).memory
    var observer = Observer(program, memory: before)
    var observation = observer.observe { leavesAtOnce(before, $0) }
    defer { observer.giveUpScripts() }
    while true {
      switch begin(observation, isComplete: !observer.scriptsArePending) {
      case .success(let course): return course
      case .failure(.scripts): observer.askScripts(adding: &observation)
      // Jellyfin is asked for more only where that matters. What is asked for once is known then.
      case .failure(.jellyfin(let questions)): observer.ask(questions, adding: &observation)
      }
    }
  }

  /// What must be asked before anything can be decided.
  private enum Unasked: Error {
    case jellyfin(Set<Verdict.Question>)
    case scripts
  }

  /// Whether what is known so far makes a packet leave, or may once Jellyfin has said when it started. On a copy, of which
  /// nothing is remembered.
  private func leavesAtOnce(_ memory: Memory, _ observation: Observation) -> Bool {
    if case .failure = observation.jellyfin, observation.scripts.isEmpty { return false }
    var (memory, now) = (memory, Clock.now())
    _ = memory.notice(observation, configuration, now)
    let verdict = decide(configuration, memory, now)
    if case .ask(let questions) = verdict.action { return questions.contains(.startOfJellyfin) }
    return verdict.isWake
  }

  /// Fails where more must be asked first; then nothing is noted.
  ///
  /// - Parameter isComplete: whether nothing is left to be asked that only what is no packet waits for.
  private func begin(_ observation: Observation, isComplete: Bool) -> Result<Course, Unasked> {
    let now = Clock.now()
    return program.store.update(bootID: now.moment.bootID, keep: .runtime) { remembered in
      var memory = remembered
      let activeBefore = memory.runtime.lastCheck?.active
      let stretch = memory.stretch(configuration, now)
      var changes = memory.notice(observation, configuration, now)
      let verdict = decide(configuration, memory, now)
      if case .ask(let questions) = verdict.action { return .failure(.jellyfin(questions)) }
      guard isComplete || verdict.isWake else { return .failure(.scripts) }
      memory.noteCheck(verdict, configuration, now, clock: Clock.text)
      let troubles = memory.troubles(configuration, now)
      changes +=
        configuration.dryRun ? memory.rehearse(verdict) : memory.begin(verdict, configuration, now)
      remembered = memory
      return .success(
        Course(
          verdict: verdict, memory: memory, jellyfin: observation.jellyfin, now: now, stretch: stretch,
          isNews: memory.runtime.lastCheck?.active != activeBefore, changes: changes, troubles: troubles))
    }.result
  }

  // MARK: Act, settle

  private func carryOut(_ course: inout Course, start: Now) {
    var outcome: RequestOutcome?
    if case .wake = course.verdict.action, !configuration.dryRun {
      outcome = WakeSwitch(configuration: configuration).press()
    }
    if case .stayed(let trouble)? = outcome { course.troubles.append(trouble) }
    remember(&course, outcome)
    if course.verdict.isPowerOff, !configuration.dryRun { powerOff(&course) }
    // What is not remembered could be asked again and again.
    if case .scan(let task) = course.verdict.action, !configuration.dryRun,
      !course.troubles.contains(where: { $0.kind == .state })
    {
      let settled = program.startScan(task, start: start)
      course.changes += settled.changes
      course.troubles += settled.unwritable.map { [$0] } ?? []
    }
  }

  private func remember(_ course: inout Course, _ outcome: RequestOutcome?) {
    var changes = course.changes
    let problems = program.remember(at: course.now, after: course.stretch) { memory in
      guard let outcome, case .wake(let asking) = course.verdict.action else { return changes }
      let isOld = memory.runtime.troubles.since(.packet) != nil
      let change = memory.settle(outcome, for: asking, byHand: false, configuration, course.now)
      // The trouble tells it again in its own time.
      if case .stayed = outcome, isOld { return changes }
      changes.append(change)
      return changes
    }
    course.changes = changes
    course.damage = problems.damaged.map { [$0] } ?? []
    course.troubles += problems.unwritable.map { [$0] } ?? []
  }

  private func powerOff(_ course: inout Course) {
    guard !course.troubles.contains(where: { $0.kind == .state }) else {
      // What is not remembered could be asked again and again.
      course.changes.removeAll { if case .powerOffBegan = $0 { true } else { false } }
      _ = program.remember(at: course.now) { memory in
        memory.forgetPowerOff()
        return []
      }
      return
    }
    let outcome = WayDown(program: program).take()
    let settled = program.settle(outcome, isShown: true)
    course.troubles.removeAll { $0.kind == .powerOff }
    course.troubles += [settled.trouble, settled.unwritable].compactMap { $0 }
    course.changes += settled.changes
  }

  // MARK: Report

  private func report(_ course: inout Course, _ hint: Hint, start: Now) -> Int32 {
    let boot = start.moment.boot
    var status = Status.nothingKnown
    let update = program.store.update(bootID: start.moment.bootID, keep: .runtime) { memory in
      // Where nothing was written, nothing was read back either.
      if program.store.mode == .readOnly { memory = course.memory }
      course.messages = memory.noteMessages(configuration, course.jellyfin, Clock.now())
      let onBeat =
        isAsked || hint.isThere
        || memory.runtime.beat.includes(start: boot, interval: configuration.checkInterval)
      memory.runtime.beat.note(start: boot)
      let words = course.troubles.map(\.what).joined(separator: " ")
      memory.runtime.lastCheck?.trouble = words.isEmpty ? nil : words
      let misspelt = memory.runtime.noteMisspelt(program.settings.misspelt)
      return RunReport(
        changes: program.events(course.changes) + course.damage + misspelt, troubles: course.troubles,
        onBeat: onBeat, isByHand: program.output.voice != .journal, memory: &memory.runtime.troubles,
        boot: boot)
    } show: {
      status = program.publish($0)
    }
    hint.allow(!course.troubles.contains { $0.kind == .keyRejected })
    // What could not be noted would be said again at every check.
    if update.problems.unwritable != nil { course.messages = [] }
    let reason = Words.reason(course.verdict.reason)
    program.output.tell(update.result, reason: reason)
    Journal.notify(status: program.statusLine(status))
    program.output.remark("\(program.statusLine(status))\nBecause \(reason).")
    if program.output.voice == .json {
      let document = RunDocument(
        actions: course.verdict.actions, report: update.result, reason: reason, status: status)
      Output.print(bytes: Store.bytes(document))
    }
    return update.result.exitStatus
  }

  /// Within 2 s, and before the time is over that a check may take: 10 s, 30 s where a command wakes.
  private func show(_ messages: [ScreenMessage], start: Now) {
    let limit = 8 + configuration.longestRequest
    let left = min(2, start.moment.boot + limit - Clock.seconds(CLOCK_BOOTTIME))
    guard !messages.isEmpty, left > 0 else { return }
    let deadline = Deadline(in: left)
    let jellyfin = Jellyfin(configuration)
    // Half of the time, or words in the right language would come too late.
    let language =
      configuration.notifyLanguage ?? jellyfin.displayLanguage(deadline: Deadline(in: left / 2))
    jellyfin.show(messages, in: Catalogs(program.settings).catalog(language), deadline: deadline)
  }
}

extension Verdict {
  /// For programs.
  fileprivate var actions: [String] {
    switch action {
    case .wake: ["wake-request"]
    case .powerOff: ["power-off"]
    case .scan: ["library-scan"]
    case .rest, .ask: []
    }
  }
}
