/// A shell pattern of `*` (any characters) and `?` (one), compared without regard to case.
public struct Pattern: Hashable, Sendable, CustomStringConvertible {
  private let characters: [Character]
  public let description: String

  public init(_ text: String) {
    description = text
    characters = Array(text.lowercased())
  }

  /// Reads a comma-separated list. Nil where an entry is empty or has a control character.
  public static func list(_ text: String) -> [Pattern]? {
    let entries = text.split(separator: ",", omittingEmptySubsequences: false).map { entry in
      String(entry.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
    let usable = entries.allSatisfy { entry in
      !entry.isEmpty && entry.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
    return usable ? entries.map(Pattern.init) : nil
  }

  public static let accepted = "patterns with * and ?, separated by commas, none of them empty"

  /// Whether the whole of `text` matches. Takes time in proportion to the product of both lengths at worst.
  public func matches(_ text: String) -> Bool {
    let text = Array(text.lowercased())
    var (inPattern, inText) = (0, 0)
    // Where to take up again after the last star: it swallows one character more at each mismatch.
    var star: (pattern: Int, text: Int)?
    while inText < text.count {
      if inPattern < characters.count, characters[inPattern] == "*" {
        star = (inPattern, inText)
        inPattern += 1
      } else if inPattern < characters.count,
        characters[inPattern] == "?" || characters[inPattern] == text[inText]
      {
        inPattern += 1
        inText += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        (inPattern, inText) = (last.pattern + 1, last.text + 1)
      } else {
        return false
      }
    }
    return characters[inPattern...].allSatisfy { $0 == "*" }
  }

  private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
}
