import Foundation
import Testing

@testable import JodCore

@Suite("The page")
struct PageTests {
  private func page(
    _ status: Status, _ summary: Summary = Week().summary, buttons: Page.Buttons = .shown(canPowerOff: true),
    press: Press? = nil
  ) -> String {
    Page(
      status, summary, buttons: buttons, press: press, version: "1.0", clock: clock, timeOfDay: clock
    ).text
  }

  /// A status at the present of the week.
  private func status(_ state: Status.StorageState, _ change: (inout Status) -> Void = { _ in }) -> Status {
    var status = Status.nothingKnown
    status.storage = .init(state: state, since: UTC.text(jellyfinTime - 7500))
    status.activity = .init(active: false, since: UTC.text(jellyfinTime - 3600), sessions: [])
    status.poweroff = .init(at: nil, blockedBy: nil)
    status.reason = "nobody is active"
    status.checkedAt = UTC.text(jellyfinTime - 12)
    status.checkIntervalSeconds = 30
    change(&status)
    return status
  }

  // MARK: What it says

  @Test(
    "it says what the storage server is doing, in its headline and in the title",
    arguments: zip(
      Status.StorageState.allCases,
      [
        ("On.", "It is about to go off."), ("On,", "but its files cannot be reached yet."),
        ("It did not answer just now.", "The next check tells whether it is off."),
        ("Off.", "Open Jellyfin and it starts."), ("Starting.", ""), ("Going off.", ""),
        ("Nothing tells whether it is on;", "not woken so far."),
      ]))
  func state(_ state: Status.StorageState, _ words: (state: String, rest: String)) {
    let text = page(status(state))
    #expect(text.contains("<h1><b>\(words.state)</b> \(words.rest)</h1>"))
    let sentence = words.rest.isEmpty ? words.state : "\(words.state) \(words.rest)"
    #expect(text.contains("<title>Storage: \(sentence)</title>"))
    #expect(text.contains("Since 05:55, for 2h 5min."))
  }

