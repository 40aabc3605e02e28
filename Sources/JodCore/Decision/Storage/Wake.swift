/// An attempt to get the storage server ready, of one or more requests.
public struct Wake: Hashable, Sendable {
  public var began: Moment
  /// How many have left.
  public var requests = 0
  public var failed = false
  /// When the last activity that asked for it ended; nil while it lasts.
  public var demandEnded: Moment?
  /// Whether a person asked for it with a command, and so works on it.
  public var isByHand = false
  /// Whether nobody but an access asked for it. Where it comes late, that was no hand on its button.
  public var isByAccess = false
  /// Whether the server's kernel answered meanwhile: what fails then is its service.
  public var wasUp = false
  /// Who asked while it was going down, until the first request has left.
  var owed: ActiveSession?
  /// The power-off that ran when this began, while the server has not been seen down since.
  var stopping: Stopping?

  init(began: Moment, owed: ActiveSession? = nil, stopping: Stopping? = nil) {
    (self.began, self.owed, self.stopping) = (began, owed, stopping)
  }

  /// Fewer say nothing: the first may have been lost.
  static let requestsBeforeFailure = 3
}

/// When the storage server was asked to come, by anyone.
public struct WakeRequests: Hashable, Sendable {
  /// When the last one left.
  public private(set) var last: Moment?
  /// One that is about to leave. After a kill nobody knows whether it did, so it counts as one that has.
  public private(set) var pending: Moment?

  public init(last: Moment? = nil, pending: Moment? = nil) { (self.last, self.pending) = (last, pending) }

  /// What the cooldown counts from.
  public var latest: Moment? { pending ?? last }

  mutating func begin(at moment: Moment) { pending = moment }

  mutating func left(at moment: Moment) { (last, pending) = (moment, nil) }

  mutating func stayed() { pending = nil }
}
