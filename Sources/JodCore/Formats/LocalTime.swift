/// What the clocks on the walls here show: how far east of UTC they are, and when that changes.
public struct LocalTime: Hashable, Sendable {
  public struct Change: Hashable, Sendable {
    public var at: Seconds
    /// Seconds east of UTC from then on.
    public var offset: Seconds

    public init(at: Seconds, offset: Seconds) { (self.at, self.offset) = (at, offset) }
  }

  /// Seconds east of UTC before the first change.
  public var offset: Seconds
  /// In the order of time.
  public var changes: [Change]

  public init(offset: Seconds, changes: [Change] = []) { (self.offset, self.changes) = (offset, changes) }

  public static let utc = LocalTime(offset: 0)

  public func offset(at time: Seconds) -> Seconds { changes.last { $0.at <= time }?.offset ?? offset }

  /// All that are in force at some time.
  var offsets: Set<Seconds> { Set(changes.map(\.offset) + [offset]) }
}
