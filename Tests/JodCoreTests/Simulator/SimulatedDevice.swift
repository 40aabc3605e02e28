import Simulator

@testable import JodCore

/// A device and the person before it. What it truly does, and when Jellyfin last saw it: by true time and by the
/// stamp that Jellyfin's clock put to it.
struct SimulatedDevice {
  enum Doing {
    case away, tabOpen, browsing, playing, paused, crashed
    /// Polls, and has no session of its own.
    case leftOpen
    /// An app of Jellyfin 12 on a screen that is on, a television on its home page for one: its session is stamped once a
    /// minute, its device every third.
    case visible
    /// A robot: as a user, every ten seconds, for ever.
    case polling
  }

  /// Jellyfin's clock as it ran since it was last set: it shows true time plus this.
  typealias Offset = Seconds

  let id: String
  let isIgnored: Bool
  /// Jellyfin 10.8 does not say since when.
  let tellsPause: Bool
  /// How long a person does one thing, about.
  var pace: Seconds
  var doing = Doing.away
  /// True time since when, and until when.
  var since: Seconds = 0
  var until: Seconds = 0
  /// The last sign of life.
  var touched: Seconds?
  var touchOffset: Offset = 0
  /// How much older the device's own stamp is than its session's.
  private var deviceLag: Seconds = 0
  /// When the pause began, as Jellyfin noted it.
  var paused: Seconds = 0
  var pauseOffset: Offset = 0
  /// Back in the list of sessions from this true time on.
  var listedFrom: Seconds = 0

  /// An app left open polls this often; Jellyfin notes no more.
  static let polling: Seconds = 180

  /// Nobody else throws its dice.
  private var dice: Dice

  init(
    _ number: Int, seed: Int, isIgnored: Bool = false, isRobot: Bool = false, tellsPause: Bool,
    pace: Seconds = 0
  ) {
    dice = Dice(seed: seed, "device \(number)")
    if isRobot { (doing, until) = (.polling, .infinity) }
    id = "\(isIgnored ? "robot" : "device")\(number)"
    (self.isIgnored, self.tellsPause, self.pace) = (isIgnored, tellsPause, pace)
  }

  /// Lives on until a true time, with Jellyfin's clock as it is.
  mutating func live(until now: Seconds, jellyfinUpSince up: Seconds?, offset: Offset) {
    while until <= now { change(at: until, seen: up.map { until >= $0 } ?? false, offset: offset) }
    guard let up else { return }
    let first = max(since, up, listedFrom)
    guard first <= now else { return }
    switch doing {
    case .browsing, .playing, .paused, .polling:
      touch(max(first, now - dice.seconds(0...10)), offset)
    case .visible:
      touch(max(first, now - dice.seconds(0...60)), offset)
      deviceLag = dice.seconds(0...120)
    case .leftOpen:
      touch(max(first, now - dice.seconds(0...Self.polling)), offset)
    case .away, .tabOpen, .crashed:
      break
    }
  }

  private mutating func touch(_ time: Seconds, _ offset: Offset) {
    touched = time
    (touchOffset, deviceLag) = (offset, 0)
  }

  private mutating func change(at time: Seconds, seen: Bool, offset: Offset) {
    since = time
    // With the session goes its stamp.
    touched = touched.map { $0 - deviceLag }
    deviceLag = 0
    doing = next()
    switch doing {
    case .away, .tabOpen: until = time + dice.seconds(1...20 * pace)
    case .browsing: until = time + dice.seconds(1...4 * pace)
    case .playing: until = time + dice.seconds(1...6 * pace)
    case .paused: until = time + dice.seconds(1...dice.pick([1, 20]) * pace)
    case .crashed: until = time + dice.seconds(300...600)
    case .leftOpen, .visible: until = time + dice.seconds(pace...60 * pace)
    case .polling: until = .infinity
    }
    if doing == .paused { (paused, pauseOffset) = (time, offset) }
    if seen, doing != .away, doing != .crashed { touch(time, offset) }
  }

  private mutating func next() -> Doing {
    switch doing {
    case .away: dice.pick([.tabOpen, .browsing, .browsing, .playing, .leftOpen, .visible])
    case .tabOpen: dice.pick([.away, .browsing, .playing])
    case .browsing: dice.pick([.playing, .playing, .tabOpen, .away, .leftOpen, .visible])
    case .playing: dice.pick([.paused, .browsing, .away, .crashed])
    case .paused: dice.pick([.playing, .away, .browsing])
    case .crashed, .leftOpen, .visible: .away
    case .polling: .polling
    }
  }

  /// Jellyfin was restarted: what is open comes back by itself, most of it within seconds and before the first answer, the
  /// rest within two minutes. Jellyfin tells that its pause began with that.
  mutating func comeBack(after restart: Seconds, offset: Offset) {
    listedFrom = restart + (dice.chance(0.6) ? dice.seconds(0...7) : dice.seconds(0...110))
    if doing == .crashed { (doing, since) = (.away, restart) }
    guard doing != .away else { return }
    touch(listedFrom, offset)
    if doing == .paused, tellsPause { (paused, pauseOffset) = (listedFrom, offset) }
  }

  /// Where Jellyfin's clock was set, the stamps of before keep what they were.
  func entries(at now: Seconds, offset: Offset) -> (session: SessionEntry?, device: DeviceEntry?) {
    let epoch = SimulatedServer.epoch
    let stamp = touched.flatMap { $0 <= now ? epoch + $0 + touchOffset : nil }
    let hasItem = [.playing, .paused, .crashed].contains(doing)
    var entry: SessionEntry?
    if doing != .away, doing != .leftOpen, listedFrom <= now {
      // Jellyfin keeps the session's own stamp fresh while something plays, be its client dead or alive.
      entry = .session(
        session(
          user: "Anna", client: "App", device: id, id: id, hasItem: hasItem, isPaused: doing == .paused,
          lastActivity: hasItem ? epoch + now + offset : stamp, lastPlaybackCheckIn: hasItem ? stamp : nil,
          lastPaused: doing == .paused && tellsPause ? epoch + paused + pauseOffset : nil))
    }
    let device = Device(
      user: "Anna", client: "App", name: id, key: id, id: id, lastActivity: stamp.map { $0 - deviceLag })
    return (entry, stamp == nil ? nil : .device(device))
  }
}
