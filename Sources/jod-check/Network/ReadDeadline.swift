import JodCore

/// How long a reply is waited for: until a deadline, and beyond it only while bytes arrive.
struct ReadDeadline {
  /// Beyond the deadline, bytes may stay away for so long at most.
  private static let silence: Seconds = 1

  private(set) var deadline: Deadline
  private let longest: Deadline

  /// - Parameter longest: the end even while bytes arrive; the deadline itself if there is none.
  init(until deadline: Deadline, longest: Deadline? = nil) {
    (self.deadline, self.longest) = (deadline, longest ?? deadline)
  }

  /// Notes that bytes have arrived just now.
  mutating func noteArrival() { deadline = max(deadline, min(longest, Deadline(in: Self.silence))) }
}
