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

  private var configuration: Configuration { program.configuration }

  func run() -> Int32 {
    let (memory, objections) = look()
    guard objections.isEmpty else { return refuse(objections) }
    if configuration.dryRun {
      program.output.remark("Dry run: would have asked the storage to \(configuration.shutdownAction.words).")
      return 0
    }
    let present = memory.seen.active ?? memory.runtime.lastCheck?.active ?? memory.seen.known ?? []
    return powerOff(dismissing: urgency == .forced ? present : nil)
  }

  private func refuse(_ objections: [Objection]) -> Int32 {
    let words = objections.map { Words.objection($0, clock: Clock.text) }.joined(separator: "; ")
    Output.complain("The storage stays up: \(words).")
    return 1
  }

  /// What is seen, and what objects to a power-off. It is looked at on a copy: nothing of it is remembered.
  private func look() -> (memory: Memory, objections: [Objection]) {
    var memory = program.store.load(bootID: Clock.now().moment.bootID).memory
    var observer = Observer(program, memory: memory)
    var observation = observer.observe()
    let traffic = (
      first: observation.traffic, second: observer.traffic(after: observation.traffic, Self.pause)
    )
    let now = Clock.now()
    func notice() {
      _ = memory.notice(observation, configuration, now)
      memory.noteTraffic(from: traffic.first, to: traffic.second, in: Self.pause)
    }
    notice()
    let first = decidePowerOff(configuration, memory, now, urgency: urgency)
    if first.questions.isEmpty { return (memory, first.objections) }
    observer.ask(first.questions, adding: &observation)
    notice()
    return (memory, decidePowerOff(configuration, memory, now, urgency: urgency).objections)
  }

  /// Seconds between two readings of the traffic.
  private static let pause: Seconds = 1

  private func powerOff(dismissing people: [ActiveSession]?) -> Int32 {
    let now = Clock.now()
    var (begun, late): ([Change], [Objection]) = ([], [])
    let problems = program.remember(at: now) { memory in
      late = objectionsAtLast(configuration, memory, now)
      guard late.isEmpty else { return [] }
      begun = [memory.beginPowerOff(idle: nil, at: now.moment)]
      if let people { memory.dismiss(people) }
      return begun
    }
    guard late.isEmpty else { return refuse(late) }
    if let trouble = problems.unwritable {
      Output.complain(trouble.words)
      _ = program.remember(at: now) { memory in
        memory.forgetPowerOff()
        return []
      }
      return trouble.kind.exitStatus
    }
    let outcome = WayDown(program: program).take()
    _ = program.settle(outcome, isShown: true)
    if let refusal = outcome.refusal {
      Output.complain(refusal.sentence)
      return 1
    }
    guard outcome.isTaken else {
      Output.complain("The storage stays up: somebody waits for a file of it.")
      return 1
    }
    program.tell(begun)
    return 0
  }
}

extension Refusal.Reason {
  /// For somebody who asked by hand.
  fileprivate var sentence: String {
    switch self {
    case .busy(let words): "The storage is busy and stays up: \(words)"
    case .mounted, .failed: Words.refusal(self)
    }
  }
}
