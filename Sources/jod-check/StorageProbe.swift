import Glibc
import JodCore

/// Asks the storage server for a sign of life: opens a TCP connection to the storage service, and closes it at once.
struct StorageProbe {
  /// A second is plenty on a home's network (specification, section 1).
  static let timeLimit: Seconds = 1
  /// More, beside the time that Jellyfin takes, than a machine of the same house needs that is on.
  static let glance: Seconds = 0.005

  private let dial: Dial

  /// Begins. The answer may come while something else is done, and counts whenever it is looked at.
  init(_ endpoint: Endpoint) { dial = Dial(endpoint) }

  /// What comes of it in so much time from now; a later answer is silence.
  func result(within limit: Seconds = timeLimit) -> Probe {
    do throws(DialFailure) {
      _ = try dial.connection(by: Deadline(in: limit))
      return .ready
    } catch {
      // A kernel answered, by any of the name's addresses.
      return dial.failures.contains { $0.code == ECONNREFUSED } ? .up : .silent
    }
  }
}
