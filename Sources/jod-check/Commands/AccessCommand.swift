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
  private var witness: AccessWitness { AccessWitness(mounts: configuration.storageMounts) }

  func run() -> Int32 {
    var wait = StorageWait(program, for: .access(by: "", to: ""), isUrgent: false, identify: identify)
    defer { if let trouble = wait.unwritable { Output.complain(trouble.words) } }
    guard let address = configuration.storageServerAddress else {
      // Nothing tells when it is ready: one request, if the cooldown allows it, and the mount is tried.
      if wait.lookBlindly() == .send { wait.send() }
      tell(&wait)
      return 0
    }
    var looks = 0
    while true {
      let nextProbe = Deadline(in: 1)
      let stage = wait.look(at: address)
      tell(&wait)
      if let status = end(stage) { return status }
      // The journal may not have it at once, or never.
      if looks < 3 {
        looks += 1
        wait.session = identify(wait.session)
      }
      min(nextProbe, Deadline(in: wait.timeLeft)).wait()
    }
  }

  /// The exit status of a wait that is over; nil where it is not.
  private func end(_ stage: StorageWait.Stage) -> Int32? {
    switch stage {
    case .ready: return 0
    case .goingDown, .waiting: return nil
    case .stayed: return 1
    case .hangs(let trouble): Output.complain(trouble.words)
    case .late(let seconds, let why):
      Output.complain(why ?? "The storage is not ready \(TimeSpan.text(seconds)) after a file was opened.")
    }
    return 1
  }

  private func identify(_ session: ActiveSession) -> ActiveSession {
    session.client.isEmpty ? witness.look() ?? session : session
  }

  private func tell(_ wait: inout StorageWait) {
    let events = program.events(wait.takeNews())
    if !events.isEmpty { program.output.tell(RunReport(events: events), reason: "a file is opened") }
  }
}
