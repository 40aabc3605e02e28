/// What this machine reads over NFS: the only sign of clients that stream without telling Jellyfin.
public struct Traffic: Hashable, Sendable {
  /// Since the mounts were made.
  public var bytes: Double
  /// Boot clock at the reading.
  public var at: Seconds
  /// Bytes a second since the reading before; nil where there is none to compare with.
  public var rate: Double?

  /// From here on somebody is served (specification, No traffic), in bytes a second.
  static let busy = 100.0 * 1024

  init(bytes: Double, at: Seconds, before: Traffic?) {
    self.bytes = bytes
    self.at = at
    // Fewer than before: the mounts were made anew.
    if let before, at > before.at, bytes >= before.bytes { rate = (bytes - before.bytes) / (at - before.at) }
  }

  var isPlausible: Bool {
    Moment.isBootClock(at) && (0...1e18).contains(bytes) && (0...1e18).contains(rate ?? 0)
  }

  /// The bytes that all NFS mounts in a `/proc/self/mountstats` have read from their servers; nil where a mount's cannot
  /// be understood.
  ///
  /// Mounts of other servers than the storage server count as well, unless both are known by their addresses: a name may
  /// have any address, and in doubt the storage stays up.
  public static func bytesRead(mountstats: String, from server: Endpoint?) -> Double? {
    var total = 0.0
    var counts = false
    var seen: Set<[Substring]> = []
    for line in mountstats.split(separator: "\n") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.first == "device" {
        // Twice where the sandbox makes a folder above it read-only: what it was, and a copy that covers it.
        counts =
          words.contains { $0 == "nfs" || $0 == "nfs4" } && !isAnother(words[1], than: server)
          && seen.insert(words).inserted
      } else if counts, words.first == "bytes:" {
        // normalread normalwrite directread directwrite serverread …: the fifth came over the network (Linux,
        // fs/nfs/iostat.h).
        guard words.count > 5, let read = Double(words[5]), read >= 0, read.isFinite else { return nil }
        total += read
      }
    }
    return total
  }

  private static func isAnother(_ device: Substring, than server: Endpoint?) -> Bool {
    guard let server, server.isNumeric, let colon = device.firstIndex(of: ":") else { return false }
    let host = String(device[..<colon])
    return IPv4Address(host) != nil && IPv4Address(server.host) != nil && host != server.host
  }
}

extension Traffic: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    bytes = try fields["bytes"]
    at = try fields["at"]
    rate = try fields["rate"]
  }

  public var json: JSON { .present(["bytes": bytes.json, "at": at.json, "rate": rate.json]) }
}

extension Memory {
  /// Notes a reading, beside the one before.
  public mutating func noteTraffic(_ observation: Observation, _ now: Now) {
    runtime.traffic = observation.nfsBytes.map {
      Traffic(bytes: $0, at: now.moment.boot, before: runtime.traffic)
    }
  }
}
