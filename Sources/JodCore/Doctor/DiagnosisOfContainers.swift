/// Whether Jellyfin's own process, in a container or a sandbox, sees the storage server's mounts come and go.
extension Diagnosis {
  /// Jellyfin's process, as only root may look at it.
  public struct JellyfinView: Hashable, Sendable {
    public enum Engine: Hashable, Sendable { case docker, podman, none }

    /// Its `/proc/PID/mountinfo`.
    public var mountinfo: String
    /// That of this machine, read at the same time.
    public var host: String
    public var engine: Engine
    /// Whether it has no mounts of its own.
    public var isHosts: Bool

    public init(mountinfo: String, host: String, engine: Engine, isHosts: Bool) {
      (self.mountinfo, self.host, self.engine, self.isHosts) = (mountinfo, host, engine, isHosts)
    }

    /// Which engine runs a process, by its `/proc/PID/cgroup`.
    public static func engine(cgroup: String) -> Engine {
      if cgroup.includes("libpod") { return .podman }
      return cgroup.includes("docker") || cgroup.includes("containerd") ? .docker : .none
    }
  }

  private static let containerSubject = "Jellyfin's mounts"

  /// - Parameter view: nil where Jellyfin's process is not on this machine, or cannot be looked at.
  public static func containers(_ mounts: [NetworkMount], _ view: JellyfinView?) -> [Finding] {
    guard let view, !view.isHosts, !mounts.isEmpty else { return [] }
    let (table, host) = (MountTable(view.mountinfo), MountTable(view.host))
    let sights = mounts.map { ($0.path, table.sight(of: $0.path, source: $0.source, host: host)) }
    let findings = sights.compactMap { path, sight in container(path, sight, view.engine)?.withCleanRemedy }
    guard findings.isEmpty else { return findings }
    let seen = sights.filter { if case .comesAndGoes = $0.1 { true } else { false } }
    if seen.isEmpty { return [] }
    let paths = seen.map { Printable.quoted($0.0) }.joined(separator: ", ")
    return [.good(containerSubject, "\(paths): Jellyfin sees it come and go")]
  }

  private static func container(_ path: String, _ sight: MountTable.Sight, _ engine: JellyfinView.Engine)
    -> Finding?
  {
    let name = Printable.quoted(path)
    let parent = MountTable.parent(of: path)
    switch sight {
    case .comesAndGoes, .isAbsent, .isUnknown: return nil
    case .isCutOff(let target, let folder, let isHandedOn):
      let what =
        "Jellyfin has a copy of \(Printable.quoted(folder)) without its later mounts (private propagation): \(name) is \"Too many levels of symbolic links\" to it, or an old mount that never goes."
      guard isHandedOn else {
        return .fault(
          containerSubject, what,
          remedy:
            "The mount below \(folder) is private on this machine itself: run `mount --make-shared` on it at each boot, before the container starts. \(binding(folder, to: target, engine))"
        )
      }
      return .fault(containerSubject, what, remedy: binding(folder, to: target, engine))
    case .isBound(let target):
      let what =
        "Jellyfin's container binds the mount point \(name) itself: each start of it wakes the storage, or hangs, and its copy stays for ever and keeps the storage on."
      return .fault(containerSubject, what, remedy: remedyOfBound(path, parent, target, engine))
    }
  }

  private static func remedyOfBound(
    _ path: String, _ parent: String, _ target: String, _ engine: JellyfinView.Engine
  ) -> String {
    guard parent != "/" else {
      return
        "Mount it one folder deeper, such as at /srv/nas\(path), and bind the folder above. \(binding("/srv/nas", to: "/srv/nas", engine))"
    }
    // The paths in Jellyfin's libraries stay as they are where both ends have the same last name.
    let above = MountTable.parent(of: target)
    let stays = path.split(separator: "/").last == target.split(separator: "/").last && above != "/"
    let hint =
      stays
      ? ""
      : "\nIn Jellyfin the folder is then \(MountTable.join(parent, "/\(path.split(separator: "/").last ?? "")"))."
    return binding(parent, to: stays ? above : parent, engine) + hint
  }

  /// The line that binds a folder so that what is mounted below arrives, and goes again.
  private static func binding(_ folder: String, to target: String, _ engine: JellyfinView.Engine) -> String {
    let compose = """
      Docker Compose, below volumes:
        - type: bind
          source: \(folder)
          target: \(target)
          bind:
            propagation: rslave
      """
    let quadlet = """
      Podman Quadlet, below [Container]:
        Volume=\(folder):\(target):rslave
      """
    let start = "Bind the folder above the mount point, with rslave, and make the container anew."
    switch engine {
    case .docker: return "\(start)\n\(compose)"
    case .podman: return "\(start)\n\(quadlet)"
    case .none: return "\(start) In a unit of systemd: MountFlags=slave.\n\(compose)\n\(quadlet)"
    }
  }
}
