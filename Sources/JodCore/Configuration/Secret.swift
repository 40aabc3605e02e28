/// A value that appears in no log, error or page: text made of it says that it is there, not what it is.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// What is shown in its place.
  static let blot = "[secret]"

  /// The value itself, to be sent to the one place it is for.
  public let value: String

  public init(_ value: String) { self.value = value }

  public var description: String { Self.blot }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The text with every occurrence of the secret blotted out: what comes back from outside may quote it.
  public func redact(_ text: String) -> String {
    // By bytes: a combining mark behind the secret would make another character of its last one.
    let secret = Array(value.utf8)
    guard !secret.isEmpty, text.utf8.count >= secret.count else { return text }
    var rest = Array(text.utf8)[...]
    var result: [UInt8] = []
    while let first = rest.firstIndex(of: secret[0]) {
      result += rest[..<first]
      rest = rest[first...]
      if rest.starts(with: secret) {
        result += description.utf8
        rest = rest.dropFirst(secret.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return String(decoding: result + rest, as: UTF8.self)
  }
}
