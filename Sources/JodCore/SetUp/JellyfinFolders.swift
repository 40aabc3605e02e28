/// Folders of Jellyfin's as this machine sees them, and folders of this machine's as Jellyfin sees them.
public struct JellyfinFolders: Sendable {
  private let view: Diagnosis.JellyfinView?

  /// - Parameter view: nil where its process is not on this machine, or cannot be looked at.
  public init(_ view: Diagnosis.JellyfinView?) { self.view = view }

  private var isInContainer: Bool { view.map { !$0.isHosts } ?? false }

  /// Where its log may be: Debian's package, then the container's, by this machine's paths. The last is the image's folder,
  /// whose parent is often what is bound.
  public var logs: [String] {
    guard isInContainer, let view else { return ["/var/log/jellyfin"] }
    let (table, host) = (MountTable(view.mountinfo), MountTable(view.host))
    return ["/config/log", "/var/log/jellyfin"].compactMap { folder in
      guard let row = table.holder(of: folder), row.path != "/" else { return nil }
      let place = MountTable.join(row.root, MountTable.rest(of: folder, below: row.path))
      // The deepest of this machine's mounts of that file system which has the folder.
      let holder = host.rows.filter { $0.device == row.device && Mounts.contains($0.root, place) }
        .max { $0.root.utf8.count < $1.root.utf8.count }
      return holder.map { MountTable.join($0.path, MountTable.rest(of: place, below: $0.root)) }
    }
  }

  /// Where Jellyfin sees a mount point of this machine's; nil where it does not.
  public func place(of mount: NetworkMount) -> String? {
    guard isInContainer, let view else { return mount.path }
    let sight = MountTable(view.mountinfo).sight(
      of: mount.path, source: mount.source, host: MountTable(view.host))
    switch sight {
    case .comesAndGoes(let place), .isBound(let place): return place
    // Above the mount point: the rest of the path is the same.
    case .isCutOff(let place, let folder, _):
      return MountTable.join(place, MountTable.rest(of: mount.path, below: folder))
    case .isAbsent, .isUnknown: return nil
    }
  }
}
