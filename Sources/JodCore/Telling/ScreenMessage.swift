/// A word on the screen of somebody who waits for the storage.
public struct ScreenMessage: Hashable, Sendable {
  /// The id of the session that shows it: letters, digits and hyphens.
  public let screen: String
  public let header: String
  public let text: String

  public init(screen: String, header: String, text: String) {
    self.screen = screen
    self.header = header
    self.text = text
  }

  /// - Parameter usual: how many seconds it takes here; nil where that is not known.
  static func starting(_ screen: String, usual: Seconds?) -> ScreenMessage {
    let time = usual.map { "This takes \(roughly($0))." } ?? "This may take a few minutes."
    return ScreenMessage(screen: screen, header: "Please wait", text: "The storage is starting. \(time)")
  }

  static func ready(_ screen: String) -> ScreenMessage {
    ScreenMessage(screen: screen, header: "Ready", text: "The storage is ready.")
  }

  /// As a person would say it, for the next wake will take another time.
  static func roughly(_ seconds: Seconds) -> String {
    let tens = max(10, (seconds / 10).rounded(.up) * 10)
    if tens < 60 { return "about \(Int(tens)) seconds" }
    return "about \(Printable.count(max(1, Int((seconds / 60).rounded())), "minute"))"
  }
}

/// Who was told in one wake that the storage is starting.
public struct Told: Hashable, Sendable {
  /// When the wake began, which tells it from others.
  var wake: Moment
  var screens: [String] = []

  /// More screens than any household has; a bound for what a hostile answer can make us keep.
  static let most = 100

  init(wake: Moment) { self.wake = wake }
}

extension Told: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    wake = try fields["wake"]
    screens = try fields["screens"]
  }

  public var json: JSON { .present(["wake": wake.json, "screens": screens.json]) }
}

extension Memory {
  /// Says who is to be told what at the end of a check, and notes it as done: killed in between, nobody is told twice.
  ///
  /// Those who browse while a wake runs are told that the storage is starting, each screen once in a wake. Those who were
  /// told this are told that it is ready. In a dry run, and without an answer of Jellyfin, nobody is told anything.
  public mutating func noteMessages(
    _ configuration: Configuration, _ jellyfin: Result<JellyfinAnswer, Trouble>, _ now: Now
  ) -> [ScreenMessage] {
    guard configuration.notifyClients, !configuration.dryRun else {
      runtime.told = nil
      return []
    }
    guard case .success(let answer) = jellyfin else { return [] }
    guard let wake = state.undertaking.wake else {
      defer { runtime.told = nil }
      return hasJustBecomeReady(configuration, now) ? messagesOfReadiness(answer) : []
    }
    guard isStarting(wake, configuration, now) else { return [] }
    let judge = ActivityJudge(
      configuration: configuration, answer: answer, boot: now.moment.boot, isWaking: true,
      owner: runtime.keyOwner)
    return messagesOfStart(wake, to: judge.screens(runtime.activity, spent: state.spentBrowsing))
  }

  /// Whether it is fair to say so. One lost probe begins a wake, and is no sign of a start; a wake that has failed leads to
  /// none. Nothing tells of a blind one, so it is believed for as long as a wake may take.
  private func isStarting(_ wake: Wake, _ configuration: Configuration, _ now: Now) -> Bool {
    if configuration.isBlind {
      return now.since(wake.began) < configuration.wakeTimeout
    }
    return !wake.failed && state.storage.known != .ready
  }

  private mutating func messagesOfStart(_ wake: Wake, to screens: [String]) -> [ScreenMessage] {
    var told = runtime.told.flatMap { $0.wake == wake.began ? $0 : nil } ?? Told(wake: wake.began)
    var messages: [ScreenMessage] = []
    for screen in screens where told.screens.count < Told.most && !told.screens.contains(screen) {
      told.screens.append(screen)
      messages.append(.starting(screen, usual: state.counters.timeToReady.usual))
    }
    // Of a wake that nobody was told of, nobody waits to hear the end.
    runtime.told = told.screens.isEmpty ? nil : told
    return messages
  }

  /// A word that comes late, because Jellyfin was away, would only be strange.
  private func hasJustBecomeReady(_ configuration: Configuration, _ now: Now) -> Bool {
    guard runtime.probe == .ready, let since = state.storage.since else { return false }
    return now.since(since) < configuration.wakeTimeout
  }

  private func messagesOfReadiness(_ answer: JellyfinAnswer) -> [ScreenMessage] {
    let present = answer.sessions.compactMap {
      if case .session(let session) = $0 { session.screen } else { nil }
    }
    return (runtime.told?.screens ?? []).filter(present.contains).map { .ready($0) }
  }
}
