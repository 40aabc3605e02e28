import Glibc
import JodCore

/// The machine's mount and automount units, as its files have them: those that systemd's generator makes of fstab are not
/// there yet when ours runs.
struct MountUnits {
  private let root: String
  private let fstab: [FstabEntry]

  init(root: String = "") {
    self.root = root
    fstab = FstabEntry.entries(Files.text("\(root)/etc/fstab", limit: 1 << 20) ?? "")
  }

  /// Before what is made of fstab, and behind it (systemd.unit(5), UNIT FILE LOAD PATH).
  private static let before = [
    "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
    "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
    "/run/systemd/system.attached",
  ]
  private static let behind = [
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
  ]

  /// Why an access to this mount point wakes nobody; nil where it does.
  func refusal(of path: String) -> StorageMount.Refusal? { StorageMount.refusal(facts(path)) }

  private func facts(_ path: String) -> StorageMount.Facts {
    guard let mount = UnitName.ofPath(path, ".mount"), let automount = UnitName.ofPath(path, ".automount")
    else {
      return StorageMount.Facts(isMount: false, hasAutomount: false)
    }
    var facts = StorageMount.Facts(isMount: false, hasAutomount: false)
    let entry = fstab.first { $0.path == path }
    switch source(of: mount, orFstab: entry != nil) {
    case .masked: facts.masked = mount
    case .fstab: facts.isMount = true
    case .text: facts.isMount = true
    case nil: break
    }
    switch source(of: automount, orFstab: entry?.hasAutomount == true) {
    case .masked: facts.masked = facts.masked ?? automount
    case .fstab, .text: facts.hasAutomount = true
    case nil: break
    }
    (facts.type, facts.options) = fileSystem(path, mount)
    facts.starter = entry?.starter ?? linker(of: mount)
    facts.above = ancestors(path).first { above in
      guard let unit = UnitName.ofPath(above, ".mount") else { return false }
      let (type, options) = fileSystem(above, unit)
      return StorageMount.isNetwork(type, options)
    }
    return facts
  }

  private enum Source {
    case text(String)
    case fstab
    case masked
  }

  /// Where systemd will find a unit.
  private func source(of unit: String, orFstab isInFstab: Bool) -> Source? {
    file(unit, in: Self.before) ?? (isInFstab ? .fstab : file(unit, in: Self.behind))
  }

  private func file(_ unit: String, in folders: [String]) -> Source? {
    for folder in folders {
      let path = "\(root)\(folder)/\(unit)"
      var status = stat()
      guard stat(path, &status) == 0 else { continue }
      // An empty file, or a link to /dev/null.
      if status.st_mode & S_IFMT != S_IFREG || status.st_size == 0 { return .masked }
      return Files.text(path, limit: 1 << 16).map(Source.text)
    }
    return nil
  }

  /// Type and options, with what drop-ins make of them. Both are empty where nothing is known.
  private func fileSystem(_ path: String, _ unit: String) -> (type: String, options: [String]) {
    var (type, options) = ("", "")
    let entry = fstab.first { $0.path == path }
    var texts = DropIns.paths(of: unit, under: root).compactMap { Files.text($0, limit: 1 << 16) }
    switch source(of: unit, orFstab: entry != nil) {
    case .text(let text): texts.insert(text, at: 0)
    case .fstab: (type, options) = (entry?.type ?? "", entry?.options.joined(separator: ",") ?? "")
    case .masked, nil: return ("", [])
    }
    for assignment in texts.flatMap({ UnitFile.assignments($0, section: "Mount") }) {
      if assignment.key == "Type" { type = assignment.value }
      if assignment.key == "Options" { options = assignment.value }
    }
    return (type, options.split(separator: ",").map(String.init))
  }

  /// The unit in whose `.wants`, `.requires` or `.upholds` a link to this one lies.
  private func linker(of unit: String) -> String? {
    for folder in (Self.before + Self.behind).map({ root + $0 }) {
      for name in Files.names(in: folder) {
        guard let dot = name.lastIndex(of: "."), [".wants", ".requires", ".upholds"].contains(name[dot...])
        else {
          continue
        }
        var status = stat()
        guard name[..<dot] != StorageMount.target, lstat("\(folder)/\(name)/\(unit)", &status) == 0 else {
          continue
        }
        return String(name[..<dot])
      }
    }
    return nil
  }

  /// The folders above, without the root.
  private func ancestors(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return (1..<max(parts.count, 1)).map { "/" + parts[..<$0].joined(separator: "/") }
  }
}
