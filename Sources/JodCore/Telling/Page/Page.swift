/// What `GET /` answers: one page for people, which needs nothing but itself.
public struct Page: Sendable {
  let status: Status
  let summary: Summary
  /// How long a wake usually takes, in seconds.
  let usual: Seconds?
  let version: String
  /// Writes a time of the wall clock as a person here reads it.
  let clock: @Sendable (Seconds) -> String
  /// Writes only its hour and minute.
  let timeOfDay: @Sendable (Seconds) -> String

  public static let contentType = "text/html; charset=utf-8"

  public init(
    _ status: Status, _ summary: Summary, usual: Seconds?, version: String,
    clock: @escaping @Sendable (Seconds) -> String, timeOfDay: @escaping @Sendable (Seconds) -> String
  ) {
    self.status = status
    self.summary = summary
    self.usual = usual
    self.version = version
    self.clock = clock
    self.timeOfDay = timeOfDay
  }

  private var now: Seconds { summary.now }

  public var text: String {
    let icon: HTML = """

      <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
      %3Ccircle cx='8' cy='8' r='6' fill='\(isOn ? "%23d9822b" : "%238a93a3")'/%3E%3C/svg%3E">
      """
    let main: HTML = """
      \(header)
      \(troubles)
      \(present)
      \(week)
      \(recentWakes)
      <footer>\(footer)</footer>
      """
    return Self.whole(headline, icon: icon, refreshed: isMoving ? 10 : 60, main)
  }

