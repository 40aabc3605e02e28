@testable import JodCore

/// One check as it truly was.
struct Sight {
  /// True time, as all times here that do not say otherwise.
  var time: Seconds
  var now: Now
  var answered: Bool
  var devicesAreRefused: Bool
  var isNotUnderstood: Bool
  var devices: [SimulatedDevice]
  var jellyfin: SimulatedJellyfin
  var probe: Probe?
  var storage: SimulatedStorage.Phase
  var isTrafficSeen: Bool
  /// Whether Jellyfin was asked these, and answered.
  var recordingsAnswered = false
  var tasksAnswered = false
  /// Whether Jellyfin said when it started, or was not asked.
  var startAnswered = true
}

/// Tells from the truth who is active. Between what is certain and what is possible lies what the clocks have blurred.
struct Witness {
  struct Verdict {
    /// A rule of the specification says that somebody is active.
    var isCertain = false
    /// And that they wake the storage.
    var certainlyWakes = false
    /// Something that a check sees may be taken for activity.
    var isPossible = false
    /// And for a reason to wake.
    var mayWake = false

    fileprivate mutating func add(_ other: Verdict) {
      isCertain = isCertain || other.isCertain
      certainlyWakes = certainlyWakes || other.certainlyWakes
      isPossible = isPossible || other.isPossible
      mayWake = mayWake || other.mayWake
    }

    fileprivate mutating func add(certain: Bool, certainlyWakes: Bool, possible: Bool, mayWake: Bool) {
      isCertain = isCertain || certain
      self.certainlyWakes = self.certainlyWakes || (certain && certainlyWakes)
      isPossible = isPossible || possible || certain
      self.mayWake = self.mayWake || (possible && mayWake) || (certain && certainlyWakes)
    }
  }

  let configuration: Configuration
  private var known: Set<String> = []
  private var isFailing = false
  /// How long each device has been quiet, of time in which nothing was hidden from anybody.
  private var quiet: [String: Seconds] = [:]
  /// Since the look before; zero where something was hidden.
  private var seenSinceLast: Seconds = 0
  private var looked: Seconds?
  private var lookedOffset: Seconds = 0
  /// Since when each device may count as browsing at a stretch: at the earliest, and at the latest.
  private var earliest: [String: Seconds] = [:]
  private var latest: [String: Seconds] = [:]
  /// Which pause of each device was last seen, and since when one was seen at every look.
  private var pauses: [String: (began: Seconds, seen: Seconds)] = [:]
  /// Since when each was seen paused at every look, even if something was lost meanwhile.
  private var pausedSince: [String: Seconds] = [:]
  private var recordingNear: Seconds?
  private var recordingKnown: Seconds?
  /// When Jellyfin last did not say when it started.
  private var startUnknown = -Seconds.infinity
  /// Time without a break in which nothing was hidden from anybody.
  private var unbroken: Seconds = 0
  /// Who was certainly active when somebody insisted on a power-off, and has been without a break.
  private var sentAway: Set<String> = []
  /// Who may be down as sent away.
  private var mayBeSentAway: Set<String> = []
  private var hasSentAway = false
  /// Who was certainly active at the last look.
  private var certain: Set<String> = []
  /// What is no device: recordings, and what cannot be understood.
  private static let others = "others"

  init(_ configuration: Configuration) { self.configuration = configuration }

  /// What a boot or a damage took away cannot be held against anybody.
  mutating func runtimeWasLost() {
    isFailing = false
    quiet = [:]
    looked = nil
    latest = [:]
    pauses = [:]
    unbroken = 0
  }

  /// An older state may have anybody down as one who has used up the limit.
  mutating func stateWasLost() {
    for id in known { earliest[id] = -.infinity }
    (sentAway, mayBeSentAway) = ([], hasSentAway ? known.union([Self.others]) : [])
  }

