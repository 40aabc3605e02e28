import JodCore

/// Where the storage server is powered off: over ssh, or by the administrator's own command.
struct PowerOffSwitch {
  let program: Program

  /// Asks the storage server to power off, 20 s at most, and says what came of it.
  func press() -> PowerOffOutcome {
    guard let method = program.configuration.powerOffMethod else { return .failed("no way is configured") }
    do throws(SystemError) {
      switch method {
      case .ssh(let destination):
        let ended = try shell(destination).run(
          "systemctl --check-inhibitors=yes \(program.configuration.shutdownAction.rawValue)")
        return .ofSecureShell(status: ended.status, errors: ended.errors)
      case .command(let words):
        let ended = try Subprocess(words).run(timeLimit: SecureShell.timeLimit)
        return .ofCommand(
          status: ended.status, errors: Disclosure.redact(ended.errors, saidBy: words))
      }
    } catch {
      return .failed("\(error)")
    }
  }

  private func shell(_ destination: SSHDestination) -> SecureShell {
    let files = program.settings.secureShellFiles
    return SecureShell(
      destination: destination, keyFile: files["storage-server-ssh-key"], knownHostsFile: files["known_hosts"]
    )
  }
}
