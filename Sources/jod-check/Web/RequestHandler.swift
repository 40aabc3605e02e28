import JodCore
import Synchronization

/// Answers the requests that the policy admits, from what is remembered: it asks nobody.
final class RequestHandler: Sendable {
  /// Or what is answered instead, where the configuration is not valid.
  private let program: Result<Program, Unconfigured>
  /// What was made within the last second: a page takes the whole history, which no flood may have read again and again.
  private let cache = Mutex<[WebService: (document: WebDocument, made: Seconds)]>([:])

  /// The answer without a valid configuration.
  struct Unconfigured: Error { let page: WebDocument }

  init(_ program: Program) { self.program = .success(program) }

  init(_ invalid: Unconfigured) { program = .failure(invalid) }

  /// - Parameter promise: promises a check; false where none follows.
  func answer(_ service: WebService, promise: () -> Bool) -> Result<WebDocument, WebRefusal> {
    let program: Program
    switch self.program {
    case .success(let valid): program = valid
    case .failure(let invalid):
      return service == .page ? .success(invalid.page) : .failure(Self.refusal)
    }
    if service == .check {
      return promise()
        ? .success(.text(202, "A check follows."))
        : .failure(WebRefusal(503, "The last check of this run is over. Ask again."))
    }
    let now = Clock.now()
    if let cached = cache.withLock({ $0[service] }), now.moment.boot - cached.made < 1 {
      return .success(cached.document)
    }
    do {
      let document = try make(service, program, now)
      cache.withLock { $0[service] = (document, now.moment.boot) }
      return .success(document)
    } catch {
      return .failure(
        WebRefusal(503, "What the last check wrote cannot be read (\(error)); the next one writes it anew."))
    }
  }

  private static let refusal = WebRefusal(
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
      clock: Clock.text, timeOfDay: Clock.timeOfDay)
    return WebDocument(
      contentType: Page.contentType, body: Array(page.text.utf8), policy: Page.contentSecurityPolicy)
  }
}
