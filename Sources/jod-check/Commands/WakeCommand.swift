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
    let isRemembered = remember { memory, _ in memory.noticeHand() }
    var wait = StorageWait(program, for: .hand, isUrgent: true)
    let progress = Progress(isShown: program.output.voice == .text && isatty(STDERR_FILENO) == 1)
    defer { progress.end() }
    let isDone =
      configuration.storageServerAddress.map { wake($0, &wait, progress) } ?? wakeBlindly(&wait, progress)
    if let trouble = wait.unwritable { Output.complain(trouble.words) }
    return isDone && isRemembered && wait.unwritable == nil ? 0 : 1
  }

  /// Nothing tells when it is down or ready, so only the time of a power-off is waited for.
  private func wakeBlindly(_ wait: inout StorageWait, _ progress: Progress) -> Bool {
    while wait.lookBlindly() == .goingDown {
      guard waits else { return tellOwed() }
      progress.show(Self.goingDown)
      Deadline(in: 1).wait()
    }
    defer { tell(&wait, progress) }
    if case .stayed? = wait.send() { return false }
    return true
  }

  private static let goingDown = "the storage is going down; it is woken as soon as that is over"

  /// The next check serves them.
  private func tellOwed() -> Bool {
    program.output.remark("The storage is going down. It is woken as soon as that is over.")
    return true
  }

  private func wake(_ address: Endpoint, _ wait: inout StorageWait, _ progress: Progress) -> Bool {
    while true {
      // A probe may fail at once: refused, without a route, or by a name that nobody resolves.
      let nextProbe = Deadline(in: 1)
      let stage = wait.look(at: address)
      tell(&wait, progress)
      switch stage {
      case .ready:
        progress.end()
        return wait.hasSent || noteReady()
      case .goingDown where !waits: return tellOwed()
      case .goingDown: progress.show(Self.goingDown)
      case .waiting where !waits: return true
      case .waiting(let seconds):
        let limit = TimeSpan.text(configuration.wakeTimeout)
        progress.show("waiting for \(address), \(TimeSpan.text(seconds)) of \(limit)")
      case .stayed: return false
      case .hangs(let trouble): return fail(trouble.words, progress)
      case .late(let seconds, let why):
        let unknown =
          "The storage is not ready \(TimeSpan.text(seconds)) after the wake request. \(Words.likelyCauses(configuration))"
        return fail(why ?? unknown, progress)
      }
      nextProbe.wait()
    }
  }

  private func fail(_ words: String, _ progress: Progress) -> Bool {
    progress.end()
    Output.complain(words)
    return false
  }

  private func tell(_ wait: inout StorageWait, _ progress: Progress) {
    let news = wait.takeNews()
    guard !news.isEmpty else { return }
    progress.end()
    program.tell(news)
  }

  /// It was ready before anything was sent.
  private func noteReady() -> Bool {
    let isNoted = remember { memory, now in memory.noticeServedHand(now) }
    let span = configuration.manualStartHold
    let hold = span > 0 ? ", and stays on for at least \(TimeSpan.text(span))" : ""
    program.output.remark("The storage is on\(hold). No wake request was sent.")
    return isNoted
  }

  /// Makes a change last and shows it; returns whether it could be written.
  private func remember(_ change: (inout Memory, Now) -> Void) -> Bool {
    let now = Clock.now()
    let trouble = program.remember(at: now, isShown: true) { memory in
      change(&memory, now)
      return []
    }.unwritable
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
