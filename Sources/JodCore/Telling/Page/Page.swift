/// What `GET /` answers: one page for people, which needs nothing but itself. State first, what can be done next, the rules
/// last and folded.
public struct Page: Sendable {
  /// What its buttons may do.
  public enum Buttons: Hashable, Sendable {
    /// No token is set, so nobody may press any.
    case locked
    case shown(canPowerOff: Bool)
  }

  let status: Status
  let summary: Summary
  let buttons: Buttons
  /// What a button last did, where that is news.
  let press: Press?
  let version: String
  /// Writes a time of the wall clock as a person here reads it.
  let clock: @Sendable (Seconds) -> String
  /// Writes only its hour and minute.
  let timeOfDay: @Sendable (Seconds) -> String
  private let headline: Headline

  public static let contentType = "text/html; charset=utf-8"

  public init(
    _ status: Status, _ summary: Summary, buttons: Buttons = .locked, press: Press? = nil, version: String,
    clock: @escaping @Sendable (Seconds) -> String, timeOfDay: @escaping @Sendable (Seconds) -> String
  ) {
    self.status = status
    self.summary = summary
    self.buttons = buttons
    self.press = press
    self.version = version
    self.clock = clock
    self.timeOfDay = timeOfDay
    headline = Headline(status, now: summary.now, clock: clock)
  }

  var now: Seconds { summary.now }
  var state: Status.StorageState { status.storage.state }

  public var text: String {
    let main: HTML = """
      \(header)
      \(pressed)
      \(controls)
      \(warnings)
      \(present)
      \(week)
      \(recentWakes)
      <footer>\(footer)</footer>
      """
    return Self.whole(
      title, icon: headline.tone, refreshed: isMoving ? 5 : 60, polled: isMoving ? 3 : 20, main)
  }

  /// Short enough for a tab, and told aloud when it changes.
  private var title: String {
    headline.trouble == nil ? "Storage: \(headline.sentence)" : "Storage: trouble. \(headline.sentence)"
  }

