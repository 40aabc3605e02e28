import JodCore

/// A household's time under one policy. What people mean to do is drawn before; when they can do it is the policy's doing.
public struct Year<Decider: Policy> {
  public let home: Home
  public private(set) var ledger = Ledger()
  private var policy: Decider
  /// Whether checks are left out in which nothing can happen.
  private let leaps: Bool
  private var dice: Dice

  private var time: Seconds = 0
  private var nextCheck: Seconds = 0
  /// Checks to come since something last happened, before any is left out.
  private var unsettled = 2

  private var storage = Machine()
  private var viewers: [Viewer] = []
  /// Since when each watches what the storage serves.
  private var watchedSince: [Seconds?] = []
  private var bytesToA = 0.0
  private var bytes = 0.0
  /// When somebody stands before the button.
  private var press = Seconds.infinity
  /// When a machine that does not stay off is on again.
  private var comeback = Seconds.infinity
  /// Whether somebody has stopped the policy because it switched off what they work on.
  private var isStopped = false
  /// Whether it was switched on by the policy, and has served nobody since.
  private var isNeedless = false

  private var outages: Cursor<Calendar.Outage>
  private var recordings: Cursor<Calendar.Span>
  private var works: Cursor<Calendar.Work>
  private var scans: Cursor<Calendar.Span>
  private var jellyfinStarted: Seconds = -1e6
  private var scanUntil = -Seconds.infinity
  private var isRecording = false

  public init(_ home: Home, leaps: Bool = true) throws {
    self.home = home
    self.leaps = leaps
    policy = try Decider(home)
    dice = Dice(seed: home.seed, "packets")
    let calendar = home.calendar
    outages = Cursor(calendar.outages, span: \.span)
    recordings = Cursor(calendar.recordings, span: \.self)
    works = Cursor(calendar.works, span: \.span)
    scans = Cursor(calendar.scans, span: \.self)
    viewers = calendar.visits.enumerated().map { Viewer($0.offset, visits: $0.element) }
    if home.hasKnownRobot { viewers.append(Viewer(robot: "Home Assistant")) }
    if home.hasUnknownRobot { viewers.append(Viewer(robot: "my-dashboard")) }
    watchedSince = viewers.map { _ in nil }
    if Decider.beginsOn { storage.enter(.ready, at: 0) }
  }

  /// Lives to the end of the calendar.
  public mutating func live() -> Ledger {
    let end = home.calendar.end
    while time < end {
      let event = nextEvent
      pass(until: min(event, nextCheck, end))
      guard time < end else { break }
      if event <= time {
        happen()
        unsettled = 1
        nextCheck = min(nextCheck, beat(after: time))
      }
      if nextCheck <= time { check() }
    }
    for index in viewers.indices { stopWatching(index) }
    ledger.seconds = end
    return ledger
  }

  private mutating func pass(until next: Seconds) {
    let passed = next - time
    if storage.isOn { ledger.secondsOn += passed }
    if storage.phase == .ready {
      let playing = viewers.reduce(0) { $0 + ($1.doing == .playing ? 1 : 0) }
      // A film has eight megabits a second; a scan reads what it can.
      let rate = Double(playing + (isRecording ? 1 : 0)) * 1e6 + (isScanning ? 5e6 : 0)
      bytesToA += rate * passed
      bytes += (rate + (works.current?.hasTraffic == true ? 2e6 : 0)) * passed
    }
    time = next
  }

  private var isScanning: Bool { time < scanUntil }

  // MARK: Events

  private var nextEvent: Seconds {
    var next = min(storage.until, press, comeback, outages.next, recordings.next, works.next, scans.next)
    for viewer in viewers { next = min(next, viewer.until, viewer.opensPage) }
    // Policies that know of recordings look in time.
    if let near = recordings.upcoming.map({ $0.start - 420 }), near > time { next = min(next, near) }
    return scanUntil > time ? min(next, scanUntil) : next
  }

  private mutating func happen() {
    if storage.until <= time { changePhase() }
    if comeback <= time {
      comeback = .infinity
      if !storage.isOn { boot(byPolicy: false) }
    }
    happenAtJellyfin()
    switch works.move(to: time) {
    case .began(let work):
      ledger.needs.append(Calendar.Span(time + home.bootTime, work.span.end))
      if storage.phase == .ready { isNeedless = false } else { press = time }
    case .ended: isStopped = false
    case nil: break
    }
    for index in viewers.indices { live(index) }
    if press <= time { pressButton() }
  }

