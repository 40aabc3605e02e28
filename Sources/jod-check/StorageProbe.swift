import Glibc
import JodCore
import NIOCore
import NIOPosix

/// Asks the storage server for a sign of life.
enum StorageProbe {
  /// A second is plenty on a home's network (specification, section 1).
  static let timeLimit = TimeAmount.seconds(1)
  /// More, beside the time that Jellyfin takes, than a machine of the same house needs that is on.
  static let glance = TimeAmount.milliseconds(5)

  /// Opens a TCP connection to the storage service, and closes it at once. The future never fails.
  static func start(_ endpoint: Endpoint, on group: any EventLoopGroup) -> EventLoopFuture<Probe> {
    let loop = group.next()
    let promise = loop.makePromise(of: Probe.self)
    // Over the name's resolution as well, which knows no deadline. Whoever comes second is not heard.
    let timer = loop.scheduleTask(in: timeLimit) { promise.succeed(.silent) }
    ClientBootstrap(group: loop).connectTimeout(timeLimit)
      .resolver(NameResolver(endpoint.host, port: endpoint.port, on: loop))
      .connect(host: endpoint.host, port: endpoint.port)
      .whenComplete { result in
        timer.cancel()
        switch result {
        case .success(let channel):
          channel.close(promise: nil)
          promise.succeed(.ready)
        case .failure(let error):
          promise.succeed(isRefusal(error) ? .up : .silent)
        }
      }
    return promise.futureResult
  }

  /// What comes of a probe in so much time from now; a later answer is silence.
  static func result(of probe: EventLoopFuture<Probe>, within limit: TimeAmount) -> Probe {
    let promise = probe.eventLoop.makePromise(of: Probe.self)
    let timer = probe.eventLoop.scheduleTask(in: limit) { promise.succeed(.silent) }
    probe.whenSuccess { answer in
      timer.cancel()
      promise.succeed(answer)
    }
    // It never fails, ignoring.
    return (try? promise.futureResult.wait()) ?? .silent
  }

  /// Whether a kernel answered, by any of the name's addresses.
  private static func isRefusal(_ error: any Error) -> Bool {
    switch error {
    case let error as NIOConnectionError: error.connectionErrors.contains { isRefusal($0.error) }
    case let error as IOError: error.errnoCode == ECONNREFUSED
    default: false
    }
  }
}
