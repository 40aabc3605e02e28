// The status in words, for people.

extension Status {
  /// The line of `systemctl status`, such as `Storage off · no activity for 2h 5min · last woken 18:02`.
  ///
  /// - Parameter clock: writes a time of the wall clock as a person here reads it.
  public func line(now: Seconds, clock: (Seconds) -> String) -> String {
    var parts = ["Storage \(storageWords)", activityWords(now: now)]
    if let last = wake.last.flatMap(UTC.parse) { parts.append("last woken \(clock(last))") }
    if let trouble { parts.insert("Trouble: \(trouble)", at: 0) }
    if dryRun { parts.append("dry run") }
    return parts.joined(separator: " · ")
  }

  /// What `jod-check status` prints.
  public func page(now: Seconds, clock: (Seconds) -> String) -> String {
    guard let checked = checkedAt.flatMap(UTC.parse) else {
      return (trouble.map { "\($0)\n" } ?? "")
        + "No check has run since this machine started.\nStart the timer with `systemctl enable --now jod-check.timer`, or run one check now with `systemctl start jod-check`.\n"
    }
    // Beside trouble, the rest may be old news.
    var rows = trouble.map { [("Trouble", $0)] } ?? []
    let since = storage.since.flatMap(UTC.parse).map { ", since \(clock($0))" } ?? ""
    rows.append(("Storage", storageWords + since))
    rows.append(("Activity", activity.active == nil ? "unknown" : activityWords(now: now)))
    rows += activity.sessions.map { ("", $0.words) }
    rows += activity.spent.map {
      ("", "\($0.words): counts no longer, until it was quiet or plays (BROWSING_LIMIT)")
    }
    rows.append(("Last wake", wake.last.flatMap(UTC.parse).map(clock) ?? "never"))
    rows.append(("Power-off", powerOffWords(clock)))
    rows.append(("Next", nextWords))
    if let reason { rows.append(("Why", reason)) }
    rows += warnings.map { ("Warning", $0) }
    rows.append(("Checked", "\(clock(checked)), \(ago(now - checked))"))
    return rows.map { name, text in name.padded(to: 10) + text + "\n" }.joined()
  }

  private var storageWords: String {
    switch storage.state {
    case .ready: "ready"
    case .up: "on, its service not ready"
    case .silent: "did not answer once"
    case .down: "off"
    case .waking: "waking, \(Printable.count(wake.requests, "wake request")) sent"
    case .stopping: "going down"
    case .unknown: "not watched"
    }
  }

  private func activityWords(now: Seconds) -> String {
    switch activity.active {
    case nil: return "activity unknown"
    case true?:
      guard let only = activity.sessions.first, activity.sessions.count == 1 else {
        return Printable.count(activity.sessions.count, "active session")
      }
      return only.user.isEmpty ? only.words : "\(only.user) \(only.kind.rawValue)"
    case false?:
      guard let since = activity.since.flatMap(UTC.parse), now >= since + 1 else { return "no activity" }
      return "no activity for \(TimeSpan.text(now - since))"
    }
  }

  private func powerOffWords(_ clock: (Seconds) -> String) -> String {
    let why = poweroff.blockedBy.map { ": \($0)" } ?? ""
    guard let at = poweroff.at.flatMap(UTC.parse) else { return why.isEmpty ? "now" : "not now\(why)" }
    return "at \(clock(at)) at the earliest\(why)"
  }

  private var nextWords: String {
    let rhythm =
      checkIntervalSeconds.map { "a check every \(TimeSpan.text(Seconds($0)))" } ?? "the next check"
    switch storage.state {
    case .ready: return "\(rhythm); nothing to wake while the storage is ready"
    case .waking: return "\(rhythm); another wake request when the cooldown is over, while somebody is active"
    default: return "\(rhythm); a wake request as soon as somebody is active"
    }
  }

  private func ago(_ seconds: Seconds) -> String {
    guard seconds >= 0 else { return "by a clock that has been set since" }
    return seconds < 1 ? "just now" : "\(TimeSpan.text(seconds)) ago"
  }
}

extension Status.Person {
  /// `Anna, browsing, Jellyfin Web on Firefox`.
  fileprivate var words: String {
    guard kind != .unknown else { return "a session that is not understood" }
    let source = [client, device].filter { !$0.isEmpty }.joined(separator: " on ")
    return [user, kind.rawValue, source].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(1, width - count))
  }
}