  @Test("it says what happens next, where the headline does not")
  func next() {
    func next(_ status: Status) -> String? {
      let parts = page(status).split(separator: "<dt>Next</dt><dd>")
      return parts.count == 2 ? String(parts[1].prefix { $0 != "<" }) : nil
    }
    #expect(next(status(.down)) == nil)
    #expect(next(status(.ready)) == "It is powered off at the next check.")
    #expect(
      next(
        status(.ready) {
          $0.poweroff = .init(at: UTC.text(jellyfinTime + 600), blockedBy: "nobody for 5min")
        })
        == "It is powered off at 08:10 at the earliest: nobody for 5min.")
    #expect(next(status(.ready) { $0.poweroff.blockedBy = "traffic" }) == "It stays on: traffic.")
    #expect(
      next(
        status(.ready) {
          $0.activity.active = true
          $0.poweroff.blockedBy = "Anna"
        }) == "It stays on while somebody is active.")
    let waking = status(.waking) { $0.wake.requests = 2 }
    #expect(next(waking) == "2 wake requests sent; more follow while somebody waits.")
    #expect(next(status(.unknown)) == "A wake request is sent as soon as somebody uses Jellyfin.")
  }

  @Test("while it starts, a bar shows how far it is by the usual time")
  func progress() {
    func bar(after seconds: Seconds, usual: Seconds?) -> String? {
      let text = page(
        status(.waking) {
          $0.wake = .init(began: UTC.text(jellyfinTime - seconds), requests: 1, usualSeconds: usual)
        })
      return text.split(separator: "<progress ").dropFirst().first.map { String($0.prefix { $0 != ">" }) }
    }
    #expect(bar(after: 12, usual: 48) == #"max="48" value="12" aria-label="Starting""#)
    #expect(bar(after: 90, usual: 48) == #"max="48" value="48" aria-label="Starting""#)
    #expect(bar(after: 12, usual: nil) == nil)
    #expect(bar(after: -5, usual: 48) == nil, "a clock was set")
    #expect(!page(status(.ready)).contains("<progress"))
  }

  // MARK: Buttons

  private func pressable(_ status: Status, _ buttons: Page.Buttons = .shown(canPowerOff: true)) -> [String] {
    page(status, buttons: buttons).split(separator: "<form method=\"post\" action=\"/").dropFirst().map {
      String($0.prefix { $0 != "\"" })
    }
  }

  @Test("it has the buttons that make sense, each a form of its own")
  func buttons() {
    #expect(pressable(status(.down)) == ["wake"])
    #expect(pressable(status(.silent)) == ["wake"])
    #expect(pressable(status(.ready)) == ["hold", "sleep"])
    #expect(pressable(status(.up)) == ["hold", "sleep"])
    #expect(pressable(status(.waking)) == ["hold"])
    #expect(pressable(status(.stopping)) == ["wake"])
    #expect(pressable(status(.unknown)) == ["wake", "hold", "sleep"], "nothing tells whether it is on")
    #expect(pressable(status(.ready), .shown(canPowerOff: false)) == ["hold"])
    let held = status(.ready) { $0.hold.until = UTC.text(jellyfinTime + 3600) }
    #expect(pressable(held) == ["release", "sleep"])
    let blind = status(.waking) { $0.storage.isWatched = false }
    #expect(pressable(blind) == ["wake", "hold", "sleep"])
    #expect(page(status(.ready)).contains("<input type=\"hidden\" name=\"for\" value=\"3h\">"))
  }

  @Test("the one button of a storage that is off stands out")
  func first() {
    #expect(page(status(.down)).contains("<button id=\"wake\" class=\"first\">Wake now</button>"))
  }

  @Test("without a token it says how to get them, and has none", arguments: Status.StorageState.allCases)
  func locked(_ state: Status.StorageState) {
    #expect(pressable(status(state), .locked).isEmpty)
    #expect(page(status(state), buttons: .locked).contains("set HTTP_TOKEN in /etc/default/jod-check"))
    #expect(!page(status(state)).contains("HTTP_TOKEN"))
  }

  @Test("what a button did is told, and whether it was refused")
  func press() {
    let at = Moment(wall: jellyfinTime - 60, boot: 1000, bootID: "boot-1")
    let done = page(status(.ready), press: Press(at: at, words: "Done <b>.", isRefused: false))
    #expect(
      done.contains(
        "<p class=\"pressed\"><time datetime=\"2027-01-15T07:59:00Z\">07:59</time> Done &lt;b&gt;.</p>"))
    let refused = page(status(.ready), press: Press(at: at, words: "No.", isRefused: true))
    #expect(refused.contains("<p class=\"pressed refused\">"))
    #expect(!page(status(.ready)).contains("class=\"pressed"))
  }

  @Test("it says who is active, by user and client")
  func people() {
    let text = page(
      status(.ready) {
        $0.activity.active = true
        $0.activity.sessions = [
          .init(user: "Anna", client: "Web", device: "Firefox", kind: .playing),
          .init(user: "", client: "Live TV", device: "News", kind: .recording),
          .init(user: "", client: "", device: "Scan Media Library", kind: .task),
          .init(user: "", client: "", device: "", kind: .unknown),
        ]
      })
    #expect(
      text.contains(
        "<li><bdi>Anna</bdi>, playing, <span class=\"soft\"><bdi>Web on Firefox</bdi></span></li>"))
    #expect(text.contains("<li><bdi>News</bdi>, a recording</li>"))
    #expect(text.contains("<li><bdi>Scan Media Library</bdi>, a task of Jellyfin</li>"))
    #expect(text.contains("not understood counts as active"))
    #expect(page(status(.ready)).contains("Nobody, for 1h"))
    #expect(page(status(.ready) { $0.activity.active = nil }).contains("Jellyfin did not say"))
  }

  @Test("trouble is the headline, with since when and what to do; then comes what is known all the same")
  func trouble() {
    let text = page(
      status(.down) {
        $0.trouble = "Jellyfin refused the connection."
        $0.troubleSince = UTC.text(jellyfinTime - 3600)
        $0.troubleRemedy = "See whether it runs."
      })
    #expect(text.contains("<header class=\"bad down\">"))
    #expect(
      text.contains(
        "<h1>Jellyfin refused the connection.</h1><p>See whether it runs.</p><p>Since 07:00.</p><p class=\"still\"><b>Off.</b> Open Jellyfin and it starts.</p>"
      ))
    #expect(!page(status(.down)).contains("class=\"bad"))
  }

  @Test("warnings, a hold and a dry run are told, and nothing of them where there is none")
  func warnings() {
    let text = page(
      status(.ready) {
        $0.warnings = ["COOLDOWN_TIME is short."]
        $0.hold.until = UTC.text(jellyfinTime + 3600)
        $0.dryRun = true
      })
    for words in ["<p>COOLDOWN_TIME is short.</p>", "Kept on until 09:00.", "dry run"] {
      #expect(text.contains(words))
    }
    let quiet = page(status(.ready))
    for words in ["To put right", "Kept on until", "dry run"] { #expect(!quiet.contains(words)) }
  }

  @Test("the rules are behind a fold, with their variables; nothing before it names one")
  func rules() throws {
    let text = page(
      status(.ready) { $0.poweroff = .init(at: nil, blockedBy: "x", rules: ["COOLDOWN_TIME: 5min of 30min"]) }
    )
    let (before, after) = try #require(
      text.firstRange(of: "<details id=\"rules\">").map { (text[..<$0.lowerBound], text[$0.lowerBound...]) })
    #expect(
      after.contains("<li>COOLDOWN_TIME: 5min of 30min.</li>") && after.contains("<li>Nobody is active.</li>")
    )
    #expect(!Configuration.variables.contains { before.contains($0) })
    #expect(!page(status(.ready) { $0.reason = nil }).contains("id=\"rules\""))
  }

  @Test("before the first check it says how to make one")
  func nothingKnown() {
    let text = page(.nothingKnown, Week.empty)
    #expect(text.contains("Nothing is known yet"))
    #expect(text.contains("systemctl enable --now jod-check.timer"))
  }

  @Test("the picture shows when it was on, in use and woken, and tells it to those who cannot see")
  func picture() {
    let text = page(status(.ready))
    #expect(text.contains("aria-label=\"Fri 10 Jan: on 2h 59min, off 16h, in use 2h, 2 wakes\""))
    #expect(text.contains("<rect class=\"use\" x=\"900\" width=\"120\""))
    #expect(text.contains("<title>22:00, Anna, Web on Living room, ready after 42s</title>"))
    #expect(text.contains("<strong>1.4 kWh</strong><span>saved, 346 Wh used</span>"))
    #expect(text.contains("<td>1.3 kWh</td>"))
    #expect(!page(status(.ready), Week(watts: nil).summary).contains("Saved"))
    let priced = page(status(.ready), Week(price: ElectricityPrice("0,35 €")).summary)
    #expect(priced.contains("<strong>0,47 €</strong><span>saved, 1.4 kWh</span>"))
    #expect(priced.contains("<strong>0,12 €</strong><span>used, 346 Wh</span>"))
    #expect(priced.contains("<td>1.3 kWh, 0,46 €</td>"))
  }

  @Test("on its first day it shows that day alone, and no share of so little time")
  func firstDay() {
    let text = page(status(.ready), Week.firstHour)
    #expect(text.contains("<h2>Today</h2>"))
    #expect(text.split(separator: "<div class=\"day\"><span>").count == 2)
    #expect(!text.contains("of the time on") && !text.contains("<div class=\"sums\">"))
  }

  @Test("while somebody waits it is looked at more often", arguments: Status.StorageState.allCases)
  func refresh(_ state: Status.StorageState) {
    let isMoving = [.waking, .stopping].contains(state)
    #expect(page(status(state)).contains("<main data-again=\"\(isMoving ? 3 : 20)\">"))
    #expect(
      page(status(state)).contains(
        "<noscript><meta http-equiv=\"refresh\" content=\"\(isMoving ? 5 : 60);url=/\"></noscript>"))
  }

  // MARK: What it must not do

  /// Everything that comes from outside, as hostile as it can be.
  private func hostilePage(_ name: String) -> String {
    page(
      status(.ready) {
        $0.activity.active = true
        $0.activity.sessions = [.init(user: name, client: name, device: name, kind: .playing)]
        $0.trouble = name
        $0.reason = name
        $0.warnings = [name]
        $0.troubleRemedy = name
        $0.poweroff = .init(at: UTC.text(jellyfinTime), blockedBy: name, rules: [name])
      }, Week(user: name, device: name).summary,
      press: Press(at: Moment(wall: jellyfinTime, boot: 1, bootID: "b"), words: name, isRefused: true))
  }

  @Test(
    "with any names that people give themselves, no tag and no attribute is made of them",
    arguments: HistoryTests.hostileNames.filter { !$0.isEmpty } + [
      "</title><script>x</script>", "\" onload=\"x", "' onload='x", "<\u{338}b>", "&lt;",
    ])
  func hostile(_ name: String) {
    /// The markup without what may be written freely: text, and values in quotes.
    func skeleton(_ page: String) -> [String] {
      page.split(separator: "<").dropFirst().map { part in
        let tag = part.prefix { $0 != ">" }
        let pieces = tag.split(separator: "\"", omittingEmptySubsequences: false)
        return stride(from: 0, to: pieces.count, by: 2).map { String(pieces[$0]) }.joined(separator: "\"\"")
      }
    }
    #expect(skeleton(hostilePage(name)) == skeleton(hostilePage("Anna")))
  }

  @Test("text is escaped scalar by scalar")
  func escaping() {
    let name = "<b>&\"'<\u{338}"
    #expect(("\(name)" as HTML).text == "&lt;b&gt;&amp;&quot;&#39;&lt;\u{338}")
  }

  @Test(
    "it asks nobody but us, runs nothing but its one script, and styles nothing but by its one style sheet")
  func selfContained() {
    let text = hostilePage("x")
    for words in [
      "javascript:", "src=", "@import", "url(", "style=", "<iframe", "<link rel=\"style", "onclick", "eval",
    ] {
      #expect(!text.contains(words), "\(words)")
    }
    let addresses = text.split(separator: "http").dropFirst().filter {
      $0.hasPrefix("://") || $0.hasPrefix("s://")
    }
    #expect(addresses.allSatisfy { $0.hasPrefix("://www.w3.org/2000/svg") }, "a namespace is no address")
    #expect(text.split(separator: "<style>").count == 2)
    #expect(text.split(separator: "<script>").count == 2)
  }

  @Test(
    "the policy that goes with it names the hashes of its style sheet and its script, as sha256sum computes them",
    arguments: [("style", Page.styleHash), ("script", Page.scriptHash)])
  func hash(_ tag: String, _ expected: String) throws {
    let text = page(status(.down))
    let body = try #require(text.split(separator: "<\(tag)>").last?.split(separator: "</\(tag)>").first)
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(body.utf8))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    let hex = String(decoding: output.fileHandleForReading.readDataToEndOfFile().prefix(64), as: UTF8.self)
    let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    #expect(expected == Data(bytes).base64EncodedString())
    #expect(Page.contentSecurityPolicy.contains("default-src 'none';"))
    #expect(Page.contentSecurityPolicy.contains("\(tag)-src 'sha256-\(expected)';"))
  }

  @Test("a person whose request is refused gets a page with the reason, escaped, and the way back")
  func refusal() {
    let document = RefusalPage(WebRefusal(409, "The storage stays on: <b>.")).document
    let text = String(decoding: document.body, as: UTF8.self)
    #expect(document.status == 409 && document.policy == Page.contentSecurityPolicy)
    #expect(text.contains("<h1>Not now</h1><p>The storage stays on: &lt;b&gt;.</p>"))
    #expect(text.contains("<a href=\"/\">Back to the page</a>"))
    #expect(!text.contains("<script"), "what is refused once is not asked for again and again")
  }

  @Test("a telephone finds what it needs for its home screen, and all of it is ours")
  func homeScreen() throws {
    let text = page(status(.down))
    #expect(
      text.contains("<link rel=\"manifest\" href=\"/manifest.webmanifest\" crossorigin=\"use-credentials\">"))
    let manifest = try JSON(PageOnHomeScreen.manifest.body).object()
    let start: String = try manifest["start_url"]
    #expect(start == "/")
    let written = String(decoding: PageOnHomeScreen.manifest.body, as: UTF8.self)
    #expect(written.split(separator: "src").count == 2 && written.contains(#""src":"/icon.svg""#))
    #expect(String(decoding: PageOnHomeScreen.icon.body, as: UTF8.self).hasPrefix("<svg xmlns="))
  }
}
