import JodCore

/// What somebody gets who asks for the storage, with a command or with a button of the page.
struct ManualWake {
  let program: Program
  /// Whether they wait until it is ready.
  let waits: Bool
  /// Shows how a wait is going, or ends that.
  var progress: (String?) -> Void = { _ in }

  enum Outcome {
    /// In a dry run.
    case rehearsed
    /// A request has left; who waits for it has it ready now.
    case asked
    /// It was ready before anything was sent.
    case wasReady
    /// It goes off, and the next check wakes it.
    case owed
    /// No request left this machine, as was told.
    case stayed(Trouble?)
    case failed(String)

    var isGood: Bool {
      switch self {
      case .rehearsed, .asked, .wasReady, .owed: true
      case .stayed, .failed: false
      }
    }
  }

  private var configuration: Configuration { program.configuration }

  /// - Returns: also why something of it cannot be remembered, if that is so.
  func run() -> (Outcome, unwritable: Trouble?) {
    if configuration.dryRun {
      program.tell([.rehearsed(.wakeByHand)])
      return (.rehearsed, nil)
    }
    let noted = remember { memory, _ in memory.noticeHand() }
    var wait = StorageWait(program, for: .hand, isUrgent: true)
    let outcome = configuration.storageServerAddress.map { wake($0, &wait) } ?? wakeBlindly(&wait)
    var served: Trouble?
    if case .wasReady = outcome { served = remember { memory, now in memory.noticeServedHand(now) } }
    return (outcome, noted ?? wait.unwritable ?? served)
  }

  /// Nothing tells when it is down or ready, so only the time of a power-off is waited for.
  private func wakeBlindly(_ wait: inout StorageWait) -> Outcome {
    while wait.lookBlindly() == .goingDown {
      guard waits else { return .owed }
      progress(Self.goingDown)
      Deadline(in: 1).wait()
    }
    defer { tell(&wait) }
    if case .stayed(let trouble)? = wait.send() { return .stayed(trouble) }
    return .asked
  }

  private static let goingDown = "the storage is going off; it is woken as soon as that is over"

  private func wake(_ address: Endpoint, _ wait: inout StorageWait) -> Outcome {
    while true {
      // A probe may fail at once: refused, without a route, or by a name that nobody resolves.
      let nextProbe = Deadline(in: 1)
      let stage = wait.look(at: address)
      let trouble = tell(&wait)
      switch stage {
      case .ready: return wait.hasSent ? .asked : .wasReady
      case .goingDown where !waits: return .owed
      case .goingDown: progress(Self.goingDown)
      case .waiting where !waits: return .asked
      case .waiting(let seconds):
        let limit = TimeSpan.text(configuration.wakeTimeout)
        progress("waiting for \(address), \(TimeSpan.text(seconds)) of \(limit)")
      case .stayed: return .stayed(trouble)
      case .hangs(let trouble): return .failed(trouble.words)
      case .late(let seconds, let why):
        let unknown =
          "The storage is not ready \(TimeSpan.text(seconds)) after the wake request. \(Words.likelyCauses(configuration))"
        return .failed(why ?? unknown)
      }
      nextProbe.wait()
    }
  }

  /// Tells what has changed, and returns why no request left, where that is among it.
  @discardableResult
  private func tell(_ wait: inout StorageWait) -> Trouble? {
    let news = wait.takeNews()
    guard !news.isEmpty else { return nil }
    progress(nil)
    program.tell(news)
    for case .requestStayed(let trouble) in news { return trouble }
    return nil
  }

  /// Makes a change last and shows it; returns why it could not be written.
  private func remember(_ change: (inout Memory, Now) -> Void) -> Trouble? {
    let now = Clock.now()
    return program.remember(at: now, isShown: true) { memory in
      change(&memory, now)
      return []
    }.unwritable
  }
}
