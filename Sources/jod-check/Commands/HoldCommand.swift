import Glibc
import JodCore

/// `jod-check hold`: keeps the storage server from being powered off for a while.
struct HoldCommand {
  let seconds: Seconds

  init(_ invocation: Invocation) throws(UsageError) {
    seconds = try Self.seconds(invocation)
  }

  func run() -> Int32 {
    Output.exitStatus(of: Program.start(json: false).hold(for: seconds))
  }

  private static func seconds(_ invocation: Invocation) throws(UsageError) -> Seconds {
    do throws(HoldWish.Misunderstood) {
      let wish = try HoldWish(length: invocation.arguments.first, until: invocation.value(.until))
      return Clock.seconds(of: wish)
    } catch {
      throw invocation.wrong(
        error.words ?? "Say how long (`jod-check hold 3h`) or until when (`jod-check hold --until 06:30`).")
    }
  }
}

extension Clock {
  /// For how long a wish wants the storage kept on, from now.
  static func seconds(of wish: HoldWish) -> Seconds {
    switch wish {
    case .length(let seconds): seconds
    case .until(let time): seconds(untilTimeOfDay: time)
    }
  }
}

extension Program {
  /// Keeps the storage on for so long; returns why that cannot be remembered.
  func hold(for seconds: Seconds) -> Trouble? {
    let now = Clock.now()
    let hold = Hold(began: now.moment, seconds: seconds, isByTrueClock: now.isSynchronised)
    return carryOut(at: now) { $0.set(hold) }
  }

  /// Whether it is kept on because somebody wanted that.
  var isHeld: Bool { store.load(bootID: Clock.now().moment.bootID).memory.state.hold != nil }

  /// Takes a hold back; returns why that cannot be remembered.
  func release() -> Trouble? { carryOut(at: Clock.now()) { $0.release() } }
}

/// `jod-check release`: takes a hold back.
struct ReleaseCommand {
  func run() -> Int32 {
    let program = Program.start(json: false)
    guard program.isHeld else {
      program.output.remark("There is no hold.")
      return 0
    }
    return Output.exitStatus(of: program.release())
  }
}
