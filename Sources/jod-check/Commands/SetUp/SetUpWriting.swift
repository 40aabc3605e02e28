import Glibc
import JodCore

/// Showing what changes, and writing it.
extension SetUp {
  /// The new text, which is known to be a valid configuration.
  func edit() throws(SetUpFailure) -> SettingsEdit {
    let edit: SettingsEdit
    do throws(SettingsEdit.Failure) {
      edit = try SettingsEdit(file.text, setting: settings)
    } catch {
      throw .failed(
        "\(error.variable) cannot be set in \(file.path): something in it, such as a quote that is left open, swallows lines that follow. Mend it, and run this again."
      )
    }
    let mended = Configuration.mended(
      environment: EnvironmentFile.parse(edit.text),
      keyCredential: key?.key.value ?? (isDryRun ? "none" : nil),
      from: .unit)
    let faults = mended.faults
    if !faults.isEmpty {
      throw .failed(
        "the configuration would not be valid: correct this in \(file.path) first.\n"
          + faults.map(\.description).joined(separator: "\n"), status: 78)
    }
    return edit
  }

  func show(_ edit: SettingsEdit) throws(SetUpFailure) {
    interview.heading("What is written")
    if edit.lines.isEmpty {
      interview.tell("\(file.path) is as it should be.")
    } else {
      interview.show("\(file.path)\n\(Self.text(edit.lines))")
      interview.tell("Every other line stays. The old file is kept as \(file.copy).")
    }
    if let key, key.key != knownCredential, value("JELLYFIN_API_KEY") == nil {
      interview.show("\(Settings.credentials)/jellyfin-api-key\n  + \(key.key)")
    }
    if let mountChanges { show(mountChanges, "For the mounts:") }
    if wantsWebhook { interview.tell("In Jellyfin: a destination of the Webhook plugin, named jod-check.") }
    if !unmonitored.isEmpty {
      interview.tell(
        "In Jellyfin: real-time monitoring off for \(unmonitored.map { Printable.quoted($0) }.joined(separator: ", "))."
      )
    }
    interview.tell("Then jod-check.timer and jod-check.socket are enabled and started.")
    guard !isDryRun, interview.terminal != nil, !interview.takesEnter else { return }
    let isWanted = try interview.confirm("Write this?", enter: true) { () throws(SetUpFailure) in true }
    if !isWanted { throw .interrupted }
  }

  var knownCredential: Secret? {
    Files.text("\(Settings.credentials)/jellyfin-api-key", limit: 4096).map { Secret(Printable.trimmed($0)) }
  }

  func endDryRun() -> Int32 {
    interview.say("\nA dry run: nothing was written.")
    return 0
  }

  // MARK: Writing

  /// From here on, nothing is asked and nobody interrupts.
  func write(_ edit: SettingsEdit) throws(SetUpFailure) -> Int32 {
    if Interruption.hasCome { throw .interrupted }
    Interruption.ignoreSignals()
    interview.heading("Writing")
    do throws(SystemError) {
      try writeFiles(edit)
    } catch {
      throw .failed("\(error). What was not written is as it was.")
    }
    interview.good("Written: \(file.path)")
    changeJellyfin()
    let isRunning = startUnits()
    showPage()
    let status: Int32 = isRunning ? 0 : 1
    Interruption.restoreSignals()
    examine()
    try rehearse()
    return status
  }

  /// The file that everything rests on is written last.
  private func writeFiles(_ edit: SettingsEdit) throws(SystemError) {
    try Files.makeFolder(Files.folder(of: Settings.credentials), mode: 0o755)
    try Files.makeFolder(Settings.credentials, mode: 0o700)
    if let key, value("JELLYFIN_API_KEY") == nil, key.key != knownCredential {
      try Files.replace(
        "\(Settings.credentials)/jellyfin-api-key", with: Array("\(key.key.value)\n".utf8), mode: 0o600,
        durable: true)
    }
    try pairing.install()
    if let mountChanges { try write(mountChanges) }
    if !edit.lines.isEmpty { try file.replace(with: edit.text) }
    // It is in use from here on.
    key = key.map { KeyMaker.Made(key: $0.key, isNew: false) }
  }

  private func write(_ changes: MountChanges) throws(SystemError) {
    for file in changes.files {
      try Files.makeFolder(Files.folder(of: file.path), mode: 0o755)
      try Files.replace(file.path, with: Array(file.text.utf8), mode: 0o644, durable: true)
    }
    guard !changes.lines.isEmpty else { return }
    if let old = try Files.read("/etc/fstab", limit: 1 << 20) {
      try Files.replace("/etc/fstab.old", with: old, mode: 0o644, durable: true)
    }
    try Files.replace("/etc/fstab", with: Array(changes.fstab.utf8), mode: 0o644, durable: true)
  }

