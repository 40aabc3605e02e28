import ArgumentParser
import Glibc
import JodCore

@main
enum Main {
  static func main() {
    // systemd starts its generators by their own name, with three directories.
    if CommandLine.arguments.first?.hasSuffix("jod-check-generator") == true {
      exit(Generator.run(CommandLine.arguments))
    }
    // Nor is there anything to parse in what the timer starts, a fifth of whose time that would take.
    if CommandLine.arguments.count == 1 { exit(CheckCommand.run()) }
    JodCheck.main()
  }
}

/// `jod-check`: one check, and the commands beside it.
struct JodCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jod-check",
    abstract: "Wakes the storage server when somebody uses Jellyfin, and powers it off when nobody does.",
    usage: """
      jod-check [--dry-run] [--json]
      jod-check <subcommand>
      """,
    discussion: """
      Without a command: one check. It asks Jellyfin who is active, sends a wake request if the storage server is \
      needed and the cooldown allows, powers it off if nobody has needed it for COOLDOWN_TIME and nothing objects, \
      remembers, reports, and is gone. jod-check.timer runs it every CHECK_INTERVAL. With --dry-run it says what it \
      would do; with --json it prints one document.

      Exit status: 0 done; 1 an action failed or was refused; 64 wrong use of the command line; \
      69 Jellyfin unavailable; 77 the API key was rejected; 78 the configuration is not valid.

      The configuration is in /etc/default/jod-check. Manual pages: jod-check(8), jod-check(5).
      """,
    version: Version.current,
    subcommands: [
      CheckCommand.self, StatusCommand.self, ReportCommand.self, WakeCommand.self, SleepCommand.self,
      HoldCommand.self,
      ReleaseCommand.self, PairCommand.self, DoctorCommand.self,
    ],
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

  func run() throws { throw ExitCode(Self.run(json: json, isDryRun: dryRun)) }

  /// Makes the checks that are due, one where nobody waits at a socket, and returns the exit status.
  static func run(json: Bool = false, isDryRun: Bool = false) -> Int32 {
    let program = Program.start(json: json, isDryRun: isDryRun, turnAway: Reception.turnAway)
    var check = Check(program: program)
    guard let reception = Reception(for: program) else { return check.run() }
    var status: Int32 = 0
    reception.serve { isAsked in
      check.isAsked = isAsked
      status = max(status, check.run())
    }
    return status
  }
}
