import ArgumentParser
import Glibc
import JodCore
import NIOPosix

@main
enum Main {
  static func main() {
    // systemd starts its generators by their own name, with three directories.
    if CommandLine.arguments.first?.hasSuffix("jod-check-generator") == true {
      exit(Generator.run(CommandLine.arguments))
    }
    JodCheck.main()
  }
}

/// `jod-check`: one check, and the commands beside it.
struct JodCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jod-check",
    abstract: "Wakes the storage server when somebody uses Jellyfin.",
    discussion: """
      Without a command: one check. It asks Jellyfin who is active, sends a wake request if the storage server is \
      needed and the cooldown allows, remembers, reports, and is gone. jod-check.timer runs it every CHECK_INTERVAL. \
      With --dry-run it says what it would do; with --json it prints one document.

      Exit status: 0 done; 1 an action failed; 64 wrong use of the command line; 69 Jellyfin unavailable; \
      77 the API key was rejected; 78 the configuration is not valid.
      """,
    version: Version.current,
    subcommands: [CheckCommand.self, StatusCommand.self, WakeCommand.self],
    defaultSubcommand: CheckCommand.self)
}

/// What `jod-check` does without a command.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Make one check.", version: Version.current)

  @Flag(help: "Say what a check would do now, and neither do nor remember it.")
  var dryRun = false

  @Flag(help: "Print one JSON document instead of sentences.")
  var json = false

  func run() throws {
    let program = Program.start(json: json, isDryRun: dryRun)
    throw ExitCode(Check(program: program).run())
  }
}

/// One check: observe, decide, act, remember, report.
struct Check {
  let program: Program

  func run() -> Int32 {
    let start = Clock.now()
    let observation = observe()
    let decided = decideAndNote(observation)
    let acted = act(decided)
    return report(acted, start: start)
  }

  private func observe() -> Observation {
    let configuration = program.configuration
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let probe = configuration.storageServerAddress.map { StorageProbe.start($0, on: group) }
    let answer = Jellyfin(configuration, group: group).poll()
    return Observation(jellyfin: answer, storage: probe.map { (try? $0.wait()) ?? .silent })
  }

  private struct Decided {
    var decision: Decision
    /// Before the decision.
    var earlier: State
    var moment: Moment
  }

  /// The decision is noted in memory before it is carried out: killed in between, the cooldown is kept.
  private func decideAndNote(_ observation: Observation) -> Decided {
    let now = Clock.now()
    return program.store.update(bootID: now.moment.bootID, keep: .runtime) { memory in
      let decision = decide(program.configuration, observation, memory, now)
      let earlier = memory.state
      memory = decision.memory
      return Decided(decision: decision, earlier: earlier, moment: now.moment)
    }.result
  }

  private struct Acted {
    var decision: Decision
    var changes: [Event]
    var troubles: [Trouble]
  }

  private func act(_ decided: Decided) -> Acted {
    var changes = decided.decision.events
    var troubles = decided.decision.troubles
    var failure: Trouble?
    let sent = Clock.now().moment
    if decided.decision.actions.contains(.sendWakeRequest), !program.configuration.dryRun {
      do throws(SystemError) {
        try WakeSender(program.configuration).send()
      } catch {
        let trouble = WakeSender.trouble(error)
        failure = trouble
        troubles.append(trouble)
        changes.removeAll { $0.name == .wakeRequested }
      }
    }
    let findings = remember(decided, sent: failure == nil ? sent : nil, changes)
    changes += findings.damaged.map { [$0] } ?? []
    troubles += findings.unwritable.map { [$0] } ?? []
    return Acted(decision: decided.decision, changes: changes, troubles: troubles)
  }

  /// - Parameter sent: when the first copy left; nil where none did.
  private func remember(_ decided: Decided, sent: Moment?, _ changes: [Event]) -> Store.Findings {
    var findings = program.store.update(bootID: decided.moment.bootID, keep: .everything) { memory in
      guard decided.decision.actions.contains(.sendWakeRequest) else { return }
      // The cooldown counts from the first copy. Who asked for a request meanwhile keeps their own time.
      guard memory.state.counters.wakeRequests == decided.decision.memory.state.counters.wakeRequests else {
        return
      }
      if let sent {
        memory.state.lastWakeRequest = sent
      } else {
        memory.forgetWakeRequest(before: decided.earlier)
      }
    }.findings
    do throws(SystemError) {
      try program.store.appendHistory(changes, at: decided.moment)
    } catch {
      findings.unwritable = findings.unwritable ?? program.store.trouble(error)
    }
    return findings
  }

  private func report(_ acted: Acted, start: Now) -> Int32 {
    let boot = start.moment.boot
    let update = program.store.update(bootID: start.moment.bootID, keep: .runtime) { memory in
      // Where nothing was written, nothing was read back either.
      if program.store.mode == .readOnly { memory = acted.decision.memory }
      let interval = program.configuration.checkInterval
      let onBeat = memory.runtime.beat.includes(start: boot, interval: interval)
      memory.runtime.beat.note(start: boot)
      let words = acted.troubles.map(\.what).joined(separator: " ")
      memory.runtime.lastCheck?.trouble = words.isEmpty ? nil : words
      return Report(
        changes: acted.changes, troubles: acted.troubles, onBeat: onBeat, memory: &memory.runtime.troubles,
        boot: boot)
    }
    let report = update.result
    let reason = acted.decision.reason
    let output = program.output
    output.tell(report, reason: reason)
    let status = program.publish(update.memory)
    switch output.voice {
    case .journal: Journal.flush()
    case .text: output.remark("\(program.summary(status))\nBecause \(reason).")
    case .json:
      let actions = acted.decision.actions.map { _ in "wake-request" }
      let document = RunDocument(actions: actions, report: report, reason: reason, status: status)
      Output.print(bytes: Store.bytes(document))
    }
    return report.exitStatus
  }
}
