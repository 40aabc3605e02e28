import JodCore

/// What this machine's files say of mounts that an administrator wants, whether they are there or not.
struct MountFiles {
  /// Where the files lie; another folder in tests.
  var root = ""

  /// An administrator's. No package knows a household's server, and what a generator makes is in fstab.
  private static let unitFolders = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
  ]

  /// The storage service of a host, by its mounts; nil where there is none.
  func service(of host: String) -> MountedService? {
    MountedService(
      of: host, fstab: text("/etc/fstab"), unitFiles: unitFiles, hosts: text("/etc/hosts"))
  }

  private var unitFiles: [String] {
    Self.unitFolders.map { root + $0 }.flatMap { folder in
      Files.names(in: folder).filter { $0.hasSuffix(".mount") }.compactMap {
        Files.text("\(folder)/\($0)", limit: 1 << 16)
      }
    }
  }

  private func text(_ path: String) -> String { Files.text(root + path, limit: 1 << 20) ?? "" }
}
