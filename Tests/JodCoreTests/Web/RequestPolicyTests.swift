import Testing

@testable import JodCore

/// A request as a person's own program sends it to the loopback; a test names only what is strange about it.
private func request(
  _ line: String = "GET /status", hosts: [String] = ["127.0.0.1:8097"], authorization: String? = nil,
  origin: String? = nil, fetchSite: String? = nil, cookies: [String] = [], bodyLength: Int? = nil
) -> WebRequest {
  let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  return WebRequest(
    method: words[0], target: words[1], hosts: hosts, authorization: authorization, origin: origin,
    fetchSite: fetchSite, cookies: cookies, bodyLength: bodyLength)
}

extension RequestPolicy {
  /// What a request gets: the name of the service, or the status of the refusal.
  fileprivate func answer(_ request: WebRequest) -> String {
    do throws(WebRefusal) {
      return try admit(request).rawValue
    } catch {
      return "\(error.status)"
    }
  }
}

private let home = RequestPolicy(token: nil, isLoopback: true)
private let outside = RequestPolicy(token: nil, isLoopback: false)
private let guarded = RequestPolicy(token: Secret("s3cr3t+/=%&x"), isLoopback: false)

/// The token as it stands in a URL.
private let encoded = "s3cr3t+/=%25%26x"

