import Glibc
import JodCore

/// The files that remember (specification, State), and the lock that all their writers hold.
///
/// `update` is the only way in: it reads, lets the caller change the memory, and writes what changed. Nothing in between
/// may wait for anything.
struct Store {
  /// `$STATE_DIRECTORY`
  let stateDirectory: String
  /// `$RUNTIME_DIRECTORY`
  let runtimeDirectory: String
  let mode: Mode

  enum Mode {
    case normal
    /// The state directory is left alone, and what was decided is remembered apart.
    case dryRun
    /// Nothing is written anywhere.
    case readOnly
  }

  private var stateFile: String { "\(stateDirectory)/state.json" }
  var history: HistoryFile { HistoryFile(path: "\(stateDirectory)/history.jsonl") }
  private var runtimeFile: String { "\(runtimeDirectory)/\(mode == .dryRun ? "dry-run" : "runtime").json" }
  var lockFile: String { "\(runtimeDirectory)/lock" }
  var statusFile: String { "\(runtimeDirectory)/status.json" }
  /// Nil where nothing may be acted on.
  var flag: StorageFlag? { mode == .normal ? StorageFlag(directory: runtimeDirectory) : nil }

  /// Far more than the state ever needs; what is larger is not ours.
  private static let stateLimit = 4 << 20

  /// What was found wrong while reading or writing.
  struct Problems {
    var damaged: Event?
    var unwritable: Trouble?
  }

  /// What is remembered; a missing or damaged file counts as none. Writes nothing.
  func load(bootID: String) -> (memory: Memory, problems: Problems) {
    var problems = Problems()
    var state: State?
    do throws(StateDamage) {
      state = try readState(bootID)
    } catch {
      problems.damaged = error.event(isSetAside: mode == .normal)
    }
    let runtime = (try? Files.read(runtimeFile, limit: Self.stateLimit)).flatMap { bytes in
      bytes.flatMap { try? Runtime(bytes: unified($0, bootID)) }
    }
    let usable = runtime.flatMap { $0.state?.isPlausible ?? true ? $0 : nil }
    return (Memory(state: state, runtime: usable, bootID: bootID), problems)
  }

  enum Keep {
    /// In memory only, at once.
    case runtime
    /// On the disk as well, where anything changed there.
    case everything
  }

  struct Update<Result> {
    var result: Result
    var memory: Memory
    var problems: Problems
  }

  /// Changes what is remembered, under the lock.
  ///
  /// A failure to write is returned, not thrown: those who wait for the storage are served all the same.
  ///
  /// - Parameter show: shows others what is remembered now, under the lock as well: what is older never takes the place of
  ///   what is newer.
  func update<Result>(
    bootID: String, keep: Keep, _ change: (inout Memory) -> Result, show: (Memory) -> Void = { _ in }
  ) -> Update<Result> {
    let lock = mode == .readOnly ? nil : Lock(lockFile)
    let lockError = SystemError("lock \(lockFile)")
    defer { lock?.release() }
    var (memory, problems) = load(bootID: bootID)
    let before = memory.state
    let result = change(&memory)
    if memory.state != before { memory.countChange() }
    memory.runtime.state = memory.state
    if mode != .readOnly {
      if lock == nil { problems.unwritable = trouble(lockError) }
      if lock != nil, keep == .everything { removeTemporaries() }
      write(memory, keep: keep, &problems)
    }
    show(memory)
    return Update(result: result, memory: memory, problems: problems)
  }

  /// Under the lock, any leftover is of a process that was killed.
  private func removeTemporaries() {
    Files.removeTemporaries(in: runtimeDirectory)
    if mode == .normal { Files.removeTemporaries(in: stateDirectory) }
  }

  private func write(_ memory: Memory, keep: Keep, _ problems: inout Problems) {
    do throws(SystemError) {
      try Files.replace(runtimeFile, with: Self.bytes(memory.runtime), mode: 0o600, durable: false)
    } catch {
      problems.unwritable = trouble(error)
    }
    guard keep == .everything, mode == .normal else { return }
    do throws(SystemError) {
      if problems.damaged != nil, rename(stateFile, stateFile + ".damaged") != 0, errno != ENOENT {
        throw SystemError("rename \(stateFile)")
      }
      if try !isOnDisk(memory.state) {
        try Files.replace(stateFile, with: Self.bytes(memory.state), mode: 0o640, durable: true)
      }
    } catch {
      problems.unwritable = trouble(error)
      // It will be found again at the next check, and the trouble speaks for both.
      problems.damaged?.priority = .debug
    }
  }

