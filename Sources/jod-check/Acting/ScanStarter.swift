import Glibc
import JodCore

extension Program {
  /// Lets Jellyfin scan its libraries, which was noted before, and notes what came of it. Within 3 s, and before the 10 s are
  /// over that a check may take.
  ///
  /// - Parameters:
  ///   - task: the id of Jellyfin's task.
  ///   - start: when the check began.
  /// - Returns: what has changed, and what is wrong.
  func startScan(_ task: String, start: Now) -> (changes: [Change], unwritable: Trouble?) {
    let left = min(3, start.moment.boot + 9 - Clock.seconds(CLOCK_BOOTTIME))
    let failure = Jellyfin(configuration).start(task: task, deadline: Deadline(in: max(0, left)))
    var changes: [Change] = []
    let problems = remember(at: Clock.now()) { memory in
      changes = memory.settleScan(failure)
      return changes
    }
    return (changes, problems.unwritable)
  }
}
