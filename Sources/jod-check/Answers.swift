import JodCore

/// What the socket's `GET` requests are answered with, made of what is remembered; nobody is asked.
struct Answers {
  struct Answer {
    var contentType: String
    /// Headers besides, by name.
    var headers: [String: String] = [:]
    var body: [UInt8]
  }

  let program: Program

  /// Days in the page's picture.
  private static let days = 7

  /// `GET /`. Without a history there is a page all the same.
  func page() -> Answer {
    let now = Clock.now()
    let memory = memory(now)
    let watts = program.configuration.storageServerWatts
    let summary =
      (try? program.store.summary(days: Self.days, watts: watts))
      ?? Summary(
        History([], now: now), days: Clock.days(Self.days), present: memory.present(now), watts: watts,
        now: now.moment.wall)
    let page = Page(
      status(memory), summary, usual: memory.state.counters.timeToReady.usual, version: Version.current,
      clock: Clock.text)
    return Answer(
      contentType: Page.contentType, headers: ["Content-Security-Policy": Page.contentSecurityPolicy],
      body: Array(page.text.utf8))
  }

  /// `GET /status`
  func status() -> Answer {
    Answer(contentType: "application/json", body: Store.bytes(status(memory(Clock.now()))))
  }

  /// `GET /metrics`
  func metrics() -> Answer {
    let memory = memory(Clock.now())
    let metrics = Metrics(
      memory, status(memory), watts: program.configuration.storageServerWatts, version: Version.current)
    return Answer(contentType: Metrics.contentType, body: Array(metrics.text.utf8))
  }

  private func memory(_ now: Now) -> Memory { program.store.load(bootID: now.moment.bootID).memory }

  private func status(_ memory: Memory) -> Status { program.status(memory) }
}
