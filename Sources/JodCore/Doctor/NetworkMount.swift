/// A mount of the storage server's on this machine, mounted now or wanted: by `STORAGE_MOUNTS`, by fstab, or by a unit.
public struct NetworkMount: Hashable, Sendable {
  public var path: String
  /// Such as `nas:/export`; empty where nothing names it.
  public var source: String
  public var type: String
  public var options: [String]
  public var isMounted = false
  /// Whether `STORAGE_MOUNTS` names it.
  public var isNamed = false
  public var fstab: FstabEntry?
  /// Nil where systemd cannot be asked, or has never seen it.
  public var unit: ShownUnit?
  public var automount: ShownUnit?
  /// Those that start the mount with themselves.
  public var pullers: [ShownUnit] = []
  /// The name of something in the folder itself, where nothing is mounted; nil where that cannot be seen either.
  public var stray: String?
  /// Why an access wakes nobody though `STORAGE_MOUNTS` names it.
  public var refusal: StorageMount.Refusal?

  public init(path: String, source: String = "", type: String = "", options: [String] = []) {
    (self.path, self.source, self.type, self.options) = (path, source, type, options)
  }

  public var unitName: String { UnitName.ofPath(path, ".mount") ?? "" }
  public var automountName: String { UnitName.ofPath(path, ".automount") ?? "" }

  public var isNFS: Bool { type.hasPrefix("nfs") }

  /// Whether reads fail while the server does not answer. CIFS does that unless told otherwise (mount.cifs(8)).
  public var isSoft: Bool {
    if isNFS { return options.contains("soft") || options.contains("softerr") }
    return ["cifs", "smb3"].contains(type) && !options.contains("hard")
  }

  public var hasAutomount: Bool { fstab?.hasAutomount == true || automount?.isLoaded == true }

  /// Whether an access waits for the storage server.
  public var wakes: Bool { unit?.requires(Self.accessService) ?? isNamed }

  static let accessService = "jod-check-access.service"

  /// What a machine's texts have of the storage server's mounts, by their paths.
  ///
  /// - Parameters:
  ///   - names: the storage server's names and addresses.
  ///   - named: `STORAGE_MOUNTS`.
  ///   - unitFiles: texts of mount units.
  public static func all(
    of names: Set<String>, named: [String], table: MountTable, fstab: String, unitFiles: [String]
  ) -> [NetworkMount] {
    var mounts: [String: NetworkMount] = [:]
    func isTheirs(_ path: String, _ source: String) -> Bool {
      named.contains(path) || names.contains(Mounts.server(of: Substring(source)))
    }
    for mount in unitFiles.compactMap(Self.init(unitFile:)) where isTheirs(mount.path, mount.source) {
      mounts[mount.path] = mount
    }
    let sources = FstabEntry.sources(fstab)
    for entry in FstabEntry.entries(fstab).reversed() {
      let source = sources[entry.path] ?? ""
      guard isTheirs(entry.path, source) else { continue }
      mounts[entry.path] = NetworkMount(
        path: entry.path, source: source, type: entry.type, options: entry.options)
      mounts[entry.path]?.fstab = entry
    }
    for row in table.rows where row.isNetwork {
      guard isTheirs(row.path, row.source) || row.address.map(names.contains) ?? false else { continue }
      // A file system below an export is mounted by the kernel itself, and goes with it.
      let isBelow = table.rows.contains { $0.id == row.parent && $0.isNetwork }
      if mounts[row.path] == nil, isBelow { continue }
      var mount = mounts[row.path] ?? NetworkMount(path: row.path)
      (mount.source, mount.type, mount.options, mount.isMounted) = (row.source, row.type, row.options, true)
      mounts[row.path] = mount
    }
    for path in named {
      mounts[path, default: NetworkMount(path: path)].isNamed = true
    }
    return mounts.values.sorted { $0.path < $1.path }
  }

  /// All servers that fstab and mount units name.
  public static func servers(fstab: String, unitFiles: [String]) -> Set<String> {
    let sources = FstabEntry.entries(fstab).filter { Mounts.networkTypes.contains($0.type) }
      .compactMap { FstabEntry.sources(fstab)[$0.path] }
    let servers = (sources + unitFiles.compactMap { Self(unitFile: $0)?.source })
      .map { Mounts.server(of: Substring($0)) }
    return Set(servers).subtracting([""])
  }

  /// Nil where it is no mount unit that names its path.
  init?(unitFile text: String) {
    let pairs = UnitFile.assignments(text, section: "Mount").map { ($0.key, $0.value) }
    let values = Dictionary(pairs) { $1 }
    guard let path = values["Where"], path.hasPrefix("/") else { return nil }
    self.init(
      path: Mounts.normal(path), source: values["What"] ?? "", type: values["Type"] ?? "",
      options: values["Options"]?.split(separator: ",").map(String.init) ?? [])
  }
}

extension FstabEntry {
  /// What is mounted, by its mount point.
  static func sources(_ text: String) -> [String: String] {
    var sources: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split { $0 == " " || $0 == "\t" }
      guard fields.count >= 3, !fields[0].hasPrefix("#") else { continue }
      let path = Mounts.normal(Mounts.unescaped(fields[1]))
      if sources[path] == nil { sources[path] = Mounts.unescaped(fields[0]) }
    }
    return sources
  }
}
