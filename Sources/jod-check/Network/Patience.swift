import JodCore

/// How long somebody is listened to: until a deadline, and beyond it only while he goes on talking.
struct Patience {
  /// So long a silence may last beyond the deadline.
  private static let silence: Seconds = 1

  private(set) var deadline: Deadline
  private let longest: Deadline

  /// - Parameter longest: what nobody talks beyond; the deadline itself if there is none.
  init(until deadline: Deadline, longest: Deadline? = nil) {
    (self.deadline, self.longest) = (deadline, longest ?? deadline)
  }

  /// Notes that something was said just now.
  mutating func noteWord() { deadline = max(deadline, min(longest, Deadline(in: Self.silence))) }
}
