/// Somebody who counts as active, and why.
public struct ActiveSession: Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable, JSONCodable {
    case playing, paused, browsing, recording, unknown
  }

  public var user: String
  public var client: String
  public var device: String
  public var kind: Kind
  /// Whether this wakes the storage server, or only keeps it up once it is on.
  public var wakes: Bool

  public init(user: String, client: String, device: String, kind: Kind, wakes: Bool) {
    self.user = user
    self.client = client
    self.device = device
    self.kind = kind
    self.wakes = wakes
  }

  /// `Anna is browsing (Jellyfin Web on Firefox)`.
  public var sentence: String {
    guard kind != .unknown else { return "a session cannot be understood and counts as active" }
    if kind == .recording { return "\(device) is recorded, or will be soon" }
    let verb = kind == .paused ? "has paused" : "is \(kind.rawValue)"
    return "\(user) \(verb)\(source.isEmpty ? "" : " (\(source))")"
  }

  private var source: String {
    [client, device].filter { !$0.isEmpty }.joined(separator: " on ")
  }
}

/// What judging activity must remember from check to check. It lives as long as the boot, on its clock.
public struct ActivityMemory: Hashable, Sendable {
  /// Since when each device has been browsing without a break.
  public var browsing: [String: Seconds] = [:]
  /// Since when each device has paused: as Jellyfin told at the first sight of it, or since that.
  public var pauses: [String: Seconds] = [:]
  /// When Jellyfin was last looked at with success.
  public var looked: Seconds?
  /// When Jellyfin came back after having been unavailable, by its own clock.
  public var recovered: Seconds?

  public init() {}

  var isPlausible: Bool {
    let boots = Array(browsing.values) + Array(pauses.values) + [looked ?? 0]
    // Jellyfin's clock has four digits for the year.
    return boots.allSatisfy(Moment.isBootClock) && abs(recovered ?? 0) < 1e12
  }
}

/// Who is active (specification, section 3, "What counts as activity"). Ages are by Jellyfin's clock, stretches of time
/// by the boot clock.
public struct ActivityJudge {
  /// Jellyfin hears of a living player every 10 s; it gives up a silent one after 5 minutes (its `SessionManager`).
  static let playerSilence: Seconds = 6 * 60
  /// Idle tabs reconnect within this time after Jellyfin's nightly restart.
  static let reconnecting: Seconds = 2 * 60
  /// The `Date` header has whole seconds, and clocks differ.
  static let futureTolerance: Seconds = 60
  /// More devices than any household has; a bound for what a hostile answer can make us keep.
  static let rememberedDevices = 1000

  let configuration: Configuration
  let answer: JellyfinAnswer
  /// The boot clock, now.
  let boot: Seconds

  public init(configuration: Configuration, answer: JellyfinAnswer, boot: Seconds) {
    self.configuration = configuration
    self.answer = answer
    self.boot = boot
  }

  private var sessions: [Session] {
    answer.sessions.compactMap { if case .session(let session) = $0 { session } else { nil } }
  }

  private func playing(_ sessions: [Session]) -> [Session] {
    sessions.filter { $0.hasItem && !$0.isPaused && isAlive($0) }
  }

  /// Those who are active, players first, each device once.
  public func active(_ memory: inout ActivityMemory) -> [ActiveSession] {
    let sessions = sessions
    forgetOldRecovery(&memory)
    leaveOutUnseenTime(&memory)
    let playing = playing(sessions)
    let paused = paused(sessions.filter { $0.hasItem && $0.isPaused }, &memory)
    let browsing = browsingDevices(sessions, playing: Set(playing.map(\.deviceKey)), &memory)
    return playing.map { person($0, .playing) } + paused + notUnderstood + browsing.map(\.person)
  }

  /// Where those can be told something who browse and wake the storage: the screens of their sessions that play nothing.
  ///
  /// - Parameter memory: as `active` left it.
  public func screens(_ memory: ActivityMemory) -> [String] {
    // The same signs again, of which nothing new is learned.
    var memory = memory
    let sessions = sessions
    let playing = playing(sessions)
    let browsing = browsingDevices(sessions, playing: Set(playing.map(\.deviceKey)), &memory)
    let waiting = Set(browsing.filter(\.person.wakes).map(\.key))
    return sessions.filter {
      !$0.hasItem && waiting.contains($0.deviceKey) && person($0, .browsing).wakes
    }.compactMap(\.screen)
  }

  /// Once every stamp that counts is newer than the reconnecting after a recovery, the recovery means nothing more;
  /// nor does one of the future, which is the work of a clock that was set.
  private func forgetOldRecovery(_ memory: inout ActivityMemory) {
    guard let recovered = memory.recovered else { return }
    let longest = max(configuration.activityWindow, configuration.pauseLimit ?? .infinity)
    let relevant = 0...Self.reconnecting + longest
    if !relevant.contains(answer.time - recovered) { memory.recovered = nil }
  }

  /// Time in which nobody could look is no part of a stretch of browsing: nobody knows whether it was broken. What was
  /// browsed before it still counts, for an app left open outlives every outage.
  private func leaveOutUnseenTime(_ memory: inout ActivityMemory) {
    defer { memory.looked = boot }
    // As far apart as checks may be for inactivity to count as observed, and no break of browsing can hide in less.
    let closeEnough = max(configuration.activityWindow, 3 * configuration.checkInterval + 60)
    guard let looked = memory.looked, boot - looked > closeEnough else { return }
    memory.browsing = memory.browsing.mapValues { $0 + (boot - looked) }
  }

