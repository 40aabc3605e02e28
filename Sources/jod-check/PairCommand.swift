import ArgumentParser
import Glibc
import JodCore

/// `jod-check pair`: the key and the host key by which the storage server is powered off.
struct PairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pair",
    abstract: "Prepare this machine to power the storage server off over ssh.",
    discussion: """
      Makes an ssh key if there is none, fetches the storage server's host key and shows its fingerprint for \
      confirmation, and says what to run on the storage server. Run it as root. Running it again changes nothing that is \
      in order.
      """,
    version: Version.current)

  @Argument(
    help: "Where to log in: user@host or user@host:port.",
    transform: { text in
      guard let destination = SSHDestination(text) else {
        throw ValidationError(
          "\(Printable.quoted(text)) is not understood; accepted: \(SSHDestination.accepted)")
      }
      return destination
    })
  var destination: SSHDestination

  @Flag(help: "Trust the host key as it comes; one that has changed is refused all the same.")
  var yes = false

  func run() throws {
    guard geteuid() == 0 else {
      Output.complain(
        "only root may write \(Settings.credentials): run `sudo jod-check pair \(destination)`.")
      throw ExitCode(1)
    }
    signal(SIGPIPE, SIG_IGN)
    let isTerminal = isatty(STDIN_FILENO) == 1
    let pairing = Pairing(
      destination: destination, directory: Settings.credentials, trusts: yes,
      ask: isTerminal ? { readLine() ?? "" } : nil,
      say: { Output.print(bytes: Array("\($0)\n".utf8)) })
    do {
      try pairing.run()
    } catch {
      Output.complain("\(error)")
      throw ExitCode(1)
    }
  }
}
