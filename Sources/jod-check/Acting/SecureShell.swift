import Glibc
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

  /// Tries the login with the key that may power off. Where the other side is known to be `jod-check-storage`, which makes a
  /// user of our name, it is asked for its `status`, which changes nothing there. Any other key may power the storage off
  /// whatever is asked.
  ///
  /// - Parameter hasAnswered: whether it has answered a power-off, for a user of another name.
  func tryLogin(hasAnswered: Bool = false) -> Diagnosis.Login {
    do throws(SystemError) {
      let ended = try destination.user == Identity.user || hasAnswered ? run("status") : logIn()
      return Diagnosis.Login(
        status: ended.status, answer: try? StorageStatus(bytes: Array(ended.output.utf8)),
        errors: ended.errors)
    } catch {
      return error.code == ENOENT ? .noProgram : .failed("\(error)")
    }
  }

  /// Asks for nothing that could be run there: for a connection from there to a port on which nobody listens, which comes after
  /// the login and is refused.
  private func logIn() throws(SystemError) -> Subprocess.Ended {
    try Subprocess(words(request: ["-W", "localhost:1"], command: [])).run(timeLimit: Self.timeLimit)
  }
}
