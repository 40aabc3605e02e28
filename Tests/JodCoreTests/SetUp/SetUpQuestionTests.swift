import Testing

@testable import JodCore

@Suite("What set-up asks, and what Enter means")
struct SetUpQuestionTests {
  private func given(_ words: String...) throws -> Invocation {
    guard case .run(let invocation) = try CommandRequest(["setup"] + words, version: "") else {
      throw JSON.Failure()
    }
    return invocation
  }

  @Test(
    "Enter is yes to what only this machine's own files need, where it is found",
    arguments: [
      SetUpQuestion.mounts, .logDirectory, .powerOff,
    ])
  func own(question: SetUpQuestion) {
    #expect(question.enter(isFound: true) == .yes)
    #expect(question.enter(isFound: false) == .no)
  }

  @Test(
    "Enter is no to what changes Jellyfin's settings, shows anything in the house, or switches off now",
    arguments: [
      SetUpQuestion.webhook, .monitoring, .page, .rehearsal, .scans,
    ])
  func others(question: SetUpQuestion) {
    for isFound in [true, false] { #expect(question.enter(isFound: isFound) == .no) }
  }

  @Test(
    "Enter takes what was found, and is no answer where nothing was",
    arguments: [
      SetUpQuestion.jellyfin, .storage, .mac,
    ])
  func found(question: SetUpQuestion) {
    #expect(question.enter(isFound: true) == .found)
    #expect(question.enter(isFound: false) == .unknown)
  }

  @Test("Enter leaves figures out, and is never a key")
  func figures() {
    #expect(SetUpQuestion.watts.enter(isFound: false) == .nothing)
    #expect(SetUpQuestion.price.enter(isFound: false) == .nothing)
    #expect(SetUpQuestion.key.enter(isFound: true) == .unknown)
  }

  @Test("every option of set-up answers one question, or is about all of them")
  func options() {
    let answering = SetUpQuestion.allCases.flatMap(\.options)
    #expect(Set(answering).count == answering.count)
    #expect(Set(answering + [.yes, .dryRun]) == Set(Command.setup.options.map(\.name)))
  }

  @Test(
    "what the configuration has is not asked again",
    arguments: [
      (SetUpQuestion.mac, "WAKE_COMMAND"), (.mac, "STORAGE_SERVER_MAC"), (.powerOff, "SHUTDOWN_COMMAND"),
      (.powerOff, "STORAGE_SERVER_SSH"), (.page, "HTTP_TOKEN"), (.mounts, "STORAGE_MOUNTS"),
    ])
  func answered(question: SetUpQuestion, variable: String) {
    #expect(question.isAnswered(in: [variable: "x"]))
    #expect(!question.isAnswered(in: [variable: ""]))
    #expect(!question.isAnswered(in: ["CHECK_INTERVAL": "30s"]))
  }

  @Test("two options that say the opposite are wrong use")
  func contradiction() throws {
    #expect(
      SetUpOptions.contradiction(try given("--page", "--no-page"))
        == "--page and --no-page contradict each other.")
    #expect(SetUpOptions.contradiction(try given("--mount", "/srv/a", "--no-mounts")) != nil)
    #expect(SetUpOptions.contradiction(try given("--mount", "/srv/a", "--mount", "/srv/b", "--page")) == nil)
  }

  @Test("--mount may be repeated")
  func repeated() throws {
    #expect(try given("--mount", "/srv/a", "--yes", "--mount=/srv/b").values(.mount) == ["/srv/a", "/srv/b"])
  }

  @Test("the storage server is named with its port or without one")
  func storage() {
    #expect(SetUpOptions.storage("nas.lan:445") == Endpoint(host: "nas.lan", port: 445))
    #expect(SetUpOptions.storage("nas.lan")?.port == 0)
    #expect(SetUpOptions.storage("nas lan") == nil)
  }

  @Test("it is powered off by the package's user, or by another who is named")
  func destination() {
    #expect(SetUpOptions.destination("nas.lan")?.description == "jod-check@nas.lan")
    #expect(SetUpOptions.destination("root@nas.lan")?.description == "root@nas.lan")
    #expect(SetUpOptions.destination("-oProxyCommand=x@nas") == nil)
  }

  @Test("a price has a number, and nothing that a file of settings would read otherwise")
  func price() {
    for text in ["0.35 EUR", "$0.17", "0,35 €"] { #expect(SetUpOptions.price(text) == text) }
    for text in ["", "EUR", "0.35\nX=1", "0.35\"", String(repeating: "1", count: 40)] {
      #expect(SetUpOptions.price(text) == nil)
    }
  }

  @Test("y and n are understood in full as well, and nothing else is")
  func yes() {
    #expect(["y", "YES", "n", "No"].map(SetUpOptions.isYes) == [true, true, false, false])
    #expect(["", "ja", "yess", "0"].allSatisfy { SetUpOptions.isYes($0) == nil })
  }

  @Test(
    "the page's link has this machine's address where the socket listens at all, and its token as a URL takes it"
  )
  func link() {
    let own = IPv4Address("192.168.1.5")
    func text(_ listen: String, _ token: String?) -> String {
      PageLink.text(Endpoint(listen)!, own: own, token: token.map { Secret($0) })
    }
    #expect(text("0.0.0.0:8097", "abc123") == "http://192.168.1.5:8097/?token=abc123")
    #expect(text("[::]:8097", "a+b&c") == "http://192.168.1.5:8097/?token=a%2Bb%26c")
    #expect(text("192.168.1.9:80", nil) == "http://192.168.1.9:80/")
    #expect(text("[fd00::2]:80", nil) == "http://[fd00::2]:80/")
  }
}
