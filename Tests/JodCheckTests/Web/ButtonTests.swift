import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// A household whose page is looked at: the program is started by its socket, as systemd does it, and the storage server is
/// powered off by a command.
private struct PageHousehold {
  let home: Home
  let unit: SocketUnit
  static let token = "a;token,of%one's-own"
  static let cookie = "jod-check=a%3Btoken%2Cof%25one%27s-own"

  /// - Parameter isOn: whether the storage server is.
  init(isOn: Bool = false, blind: Bool = false, token: String? = token) throws {
    home = try Home(blind: blind)
    try home.storage.turn(isOn ? .ready : .off)
    unit = try SocketUnit()
    let script = "\(home.sandbox.folder)/off"
    try home.sandbox.write("#!/bin/sh\necho called >> \"$(dirname \"$0\")/calls\"\nexit 0\n", to: "off")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    home.sandbox.environment["SHUTDOWN_COMMAND"] = script
    if let token { home.sandbox.environment["HTTP_TOKEN"] = token }
  }

  func watch() {
    unit.watch(Sandbox.program, home.sandbox.environment, output: "\(home.sandbox.folder)/printed")
  }

  func close() { unit.stop() }

  /// What a browser sends that shows the page, when a button is pressed.
  func press(
    _ path: String, _ form: String = "", cookie: String? = Self.cookie, origin: String? = nil,
    accept: String = "text/html,*/*;q=0.8"
  ) throws -> WireAnswer {
    let cookies = cookie.map { "Cookie: \($0)\r\n" } ?? ""
    return try ask(
      "POST \(path) HTTP/1.1\r\nHost: nas.lan:\(unit.port)\r\nAccept: \(accept)\r\n\(cookies)"
        + "Origin: \(origin ?? "http://nas.lan:\(unit.port)")\r\n"
        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n\r\n\(form)"
    )
  }

