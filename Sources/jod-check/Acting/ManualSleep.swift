import Glibc
import JodCore

/// A power-off that somebody asks for, with a command or with a button of the page.
struct ManualSleep {
  let program: Program
  let urgency: PowerOffUrgency

  enum Outcome {
    /// In a dry run.
    case rehearsed
    /// The storage took it.
    case taken
    /// A rule, or the storage itself, forbids it.
    case refused(String)
    case failed(Trouble)
  }

  private var configuration: Configuration { program.configuration }

  /// - Parameter hasBegun: called once no rule forbids it and it is noted; what comes then may take minutes.
  func run(hasBegun: () -> Void = {}) -> Outcome {
    let (memory, objections) = look()
    guard objections.isEmpty else { return refuse(objections) }
    if configuration.dryRun { return .rehearsed }
    let present = memory.seen.active ?? memory.runtime.lastCheck?.active ?? []
    return powerOff(dismissing: urgency == .forced ? present : nil, hasBegun)
  }

  private func refuse(_ objections: [Objection]) -> Outcome {
    // A storage that is off needs no other reason.
    let isOff = objections.contains { if case .notReady(let probe) = $0 { probe != .up } else { false } }
    let words = objections.filter { if case .notReady = $0 { true } else { !isOff } }.map(Words.objection)
    return .refused(
      isOff
        ? "Nothing to do: \(words.joined(separator: "; "))."
        : "The storage stays on: \(words.joined(separator: "; ")).")
  }

  /// What is seen, and what objects to a power-off. It is looked at on a copy: nothing of it is remembered.
  private func look() -> (memory: Memory, objections: [Objection]) {
    var now = Clock.now()
    var memory = program.store.load(bootID: now.moment.bootID).memory
    let observer = Observer(program, memory: memory)
    var observation = observer.observe()
    now = Clock.now()
    _ = memory.notice(observation, configuration, now)
    if memory.runtime.traffic?.rate == nil {
      // Two readings make a rate.
      Deadline(in: 1).wait()
      now = Clock.now()
      observation.nfsBytes = observer.nfsBytes()
      memory.noteTraffic(observation, now)
    }
    let first = decidePowerOff(configuration, memory, now, urgency: urgency)
    if first.questions.isEmpty { return (memory, first.objections) }
    observer.ask(first.questions, adding: &observation)
    // A third reading in so short a time says nothing.
    let traffic = memory.runtime.traffic
    _ = memory.notice(observation, configuration, now)
    memory.runtime.traffic = traffic
    return (memory, decidePowerOff(configuration, memory, now, urgency: urgency).objections)
  }

  private func powerOff(dismissing people: [ActiveSession]?, _ hasBegun: () -> Void) -> Outcome {
    let now = Clock.now()
    var (begun, late): ([Change], [Objection]) = ([], [])
    let problems = program.remember(at: now, isShown: true) { memory in
      late = objectionsAtLast(configuration, memory, now)
      guard late.isEmpty else { return [] }
      begun = [memory.beginPowerOff(idle: nil, at: now.moment)]
      if let people { memory.dismiss(people) }
      return begun
    }
    guard late.isEmpty else { return refuse(late) }
    if let trouble = problems.unwritable {
      _ = program.remember(at: now) { memory in
        memory.forgetPowerOff()
        return []
      }
      return .failed(trouble)
    }
    hasBegun()
    let outcome = WayDown(program: program).take()
    _ = program.settle(outcome, isShown: true)
    if let refusal = outcome.refusal { return .refused(refusal.sentence) }
    guard outcome.isTaken else { return .refused("The storage stays on: somebody waits for a file of it.") }
    program.tell(begun)
    return .taken
  }
}

extension Refusal.Reason {
  /// For somebody who asked by hand.
  fileprivate var sentence: String {
    switch self {
    case .busy(let words): "The storage is busy and stays on: \(words)"
    case .mounted, .failed: Words.refusal(self)
    }
  }
}
