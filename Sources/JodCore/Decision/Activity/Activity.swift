/// Who is active (specification, Activity). Ages are by Jellyfin's clock, stretches of time
/// by the boot clock.
public struct ActivityJudge {
  /// A living player reports to Jellyfin every 10 s; it gives up a silent one after 5 minutes (its `SessionManager`).
  static let playerSilence: Seconds = 6 * 60
  /// The `Date` header has whole seconds, and clocks differ.
  static let futureTolerance: Seconds = 60
  /// More devices than any household has; a bound for what a hostile answer can make us keep.
  static let rememberedDevices = 1000

  let configuration: Configuration
  let answer: JellyfinAnswer
  /// The boot clock, now.
  let boot: Seconds
  /// A wake that runs continues over a start of Jellyfin: then no sign is one of those that come back by themselves.
  let isWaking: Bool
  /// What Jellyfin says of its start; nil where it was not asked.
  let start: Result<StartupTasks, Trouble>?
  /// Whose key Jellyfin is asked with; nil where that is not known.
  let owner: KeyOwner?

  public init(
    configuration: Configuration, answer: JellyfinAnswer, boot: Seconds, isWaking: Bool = false,
    start: Result<StartupTasks, Trouble>? = nil, owner: KeyOwner? = nil
  ) {
    self.configuration = configuration
    self.answer = answer
    self.boot = boot
    self.isWaking = isWaking
    self.start = start
    self.owner = owner
  }

  private func playing(_ sessions: [Session]) -> [Session] {
    sessions.filter { $0.hasItem && !$0.isPaused && isAlive($0) }
  }

  /// Those who are active, players first, each device once.
  ///
  /// - Parameter spent: the devices that have used up `BROWSING_LIMIT`, which outlives the boot.
  public func active(_ memory: inout ActivityMemory, spent: inout SpentBrowsing) -> [ActiveSession] {
    let sessions = answer.understood
    leaveOutUnseenTime(&memory)
    if let start { memory.jellyfin.noteStart(start, sessions) }
    memory.jellyfin.forgetOld(at: answer.time, longest: longestAge)
    let playing = playing(sessions)
    // Without a user only playing counts: nothing tells whether anybody will continue.
    let paused = paused(sessions.filter { $0.hasItem && $0.isPaused && !$0.user.isEmpty }, &memory)
    let browsing = browsingDevices(sessions, playing: Set(playing.map(\.deviceKey)), &memory, &spent)
    return playing.map { person($0, .playing) } + paused + notUnderstood + browsing.map(\.person)
  }

  /// Where those can be told something who browse and wake the storage: the screens of their sessions that play nothing.
  ///
  /// - Parameters: as `active` left them.
  public func screens(_ memory: ActivityMemory, spent: SpentBrowsing) -> [String] {
    // The same signs again, of which nothing new is learned.
    var (memory, spent) = (memory, spent)
    let sessions = answer.understood
    let playing = playing(sessions)
    let browsing = browsingDevices(sessions, playing: Set(playing.map(\.deviceKey)), &memory, &spent)
    let waiting = Set(
      browsing.filter { $0.person.wakes && !memory.jellyfin.mayExplain($0.stamp) }.map(\.key))
    return sessions.filter {
      !$0.hasItem && waiting.contains($0.deviceKey) && person($0, .browsing).wakes
    }.compactMap(\.screen)
  }

  /// Seconds: no stamp that counts is older. The same holds for a pause that is not reported, and was first seen some
  /// checks late.
  private var longestAge: Seconds {
    max(configuration.activityWindow, configuration.pauseLimit ?? .infinity) + 3 * configuration.checkInterval
      + 60
  }

