/// What `jod-check status` prints: the sentence, then what belongs to it.
public struct StatusText: Sendable {
  let status: Status
  /// Whether the rules behind it are told, with the names of their variables.
  let isVerbose: Bool
  let isColoured: Bool
  /// Writes a time of the wall clock as a person here reads it.
  let clock: @Sendable (Seconds) -> String

  public init(
    _ status: Status, isVerbose: Bool = false, isColoured: Bool = false,
    clock: @escaping @Sendable (Seconds) -> String
  ) {
    self.status = status
    self.isVerbose = isVerbose
    self.isColoured = isColoured
    self.clock = clock
  }

  public func text(now: Seconds) -> String {
    let headline = Headline(status, now: now, clock: clock)
    guard let checked = status.checkedAt.flatMap(UTC.parse) else { return beforeTheFirstCheck(headline) }
    var rows = people(now) + [("Last start", status.wake.last.flatMap(UTC.parse).map(clock) ?? "never")]
    if let power = powerOff { rows.append(power) }
    if let hold = status.hold.until.flatMap(UTC.parse) { rows.append(("Kept on", "until \(clock(hold))")) }
    rows += isVerbose ? rules : []
    rows += status.warnings.map { ("To put right", $0) }
    let rhythm = status.checkIntervalSeconds.map { ", every \(TimeSpan.text(Seconds($0)))" } ?? ""
    rows.append(
      ("Checked", "\(clock(checked)), \(ago(now - checked))\(rhythm)\(status.dryRun ? ", dry run" : "")"))
    return top(headline) + "\n" + rows.map(row).joined()
  }

  private func beforeTheFirstCheck(_ headline: Headline) -> String {
    // Why none comes any more is a trouble of its own.
    (headline.trouble == nil ? "" : trouble(headline))
      + """
      No check has run since this machine started.
      Start the timer with `systemctl enable --now jod-check.timer`, or run one check now with `systemctl start jod-check`.

      """
  }

  // MARK: The sentence

  private func top(_ headline: Headline) -> String {
    let colour =
      switch headline.tone {
      case .on: "33"
      case .moving: "36"
      case .off, .unknown: ""
      }
    return trouble(headline) + painted(headline.sentence, "1\(colour.isEmpty ? "" : ";\(colour)")") + "\n"
  }

  private func trouble(_ headline: Headline) -> String {
    guard let trouble = headline.trouble else { return "" }
    let since = trouble.since.map { "Since \($0)." }
    let more = [since, trouble.remedy].compactMap { $0 }.joined(separator: " ")
    return painted(trouble.what, "1;31") + "\n" + (more.isEmpty ? "" : more + "\n")
  }

  // MARK: Rows

  private func people(_ now: Seconds) -> [(String, String)] {
    let activity = status.activity
    let spent = activity.spent.map {
      "\($0.words): no longer counts, until it was quiet or plays\(isVerbose ? " (BROWSING_LIMIT)" : "")"
    }
    let present =
      activity.active == true
      ? activity.sessions.map(\.words) : [Printable.capitalized(status.activityWords(now: now))]
    return (present + spent).enumerated().map { ($0.offset == 0 ? "Active" : "", $0.element) }
  }

  /// Nil where it is off, or on its way.
  private var powerOff: (String, String)? {
    guard [.ready, .up, .unknown].contains(status.storage.state) else { return nil }
    let why = status.poweroff.blockedBy
    guard let at = status.poweroff.at.flatMap(UTC.parse) else {
      return why.map { ("Stays on", $0) } ?? ("Goes off", "now")
    }
    return ("Goes off", "\(clock(at)) at the earliest\(why.map { ": \($0)" } ?? "")")
  }

  private var rules: [(String, String)] {
    let since = status.storage.since.flatMap(UTC.parse).map { ", since \(clock($0))" } ?? ""
    let names = [("Storage", status.storageWords + since)] + (status.reason.map { [("Why", $0)] } ?? [])
    return names + status.poweroff.rules.enumerated().map { ($0.offset == 0 ? "Rules" : "", $0.element) }
  }

  private func row(_ name: String, _ text: String) -> String {
    painted(name.padded(to: Self.width), "2") + text + "\n"
  }

  private static let width = 13

  private func painted(_ text: String, _ colour: String) -> String {
    isColoured && !text.isEmpty ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
  }

  private func ago(_ seconds: Seconds) -> String {
    guard seconds >= 0 else { return "by a clock that has been set since" }
    return seconds < 1 ? "just now" : "\(TimeSpan.text(seconds)) ago"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