  private func isAlive(_ session: Session) -> Bool {
    guard let sign = session.lastPlaybackCheckIn ?? session.lastActivity else { return true }
    return answer.time - sign < Self.playerSilence
  }

  private func paused(_ sessions: [Session], _ memory: inout ActivityMemory) -> [ActiveSession] {
    let known = memory.pauses
    memory.pauses = [:]
    for session in sessions.prefix(Self.rememberedDevices) {
      let began = max(0, boot - max(0, toldLengthOfPause(session) ?? 0))
      memory.pauses[session.deviceKey] = known[session.deviceKey] ?? began
    }
    return sessions.compactMap { session in
      let length = lengthOfPause(session, began: memory.pauses[session.deviceKey])
      if let limit = configuration.pauseLimit, length >= limit { return nil }
      var person = person(session, .paused)
      if cameBack(session, began: answer.time - length, memory) { person.wakes = false }
      return person
    }
  }

  /// A clock that is set forward makes no pause longer than the boot clock has it.
  private func lengthOfPause(_ session: Session, began: Seconds?) -> Seconds {
    let told = toldLengthOfPause(session)
    guard let began else { return told ?? 0 }
    return min(told ?? .infinity, boot - began)
  }

  /// Nil where Jellyfin does not tell, or by a stamp of the future, which is the work of a clock that was set.
  private func toldLengthOfPause(_ session: Session) -> Seconds? {
    session.lastPaused.flatMap { $0 <= answer.time + Self.futureTolerance ? answer.time - $0 : nil }
  }

  /// Whether a pause may be that of an idle tab, which comes back by itself when Jellyfin does: up to a check before that
  /// is found to be back, and two minutes after. Its pause begins anew with that.
  private func cameBack(_ session: Session, began: Seconds, _ memory: ActivityMemory) -> Bool {
    guard let recovered = memory.recovered else { return false }
    let latest = recovered + Self.reconnecting
    // Where Jellyfin does not tell, it began at any time since the check before the first sight; and one that was first
    // seen before Jellyfin was away may have come back as well.
    guard toldLengthOfPause(session) != nil else { return began - configuration.checkInterval <= latest }
    return (recovered - configuration.checkInterval - Self.futureTolerance...latest).contains(began)
  }

  private func browsingDevices(
    _ sessions: [Session], playing: Set<String>, _ memory: inout ActivityMemory
  ) -> [Sign] {
    let signs = signsOfBrowsing(sessions)
    let present = Set(signs.map(\.key))
    // While Jellyfin was away nobody could be seen, so a device that was not seen was not necessarily quiet.
    let quietIsCertain = memory.recovered.map { answer.time - $0 >= configuration.activityWindow } ?? true
    memory.browsing = memory.browsing.filter { key, _ in
      !playing.contains(key) && (present.contains(key) || !quietIsCertain)
    }
    var active: [Sign] = []
    var seen: Set<String> = []
    for var sign in signs where seen.insert(sign.key).inserted {
      if memory.browsing[sign.key] == nil, memory.browsing.count < Self.rememberedDevices {
        memory.browsing[sign.key] = boot
      }
      let since = memory.browsing[sign.key] ?? boot
      if let limit = configuration.browsingLimit, boot - since >= limit { continue }
      sign.person.wakes = memory.recovered.map { sign.stamp > $0 + Self.reconnecting } ?? true
      active.append(sign)
    }
    return active
  }

  private struct Sign {
    var key: String
    var stamp: Seconds
    var person: ActiveSession
  }

  /// Every sign that a user is at a device without playing, ignored ones left out, the newest first.
  private func signsOfBrowsing(_ sessions: [Session]) -> [Sign] {
    let occupied = Set(sessions.filter(\.hasItem).map(\.deviceKey))
    var signs = sessions.filter { !$0.hasItem }.compactMap { session in
      sign(session.deviceKey, session.lastActivity, person(session, .browsing))
    }
    for case .device(let device) in answer.devices ?? [] where !occupied.contains(device.key) {
      let wakes = !isIgnored(user: device.user, client: device.client, device: [device.name, device.id])
      let person = ActiveSession(
        user: device.user, client: device.client, device: device.name, kind: .browsing, wakes: wakes)
      if let sign = sign(device.key, device.lastActivity, person) { signs.append(sign) }
    }
    return signs.sorted { $0.stamp > $1.stamp }
  }

  private func sign(_ key: String, _ stamp: Seconds?, _ person: ActiveSession) -> Sign? {
    guard let stamp, person.wakes, stamp <= answer.time + Self.futureTolerance,
      answer.time - stamp <= configuration.activityWindow
    else { return nil }
    return Sign(key: key, stamp: stamp, person: person)
  }

  private var notUnderstood: [ActiveSession] {
    let any = answer.sessions.contains(.notUnderstood) || (answer.devices ?? []).contains(.notUnderstood)
    return any ? [ActiveSession(user: "", client: "", device: "", kind: .unknown, wakes: true)] : []
  }

  private func person(_ session: Session, _ kind: ActiveSession.Kind) -> ActiveSession {
    ActiveSession(
      user: session.user, client: session.client, device: session.device, kind: kind,
      wakes: !isIgnored(
        user: session.user, client: session.client, device: [session.device, session.deviceID]))
  }

  private func isIgnored(user: String, client: String, device: [String]) -> Bool {
    configuration.ignoreUsers.contains { $0.matches(user) }
      || configuration.ignoreClients.contains { $0.matches(client) }
      || configuration.ignoreDevices.contains { pattern in device.contains { pattern.matches($0) } }
  }
}
