import Glibc
import JodCore

/// Gathers what this machine has of the storage server's mounts. Nothing here touches one: an access would wake the storage
/// server, or hang. Mount tables, files of systemd's folders and systemd itself tell everything.
struct MountSurvey {
  /// Where the files lie; another folder in tests.
  let root: String
  /// The mount table of this machine.
  let mountinfo: String
  /// What `systemctl show` prints of units; nil where no systemd runs.
  let show: ([String]) -> String?

  /// An administrator's, and those that packages and generators made.
  private static let unitFolders = [
    "/etc/systemd/system", "/run/systemd/system", "/run/systemd/generator", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
  ]

  static func live(mountinfo: String, timeLimit: Seconds) -> MountSurvey {
    MountSurvey(root: "", mountinfo: mountinfo) { units in
      let ended = try? Subprocess(
        ["systemctl", "show", "--no-pager", "--property=\(ShownUnit.names)", "--"] + units
      ).run(timeLimit: timeLimit)
      return ended?.status == 0 ? ended?.output : nil
    }
  }

  var fstab: String { Files.text("\(root)/etc/fstab", limit: 1 << 20) ?? "" }

  /// - Parameters:
  ///   - names: of the storage server, its addresses too.
  ///   - resolve: the addresses of a name; nil where nothing told.
  func mounts(of names: Set<String>, named: [String], resolve: (String) -> [String]?) -> [NetworkMount] {
    let (files, fstab) = (unitFiles, fstab)
    func all(_ names: Set<String>) -> [NetworkMount] {
      NetworkMount.all(
        of: names, named: named, table: MountTable(mountinfo), fstab: fstab, unitFiles: files)
    }
    let aliases = NetworkMount.servers(fstab: fstab, unitFiles: files).subtracting(names).sorted()
      // A few are enough, for each may take a name server's time.
      .prefix(4).filter { server in !names.isDisjoint(with: resolve(server) ?? []) }
    var mounts = all(names.union(aliases))
    let refusals = MountUnits(root: root)
    for index in mounts.indices where mounts[index].isNamed {
      mounts[index].refusal = refusals.refusal(of: mounts[index].path)
    }
    addUnits(to: &mounts)
    for index in mounts.indices { mounts[index].stray = stray(in: mounts[index]) }
    return mounts
  }

  /// Machines of which this one has, or wants, network mounts.
  var servers: Set<String> {
    let mounted = MountTable(mountinfo).rows.filter(\.isNetwork).map { Mounts.server(of: $0.source) }
    return NetworkMount.servers(fstab: fstab, unitFiles: unitFiles).union(mounted).subtracting([""])
  }

  private func addUnits(to mounts: inout [NetworkMount]) {
    let names = mounts.flatMap { [$0.unitName, $0.automountName] }.filter { !$0.isEmpty }
    guard !names.isEmpty, let text = show(names) else { return }
    let units = ShownUnit.all(text)
    for index in mounts.indices {
      let unit = units[mounts[index].unitName]
      // What systemd has never seen it makes up, and tells nothing by.
      mounts[index].unit = unit?.isLoaded == true ? unit : nil
      mounts[index].automount = units[mounts[index].automountName]
    }
    let needy = services
    let pullers = mounts.map { mount in
      let needing = needy.filter { $0.folders.contains { Mounts.contains(mount.path, $0) } }.map(\.name)
      return Set((mount.unit?.pullers ?? []) + needing).sorted()
    }
    let all = Set(pullers.joined()).sorted()
    guard !all.isEmpty, let shown = show(all).map(ShownUnit.all) else { return }
    for index in mounts.indices { mounts[index].pullers = pullers[index].compactMap { shown[$0] } }
  }

  /// The administrator's services that need folders mounted, for systemd does not show those that have not run yet.
  private var services: [(name: String, folders: [String])] {
    Self.unitFolders.prefix(3).map { root + $0 }.flatMap { folder in
      Files.names(in: folder).filter { $0.hasSuffix(".service") }.compactMap { name in
        let folders = UnitFile.assignments(
          Files.text("\(folder)/\(name)", limit: 1 << 16) ?? "", section: "Unit"
        ).filter { $0.key == "RequiresMountsFor" }.flatMap { $0.value.split(separator: " ").map(String.init) }
        return folders.isEmpty ? nil : (name, folders)
      }
    }
  }

  /// Looks into a mount point only where nothing is mounted and no automount waits or is wanted: it is a plain folder then.
  private func stray(in mount: NetworkMount) -> String? {
    guard !mount.isMounted, !mount.hasAutomount, MountTable(mountinfo).isLocal(mount.path) else { return nil }
    return Files.names(in: root + mount.path).first { $0 != "." && $0 != ".." }
  }

  private var unitFiles: [String] {
    Self.unitFolders.map { root + $0 }.flatMap { folder in
      Files.names(in: folder).filter { $0.hasSuffix(".mount") }.compactMap {
        Files.text("\(folder)/\($0)", limit: 1 << 16)
      }
    }
  }
}
