import JodCore

/// What decides when the storage server is on.
public protocol Policy: Sendable {
  /// As the table has it.
  static var name: String { get }
  /// Whether the server is on from the beginning.
  static var beginsOn: Bool { get }
  /// Whether people know that nothing wakes the server, and go to its button at once.
  static var needsButton: Bool { get }

  init(_ home: Home) throws

  /// One check.
  mutating func check(_ glance: Glance) -> Deed
  /// What came of a power-off.
  mutating func settle(isAccepted: Bool, _ glance: Glance)
  /// The media folder is touched, and the program that touches it waits until the server is there. A policy that watches for that
  /// has a request leave at once by returning true.
  mutating func touched(by cause: Touch, _ glance: Glance) -> Bool
  /// For how many seconds from this check on the policy does nothing, as long as nothing happens; zero where it does
  /// something, or counts.
  var restsFor: Seconds { get }
}

extension Policy {
  public static var beginsOn: Bool { false }
  public static var needsButton: Bool { false }
  public mutating func settle(isAccepted: Bool, _ glance: Glance) {}
  public mutating func touched(by cause: Touch, _ glance: Glance) -> Bool { false }
}

/// What a check has done.
public enum Deed: Sendable, Hashable { case nothing, wake, powerOff }

/// What touches the media folder. Nothing else that Jellyfin does by itself does, nor a home page or a library.
public enum Touch: Sendable, Hashable { case play, page, scan }

/// What a check can see.
public struct Glance: Sendable {
  public var time: Seconds
  public var viewers: [Viewer]
  public var jellyfinAnswers: Bool
  public var jellyfinStarted: Seconds
  public var probe: Probe
  public var isScanning: Bool
  /// Those that are planned or run.
  public var recordings: [Calendar.Span]
  /// Bytes that Server A has read from the storage, and all that the storage has moved.
  public var bytesToA: Double
  public var bytes: Double
}

/// Never off.
public struct AlwaysOn: Policy {
  public static let name = "always on"
  public static let beginsOn = true

  public init(_ home: Home) {}

  public mutating func check(_ glance: Glance) -> Deed { .nothing }

  public var restsFor: Seconds { .infinity }
}

/// What somebody writes on the first evening: it asks Jellyfin who plays, sends a packet for them, and powers off once
/// nobody has played for half an hour. Two times are all it remembers.
///
/// A film that waits for its storage does not show as played, so its packet never leaves in time: the button does it.
public struct PollOfPlayers: Policy {
  public static let name = "a poll of who plays, two cooldowns"
  public static let needsButton = true

  private var sketch = Sketch()

  public init(_ home: Home) {}

  public mutating func check(_ glance: Glance) -> Deed {
    let isActive = glance.viewers.contains { [.playing, .paused].contains($0.doing) }
    return sketch.check(isActive && glance.jellyfinAnswers, lasts: true, glance)
  }

  public var restsFor: Seconds { sketch.restsFor }
}

/// The same for anyone who has a session that Jellyfin heard of within five minutes, so that opening an app wakes.
public struct PollOfSessions: Policy {
  public static let name = "a poll of all sessions, two cooldowns"

  private var sketch = Sketch()

  public init(_ home: Home) {}

  public mutating func check(_ glance: Glance) -> Deed {
    let isActive = glance.viewers.contains { viewer in
      guard case .session(let session)? = viewer.sessionEntry(glance.time, epoch: 0) else { return false }
      return session.hasItem || glance.time - (session.lastActivity ?? 0) < 300
    }
    // Whoever does nothing of this is forgotten within five minutes.
    let lasts = glance.viewers.contains { [.playing, .paused, .leftVisible, .polling].contains($0.doing) }
    return sketch.check(isActive && glance.jellyfinAnswers, lasts: lasts, glance)
  }

  public var restsFor: Seconds { sketch.restsFor }
}

private struct Sketch: Sendable {
  private var lastPacket = -Seconds.infinity
  private var lastActive: Seconds = 0
  private var wasActive = false
  private(set) var restsFor: Seconds = 0

  static let (packetCooldown, cooldown): (Seconds, Seconds) = (60, 1800)

  /// - Parameter lasts: whether they are active until something happens.
  mutating func check(_ isActive: Bool, lasts: Bool, _ glance: Glance) -> Deed {
    let isReady = glance.probe == .ready
    // So they were at the check before, had it not been left out.
    if wasActive, !isActive { lastActive = glance.time - 30 }
    wasActive = isActive
    let idle = glance.time - lastActive
    restsFor =
      isReady ? (isActive ? (lasts ? .infinity : 0) : max(0, Self.cooldown - idle)) : isActive ? 0 : .infinity
    if isActive {
      lastActive = glance.time
      guard !isReady, glance.time - lastPacket >= Self.packetCooldown else { return .nothing }
      lastPacket = glance.time
      return .wake
    }
    return isReady && idle >= Self.cooldown ? .powerOff : .nothing
  }
}

/// An idle daemon on the storage server itself, which knows its network card and no Jellyfin: half an hour without traffic.
/// Nothing wakes the server but its button.
public struct IdleDaemon: Policy {
  public static let name = "an idle daemon on the storage server"
  public static let needsButton = true

  private var bytes = 0.0
  private var lastBusy: Seconds = 0
  public private(set) var restsFor: Seconds = 0

  public init(_ home: Home) {}

  public mutating func check(_ glance: Glance) -> Deed {
    // Switched off, it counts nothing; switched on, it begins anew.
    if glance.probe != .ready || glance.bytes > bytes { lastBusy = glance.time }
    bytes = glance.bytes
    let left = 1800 - (glance.time - lastBusy)
    restsFor = glance.probe == .ready ? min(240, max(0, left)) : .infinity
    return left <= 0 ? .powerOff : .nothing
  }
}
