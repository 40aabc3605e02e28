import ArgumentParser
import Glibc
import JodCore

/// `jod-check sleep`: powers the storage server off now.
struct SleepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sleep",
    abstract: "Power the storage server off now, if nobody needs it.",
    discussion: """
      The rules of the check itself hold, less their times, and the one that objects is told. With --force, activity, \
      recordings and tasks do not count; a hold still does, and so do what this machine reads over NFS and what the \
      storage server itself says.

      Exit status: 0 the power-off was accepted; 1 a rule objected, the storage is busy, or it failed.
      """,
    version: Version.current)

  @Flag(help: "Do not let activity, recordings or tasks of Jellyfin object.")
  var force = false

  func run() throws {
    let program = Program.start(json: false)
    throw ExitCode(ManualSleep(program: program, urgency: force ? .forced : .now).run())
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
      sleep(1)
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
    _ = program.remember(at: after) { $0.settlePowerOff(outcome, after).events }
    _ = program.publish(program.store.load(bootID: after.moment.bootID).memory)
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
