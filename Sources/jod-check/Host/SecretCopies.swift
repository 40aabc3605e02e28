import CLinux
import Glibc
import JodCore

/// Copies of root's secrets for a command that is about to become another user.
///
/// They are made in a file system in memory that only this process and its children can see, and that is gone with the last
/// of them, even when it is killed. Where a process may not have that, as in many containers, they lie in a directory that only
/// root can write, and the next command of root's removes them.
struct SecretCopies {
  /// In `/run`, where only root makes names.
  static let directory = "/run/jod-check-credentials"

  private let account: Account

  init(to account: Account) { self.account = account }

  /// Copies files, and returns where the copies are. Those that do not exist are skipped.
  func copy(_ files: [String: String]) throws(SystemError) -> [String: String] {
    var secrets: [String: [UInt8]] = [:]
    for (name, path) in files { secrets[name] = try Files.read(path, limit: 1 << 20) }
    guard !secrets.isEmpty else { return [:] }
    try Files.makeFolder(Self.directory, mode: 0o711)
    _ = Self.hide()
    let folder = try Self.open()
    // Another command that clears up waits until all copies are locked.
    defer { close(folder) }
    // The umask is the caller's.
    guard fchmod(folder, 0o711) == 0 else { throw SystemError("chmod \(Self.directory)") }
    var copies: [String: String] = [:]
    for (name, bytes) in secrets {
      let copy = "\(name).\(getpid())"
      try write(bytes, as: copy, in: folder)
      copies[name] = "\(Self.directory)/\(copy)"
    }
    return copies
  }

  /// Removes what commands have left that are no longer there.
  static func clear() {
    guard let folder = try? open() else { return }
    defer { close(folder) }
    for name in Files.names(in: directory) where name != "." && name != ".." {
      let copy = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard copy >= 0 else { continue }
      defer { close(copy) }
      if flock(copy, LOCK_EX | LOCK_NB) == 0 { unlinkat(folder, name, 0) }
    }
  }

  /// Gives this process and its children mounts of their own, with memory at the directory. What others mount or unmount
  /// still comes here, so nothing of the storage server is kept from going; nothing of ours goes out. Memory of this kind
  /// is never swapped to a disk.
  private static func hide() -> Bool {
    let flags = UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC)
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", nil, UInt(MS_REC | MS_SLAVE), nil) == 0
      && mount("ramfs", directory, "ramfs", flags, "mode=0711") == 0
  }

  /// The directory, locked.
  private static func open() throws(SystemError) -> Int32 {
    let folder = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { throw SystemError("open \(directory)") }
    guard flock(folder, LOCK_EX) == 0 else {
      let error = SystemError("lock \(directory)")
      close(folder)
      throw error
    }
    return folder
  }

  /// The lock on a copy ends with this process, and tells that nobody needs it any more.
  private func write(_ bytes: [UInt8], as name: String, in folder: Int32) throws(SystemError) {
    let copy = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o400)
    guard copy >= 0, flock(copy, LOCK_SH) == 0 else { throw SystemError("create \(Self.directory)/\(name)") }
    try Files.write(bytes, to: copy, name: name)
    guard fchown(copy, account.user, account.group) == 0, fchmod(copy, 0o400) == 0 else {
      throw SystemError("chown \(Self.directory)/\(name)")
    }
  }
}