@Suite("The policy for requests")
struct RequestPolicyTests {
  @Test(
    "each service is found by its path and method, with any query",
    arguments: [
      ("POST /check", "/check"), ("POST /check?", "/check"), ("POST /check?source=webhook", "/check"),
      ("GET /", "/"), ("GET /?days=3", "/"), ("GET /status", "/status"), ("GET /metrics", "/metrics"),
      ("HEAD /", "/"), ("HEAD /status", "/status"), ("HEAD /metrics", "/metrics"),
      ("GET /status?/check", "/status"), ("GET /status#top", "/status"),
      ("GET /manifest.webmanifest", "/manifest.webmanifest"), ("HEAD /icon.svg", "/icon.svg"),
    ])
  func gives(line: String, service: String) { #expect(home.answer(request(line)) == service) }

  @Test(
    "a method that a path does not know is refused, and the ones that it knows are named",
    arguments: [
      ("GET /check", ["POST"]), ("HEAD /check", ["POST"]), ("PUT /check", ["POST"]),
      ("OPTIONS /check", ["POST"]), ("post /check", ["POST"]), (" /check", ["POST"]),
      ("POST /", ["GET", "HEAD"]), ("DELETE /status", ["GET", "HEAD"]), ("TRACE /metrics", ["GET", "HEAD"]),
      ("get /status", ["GET", "HEAD"]),
    ])
  func methods(line: String, allowed: [String]) {
    #expect(home.answer(request(line)) == "405")
    #expect(throws: WebRefusal.self) { try home.admit(request(line)) }
    do throws(WebRefusal) { _ = try home.admit(request(line)) } catch { #expect(error.allow == allowed) }
  }

  @Test(
    "there is nothing at any other path, however it is written",
    arguments: [
      "GET /favicon.ico", "GET //", "GET /./", "GET /./status", "GET /status/", "GET //status",
      "POST //check",
      "POST /check/", "POST /CHECK", "GET /Status", "GET /%73tatus", "POST /check%00", "GET /status%3Fx",
      "GET /../status", "GET /status/../", "GET /%2e%2e/etc/passwd", "GET /../../etc/passwd", "GET /é",
      "GET /status;x=1", "GET /status\t", "POST /check\u{0}", "BREW /coffee", "GET /\u{FFFD}",
    ])
  func nothing(line: String) { #expect(home.answer(request(line)) == "404") }

  @Test(
    "a target that is no path is no request, for nobody is asked to pass anything on",
    arguments: [
      "GET ", "OPTIONS *", "GET *", "GET http://127.0.0.1:8097/status", "POST http://127.0.0.1/check",
      "GET https://127.0.0.1/status", "CONNECT 127.0.0.1:22", "GET status", "GET ?token=x", "GET #", "GET \\",
      "GET  /status",
    ])
  func oddTargets(line: String) { #expect(home.answer(request(line)) == "400") }

  @Test("two hosts are an error, even where they are the same", arguments: [home, outside, guarded])
  func twoHosts(policy: RequestPolicy) {
    for line in ["GET /status", "POST /check"] {
      let twice = request(line, hosts: ["localhost", "localhost"], authorization: "Bearer s3cr3t+/=%&x")
      #expect(policy.answer(twice) == "400")
    }
  }

  @Test("a body may be so long and no longer, where its length is told")
  func bodies() {
    #expect(home.answer(request("POST /check", bodyLength: RequestPolicy.bodyLimit)) == "/check")
    #expect(home.answer(request("POST /check", bodyLength: RequestPolicy.bodyLimit + 1)) == "413")
    #expect(home.answer(request("GET /status", bodyLength: .max)) == "413")
    #expect(home.answer(request("GET /elsewhere", bodyLength: .max)) == "404")
  }

  // MARK: Not on loopback, without a token

  @Test(
    "where other machines can connect and no token is set, only a check is answered",
    arguments: [
      ("POST /check", "/check"), ("POST /check?x", "/check"), ("GET /check", "403"), ("HEAD /check", "403"),
      ("OPTIONS /check", "403"), ("GET /", "403"), ("GET /status", "403"), ("HEAD /status", "403"),
      ("GET /metrics", "403"), ("POST /status", "403"), ("GET /elsewhere", "403"), ("POST /elsewhere", "403"),
    ])
  func outsiders(line: String, answer: String) {
    #expect(outside.answer(request(line, hosts: ["10.0.0.5:8097"])) == answer)
  }

  @Test("a refusal there says what to set")
  func outsidersAreTold() {
    do throws(WebRefusal) { _ = try outside.admit(request()) } catch {
      #expect(error.words.contains("HTTP_TOKEN"))
    }
  }
}

@Suite("The token of requests")
struct TokenTests {
  @Test(
    "a request that carries it gets everything, in a header or in the query",
    arguments: ["POST /check", "GET /", "GET /status", "HEAD /metrics"])
  func carried(line: String) {
    let path = String(line.split(separator: " ")[1])
    #expect(guarded.answer(request(line, authorization: "Bearer s3cr3t+/=%&x")) == path)
    #expect(guarded.answer(request("\(line)?token=\(encoded)")) == path)
  }

  @Test(
    "a header carries it with any case of the scheme, and behind any number of blanks (RFC 9110, section 11.4)",
    arguments: ["Bearer", "bearer", "BEARER", "Bearer ", "bearer   "])
  func schemes(scheme: String) {
    #expect(guarded.answer(request(authorization: "\(scheme) s3cr3t+/=%&x")) == "/status")
  }

  @Test(
    "any other header is refused",
    arguments: [
      nil, "", "Bearer", "Bearer ", "s3cr3t+/=%&x", "Basic s3cr3t+/=%&x", "Bearers3cr3t+/=%&x",
      "Bearer s3cr3t+/=%&", "Bearer s3cr3t+/=%&xx", "Bearer S3CR3T+/=%&X", "Bearer s3cr3t+/=%25%26x",
      "Bearer \"s3cr3t+/=%&x\"", "Bearer s3cr3t+/=%&x x", "Bearer\ts3cr3t+/=%&x", "Bearer [secret]",
      "Bearer s3cr3t+/=%&x\u{0}",
    ])
  func wrongHeaders(authorization: String?) {
    for line in ["GET /status", "POST /check", "GET /elsewhere", "PUT /check"] {
      #expect(guarded.answer(request(line, authorization: authorization)) == "401")
    }
  }

  @Test(
    "a query carries it decoded, in any place, and beside others",
    arguments: [
      "token=\(encoded)", "x=1&token=\(encoded)", "token=\(encoded)&x", "token=wrong&token=\(encoded)",
      "token=%733cr3t%2B%2f%3D%25%26x", "token=s3cr3t%2b/=%25%26x#top", "&&token=\(encoded)&&",
    ])
  func queries(query: String) { #expect(guarded.answer(request("GET /status?\(query)")) == "/status") }

  @Test(
    "any other query is refused",
    arguments: [
      "", "token", "token=", "token=wrong", "Token=\(encoded)", "%74oken=\(encoded)", "xtoken=\(encoded)",
      "token=s3cr3t+/=%&x", "token=s3cr3t /=%25%26x", "token=\(encoded)%", "token=\(encoded)%2",
      "token=\(encoded)%zz", "token=\(encoded)%00", "token=\(encoded)%20", "token[]=\(encoded)",
      "x#token=\(encoded)", "x?token=\(encoded)", "token=%FF", "token==\(encoded)",
    ])
  func wrongQueries(query: String) { #expect(guarded.answer(request("GET /status?\(query)")) == "401") }

  @Test("a sign is no digit of a percent encoding", arguments: ["%+41", "%-41", "%+4", "%4+", "%４１"])
  func signs(code: String) {
    let policy = RequestPolicy(token: Secret("\u{4}"), isLoopback: true)
    #expect(policy.answer(request("GET /status?token=%04")) == "/status")
    #expect(policy.answer(request("GET /status?token=\(code)")) == "401")
  }

  @Test("one of the two is enough where the other is wrong")
  func either() {
    #expect(
      guarded.answer(request("GET /status?token=wrong", authorization: "Bearer s3cr3t+/=%&x")) == "/status")
    #expect(
      guarded.answer(request("GET /status?token=\(encoded)", authorization: "Bearer wrong")) == "/status")
  }

  @Test("it is asked for on loopback as well, and before anything is said about paths and methods")
  func everywhere() {
    let policy = RequestPolicy(token: Secret("s3cr3t"), isLoopback: true)
    for line in ["POST /check", "GET /", "GET /status", "GET /metrics", "GET /elsewhere", "DELETE /"] {
      #expect(policy.answer(request(line)) == "401")
    }
    #expect(policy.answer(request("GET /elsewhere?token=s3cr3t")) == "404")
    #expect(policy.answer(request("DELETE /?token=s3cr3t")) == "405")
  }

  @Test("it is in no refusal")
  func unspoken() {
    for line in [
      "GET /status?token=s3cr3t", "DELETE /status?token=\(encoded)", "GET /s3cr3t?token=\(encoded)",
    ] {
      do throws(WebRefusal) {
        _ = try guarded.admit(request(line))
        Issue.record("\(line) was admitted")
      } catch {
        #expect(!"\(error)".contains("s3cr3t"))
      }
    }
    #expect(!"\(guarded)".contains("s3cr3t"))
  }

  @Test(
    "two texts are compared as bytes, of any lengths",
    arguments: [
      ("", "", true), ("a", "a", true), ("a", "b", false), ("", "a", false), ("a", "", false),
      ("ab", "a", false), ("a", "ab", false), ("é", "e\u{301}", false), ("aa", "ab", false),
    ])
  func comparison(left: String, right: String, equal: Bool) {
    #expect(RequestPolicy.isEqual(left, right) == equal)
  }
}

@Suite("The policy for requests from other sites' pages")
struct StrangePageTests {
  @Test(
    "what can be read is given where the host is an address or a name of this house",
    arguments: [
      "127.0.0.1", "127.0.0.1:8097", "[::1]:8097", "[::1]", "10.0.0.5:8097", "localhost", "localhost:8097",
      "LOCALHOST", "nas", "pi:8097", "pi.local", "pi.lan:8097", "pi.home.arpa", "pi.internal", "pi.home",
      "jod.localhost", "pi.test", "localhost.", "[fd00::2%eth0]:80",
    ])
  func ours(host: String) {
    #expect(home.answer(request(hosts: [host])) == "/status")
    #expect(home.answer(request("GET /", hosts: [host])) == "/")
  }

  @Test(
    "what can be read is given to no name that somebody else may have led here (DNS rebinding)",
    arguments: [
      "evil.example", "evil.example:8097", "127.0.0.1.evil.example", "localhost.evil.example",
      "pi.lan.evil.com",
      "evil.arpa", "home.arpa.evil.com", "lan.com", "", ":8097", "127.1", "user@127.0.0.1",
      "127.0.0.1, evil.example",
      "[::1", "::1", "evil.example/.local", "evil.example#.lan", "xn--nas-.com", "127.0.0.1:99999",
      "evil.com.", "päge",
      "1.2.3.4.nip.io",
    ])
  func rebinding(host: String) {
    for line in ["GET /status", "GET /", "GET /metrics", "HEAD /status"] {
      #expect(home.answer(request(line, hosts: [host])) == "403")
    }
  }

  @Test("a client so old that it names no host is no browser")
  func noHost() { #expect(home.answer(request(hosts: [])) == "/status") }

  @Test("a link to this page may be followed from anywhere, for only the person who follows it reads it")
  func links() {
    #expect(home.answer(request("GET /", fetchSite: "cross-site")) == "/")
    #expect(home.answer(request("GET /status", origin: "https://evil.example")) == "/status")
  }

  @Test(
    "a program that is no browser starts a check, by any name of this machine",
    arguments: ["127.0.0.1:8097", "jod.example:8097", "172.17.0.1", "host.docker.internal:8097"])
  func programs(host: String) {
    for policy in [home, outside] {
      #expect(policy.answer(request("POST /check", hosts: [host])) == "/check")
    }
  }

  @Test(
    "our own page starts a check",
    arguments: ["http://127.0.0.1:8097", "https://127.0.0.1:8097"], ["same-origin", nil])
  func ourPage(origin: String, site: String?) {
    #expect(home.answer(request("POST /check", origin: origin, fetchSite: site)) == "/check")
    #expect(outside.answer(request("POST /check", origin: origin, fetchSite: site)) == "/check")
  }

  @Test(
    "a page of another site does not",
    arguments: [
      "https://evil.example", "http://127.0.0.1", "http://127.0.0.1:80970", "http://localhost:8097", "null",
      "",
      "http://127.0.0.1:8097/", "http://127.0.0.1:8097, http://evil.example", "file://",
      "ftp://127.0.0.1:8097",
      "HTTP://127.0.0.1:8097",
    ])
  func otherOrigins(origin: String) {
    for policy in [home, outside] {
      #expect(policy.answer(request("POST /check", origin: origin)) == "403")
    }
  }

  @Test("a page that had its own name led here does not")
  func reboundOrigin() {
    let rebound = request("POST /check", hosts: ["evil.example:8097"], origin: "http://evil.example:8097")
    #expect(home.answer(rebound) == "403")
    #expect(outside.answer(rebound) == "403")
    #expect(home.answer(request("POST /check", hosts: [], origin: "http://")) == "403")
  }

  @Test(
    "the site as the browser tells it counts where it hides the origin",
    arguments: [
      ("none", "/check"), ("same-origin", "/check"), ("same-site", "403"), ("cross-site", "403"), ("", "403"),
      ("Same-Origin", "403"), ("unheard-of", "403"),
    ])
  func sites(site: String, answer: String) {
    #expect(home.answer(request("POST /check", fetchSite: site)) == answer)
  }

  @Test("a request with the token may come from any page and by any name")
  func token() {
    let strange = request(
      "POST /check", hosts: ["jod.example"], authorization: "Bearer s3cr3t+/=%&x",
      origin: "https://home.example",
      fetchSite: "cross-site")
    #expect(guarded.answer(strange) == "/check")
  }
}

/// The token as the cookie has it.
private let cookie = "jod-check=s3cr3t%2B%2F%3D%25%26x"
private let buttons = ["POST /wake", "POST /hold", "POST /release", "POST /sleep"]

@Suite("The policy for the page's buttons")
struct ButtonPolicyTests {
  @Test(
    "without a token set nobody presses any, at any address, and is told how to get them", arguments: buttons)
  func locked(line: String) {
    for policy in [home, outside] {
      for authorization in [nil, "Bearer s3cr3t"] {
        let pressed = request(
          line, authorization: authorization, origin: "http://127.0.0.1:8097", fetchSite: "same-origin",
          cookies: [cookie])
        do throws(WebRefusal) {
          _ = try policy.admit(pressed)
          Issue.record("\(line) was admitted")
        } catch {
          #expect(error.status == 403)
          #expect(error.words.contains("HTTP_TOKEN") && error.words.contains("sudo jod-check page"))
        }
      }
    }
  }

  /// What a request carries, and where it comes from.
  struct Press: Sendable, CustomTestStringConvertible {
    var query = ""
    var authorization: String?
    var cookies: [String] = []
    var origin: String?
    var site: String?
    var answer: String

    var testDescription: String {
      "\(query) \(authorization ?? "-") \(cookies) \(origin ?? "-") \(site ?? "-")"
    }
  }

  private static let right = "Bearer s3cr3t+/=%&x"
  private static let (ours, theirs) = ("http://127.0.0.1:8097", "https://evil.example")
  private static let origins: [String?] = [
    nil, ours, "https://127.0.0.1:8097", theirs, "null", "", "http://127.0.0.1",
  ]
  private static let sites: [String?] = [nil, "same-origin", "none", "same-site", "cross-site", ""]

  /// Every token by every carrier, from everywhere.
  static let presses: [Press] = {
    var presses: [Press] = []
    for origin in origins {
      for site in sites {
        func add(
          _ answer: String, query: String = "", _ authorization: String? = nil, _ cookies: [String] = []
        ) {
          presses.append(
            Press(
              query: query, authorization: authorization, cookies: cookies, origin: origin, site: site,
              answer: answer))
        }
        let tells = origin != nil || site != nil
        let isOurs =
          tells && [nil, ours, "https://127.0.0.1:8097"].contains(origin)
          && [nil, "same-origin"].contains(site)
        add("401")
        add("401", "Bearer wrong")
        add("401", query: "?token=wrong")
        add("401", nil, ["jod-check=wrong"])
        add("401", nil, ["other=s3cr3t%2B%2F%3D%25%26x"])
        // Who brings it by hand is no page of another site, for that does not know it.
        add("", right)
        add("", query: "?token=\(encoded)")
        // A browser that has the cookie sends it along from anywhere.
        add(isOurs ? "" : "403", nil, [cookie])
        add(isOurs ? "" : "403", right, [cookie])
        add(isOurs ? "" : "403", query: "?token=\(encoded)", nil, [cookie])
        add(isOurs ? "" : "403", right, ["jod-check=wrong"])
      }
    }
    return presses
  }()

  @Test("who presses needs the token, and with a cookie the page itself", arguments: buttons)
  func matrix(line: String) {
    for press in Self.presses {
      for policy in [guarded, RequestPolicy(token: Secret("s3cr3t+/=%&x"), isLoopback: true)] {
        let answer = policy.answer(
          request(
            line + press.query, authorization: press.authorization, origin: press.origin,
            fetchSite: press.site,
            cookies: press.cookies))
        let expected = press.answer.isEmpty ? String(line.dropFirst(5)) : press.answer
        #expect(answer == expected, "\(press.testDescription)")
      }
    }
  }

  @Test("no other method presses", arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"])
  func methods(method: String) {
    for path in ["/wake", "/hold", "/release", "/sleep"] {
      #expect(guarded.answer(request("\(method) \(path)", authorization: "Bearer s3cr3t+/=%&x")) == "405")
      #expect(home.answer(request("\(method) \(path)")) == "405")
    }
  }

  @Test("a page that had its own name led here presses nothing: the browser has no cookie for that name")
  func rebound() {
    let rebound = request(
      "POST /sleep", hosts: ["evil.example"], origin: "http://evil.example", fetchSite: "same-origin")
    #expect(guarded.answer(rebound) == "401")
    #expect(home.answer(rebound) == "403")
  }

  @Test("without a host nothing tells that it is the page", arguments: [[], [""]])
  func noHost(hosts: [String]) {
    let nowhere = request("POST /wake", hosts: hosts, origin: "http://", cookies: [cookie])
    #expect(guarded.answer(nowhere) == "403")
  }

  @Test("a form is small")
  func size() {
    func press(_ length: Int) -> String {
      guarded.answer(request("POST /hold", authorization: "Bearer s3cr3t+/=%&x", bodyLength: length))
    }
    #expect(press(4096) == "/hold")
    #expect(press(4097) == "413")
  }
}

@Suite("The page's cookie")
struct CookieTests {
  @Test("what can be read is given to who has it, by any name of this machine and from any link")
  func reading() {
    for line in ["GET /", "GET /status", "HEAD /metrics", "GET /icon.svg", "GET /manifest.webmanifest"] {
      let path = String(line.split(separator: " ")[1])
      #expect(guarded.answer(request(line, hosts: ["jod.example"], cookies: [cookie])) == path)
    }
    #expect(guarded.answer(request("GET /", origin: "https://evil.example", cookies: [cookie])) == "/")
  }

  @Test("a check is started with it by our page, and by no other site's")
  func check() {
    func check(_ origin: String?, _ site: String?) -> String {
      guarded.answer(
        request("POST /check", hosts: ["jod.example"], origin: origin, fetchSite: site, cookies: [cookie]))
    }
    #expect(check("https://jod.example", "same-origin") == "/check")
    #expect(check(nil, nil) == "/check")
    #expect(check("https://evil.example", nil) == "403")
    #expect(check(nil, "cross-site") == "403")
  }

  @Test(
    "it is found among others, in any of several headers",
    arguments: [
      [cookie], ["a=b; \(cookie)"], ["\(cookie); a=b"], ["a=b", cookie], [" \(cookie) ;"], ["a;\(cookie);;"],
      ["jod-check=wrong; \(cookie)"], ["x=jod-check=y; \(cookie)"],
    ])
  func found(cookies: [String]) { #expect(guarded.answer(request(cookies: cookies)) == "/status") }

  @Test(
    "nothing else is it",
    arguments: [
      [], [""], ["jod-check"], ["jod-check="], ["jod-check=s3cr3t"], ["Jod-Check=s3cr3t%2B%2F%3D%25%26x"],
      ["xjod-check=s3cr3t%2B%2F%3D%25%26x"], ["jod-check=s3cr3t+/=%&x"],
      ["jod-check=\"s3cr3t%2B%2F%3D%25%26x\""],
      ["jod-check=s3cr3t%2B%2F%3D%25%26x%00"], ["jod-check=s3cr3t%2B%2F%3D%25%26"],
      ["=s3cr3t%2B%2F%3D%25%26x"],
      ["jod-check==s3cr3t%2B%2F%3D%25%26x"], ["jod-check=%s3cr3t"], ["a=jod-check=s3cr3t%2B%2F%3D%25%26x"],
      [String(repeating: "jod-check=x;", count: 1000)],
    ])
  func nothing(cookies: [String]) { #expect(guarded.answer(request(cookies: cookies)) == "401") }

  @Test("the page's link sets it, once, for a year and longer, for no script and no other site")
  func set() {
    let link = request("GET /?token=\(encoded)")
    #expect(
      guarded.cookie(settling: link)
        == "jod-check=s3cr3t%2B%2F%3D%25%26x; Path=/; Max-Age=34560000; HttpOnly; SameSite=Strict")
    var secure = link
    secure.forwardedProtocol = "https"
    #expect(guarded.cookie(settling: secure)?.hasSuffix("; SameSite=Strict; Secure") == true)
    #expect(guarded.answer(request("GET /", cookies: [cookie])) == "/", "and it is right")
  }

  @Test(
    "nothing else sets it",
    arguments: ["GET /", "GET /?token=wrong", "GET /status?token=\(encoded)", "GET /?x=\(encoded)"])
  func unset(line: String) {
    #expect(guarded.cookie(settling: request(line)) == nil)
    #expect(home.cookie(settling: request(line)) == nil)
  }

  @Test(
    "a token of any letters comes back as it was",
    arguments: ["plain", "a;b,c", "%41", "a b", "é", "===", "~-._", "\u{7F}\u{1}"])
  func roundTrip(token: String) {
    #expect(PercentEncoding.decoded(PercentEncoding.encoded(token)[...]) == token)
    let policy = RequestPolicy(token: Secret(token), isLoopback: false)
    #expect(policy.answer(request(cookies: ["jod-check=\(PercentEncoding.encoded(token))"])) == "/status")
    #expect(
      PercentEncoding.encoded(token).utf8.allSatisfy {
        !";, \"\\".utf8.contains($0) && $0 > 0x20 && $0 < 0x7F
      })
  }
}
