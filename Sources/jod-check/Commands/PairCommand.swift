import Glibc
import JodCore

/// `jod-check pair`: the key and the host key by which the storage server is powered off.
struct PairCommand {
  let destination: SSHDestination
  let trusts: Bool

  init(_ invocation: Invocation) throws(UsageError) {
    let text = invocation.arguments.first ?? ""
    guard let destination = SSHDestination(text) else {
      throw invocation.wrong(
        "\(Printable.quoted(text)) is not understood; accepted: \(SSHDestination.accepted)")
    }
    self.destination = destination
    trusts = invocation.has(.yes)
  }

  func run() -> Int32 {
    guard geteuid() == 0 else {
      Output.complain(
        "only root may write \(Settings.credentials): run `sudo jod-check pair \(destination)`.")
      return 1
    }
    signal(SIGPIPE, SIG_IGN)
    let isTerminal = isatty(STDIN_FILENO) == 1
    // Where the file cannot be read, the command of systemd is what is meant, ignoring.
    let own = (try? Settings.defaults())?["STORAGE_SERVER_SSH_COMMAND"].flatMap { $0.isEmpty ? nil : $0 }
    let pairing = Pairing(
      destination: destination, directory: Settings.credentials, trusts: trusts, ownCommand: own,
      ask: isTerminal ? { readLine() ?? "" } : nil,
      say: { Output.print(bytes: Array("\($0)\n".utf8)) })
    do {
      try pairing.run()
      return 0
    } catch {
      Output.complain("\(error)")
      return 1
    }
  }
}