  /// Nil: Jellyfin did not answer, and nothing is known.
  mutating func look(_ sight: Sight) -> Verdict? {
    if !sight.startAnswered { startUnknown = sight.time }
    guard sight.answered else {
      isFailing = true
      return nil
    }
    let closeEnough = max(configuration.activityWindow, 3 * configuration.checkInterval + 60)
    if let looked, sight.time - looked > closeEnough { latest = [:] }
    let gap = looked.map { sight.time - $0 } ?? .infinity
    seenSinceLast = isFailing || gap > closeEnough ? 0 : gap
    isFailing = false
    unbroken = seenSinceLast > 0 || gap == 0 ? unbroken + seenSinceLast : 0
    var verdict = Verdict()
    known = Set(sight.devices.map(\.id))
    certain = []
    for device in sight.devices {
      let isListed = device.doing != .away && device.listedFrom <= sight.time
      var own = Verdict()
      switch device.doing {
      case .playing where isListed, .crashed where isListed: judgePlayer(device, sight, &own)
      case .paused where isListed: judgePause(device, sight, &own)
      default: judgeBrowsing(device, isListed: isListed, sight, &own)
      }
      if device.doing == .playing, isListed { mayBeSentAway.remove(device.id) }
      leaveOutSentAway(device.id, mayPlay: device.doing == .playing || device.doing == .crashed, &own)
      if own.isCertain { certain.insert(device.id) }
      verdict.add(own)
    }
    var others = Verdict()
    judgeRecording(sight, &others)
    if sight.isNotUnderstood {
      others.add(certain: true, certainlyWakes: true, possible: true, mayWake: true)
    }
    leaveOutSentAway(Self.others, mayPlay: false, &others)
    verdict.add(others)
    looked = sight.time
    lookedOffset = sight.jellyfin.offset
    return verdict
  }

  // MARK: Who was sent away

  /// Somebody insists on a power-off: who is active then wakes by playing, or once they were quiet.
  mutating func wereSentAway(by sight: Sight) {
    var look = self
    let isSeen = look.look(sight) != nil
    sentAway = isSeen ? look.certain : []
    mayBeSentAway = known.union(sight.devices.map(\.id)).union([Self.others])
    hasSentAway = true
  }

  mutating func nobodyIsSentAway() { (sentAway, mayBeSentAway) = ([], []) }

  private mutating func leaveOutSentAway(_ id: String, mayPlay: Bool, _ verdict: inout Verdict) {
    if mayPlay || !verdict.isCertain { sentAway.remove(id) }
    if !verdict.isPossible, unbroken >= configuration.activityWindow { mayBeSentAway.remove(id) }
    if mayBeSentAway.contains(id) { verdict.certainlyWakes = false }
    if sentAway.contains(id) { verdict.mayWake = false }
  }

  // MARK: What each does

  private mutating func judgePlayer(_ device: SimulatedDevice, _ sight: Sight, _ verdict: inout Verdict) {
    (earliest[device.id], latest[device.id], pauses[device.id], pausedSince[device.id]) = (nil, nil, nil, nil)
    let stamp = device.touched.map { $0 + device.touchOffset }
    let looksAlive = stamp.map { sight.time + sight.jellyfin.offset - $0 < 360 } ?? true
    let isAlive = device.doing == .playing
    verdict.add(
      certain: isAlive, certainlyWakes: !device.isIgnored, possible: looksAlive, mayWake: !device.isIgnored)
  }