  /// What a program sends.
  func post(_ path: String, _ fields: String = "", _ body: String = "") throws -> WireAnswer {
    try ask(
      "POST \(path) HTTP/1.1\r\nHost: nas.lan\r\nAuthorization: Bearer \(Self.token)\r\n\(fields)"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  var page: String {
    get throws {
      let answer = try ask(
        "GET / HTTP/1.1\r\nHost: nas.lan\r\nAccept: text/html\r\nCookie: \(Self.cookie)\r\n\r\n")
      return String(decoding: answer.body, as: UTF8.self)
    }
  }

  func ask(_ text: String) throws -> WireAnswer {
    let client = try Client(port: unit.port)
    client.send(text)
    return try #require(WireAnswer(client.receive(), isHead: text.hasPrefix("HEAD")))
  }

  var history: String { home.sandbox.contents("state/history.jsonl") ?? "" }
}

extension WireAnswer {
  fileprivate var text: String { String(decoding: body, as: UTF8.self) }
}

extension World {
  @Suite("The page's buttons, pressed")
  struct ButtonTests {
    @Test(
      "the link gives the browser a cookie and takes the token out of the address; with it the page is open")
    func link() throws {
      let house = try PageHousehold()
      defer { house.close() }
      house.watch()
      let closed = try house.ask("GET / HTTP/1.1\r\nHost: nas.lan\r\nAccept: text/html\r\n\r\n")
      #expect(closed.status == 401)
      #expect(closed.text.contains("<h1>Locked</h1>"))
      let link = try house.ask("GET /?token=a%3Btoken%2Cof%25one%27s-own HTTP/1.1\r\nHost: nas.lan\r\n\r\n")
      #expect(link.status == 303)
      #expect(link.headers["location"] == "/")
      let cookie = try #require(link.headers["set-cookie"]?.split(separator: ";").first.map(String.init))
      #expect(cookie == PageHousehold.cookie)
      let page = try house.ask("GET / HTTP/1.1\r\nHost: nas.lan\r\nCookie: \(cookie)\r\n\r\n")
      #expect(page.status == 200)
      #expect(page.headers["set-cookie"] == nil)
      #expect(page.headers["referrer-policy"] == "same-origin", "else a form's origin would be null")
      #expect(!page.text.contains(PageHousehold.token) && !page.text.contains("a%3Btoken"))
    }

    @Test("wake: a packet leaves at once, the browser is sent back, and the page tells it")
    func wake() throws {
      let house = try PageHousehold()
      defer { house.close() }
      for _ in 1...2 { try house.home.sandbox.run() }
      house.watch()
      let answer = try house.press("/wake")
      #expect(answer.status == 303)
      #expect(answer.headers["location"] == "/")
      #expect(!house.home.storage.packets().isEmpty)
      #expect(try house.page.contains("The storage was asked to start.</p>"))
      #expect(house.history.contains(#""kind":"hand""#))
      // A check followed it, and noted that it was on by hand once it came.
      try house.home.storage.turn(.ready)
      #expect(try house.post("/check").status == 202)
      house.close()
      #expect(try house.home.sandbox.run("status").output.contains("started it by hand"))
      #expect(house.unit.runs.allSatisfy { $0.status == 0 })
    }

    @Test("wake, where it is on: nothing is sent, and it stays on")
    func wakeReady() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      house.watch()
      let answer = try house.post("/wake")
      #expect(answer.status == 200)
      #expect(answer.text == "The storage is on, and stays on for at least 2h. No wake request was sent.\n")
      #expect(house.home.storage.packets().isEmpty)
    }

    @Test("wake, blind: a packet leaves, and nothing is claimed")
    func wakeBlind() throws {
      let house = try PageHousehold(blind: true)
      defer { house.close() }
      try house.home.sandbox.run()
      house.watch()
      #expect(try house.post("/wake").text == "The storage was asked to start.\n")
      #expect(!house.home.storage.packets().isEmpty)
      #expect(try house.page.contains("<h1><b>Nothing tells whether it is on;</b> last woken at "))
    }

    @Test("hold and release do what the commands do")
    func hold() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      house.watch()
      #expect(try house.press("/hold", "for=3h").status == 303)
      #expect(try house.page.contains("The storage is kept on until "))
      #expect(try house.home.sandbox.run("status", "--json").output.contains(#""hold":{"until":"2"#))
      #expect(house.history.contains(#""event":"hold-set""#))
      #expect(try house.press("/release").status == 303)
      #expect(try house.home.sandbox.run("status", "--json").output.contains(#""hold":{"until":null}"#))
      let form = "Content-Type: application/x-www-form-urlencoded\r\n"
      #expect(try house.post("/hold", form, "until=06:30").text.hasPrefix("The storage is kept on until "))
      #expect(try house.post("/release").text.hasPrefix("The storage is no longer kept on."))
      #expect(try house.post("/release").status == 409)
    }

    @Test(
      "a form that says nothing, or two things, is refused with what is accepted, and changes nothing",
      arguments: [
        "", "for=", "for=3", "until=25:00", "for=3h&until=06:30", "for=1h&for=2h", "for=%zz", "x", "for=2y",
      ])
    func wrongForms(form: String) throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      house.watch()
      let answer = try house.press("/hold", form)
      #expect(answer.status == 400)
      #expect(answer.text.contains("<h1>Not understood</h1>"))
      house.close()
      #expect(!house.history.contains("hold-set"))
    }

