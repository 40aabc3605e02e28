import JodCore
import Synchronization

/// Hands out what the socket has to give, made of what is remembered: it asks nobody.
final class Desk: Sendable {
  /// Or what is said instead of it, where the configuration is not valid.
  private let program: Result<Program, InvalidNotice>
  /// What was made within the last second: a page takes the whole history, which no flood may have read again and again.
  private let shelf = Mutex<[WebService: (document: WebDocument, made: Seconds)]>([:])

  /// What there is to say without a valid configuration.
  struct InvalidNotice: Error { let page: WebDocument }

  init(_ program: Program) { self.program = .success(program) }

  init(_ notice: InvalidNotice) { program = .failure(notice) }

  /// - Parameter promise: a check is promised; false where none follows.
  func give(_ service: WebService, promise: () -> Bool) -> Result<WebDocument, WebRefusal> {
    let program: Program
    switch self.program {
    case .success(let valid): program = valid
    case .failure(let notice):
      return service == .page ? .success(notice.page) : .failure(Self.invalid)
    }
    if service == .check {
      return promise()
        ? .success(.text(202, "A check follows."))
        : .failure(WebRefusal(503, "The last check of this run is over. Ask again."))
    }
    let now = Clock.now()
    if let kept = shelf.withLock({ $0[service] }), now.moment.boot - kept.made < 1 {
      return .success(kept.document)
    }
    do {
      let document = try make(service, program, now)
      shelf.withLock { $0[service] = (document, now.moment.boot) }
      return .success(document)
    } catch {
      return .failure(
        WebRefusal(503, "What the last check wrote cannot be read (\(error)); the next one writes it anew."))
    }
  }

  private static let invalid = WebRefusal(
    503,
    "The configuration of jod-check is not valid, so nobody is served. Correct /etc/default/jod-check; `systemctl status jod-check` tells what is wrong."
  )

  private func make(_ service: WebService, _ program: Program, _ now: Now) throws -> WebDocument {
    if service == .status {
      let body = try Store.bytes(program.store.status())
      return WebDocument(contentType: "application/json", body: body)
    }
    let memory = program.store.load(bootID: now.moment.bootID).memory
    let status = program.status(memory)
    let watts = program.configuration.storageServerWatts
    guard service == .page else {
      let metrics = Metrics(memory, status, watts: watts, version: Version.current)
      return WebDocument(contentType: Metrics.contentType, body: Array(metrics.text.utf8))
    }
    return page(memory, status, watts, program, now)
  }

  /// Days in the page's picture.
  private static let days = 7

  /// Without a history there is a page all the same.
  private func page(
    _ memory: Memory, _ status: Status, _ watts: Configuration.Watts?, _ program: Program, _ now: Now
  ) -> WebDocument {
    let summary =
      (try? program.store.summary(days: Self.days, watts: watts))
      ?? Summary(
        History([], now: now), days: Clock.days(Self.days), present: memory.present(now), watts: watts,
        now: now.moment.wall)
    let page = Page(
      status, summary, usual: memory.state.counters.timeToReady.usual, version: Version.current,
      clock: Clock.text)
    return WebDocument(
      contentType: Page.contentType, body: Array(page.text.utf8), policy: Page.contentSecurityPolicy)
  }
}
