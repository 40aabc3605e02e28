/// Whether an access to an entry of `STORAGE_MOUNTS` can wake the storage server.
public enum StorageMount {
  /// Up while the storage server serves; it may start a mount, for the storage server is ready then.
  public static let target = "storage-online.target"

  /// What the machine's files say of a mount point.
  public struct Facts: Hashable, Sendable {
    /// A unit's name where its file masks it.
    public var masked: String?
    /// Whether a file of a mount unit, or fstab, has it.
    public var isMount: Bool
    public var hasAutomount: Bool
    public var type: String
    public var options: [String]
    /// What starts the mount by itself: a unit, or fstab.
    public var starter: String?
    /// A mount point above it that is a network's as well.
    public var above: String?

    public init(
      masked: String? = nil, isMount: Bool = true, hasAutomount: Bool = true, type: String = "",
      options: [String] = [], starter: String? = nil, above: String? = nil
    ) {
      self.masked = masked
      self.isMount = isMount
      self.hasAutomount = hasAutomount
      self.type = type
      self.options = options
      self.starter = starter
      self.above = above
    }
  }

  /// Why an entry gets nothing: a boot would wait for the storage server, or nothing would wait for an access.
  public enum Refusal: Hashable, Sendable {
    case isMasked(unit: String)
    case isNoMount
    case isLocal(type: String)
    case hasNoAutomount
    case isStarted(by: String)
    case lies(below: String)

    /// The fact, of this mount point.
    public func sentence(_ path: String) -> String {
      let path = "\(Printable.quoted(path)) in STORAGE_MOUNTS"
      switch self {
      case .isMasked(let unit): return "\(path) has its unit \(Printable.quoted(unit)) masked"
      case .isNoMount: return "\(path) is in no mount unit, and not in /etc/fstab"
      case .isLocal(let type):
        let kind = type.isEmpty ? "names no type of file system" : "is a local file system (\(type))"
        return "\(path) \(kind), and has no option _netdev"
      case .hasNoAutomount: return "\(path) has no automount"
      case .isStarted(let unit):
        return "\(path) is mounted by itself, for \(Printable.quoted(unit)) starts it"
      case .lies(let above):
        return "\(path) lies below \(Printable.quoted(above)), which its automount would mount at the boot"
      }
    }
  }

  /// Nil where an access wakes.
  public static func refusal(_ facts: Facts) -> Refusal? {
    if let unit = facts.masked { return .isMasked(unit: unit) }
    if !facts.isMount { return .isNoMount }
    if !isNetwork(facts.type, facts.options) { return .isLocal(type: facts.type) }
    if !facts.hasAutomount { return .hasNoAutomount }
    if let starter = facts.starter { return .isStarted(by: starter) }
    return facts.above.map { .lies(below: $0) }
  }

  /// As systemd tells it (fstype_is_network), and two more that it takes for local.
  public static func isNetwork(_ type: String, _ options: [String]) -> Bool {
    let bare = type.hasPrefix("fuse.") ? String(type.dropFirst(5)) : type
    return networkTypes.contains(bare) || options.contains("_netdev")
  }

  private static let networkTypes: Set = [
    "afs", "ceph", "cifs", "smb3", "smbfs", "sshfs", "ncpfs", "ncp", "nfs", "nfs4", "gfs", "gfs2",
    "glusterfs",
    "pvfs2", "ocfs2", "lustre", "davfs", "9p", "rclone",
  ]
}
