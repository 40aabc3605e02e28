// sd-daemon.h includes sys/socket.h, whose constants a whole-module build then finds in this module alone.
import CSystemd
import Glibc
import JodCore

/// Reads what has crossed between this machine and the storage server.
struct StorageTraffic {
  /// Nil when waking blindly: then the mounts alone are seen.
  let server: Endpoint?
  /// `/proc/self/mountstats`, open.
  let mountstats: Int32

  /// - Parameter addresses: the storage server's.
  func read(_ addresses: [IPAddress]) -> TrafficReading {
    var reading = TrafficReading([], addresses: addresses)
    if server != nil, addresses.isEmpty { reading.unseen = .addresses }
    do throws(ConnectionQuery.Failure) {
      reading.flows = try Self.connections(addresses).map(TrafficReading.Flow.init)
    } catch {
      reading.unseen = .connections(error)
    }
    // A mount's path may be in any encoding.
    let bytes = try? Files.read(mountstats, name: "mountstats", limit: 16 << 20)
    if let mounts = bytes.flatMap({ MountStatistics.flows($0, from: server) }) {
      reading.flows += mounts
    } else {
      reading.unseen = reading.unseen ?? .mounts
    }
    return reading
  }

  /// This machine's TCP connections with these addresses, its kernel's own included.
  static func connections(_ addresses: [IPAddress]) throws(ConnectionQuery.Failure)
    -> [ConnectionQuery.Connection]
  {
    guard !addresses.isEmpty else { return [] }
    let descriptor = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
      sockDiag)
    guard descriptor >= 0 else { throw .refused(errno) }
    defer { close(descriptor) }
    let deadline = Deadline(in: timeLimit)
    var buffer = [UInt8](repeating: 0, count: bufferSize)
    var found: [ConnectionQuery.Connection] = []
    for query in ConnectionQuery.all(addresses) {
      found += try answer(to: query, at: descriptor, &buffer, by: deadline)
    }
    return found
  }

  /// `NETLINK_SOCK_DIAG`
  private static let sockDiag: Int32 = 4
  /// Seconds for all of it. The kernel answers in less than a thousandth, unless it refuses.
  private static let timeLimit: Seconds = 1
  /// The kernel fills a reader's buffer, up to 32 KiB (netlink_dump in net/netlink/af_netlink.c).
  private static let bufferSize = 32 << 10

  private static func answer(
    to query: ConnectionQuery, at descriptor: Int32, _ buffer: inout [UInt8], by deadline: Deadline
  ) throws(ConnectionQuery.Failure) -> [ConnectionQuery.Connection] {
    var query = query
    let request = query.bytes
    // Without an address it is for the kernel.
    guard send(descriptor, request, request.count, 0) == request.count else { throw .refused(errno) }
    while !query.isOver {
      var states = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
      guard Socket.wait(for: &states, until: deadline) else { throw .refused(ETIMEDOUT) }
      // The whole length, even where the buffer is shorter.
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_TRUNC))
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { throw .refused(errno) }
      guard count <= buffer.count else { throw .notUnderstood }
      var failure: ConnectionQuery.Failure?
      buffer.withUnsafeBytes { bytes in
        do throws(ConnectionQuery.Failure) {
          try query.read(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
    return query.connections
  }
}
