/// The mounts that a process sees, as `/proc/PID/mountinfo` has them (proc(5)), with what decides whether it sees those of
/// another come and go (mount_namespaces(7)).
public struct MountTable: Sendable {
  public struct Row: Hashable, Sendable {
    public let id: Int
    public let parent: Int
    /// The file system, by its two numbers.
    public let device: String
    /// Which of its folders is seen at `path`.
    public let root: String
    public let path: String
    /// The group of mounts that hand each other what is mounted on them.
    public let shared: Int?
    /// The group that hands to this mount and takes nothing from it.
    public let master: Int?
    /// The nearest such group that the reader's own table has, where `master` is a stranger's.
    public let origin: Int?
    public let type: String
    public let source: String
    public let options: [String]

    public var isNetwork: Bool { Mounts.networkTypes.contains(type) }
    public var isAutomount: Bool { type == "autofs" }
    /// By which address the kernel speaks with the server.
    public var address: String? {
      options.first { $0.hasPrefix("addr=") }.map { String($0.dropFirst(5)) }
    }
  }

  /// Of several at one path, the last covers the others.
  public let rows: [Row]

  /// Lines that are none of a mount table are skipped.
  public init(_ mountinfo: String) { rows = mountinfo.split(separator: "\n").compactMap(Row.init) }

  public func rows(at path: String) -> [Row] { rows.filter { $0.path == path } }

  /// The mount that a folder lies on: the deepest, and the last of several at one path.
  func holder(of folder: String) -> Row? {
    rows.enumerated().filter { Mounts.contains($0.element.path, folder) }
      .max { ($0.element.path.utf8.count, $0.offset) < ($1.element.path.utf8.count, $1.offset) }?.element
  }

  /// Whether a folder is on this machine's own file systems: no network's mount and no automount is at it or above it.
  public func isLocal(_ folder: String) -> Bool {
    let above = rows.filter { Mounts.contains($0.path, folder) }
    return !above.isEmpty && above.allSatisfy { !$0.isNetwork && !$0.isAutomount && $0.path != folder }
  }

  /// The folder above; the root is above itself.
  static func parent(of path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }

  /// What is left of a path below a folder that it lies in, with a slash before it.
  static func rest(of path: String, below folder: String) -> String {
    folder == "/" ? path : String(path.dropFirst(folder.count))
  }

  static func join(_ folder: String, _ rest: String) -> String {
    folder == "/" ? (rest.isEmpty ? "/" : rest) : folder + (rest == "/" ? "" : rest)
  }
}

extension MountTable.Row {
  fileprivate init?(_ line: Substring) {
    let fields = line.split(separator: " ")
    guard let dash = fields.firstIndex(of: "-"), dash >= 6, dash + 3 < fields.count, let id = Int(fields[0]),
      let parent = Int(fields[1])
    else { return nil }
    func group(_ tag: String) -> Int? {
      fields[6..<dash].first { $0.hasPrefix("\(tag):") }.flatMap { Int($0.dropFirst(tag.count + 1)) }
    }
    self.id = id
    self.parent = parent
    device = String(fields[2])
    root = Mounts.unescaped(fields[3])
    path = Mounts.unescaped(fields[4])
    shared = group("shared")
    master = group("master")
    origin = group("propagate_from")
    type = String(fields[dash + 1])
    source = Mounts.unescaped(fields[dash + 2])
    options = (fields[5].split(separator: ",") + fields[dash + 3].split(separator: ",")).map(String.init)
  }
}

extension MountTable {
  /// How the owner of this table sees a mount point of the host's.
  public enum Sight: Hashable, Sendable {
    /// What the host mounts there appears, and goes, at this path of its own.
    case comesAndGoes(at: String)
    /// The host's `folder`, which is above the mount point, was copied to this path, and nothing that the host mounts later
    /// arrives there. `isHandedOn`: whether the host's own mount would hand it on.
    case isCutOff(at: String, folder: String, isHandedOn: Bool)
    /// The mount point itself, or a folder on it, was bound to this path.
    case isBound(at: String)
    case isAbsent
    /// Handed on by a way that the tables do not show whole.
    case isUnknown
  }

  /// - Parameter source: what is mounted there, such as `nas:/export`; empty where that is not known.
  public func sight(of path: String, source: String, host: MountTable) -> Sight {
    guard let holder = host.holder(of: Self.parent(of: path)) else { return .isUnknown }
    // The mount point as the file system below it names it.
    let place = Self.join(holder.root, Self.rest(of: path, below: holder.path))
    let candidates = rows.filter { row in
      guard row.device == holder.device, row.root != place, Mounts.contains(row.root, place),
        Mounts.contains(holder.root, row.root)
      else { return false }
      // Others may cover it.
      return self.holder(of: Self.parent(of: row.path(of: place))) == row
    }
    let seen = Set(candidates.map { $0.path(of: place) })
    let devices = Set(host.rows(at: path).map(\.device))
    let copy = rows.first { row in
      guard row.isNetwork || row.isAutomount, !seen.contains(where: { Mounts.contains($0, row.path) }) else {
        return false
      }
      return devices.contains(row.device) || (!source.isEmpty && row.source == source)
    }
    if let copy { return .isBound(at: copy.path) }
    if let row = candidates.first(where: { $0.follows(holder) }) {
      return .comesAndGoes(at: row.path(of: place))
    }
    guard let row = candidates.first else { return .isAbsent }
    if row.master != nil { return .isUnknown }
    let folder = Self.join(holder.path, Self.rest(of: row.root, below: holder.root))
    return .isCutOff(at: row.path, folder: folder, isHandedOn: holder.shared != nil)
  }
}

extension MountTable.Row {
  /// Where a folder of this file system, which lies below `root`, is seen.
  fileprivate func path(of place: String) -> String {
    MountTable.join(path, MountTable.rest(of: place, below: root))
  }

  fileprivate func follows(_ host: MountTable.Row) -> Bool {
    guard let group = host.shared else { return false }
    return shared == group || master == group || origin == group
  }
}
