import ArgumentParser
import Glibc
import JodCore

/// `jod-check hold`: keeps the storage server from being powered off for a while.
struct HoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Keep the storage server from being powered off, for a while or until a time of day.",
    discussion:
      "For example `jod-check hold 3h`, or `jod-check hold --until 06:30`. A new hold takes the place of an old one.",
    version: Version.current)

  @Argument(help: ArgumentHelp("How long: \(TimeSpan.accepted), up to a year.", valueName: "duration"))
  var duration: String?

  @Option(help: ArgumentHelp("Until this time of day instead, such as 06:30.", valueName: "HH:MM"))
  var until: String?

  func validate() throws { _ = try seconds() }

  func run() throws {
    let seconds = try seconds()
    let program = Program.start(json: false)
    let now = Clock.now()
    let hold = Hold(began: now.moment, seconds: seconds)
    let event = Event(
      .holdSet, .notice,
      "The storage is held up for \(TimeSpan.text(seconds)), until \(Clock.text(hold.until)).")
    throw ExitCode(program.carryOut(event, at: now) { $0.state.hold = hold })
  }

  private func seconds() throws -> Seconds {
    switch (duration, until) {
    case (let text?, nil):
      guard let seconds = TimeSpan.parse(text), (1...366 * 86400).contains(seconds) else {
        throw ValidationError(
          "\(Printable.quoted(text)) is not understood; accepted: \(TimeSpan.accepted), up to a year.")
      }
      return seconds
    case (nil, let text?):
      guard let time = Hold.timeOfDay(text) else {
        throw ValidationError(
          "\(Printable.quoted(text)) is not understood; accepted: a time of day, such as 06:30.")
      }
      return Clock.seconds(untilTimeOfDay: time)
    default:
      throw ValidationError(
        "Say how long (`jod-check hold 3h`) or until when (`jod-check hold --until 06:30`).")
    }
  }
}

/// `jod-check release`: takes a hold back.
struct ReleaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Take a hold back.", version: Version.current)

  func run() throws {
    let program = Program.start(json: false)
    let now = Clock.now()
    guard program.store.load(bootID: now.moment.bootID).memory.state.hold != nil else {
      program.output.remark("There is no hold.")
      return
    }
    let event = Event(.holdEnded, .notice, "The hold was taken back; the storage may be powered off again.")
    throw ExitCode(program.carryOut(event, at: now) { $0.state.hold = nil })
  }
}
