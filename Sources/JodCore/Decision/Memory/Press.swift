/// What came of a button of the page, which the page tells.
public struct Press: Hashable, Sendable {
  public var at: Moment
  /// One sentence.
  public var words: String
  public var isRefused: Bool

  public init(at: Moment, words: String, isRefused: Bool) {
    (self.at, self.words, self.isRefused) = (at, Printable.clean(words, limit: 400), isRefused)
  }
}

extension Memory {
  /// What a button last did, as long as that is news.
  public func press(_ now: Now) -> Press? {
    runtime.press.flatMap { (0...Self.newsTime).contains(now.moment.boot - $0.at.boot) ? $0 : nil }
  }

  /// Seconds.
  private static let newsTime: Seconds = 600
}

extension Press: JSONDocument {
  public init() { self.init(at: Moment(), words: "", isRefused: false) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("words", &words)
    try fields.field("is_refused", &isRefused)
  }
}
