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
    let present = memory.seen.active ?? memory.runtime.lastCheck?.active ?? memory.seen.known ?? []
    return powerOff(dismissing: urgency == .forced ? present : nil, hasBegun)
  }

  private func refuse(_ objections: [Objection]) -> Outcome {
    // A storage that is off needs no other reason.
    let isOff = objections.contains { if case .notReady(let probe) = $0 { probe != .up } else { false } }
    let words = objections.filter { if case .notReady = $0 { true } else { !isOff } }
      .map { Words.objection($0, clock: Clock.text) }
    return .refused(
      isOff
        ? "Nothing to do: \(words.joined(separator: "; "))."
        : "The storage stays on: \(words.joined(separator: "; ")).")
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