  /// What stands on the disk decides, not what was read: an earlier run may have failed to write. A state that says
  /// nothing yet need not be there, and neither need one that is as it was before what was taken back since.
  private func isOnDisk(_ state: State) throws(SystemError) -> Bool {
    guard let bytes = try Files.read(stateFile, limit: Self.stateLimit) else {
      return Self.bytes(state, serial: 0) == Self.bytes(State())
    }
    let disk = try? State(bytes: bytes)
    return disk.map { Self.bytes($0) == Self.bytes(state, serial: $0.serial) } ?? false
  }

  private static func bytes(_ state: State, serial: Int) -> [UInt8] { bytes(state.numbered(serial)) }

  /// Writes what `status` reads: for `update` to show. It is for every user, and holds no secret.
  func write(_ status: Status) throws(SystemError) {
    guard mode != .readOnly else { return }
    try Files.replace(statusFile, with: Self.bytes(status), mode: 0o644, durable: false)
  }

  /// What `status` reads, of the last check. Root reads it as root, so a link of the user's is none of ours (ELOOP).
  func status() throws -> Status {
    guard let bytes = try Files.read(statusFile, limit: Self.stateLimit, followsLinks: false) else {
      return .nothingKnown
    }
    return try Status(bytes: bytes)
  }

  func trouble(_ error: SystemError) -> Trouble {
    Trouble(
      .state, cause: "\(error.code)",
      "What jod-check must remember cannot be written (\(error)): it still wakes the storage, but will not power it off.",
      advice:
        "Make \(stateDirectory) and \(runtimeDirectory) writable for the user jod-check, and see to it that the disk is not full (df -h)."
    )
  }

  // MARK: State

  private func unified(_ bytes: [UInt8], _ bootID: String) -> [UInt8] {
    Boot.unified(bytes, id: bootID, kernel: Clock.kernelBootID)
  }

  private struct StateDamage: Error {
    let why: String
    let path: String

    func event(isSetAside: Bool) -> Event {
      let aside =
        isSetAside ? "It was set aside as \(path).damaged, and jod-check starts afresh" : "It is ignored"
      return Event(
        .stateDamaged, isSetAside ? .warning : .debug,
        "The state in \(path) cannot be used (\(why)). \(aside); the storage is not powered off early for that."
      )
    }
  }

  private func readState(_ bootID: String) throws(StateDamage) -> State? {
    let bytes: [UInt8]?
    do throws(SystemError) {
      bytes = try Files.read(stateFile, limit: Self.stateLimit)
    } catch {
      throw StateDamage(why: "\(error)", path: stateFile)
    }
    guard let bytes else { return nil }
    guard let json = try? JSON(unified(bytes, bootID)),
      let version: Int = try? json.object()["version"]
    else {
      throw StateDamage(why: "it is not JSON of the expected shape", path: stateFile)
    }
    guard (1...State.currentVersion).contains(version) else {
      throw StateDamage(why: "a newer jod-check wrote it, as version \(version)", path: stateFile)
    }
    guard let state = try? State(json: json), state.isPlausible else {
      throw StateDamage(why: "it is not JSON of the expected shape", path: stateFile)
    }
    return state
  }

  /// One line of JSON.
  static func bytes(_ value: some JSONEncodable) -> [UInt8] { value.bytes + [UInt8(ascii: "\n")] }
}

/// An advisory lock on a file, released with its process at the latest.
struct Lock {
  private let descriptor: Int32

  /// Waits for the lock. Its holders wait for nothing but the disk, so this is over soon. Nil where there can be none;
  /// errno then says why.
  init?(_ path: String) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return nil }
    while flock(descriptor, LOCK_EX) != 0 {
      if errno == EINTR { continue }
      let code = errno
      close(descriptor)
      errno = code
      return nil
    }
  }

  func release() { close(descriptor) }
}
