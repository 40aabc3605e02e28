import Glibc
import JodCore

/// Jellyfin's process on this machine. Only root may look at it, so this is done before root becomes the user.
struct JellyfinProcess {
  private static let tableLimit = 4 << 20
  /// The first is its own program's, the second that of .NET, by which others start it.
  private static let names: Set = ["jellyfin", "dotnet"]

  let id: Int

  /// Who listens at the port of the URL. Where that is a proxy's process, as a container engine has one for each
  /// published port, or where nobody does, it is the one process that is called jellyfin. Nil where that cannot be told.
  init?(at url: BaseURL) {
    guard Self.isHere(url.endpoint) else { return nil }
    let processes = Files.names(in: "/proc").compactMap { Int($0) }
    let inodes = ["tcp", "tcp6"].map { Files.text("/proc/net/\($0)", limit: 16 << 20) ?? "" }
      .reduce(into: Set<Int>()) { $0.formUnion(SocketInodes.listening(at: url.endpoint.port, $1)) }
    let sockets = Set(inodes.map { "socket:[\($0)]" })
    let named = processes.filter { Self.names.contains(Self.name($0)) }
    if let holder = named.first(where: { Self.holds(sockets, $0) }) {
      id = holder
      return
    }
    let others = named.filter { Self.name($0) == "jellyfin" }
    guard others.count == 1, let other = others.first else { return nil }
    id = other
  }

  /// How it sees the mounts of this machine; nil where that may not be read.
  var view: Diagnosis.JellyfinView? {
    guard let own = Files.link("/proc/self/ns/mnt"), let its = Files.link("/proc/\(id)/ns/mnt"),
      let mountinfo = Files.text("/proc/\(id)/mountinfo", limit: Self.tableLimit),
      let host = Files.text("/proc/self/mountinfo", limit: Self.tableLimit)
    else { return nil }
    let cgroup = Files.text("/proc/\(id)/cgroup", limit: 1 << 16) ?? ""
    return Diagnosis.JellyfinView(
      mountinfo: mountinfo, host: host, engine: Diagnosis.JellyfinView.engine(cgroup: cgroup),
      isHosts: own == its)
  }

  /// Whether this machine's loopback is another one to it, as in a container on a bridge.
  var hasOwnNetwork: Bool {
    guard let own = Files.link("/proc/self/ns/net"), let its = Files.link("/proc/\(id)/ns/net") else {
      return false
    }
    return own != its
  }

  /// A name of another machine's is that machine's Jellyfin. No name server is asked.
  static func isHere(_ endpoint: Endpoint) -> Bool {
    if endpoint.isLoopback { return true }
    let host = endpoint.host
    var buffer = [CChar](repeating: 0, count: 256)
    if gethostname(&buffer, buffer.count - 1) == 0,
      host == String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    {
      return true
    }
    guard let address = IPv4Address(host) else { return false }
    return Interfaces.all().contains { $0.address == address }
  }

  private static func name(_ process: Int) -> String {
    (Files.text("/proc/\(process)/comm", limit: 256) ?? "").split(separator: "\n").first.map(String.init)
      ?? ""
  }

  private static func holds(_ sockets: Set<String>, _ process: Int) -> Bool {
    let folder = "/proc/\(process)/fd"
    return Files.names(in: folder).contains { name in
      Files.link("\(folder)/\(name)").map(sockets.contains) ?? false
    }
  }
}
