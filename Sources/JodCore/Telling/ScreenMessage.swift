/// A word on the screen of somebody who waits for the storage.
public struct ScreenMessage: Hashable, Sendable {
  /// What is told.
  public enum News: Hashable, Sendable {
    /// With how many seconds it takes here; nil where that is not known.
    case starting(usual: Seconds?)
    case ready
    /// It did not come in time.
    case failed
  }

  /// The id of the session that shows it: letters, digits and hyphens.
  public let screen: String
  public let news: News

  public init(screen: String, _ news: News) {
    self.screen = screen
    self.news = news
  }
}

/// The sentences are those of po/jod-check.pot: a changed one must be translated anew.
extension ScreenMessage.News {
  public func header(in catalog: MessageCatalog) -> String {
    switch self {
    case .starting: catalog.text("Please wait")
    case .ready: catalog.text("Ready")
    case .failed: catalog.text("Not available")
    }
  }

  public func text(in catalog: MessageCatalog) -> String {
    switch self {
    case .starting(usual: nil): catalog.text("The storage is starting. This may take a few minutes.")
    case .starting(let usual?): Self.starting(usual, in: catalog)
    case .ready: catalog.text("The storage is ready.")
    case .failed: catalog.text("The storage does not respond. Someone should check it.")
    }
  }

  /// With the time as a person would say it, for the next wake will take another.
  private static func starting(_ seconds: Seconds, in catalog: MessageCatalog) -> String {
    let tens = max(10, (seconds / 10).rounded(.up) * 10)
    guard tens >= 60 else {
      return catalog.text(
        "The storage is starting. This takes about %d second.",
        others: "The storage is starting. This takes about %d seconds.", Int(tens))
    }
    return catalog.text(
      "The storage is starting. This takes about %d minute.",
      others: "The storage is starting. This takes about %d minutes.", max(1, Int((seconds / 60).rounded())))
  }
}

/// Who was told in one wake that the storage is starting.
public struct Told: Hashable, Sendable {
  /// When the wake began, which tells it from others.
  var wake: Moment
  var screens: [String] = []
  /// Whether they were told that it has failed, too.
  var knowOfFailure = false

  /// More screens than any household has; a bound for what a hostile answer can make us keep.
  static let most = 100

  init(wake: Moment) { self.wake = wake }
}

extension Told: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    wake = try fields["wake"]
    screens = try fields["screens"]
    knowOfFailure = try fields["know_of_failure"] ?? false
  }

  public var json: JSON {
    .present([
      "wake": wake.json, "screens": screens.json, "know_of_failure": knowOfFailure ? true.json : .null,
    ])
  }
}

extension Memory {
  /// Says who is to be told what at the end of a check, and notes it as done: killed in between, nobody is told twice.
  ///
  /// Those who browse while a wake runs are told that the storage is starting, each screen once in a wake. Those who were
  /// told this are told once that it does not come, and that it is ready. In a dry run, and without an answer of Jellyfin,
  /// nobody is told anything.
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
      return hasJustBecomeReady(configuration, now) ? messages(.ready, to: answer) : []
    }
    if wake.failed { return messagesOfFailure(wake, answer) }
    guard isStarting(wake, configuration, now) else { return [] }
    let judge = ActivityJudge(
      configuration: configuration, answer: answer, boot: now.moment.boot, isWaking: true,
      owner: runtime.keyOwner)
    return messagesOfStart(wake, to: judge.screens(runtime.activity, spent: state.spentBrowsing))
  }

  /// Whether it is fair to say so. One lost probe begins a wake, and is no sign of a start. Nothing tells of a blind one, so it
  /// is believed for as long as a wake may take.
  private func isStarting(_ wake: Wake, _ configuration: Configuration, _ now: Now) -> Bool {
    if configuration.isBlind {
      return now.since(wake.began) < configuration.wakeTimeout
    }
    return state.storage.known != .ready
  }

  private mutating func messagesOfStart(_ wake: Wake, to screens: [String]) -> [ScreenMessage] {
    var told = runtime.told.flatMap { $0.wake == wake.began ? $0 : nil } ?? Told(wake: wake.began)
    var messages: [ScreenMessage] = []
    for screen in screens where told.screens.count < Told.most && !told.screens.contains(screen) {
      told.screens.append(screen)
      messages.append(ScreenMessage(screen: screen, .starting(usual: state.counters.timeToReady.usual)))
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

  private mutating func messagesOfFailure(_ wake: Wake, _ answer: JellyfinAnswer) -> [ScreenMessage] {
    guard let told = runtime.told, told.wake == wake.began, !told.knowOfFailure else { return [] }
    runtime.told?.knowOfFailure = true
    return messages(.failed, to: answer)
  }

  /// To those who were told that it is starting, and are still there.
  private func messages(_ news: ScreenMessage.News, to answer: JellyfinAnswer) -> [ScreenMessage] {
    let present = answer.sessions.compactMap {
      if case .session(let session) = $0 { session.screen } else { nil }
    }
    return (runtime.told?.screens ?? []).filter(present.contains).map { ScreenMessage(screen: $0, news) }
  }
}