  /// A whole document of ours.
  ///
  /// - Parameter seconds: after which a browser asks again.
  static func whole(_ title: String, icon: HTML = "", refreshed seconds: Int, _ main: HTML) -> String {
    let page: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <meta http-equiv="refresh" content="\(seconds)">
      <title>\(title)</title>\(icon)
      <style>\(HTML(stringLiteral: style))</style>
      </head>
      <body>
      <main>
      \(main)
      </main>
      </body>
      </html>

      """
    return page.text
  }

  private var isOn: Bool { [.ready, .up].contains(status.storage.state) }

  /// Somebody waits for it, and looks again soon.
  private var isMoving: Bool { [.waking, .stopping].contains(status.storage.state) }

  // MARK: What it does

  private var headline: String {
    switch status.storage.state {
    case .ready: "Storage ready"
    case .up: "Storage on, not ready"
    case .silent: "Storage silent"
    case .down: "Storage off"
    case .waking: "Storage waking"
    case .stopping: "Storage going down"
    case .unknown: status.checkedAt == nil ? "Nothing known yet" : "Storage not watched"
    }
  }

  private var header: HTML {
    """
    <header class="\(status.storage.state.rawValue)">
    <svg class="lamp" viewBox="0 0 52 52" aria-hidden="true">\
    <circle class="glow" cx="26" cy="26" r="23"/><circle class="core" cx="26" cy="26" r="9"/></svg>
    <div><h1>\(headline)</h1><p>\(sinceWords)</p></div>
    </header>
    """
  }

  private var sinceWords: String {
    guard status.checkedAt != nil else { return "No check has run since this machine started." }
    guard let since = status.storage.since.flatMap(UTC.parse) else {
      return "STORAGE_SERVER_ADDRESS is not set, so nothing tells whether the storage is on."
    }
    guard now >= since + 1 else { return "Since \(clock(since))" }
    return "Since \(clock(since)), for \(TimeSpan.text(now - since))"
  }

  private var troubles: HTML {
    let warnings = status.warnings.map { "<p>\($0)</p>" as HTML }
    let trouble: HTML =
      status.trouble.map { "<section class=\"bad\"><h2>Trouble</h2><p>\($0)</p></section>\n" } ?? ""
    return warnings.isEmpty ? trouble : "\(trouble)<section><h2>To put right</h2>\(warnings)</section>"
  }

  // MARK: Now and next

  private var present: HTML {
    guard status.checkedAt != nil else {
      return """
        <section><h2>Next</h2><p>Start the timer with <code>systemctl enable --now jod-check.timer</code>, or make one \
        check with <code>systemctl start jod-check</code>.</p></section>
        """
    }
    var rows: [HTML] = [row("Active", people), row("Next", "\(next)")]
    if let hold = status.hold.until.flatMap(UTC.parse) { rows.append(row("Held on", "until \(clock(hold))")) }
    if let reason = status.reason { rows.append(row("Why", "\(Self.capitalized(reason)).")) }
    return "<section><h2>Now</h2><dl>\(rows)</dl></section>"
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
    let source: HTML =
      person.client.isEmpty ? "" : ", <span class=\"soft\"><bdi>\(person.client)</bdi></span>"
    let who = person.user.isEmpty ? person.device : person.user
    return "<li><bdi>\(who)</bdi>, \(person.kind.rawValue)\(source)</li>"
  }

  /// What happens next, and when.
  private var next: String {
    switch status.storage.state {
    case .down, .silent: return "It is woken as soon as somebody uses Jellyfin."
    case .unknown where status.poweroff.at != nil: return powerOffWords
    case .unknown where status.activity.active == true:
      return "Wake requests are sent while somebody is active."
    case .unknown: return "A wake request is sent as soon as somebody uses Jellyfin."
    case .stopping:
      return "It will be off in a moment. Anyone who uses Jellyfin meanwhile wakes it right after."
    case .waking: return wakingWords
    case .ready, .up: return powerOffWords
    }
  }

  private var wakingWords: String {
    let requests = "\(Printable.count(status.wake.requests, "wake request")) sent"
    guard let usual, let began = status.wake.began.flatMap(UTC.parse) else {
      return "\(requests); more follow until it is ready."
    }
    let words = "\(requests). It is usually ready after \(TimeSpan.text(usual))"
    return began + usual > now
      ? "\(words), at about \(clock(began + usual))." : "\(words); it takes longer today."
  }

  private var powerOffWords: String {
    if status.activity.active == true, status.poweroff.at == nil, status.hold.until == nil {
      return "It stays on while somebody is active."
    }
    let why = status.poweroff.blockedBy.map { ": \($0)" } ?? ""
    guard let at = status.poweroff.at.flatMap(UTC.parse) else {
      return why.isEmpty ? "It is powered off at the next check." : "It stays on\(why)."
    }
    return "It is powered off at \(clock(at)) at the earliest\(why)."
  }

  private var footer: String {
    guard let checked = status.checkedAt.flatMap(UTC.parse) else { return "jod-check \(version)" }
    let rhythm = status.checkIntervalSeconds.map { ", every \(TimeSpan.text(Seconds($0)))" } ?? ""
    let dryRun = status.dryRun ? " · dry run" : ""
    return "Checked \(clock(checked))\(rhythm)\(dryRun) · jod-check \(version)"
  }

  private static func capitalized(_ words: String) -> String {
    words.prefix(1).uppercased() + words.dropFirst()
  }

  // MARK: Wakes

  /// As many wakes as the page lists.
  private static let listed = 6

  /// `18:02`, with the name of its day if that is not today.
  private func dayAndClock(_ time: Seconds) -> String {
    let day = summary.days.dropLast().first { $0.day.start <= time && time < $0.day.end }
    return day.map { "\($0.day.name), \(timeOfDay(time))" } ?? clock(time)
  }

  private var recentWakes: HTML {
    let wakes = summary.days.flatMap(\.wakes)
    guard !wakes.isEmpty else { return "" }
    let items = wakes.suffix(Self.listed).reversed().map { wake -> HTML in
      let failed = wake.failed ? " failed" : ""
      return """
        <li><bdi>\(wake.user.isEmpty ? Self.capitalized(wake.cause) : wake.cause)</bdi>\
        <time datetime="\(UTC.text(wake.at))">\(dayAndClock(wake.at))</time>\
        <span class="how\(failed)">\(wake.outcome)</span></li>
        """
    }
    let which: HTML = wakes.count > Self.listed ? "The last \(Self.listed) wakes" : "Wakes"
    return "<section><h2>\(which)</h2><ul class=\"wakes\">\(items)</ul></section>"
  }
}
