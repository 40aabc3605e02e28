import Testing

@testable import JodCore

@Suite("Which form of a noun goes with a number")
struct PluralRuleTests {
  struct Language: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var header: String
    /// The forms of 0, 1, 2, 5, 11, 12, 21, 22, 101 and 112.
    var forms: [Int]
  }

  /// As the GNU gettext manual lists them.
  static let languages = [
    Language(
      testDescription: "Japanese", header: " nplurals=1; plural=0;", forms: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    Language(
      testDescription: "German", header: " nplurals=2; plural=n != 1;", forms: [1, 0, 1, 1, 1, 1, 1, 1, 1, 1]),
    Language(
      testDescription: "French", header: " nplurals=2; plural=n>1;", forms: [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]),
    Language(
      testDescription: "Latvian", header: "nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;",
      forms: [2, 0, 1, 1, 1, 1, 0, 1, 0, 1]),
    Language(
      testDescription: "Russian",
      header:
        "nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;",
      forms: [2, 0, 1, 2, 2, 2, 0, 1, 0, 2]),
    Language(
      testDescription: "Czech", header: "nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;",
      forms: [2, 0, 1, 2, 2, 2, 2, 2, 2, 2]),
    Language(
      testDescription: "Slovenian",
      header: "nplurals=4; plural=n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3;",
      forms: [3, 0, 1, 3, 3, 3, 3, 3, 0, 3]),
    Language(
      testDescription: "Arabic",
      header:
        "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;",
      forms: [0, 1, 2, 3, 4, 4, 4, 4, 5, 4]),
  ]

  @Test("each language has its own", arguments: languages)
  func forms(_ language: Language) throws {
    let rule = try #require(PluralRule(header: language.header))
    #expect([0, 1, 2, 5, 11, 12, 21, 22, 101, 112].map { rule.form(for: $0) } == language.forms)
  }

  @Test(
    "operations bind as they do in C, from the left",
    arguments: [
      ("1+2*3", 7), ("(1+2)*3", 9), ("8-2-1", 5), ("7/2", 3), ("7%4%2", 1), ("!n", 0), ("!!n", 1),
      ("!0+1", 2),
      ("1||0&&0", 1), ("1==1!=0", 1), ("2<3==1", 1), ("0?1:0?2:3", 3), ("1?0?4:5:6", 5), ("n%10", 5),
      ("0-1>9", 1), ("n>=25&&n<=25", 1),
    ])
  func precedence(_ expression: String, _ result: Int) {
    #expect(PluralRule(header: "plural=\(expression);")?.form(for: 25) == result)
  }

  static let wrong = [
    "", "nplurals=2", "plural", "plural=", "plural=;", "nplurals=INTEGER; plural=EXPRESSION;", "plural=n!",
    "plural=(n",
    "plural=n)", "plural=n==", "plural=n?1", "plural=n?1:", "plural=m", "plural=nn", "plural=1%0",
    "plural=1/n",
    "plural=-1", "plural=n=1", "plural=n&1", "plural=99999999999999999999", "plural=0-1",
    "plural=" + String(repeating: "(", count: 5000), "plural=" + String(repeating: "!", count: 990),
    "plural=" + String(repeating: "n?", count: 490),
  ]

  @Test("what says nothing is no rule", arguments: wrong)
  func refuses(_ header: String) { #expect(PluralRule(header: header) == nil) }

  @Test("one that fails later has no form for that number")
  func later() {
    let rule = PluralRule(header: "plural=10/(5-n)")
    #expect(rule?.form(for: 4) == 10)
    #expect(rule?.form(for: 5) == nil)
  }
}
