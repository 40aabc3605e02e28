import Glibc
import JodCore

/// What every command begins with: who runs it, with which settings, and where its words go.
struct Program {
  let settings: Settings
  let configuration: Configuration
  let output: Output
  let store: Store
  /// `/proc/self/mountstats`, opened while that was allowed: of a process that was root, the kernel shows it to root alone.
  var mountstats: Int32

  /// Reads the settings and becomes the user of the service. Ends the process with status 78 where the configuration is
  /// wrong, having told all of it.
  ///
  /// - Parameters:
  ///   - isDryRun: by option: nothing is written, not even what was decided.
  ///   - logsIn: whether the command may log in at the storage server, for which it needs the ssh key.
  ///   - refuse: answers the requests that wait for this run, where the configuration is wrong.
  static func start(
    json: Bool, isDryRun: Bool = false, logsIn: Bool = false,
    refuse: (Settings, ConfigurationError) -> Void = { _, _ in }
  ) -> Program {
    forbidCoreDumps()
    // A reader of our output that goes away must not end us between a packet and its record.
    signal(SIGPIPE, SIG_IGN)
    let mountstats = open("/proc/self/mountstats", O_RDONLY | O_CLOEXEC)
    let identity = Identity.current()
    let loaded = Settings.loaded(identity: identity)
    var settings = (try? loaded.get()) ?? .none
    if identity.isOtherByHand { turnBack(settings) }
    assume(identity, &settings, logsIn: logsIn && !isDryRun)
    do throws(ConfigurationError) {
      _ = try loaded.get()
      var configuration = try settings.configuration()
      configuration.dryRun = configuration.dryRun || isDryRun
      let mode: Store.Mode = isDryRun ? .readOnly : configuration.dryRun ? .dryRun : .normal
      return Program(
        settings: settings, configuration: configuration,
        output: Output(json: json, environment: settings.environment),
        store: Store(
          stateDirectory: settings.stateDirectory, runtimeDirectory: settings.runtimeDirectory, mode: mode),
        mountstats: mountstats)
    } catch {
      refuse(settings, error)
      let store = Store(
        stateDirectory: settings.stateDirectory, runtimeDirectory: settings.runtimeDirectory,
        mode: isDryRun ? .readOnly : .normal)
      let output = Output(json: json, environment: settings.environment)
      let invalid = InvalidConfiguration(
        error: error, settings: settings, output: output, store: store, isOthers: identity.isOtherByHand)
      exit(invalid.tell())
    }
  }

  /// Writes what `status` shows, and what path units wait for: for `Store.update` to show.
  @discardableResult
  func publish(_ memory: Memory) -> Status {
    let status = status(memory)
    // The check has done its work, and a status that is not written grows old visibly, ignoring.
    try? store.write(status)
    // As above, and the next check sets it again, ignoring.
    if let availability = memory.availability(configuration, Clock.now()) {
      try? store.flag?.set(availability)
    }
    return status
  }

  func status(_ memory: Memory) -> Status {
    Status(
      configuration, memory,
      warnings: settings.misspelt.map(Warning.misspelt)
        + [GeneratedUnit.warning(settings, configuration)].compactMap { $0 })
  }

  /// Changes what is remembered for good, with what happened in the history; says what could not be done.
  ///
  /// - Parameters:
  ///   - stretch: how the storage server had been until then, where the change was decided before.
  ///   - isShown: whether `status` shows it at once; a check shows all at its end.
  ///   - change: returns what happened.
  func remember(
    at now: Now, after stretch: PowerTime.Stretch? = nil, isShown: Bool = false,
    _ change: (inout Memory) -> [Change]
  ) -> Store.Problems {
    let update = store.update(bootID: now.moment.bootID, keep: .everything) { memory in
      let stretch = stretch ?? memory.stretch(configuration, now)
      return events(change(&memory)).compactMap { HistoryEntry($0, at: now.moment, after: stretch) }
    } show: { memory in
      if isShown { publish(memory) }
    }
    var problems = update.problems
    do throws(SystemError) {
      try store.append(update.result)
    } catch {
      problems.unwritable = store.trouble(error)
    }
    return problems
  }

  /// Does what somebody asked for by hand, as far as it is a matter of memory, and tells it; returns why it cannot be
  /// remembered.
  func carryOut(at now: Now, _ change: (inout Memory) -> Change) -> Trouble? {
    var changes: [Change] = []
    let problems = remember(at: now, isShown: true) { memory in
      changes = [change(&memory)]
      return changes
    }
    if problems.unwritable == nil { tell(changes) }
    return problems.unwritable
  }

