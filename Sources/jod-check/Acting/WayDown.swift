import JodCore

/// The way down, in the order that loses nothing (specification, The way down): the storage server is asked whether it would;
/// what this machine has mounted of it is synced and taken away; only then is it told to go. Where that comes to nothing,
/// everything is as before.
///
/// jod-check has no privilege for mounts. A flag tells systemd that the storage is away; a service of root's does the work and
/// notes its result in a folder that only root writes; and the mount table tells what is gone.
struct WayDown {
  let program: Program

  private var configuration: Configuration { program.configuration }
  private var mountsAreOurs: Bool { !configuration.isBlind && program.store.flag != nil }

  /// In seconds: the time that systemd has to take the mounts away.
  private static let timeLimit: Seconds = 15

  func take() -> PowerOffOutcome {
    let way = PowerOffSwitch(program: program)
    if let refusal = way.askWhether() { return refusal }
    let outcome = leave() ?? way.press()
    if !outcome.isTaken, mountsAreOurs {
      // The next check sets it again, ignoring.
      try? program.store.flag?.set(.online)
    }
    return outcome
  }

  /// Takes away what is mounted; returns why the storage server is not to be asked, where it is not.
  private func leave() -> PowerOffOutcome? {
    guard mountsAreOurs, let flag = program.store.flag else { return nil }
    let memory = program.store.load(bootID: Clock.now().moment.bootID).memory
    if memory.waitingAccess(Clock.now()) != nil { return .calledOff }
    let notes = RootNotes(of: program.store)
    if notes.isThere, let refusal = stop(flag, notes) { return refusal }
    if let refusal = mounted(StorageMounts(configuration, memory), notes) { return refusal }
    // A program that opens a file from now on waits: the note that it goes down was there before.
    let now = Clock.now()
    return program.store.load(bootID: now.moment.bootID).memory.waitingAccess(now).map { _ in .calledOff }
  }

  /// Has root's service stop what hangs on the storage.
  private func stop(_ flag: StorageFlag, _ notes: RootNotes) -> PowerOffOutcome? {
    let before = notes.lastStop
    do throws(SystemError) {
      try flag.set(.offline)
    } catch {
      return .failed("what tells systemd that it goes cannot be written (\(error))")
    }
    let hasAnswered = Deadline(in: Self.timeLimit).wait(lookingEvery: 0.05) { notes.lastStop != before }
    guard hasAnswered, let stop = notes.lastStop else {
      return .failed(
        "systemd has not taken its mounts away within \(TimeSpan.text(Self.timeLimit)); `systemctl status jod-check-offline.path jod-check-offline.service` tells why"
      )
    }
    switch stop.result {
    case .done: return nil
    // A mount is just being asked for.
    case .refused: return .calledOff
    case .failed where stop.units.isEmpty: return .mounted("what was written to it could not be synced")
    case .failed:
      return .mounted(
        "\(stop.units.joined(separator: ", ")) could not be unmounted, for a program has a file or its current directory there; `sudo fuser -vm` with its path tells which"
      )
    }
  }

  /// What is mounted after all: an open file or a current directory there, or a mount that does not hang on the storage.
  private func mounted(_ mounts: StorageMounts, _ notes: RootNotes) -> PowerOffOutcome? {
    var left = mounts.present
    // An unmount shows here a moment later.
    _ = Deadline(in: notes.isThere ? 2 : 0).wait(lookingEvery: 0.05) {
      left = mounts.present
      return left?.isEmpty == true
    }
    guard let left else { return .failed("this machine's mount table cannot be read") }
    guard !left.isEmpty else { return nil }
    return .mounted(
      "\(left.map { Printable.quoted($0) }.joined(separator: ", ")) is still mounted; `jod-check doctor` tells what it needs to go with the storage"
    )
  }
}

extension Program {
  /// Notes what came of a power-off, and waits for the first sign of its going down.
  ///
  /// - Returns: what has changed, and what is wrong.
  func settle(_ outcome: PowerOffOutcome, isShown: Bool = false) -> (
    changes: [Change], trouble: Trouble?, unwritable: Trouble?
  ) {
    let now = Clock.now()
    var (changes, trouble): ([Change], Trouble?) = ([], nil)
    let problems = remember(at: now, isShown: isShown) { memory in
      changes = memory.settle(outcome, configuration, now)
      trouble = memory.state.undertaking.refusal.flatMap { Trouble($0, now) }
      return changes
    }
    if outcome.isTaken { changes += watchGoingDown(isShown: isShown) }
    return (changes, trouble, problems.unwritable)
  }

  /// A machine that sleeps and comes back within seconds would else seem never to have gone. Returns what has changed by that.
  private func watchGoingDown(isShown: Bool) -> [Change] {
    guard let address = configuration.storageServerAddress else { return [] }
    let before = store.load(bootID: Clock.now().moment.bootID).memory
    // One probe may be lost.
    var silence: (from: Now, to: Now)?
    let isSilent = Deadline(in: Self.silenceTimeout).wait(lookingEvery: 1) {
      guard StorageProbe(address, before).result().probe == .silent else {
        silence = nil
        return false
      }
      let now = Clock.now()
      silence = (silence?.from ?? now, now)
      return silence.map { $0.to.since($0.from.moment) >= Memory.longestLoss } ?? false
    }
    guard isSilent, let silence else { return [] }
    var changes: [Change] = []
    // The next check finds the same, ignoring.
    _ = remember(at: silence.to, isShown: isShown) { memory in
      changes = [silence.from, silence.to].flatMap { memory.noticeProbe(.silent, configuration, $0) }
      return changes
    }
    return changes
  }

  private static let silenceTimeout: Seconds = 15
}
