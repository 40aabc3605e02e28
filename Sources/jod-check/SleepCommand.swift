import Glibc
import JodCore

/// `jod-check sleep`: powers the storage server off now.
struct SleepCommand {
  let isForced: Bool

  init(_ invocation: Invocation) { isForced = invocation.has(.force) }

  func run() -> Int32 {
    ManualSleep(program: Program.start(json: false, logsIn: true), urgency: isForced ? .forced : .now).run()
  }
}

private struct ManualSleep {
  let program: Program
  let urgency: PowerOffUrgency

  func run() -> Int32 {
    let objections = objections()
    guard objections.isEmpty else {
      Output.complain("The storage stays up: \(objections.map(\.words).joined(separator: "; ")).")
      return 1
    }
    if program.configuration.dryRun {
      program.output.remark(
        "Dry run: would have asked the storage to \(program.configuration.shutdownAction.words).")
      return 0
    }
    return powerOff()
  }

  private func objections() -> [Objection] {
    let observer = Observer(program)
    var observation = observer.observe()
    var now = Clock.now()
    var memory = program.store.load(bootID: now.moment.bootID).memory
    if memory.runtime.traffic == nil {
      // Two readings make a rate.
      memory.noteTraffic(observation, now)
      Deadline(in: 1).wait()
      now = Clock.now()
      observation.nfsBytes = observer.nfsBytes()
    }
    let first = decidePowerOff(program.configuration, observation, memory, now, urgency: urgency)
    if first.questions.isEmpty { return first.objections }
    observer.ask(first.questions, adding: &observation)
    return decidePowerOff(program.configuration, observation, memory, now, urgency: urgency).objections
  }

  private func powerOff() -> Int32 {
    let now = Clock.now()
    let event = Event(
      .powerOffRequested, .notice,
      "Asked the storage to \(program.configuration.shutdownAction.words), as somebody wished.")
    let findings = program.remember(at: now) { memory in
      memory.notePowerOff(at: now.moment)
      return [event]
    }
    if let trouble = findings.unwritable {
      Output.complain(trouble.words)
      _ = program.remember(at: now) { memory in
        memory.state.stopping = nil
        return []
      }
      return trouble.kind.exitStatus
    }
    let outcome = PowerOffSwitch(program: program).press()
    let after = Clock.now()
    _ = program.remember(at: after, isShown: true) { $0.settlePowerOff(outcome, after).events }
    switch outcome {
    case .accepted, .perhaps:
      program.tell([event], reason: "asked for by hand")
      return 0
    case .busy(let words):
      Output.complain("The storage is busy and stays up: \(words)")
    case .failed(let words):
      Output.complain("The storage could not be powered off: \(words)")
    }
    return 1
  }
}
