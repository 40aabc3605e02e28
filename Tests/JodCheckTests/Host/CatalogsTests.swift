import Foundation
import JodCore
import Testing

@testable import jod_check

private let noTime: ScreenMessage.News = .starting(usual: nil)
private func minutes(_ count: Int) -> ScreenMessage.News { .starting(usual: Seconds(60 * count)) }

/// Where the translations of a folder are looked for.
private func catalogs(_ folder: String = Translations.folder) -> Catalogs {
  var settings = Settings.none
  settings.environment["TEXTDOMAINDIR"] = folder
  return Catalogs(settings)
}

private func catalog(_ language: String) -> MessageCatalog { catalogs().catalog(LanguageTag(language)) }

/// Each sentence that a screen can show.
private let all: [ScreenMessage.News] =
  [noTime, .ready, .failed] + [10, 20, 30, 40, 50].map { .starting(usual: $0) } + (1...130).map(minutes)

@Suite("The translations")
struct CatalogsTests {
  @Test("there are twelve beside English")
  func languages() {
    #expect(
      Translations.languages == ["cs", "da", "de", "es", "fr", "it", "nl", "pl", "pt_BR", "ru", "sv", "uk"])
  }

  @Test("the manual names each of them, and no other")
  func manual() throws {
    let page = try String(contentsOfFile: "\(Sandbox.root)/man/jod-check.5", encoding: .utf8)
    let named = page.matches(of: /\n\.RI \( ([a-zA-Z\\-]+) \)/).map {
      String($0.1).replacing("\\-", with: "_")
    }
    #expect(named.sorted() == Translations.languages)
  }

  @Test("gettext's own judges find nothing missing, doubtful or wrong in any")
  func verified() throws {
    let judged = try Shell.run("'\(Translations.source)/verify'")
    #expect(judged.status == 0, "\(judged.output)")
  }

  /// What may be wrong with a file, as a command for sed.
  static let faults = [
    "/^msgid \"Ready\"/,/^$/d", "s/^msgstr \"Bereit\"/msgstr \"\"/", "s/^msgid \"Ready\"/#, fuzzy\\n&/",
    "s/%d Sekunden/%s Sekunden/", "/^msgstr.1.*Minuten/d", "s/Language: de/Language: da/",
    "s/(n != 1)/n ! 1/",
    "s/nplurals=2/nplurals=3/", "$a #~ msgid \"Gone\"\\n#~ msgstr \"Weg\"", "s/charset=UTF-8/charset=ASCII/",
  ]

  @Test("and they find what may be", arguments: faults)
  func judges(_ fault: String) throws {
    let script = """
      folder=$(mktemp -d); trap 'rm -r "$folder"' EXIT
      cp "$PO"/{de.po,jod-check.pot} "$folder"; sed -i -e "$FAULT" "$folder/de.po"
      ! cmp -s "$PO/de.po" "$folder/de.po" || { echo 'sed changed nothing'; exit 0; }
      "$PO/verify" "$folder"
      """
    let judged = try Shell.run(script, ["PO": Translations.source, "FAULT": fault])
    #expect(judged.status == 1, "\(judged.output)")
  }

  /// A translation of the template that marks each of its sentences: a sentence without a mark is not in it, and a mark that
  /// no sentence shows stands for one that is told no more.
  @Test("the template has each sentence that can be told, and no other")
  func template() throws {
    let script = """
      msgen --no-wrap "$PO/jod-check.pot" |
        sed -E -e 's/nplurals=.*;/nplurals=2; plural=n != 1;/' -e 's/^(msgstr.* ")([^"])/\\1#\\2/' |
        msgfmt --output-file=- - | base64
      """
    let ended = try Shell.run(script, ["PO": Translations.source])
    let bytes = try #require(
      Data(base64Encoded: ended.output, options: .ignoreUnknownCharacters), "\(ended.output)")
    let marked = try #require(MessageCatalog(Array(bytes)))
    let words = all.flatMap { [$0.header(in: marked), $0.text(in: marked)] }
    #expect(words.filter { !$0.hasPrefix("#") } == [])
    let template = try String(contentsOfFile: "\(Translations.source)/jod-check.pot", encoding: .utf8)
    let sentences = template.split(separator: "\n").filter { $0.hasPrefix("msgid \"") }.dropFirst()
    let told = Set(words.map { $0.filter { !$0.isNumber } })
    #expect(
      told.count == sentences.count + 1, "minute and minutes are one there, and nothing takes one second")
  }

  @Test("each language has every sentence, and none is the English one", arguments: Translations.languages)
  func complete(_ language: String) throws {
    let catalog = try #require(MessageCatalog(Translations.file(language)))
    for news in all {
      for (own, english) in [
        (news.header(in: catalog), news.header(in: .english)),
        (news.text(in: catalog), news.text(in: .english)),
      ] {
        #expect(own != english)
        #expect(own.filter(\.isNumber) == english.filter(\.isNumber) && !own.contains("%"), "\(own)")
        // What fits over a film on a telephone.
        #expect(own.count <= 100, "\(own)")
      }
    }
  }

  /// The C library refuses to translate in the locales that every Debian has, so here it is given one whose name it does not
  /// know for such: docs/translating.md.
  @Test(
    "each number has the form that the C library's own gettext gives it", arguments: Translations.languages)
  func forms(_ language: String) throws {
    let numbers = [
      0, 1, 2, 3, 4, 5, 10, 11, 12, 14, 20, 21, 22, 25, 30, 40, 50, 100, 101, 102, 111, 112, 121, 1000,
    ]
    let english = ["second", "minute"].map { "The storage is starting. This takes about %d \($0)" }
    let script = """
      for number in $NUMBERS; do
        for sentence in "$FIRST" "$SECOND"; do
          printf "$(ngettext jod-check "$sentence." "${sentence}s." "$number")\\n" "$number"
        done
      done
      """
    let ended = try Shell.run(
      script,
      [
        "LC_ALL": "C_XX.UTF-8", "LANGUAGE": language, "TEXTDOMAINDIR": Translations.folder,
        "NUMBERS": numbers.map(String.init).joined(separator: " "), "FIRST": english[0], "SECOND": english[1],
      ])
    let catalog = catalog(language)
    let own = numbers.flatMap { number in
      english.map { catalog.text("\($0).", others: "\($0)s.", number) }
    }
    #expect(ended.output.split(separator: "\n").map(String.init) == own)
    #expect(!own[0].hasPrefix("The storage"))
  }

  struct Told: Sendable, CustomTestStringConvertible {
    var language: String
    var minutes: [Int: String]
    var testDescription: String { language }
  }

  /// What goes with 1, 2, 5, 21, 22 and 40, by hand.
  static let minuteNouns = [
    Told(
      language: "cs", minutes: [1: "minutu", 2: "minuty", 5: "minut", 21: "minut", 22: "minut", 40: "minut"]),
    Told(
      language: "de",
      minutes: [1: "Minute", 2: "Minuten", 5: "Minuten", 21: "Minuten", 22: "Minuten", 40: "Minuten"]),
    Told(
      language: "fr",
      minutes: [1: "minute", 2: "minutes", 5: "minutes", 21: "minutes", 22: "minutes", 40: "minutes"]),
    Told(
      language: "pl", minutes: [1: "minuty", 2: "minut", 5: "minut", 21: "minut", 22: "minut", 40: "minut"]),
    Told(
      language: "ru", minutes: [1: "минуты", 2: "минут", 5: "минут", 21: "минуты", 22: "минут", 40: "минут"]),
    Told(
      language: "uk",
      minutes: [1: "хвилину", 2: "хвилини", 5: "хвилин", 21: "хвилину", 22: "хвилини", 40: "хвилин"]),
  ]

  @Test("a noun has the form that goes with its number", arguments: minuteNouns)
  func nouns(_ told: Told) {
    for (count, noun) in told.minutes {
      let text = minutes(count).text(in: catalog(told.language))
      #expect(text.hasSuffix(" \(count) \(noun)."))
    }
  }

  @Test(
    "a tag finds its language, or the nearest",
    arguments: [
      ("de", "Bereit"), ("de-AT", "Bereit"), ("DE", "Bereit"), ("pt-BR", "Pronto"), ("pt_br", "Pronto"),
      ("fr-CA", "Prêt"), ("es-419", "Listo"), ("uk", "Готово"), ("en", "Ready"), ("en-GB", "Ready"),
      ("pt", "Ready"), ("pt-PT", "Ready"), ("ja", "Ready"), ("zh-Hant-TW", "Ready"),
    ])
  func finds(_ tag: String, _ word: String) {
    #expect(ScreenMessage.News.ready.header(in: catalog(tag)) == word)
  }

  @Test("what cannot be read is English", arguments: ["nothing", "folder", "damaged", "huge"])
  func unreadable(_ kind: String) throws {
    let sandbox = try Sandbox()
    let folder = "\(sandbox.folder)/de/LC_MESSAGES"
    let path = "\(folder)/jod-check.mo"
    try FileManager.default.createDirectory(
      atPath: kind == "folder" ? path : folder, withIntermediateDirectories: true)
    let bytes = Translations.file("de")
    if kind == "damaged" { try Data(bytes.prefix(bytes.count / 2)).write(to: URL(filePath: path)) }
    if kind == "huge" {
      try Data(bytes + [UInt8](repeating: 0, count: 1 << 20)).write(to: URL(filePath: path))
    }
    let tag = LanguageTag("de")
    #expect(catalogs(sandbox.folder).catalog(tag).text("Ready") == "Ready")
    try FileManager.default.removeItem(atPath: kind == "nothing" ? folder : path)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: path))
    #expect(catalogs(sandbox.folder).catalog(tag).text("Ready") == "Bereit")
  }
}
