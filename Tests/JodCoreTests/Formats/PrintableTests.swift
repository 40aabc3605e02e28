import Testing

@testable import JodCore

@Suite("Text fit for one line")
struct PrintableTests {
  @Test(
    "harmless text stays as it is",
    arguments: ["", "kodi", "Fräulein Müller", "Кино", "映画", "cafe\u{301}", "🎬", "a \"b\" 'c' \\ <d>"])
  func keeps(text: String) {
    #expect(Printable.clean(text) == text)
  }

  @Test(
    "what could forge a line or drive a terminal is replaced",
    arguments: [
      ("a\nb", "a�b"), ("a\r\nb", "a��b"), ("a\tb", "a�b"), ("\u{0}", "�"), ("\u{1B}[2J", "�[2J"),
      ("\u{7F}", "�"), ("\u{9B}2J", "�2J"), ("a\u{85}b", "a�b"), ("a\u{2028}b\u{2029}", "a�b�"),
    ])
  func replacesControls(text: String, clean: String) {
    #expect(Printable.clean(text) == clean)
  }

  @Test(
    "what could turn or hide text is replaced",
    arguments: [
      "\u{202E}", "\u{2066}", "\u{200F}", "\u{200B}", "\u{FEFF}", "\u{AD}", "\u{E0041}", "\u{E000}",
    ])
  func replacesDirections(text: String) {
    #expect(Printable.clean("a\(text)b") == "a\u{FFFD}b")
  }

  @Test("text of the limit's length is whole")
  func keepsLimit() {
    let text = String(repeating: "ä", count: 80)
    #expect(Printable.clean(text) == text)
  }

  @Test("longer text is cut to the limit, an ellipsis its last character")
  func shortens() {
    let text = String(repeating: "ä", count: 81)
    #expect(Printable.clean(text) == String(repeating: "ä", count: 79) + "…")
    #expect(Printable.clean("abcdef", limit: 4) == "abc…")
  }

  @Test("a character made of very many scalars is cut as well")
  func shortensStackedMarks() {
    let text = "a" + String(repeating: "\u{301}", count: 100_000)
    #expect(Printable.clean(text).unicodeScalars.count <= 321)
  }

  @Test("quoted text is clean, in quotation marks")
  func quotes() {
    #expect(Printable.quoted("a\nb") == "\"a�b\"")
  }

  @Test(
    "white space and line ends around text are trimmed",
    arguments: [("  a b\r\n", "a b"), ("\n\ta\u{A0}", "a"), (" \n", ""), ("", ""), ("a", "a")])
  func trims(text: String, trimmed: String) {
    #expect(Printable.trimmed(text) == trimmed)
  }

  @Test(
    "a count has its noun",
    arguments: [(0, "0 packets"), (1, "1 packet"), (3, "3 packets")])
  func counts(number: Int, text: String) {
    #expect(Printable.count(number, "packet") == text)
  }
}

@Suite("Secrets")
struct SecretTests {
  let secret = Secret("abc123")

  @Test("no text that is made of a secret holds it")
  func hides() {
    var dumped = ""
    dump([secret], to: &dumped)
    let optional: Secret? = secret
    let texts = [
      "\(secret)", String(reflecting: secret), "\([secret])", "\(String(describing: optional))", dumped,
    ]
    #expect(texts.filter { $0.contains("abc123") } == [])
    #expect(texts.allSatisfy { $0.contains("[secret]") })
  }

  @Test("a mirror shows nothing of it")
  func hasEmptyMirror() {
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test(
    "every occurrence is blotted out",
    arguments: [
      ("abc123", "[secret]"), ("key abc123 was refused", "key [secret] was refused"),
      ("?a=abc123&b=abc123", "?a=[secret]&b=[secret]"), ("abc123abc123", "[secret][secret]"),
      ("ababc123", "ab[secret]"), ("aabc123", "a[secret]"), ("abc12abc123", "abc12[secret]"),
    ])
  func redacts(text: String, redacted: String) {
    #expect(secret.redact(text) == redacted)
  }

  @Test(
    "a mark that joins its last character does not hide it from the blot", arguments: ["\u{301}", "\u{200D}"])
  func redactsBeforeMarks(mark: String) {
    #expect(!secret.redact("key abc123\(mark)").unicodeScalars.contains("1"))
  }

  @Test(
    "text without it stays as it is",
    arguments: ["", "abc", "abc12", "ABC123", "a b c 1 2 3", "ä\u{301}\r\n"])
  func keeps(text: String) {
    #expect(secret.redact(text) == text)
  }

  @Test(
    "a number of bytes is told in the unit that fits, and never as more than it is",
    arguments: [
      (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"),
      ((1 << 20) - 1, "1023 KiB"), (1 << 20, "1 MiB"), (25 << 20, "25 MiB"), ((25 << 20) - 1, "24 MiB"),
      (3_500_000, "3.3 MiB"), (.max, "8796093022208 MiB"),
    ])
  func sizes(bytes: Int, words: String) {
    #expect(Printable.size(bytes) == words)
  }

  @Test("an empty secret blots out nothing")
  func isEmpty() {
    #expect(Secret("").redact("abc") == "abc")
  }
}
