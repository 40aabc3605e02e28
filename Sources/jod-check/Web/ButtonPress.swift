import Glibc
import JodCore

/// A button of the page, or a program that sends what it sends (specification, The page). It does what the command
/// of its name does.
struct ButtonPress: Sendable {
  private enum Button: Sendable {
    case wake
    case hold(HoldWish)
    case release
    case sleep
  }

  /// What came of it, for who pressed it.
  private struct Outcome {
    /// Of HTTP.
    var status = 200
    let words: String
  }

  private let button: Button
  private let program: Program
  private let isBrowser: Bool

  /// An answer is due after so many seconds at the latest, whatever Jellyfin and the storage do.
  static let limit: Seconds = 14

  init(_ service: WebService, _ request: WebRequest, _ program: Program) throws(WebRefusal) {
    guard let form = WebForm(request) else {
      throw WebRefusal(400, "The body is no form that can be understood.")
    }
    switch service {
    case .wake: button = .wake
    case .release: button = .release
    case .sleep: button = .sleep
    default: button = .hold(try Self.wish(form))
    }
    self.program = program
    isBrowser = request.isBrowser
  }

  private static func wish(_ form: WebForm) throws(WebRefusal) -> HoldWish {
    let (lengths, ends) = (form.values("for"), form.values("until"))
    let unsaid = "Say how long (for=3h) or until when (until=06:30)."
    guard lengths.count + ends.count == 1 else { throw WebRefusal(400, unsaid) }
    do throws(HoldWish.Misunderstood) {
      return try HoldWish(length: lengths.first, until: ends.first)
    } catch {
      throw WebRefusal(400, error.words ?? unsaid)
    }
  }

  /// What is answered where it takes longer than anybody waits.
  var late: ServerConnection.Reply {
    reply(Outcome(words: "It takes longer than usual; the page tells the rest."))
  }

  /// Does it, and hands over the answer as soon as there is one.
  func run(_ answer: (ServerConnection.Reply) -> Void) {
    var isAnswered = false
    func tell(_ outcome: Outcome) {
      note(outcome)
      if !isAnswered { answer(reply(outcome)) }
      isAnswered = true
    }
    switch button {
    case .wake: tell(wake())
    case .hold(let wish): tell(hold(wish))
    case .release: tell(release())
    case .sleep:
      if let end = sleep(hasBegun: { tell(Outcome(words: "The storage is going off.")) }) { tell(end) }
    }
  }

  /// A browser is sent back to the page, which tells what was done.
  private func reply(_ outcome: Outcome) -> ServerConnection.Reply {
    guard outcome.status == 200 else { return .failure(WebRefusal(outcome.status, outcome.words)) }
    return .success(isBrowser ? .backToPage : .text(200, outcome.words))
  }

  private func note(_ outcome: Outcome) {
    let now = Clock.now()
    let press = Press(at: now.moment, words: outcome.words, isRefused: outcome.status != 200)
    // What is not remembered is not shown, ignoring.
    _ = program.store.update(bootID: now.moment.bootID, keep: .runtime) { $0.runtime.press = press }
  }

  // MARK: What they do

  private func wake() -> Outcome {
    let (outcome, unwritable) = ManualWake(program: program, waits: false).run()
    if let unwritable { return Outcome(status: 503, words: unwritable.words) }
    return switch outcome {
    case .rehearsed: Outcome(words: "Dry run: the storage would have been woken.")
    case .asked: Outcome(words: "The storage was asked to start.")
    case .wasReady: Outcome(words: program.configuration.servedWords)
    case .owed: Outcome(words: "The storage is going off. It is woken as soon as that is over.")
    case .stayed(let trouble):
      Outcome(status: 503, words: trouble?.words ?? "The wake request did not leave this machine.")
    case .failed(let words): Outcome(status: 503, words: words)
    }
  }

  private func hold(_ wish: HoldWish) -> Outcome {
    let seconds = Clock.seconds(of: wish)
    if let trouble = program.hold(for: seconds) { return Outcome(status: 503, words: trouble.words) }
    return Outcome(
      words: "The storage is kept on until \(Clock.text(Clock.seconds(CLOCK_REALTIME) + seconds)).")
  }

  private func release() -> Outcome {
    guard program.isHeld else { return Outcome(status: 409, words: "Nobody wants the storage kept on.") }
    if let trouble = program.release() { return Outcome(status: 503, words: trouble.words) }
    return Outcome(words: "The storage is no longer kept on. It goes off when nobody needs it.")
  }

  /// Nil where the page tells the rest by itself.
  private func sleep(hasBegun: () -> Void) -> Outcome? {
    var own = program
    // A check reads its own beside this one.
    own.mountstats = open("/proc/self/mountstats", O_RDONLY | O_CLOEXEC)
    defer { close(own.mountstats) }
    switch ManualSleep(program: own, urgency: .now).run(hasBegun: hasBegun) {
    case .rehearsed: return Outcome(words: "Dry run: the storage would have been asked to go off.")
    case .taken: return nil
    case .refused(let words): return Outcome(status: 409, words: words)
    case .failed(let trouble): return Outcome(status: 503, words: trouble.words)
    }
  }
}
