import Glibc
import JodCore

/// A moment by which something must be over. It lies on the clock that no setting of the time moves.
struct Deadline: Comparable {
  private let time: Seconds

  /// So many seconds from now.
  init(in seconds: Seconds) { time = Clock.seconds(CLOCK_MONOTONIC) + seconds }

  /// In seconds; below zero when it is over.
  var left: Seconds { time - Clock.seconds(CLOCK_MONOTONIC) }

  var isOver: Bool { left <= 0 }

  static func < (left: Deadline, right: Deadline) -> Bool { left.time < right.time }
}
