import Testing

@testable import JodCore

/// A compiled file of translations, as the GNU gettext manual draws it.
private func compiled(_ entries: [(english: String, translation: String)]) -> [UInt8] {
  func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  let texts = entries.map { Array($0.english.utf8) } + entries.map { Array($0.translation.utf8) }
  let tables = 28
  var (table, data): ([UInt8], [UInt8]) = ([], [])
  for text in texts {
    table += number(text.count) + number(tables + 8 * texts.count + data.count)
    data += text + [0]
  }
  let head = [0x9504_12DE, 0, entries.count, tables, tables + 8 * entries.count, 0, tables]
  return head.flatMap(number) + table + data
}

@Suite("A catalog of translations")
struct MessageCatalogTests {
  private static let polish = compiled([
    ("", "Language: pl\nPlural-Forms: nplurals=3; plural=(n==1 ? 0 : n<5 ? 1 : 2);\nX: y\n"),
    ("%d hour\0%d hours", "%d godzina\0%d godziny\0godzin: %d"),
    ("Ready", "Gotowe"),
  ])

  private static func hours(_ catalog: MessageCatalog?, _ number: Int) -> String? {
    catalog?.text("%d hour", others: "%d hours", number)
  }

  @Test("a sentence is found by the English one, with the form that the number asks for")
  func translates() throws {
    let catalog = try #require(MessageCatalog(Self.polish))
    #expect(catalog.text("Ready") == "Gotowe")
    #expect([1, 2, 5].map { Self.hours(catalog, $0) } == ["1 godzina", "2 godziny", "godzin: 5"])
  }

  @Test("what is not in it stays English")
  func unknown() throws {
    let catalog = try #require(MessageCatalog(Self.polish))
    #expect(catalog.text("Please wait") == "Please wait")
    #expect(catalog.text("%d day", others: "%d days", 1) == "1 day")
    #expect(catalog.text("%d day", others: "%d days", 21) == "21 days")
  }

  @Test(
    "without one all is English",
    arguments: [(0, "0 hours"), (1, "1 hour"), (2, "2 hours"), (21, "21 hours")])
  func english(_ number: Int, _ text: String) {
    #expect(Self.hours(.english, number) == text)
    #expect(MessageCatalog.english.text("Ready") == "Ready")
  }

  @Test(
    "a header without a usable rule stands for the Germanic one, as for gettext",
    arguments: ["", "Plural-Forms: nplurals=2; plural=nonsense;\n", "Language: de\n"])
  func noRule(_ header: String) {
    let catalog = MessageCatalog(compiled([("", header), ("%d hour\0%d hours", "%d Stunde\0%d Stunden")]))
    #expect([1, 2].map { Self.hours(catalog, $0) } == ["1 Stunde", "2 Stunden"])
  }

  @Test("a form that the file does not have is told in English")
  func missingForm() {
    let header = "Plural-Forms: nplurals=3; plural=n;\n"
    let catalog = MessageCatalog(compiled([("", header), ("%d hour\0%d hours", "%d Stunde\0%d Stunden")]))
    #expect([1, 2].map { Self.hours(catalog, $0) } == ["1 Stunden", "2 hours"])
  }

  @Test("a form may say the number in words, and no other sign is taken for it")
  func placeholder() {
    let catalog = MessageCatalog(compiled([("", ""), ("%d hour\0%d hours", "eine Stunde\0100 % von %d %d")]))
    #expect([1, 2].map { Self.hours(catalog, $0) } == ["eine Stunde", "100 % von 2 %d"])
  }

  @Test("what is no catalog is refused")
  func refuses() {
    let bigEnd = [0x95, 0x04, 0x12, 0xDE] + Self.polish.dropFirst(4)
    let otherForm = Self.polish[..<6] + [1, 0] + Self.polish.dropFirst(8)
    let endless = Self.polish[..<8] + [0xFF, 0xFF, 0xFF, 0xFF] + Self.polish.dropFirst(12)
    for bytes in [[], [0xDE], Array("msgid".utf8), bigEnd, Array(otherForm), Array(endless)] {
      #expect(MessageCatalog(bytes) == nil)
    }
  }

  @Test("a file that was cut short is refused")
  func truncated() {
    // The last byte is a zero that no length counts.
    for length in 0..<(Self.polish.count - 1) {
      #expect(MessageCatalog(Array(Self.polish[..<length])) == nil)
    }
  }

  @Test("a damaged file says something or nothing, and ends nothing")
  func damaged() {
    for index in Self.polish.indices {
      for byte in [0, 1, 0x25, 0x7F, 0x80, 0xFF] as [UInt8] {
        var bytes = Self.polish
        bytes[index] = byte
        let catalog = MessageCatalog(bytes)
        #expect(Self.hours(catalog, 3)?.isEmpty != true || index >= 28)
      }
    }
  }
}
