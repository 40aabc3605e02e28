import CLinux
import Glibc
import JodCore

/// Which boot the boot clock counts from.
enum Boot {
  /// What every reader of the runtime directory's files takes for the boot's id.
  ///
  /// The kernel's own is read at a path that container managers cover with another one, and the service's sandbox uncovers
  /// again. What lies in memory was written since the kernel started: the id that it names stays. Where the
  /// directory is on a disk, the kernel's counts.
  static func id(runtimeDirectory: String, kernel: String) -> String {
    for name in ["runtime", "dry-run"] {
      if let id = noted(in: "\(runtimeDirectory)/\(name).json") { return id }
    }
    return kernel
  }

  /// A file's bytes with one id for this boot: what was written under the kernel's own, where another stays, is of this
  /// boot as well.
  static func unified(_ bytes: [UInt8], id: String, kernel: String) -> [UInt8] {
    id == kernel || kernel.isEmpty ? bytes : bytes.exchanging(Array(kernel.utf8), with: Array(id.utf8))
  }

  /// Nil where it may be of an earlier boot, or is none.
  private static func noted(in path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard isInMemory(descriptor), let bytes = try? Files.read(descriptor, name: path, limit: 4 << 20),
      let id: String = try? JSON(bytes, keeping: ["boot"]).object()["boot"], (1...64).contains(id.utf8.count)
    else { return nil }
    return id
  }

  /// Whether a file is gone when the kernel is (statfs(2)).
  static func isInMemory(_ descriptor: Int32) -> Bool {
    var system = statfs()
    guard fstatfs(descriptor, &system) == 0 else { return false }
    return [Int(TMPFS_MAGIC), Int(RAMFS_MAGIC)].contains(system.f_type)
  }
}
