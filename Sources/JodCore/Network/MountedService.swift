/// The storage service of a host, told by what this machine mounts of it, now or ever (specification, The storage service).
public struct MountedService: Hashable, Sendable {
  public var endpoint: Endpoint
  /// The mount point that told.
  public var path: String

  /// The first mount of the host's, those that are no ssh before those that are; nil where there is none.
  ///
  /// - Parameters:
  ///   - host: a name or an address.
  ///   - fstab: the text of `/etc/fstab`.
  ///   - unitFiles: texts of mount units.
  ///   - hosts: the text of `/etc/hosts`, by which a name and an address are the same. No name server is asked: a check would
  ///     wait for it.
  public init?(of host: String, fstab: String, unitFiles: [String], hosts: String) {
    let mounts = NetworkMount.inFiles(fstab: fstab, unitFiles: unitFiles)
    guard !mounts.isEmpty else { return nil }
    let names = Self.names(of: host, hosts)
    let services: [MountedService] = mounts.compactMap { mount in
      guard names.contains(Self.plain(Mounts.server(of: Substring(mount.source)))) else { return nil }
      return Self.port(of: mount).map { port in
        MountedService(endpoint: Endpoint(host: host, port: port), path: mount.path)
      }
    }
    guard let first = services.first(where: { $0.endpoint.port != 22 }) ?? services.first else { return nil }
    self = first
  }

  init(endpoint: Endpoint, path: String) { (self.endpoint, self.path) = (endpoint, path) }

  /// The port that the file system's own client takes (nfs(5), mount.cifs(8), sshfs(1)); nil where it has none by TCP.
  private static func port(of mount: NetworkMount) -> Int? {
    let standard: Int
    switch mount.type {
    case "nfs", "nfs4": standard = 2049
    case "cifs", "smb3": standard = 445
    case "fuse.sshfs", "sshfs": standard = 22
    default: return nil
    }
    // The last of several counts.
    let named = mount.options.last { $0.hasPrefix("port=") }.map { String($0.dropFirst(5)) }
    return named.map { Endpoint.port($0) } ?? standard
  }

  /// All names and addresses of the host that `/etc/hosts` knows, itself included.
  private static func names(of host: String, _ hosts: String) -> Set<String> {
    let lines = hosts.split(separator: "\n").map { line in
      line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map { plain(String($0)) }
    }
    var names: Set = [plain(host)]
    // Twice: from a name to its address, and to that address's other names.
    for _ in 0..<2 {
      for line in lines where !names.isDisjoint(with: line) { names.formUnion(line) }
    }
    return names
  }

  private static func plain(_ name: String) -> String {
    let lower = name.lowercased()
    return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
  }
}

extension NetworkMount {
  /// The network mounts that this machine's files name, those of fstab first.
  static func inFiles(fstab: String, unitFiles: [String]) -> [NetworkMount] {
    let sources = FstabEntry.sources(fstab)
    let entries = FstabEntry.entries(fstab).map { entry in
      NetworkMount(
        path: entry.path, source: sources[entry.path] ?? "", type: entry.type, options: entry.options)
    }
    return (entries + unitFiles.compactMap(Self.init(unitFile:))).filter {
      Mounts.networkTypes.contains($0.type)
    }
  }
}
