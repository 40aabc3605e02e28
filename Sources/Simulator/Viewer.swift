import JodCore

/// A device, and the person before it.
public struct Viewer: Sendable {
  public enum Doing: Sendable, Hashable {
    case away, browsing, waiting, playing, paused, leftVisible, leftHidden, polling
  }

  let visits: [Visit]
  public private(set) var doing = Doing.away
  /// Since when, and until when where nothing else comes.
  public private(set) var since: Seconds = 0
  public private(set) var until: Seconds
  /// When the app was opened, or came back with Jellyfin.
  private(set) var opened: Seconds = -1e6
  /// When the device last asked Jellyfin anything, where it does not go on asking.
  private var asked: Seconds = -1e6
  /// When the page of the film that was found is opened.
  private(set) var opensPage = Seconds.infinity
  private var next = 0
  private var stretch = 0
  /// What is left of the stretch.
  private var left: Seconds = 0

  private var session: Session?
  private var device: Device?

  init(_ number: Int, visits: [Visit]) {
    self.visits = visits
    until = visits.first?.start ?? .infinity
    makeEntries(client: "Jellyfin Web", id: "device\(number)")
  }

  /// What polls for ever.
  init(robot client: String) {
    (visits, until, doing) = ([], .infinity, .polling)
    makeEntries(client: client, id: "robot")
  }

  var visit: Visit? { visits.indices.contains(next) ? visits[next] : nil }

  public var isPerson: Bool { doing != .polling }

  // MARK: What is done

  /// What comes when the time is over; nothing may be watched that the storage does not serve.
  mutating func go(on now: Seconds, isServed: Bool) {
    guard let visit else { return }
    switch doing {
    case .away:
      (opened, stretch) = (now, 0)
      become(.browsing, at: now, for: visit.browsing)
      if visit.opensPage { opensPage = now + visit.browsing / 2 }
    case .browsing:
      visit.film.isEmpty ? leave(now, visit) : press(now, visit.film[0].play, isServed: isServed)
    case .playing:
      let pause = visit.film[stretch].pause
      stretch += 1
      pause > 0 ? become(.paused, at: now, for: pause) : leave(now, visit)
    case .paused:
      // The tab is closed in the morning.
      if stretch >= visit.film.count { return close(now) }
      press(now, visit.film[stretch].play, isServed: isServed)
    case .leftVisible, .leftHidden: close(now)
    case .waiting, .polling: break
    }
  }

  private mutating func press(_ now: Seconds, _ length: Seconds, isServed: Bool) {
    (left, asked) = (length, now)
    isServed ? become(.playing, at: now, for: length) : become(.waiting, at: now, for: .infinity)
  }

  mutating func notePage() { opensPage = .infinity }

  /// The film stops, and its viewer waits for the rest of it.
  mutating func lose(_ now: Seconds) {
    (left, asked) = (until - now, now)
    become(.waiting, at: now, for: .infinity)
  }

  /// Returns for how long they waited.
  mutating func serve(_ now: Seconds) -> Seconds {
    defer { become(.playing, at: now, for: left) }
    return now - since
  }

  private mutating func leave(_ now: Seconds, _ visit: Visit) {
    asked = now
    switch visit.farewell {
    case .closed: close(now)
    case .leftVisible: become(.leftVisible, at: now, for: visit.leftOpen)
    case .leftHidden: become(.leftHidden, at: now, for: visit.leftOpen)
    }
  }

  private mutating func close(_ now: Seconds) {
    next += 1
    become(.away, at: now, for: 0)
    until = max(now + 1, visit?.start ?? .infinity)
  }

  private mutating func become(_ doing: Doing, at now: Seconds, for length: Seconds) {
    (self.doing, since, until) = (doing, now, now + length)
  }

  /// Jellyfin started anew, and what is open comes back by itself.
  mutating func comeBack(_ now: Seconds) {
    if doing != .away, isPerson { (opened, asked) = (now, now) }
  }

  // MARK: What Jellyfin tells of it

  private mutating func makeEntries(client: String, id: String) {
    let session =
      #"{"Id":"1","UserName":"Anna","Client":"\#(client)","DeviceName":"\#(id)","DeviceId":"\#(id)"}"#
    let device = #"{"Id":"\#(id)","LastUserName":"Anna","AppName":"\#(client)","Name":"\#(id)"}"#
    if case .session(let session)? = try? SessionEntry(bytes: Array(session.utf8)) { self.session = session }
    if case .device(let device)? = try? DeviceEntry(bytes: Array(device.utf8)) { self.device = device }
  }

  /// Seconds. A device's stamp moves when it asks and the last one is older than this; a visible window of Jellyfin 12
  /// asks every minute for ever, which moves its session's.
  private static let (deviceStamp, sessionStamp): (Seconds, Seconds) = (180, 60)

  private func stamp(_ now: Seconds, every length: Seconds, from start: Seconds) -> Seconds {
    start + ((now - start) / length).rounded(.down) * length
  }

  func sessionEntry(_ now: Seconds, epoch: Seconds) -> SessionEntry? {
    guard doing != .away, var session else { return nil }
    switch doing {
    case .polling: session.lastActivity = epoch + stamp(now, every: 10, from: 0)
    case .leftVisible:
      session.lastActivity = epoch + stamp(now, every: Self.sessionStamp, from: max(since, opened))
    case .playing, .paused:
      session.hasItem = true
      session.lastActivity = epoch + now
      session.lastPlaybackCheckIn = epoch + stamp(now, every: 10, from: since)
      session.isPaused = doing == .paused
      if session.isPaused { session.lastPaused = epoch + max(since, opened) }
    case .browsing, .waiting, .leftHidden, .away:
      // Browsing itself does not move it, and a film that waits for its storage is no playback yet.
      session.lastActivity = epoch + max(opened, doing == .leftHidden ? since : opened)
    }
    return .session(session)
  }

  func deviceEntry(_ now: Seconds, epoch: Seconds) -> DeviceEntry? {
    guard var device, now >= opened else { return nil }
    switch doing {
    case .polling: device.lastActivity = epoch + stamp(now, every: Self.deviceStamp, from: 0)
    case .away, .leftHidden: device.lastActivity = epoch + asked
    case .browsing, .playing, .paused, .leftVisible:
      device.lastActivity = epoch + stamp(now, every: Self.deviceStamp, from: opened)
    case .waiting: device.lastActivity = epoch + stamp(asked, every: Self.deviceStamp, from: opened)
    }
    return .device(device)
  }
}