  /// A whole document of ours.
  ///
  /// - Parameters:
  ///   - seconds: after which a browser asks again that runs no script; nil for never.
  ///   - polled: after which our script does, while somebody looks.
  static func whole(
    _ title: String, icon: Headline.Tone = .unknown, refreshed seconds: Int? = nil, polled: Int? = nil,
    _ main: HTML
  ) -> String {
    let refresh: HTML =
      seconds.map { "\n<noscript><meta http-equiv=\"refresh\" content=\"\($0);url=/\"></noscript>" } ?? ""
    let script: HTML = polled == nil ? "" : "\n<script>\(HTML(stringLiteral: script))</script>"
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="theme-color" content="#f5f4f0" media="(prefers-color-scheme: light)">
      <meta name="theme-color" content="#15171b" media="(prefers-color-scheme: dark)">\(refresh)
      <title>\(title)</title>
      <link rel="icon" href="\(HTML(stringLiteral: PageIcon(icon).dataAddress))">
      <link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials">
      <style>\(HTML(stringLiteral: style))</style>
      </head>
      <body>
      <p id="told" class="unseen" role="status"></p>
      <main data-again="\(polled ?? 0)">
      \(main)
      </main>\(script)
      </body>
      </html>

      """
    return page.text
  }

  /// Somebody waits for it, and looks again soon.
  var isMoving: Bool { [.waking, .stopping].contains(state) }

  // MARK: The sentence

  private var header: HTML {
    let lamp: HTML = """
      <svg class="lamp" viewBox="0 0 52 52" aria-hidden="true">\
      <circle class="glow" cx="26" cy="26" r="23"/><circle class="core" cx="26" cy="26" r="9"/></svg>
      """
    let sentence: HTML = "<b>\(headline.state)</b> \(headline.rest)"
    guard let trouble = headline.trouble else {
      return """
        <header class="\(state.rawValue)">
        \(lamp)
        <div><h1>\(sentence)</h1>\(progress)<p>\(sinceWords)</p></div>
        </header>
        """
    }
    let since: HTML = trouble.since.map { "<p>Since \($0).</p>" } ?? ""
    return """
      <header class="bad \(state.rawValue)">
      \(lamp)
      <div><h1>\(trouble.what)</h1>\(trouble.remedy.map { "<p>\($0)</p>" as HTML } ?? "")\(since)\
      <p class="still">\(sentence)</p>\(progress)</div>
      </header>
      """
  }

  private var sinceWords: String {
    guard let since = status.storage.since.flatMap(UTC.parse) else { return "" }
    guard now >= since + 1 else { return "Since \(clock(since))." }
    return "Since \(clock(since)), for \(TimeSpan.text(now - since))."
  }

  /// How far a wake is, by the time that one takes as a rule.
  private var progress: HTML {
    guard state == .waking, status.storage.isWatched, let usual = status.wake.usualSeconds, usual >= 1,
      let began = status.wake.began.flatMap(UTC.parse), now >= began
    else { return "" }
    let passed = Int(min(now - began, usual))
    return """
      <progress max="\(Int(usual))" value="\(passed)" aria-label="Starting">\(passed) of \(Int(usual)) s</progress>
      """
  }

  private var warnings: HTML {
    let warnings = status.warnings.map { "<p>\($0)</p>" as HTML }
    return warnings.isEmpty ? "" : "<section><h2>To put right</h2>\(warnings)</section>"
  }

  // MARK: Now, and why

  private var present: HTML {
    guard status.checkedAt != nil else {
      return """
        <section><h2>Next</h2><p>Start the timer with <code>systemctl enable --now jod-check.timer</code>, or make one \
        check with <code>systemctl start jod-check</code>.</p></section>
        """
    }
    var rows: [HTML] = [row("Active", people)]
    if let next { rows.append(row("Next", "\(next)")) }
    return "<section><h2>Now</h2><dl>\(rows)</dl>\(rules)</section>"
  }

  private func row(_ name: String, _ value: HTML) -> HTML { "<dt>\(name)</dt><dd>\(value)</dd>" }

  private var people: HTML {
    guard let active = status.activity.active else { return "Not known: Jellyfin did not say." }
    guard active, !status.activity.sessions.isEmpty else {
      guard let since = status.activity.since.flatMap(UTC.parse), now >= since + 1 else { return "Nobody" }
      return "Nobody, for \(TimeSpan.text(now - since))"
    }
    return "<ul>\(status.activity.sessions.map(person))</ul>"
  }

  private func person(_ person: Status.Person) -> HTML {
    guard person.kind != .unknown else { return "<li>A session that is not understood counts as active</li>" }
    if person.kind == .access {
      let program = person.client.isEmpty ? "A program" : person.client
      return "<li><bdi>\(program)</bdi> opens <bdi>\(person.device)</bdi></li>"
    }
    if person.kind == .recording { return "<li><bdi>\(person.device)</bdi>, a recording</li>" }
    if person.kind == .script {
      let reason: HTML = person.device.isEmpty ? "" : ": <bdi>\(person.device)</bdi>"
      return "<li>The script <bdi>\(person.client)</bdi>\(reason)</li>"
    }
    if person.kind == .task { return "<li><bdi>\(person.device)</bdi>, a task of Jellyfin</li>" }
    // A bdi keeps a name that is written from right to left from turning what stands around it.
    let place = [person.client, person.device].filter { !$0.isEmpty }
    let source: HTML =
      person.user.isEmpty || place.isEmpty
      ? "" : ", <span class=\"soft\"><bdi>\(place.joined(separator: " on "))</bdi></span>"
    let who = person.user.isEmpty ? person.device : person.user
    return "<li><bdi>\(who)</bdi>, \(person.kind.rawValue)\(source)</li>"
  }

  /// What the sentence does not say already; nil for nothing.
  private var next: String? {
    switch state {
    case .stopping:
      return "It will be off in a moment. Anyone who uses Jellyfin meanwhile wakes it right after."
    case .waking:
      return
        "\(Printable.count(status.wake.requests, "wake request")) sent; more follow while somebody waits."
    case .unknown where status.poweroff.at == nil && status.checkedAt != nil:
      return "A wake request is sent as soon as somebody uses Jellyfin."
    case .ready, .up, .unknown: return powerOffWords
    case .down, .silent: return nil
    }
  }

  private var powerOffWords: String? {
    if status.activity.active == true, status.poweroff.at == nil, status.hold.until == nil {
      return "It stays on while somebody is active."
    }
    let why = status.poweroff.blockedBy.map { ": \($0)" } ?? ""
    guard let at = status.poweroff.at.flatMap(UTC.parse) else {
      return why.isEmpty ? "It is powered off at the next check." : "It stays on\(why)."
    }
    return "It is powered off at \(clock(at)) at the earliest\(why)."
  }

  /// For who sets them.
  private var rules: HTML {
    let rules =
      (status.reason.map { [Printable.capitalized($0)] } ?? [])
      + status.poweroff.rules.map(Printable.capitalized)
    guard !rules.isEmpty else { return "" }
    let items = rules.map { "<li>\($0).</li>" as HTML }
    return
      "<details id=\"rules\"><summary>Why, by the rules</summary><ul class=\"plain\">\(items)</ul></details>"
  }

  private var footer: String {
    guard let checked = status.checkedAt.flatMap(UTC.parse) else { return "jod-check \(version)" }
    let rhythm = status.checkIntervalSeconds.map { ", every \(TimeSpan.text(Seconds($0)))" } ?? ""
    let dryRun = status.dryRun ? " · dry run" : ""
    return "Checked \(clock(checked))\(rhythm)\(dryRun) · jod-check \(version)"
  }
}