  /// Time in which nobody could look is no part of a stretch of browsing: nobody knows whether it was broken. What was
  /// browsed before it still counts, for an app left open outlives every outage. Such time is not quiet either.
  private func leaveOutUnseenTime(_ memory: inout ActivityMemory) {
    let hasFailed = memory.jellyfin.noteAnswer(at: answer.time)
    // As far apart as checks may be for inactivity to count as observed, and no break of browsing can hide in less.
    let closeEnough = max(configuration.activityWindow, 3 * configuration.checkInterval + 60)
    let gap = memory.looked.map { boot - $0 }
    memory.looked = boot
    if let gap, gap > closeEnough { memory.browsing = memory.browsing.mapValues { $0 + gap } }
    if let gap, gap <= closeEnough, !hasFailed {
      memory.witnessed += max(0, gap)
    } else {
      memory.unbrokenFrom = memory.witnessed
    }
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
      if isToldOver(session) || cameBack(session, began: answer.time - length, memory) {
        person.wakes = false
      }
      return person
    }
  }

  /// Whether Jellyfin says that the pause is over its limit. It wakes nobody then, however short the time that this
  /// machine has seen of it; that time still keeps the storage up, for it may be a clock that was set.
  private func isToldOver(_ session: Session) -> Bool {
    guard let limit = configuration.pauseLimit, let told = toldLengthOfPause(session) else { return false }
    return told >= limit
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
    guard !isWaking, let recovered = memory.jellyfin.started else { return false }
    let latest = recovered + JellyfinStarts.reconnecting
    // Where Jellyfin does not tell, it began at any time since the check before the first sight; and one that was first
    // seen before Jellyfin was away may have come back as well.
    guard toldLengthOfPause(session) != nil else { return began - configuration.checkInterval <= latest }
    return (recovered - configuration.checkInterval - Self.futureTolerance...latest).contains(began)
  }

  private func browsingDevices(
    _ sessions: [Session], playing: Set<String>, _ memory: inout ActivityMemory, _ spent: inout SpentBrowsing
  ) -> [Sign] {
    let signs = signsOfBrowsing(sessions)
    forgetQuiet(signs, playing: playing, &memory, &spent)
    var active: [Sign] = []
    var seen: Set<String> = []
    for var sign in signs where seen.insert(sign.key).inserted {
      if memory.browsing[sign.key] == nil, memory.browsing.count < Self.rememberedDevices {
        memory.browsing[sign.key] = boot
      }
      let since = memory.browsing[sign.key] ?? boot
      if let limit = configuration.browsingLimit, spent.has(sign.key) || boot - since >= limit {
        spent.note(sign.key, sign.person)
        continue
      }
      sign.person.wakes = isWaking || !memory.jellyfin.explains(sign.stamp)
      active.append(sign)
    }
    return active
  }

  /// A device browses anew once it has played, or has been quiet for `ACTIVITY_WINDOW` of witnessed time: while Jellyfin
  /// was away nobody could be seen, so what was not seen then was not necessarily quiet.
  private func forgetQuiet(
    _ signs: [Sign], playing: Set<String>, _ memory: inout ActivityMemory, _ spent: inout SpentBrowsing
  ) {
    let unbroken = memory.witnessed - memory.unbrokenFrom
    for sign in signs.reversed()
    where memory.heard[sign.key] != nil || memory.heard.count < 2 * Self.rememberedDevices {
      let heard = memory.witnessed - min(max(0, answer.time - sign.stamp), unbroken)
      memory.heard[sign.key] = max(memory.heard[sign.key] ?? 0, heard)
    }
    let present = Set(signs.map(\.key))
    func isOver(_ key: String) -> Bool {
      if playing.contains(key) { return true }
      // Of what was spent in another boot, nothing was seen before this one.
      let quiet = memory.witnessed - (memory.heard[key] ?? 0)
      return !present.contains(key) && quiet >= configuration.activityWindow
    }
    memory.browsing = memory.browsing.filter { key, _ in !isOver(key) }
    spent.removeAll(where: isOver)
    memory.heard = memory.heard.filter { key, _ in
      memory.browsing[key] != nil || present.contains(key) || spent.has(key)
    }
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
    for case .device(let device) in answer.devices ?? []
    where !occupied.contains(device.key) && owner?.explains(device) != true {
      if let sign = sign(device.key, device.lastActivity, person(device)) { signs.append(sign) }
    }
    return signs.sorted { $0.stamp > $1.stamp }
  }

  /// Who it is matters only of the few whose stamp is new.
  private func sign(
    _ key: String, _ stamp: Seconds?, _ somebody: @autoclosure () -> ActiveSession
  ) -> Sign? {
    guard let stamp, stamp <= answer.time + Self.futureTolerance,
      answer.time - stamp <= configuration.activityWindow
    else { return nil }
    let person = somebody()
    return person.wakes ? Sign(key: key, stamp: stamp, person: person) : nil
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

  private func person(_ device: Device) -> ActiveSession {
    ActiveSession(
      user: device.user, client: device.client, device: device.name, kind: .browsing,
      wakes: !isIgnored(user: device.user, client: device.client, device: [device.name, device.id]))
  }

  private func isIgnored(user: String, client: String, device: [String]) -> Bool {
    configuration.ignoreUsers.contains { $0.matches(user) }
      || configuration.ignoreClients.contains { $0.matches(client) }
      || configuration.ignoreDevices.contains { pattern in device.contains { pattern.matches($0) } }
  }
}