  private mutating func judgePause(_ device: SimulatedDevice, _ sight: Sight, _ verdict: inout Verdict) {
    latest[device.id] = nil
    let known = pauses[device.id]
    pauses[device.id] = (device.paused, known?.seen ?? sight.time)
    let limit = configuration.pauseLimit ?? .infinity
    // A clock that was set since the pause began tells nothing of its length, but a check that saw it before knows it.
    let isClear = device.pauseOffset == sight.jellyfin.offset || !device.tellsPause
    let wasSeen = known.map { $0.began == device.paused && $0.seen >= device.paused } ?? false
    // Where nobody tells, two pauses with no look between them are one.
    let first = pausedSince[device.id] ?? sight.time
    pausedSince[device.id] = first
    let length = sight.time - (device.tellsPause ? device.paused : min(first, device.paused))
    let told = sight.time + sight.jellyfin.offset - (device.paused + device.pauseOffset)
    let mayStillCount =
      (device.tellsPause && told < limit) || sight.time - (known?.seen ?? sight.time) < limit
    // Of a pause that nobody tells of, only the check before its first sight is sure to be older.
    let unseen = device.tellsPause ? 0 : 2 * configuration.checkInterval
    let cameBack = isClear && device.tellsPause && isKnownToHaveComeBack(device.paused, sight)
    // With anything that was seen of it.
    let isToldOver = device.tellsPause && told >= limit
    verdict.add(
      certain: length < limit && (isClear || wasSeen) && !device.isIgnored,
      certainlyWakes: isCertainlyFresh(device.paused - unseen, sight) && !isToldOver,
      possible: mayStillCount, mayWake: !device.isIgnored && !cameBack && !isToldOver)
  }

  private mutating func judgeBrowsing(
    _ device: SimulatedDevice, isListed: Bool, _ sight: Sight, _ verdict: inout Verdict
  ) {
    (pauses[device.id], pausedSince[device.id]) = (nil, nil)
    let isShown = !sight.devicesAreRefused || (isListed && device.doing != .leftOpen)
    guard let touched = device.touched, touched <= sight.time, !device.isIgnored, isShown else {
      latest[device.id] = nil
      return
    }
    let age = sight.time + sight.jellyfin.offset - (touched + device.touchOffset)
    guard (-60...configuration.activityWindow).contains(age) else {
      latest[device.id] = nil
      // It was quiet, unless a clock or an outage makes it only seem so.
      quiet[device.id, default: 0] += seenSinceLast
      if quiet[device.id, default: 0] >= configuration.activityWindow { earliest[device.id] = nil }
      return
    }
    quiet[device.id] = nil
    let early = earliest[device.id] ?? sight.time
    let late = latest[device.id] ?? sight.time
    (earliest[device.id], latest[device.id]) = (early, late)
    let limit = configuration.browsingLimit ?? .infinity
    let isClear = device.touchOffset == sight.jellyfin.offset
    verdict.add(
      certain: isClear && sight.time - early < limit, certainlyWakes: isCertainlyFresh(touched, sight),
      possible: sight.time - late < limit, mayWake: !(isClear && isKnownToHaveComeBack(touched, sight)))
  }

  private mutating func judgeRecording(_ sight: Sight, _ verdict: inout Verdict) {
    guard configuration.wakeForRecordings else { return }
    let isNear = sight.jellyfin.isRecording(at: sight.time, ahead: configuration.wakeTimeout + 120)
    // What was known of recordings half an hour ago may still be believed, and a clock that was set brings it near.
    if sight.jellyfin.recording != nil { recordingKnown = sight.time }
    let wasSet = sight.jellyfin.offset != lookedOffset
    if isNear || (wasSet && recordingKnown.map { sight.time - $0 <= 2100 } ?? false) {
      recordingNear = sight.time
    }
    let mayLinger = recordingNear.map { sight.time - $0 <= 2100 } ?? false
    verdict.add(
      certain: isNear && sight.recordingsAnswered, certainlyWakes: true, possible: mayLinger, mayWake: true)
  }

  /// Whether a sign is newer than everything that a start of Jellyfin may explain.
  private func isCertainlyFresh(_ time: Seconds, _ sight: Sight) -> Bool {
    let started = sight.jellyfin.started
    // Where it did not say when it started, what was seen of it has to do for two minutes.
    return started.offset == sight.jellyfin.offset && time > started.time + 121 && time > startUnknown + 181
  }

  /// Whether a sign is one of those that idle apps give when Jellyfin comes back.
  private func isKnownToHaveComeBack(_ time: Seconds, _ sight: Sight) -> Bool {
    let started = sight.jellyfin.started
    guard started.offset == sight.jellyfin.offset, sight.startAnswered else { return false }
    return time <= started.time + 119 && time >= started.time - 59
  }
}
