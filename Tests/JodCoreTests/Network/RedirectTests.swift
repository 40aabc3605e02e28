import Testing

@testable import JodCore

@Suite("What a redirect means")
struct RedirectTests {
  private func redirect(_ location: String, at url: String, for name: String = "/Sessions") throws -> Redirect
  {
    Redirect(to: location, askedFor: name, at: try #require(BaseURL(url)))
  }

  @Test(
    "the same path by https: https is wanted",
    arguments: [
      ("http://jf.lan:8096", "https://jf.lan/Sessions", "https://jf.lan"),
      ("http://jf.lan", "https://jf.lan:8920/Sessions?x=1", "https://jf.lan:8920"),
      ("http://jf.lan/jellyfin", "https://jf.lan/jellyfin/Sessions", "https://jf.lan/jellyfin"),
      ("http://192.168.1.5", "https://jf.example/Sessions", "https://jf.example"),
      ("http://jf.lan/jellyfin", "https://jf.lan/", "https://jf.lan/jellyfin"),
      ("http://jf.lan", "https://JF.lan/jellyfin/web/index.html#!/home", "https://JF.lan/jellyfin"),
    ])
  func secure(url: String, location: String, place: String) throws {
    let redirect = try redirect(location, at: url)
    #expect(redirect.meaning == .secure(try #require(BaseURL(place))))
    #expect(redirect.remedy == "it is served by https alone; set JELLYFIN_API_URL to \(place)")
  }

  @Test(
    "another path of the same server: the base path is wrong",
    arguments: [
      ("http://jf.lan:8096", "/jellyfin/web/", "http://jf.lan:8096/jellyfin"),
      ("http://jf.lan:8096", "http://jf.lan:8096/jellyfin/web/index.html", "http://jf.lan:8096/jellyfin"),
      ("http://jf.lan", "/jellyfin/Sessions", "http://jf.lan/jellyfin"),
      ("http://jf.lan", "//jf.lan/jellyfin/Sessions", "http://jf.lan/jellyfin"),
      ("https://jf.lan", "/jellyfin/", "https://jf.lan/jellyfin"),
      ("http://jf.lan", "jellyfin", "http://jf.lan/jellyfin"),
    ])
  func basePath(url: String, location: String, place: String) throws {
    let redirect = try redirect(location, at: url)
    #expect(redirect.meaning == .basePath(try #require(BaseURL(place))))
    #expect(redirect.remedy == "the base path is probably missing from JELLYFIN_API_URL; try \(place)")
  }

  @Test("a base path that is set, and that Jellyfin does not have, is wrong, not missing")
  func wrongBase() throws {
    let remedy = try redirect("/web/", at: "http://jf.lan/jellyfin").remedy
    #expect(remedy == "the base path is probably wrong in JELLYFIN_API_URL; try http://jf.lan")
  }

  @Test(
    "a login page, of another host or by its name",
    arguments: [
      ("https://auth.lan/?rd=https://jf.lan/Sessions", "auth.lan"),
      ("https://auth.lan/application/o/authorize/?next=/Sessions", "auth.lan"),
      ("/login?next=/Sessions", "jf.lan"), ("http://jf.lan/oauth2/start?rd=%2FSessions", "jf.lan"),
      ("https://jf.lan/sso/", "jf.lan"),
    ])
  func login(location: String, host: String) throws {
    for url in ["http://jf.lan", "http://jf.lan/jellyfin"] {
      let redirect = try redirect(location, at: url)
      #expect(redirect.meaning == .login(host))
      #expect(redirect.remedy.contains("a login page stands before Jellyfin (\(host))"))
    }
  }

  @Test("another server that has the same path is Jellyfin's new address")
  func elsewhere() throws {
    let redirect = try redirect("http://media.lan:8096/Sessions", at: "http://jf.lan:8096")
    #expect(redirect.meaning == .elsewhere(try #require(BaseURL("http://media.lan:8096"))))
  }

  @Test(
    "a redirect in a circle, and what is no place, are not made more of",
    arguments: ["/jellyfin/Sessions", "/jellyfin/web/", "/a/b/c", "http://jf.lan/jellyfin/Sessions", ""])
  func unknown(location: String) throws {
    #expect(try redirect(location, at: "http://jf.lan/jellyfin").meaning == .unknown)
  }

  @Test(
    "anything that a server says is one printable line",
    arguments: ["https://a\nb/", "\u{1B}[2J", "://", "http://", "http://[/web/", "//"])
  func hostile(location: String) throws {
    let remedy = try redirect(location, at: "http://jf.lan").remedy
    #expect(!remedy.contains { $0.isNewline || $0 == "\u{1B}" })
  }
}
