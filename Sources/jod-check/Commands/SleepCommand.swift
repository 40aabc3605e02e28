import JodCore

/// `jod-check sleep`: powers the storage server off now.
struct SleepCommand {
  let isForced: Bool

  init(_ invocation: Invocation) { isForced = invocation.has(.force) }

  func run() -> Int32 {
    let program = Program.start(json: false, logsIn: true)
    switch ManualSleep(program: program, urgency: isForced ? .forced : .now).run() {
    case .rehearsed:
      let action = program.configuration.shutdownAction.words
      program.output.remark("Dry run: would have asked the storage to \(action).")
    case .taken: break
    case .refused(let words):
      Output.complain(words)
      return 1
    case .failed(let trouble):
      Output.complain(trouble.words)
      return trouble.kind.exitStatus
    }
    return 0
  }
}
