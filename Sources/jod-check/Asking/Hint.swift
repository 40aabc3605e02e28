import Glibc
import JodCore

/// Jellyfin's log, which a path unit watches: what is written there may mean that somebody came (specification, Jellyfin's log).
struct Hint {
  private let program: Program
  /// Whether it is why this check runs: then nobody reads the exit status.
  let isThere: Bool

  /// Seconds until a session shows that the log has announced.
  static let delay: Seconds = 3

  init(_ program: Program) {
    self.program = program
    isThere = program.configuration.jellyfinLogDirectory != nil && Self.isNew(program.store)
  }

  /// Whether there was one since the check before began. A hint is old once a check has begun after it.
  private static func isNew(_ store: Store) -> Bool {
    guard let hint = RootNotes(of: store).lastHint else { return false }
    let now = Clock.now().moment
    let before = store.load(bootID: now.bootID).memory.runtime.beat.last ?? 0
    return hint > before && now.boot - hint < delay
  }

  /// Says whether hints are taken. While Jellyfin rejects the key it writes that down at each check, which would be the next hint.
  func allow(_ isAllowed: Bool) {
    guard program.configuration.jellyfinLogDirectory != nil, program.store.mode == .normal else { return }
    let path = "\(program.store.runtimeDirectory)/no-hints"
    if isAllowed {
      unlink(path)
    } else {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      // More checks than are needed, ignoring.
      if descriptor >= 0 { close(descriptor) }
    }
  }
}
