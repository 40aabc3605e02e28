/// For how long somebody wants the storage kept on, as they wrote it: at a command line, or in a form.
public enum HoldWish: Hashable, Sendable {
  /// Seconds from now.
  case length(Seconds)
  /// A time of day, in seconds since midnight: the next one.
  case until(Seconds)

  /// Why it is not understood; no words where nothing, or both, was said.
  public struct Misunderstood: Error, Hashable, Sendable { public let words: String? }

  public init(length: String?, until: String?) throws(Misunderstood) {
    switch (length, until) {
    case (let text?, nil): self = .length(try Self.seconds(text))
    case (nil, let text?):
      guard let time = Hold.timeOfDay(text) else {
        throw Misunderstood(
          words: "\(Printable.quoted(text)) is not understood; accepted: a time of day, such as 06:30.")
      }
      self = .until(time)
    default: throw Misunderstood(words: nil)
    }
  }

  private static func seconds(_ text: String) throws(Misunderstood) -> Seconds {
    guard let seconds = TimeSpan.parse(text), (1...366 * 86400).contains(seconds) else {
      throw Misunderstood(
        words: "\(Printable.quoted(text)) is not understood; accepted: \(TimeSpan.accepted), up to a year.")
    }
    // A person who says 3 means hours, and nobody holds a server for three seconds.
    let number = Printable.trimmed(text)
    if seconds < 60, Double(number) != nil {
      throw Misunderstood(
        words:
          "\(number) alone would be seconds; say \(number)h for hours, \(number)min for minutes, or \(number)s if you mean that."
      )
    }
    return seconds
  }
}
