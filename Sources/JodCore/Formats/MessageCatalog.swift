/// Sentences in one language, found by the English ones: what `msgfmt` makes of a file of translations (GNU gettext manual,
/// "The Format of GNU MO Files").
///
/// Not read by the C library, whose gettext takes the language from the process and not from us: docs/translating.md.
public struct MessageCatalog: Sendable {
  /// Without translations: each sentence is the English one.
  public static let english = MessageCatalog()

  private struct Entry {
    let english: String
    /// One, or as many as the language has forms of a noun.
    let forms: [String]
  }

  private var entries: [Entry] = []
  private var rule = PluralRule.english

  private init() {}

  /// Reads a compiled file; nil where it is none, or damaged.
  public init?(_ bytes: [UInt8]) {
    let file = File(bytes: bytes)
    // The first bytes tell the file from others, and that numbers have the small end first, as msgfmt writes them on every
    // machine; those of the revision that there may be another form.
    guard bytes.starts(with: [0xDE, 0x12, 0x04, 0x95]), let revision = file.number(at: 4),
      revision >> 16 == 0,
      let count = file.number(at: 8), count <= Self.most,
      let sources = file.number(at: 12), let translations = file.number(at: 16)
    else { return nil }
    for index in 0..<count {
      guard let source = file.text(describedAt: sources + 8 * index),
        let translation = file.text(describedAt: translations + 8 * index)
      else { return nil }
      // The forms of a noun stand one behind the other, with a zero between.
      let forms = translation.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
      entries.append(Entry(english: String(source.prefix { $0 != "\0" }), forms: forms))
    }
    guard let header = entries.first(where: { $0.english.isEmpty })?.forms.first else { return }
    rule = Self.rule(in: header) ?? .english
  }

  /// Far more sentences than there are.
  private static let most = 1000

  /// A sentence without a number in it.
  public func text(_ english: String) -> String {
    entries.first { $0.english == english }?.forms.first ?? english
  }

  /// A sentence with a number at its `%d`.
  ///
  /// - Parameters:
  ///   - one: the English one for 1, by which the translation is found.
  ///   - others: the English one for every other number.
  public func text(_ one: String, others: String, _ number: Int) -> String {
    let forms = entries.first { $0.english == one }?.forms ?? []
    let translated = rule.form(for: number).flatMap { forms.indices.contains($0) ? forms[$0] : nil }
    return Self.fill(translated ?? (number == 1 ? one : others), with: number)
  }

  private static func fill(_ text: String, with number: Int) -> String {
    let bytes = text.utf8
    guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: "%d".utf8) }) else {
      return text
    }
    return "\(text[..<place])\(number)\(text[bytes.index(place, offsetBy: 2)...])"
  }

  /// The header has a field on each line.
  private static func rule(in header: String) -> PluralRule? {
    let name = "Plural-Forms:"
    let line = header.split(separator: "\n").first { $0.hasPrefix(name) }
    return line.flatMap { PluralRule(header: String($0.dropFirst(name.count))) }
  }

  private struct File {
    let bytes: [UInt8]

    /// Four bytes, the small end first.
    func number(at offset: Int) -> Int? {
      guard offset <= bytes.count - 4 else { return nil }
      return bytes[offset..<(offset + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// What a length and an offset say.
    func text(describedAt offset: Int) -> String? {
      guard let length = number(at: offset), let start = number(at: offset + 4), length <= bytes.count,
        start <= bytes.count - length
      else { return nil }
      return String(decoding: bytes[start..<(start + length)], as: UTF8.self)
    }
  }
}