  private func changeJellyfin() {
    guard let administration else { return }
    if wantsWebhook, let url = hintURL {
      tell("The Webhook plugin tells jod-check", addWebhook(url, administration))
    }
    for name in unmonitored {
      tell(
        "Real-time monitoring is off for \(Printable.quoted(name))", switchMonitoringOff(name, administration)
      )
    }
  }

  private func tell(_ words: String, _ result: Result<Void, Trouble>) {
    switch result {
    case .success: interview.good("\(words).")
    case .failure(let trouble): interview.warn(trouble.words)
    }
  }

  private func addWebhook(_ url: String, _ administration: JellyfinAdministration) -> Result<Void, Trouble> {
    administration.done(.get, JellyfinSettings.webhookPath).flatMap { reply in
      let token = value("HTTP_TOKEN").map { Secret($0) }
      do {
        guard let body = try JellyfinSettings.webhook(adding: url, token: token, to: reply.body) else {
          return .success(())
        }
        return administration.done(.post(body), JellyfinSettings.webhookPath).map { _ in }
      } catch {
        return .failure(
          administration.jellyfin.unavailable(
            "shape", "sent a configuration of its Webhook plugin that is not understood.",
            advice: "Nothing was changed there. See Dashboard, Plugins."))
      }
    }
  }

  private func switchMonitoringOff(_ name: String, _ administration: JellyfinAdministration) -> Result<
    Void, Trouble
  > {
    administration.done(.get, "Library/VirtualFolders").flatMap { reply in
      guard let library = try? JellyfinSettings.monitored(reply.body).first(where: { $0.name == name }) else {
        return .success(())
      }
      return administration.done(.post(library.body), "Library/VirtualFolders/LibraryOptions").map { _ in }
    }
  }

  // MARK: Afterwards

  private func showPage() {
    guard let token = value("HTTP_TOKEN").map({ Secret($0) }),
      let listen = value("LISTEN_ADDRESS").flatMap(Configuration.listenAddress), !listen.isLoopback
    else { return }
    interview.heading("The page")
    let own = WakePath.ownAddress(Interfaces.all(), storage: addresses.compactMap { IPv4Address($0) })
    interview.link(PageLink.text(listen, own: own, token: token))
    interview.tell("`sudo jod-check page` shows this again.")
  }

  private func examine() {
    interview.heading("jod-check doctor")
    interview.say(run(["doctor"], timeLimit: 120).output)
  }

  /// This program, as somebody types it.
  private func run(_ arguments: [String], timeLimit: Seconds) -> (isDone: Bool, output: String) {
    guard let program = Files.link("/proc/self/exe"),
      let ended = try? Subprocess([program] + arguments).run(timeLimit: timeLimit)
    else { return (false, "jod-check cannot be run") }
    return (ended.status == 0, Printable.trimmed(ended.output + ended.errors))
  }

  private func rehearse() throws(SetUpFailure) {
    guard value("STORAGE_SERVER_SSH") ?? value("SHUTDOWN_COMMAND") != nil, let storage else { return }
    // Everything is written, and works; who wants no rehearsal need not be there to say so.
    guard interview.given(.rehearsal) != nil || interview.terminal != nil && !interview.takesEnter else {
      return
    }
    let words = "A rehearsal: power the storage server off now, wake it, and measure how long that takes?"
    guard try interview.isYes(.rehearsal, words) else { return }
    let start = Clock.seconds(CLOCK_MONOTONIC)
    let sleep = run(["sleep"], timeLimit: 150)
    interview.tell(sleep.output)
    guard sleep.isDone else { return }
    let isDown = Deadline(in: 180).wait(lookingEvery: 2) { StorageProbe(storage).result().probe == .silent }
    guard isDown else {
      return interview.warn("It is still there after 3 minutes: it hangs in shutdown, or was not meant.")
    }
    interview.good("Silent after \(Self.time(since: start)).")
    // What is silent for the first time may still have its card in use.
    Deadline(in: 15).wait()
    let wake = run(["wake"], timeLimit: 1200)
    interview.tell(wake.output)
    if wake.isDone { interview.good("It went, and came back: \(Self.time(since: start)) in all.") }
  }

  private static func time(since start: Seconds) -> String {
    TimeSpan.text(max(1, (Clock.seconds(CLOCK_MONOTONIC) - start).rounded()))
  }
}