    @Test("sleep: what the command does, answered once it has begun, and the page tells it")
    func sleep() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      try house.home.sandbox.run()
      house.watch()
      #expect(try house.press("/sleep").status == 303)
      // The page is answered while the power-off is under way.
      let page = try house.page
      #expect(page.contains("<b>Going off.</b>") && page.contains("The storage is going off.</p>"))
      while house.home.sandbox.contents("calls") == nil, house.unit.runs.isEmpty { usleep(5000) }
      try house.home.storage.turn(.off)
      house.close()
      #expect(house.home.sandbox.contents("calls") == "called\n")
      #expect(house.history.contains("poweroff-requested"))
      #expect(house.unit.runs.allSatisfy { $0.status == 0 })
    }

    @Test(
      "sleep, refused by a rule: 409 with the reason, to a browser as a page, and the page tells it as well")
    func sleepRefused() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      house.home.someoneBrowses()
      house.watch()
      let answer = try house.press("/sleep")
      #expect(answer.status == 409)
      #expect(answer.text.contains("<h1>Not now</h1><p>The storage stays on: Anna is browsing"))
      #expect(try house.page.contains("<p class=\"pressed refused\">"))
      let program = try house.post("/sleep")
      #expect(program.status == 409)
      #expect(program.text.hasPrefix("The storage stays on: Anna is browsing"))
      #expect(house.home.sandbox.contents("calls") == nil)
    }

    @Test("sleep, where it is off, has nothing to do")
    func sleepOff() throws {
      let house = try PageHousehold()
      defer { house.close() }
      for _ in 1...2 { try house.home.sandbox.run() }
      house.watch()
      #expect(try house.post("/sleep").text == "Nothing to do: it is off, or does not answer.\n")
    }

    @Test("a hold forbids it, as it does the command")
    func sleepHeld() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      try house.home.sandbox.run("hold", "2h")
      house.watch()
      let answer = try house.post("/sleep")
      #expect(answer.status == 409)
      #expect(answer.text.hasPrefix("The storage stays on: a hold keeps it on for another "))
    }

    @Test(
      "another site's page presses nothing, though the browser has the cookie; and neither does who has no token"
    )
    func strangers() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      house.watch()
      for path in ["/wake", "/hold", "/release", "/sleep"] {
        #expect(try house.press(path, "for=3h", origin: "http://evil.example").status == 403)
        #expect(try house.press(path, "for=3h", origin: "null").status == 403)
        #expect(try house.press(path, "for=3h", cookie: nil).status == 401)
        #expect(try house.press(path, "for=3h", cookie: "jod-check=wrong").status == 401)
        let hidden =
          "POST \(path) HTTP/1.1\r\nHost: nas.lan\r\nCookie: \(PageHousehold.cookie)\r\nContent-Length: 0\r\n\r\n"
        #expect(try house.ask(hidden).status == 403)
        #expect(try house.ask(hidden.replacing("POST", with: "GET")).status == 405)
      }
      house.close()
      #expect(!house.history.contains("hold") && house.home.sandbox.contents("calls") == nil)
      #expect(house.home.storage.packets().isEmpty)
    }

    @Test("without a token set there are no buttons, and the page says how to get them")
    func locked() throws {
      let house = try PageHousehold(isOn: true, token: nil)
      defer { house.close() }
      try house.home.sandbox.run()
      house.watch()
      for path in ["/wake", "/hold", "/release", "/sleep"] {
        let answer = try house.press(path, "for=3h", cookie: nil)
        #expect(answer.status == 403)
        #expect(answer.text.contains("set HTTP_TOKEN in /etc/default/jod-check"))
      }
      let page = try house.page
      #expect(page.contains("The buttons need a token") && !page.contains("<form"))
    }

    @Test("in a dry run it is told what would be done, and nothing is")
    func dryRun() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      house.home.sandbox.environment["DRY_RUN"] = "yes"
      house.watch()
      #expect(try house.post("/wake").text.hasPrefix("Dry run"))
      #expect(try house.post("/sleep").text.hasPrefix("Dry run"))
      house.close()
      #expect(house.home.storage.packets().isEmpty && house.home.sandbox.contents("calls") == nil)
    }

    @Test("the token is in nothing that is printed, written or answered")
    func secret() throws {
      let house = try PageHousehold(isOn: true)
      defer { house.close() }
      house.watch()
      var received = ""
      for path in ["/wake", "/hold", "/release", "/sleep", "/check", "/elsewhere"] {
        received += try house.press(path, "for=3h").text
        received += try house.post(path).text
      }
      received += try house.page
      house.close()
      for form in [PageHousehold.token, "a%3Btoken"] {
        #expect(!received.contains(form))
        #expect(try !house.home.sandbox.everything().contains(form))
      }
    }
  }
}