  /// Tells what somebody's command has changed.
  func tell(_ changes: [Change]) {
    output.tell(RunReport(events: events(changes)), reason: "asked for by hand")
  }

  func events(_ changes: [Change]) -> [Event] {
    changes.map { Event($0, configuration, clock: Clock.text) }
  }

  func statusLine(_ status: Status) -> String {
    status.line(now: Clock.seconds(CLOCK_REALTIME), clock: Clock.text)
  }

  private static func assume(_ identity: Identity, _ settings: inout Settings, logsIn: Bool) {
    do throws(SystemError) {
      try identity.assume(&settings, withKeys: logsIn)
    } catch {
      Output.complain(
        "cannot work as the user \(Identity.user) (\(error)), and as root it would leave files that the service cannot read. Install the package again, or name directories of your own in STATE_DIRECTORY and RUNTIME_DIRECTORY."
      )
      exit(1)
    }
  }

  /// A user who may not read the configuration, and has none in the environment, is told what to type. Ends the process
  /// then.
  private static func turnBack(_ settings: Settings) {
    guard !settings.isConfigured, access(Settings.defaultsFile, R_OK) != 0, errno == EACCES else { return }
    let command = ["sudo", "jod-check"] + CommandLine.arguments.dropFirst()
    Output.complain(
      "only root may read \(Settings.defaultsFile) and change what is remembered: run `\(Printable.clean(command.joined(separator: " "), limit: 200))`."
    )
    exit(1)
  }

  /// Memory holds the API key, and so does the environment, which systemd-coredump would put into the journal. A limit of
  /// one byte keeps the kernel from dumping even to a program (`do_coredump` in Linux's fs/coredump.c); zero does not.
  static func forbidCoreDumps() {
    var limit = rlimit(rlim_cur: 1, rlim_max: 1)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
  }
}

/// Telling that nothing can be done before an administrator mends the configuration.
private struct InvalidConfiguration {
  let error: ConfigurationError
  let settings: Settings
  let output: Output
  let store: Store
  /// A user who is not root sees the environment alone.
  let isOthers: Bool

  private var place: String {
    isOthers
      ? "the environment, or run this as root, who can read \(Settings.defaultsFile)" : Settings.defaultsFile
  }

  /// Tells all faults, and returns the exit status.
  func tell() -> Int32 {
    let now = Clock.now()
    let warnings = settings.misspelt.map { Warning.misspelt($0).words }
    let lines = ([error.description] + warnings).joined(separator: "\n")
    let trouble = Trouble(
      .configuration, cause: lines,
      "The configuration is not valid, so the storage is neither woken nor powered off.",
      advice: "Correct \(place); the next check reads it again.\n\(lines)")
    let interval = Configuration.checkInterval(in: settings.environment) ?? Configuration.defaultCheckInterval
    var status = Status.nothingKnown
    // What cannot be remembered is told again, ignoring.
    let report = store.update(bootID: now.moment.bootID, keep: .runtime) { memory in
      let onBeat = memory.runtime.beat.includes(start: now.moment.boot, interval: interval)
      memory.runtime.beat.note(start: now.moment.boot)
      return RunReport(
        changes: [], troubles: [trouble], examined: [.configuration], onBeat: onBeat,
        isByHand: output.voice != .journal,
        memory: &memory.runtime.troubles, boot: now.moment.boot)
    } show: { _ in
      status = publish(warnings, now)
    }.result
    output.tell(report, reason: "the configuration is not valid")
    Journal.notify(status: "Configuration not valid: \(error.faults.first?.description ?? "")")
    if output.voice == .json {
      let document = RunDocument(actions: [], report: report, reason: trouble.words, status: status)
      Output.print(bytes: Store.bytes(document))
    }
    return report.exitStatus
  }
  /// Adds to what `status` shows, for the rest of it is as it was.
  private func publish(_ warnings: [String], _ now: Now) -> Status {
    var status = (try? store.status()) ?? .nothingKnown
    let first = error.faults.first.map { "\($0)" } ?? ""
    let others = error.faults.count - 1
    status.trouble = "The configuration is not valid: \(first)."
    status.troubleSince = nil
    status.troubleRemedy =
      "Correct \(Settings.defaultsFile)\(others > 0 ? ": `sudo jod-check doctor` shows \(Printable.count(others, "more fault"))" : "; the next check reads it again")."
    status.warnings = warnings
    status.checkedAt = UTC.text(now.moment.wall)
    // The check has done its work, and a status that is not written grows old visibly, ignoring.
    try? store.write(status)
    return status
  }
}
