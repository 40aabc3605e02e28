import Testing

@testable import JodCore

@Suite("Fingerprints")
struct FingerprintTests {
  @Test(
    "texts have the numbers that the algorithm's authors published",
    arguments: [
      ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
    ])
  func published(_ text: String, _ number: String) {
    #expect(Fingerprint(text).hex == number)
  }

  @Test("the short one has eight digits, and tells neighbours apart")
  func short() {
    let all = Set((0..<1000).map { Fingerprint("key \($0)").short })
    #expect(all.count == 1000)
    #expect(all.allSatisfy { $0.count == 8 })
  }
}
