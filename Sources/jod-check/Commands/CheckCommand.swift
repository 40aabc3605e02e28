import JodCore

/// `jod-check check`, and what `jod-check` does without a command.
struct CheckCommand {
  var isDryRun = false
  var json = false

  /// Makes the checks that are due, one where there is no socket, and returns the exit status.
  func run() -> Int32 {
    let program = Program.start(
      json: json, isDryRun: isDryRun, logsIn: true, refuse: SocketServer.refuse)
    var check = Check(program: program)
    guard let server = SocketServer(for: program) else { return check.run() }
    var status: Int32 = 0
    server.serve { isAsked in
      check.isAsked = isAsked
      status = max(status, check.run())
    }
    return status
  }
}

extension CheckCommand {
  init(_ invocation: Invocation) {
    self.init(isDryRun: invocation.has(.dryRun), json: invocation.has(.json))
  }
}
