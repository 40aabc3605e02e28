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

  /// Waits until it is over, even if signals come in between.
  func wait() {
    var moment = timespec()
    let seconds = time.rounded(.down)
    (moment.tv_sec, moment.tv_nsec) = (Int(seconds), Int((time - seconds) * 1e9))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, nil) == EINTR {}
  }

  /// Looks again and again whether something has come about, with a pause in between. False where it has not until the end.
  func wait(lookingEvery pause: Seconds, for hasCome: () -> Bool) -> Bool {
    while !hasCome() {
      if isOver { return false }
      min(self, Deadline(in: pause)).wait()
    }
    return true
  }

  static func < (left: Deadline, right: Deadline) -> Bool { left.time < right.time }
}
