import Glibc
import JodCore

/// Who runs this process, and who it becomes before it touches state (specification, section 8).
struct Identity {
  static let user = "jod-check"
  static let stateDirectory = "/var/lib/jod-check"
  static let runtimeDirectory = "/run/jod-check"

  /// Root at a terminal, not a unit's process. systemd names the process it started in `SYSTEMD_EXEC_PID`; a shell that
  /// inherited the variable is another one.
  let isRootByHand: Bool

  static func current() -> Identity {
    let isUnit = getenv("SYSTEMD_EXEC_PID").map { String(cString: $0) } == "\(getpid())"
    return Identity(isRootByHand: geteuid() == 0 && !isUnit)
  }

  /// Makes root the user `jod-check`, so that no file appears that the service cannot read.
  ///
  /// Directories that were named by hand and belong to root stay with root: somebody tries the program out.
  func assume(_ settings: Settings) throws(SystemError) {
    guard isRootByHand, !belongsToRoot(settings) else { return }
    errno = 0
    guard let entry = getpwnam(Self.user) else {
      throw SystemError(
        "find the user jod-check (made by `systemd-sysusers`)", code: errno == 0 ? ENOENT : errno)
    }
    let (uid, gid) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    try make(Self.stateDirectory, mode: 0o750, uid, gid)
    try make(Self.runtimeDirectory, mode: 0o755, uid, gid)
    try handOver(settings, uid, gid)
    guard initgroups(Self.user, gid) == 0, setgid(gid) == 0, setuid(uid) == 0 else {
      throw SystemError("become the user jod-check")
    }
  }

  /// Where root's commands leave, in memory and for the user's eyes alone, the files that systemd hands to the service.
  static let handedOver = "\(runtimeDirectory)/credentials"

  private func handOver(_ settings: Settings, _ uid: uid_t, _ gid: gid_t) throws(SystemError) {
    guard !settings.secureShellFiles.isEmpty else { return }
    try make(Self.handedOver, mode: 0o700, uid, gid)
    for (name, path) in settings.secureShellFiles {
      let copy = "\(Self.handedOver)/\(name)"
      guard let bytes = try Files.read(path, limit: 1 << 20) else { continue }
      try Files.replace(copy, with: bytes, mode: 0o400, durable: false)
      guard chown(copy, uid, gid) == 0 else { throw SystemError("chown \(copy)") }
    }
  }

  private func belongsToRoot(_ settings: Settings) -> Bool {
    guard settings.stateDirectory != Self.stateDirectory else { return false }
    var status = stat()
    return stat(settings.stateDirectory, &status) != 0 || status.st_uid == 0
  }

  /// As systemd makes them for the service, should it not have run since the boot.
  private func make(_ path: String, mode: mode_t, _ uid: uid_t, _ gid: gid_t) throws(SystemError) {
    guard mkdir(path, mode) == 0 else {
      if errno == EEXIST { return }
      throw SystemError("create \(path)")
    }
    guard chmod(path, mode) == 0, chown(path, uid, gid) == 0 else { throw SystemError("chown \(path)") }
  }
}
