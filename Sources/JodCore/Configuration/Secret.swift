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
    // Nearly every text is shorter, and there are many.
    guard !value.isEmpty, text.utf8.count >= value.utf8.count else { return text }
    // By bytes: a combining mark behind the secret would make another character of its last one.
    let (secret, bytes) = (Array(value.utf8), Array(text.utf8))
    var result: [UInt8] = []
    var (kept, index) = (0, 0)
    while index + secret.count <= bytes.count {
      guard bytes[index] == secret[0], bytes[index..<(index + secret.count)].elementsEqual(secret) else {
        index += 1
        continue
      }
      result += bytes[kept..<index]
      result += description.utf8
      index += secret.count
      kept = index
    }
    guard kept > 0 else { return text }
    return String(decoding: result + bytes[kept...], as: UTF8.self)
  }
}
