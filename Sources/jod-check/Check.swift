import Glibc
import JodCore

/// One check: observe, decide, act, remember, report.
struct Check {
  let program: Program
  /// Asked for over the socket: nobody sees the exit status, so trouble is told as on the beat.
  var isAsked = false

  func run() -> Int32 {
    let start = Clock.now()
    var check = decideAndNote(Observer(program))
    if check.decision.actions.contains(.sendWakeRequest) { sendWakeRequest(&check) }
    remember(&check)
    if check.decision.actions.contains(.powerOff) { powerOff(&check) }
    let status = report(&check, start: start)
    // Last of all: nothing waits for a word on a screen.
    show(check.notices, start: start)
    return status
  }

  /// A check that was decided, and what came of it so far.
  private struct Decided {
    let decision: Decision
    let jellyfin: Result<JellyfinAnswer, Trouble>
    /// Before the decision.
    let earlier: State
    let now: Now
    /// How the storage server had been until then.
    let stretch: PowerTime.Stretch
    var changes: [Event]
    var troubles: [Trouble]
    /// When the first copy of a wake request left.
    var sent: Moment?
    /// What is to be said to those who wait.
    var notices: [Notice] = []
  }

  /// The decision is noted in memory before it is carried out: killed in between, the cooldown is kept.
  private func decideAndNote(_ observer: Observer) -> Decided {
    let observation = observeAll(observer)
    let now = Clock.now()
    return program.store.update(bootID: now.moment.bootID, keep: .runtime) { memory in
      let decision = decide(program.configuration, observation, memory, now)
      let decided = Decided(
        decision: decision, jellyfin: observation.jellyfin, earlier: memory.state, now: now,
        stretch: memory.stretch(program.configuration, now), changes: decision.events,
        troubles: decision.troubles)
      memory = decision.memory
      return decided
    }.result
  }

  /// Asks the further questions only where the answers matter, and never while somebody waits for a packet.
  private func observeAll(_ observer: Observer) -> Observation {
    let memory = program.store.load(bootID: Clock.now().moment.bootID).memory
    // A packet for a machine that is known to be down needs no answer of it.
    var observation = observer.observe { soFar in
      memory.knowsStorageDown
        && decide(program.configuration, soFar, memory, Clock.now()).actions.contains(.sendWakeRequest)
    }
    let now = Clock.now()
    let first = decide(program.configuration, observation, memory, now)
    if !first.actions.contains(.sendWakeRequest) { observer.ask(first.questions, adding: &observation) }
    return observation
  }

  private func sendWakeRequest(_ check: inout Decided) {
    if program.configuration.dryRun { return }
    let now = Clock.now().moment
    do throws(SystemError) {
      try WakeSender(program.configuration).send()
      check.sent = now
    } catch {
      let trouble = WakeSender.trouble(error)
      check.troubles.append(trouble)
      check.changes.removeAll { $0.name == .wakeRequested }
      let isNews = check.decision.memory.runtime.troubles.since(.packet) == nil
      if isNews { check.changes.append(Event(.wakeFailed, .error, trouble.words)) }
    }
  }

  private func remember(_ check: inout Decided) {
    let decided = check
    let isRequest = decided.decision.actions.contains(.sendWakeRequest) && !program.configuration.dryRun
    let findings = program.remember(at: decided.now, after: decided.stretch) { memory in
      // Who asked for a request meanwhile keeps their own time.
      let requests = decided.decision.memory.state.counters.wakeRequests
      guard isRequest, memory.state.counters.wakeRequests == requests else { return decided.changes }
      if let sent = decided.sent {
        // The cooldown counts from the first copy.
        memory.state.lastWakeRequest = sent
      } else {
        memory.forgetWakeRequest(before: decided.earlier)
      }
      return decided.changes
    }
    check.changes += findings.damaged.map { [$0] } ?? []
    check.troubles += findings.unwritable.map { [$0] } ?? []
  }

  private func powerOff(_ check: inout Decided) {
    if program.configuration.dryRun { return }
    guard !check.troubles.contains(where: { $0.kind == .state }) else {
      // What is not remembered could be asked again and again.
      check.changes.removeAll { $0.name == .powerOffRequested }
      _ = program.remember(at: check.now) { memory in
        memory.state.stopping = nil
        return []
      }
      return
    }
    let outcome = PowerOffSwitch(program: program).press()
    let now = Clock.now()
    var settled: (events: [Event], trouble: Trouble?) = ([], nil)
    let findings = program.remember(at: now) { memory in
      settled = memory.settlePowerOff(outcome, now)
      return settled.events
    }
    check.troubles.removeAll { $0.kind == .powerOff }
    check.troubles += [settled.trouble, findings.unwritable].compactMap { $0 }
    check.changes += settled.events
  }

  private func report(_ check: inout Decided, start: Now) -> Int32 {
    let boot = start.moment.boot
    var status = Status.nothingKnown
    let update = program.store.update(bootID: start.moment.bootID, keep: .runtime) { memory in
      // Where nothing was written, nothing was read back either.
      if program.store.mode == .readOnly { memory = check.decision.memory }
      check.notices = memory.noteNotices(program.configuration, check.jellyfin, Clock.now())
      let interval = program.configuration.checkInterval
      let onBeat = isAsked || memory.runtime.beat.includes(start: boot, interval: interval)
      memory.runtime.beat.note(start: boot)
      let words = check.troubles.map(\.what).joined(separator: " ")
      memory.runtime.lastCheck?.trouble = words.isEmpty ? nil : words
      return Report(
        changes: check.changes + memory.runtime.noteMisspelt(program.settings.misspelt),
        troubles: check.troubles, onBeat: onBeat, isByHand: program.output.voice != .journal,
        memory: &memory.runtime.troubles,
        boot: boot)
    } show: {
      status = program.publish($0)
    }
    // What could not be noted would be said again at every check.
    if update.findings.unwritable != nil { check.notices = [] }
    let report = update.result
    let reason = check.decision.reason
    program.output.tell(report, reason: reason)
    Journal.notify(status: program.summary(status))
    program.output.remark("\(program.summary(status))\nBecause \(reason).")
    if program.output.voice == .json {
      let actions = check.decision.actions.map { $0 == .powerOff ? "power-off" : "wake-request" }
      let document = RunDocument(actions: actions, report: report, reason: reason, status: status)
      Output.print(bytes: Store.bytes(document))
    }
    return report.exitStatus
  }

  /// Within 2 s, and before the 10 s are over that a check may take.
  private func show(_ notices: [Notice], start: Now) {
    let left = min(2, start.moment.boot + 9 - Clock.seconds(CLOCK_BOOTTIME))
    guard !notices.isEmpty, left > 0 else { return }
    Jellyfin(program.configuration).show(notices, deadline: Deadline(in: left))
  }
}
