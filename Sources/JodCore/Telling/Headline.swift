/// How things are, in one sentence that everybody in the house understands: on the page, at a terminal, and shorter in the
/// line of `systemctl status`.
public struct Headline: Hashable, Sendable {
  /// What a picture beside it shows.
  public enum Tone: String, Hashable, Sendable { case on, off, moving, unknown }

  public let tone: Tone
  /// `On.`
  public let state: String
  /// What belongs to it: `Anna is watching on Living Room TV.` May be empty.
  public let rest: String
  /// What is wrong, since when, and what to do; nil where all is well.
  public let trouble: Trouble?

  public struct Trouble: Hashable, Sendable {
    public let what: String
    public let since: String?
    public let remedy: String?
  }

  public var sentence: String { rest.isEmpty ? state : "\(state) \(rest)" }

  /// - Parameter clock: writes a time of the wall clock as a person here reads it.
  public init(_ status: Status, now: Seconds, clock: (Seconds) -> String) {
    (tone, state, rest) = Self.words(status, now, clock)
    trouble = status.trouble.map { what in
      Trouble(
        what: what, since: status.troubleSince.flatMap(UTC.parse).map(clock), remedy: status.troubleRemedy)
    }
  }

  private static func words(
    _ status: Status, _ now: Seconds, _ clock: (Seconds) -> String
  ) -> (Tone, String, String) {
    guard status.checkedAt != nil else { return (.unknown, "Nothing is known yet.", "") }
    guard status.storage.isWatched else {
      return (.unknown, "Nothing tells whether it is on;", blindWords(status, clock))
    }
    switch status.storage.state {
    case .down: return (.off, "Off.", offWords(status))
    case .silent: return (.unknown, "It did not answer just now.", "The next check tells whether it is off.")
    case .waking: return (.moving, startingWords(status, now), "")
    case .stopping: return (.moving, "Going off.", "")
    case .up: return (.on, "On,", "but its files cannot be reached yet.")
    case .ready: return (.on, "On.", onWords(status, clock))
    case .unknown: return (.unknown, "Nothing tells whether it is on;", blindWords(status, clock))
    }
  }

  private static func blindWords(_ status: Status, _ clock: (Seconds) -> String) -> String {
    let last = status.wake.last.flatMap(UTC.parse).map { "last woken at \(clock($0))" } ?? "not woken so far"
    return status.storage.state == .stopping ? "it was asked to go off." : "\(last)."
  }

  // MARK: Off

  private static func offWords(_ status: Status) -> String {
    if status.dryRun { return "This is a dry run: it is not started." }
    let time = status.wake.usualSeconds.map { ", in about \(roughly($0))" } ?? ""
    return "Open Jellyfin and it starts\(time)."
  }

  private static func startingWords(_ status: Status, _ now: Seconds) -> String {
    guard let usual = status.wake.usualSeconds else { return "Starting." }
    if let began = status.wake.began.flatMap(UTC.parse), now - began > usual * 1.5 {
      return "Starting; it takes longer than usual."
    }
    return "Starting; usually ready after \(roughly(usual))."
  }

  /// As a person would say it: `35 s`, `2 min`.
  static func roughly(_ seconds: Seconds) -> String {
    let fives = max(5, Int((min(seconds, 86400) / 5).rounded()) * 5)
    return fives < 90 ? "\(fives) s" : "\(Int((Seconds(fives) / 60).rounded())) min"
  }

  // MARK: On

  /// Characters.
  private static let longestReason = 80

  private static func onWords(_ status: Status, _ clock: (Seconds) -> String) -> String {
    guard let active = status.activity.active else {
      return "Jellyfin does not say who is there, so it stays on."
    }
    if active, let people = status.activity.sessions.presence { return "\(people)." }
    if let hold = status.hold.until.flatMap(UTC.parse),
      status.poweroff.at.flatMap(UTC.parse).map({ $0 <= hold }) ?? true
    {
      return "Kept on until \(clock(hold))."
    }
    if let at = status.poweroff.at.flatMap(UTC.parse) { return "Goes off at \(clock(at)) if nobody comes." }
    guard let why = status.poweroff.blockedBy else { return "It is about to go off." }
    // One reason is told here, where it is short; all of them stand below.
    // What stands in brackets is for who sets it.
    let short = String(why.hasSuffix(")") ? why.prefix { $0 != "(" } : why[...])
    let isLong = short.includes("; ") || short.count > longestReason
    return isLong ? "It stays on for now." : "It stays on: \(Printable.trimmed(short))."
  }
}

extension [Status.Person] {
  /// `Anna is watching on Living Room TV`, `Anna and 2 others are there`; nil for nobody.
  fileprivate var presence: String? {
    guard let first else { return nil }
    let people = filter { !$0.user.isEmpty }
    guard count > 1, let someone = people.first else { return first.presence }
    let names = people.reduce(into: [String]()) { if !$0.contains($1.user) { $0.append($1.user) } }
    switch names.count {
    case 1: return someone.presence
    case 2: return "\(names[0]) and \(names[1]) are there"
    default: return "\(names[0]) and \(names.count - 1) others are there"
    }
  }
}

extension Status.Person {
  fileprivate var presence: String {
    let place = device.isEmpty ? client : device
    let who = user.isEmpty ? (place.isEmpty ? "Somebody" : place) : user
    let there = user.isEmpty || place.isEmpty ? "" : " on \(place)"
    switch kind {
    case .playing: return user.isEmpty ? "\(who) is playing" : "\(who) is watching\(there)"
    case .paused: return "\(who) has paused\(there)"
    case .browsing: return "\(who) is choosing something\(there)"
    case .recording: return "Jellyfin records \(place)"
    case .task: return "Jellyfin is busy with \(place)"
    case .access: return "\(client.isEmpty ? "A program" : client) reads a file"
    default: return "Somebody needs it"
    }
  }
}

// MARK: The line

extension Status {
  /// The line of `systemctl status`, such as `Storage off · nobody for 2h 5min · last woken 18:02`.
  ///
  /// - Parameter clock: writes a time of the wall clock as a person here reads it.
  public func line(now: Seconds, clock: (Seconds) -> String) -> String {
    var parts = ["Storage \(storageWords)", activityWords(now: now)]
    if let last = wake.last.flatMap(UTC.parse) { parts.append("last woken \(clock(last))") }
    if let trouble { parts.insert("Trouble: \(trouble)", at: 0) }
    if dryRun { parts.append("dry run") }
    return parts.joined(separator: " · ")
  }

  var storageWords: String {
    switch storage.state {
    case .ready: "ready"
    case .up: "on, its service not ready"
    case .silent: "without an answer just now"
    case .down: "off"
    case .waking: "starting, \(Printable.count(wake.requests, "wake request")) sent"
    case .stopping: "going off"
    case .unknown: "not watched"
    }
  }

  func activityWords(now: Seconds) -> String {
    switch activity.active {
    case nil: return "activity unknown"
    case true?:
      guard let only = activity.sessions.first, activity.sessions.count == 1 else {
        return "\(activity.sessions.count) active"
      }
      return only.user.isEmpty ? only.words : "\(only.user) \(only.kind.rawValue)"
    case false?:
      guard let since = activity.since.flatMap(UTC.parse), now >= since + 1 else { return "nobody" }
      return "nobody for \(TimeSpan.text(now - since))"
    }
  }
}

extension Status.Person {
  /// `Anna, browsing, Jellyfin Web on Firefox`.
  var words: String {
    guard kind != .unknown else { return "a session that is not understood" }
    let source = [client, device].filter { !$0.isEmpty }.joined(separator: " on ")
    return [user, kind.rawValue, source].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}
