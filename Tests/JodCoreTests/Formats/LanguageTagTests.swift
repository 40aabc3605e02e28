import Testing

@testable import JodCore

@Suite("A language's tag")
struct LanguageTagTests {
  @Test(
    "a tag is looked for under its own name first, then without what is last",
    arguments: [
      ("de", ["de"]), ("DE", ["de"]), ("pt-BR", ["pt_BR", "pt"]), ("pt_br", ["pt_BR", "pt"]),
      ("ur_pk", ["ur_PK", "ur"]), ("es-419", ["es_419", "es"]), ("gsw", ["gsw"]),
      ("zh-hant-tw", ["zh_Hant_TW", "zh_Hant", "zh"]), ("ca-ES-VALENCIA", ["ca_ES_valencia", "ca_ES", "ca"]),
    ])
  func names(_ text: String, _ names: [String]) throws {
    let tag = try #require(LanguageTag(text))
    #expect(tag.localeNames == names)
    #expect(LanguageTag(tag.description) == tag)
  }

  /// The last is one character longer than a tag may be.
  static let wrong = [
    "", "-", "d", "C", "C.UTF-8", "de_DE.UTF-8", "deutsche-ist-wunderschoen", "de-", "-de", "de--DE", "de DE",
    "de,fr",
    "1de", "d3", "419", "de/../../etc", "../../etc", "..", "/etc", "de\0", "de\n", "dé", "де", "d\u{308}e",
    "１２",
    String(repeating: "a", count: 10_000), "de" + String(repeating: "-aaaaaaaa", count: 3) + "-aaaaaa",
  ]

  @Test("what is no tag is none, whatever it would lead to", arguments: wrong)
  func refuses(_ text: String) { #expect(LanguageTag(text) == nil) }

  @Test("a name holds nothing that leads out of a folder")
  func harmless() throws {
    for scalar in (0...0x17F).compactMap(UnicodeScalar.init) {
      for text in ["de\(scalar)", "de-\(scalar)", "de-B\(scalar)"] {
        let names = LanguageTag(text)?.localeNames ?? []
        let plain = names.joined().utf8.allSatisfy { "0"..."z" ~= UnicodeScalar($0) }
        #expect(plain && !names.contains { $0.contains("/") || $0.contains(".") || $0.isEmpty }, "\(text)")
      }
    }
  }

  @Test("English is English in every country", arguments: ["en", "en-US", "en-gb", "EN"])
  func english(_ text: String) { #expect(LanguageTag(text)?.isEnglish == true) }

  @Test("what begins like English is another language", arguments: ["de", "enm", "eng"])
  func notEnglish(_ text: String) { #expect(LanguageTag(text)?.isEnglish == false) }

  @Test(
    "Jellyfin's language is read from its settings, and anything else there is none",
    arguments: [
      (#"{"ServerName":"lab","UICulture":"de","MetadataCountryCode":"DE"}"#, "de"),
      (#"{"UICulture":"pt-BR"}"#, "pt-BR"), (#"{"UICulture":""}"#, nil), (#"{"UICulture":null}"#, nil),
      (#"{}"#, nil), (#"{"UICulture":"../../etc"}"#, nil), (#"{"UICulture":"de\u0000"}"#, nil),
    ] as [(String, String?)])
  func displayLanguage(_ text: String, _ tag: String?) throws {
    #expect(try DisplayLanguage(bytes: Array(text.utf8)).tag?.description == tag)
  }

  @Test("what has not the shape of settings is refused", arguments: ["", "[]", "null", #"{"UICulture":1}"#])
  func shape(_ text: String) {
    #expect(throws: JSON.Failure.self) { try DisplayLanguage(bytes: Array(text.utf8)) }
  }
}