  private mutating func happenAtJellyfin() {
    if case .ended(let outage)? = outages.move(to: time), outage.isRestart {
      jellyfinStarted = time
      for index in viewers.indices { viewers[index].comeBack(time) }
    }
    switch recordings.move(to: time) {
    case .began(let span):
      ledger.needs.append(span)
      isRecording = storage.phase == .ready
      if isRecording { isNeedless = false } else { ledger.lostRecordings += 1 }
    case .ended: isRecording = false
    case nil: break
    }
    if case .began(let span)? = scans.move(to: time) {
      touch(.scan)
      if storage.phase == .ready, outages.current == nil { scanUntil = span.end }
    }
  }

  private mutating func live(_ index: Int) {
    if viewers[index].opensPage <= time {
      viewers[index].notePage()
      if home.pagesTouchStorage { touch(.page) }
    }
    while viewers[index].until <= time {
      stopWatching(index)
      viewers[index].go(on: time, isServed: storage.phase == .ready)
      switch viewers[index].doing {
      case .playing:
        ledger.plays += 1
        startWatching(index)
      case .waiting:
        ledger.plays += 1
        touch(.play)
        walk(index)
      default: break
      }
    }
  }

  private mutating func startWatching(_ index: Int) {
    watchedSince[index] = time
    isNeedless = false
  }

  private mutating func stopWatching(_ index: Int) {
    guard let since = watchedSince[index] else { return }
    watchedSince[index] = nil
    ledger.needs.append(Calendar.Span(since, time))
  }

  /// Whoever does not know better waits for four minutes before they get up.
  private mutating func walk(_ index: Int) {
    let walk = viewers[index].visit?.walk ?? 60
    press = min(press, time + (Decider.needsButton ? walk : 240 + walk))
  }

  // MARK: The storage server

  private mutating func changePhase() {
    guard storage.phase == .booting else {
      storage.enter(.off, at: time)
      if dice.chance(home.comesBack) { comeback = time + dice.seconds(30...300) }
      return
    }
    storage.enter(.ready, at: time)
    if works.current != nil { isNeedless = false }
    for index in viewers.indices where viewers[index].doing == .waiting {
      ledger.waits.append(viewers[index].serve(time))
      startWatching(index)
    }
  }

  private mutating func boot(byPolicy: Bool) {
    storage.enter(.booting, at: time, for: home.bootTime)
    isNeedless = byPolicy
    if byPolicy { ledger.wakes += 1 }
  }

  /// One that goes down hears no packet.
  private mutating func sendPacket() {
    if storage.phase == .off, !dice.chance(home.packetLoss) { boot(byPolicy: true) }
  }

  private mutating func pressButton() {
    press = .infinity
    guard works.current != nil || viewers.contains(where: { $0.doing == .waiting }) else { return }
    if storage.phase == .off { boot(byPolicy: false) }
    if storage.phase == .goingDown { press = time + 30 }
  }

  private mutating func touch(_ cause: Touch) {
    if policy.touched(by: cause, glance) { sendPacket() }
  }

  // MARK: Checks

  private func beat(after time: Seconds) -> Seconds { (time / 30).rounded(.up) * 30 }

  private mutating func check() {
    if !isStopped {
      switch policy.check(glance) {
      case .nothing: break
      case .wake: sendPacket()
      case .powerOff: powerOff()
      }
    }
    nextCheck = beat(after: time + 30)
    if unsettled > 0 {
      unsettled -= 1
    } else if leaps, policy.restsFor > 30 {
      nextCheck = beat(after: max(time + 30, min(time + policy.restsFor, nextEvent, home.calendar.end)))
    }
  }

  private var glance: Glance {
    Glance(
      time: time, viewers: viewers, jellyfinAnswers: outages.current == nil, jellyfinStarted: jellyfinStarted,
      probe: storage.probe(time), isScanning: isScanning, recordings: recordings.ahead, bytesToA: bytesToA,
      bytes: bytes)
  }

  private mutating func powerOff() {
    let isRefused = home.hasGuards && works.current != nil
    policy.settle(isAccepted: !isRefused, glance)
    guard !isRefused, storage.phase == .ready else { return }
    ledger.powerOffs += 1
    if isNeedless { ledger.needlessWakes += 1 }
    isNeedless = false
    countHarm()
    storage.enter(.goingDown, at: time, for: home.shutdownTime)
  }

  private mutating func countHarm() {
    var hurtsViewer = false
    for index in viewers.indices where viewers[index].doing == .playing {
      hurtsViewer = true
      stopWatching(index)
      viewers[index].lose(time)
      walk(index)
    }
    if hurtsViewer { ledger.hurtViewers += 1 }
    if works.current != nil {
      // Once is enough.
      ledger.hurtWork += 1
      isStopped = true
      press = min(press, time + 60)
    }
    if isScanning { ledger.hurtScans += 1 }
    if isRecording { ledger.hurtRecordings += 1 }
    (scanUntil, isRecording) = (-.infinity, false)
  }
}
