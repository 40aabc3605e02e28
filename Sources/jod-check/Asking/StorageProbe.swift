import Glibc
import JodCore

/// Asks the storage server for a sign of life: opens a TCP connection to the storage service, and closes it at once.
struct StorageProbe {
  /// A second is plenty on a home's network (specification, Probes).
  static let timeLimit: Seconds = 1
  /// More, beside the time that Jellyfin takes, than a machine of the same house needs that is on.
  static let glance: Seconds = 0.005
  /// So soon closes what accepts connections in another's place: a container's proxy, before its service listens.
  static let proxyLimit: Seconds = 0.2

  private let dial: Dial
  private let lastAddress: Endpoint?
  private let isNew: Bool

  /// Begins. The answer may come while something else is done, and counts even if it is looked at later.
  ///
  /// - Parameters:
  ///   - lastAddress: where to look while the name does not resolve.
  ///   - isNew: whether it was not ready when it was last looked at. Then a connection must last to count.
  init(_ endpoint: Endpoint, lastAddress: Endpoint? = nil, isNew: Bool = false) {
    dial = Dial(endpoint)
    self.lastAddress = lastAddress
    self.isNew = isNew
  }

  struct Result: Equatable {
    /// Nil where the name does not resolve, and no address of it is known.
    var probe: Probe?
    /// The address at which it is ready.
    var address: String?
  }

  /// All of its name's, as far as they are known by now.
  var addresses: [IPAddress] { dial.addresses.compactMap(\.address) }

  /// What comes of it in so much time from now; a later answer is silence.
  func result(within limit: Seconds = timeLimit) -> Result {
    do throws(DialFailure) {
      return look(at: try dial.connection(by: Deadline(in: limit)))
    } catch .noAddress, .noNameServer {
      guard let lastAddress else { return Result(probe: nil) }
      return StorageProbe(lastAddress, isNew: isNew).result(within: limit)
    } catch {
      // A kernel answered, by any of the name's addresses.
      return Result(probe: dial.failures.contains { $0.code == ECONNREFUSED } ? .up : .silent)
    }
  }

  private func look(at connection: Socket) -> Result {
    if isNew, connection.isClosed(within: Self.proxyLimit) { return Result(probe: .up) }
    return Result(probe: .ready, address: connection.peerAddress)
  }
}
