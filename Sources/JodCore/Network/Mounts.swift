/// Which file systems are mounted where, told by mount tables alone: a question to the file system itself would hang
/// while the storage server sleeps.
public struct Mounts: Sendable {
  public struct Entry: Hashable, Sendable {
    public var path: String
    public var type: String

    public init(path: String, type: String) {
      self.path = path
      self.type = type
    }

    /// autofs as well: what it mounts at the first touch is a network's more often than not.
    public var isNetwork: Bool { type == "autofs" || Mounts.networkTypes.contains(type) }
  }

  /// File systems that another machine serves.
  static let networkTypes: Set<String> = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph", "lustre", "davfs", "fuse.sshfs",
    "sshfs", "fuse.rclone", "rclone", "fuse.glusterfs", "glusterfs", "fuse.smbnetfs", "fuse.davfs2",
    "fuse.s3fs",
  ]

  /// Where a folder lies.
  public enum Place: Hashable, Sendable {
    /// On a network's file system, by its mount point.
    case network(Entry)
    /// Is a mount point itself.
    case mountPoint(Entry)
    /// Has a mount below it, this one.
    case above(Entry)
    /// Belongs on a mount that `/etc/fstab` has, and that is not there.
    case unmounted(Entry)
    case local
  }

  /// What is mounted; of several at one path, the last covers the others.
  public let entries: [Entry]
  /// What an administrator wants mounted from a network.
  public let wanted: [Entry]

  public init(entries: [Entry], wanted: [Entry] = []) {
    self.entries = entries
    self.wanted = wanted
  }

  /// Reads `/proc/self/mountinfo` (proc(5)) and `/etc/fstab` (fstab(5)); lines that are neither's are skipped.
  public init(mountinfo: String, fstab: String) {
    entries = mountinfo.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 8, let separator = fields.firstIndex(of: "-"), separator + 1 < fields.count else {
        return nil
      }
      return Entry(path: Self.unescaped(fields[4]), type: String(fields[separator + 1]))
    }
    wanted = fstab.split(separator: "\n").compactMap { line in
      let fields = line.split { $0 == " " || $0 == "\t" }
      guard fields.count >= 3, !fields[0].hasPrefix("#") else { return nil }
      let entry = Entry(path: Self.normal(Self.unescaped(fields[1])), type: String(fields[2]))
      return entry.isNetwork ? entry : nil
    }
  }

  /// Where something is mounted from one of these names or addresses, or at one of these paths, by `/proc/self/mountinfo`.
  /// An automount that waits for its first touch is no such mount.
  public static func mounted(from names: [String], at paths: [String] = [], mountinfo: String) -> [String] {
    mountinfo.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard let separator = fields.firstIndex(of: "-"), separator > 4, separator + 3 < fields.count,
        networkTypes.contains(String(fields[separator + 1]))
      else { return nil }
      let (source, options, path) = (fields[separator + 2], fields[separator + 3], unescaped(fields[4]))
      let address = options.split(separator: ",").first { $0.hasPrefix("addr=") }?.dropFirst(5)
      let isFrom = names.contains(server(of: source)) || address.map { names.contains(String($0)) } ?? false
      return isFrom || paths.contains(path) ? path : nil
    }
  }

  /// The server in `nas:/export`, `[fd00::2]:/export`, `anna@nas:/export` or `//nas/share`; empty where none is named.
  public static func server(of source: String) -> String { server(of: Substring(source)) }

  static func server(of source: Substring) -> String {
    if source.hasPrefix("//") { return String(source.dropFirst(2).prefix { $0 != "/" }) }
    let host = source.firstIndex(of: "@").map { source[source.index(after: $0)...] } ?? source
    if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
    return host.firstIndex(of: ":").map { String(host[..<$0]) } ?? ""
  }

  public func place(of folder: String) -> Place {
    let folder = Self.normal(folder)
    // The deepest mount holds the folder; of several at one path, the last.
    let holder = entries.filter { Self.contains($0.path, folder) }
      .enumerated().max { ($0.element.path.utf8.count, $0.offset) < ($1.element.path.utf8.count, $1.offset) }?
      .element
    if let holder, holder.isNetwork { return .network(holder) }
    // Everything lies below the root.
    if folder == "/" { return .local }
    let missing = wanted.first { entry in
      !entries.contains { $0.path == entry.path }
        && (Self.contains(entry.path, folder) || Self.contains(folder, entry.path))
    }
    if let missing { return .unmounted(missing) }
    if let below = entries.first(where: { $0.path != folder && Self.contains(folder, $0.path) }) {
      return .above(below)
    }
    if let holder, holder.path == folder { return .mountPoint(holder) }
    return .local
  }

  /// Whether a path is a folder, or lies below it.
  public static func contains(_ folder: String, _ path: String) -> Bool {
    folder == "/" || path == folder || path.hasPrefix("\(folder)/")
  }

  static func normal(_ path: String) -> String {
    "/" + path.split(separator: "/").joined(separator: "/")
  }

  /// The kernel writes a blank, a tab, a line end and a backslash as three octal digits.
  static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Diagnosis {
  /// Where the libraries' folders lie: a line for each that a scan could empty, and one for the rest.
  public static func libraries(_ answer: Result<[JellyfinLibrary], Trouble>, _ mounts: Mounts) -> [Finding] {
    let subject = "Libraries"
    let libraries: [JellyfinLibrary]
    switch answer {
    case .success(let value): libraries = value
    case .failure(let trouble): return [fault(subject, trouble)]
    }
    let places = Set(libraries.flatMap(\.folders)).sorted().map { ($0, mounts.place(of: $0)) }
    if places.isEmpty { return [.good(subject, "none yet")] }
    let risks = places.compactMap { folder, place in risk(subject, Printable.quoted(folder), place) }
    let remote = places.filter { $0.1.isStorage }.count
    if remote == 0, risks.isEmpty {
      return [
        .warning(
          subject, "no library folder is on a mount, as this machine sees it.",
          remedy:
            "Mount the storage, or a scan finds the folders empty and removes their items. If Jellyfin runs in a container or on another machine, look at its mounts there."
        )
      ]
    }
    if remote == 0 { return risks }
    return [.good(subject, "\(remote) of \(Printable.count(places.count, "folder")) on mounts")] + risks
  }

  private static func risk(_ subject: String, _ folder: String, _ place: Mounts.Place) -> Finding? {
    switch place {
    case .network, .mountPoint, .local:
      return nil
    case .above(let entry):
      return .warning(
        subject,
        "\(folder) lies above the mount \(Printable.quoted(entry.path)): a scan while that is off removes its items.",
        remedy:
          "In Jellyfin, replace it by folders below the mount's top, or disable scans (Dashboard, Scheduled Tasks, Scan Media Library)."
      )
    case .unmounted(let entry):
      return .warning(
        subject,
        "\(folder) needs \(Printable.quoted(entry.path)), which is in /etc/fstab but not mounted: a scan now can remove its items.",
        remedy:
          "Wake the storage and mount it. For good, let an access wake it: give the mount x-systemd.automount, nofail and noauto in /etc/fstab, and name \(entry.path) in STORAGE_MOUNTS. Keep media in subfolders below the mount's top, or disable scans."
      )
    }
  }
}

extension Mounts.Place {
  fileprivate var isStorage: Bool {
    switch self {
    case .network, .mountPoint: true
    case .above, .unmounted, .local: false
    }
  }
}
