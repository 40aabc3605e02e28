import JodCore
import Synchronization

/// Answers the requests that the policy admits. What is read comes from what is remembered: nobody is asked for it. What a
/// button does takes its time elsewhere.
final class RequestHandler: Sendable {
  /// Or what is answered instead, where the configuration is not valid.
  private let program: Result<Program, Unconfigured>
  /// What was made within the last second: a page takes the whole history, which no flood may have read again and again.
  private let cache = Mutex<[WebService: (document: WebDocument, made: Seconds)]>([:])

  /// The answer without a valid configuration.
  struct Unconfigured: Error { let page: WebDocument }

  init(_ program: Program) { self.program = .success(program) }

  init(_ invalid: Unconfigured) { program = .failure(invalid) }

  func answer(_ request: WebRequest, _ service: WebService, _ run: ServingRun) -> WebAnswer {
    switch service {
    case .icon: return .now(.success(PageOnHomeScreen.icon))
    case .manifest: return .now(.success(PageOnHomeScreen.manifest))
    default: break
    }
    let program: Program
    switch self.program {
    case .success(let valid): program = valid
    case .failure(let invalid):
      return .now(service == .page ? .success(invalid.page) : .failure(Self.refusal))
    }
    if service == .check {
      return .now(run.promise() ? .success(.text(202, "A check follows.")) : .failure(Self.over))
    }
    return service.isButton ? press(service, request, program, run) : .now(read(service, program))
  }

  private static let over = WebRefusal(503, "The last check of this run is over. Ask again.")

  private func press(
    _ service: WebService, _ request: WebRequest, _ program: Program, _ run: ServingRun
  ) -> WebAnswer {
    do throws(WebRefusal) {
      let press = try ButtonPress(service, request, program)
      let reply = run.start { [self] answer in
        press.run {
          // The page that is shown next is to tell it.
          cache.withLock { $0.removeAll() }
          answer($0)
        }
      }
      guard let reply else { throw Self.over }
      return .later(WebErrand(within: ButtonPress.limit, late: press.late, reply: reply))
    } catch {
      return .now(.failure(error))
    }
  }

  private func read(_ service: WebService, _ program: Program) -> ServerConnection.Reply {
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
    "The configuration of jod-check is not valid, so the storage is neither woken nor powered off. Correct /etc/default/jod-check; `systemctl status jod-check` tells what is wrong."
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
    return page(memory, status, program, now)
  }

  /// Days in the page's picture.
  private static let days = 7

  /// Without a history there is a page all the same.
  private func page(
    _ memory: Memory, _ status: Status, _ program: Program, _ now: Now
  ) -> WebDocument {
    let configuration = program.configuration
    let (watts, price) = (configuration.storageServerWatts, configuration.electricityPrice)
    let summary =
      (try? program.store.summary(days: Self.days, watts: watts, price: price))
      ?? Summary(
        History([], now: now), days: Clock.days(Self.days), present: memory.present(now), watts: watts,
        price: price, now: now.moment.wall)
    let page = Page(
      status, summary,
      buttons: configuration.httpToken == nil
        ? .locked : .shown(canPowerOff: configuration.powerOffMethod != nil),
      press: memory.press(now), version: Version.current,
      clock: Clock.text, timeOfDay: Clock.timeOfDay)
    return WebDocument(
      contentType: Page.contentType, body: Array(page.text.utf8), policy: Page.contentSecurityPolicy)
  }
}
