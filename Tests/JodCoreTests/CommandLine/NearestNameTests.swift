import Testing

@testable import JodCore

@Suite("The name that somebody meant")
struct NearestNameTests {
  private static let commands = Command.all.map(\.name.rawValue)

  @Test(
    "a slip of the finger finds its command",
    arguments: [
      ("stauts", "status"), ("statu", "status"), ("statuss", "status"), ("sttaus", "status"),
      ("chekc", "check"),
      ("wkae", "wake"), ("wak", "wake"), ("slep", "sleep"), ("repotr", "report"), ("docter", "doctor"),
      ("relaese", "release"), ("rlease", "release"), ("Hold", "hold"), ("held", "hold"),
      ("--status", "status"),
    ])
  func slips(word: String, name: String) {
    #expect(NearestName.of(word, among: Self.commands) == name)
  }

  @Test(
    "a beginning finds its command, the first of several", arguments: [("d", "doctor"), ("re", "report")])
  func beginnings(word: String, name: String) {
    #expect(NearestName.of(word, among: Self.commands) == name)
  }

  @Test(
    "what is like no command finds none",
    arguments: [
      "", "-", "--", "frob", "x", "xx", "halt", "poweroff", "start", "generate", "💤", "status\u{0}\u{0}\u{0}",
      String(repeating: "status", count: 4),
    ])
  func nothing(word: String) {
    #expect(NearestName.of(word, among: Self.commands) == nil)
  }

  @Test("the nearer of two is found, at any place")
  func nearer() {
    #expect(NearestName.of("abcdeX", among: ["abcdXX", "abcdef"]) == "abcdXX")
    #expect(NearestName.of("abcdef", among: ["abcdXX", "abcdef"]) == "abcdef")
  }

  @Test("one letter is like no other", arguments: ["x", "5", "jh"])
  func letters(word: String) {
    #expect(NearestName.of(word, among: ["-h"]) == nil)
  }

  @Test("for any word, what is skipped at first sight is not near", arguments: commands)
  func firstSight(_ name: String) {
    // Each place of a name left out, doubled, mistaken, or exchanged with its neighbour.
    let letters = Array(name)
    for place in letters.indices {
      var (without, doubled, mistaken, exchanged) = (letters, letters, letters, letters)
      without.remove(at: place)
      doubled.insert(letters[place], at: place)
      mistaken[place] = "q"
      if place > 0 { exchanged.swapAt(place, place - 1) }
      for word in [without, doubled, mistaken, exchanged].map({ String($0) }) where word.count > 1 {
        for dashes in ["", "--"] {
          #expect(NearestName.of(dashes + word.uppercased(), among: [name]) == name, "\(word)")
        }
      }
    }
    #expect(NearestName.of("--\(name.prefix(2))", among: [name]) == name)
  }
}
