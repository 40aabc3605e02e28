import Glibc
import JodCore

/// The drop-ins of a unit, found as systemd finds them (systemd.unit(5)): all folders make one list by the files' names, and
/// of several files of one name the first folder's counts, also where it masks the others.
enum DropIns {
  /// Of the administrator and of packages, most important first. Generators' are missing: ours is among them.
  private static let directories = [
    "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
    "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
    "/run/systemd/system.attached", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
    "/lib/systemd/system",
  ]

  /// The paths of those in force, in their order.
  static func paths(of unit: String, under root: String = "") -> [String] {
    var paths: [String: String] = [:]
    for folder in folders(of: unit).map({ root + $0 }) {
      for name in Files.names(in: folder) where name.hasSuffix(".conf") && !name.hasPrefix(".") {
        let path = "\(folder)/\(name)"
        if paths[name] == nil, isFileOrMask(path) { paths[name] = path }
      }
    }
    return paths.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
  }

  /// Of `jod-check.timer`: its own, those of the shorter prefix `jod-.timer`, and last those of all timers.
  private static func folders(of unit: String) -> [String] {
    let dot = unit.lastIndex(of: ".") ?? unit.endIndex
    let (stem, type) = (unit[..<dot], unit[dot...])
    let prefixes = stem.indices.reversed().filter { stem[$0] == "-" }.map { stem[...$0] }
    let names = ([stem] + prefixes).map { "\($0)\(type)" }
    return directories.flatMap { directory in names.map { "\(directory)/\($0).d" } }
      + directories.map { "\($0)/\(type.dropFirst()).d" }
  }

  private static func isFileOrMask(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    // A link to /dev/null masks; read, it is as empty.
    return [S_IFREG, S_IFCHR].contains(status.st_mode & S_IFMT)
  }
}
