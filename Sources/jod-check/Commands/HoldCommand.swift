import Glibc
import JodCore

/// `jod-check hold`: keeps the storage server from being powered off for a while.
struct HoldCommand {
  let seconds: Seconds

  init(_ invocation: Invocation) throws(UsageError) {
    seconds = try Self.seconds(invocation)
  }

  func run() -> Int32 {
    let program = Program.start(json: false)
    let now = Clock.now()
    let hold = Hold(began: now.moment, seconds: seconds, isByTrueClock: now.isSynchronised)
    return program.carryOut(at: now) { $0.set(hold) }
  }

  private static func seconds(_ invocation: Invocation) throws(UsageError) -> Seconds {
    switch (invocation.arguments.first, invocation.value(.until)) {
    case (let text?, nil):
      guard let seconds = TimeSpan.parse(text), (1...366 * 86400).contains(seconds) else {
        throw invocation.wrong(
          "\(Printable.quoted(text)) is not understood; accepted: \(TimeSpan.accepted), up to a year.")
      }
      // A person who says 3 means hours, and nobody holds a server for three seconds.
      let number = Printable.trimmed(text)
      if seconds < 60, Double(number) != nil {
        throw invocation.wrong(
          "\(number) alone would be seconds; say \(number)h for hours, \(number)min for minutes, or \(number)s if you mean that."
        )
      }
      return seconds
    case (nil, let text?):
      guard let time = Hold.timeOfDay(text) else {
        throw invocation.wrong(
          "\(Printable.quoted(text)) is not understood; accepted: a time of day, such as 06:30.")
      }
      return Clock.seconds(untilTimeOfDay: time)
    default:
      throw invocation.wrong(
        "Say how long (`jod-check hold 3h`) or until when (`jod-check hold --until 06:30`).")
    }
  }
}

/// `jod-check release`: takes a hold back.
struct ReleaseCommand {
  func run() -> Int32 {
    let program = Program.start(json: false)
    let now = Clock.now()
    guard program.store.load(bootID: now.moment.bootID).memory.state.hold != nil else {
      program.output.remark("There is no hold.")
      return 0
    }
    return program.carryOut(at: now) { $0.release() }
  }
}
