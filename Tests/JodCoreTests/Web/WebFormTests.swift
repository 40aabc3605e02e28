import Testing

@testable import JodCore

@Suite("Forms")
struct WebFormTests {
  private func form(_ body: String, _ type: String? = "application/x-www-form-urlencoded") -> WebForm? {
    var request = WebRequest(method: "POST", target: "/hold", hosts: ["nas"], contentType: type)
    request.form = Array(body.utf8)
    return WebForm(request)
  }

  @Test(
    "a field is read as a browser writes it",
    arguments: [
      ("for=3h", "3h"), ("for=1h+30min", "1h 30min"), ("for=1h%2030min", "1h 30min"),
      ("a=b&for=3h&c=d", "3h"),
      ("for=", ""), ("f%6Fr=3h", "3h"), ("for=a%3Db%26c", "a=b&c"), ("for=a=b", "a=b"), ("&&for=3h&", "3h"),
      ("for=%C3%A9", "é"),
    ])
  func fields(body: String, value: String) { #expect(form(body)?.values("for") == [value]) }

  @Test("several of a name are all there, and none of another")
  func several() {
    #expect(form("for=1h&for=2h")?.values("for") == ["1h", "2h"])
    #expect(form("For=1h")?.values("for") == [])
    #expect(form("")?.values("for") == [])
  }

  @Test(
    "a body that is no form is none",
    arguments: ["for", "for=%", "for=%4", "for=%zz", "for=%+1", "{\"for\":1}", "a=b&for"])
  func broken(body: String) { #expect(form(body) == nil) }

  @Test("a form says that it is one, in any letters")
  func types() {
    for type in ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"] {
      #expect(form("for=3h", type)?.values("for") == ["3h"])
    }
    for type in [nil, "", "text/plain", "multipart/form-data; boundary=x", "application/json"] {
      #expect(form("for=3h", type) == nil)
      // A button without fields needs none.
      #expect(form("", type) != nil)
    }
  }

  @Test("a zero, and what is no text, harm nobody")
  func bytes() {
    #expect(form("for=\u{0}") == nil)
    var request = WebRequest(
      method: "POST", target: "/hold", hosts: [], contentType: "application/x-www-form-urlencoded")
    request.form = [0x66, 0x3D, 0xFF, 0xFE]
    #expect(WebForm(request)?.values("f") == ["\u{FFFD}\u{FFFD}"])
  }

  @Test("how long somebody wants it kept on is read as at the command line, one of the two")
  func wishes() throws {
    #expect(try HoldWish(length: "3h", until: nil) == .length(3 * 3600))
    #expect(try HoldWish(length: nil, until: "06:30") == .until(6.5 * 3600))
    for (length, until) in [(nil, nil), ("3h", "06:30"), ("3", nil), ("0", nil), ("2y", nil), (nil, "25:00")]
    {
      #expect(throws: HoldWish.Misunderstood.self) { try HoldWish(length: length, until: until) }
    }
  }
}
