import Glibc
import JodCore

/// `jod-check wake`: one wake request now, and patience until the storage server is ready.
struct WakeCommand {
  let waits: Bool

  init(_ invocation: Invocation) { waits = !invocation.has(.noWait) }

  func run() -> Int32 { ManualWake(program: Program.start(json: false)).run(wait: waits) }
}

private struct ManualWake {
  let program: Program

  private var configuration: Configuration { program.configuration }

  func run(wait: Bool) -> Int32 {
    let now = Clock.now()
    let (earlier, event) = program.store.update(bootID: now.moment.bootID, keep: .runtime) { memory in
      let earlier = memory.state
      memory.noteWakeRequest(at: now.moment)
      return (earlier, self.event(number: memory.state.wake?.requests ?? 1))
    }.result
    if !configuration.dryRun {
      do throws(SystemError) {
        try WakeSender(configuration).send()
      } catch {
        let trouble = WakeSender.trouble(error)
        let event = Event(.wakeFailed, .error, trouble.words)
        remember(now) { memory in
          memory.forgetWakeRequest(before: earlier)
          return [event]
        }
        tell([event])
        return trouble.kind.exitStatus
      }
    }
    let isRemembered = remember(now) { _ in [event] }
    tell([event])
    guard wait, !configuration.dryRun, let address = configuration.storageServerAddress else {
      return isRemembered ? 0 : 1
    }
    return waitUntilReady(address, since: now) && isRemembered ? 0 : 1
  }

  private func tell(_ events: [Event]) { program.tell(events, reason: "asked for by hand") }

  private func event(number: Int) -> Event {
    let mac = configuration.storageServerMAC.description
    return Event(
      .wakeRequested, .notice,
      "\(configuration.dryRun ? "Dry run: would have sent" : "Sent") a wake request to \(mac), asked for by hand.",
      ["JOD_MAC": mac, "JOD_KIND": HistoryEntry.byHand, "JOD_WAKE_REQUESTS": String(number)])
  }

  /// Makes a change last and shows it; returns whether it could be written.
  @discardableResult
  private func remember(_ now: Now, _ change: (inout Memory) -> [Event]) -> Bool {
    let trouble = program.remember(at: now, isShown: true, change).unwritable
    if let trouble { Output.complain(trouble.words) }
    return trouble == nil
  }

  private func waitUntilReady(_ address: Endpoint, since start: Now) -> Bool {
    let progress = Progress(isShown: program.output.voice == .text && isatty(STDERR_FILENO) == 1)
    while true {
      // A probe may fail at once: refused, without a route, or by a name that nobody resolves.
      let nextProbe = Deadline(in: 1)
      let probe = StorageProbe(address).result()
      let now = Clock.now()
      let seconds = now.since(start.moment)
      if probe == .ready {
        progress.end()
        var events: [Event] = []
        remember(now) { memory in
          events = memory.noteReady(configuration, now)
          return events
        }
        tell(events)
        if events.isEmpty { program.output.remark("The storage is ready.") }
        return true
      }
      guard seconds < configuration.wakeTimeout else {
        progress.end()
        Output.complain(
          "The storage is not ready \(TimeSpan.text(seconds)) after the wake request. \(Wake.likelyCauses)")
        return false
      }
      progress.show(
        "waiting for \(address), \(TimeSpan.text(seconds)) of \(TimeSpan.text(configuration.wakeTimeout))")
      nextProbe.wait()
    }
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
