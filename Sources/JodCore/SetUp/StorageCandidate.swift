/// A machine of which this one has network mounts: most likely the storage server.
public struct StorageCandidate: Hashable, Sendable {
  /// As the mounts name it.
  public let host: String
  public let mounts: [NetworkMount]

  public init(host: String, mounts: [NetworkMount]) { (self.host, self.mounts) = (host, mounts) }

  /// The port of its service, by the first mount whose kind has one.
  public var port: Int? { mounts.compactMap(Self.port).first }

  /// The port by which a file system speaks with its server, unless the mount itself names another.
  static func port(of mount: NetworkMount) -> Int? {
    let own = mount.options.first { $0.hasPrefix("port=") }.flatMap { Endpoint.port(String($0.dropFirst(5))) }
    if let own { return own }
    let type = mount.type.hasPrefix("fuse.") ? String(mount.type.dropFirst(5)) : mount.type
    switch type {
    case "nfs", "nfs4": return 2049
    case "cifs", "smb3", "smbfs": return 445
    case "sshfs": return 22
    case "9p": return 564
    case "glusterfs": return 24007
    default: return nil
    }
  }

  /// Those that may be the storage server, the likeliest first: what Jellyfin's libraries lie on, then what has most mounts.
  ///
  /// - Parameter libraries: their folders, as this machine sees them.
  public static func ranked(_ candidates: [StorageCandidate], libraries: [String]) -> [StorageCandidate] {
    func holds(_ candidate: StorageCandidate) -> Int {
      libraries.count { folder in candidate.mounts.contains { Mounts.contains($0.path, folder) } }
    }
    // A name and an address of one machine have the same mounts; the name stays.
    let different = candidates.filter { candidate in
      !candidate.mounts.isEmpty
        && !candidates.contains { other in
          other.host != candidate.host && Set(candidate.paths).isSubset(of: other.paths)
            && (other.paths.count > candidate.paths.count || other.isNamed && !candidate.isNamed)
        }
    }
    return different.sorted {
      (holds($0), $0.mounts.count, $1.host) > (holds($1), $1.mounts.count, $0.host)
    }
  }

  private var paths: [String] { mounts.map(\.path) }
  private var isNamed: Bool { !Endpoint(host: host, port: 1).isNumeric }
}

/// How a wake request gets to the storage server.
public struct WakePath: Hashable, Sendable {
  public let broadcast: IPv4Address
  /// Nil where the broadcast address alone leads there.
  public let interface: String?

  /// Nil where the storage server is on no network of this machine: then a router is in between, and nothing is known.
  public init?(to storage: [IPv4Address], _ interfaces: [InterfaceAddress]) {
    let near = interfaces.first { interface in interface.isUp && storage.contains { interface.reaches($0) } }
    guard let near, let broadcast = near.broadcast else { return nil }
    self.broadcast = broadcast
    // Two cards on one network have one broadcast address.
    interface = interfaces.contains { $0.name != near.name && $0.broadcast == broadcast } ? near.name : nil
  }

  /// The address by which others of the house see this machine: that of a card, and of the storage server's network where
  /// that is known.
  public static func ownAddress(_ interfaces: [InterfaceAddress], storage: [IPv4Address]) -> IPv4Address? {
    let cards = interfaces.filter { $0.isUp && !$0.isVirtual && $0.address?.bytes.first != 127 }
    let near = cards.first { card in storage.contains { card.reaches($0) } }
    return (near ?? cards.first { $0.address != nil })?.address
  }
}
