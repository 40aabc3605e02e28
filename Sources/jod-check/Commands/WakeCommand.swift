import Glibc
import JodCore

/// `jod-check wake`: a wake request now, and a wait until the storage server is ready.
struct WakeCommand {
  let waits: Bool

  init(_ invocation: Invocation) { waits = !invocation.has(.noWait) }

  func run() -> Int32 { ManualWake(program: Program.start(json: false), waits: waits).run() }
}

private struct ManualWake {
  let program: Program
  let waits: Bool

  private var configuration: Configuration { program.configuration }

  func run() -> Int32 {
    if configuration.dryRun {
      program.tell([.rehearsed(.wakeByHand)])
      return 0
    }
    var isRemembered = remember { memory, _ in
      memory.noticeHand()
      return []
    }
    guard let address = configuration.storageServerAddress else {
      return wakeBlindly(&isRemembered) && isRemembered ? 0 : 1
    }
    return wake(address, &isRemembered) && isRemembered ? 0 : 1
  }

  /// Nothing tells when it is down or ready, so only the time of a power-off is waited for.
  private func wakeBlindly(_ isRemembered: inout Bool) -> Bool {
    let progress = progress
    defer { progress.end() }
    while true {
      let now = Clock.now()
      let memory = program.store.load(bootID: now.moment.bootID).memory
      guard decideWake(configuration, memory, now, isFirst: true) == .goingDown else { break }
      guard waits else { return tellOwed() }
      progress.show(Self.goingDown)
      Deadline(in: 1).wait()
    }
    progress.end()
    return send(&isRemembered)
  }

  private static let goingDown = "the storage is going down; it is woken as soon as that is over"

  private var progress: Progress {
    Progress(isShown: program.output.voice == .text && isatty(STDERR_FILENO) == 1)
  }

  /// The next check serves them.
  private func tellOwed() -> Bool {
    program.output.remark("The storage is going down. It is woken as soon as that is over.")
    return true
  }

  private func wake(_ address: Endpoint, _ isRemembered: inout Bool) -> Bool {
    let progress = progress
    defer { progress.end() }
    let start = Clock.now().moment
    var sent: Moment?
    while true {
      // A probe may fail at once: refused, without a route, or by a name that nobody resolves.
      let nextProbe = Deadline(in: 1)
      let memory = look(at: address, isFirst: sent == nil, progress, &isRemembered)
      let now = Clock.now()
      switch decideWake(configuration, memory, now, isFirst: sent == nil) {
      case .ready:
        progress.end()
        if sent == nil { isRemembered = noteReady() && isRemembered }
        return true
      case .goingDown where !waits: return tellOwed()
      case .goingDown where now.since(start) > Stopping.timeLimit + 60:
        progress.end()
        let hanging = Trouble(hangingFor: now.since(start), configuration)
        Output.complain(hanging.words)
        return false
      case .goingDown: progress.show(Self.goingDown)
      case .send:
        progress.end()
        guard send(&isRemembered) else { return false }
        sent = sent ?? now.moment
        if !waits { return true }
      case .wait: break
      }
      let (seconds, limit) = (now.since(sent ?? start), configuration.wakeTimeout)
      if sent != nil, seconds >= limit {
        progress.end()
        Output.complain(failure(memory, after: seconds))
        return false
      }
      if sent != nil {
        progress.show("waiting for \(address), \(TimeSpan.text(seconds)) of \(TimeSpan.text(limit))")
      }
      nextProbe.wait()
    }
  }

  /// Probes, and notes what came of it. A packet for a machine that is known to be down needs no answer of it.
  private func look(
    at address: Endpoint, isFirst: Bool, _ progress: Progress, _ isRemembered: inout Bool
  ) -> Memory {
    let before = program.store.load(bootID: Clock.now().moment.bootID).memory
    let isUrgent = isFirst && before.knowsStorageDown
    let probe = StorageProbe(address, before).result(
      within: isUrgent ? StorageProbe.glance : StorageProbe.timeLimit)
    var changes: [Change] = []
    var memory = before
    let isNoted = remember { remembered, now in
      changes = remembered.noticeProbe(probe.probe, configuration, now)
      memory = remembered
      return changes
    }
    isRemembered = isNoted && isRemembered
    if !changes.isEmpty {
      progress.end()
      program.tell(changes)
    }
    return memory
  }

  /// It was ready before anything was sent.
  private func noteReady() -> Bool {
    let isNoted = remember { memory, now in
      memory.noticeServedHand(now)
      return []
    }
    let span = configuration.manualStartHold
    let hold = span > 0 ? ", and stays on for at least \(TimeSpan.text(span))" : ""
    program.output.remark("The storage is on\(hold). No wake request was sent.")
    return isNoted
  }

  /// Sends one request. False where it did not leave this machine, which is told.
  private func send(_ isRemembered: inout Bool) -> Bool {
    let now = Clock.now()
    _ = program.store.update(bootID: now.moment.bootID, keep: .runtime) {
      $0.beginRequest(at: now.moment, for: [.hand])
    }
    var failure: Trouble?
    do throws(SystemError) {
      try WakeSender(configuration).send()
    } catch {
      failure = WakeSender.trouble(error)
    }
    var changes: [Change] = []
    let isNoted = remember { memory, after in
      memory.settle(failure == nil ? .left(at: now.moment) : .stayed, configuration, after)
      changes = [failure.map { .requestStayed($0) } ?? memory.request(for: [], byHand: true, configuration)]
      return changes
    }
    isRemembered = isNoted && isRemembered
    program.tell(changes)
    return failure == nil
  }

  private func failure(_ memory: Memory, after seconds: Seconds) -> String {
    let why = memory.state.undertaking.wake.map {
      Trouble($0, after: seconds, configuration).words
    }
    return why
      ?? "The storage is not ready \(TimeSpan.text(seconds)) after the wake request. \(Words.likelyCauses)"
  }

  /// Makes a change last and shows it; returns whether it could be written.
  private func remember(_ change: (inout Memory, Now) -> [Change]) -> Bool {
    let now = Clock.now()
    let trouble = program.remember(at: now, isShown: true) { change(&$0, now) }.unwritable
    if let trouble { Output.complain(trouble.words) }
    return trouble == nil
  }
}

/// One line on a terminal that is written over and over.
private struct Progress {
  let isShown: Bool

  func show(_ words: String) { write("\r\u{1B}[K\(words)") }

  func end() { write("\r\u{1B}[K") }

  private func write(_ text: String) {
    guard isShown else { return }
    try? Files.write(Array(text.utf8), to: STDERR_FILENO, name: "standard error")
  }
}
