import Glibc
import JodCore

/// `jod-check wake`: a wake request now, and a wait until the storage server is ready.
struct WakeCommand {
  let waits: Bool

  init(_ invocation: Invocation) { waits = !invocation.has(.noWait) }

  func run() -> Int32 {
    let program = Program.start(json: false)
    let line = ProgressLine(isShown: program.output.voice == .text && isatty(STDERR_FILENO) == 1)
    let (outcome, unwritable) = ManualWake(program: program, waits: waits, progress: line.show).run()
    line.show(nil)
    switch outcome {
    case .rehearsed, .asked, .stayed: break
    case .wasReady: program.output.remark(program.configuration.servedWords)
    case .owed: program.output.remark("The storage is going off. It is woken as soon as that is over.")
    case .failed(let words): Output.complain(words)
    }
    if let unwritable { Output.complain(unwritable.words) }
    return outcome.isGood && unwritable == nil ? 0 : 1
  }
}

extension Configuration {
  /// What somebody is told who asked for the storage and found it ready.
  var servedWords: String {
    let hold = manualStartHold > 0 ? ", and stays on for at least \(TimeSpan.text(manualStartHold))" : ""
    return "The storage is on\(hold). No wake request was sent."
  }
}

/// One line on a terminal that is written over and over.
private struct ProgressLine {
  let isShown: Bool

  func show(_ words: String?) {
    guard isShown else { return }
    try? Files.write(Array("\r\u{1B}[K\(words ?? "")".utf8), to: STDERR_FILENO, name: "standard error")
  }
}
