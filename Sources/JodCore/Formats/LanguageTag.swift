/// A language, as an administrator or Jellyfin names it: `de`, `pt-BR`, `zh-Hant-TW` (RFC 5646, section 2.1).
///
/// It holds letters, digits and hyphens alone, so it can stand in a file's name.
public struct LanguageTag: Hashable, Sendable {
  private let parts: [String]

  static let accepted = "a language tag, such as de or pt-BR"

  /// Reads a tag in small or capital letters; nil where the text is none. Jellyfin also writes `ur_pk`.
  public init?(_ text: String) {
    // Implementations must take 35 characters, and no tag in use is longer (RFC 5646, section 4.4.1).
    guard text.utf8.count <= 35 else { return nil }
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }.map(String.init)
    for part in parts {
      guard (1...8).contains(part.utf8.count), part.utf8.allSatisfy(Self.isLetterOrDigit) else { return nil }
    }
    guard let language = parts.first, language.utf8.count >= 2, language.utf8.allSatisfy({ $0 >= 0x41 })
    else { return nil }
    self.parts = [language.lowercased()] + parts.dropFirst().map(Self.usual)
  }

  /// What gettext calls its translations, the best first: `pt_BR`, then `pt` (RFC 4647, section 3.4).
  public var localeNames: [String] {
    (1...parts.count).reversed().map { parts[..<$0].joined(separator: "_") }
  }

  /// Whether it is the language in which the program itself is written.
  public var isEnglish: Bool { parts[0] == "en" }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  /// A country is in capital letters, and so are names of files.
  private static func usual(_ part: String) -> String {
    switch part.utf8.count {
    case 2: part.uppercased()
    case 4: part.prefix(1).uppercased() + part.dropFirst().lowercased()
    default: part.lowercased()
    }
  }
}

extension LanguageTag: CustomStringConvertible {
  public var description: String { parts.joined(separator: "-") }
}

/// Of Jellyfin's settings (`/System/Configuration`), the language in which it shows itself.
public struct DisplayLanguage: JSONDecodable {
  /// Nil where it is no language.
  public let tag: LanguageTag?

  public static let jsonMembers: Set<String>? = ["UICulture"]

  public init(json: JSON) throws(JSON.Failure) {
    let text: String? = try json.object()["UICulture"]
    tag = text.flatMap { LanguageTag($0) }
  }
}
