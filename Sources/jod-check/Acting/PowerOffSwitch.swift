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
        let command = program.configuration.remoteCommand
        let ended = try shell(destination).run(command.line)
        if ended.wasAnswered { noteStorageSide(StorageSide.speaks(ended.output + ended.errors)) }
        return .ofSecureShell(status: ended.status, errors: command.redact(ended.errors))
      case .command(let words):
        let ended = try Subprocess(words).run(timeLimit: SecureShell.timeLimit)
        return .ofCommand(
          status: ended.status, errors: Disclosure.redact(ended.errors, saidBy: words))
      }
    } catch {
      return .failed("\(error)")
    }
  }

  /// Asks the storage server whether it would power off now, where that is known to be only a question: any other's key may
  /// power it off whatever is asked. Returns what forbids it.
  func askWhether() -> PowerOffOutcome? {
    let memory = program.store.load(bootID: Clock.now().moment.bootID).memory
    guard case .ssh(let destination)? = program.configuration.powerOffMethod, memory.state.storage.isOurs
    else {
      return nil
    }
    do throws(SystemError) {
      let ended = try shell(destination).run("status")
      guard ended.status == 0 else {
        if ended.wasAnswered { noteStorageSide(false) }
        let outcome = PowerOffOutcome.ofSecureShell(status: ended.status, errors: ended.errors)
        if ended.status == 255 || ended.status == nil, case .failed = outcome { return outcome }
        return nil
      }
      return StorageSide(ended.output)?.objection.map { .busy($0) }
    } catch {
      return .failed("\(error)")
    }
  }

  private func noteStorageSide(_ isOurs: Bool) {
    let now = Clock.now()
    let memory = program.store.load(bootID: now.moment.bootID).memory
    guard memory.state.storage.isOurs != isOurs else { return }
    // What is not remembered is asked less, ignoring.
    _ = program.store.update(bootID: now.moment.bootID, keep: .runtime) { $0.noteStorageSide(isOurs: isOurs) }
  }

  private func shell(_ destination: SSHDestination) -> SecureShell {
    let files = program.settings.secureShellFiles
    return SecureShell(
      destination: destination, keyFile: files["storage-server-ssh-key"], knownHostsFile: files["known_hosts"]
    )
  }
}

extension Subprocess.Ended {
  /// Whether `ssh` ended with what the other side said; 255 is its own (ssh(1), Exit status).
  fileprivate var wasAnswered: Bool { status != nil && status != 255 }
}
