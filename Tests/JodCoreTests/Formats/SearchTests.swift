import Testing

@testable import JodCore

@Suite("A text within another")
struct SearchTests {
  @Test(
    "it is found where it first stands, as Swift's own finds it",
    arguments: ["", "a", "ab", "aab", "abab", "xabcabc", "é", "e\u{301}", "abé", "🇩🇪🇫🇷"],
    ["", "a", "b", "ab", "abc", "aab", "é", "e", "🇩🇪", "🇪🇫", "long beyond the end"])
  func place(text: String, other: String) {
    #expect(text.place(of: other) == text.firstRange(of: other))
    #expect(text.includes(other) == (text.firstRange(of: other) != nil))
    #expect(Array(text.utf8).place(of: other.utf8) == Array(text.utf8).firstRange(of: other.utf8))
  }

  @Test(
    "every place of it is exchanged, and what is put there is not searched again",
    arguments: ["", "a", "aa", "aaa", "banana", "xay"], [("a", ""), ("a", "aa"), ("aa", "b"), ("an", "-")])
  func exchanging(text: String, change: (old: String, new: String)) {
    #expect(text.exchanging(change.old, with: change.new) == text.replacing(change.old, with: change.new))
  }

  @Test("bytes too")
  func bytes() {
    #expect([1, 2, 3, 1, 2].exchanging([1, 2], with: [9]) == [9, 3, 9])
    #expect([1, 2][1...].place(of: [2]) == 1..<2)
  }
}
