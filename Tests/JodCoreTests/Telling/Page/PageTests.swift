import Foundation
import Testing

@testable import JodCore

@Suite("The page")
struct PageTests {
  private func page(_ status: Status, _ summary: Summary = Week().summary, usual: Seconds? = 48) -> String {
    Page(status, summary, usual: usual, version: "1.0", clock: clock, timeOfDay: clock).text
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
    "it says what the storage server is doing",
    arguments: zip(
      Status.StorageState.allCases,
      ["ready", "on, not ready", "silent", "off", "waking", "going down", "not watched"]))
  func state(_ state: Status.StorageState, _ words: String) {
    let text = page(status(state))
    #expect(text.contains("<h1>Storage \(words)</h1>"))
    #expect(text.contains("<title>Storage \(words)</title>"))
    #expect(text.contains("Since 05:55, for 2h 5min"))
  }

  @Test("it says what happens next, and when")
  func next() {
    func next(_ status: Status, usual: Seconds? = 48) -> String {
      let after = page(status, usual: usual).split(separator: "<dt>Next</dt><dd>")[1]
      return String(after.prefix { $0 != "<" })
    }
    #expect(next(status(.down)) == "It is woken as soon as somebody uses Jellyfin.")
    #expect(next(status(.ready)) == "It is powered off at the next check.")
    #expect(
      next(
        status(.ready) {
          $0.poweroff = .init(at: UTC.text(jellyfinTime + 600), blockedBy: "no activity for only 5min")
        })
        == "It is powered off at 08:10 at the earliest: no activity for only 5min.")
    #expect(next(status(.ready) { $0.poweroff.blockedBy = "traffic" }) == "It stays on: traffic.")
    #expect(
      next(
        status(.ready) {
          $0.activity.active = true
          $0.poweroff.blockedBy = "activity: Anna"
        }) == "It stays on while somebody is active.")
    let waking = status(.waking) {
      $0.wake = .init(last: nil, began: UTC.text(jellyfinTime - 20), requests: 2)
    }
    #expect(next(waking) == "2 wake requests sent. It is usually ready after 48s, at about 08:00.")
    #expect(
      next(waking, usual: 10) == "2 wake requests sent. It is usually ready after 10s; it takes longer today."
    )
    #expect(next(waking, usual: nil) == "2 wake requests sent; more follow until it is ready.")
    #expect(next(status(.unknown)) == "A wake request is sent as soon as somebody uses Jellyfin.")
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
    #expect(text.contains("<li><bdi>Anna</bdi>, playing, <span class=\"soft\"><bdi>Web</bdi></span></li>"))
    #expect(text.contains("<li><bdi>News</bdi>, a recording</li>"))
    #expect(text.contains("<li><bdi>Scan Media Library</bdi>, a task of Jellyfin</li>"))
    #expect(text.contains("not understood counts as active"))
    #expect(page(status(.ready)).contains("Nobody, for 1h"))
    #expect(page(status(.ready) { $0.activity.active = nil }).contains("Jellyfin did not say"))
  }

  @Test("trouble, warnings, a hold and a dry run are told, and nothing of them where there is none")
  func trouble() {
    let text = page(
      status(.down) {
        $0.trouble = "Jellyfin refused the connection."
        $0.warnings = ["COOLDOWN_TIME is short."]
        $0.hold.until = UTC.text(jellyfinTime + 3600)
        $0.dryRun = true
      })
    for words in [
      "<h2>Trouble</h2><p>Jellyfin refused the connection.</p>", "<p>COOLDOWN_TIME is short.</p>",
      "until 09:00",
      "dry run",
    ] {
      #expect(text.contains(words))
    }
    let quiet = page(status(.down))
    for words in ["Trouble", "To put right", "Held on", "dry run"] { #expect(!quiet.contains(words)) }
  }

  @Test("before the first check it says how to make one")
  func nothingKnown() {
    let text = page(.nothingKnown, Week.empty, usual: nil)
    #expect(text.contains("Nothing known yet"))
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
  }

  @Test("while somebody waits it is looked at more often", arguments: Status.StorageState.allCases)
  func refresh(_ state: Status.StorageState) {
    let seconds = [.waking, .stopping].contains(state) ? 10 : 60
    #expect(page(status(state)).contains("http-equiv=\"refresh\" content=\"\(seconds)\""))
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
        $0.poweroff = .init(at: UTC.text(jellyfinTime), blockedBy: name)
      }, Week(user: name, device: name).summary)
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

  @Test("it fetches nothing, runs nothing, and styles nothing but by its one style sheet")
  func selfContained() {
    let text = hostilePage("x")
    for words in [
      "<script", "javascript:", "src=", "@import", "url(", "style=", "<form", "<iframe", "<link rel=\"style",
    ] {
      #expect(!text.contains(words), "\(words)")
    }
    let addresses = text.split(separator: "http").dropFirst().filter {
      $0.hasPrefix("://") || $0.hasPrefix("s://")
    }
    #expect(addresses.allSatisfy { $0.hasPrefix("://www.w3.org/2000/svg") }, "a namespace is no address")
    #expect(text.split(separator: "<style>").count == 2)
  }

  @Test("the policy that goes with it names the hash of its style sheet, as sha256sum computes it")
  func hash() throws {
    let text = page(status(.down))
    let style = try #require(text.split(separator: "<style>").last?.split(separator: "</style>").first)
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(style.utf8))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    let hex = String(decoding: output.fileHandleForReading.readDataToEndOfFile().prefix(64), as: UTF8.self)
    let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    #expect(Page.styleHash == Data(bytes).base64EncodedString())
    #expect(Page.contentSecurityPolicy.contains("default-src 'none'; style-src 'sha256-\(Page.styleHash)';"))
  }
}
