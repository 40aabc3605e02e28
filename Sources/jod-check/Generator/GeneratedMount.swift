import JodCore

/// What the generator writes for a mount of the storage server's.
enum GeneratedMount {
  /// One file of this name in `/etc/systemd/system/NAME.mount.d` replaces ours.
  static let dropIn = "jod-check-access.conf"

  private static let head = "# Made by jod-check-generator from STORAGE_MOUNTS in \(Settings.defaultsFile).\n"

  /// The drop-ins by the units they belong to.
  static func dropIns(_ path: String) -> [String: String] {
    guard let mount = UnitName.ofPath(path, ".mount"), let automount = UnitName.ofPath(path, ".automount")
    else {
      return [:]
    }
    return [mount: head + mountText, automount: head + automountText]
  }

  private static let mountText = """
    [Unit]
    Requires=jod-check-access.service
    After=jod-check-access.service
    PartOf=\(StorageMount.target)
    # A mount that failed five times in ten seconds would end its automount, and leave an empty folder.
    StartLimitIntervalSec=0

    """

  /// By itself systemd has an automount in place before the boot is half done. A program that opened a file there then would wait
  /// for a service that waits for the boot. Before the first ordinary service it must be there: Jellyfin would find an
  /// empty folder.
  private static let automountText = """
    [Unit]
    DefaultDependencies=no
    After=sysinit.target
    Before=basic.target umount.target
    Conflicts=umount.target

    """

  /// Tells the service on the way down what to sync.
  static func list(_ units: [String]) -> String {
    "\(head)[Service]\n\(UnitFile.environment("STORAGE_MOUNT_UNITS", units.joined(separator: " ")))\n"
  }
}
