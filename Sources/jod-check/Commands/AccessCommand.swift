import Glibc
import JodCore

/// `jod-check access`: what a mount of the storage waits for (specification, Wake on access). Its exit status lets the mount be
/// made, 0, or fail, 1.
struct AccessCommand {
  /// What cannot be judged lets the mount try by itself.
  func run() -> Int32 {
    let program = Program.start(json: false, refuse: { _, _ in exit(0) })
    if program.configuration.dryRun { return 0 }
    return WaitingAccess(program: program).run()
  }
}

private struct WaitingAccess {
  let program: Program

  private var configuration: Configuration { program.configuration }

  func run() -> Int32 {
    guard let address = configuration.storageServerAddress else {
      askBlindly()
      return 0
    }
    return wait(for: address)
  }

  /// Nothing tells when it is ready: one request, if the cooldown allows it, and the mount is tried.
  private func askBlindly() {
    var somebody = ActiveSession.access(by: "", to: "")
    let waiting = somebody
    let memory = note { memory, now in
      memory.noticeAccess(waiting, now)
      return []
    }
    if decideWake(configuration, memory, Clock.now(), isFirst: false) == .send { _ = send(for: &somebody) }
  }

  private func wait(for address: Endpoint) -> Int32 {
    var somebody = ActiveSession.access(by: "", to: "")
    let start = Clock.now().moment
    // Since when it may be asked to come: a power-off that runs has its own time.
    var began: Moment?
    var looks = 0
    while true {
      let nextProbe = Deadline(in: 1)
      let memory = look(at: address, for: somebody)
      let now = Clock.now()
      switch decideWake(configuration, memory, now, isFirst: false) {
      case .ready: return 0
      case .goingDown where now.since(start) > Stopping.timeLimit + 60:
        Output.complain(Trouble(hangingFor: now.since(start), configuration).words)
        return 1
      case .goingDown: break
      case .send:
        began = began ?? now.moment
        guard send(for: &somebody) else { return 1 }
      case .wait: began = began ?? now.moment
      }
      if let began, now.since(began) >= configuration.wakeTimeout {
        let seconds = now.since(began)
        let why = memory.state.undertaking.wake.map { Trouble($0, after: seconds, configuration).words }
        Output.complain(why ?? "The storage is not ready \(TimeSpan.text(seconds)) after a file was opened.")
        return 1
      }
      // The journal may not have it at once, or never.
      if somebody.client.isEmpty, looks < 3 {
        looks += 1
        somebody = witness.look() ?? somebody
      }
      let left = began.map { configuration.wakeTimeout - now.since($0) } ?? .infinity
      min(nextProbe, Deadline(in: left)).wait()
    }
  }

  private var witness: AccessWitness { AccessWitness(mounts: configuration.storageMounts) }

  /// Probes, and notes what came of it and that somebody waits. A packet for a machine that is known to be down needs no answer
  /// of it.
  private func look(at address: Endpoint, for somebody: ActiveSession) -> Memory {
    let before = program.store.load(bootID: Clock.now().moment.bootID).memory
    let mayLeave = decideWake(configuration, before, Clock.now(), isFirst: false) == .send
    let limit = before.knowsStorageDown && mayLeave ? StorageProbe.glance : StorageProbe.timeLimit
    let probe = StorageProbe(address, before).result(within: limit)
    return note { memory, now in
      let changes = memory.noticeProbe(probe.probe, configuration, now)
      memory.noticeAccess(somebody, now)
      return changes
    }
  }

  /// Sends one request. False where it did not leave this machine, which is told.
  private func send(for somebody: inout ActiveSession) -> Bool {
    let now = Clock.now()
    let asking = [somebody]
    let isOurs = program.store.update(bootID: now.moment.bootID, keep: .runtime) { memory in
      // A check may have sent one since.
      let mayLeave = decideWake(configuration, memory, now, isFirst: false) == .send
      if mayLeave { memory.beginRequest(at: now.moment, for: asking) }
      return mayLeave
    }.result
    guard isOurs else { return true }
    var failure: Trouble?
    do throws(SystemError) {
      try WakeSender(configuration).send()
    } catch {
      failure = WakeSender.trouble(error)
    }
    // Only now: nobody waits for that.
    if somebody.client.isEmpty { somebody = witness.look() ?? somebody }
    let who = somebody
    _ = note { memory, after in
      memory.noticeAccess(who, after)
      memory.settle(failure == nil ? .left(at: now.moment) : .stayed, configuration, after)
      return [
        failure.map { .requestStayed($0) } ?? memory.request(for: [who], byHand: false, configuration)
      ]
    }
    return failure == nil
  }

  /// Makes a change last, shows and tells it. Where it cannot be written, the wait is served all the same.
  private func note(_ change: (inout Memory, Now) -> [Change]) -> Memory {
    let now = Clock.now()
    var (memory, changes): (Memory?, [Change]) = (nil, [])
    let findings = program.remember(at: now, isShown: true) { remembered in
      changes = change(&remembered, now)
      memory = remembered
      return changes
    }
    if let trouble = findings.unwritable { Output.complain(trouble.words) }
    let events = program.events(changes)
    if !events.isEmpty { program.output.tell(RunReport(events: events), reason: "a file is opened") }
    return memory ?? program.store.load(bootID: now.moment.bootID).memory
  }
}
