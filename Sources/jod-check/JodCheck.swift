import Glibc
import JodCore

@main
enum Main {
  static func main() {
    // systemd starts its generators by their own name, with three directories.
    if CommandLine.arguments.first?.hasSuffix("jod-check-generator") == true {
      exit(Generator.run(CommandLine.arguments))
    }
    // What the timer starts has nothing to read either.
    if CommandLine.arguments.count == 1 { exit(CheckCommand().run()) }
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }

  /// Does what the command line asks for, and returns the exit status.
  private static func run(_ arguments: [String]) -> Int32 {
    do throws(UsageError) {
      switch try CommandRequest(arguments, version: Version.current) {
      case .tell(let text): return tell(text)
      case .run(let invocation): return try run(invocation)
      }
    } catch {
      Output.complain("\(error)")
      return UsageError.exitStatus
    }
  }

  private static func tell(_ text: String) -> Int32 {
    Output.print(bytes: Array(text.utf8))
    return 0
  }

  private static func run(_ invocation: Invocation) throws(UsageError) -> Int32 {
    switch invocation.command {
    case .check: CheckCommand(invocation).run()
    case .setup: try SetUpCommand(invocation).run()
    case .status: StatusCommand(invocation).run()
    case .report: try ReportCommand(invocation).run()
    case .page: PageCommand().run()
    case .wake: WakeCommand(invocation).run()
    case .sleep: SleepCommand(invocation).run()
    case .hold: try HoldCommand(invocation).run()
    case .release: ReleaseCommand().run()
    case .pair: try PairCommand(invocation).run()
    case .doctor: DoctorCommand(invocation).run()
    case .access: AccessCommand().run()
    }
  }
}
