import Glibc
import JodCore

/// Who runs this process, and who it becomes before it touches state (specification, Who runs a command).
struct Identity {
  static let user = "jod-check"
  static let stateDirectory = "/var/lib/jod-check"
  static let runtimeDirectory = "/run/jod-check"

  /// Root at a terminal, not a unit's process.
  let isRootByHand: Bool
  /// Somebody else at a terminal.
  let isOtherByHand: Bool

  /// systemd names the process it started in `SYSTEMD_EXEC_PID`; a shell that inherited the variable is another one.
  static func current() -> Identity {
    let isUnit = getenv("SYSTEMD_EXEC_PID").map { String(cString: $0) } == "\(getpid())"
    return Identity(isRootByHand: geteuid() == 0 && !isUnit, isOtherByHand: geteuid() != 0 && !isUnit)
  }

  /// Makes root the user `jod-check`, so that no file appears that the service cannot read, and nothing that this user
  /// plants is followed by root.
  ///
  /// Directories that were named by hand, and are root's alone, stay with root: somebody tries the program out.
  ///
  /// - Parameter withKeys: whether the command logs in at the storage server. If so, `settings` names copies of ssh's files
  ///   that the user can read; if not, none.
  func assume(_ settings: inout Settings, withKeys: Bool = false) throws(SystemError) {
    guard isRootByHand, !areRoots([settings.stateDirectory, settings.runtimeDirectory]) else { return }
    let account = try Account(named: Self.user)
    try make(Self.stateDirectory, mode: 0o750, for: account)
    try make(Self.runtimeDirectory, mode: 0o755, for: account)
    SecretCopies.clear()
    settings.secureShellFiles =
      withKeys ? try SecretCopies(to: account).copy(settings.secureShellFiles) : [:]
    guard initgroups(Self.user, account.group) == 0, setgid(account.group) == 0, setuid(account.user) == 0
    else { throw SystemError("become the user jod-check") }
  }

  private func areRoots(_ directories: [String]) -> Bool {
    directories.allSatisfy {
      $0 != Self.stateDirectory && $0 != Self.runtimeDirectory && Self.isRootsAlone($0)
    }
  }

  /// Whether nobody but root can put another directory in its place: no part of the path is a link or another user's, and
  /// others cannot rename one. Only root can make what is missing.
  private static func isRootsAlone(_ path: String) -> Bool {
    guard path.hasPrefix("/") else { return false }
    var prefix = ""
    for name in path.split(separator: "/") {
      prefix += "/\(name)"
      var status = stat()
      guard lstat(prefix, &status) == 0 else { return errno == ENOENT }
      let isExchangeable = status.st_mode & 0o022 != 0 && status.st_mode & S_ISVTX == 0
      guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == 0, !isExchangeable else { return false }
    }
    return true
  }

  /// As systemd makes them for the service, should it not have run since the boot. Only root can write where they lie.
  private func make(_ path: String, mode: mode_t, for account: Account) throws(SystemError) {
    guard mkdir(path, 0o700) == 0 else {
      if errno == EEXIST { return }
      throw SystemError("create \(path)")
    }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(path)") }
    defer { close(descriptor) }
    guard fchmod(descriptor, mode) == 0, fchown(descriptor, account.user, account.group) == 0 else {
      throw SystemError("chown \(path)")
    }
  }
}

/// A user of this machine.
struct Account {
  let user: uid_t
  let group: gid_t

  init(named name: String) throws(SystemError) {
    errno = 0
    guard let entry = getpwnam(name) else {
      throw SystemError(
        "find the user \(name) (made by `systemd-sysusers`)", code: errno == 0 ? ENOENT : errno)
    }
    (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
  }
}
