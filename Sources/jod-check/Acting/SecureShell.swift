import JodCore

/// OpenSSH's own client, on the way to the storage server.
struct SecureShell {
  let destination: SSHDestination
  /// Files handed over as credentials; nil where there is none.
  let keyFile: String?
  let knownHostsFile: String?

  /// Seconds. With the keep-alives, a connection that stands and falls silent ends before this.
  static let timeLimit: Seconds = 20

  /// The words that run a command there. No configuration of any user is read, nothing is asked, and a host whose key is
  /// not known, or has changed, is refused.
  func words(_ command: String) -> [String] { words(request: [], command: [command]) }

  private func words(request: [String], command: [String]) -> [String] {
    var options = [
      "BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=5", "ConnectionAttempts=1",
      "ServerAliveInterval=4", "ServerAliveCountMax=2", "ClearAllForwardings=yes", "ForwardAgent=no",
      "PermitLocalCommand=no", "RequestTTY=no", "ControlMaster=no", "ControlPath=none", "UpdateHostKeys=no",
      "IdentitiesOnly=yes", "PreferredAuthentications=publickey",
      // Says "Authenticated to", which tells a connection that broke from one that never stood.
      "LogLevel=VERBOSE",
    ]
    if let knownHostsFile { options.append("UserKnownHostsFile=\(knownHostsFile)") }
    if let keyFile { options.append("IdentityFile=\(keyFile)") }
    return ["ssh", "-F", "none"] + options.flatMap { ["-o", $0] } + request
      + ["-p", "\(destination.endpoint.port)", "-l", destination.user, "--", destination.endpoint.host]
      + command
  }

  func run(_ command: String) throws(SystemError) -> Subprocess.Ended {
    try Subprocess(words(command)).run(timeLimit: Self.timeLimit)
  }

  /// Logs in, and asks for nothing that could be run there: a key may power the storage off whatever is asked. What it does ask
  /// for, a connection from there to a port on which nobody listens, comes after the login and is refused.
  func logIn() throws(SystemError) -> Subprocess.Ended {
    try Subprocess(words(request: ["-W", "localhost:1"], command: [])).run(timeLimit: Self.timeLimit)
  }
}
