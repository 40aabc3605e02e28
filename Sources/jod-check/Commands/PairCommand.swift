import Glibc
import JodCore

/// `jod-check pair`: the key and the host key by which the storage server is powered off.
struct PairCommand {
  let destination: SSHDestination
  let trusts: Bool

  init(_ invocation: Invocation) throws(UsageError) {
    let text = invocation.arguments.first ?? ""
    guard let destination = SetUpOptions.destination(text) else {
      throw invocation.wrong(
        "\(Printable.quoted(text)) is not understood; accepted: a host, or \(SSHDestination.accepted)")
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
    let ask: (() -> String)? = isatty(STDIN_FILENO) == 1 ? { readLine() ?? "" } : nil
    let say: (String) -> Void = { Output.print(bytes: Array("\($0)\n".utf8)) }
    // Where the file cannot be read, the command of systemd is what is meant, ignoring.
    let own = (try? Settings.defaults())?["STORAGE_SERVER_SSH_COMMAND"].flatMap { $0.isEmpty ? nil : $0 }
    let pairing = Pairing(
      destination: destination, directory: Settings.credentials, trusts: trusts, ownCommand: own,
      ask: ask, say: say)
    do {
      try pairing.run()
      try SettingOffer(destination: destination, path: Settings.defaultsFile, ask: ask, say: say).make()
      return 0
    } catch SetUpFailure.failed(let words, let status) {
      Output.complain(words)
      return status
    } catch {
      Output.complain("\(error)")
      return 1
    }
  }
}

/// The offer to set `STORAGE_SERVER_SSH`, once the key is there and it was said what to set.
struct SettingOffer {
  let destination: SSHDestination
  /// Of the file of settings.
  let path: String
  /// Reads an answer; nil where there is nobody to ask.
  let ask: (() -> String)?
  let say: (String) -> Void

  func make() throws {
    let file = try SettingsFile(path)
    let settings = EnvironmentFile.parse(file.text)
    if settings["STORAGE_SERVER_SSH"] == "\(destination)" { return say("\nIt is set there already.") }
    if settings["SHUTDOWN_COMMAND"]?.isEmpty == false {
      return say("\nSHUTDOWN_COMMAND is set there: leave one of the two, for there is one way to power off.")
    }
    guard let ask else { return }
    say("\nShall it be set there now? (yes/no)")
    guard SetUpOptions.isYes(Printable.trimmed(ask())) == true else { return }
    let edit = try file.setting([("STORAGE_SERVER_SSH", "\(destination)")])
    try file.replace(with: edit.text)
    say("Wrote \(file.path)")
  }
}
