import Testing

@testable import JodCore

@Suite("Shell patterns")
struct PatternTests {
  @Test(
    "the whole text must match",
    arguments: [
      ("kodi", "kodi"), ("*", "anything"), ("*", ""), ("", ""), ("kodi*", "kodi"), ("kodi*", "kodi on tv"),
      ("*tv", "kodi on tv"), ("*on*", "kodi on tv"), ("k*d*i", "kodi"), ("k**i", "kodi"), ("????", "kodi"),
      ("?odi", "kodi"), ("k?d?", "kodi"), ("*?", "k"), ("?*", "kodi"), ("*a*b", "aabab"),
      ("a*b*c", "a1b2b3c"), ("*.*", "a.b"), ("*ab", "aab"), ("*aab", "aaaab"), ("a*a", "aa"),
      ("living room*", "living room tv"),
    ])
  func matches(pattern: String, text: String) {
    #expect(Pattern(pattern).matches(text))
  }

  @Test(
    "part of the text is not enough",
    arguments: [
      ("kodi", "kodi on tv"), ("kodi", "my kodi"), ("kodi", ""), ("", "kodi"), ("kodi*", "my kodi"),
      ("*tv", "tv on"), ("???", "kodi"), ("?????", "kodi"), ("?", ""), ("*?", ""), ("k*d", "kodi"),
      ("a*b*c", "acb"), ("a*a", "a"), ("*ab*ab", "ab"),
    ])
  func doesNotMatch(pattern: String, text: String) {
    #expect(!Pattern(pattern).matches(text))
  }

  @Test(
    "case does not matter",
    arguments: [("KODI", "kodi"), ("kodi", "KODI"), ("jürg*", "JÜRGEN"), ("ЁЛКА", "ёлка")])
  func ignoresCase(pattern: String, text: String) {
    #expect(Pattern(pattern).matches(text))
  }

  @Test(
    "a question mark is one character as people count",
    arguments: ["é", "e\u{301}", "👨‍👩‍👧", "🇩🇪"])
  func countsCharacters(character: String) {
    #expect(Pattern("a?b").matches("a\(character)b"))
    #expect(!Pattern("a??b").matches("a\(character)b"))
  }

  @Test("one letter in two encodings is the same")
  func ignoresEncoding() {
    #expect(Pattern("caf\u{E9}").matches("cafe\u{301}"))
  }

  @Test(
    "brackets, backslashes and dots mean themselves",
    arguments: [("[ab]", "[ab]", "a"), (#"\*"#, #"\x"#, "*"), ("a.c", "a.c", "abc"), ("a+", "a+", "aa")])
  func takesLiterally(pattern: String, matching: String, other: String) {
    #expect(Pattern(pattern).matches(matching))
    #expect(!Pattern(pattern).matches(other))
  }

  @Test(
    "a list is separated by commas, blanks around them dropped",
    arguments: [
      ("kodi", ["kodi"]), ("kodi,web", ["kodi", "web"]),
      (" kodi ,\tJellyfin Web ", ["kodi", "Jellyfin Web"]),
      ("*", ["*"]), ("a*,b?", ["a*", "b?"]),
    ])
  func readsList(text: String, patterns: [String]) {
    #expect(Pattern.list(text)?.map(\.description) == patterns)
  }

  @Test("a list with an empty entry is refused", arguments: ["", " ", ",", "a,", ",a", "a,,b", "a, ,b"])
  func refusesEmptyEntries(text: String) {
    #expect(Pattern.list(text) == nil)
  }

  @Test(
    "a list with a control character is refused", arguments: ["a\nb", "a,b\u{1B}", "\u{7F}", "a\r\n", "a\tb"])
  func refusesControlCharacters(text: String) {
    #expect(Pattern.list(text) == nil)
  }
}
