import Glibc
import JodCore
import NIOCore

/// One check: observe, decide, act, remember, report.
struct Check {
  let program: Program
  let group: any EventLoopGroup
  /// Asked for over the socket: nobody sees the exit status, so trouble is told as on the beat.
  var isAsked = false

  func run() -> Int32 {
    let start = Clock.now()
    var check = decideAndNote(Observer(program, on: group))
    if check.decision.actions.contains(.sendWakeRequest) { sendWakeRequest(&check) }
    remember(&check)
    if check.decision.actions.contains(.powerOff) { powerOff(&check) }
    return report(check, start: start)
  }

  /// A check that was decided, and what came of it so far.
  private struct Decided {
    let decision: Decision
    /// Before the decision.
    let earlier: State
    let moment: Moment
    var changes: [Event]
    var troubles: [Trouble]
    /// When the first copy of a wake request left.
    var sent: Moment?
  }

  /// The decision is noted in memory before it is carried out: killed in between, the cooldown is kept.
  private func decideAndNote(_ observer: Observer) -> Decided {
    let observation = observeAll(observer)
    let now = Clock.now()
    return program.store.update(bootID: now.moment.bootID, keep: .runtime) { memory in
      let decision = decide(program.configuration, observation, memory, now)
      let earlier = memory.state
      memory = decision.memory
      return Decided(
        decision: decision, earlier: earlier, moment: now.moment, changes: decision.events,
        troubles: decision.troubles)
    }.result
  }

  /// Asks the further questions only where the answers matter, and never while somebody waits for a packet.
  private func observeAll(_ observer: Observer) -> Observation {
    var observation = observer.observe()
    let now = Clock.now()
    let memory = program.store.load(bootID: now.moment.bootID).memory
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
      check.troubles.append(WakeSender.trouble(error))
      check.changes.removeAll { $0.name == .wakeRequested }
    }
  }

  private func remember(_ check: inout Decided) {
    let decided = check
    let isRequest = decided.decision.actions.contains(.sendWakeRequest) && !program.configuration.dryRun
    let findings = program.remember(decided.changes, at: decided.moment) { memory in
      // Who asked for a request meanwhile keeps their own time.
      let requests = decided.decision.memory.state.counters.wakeRequests
      guard isRequest, memory.state.counters.wakeRequests == requests else { return }
      if let sent = decided.sent {
        // The cooldown counts from the first copy.
        memory.state.lastWakeRequest = sent
      } else {
        memory.forgetWakeRequest(before: decided.earlier)
      }
    }
    check.changes += findings.damaged.map { [$0] } ?? []
    check.troubles += findings.unwritable.map { [$0] } ?? []
  }

  private func powerOff(_ check: inout Decided) {
    if program.configuration.dryRun { return }
    guard !check.troubles.contains(where: { $0.kind == .state }) else {
      // What is not remembered could be asked again and again.
      check.changes.removeAll { $0.name == .powerOffRequested }
      _ = program.remember([], at: check.moment) { $0.state.stopping = nil }
      return
    }
    let outcome = PowerOffSwitch(program: program).press()
    let now = Clock.now()
    var settled: (events: [Event], trouble: Trouble?) = ([], nil)
    let findings = program.remember([], at: now.moment) { settled = $0.settlePowerOff(outcome, now) }
    check.troubles.removeAll { $0.kind == .powerOff }
    check.troubles += [settled.trouble, findings.unwritable].compactMap { $0 }
    check.changes += settled.events
    program.appendHistory(settled.events, at: now.moment)
  }

  private func report(_ check: Decided, start: Now) -> Int32 {
    let boot = start.moment.boot
    let update = program.store.update(bootID: start.moment.bootID, keep: .runtime) { memory in
      // Where nothing was written, nothing was read back either.
      if program.store.mode == .readOnly { memory = check.decision.memory }
      let interval = program.configuration.checkInterval
      let onBeat = isAsked || memory.runtime.beat.includes(start: boot, interval: interval)
      memory.runtime.beat.note(start: boot)
      let words = check.troubles.map(\.what).joined(separator: " ")
      memory.runtime.lastCheck?.trouble = words.isEmpty ? nil : words
      return Report(
        changes: check.changes, troubles: check.troubles, onBeat: onBeat, memory: &memory.runtime.troubles,
        boot: boot)
    }
    let report = update.result
    let reason = check.decision.reason
    program.output.tell(report, reason: reason)
    let status = program.publish(update.memory)
    program.output.remark("\(program.summary(status))\nBecause \(reason).")
    if program.output.voice == .json {
      let actions = check.decision.actions.map { $0 == .powerOff ? "power-off" : "wake-request" }
      let document = RunDocument(actions: actions, report: report, reason: reason, status: status)
      Output.print(bytes: Store.bytes(document))
    }
    return report.exitStatus
  }
}
