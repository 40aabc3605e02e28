@testable import JodCore

/// Knows the true history of a household and says what no decision may do. It never asks the memory that is on trial,
/// and no function that is.
struct Oracle {
  struct Request {
    var time: Seconds
    var now: Now
  }

  let configuration: Configuration
  private(set) var verdict: Witness.Verdict?
  private var witness: Witness
  private(set) var violations: [String] = []

  // What was asked of the storage.
  private var request: Request?
  /// Whether the files are sure to know of the request.
  private var requestIsKnown = true
  private var requestIsDue: Seconds = -.infinity
  private var powerOff: Request?
  /// Whether it was not seen down since.
  private var isStopping = false
  private var refused: Seconds?
  private var owed = false
  private var isOwedForCertain = false
  private var mayOweMore = false
  /// Whether a command asked while it was going down, and no request has left since.
  private var mayOweHand = false
  /// Whether an older file can say that anybody is owed a wake.
  private var hasEverOwed = false
  private var holds: (began: Seconds, seconds: Seconds, wall: Seconds)?
  private var mayHoldLonger = false
  /// As `hasEverOwed`, of a hold.
  private var hasEverHeld = false

  // What was seen of the storage.
  private var silentSince: Seconds?
  private var isKnownReady = false
  /// Whether it was silent since it was last asked to power off.
  private var wasSilent = false
  /// Whether a power-off was begun since it was last ready without one.
  private var wasPoweredOff = false
  private var unreadyRun = 0
  private var readySince: Seconds?
  private var isPresumedOn: Bool? = false
  private var wasReadySinceDown = false
  /// Whether an older file may say so.
  private var mayHaveBeenReady = false
  /// When somebody certainly began to work on it, and when they may have.
  private var startedByHand: Seconds?
  private var mayBeByHand: Seconds?
  private var wasWoken = false
  private var requestSinceReady = false
  /// When the wake that may run began, and when a command last asked.
  private var wakeBegan: Seconds?
  private var askedByHand: Seconds?

  // What was seen of idleness.
  private var starts: [Seconds] = []
  private var idle: (since: Seconds, last: Sight)?
  private var clear: (since: Seconds, last: Sight)?
  private var overdue = 0

  /// What has crossed lately, between two checks each.
  private var crossings: [(from: Seconds, to: Seconds, bytes: Double)] = []
  /// When a minute was last busy for certain, and when one may have been.
  private var busy = -Seconds.infinity
  private var mayBeBusy = -Seconds.infinity

  private var isBlind: Bool { configuration.storageServerAddress == nil }
  private var interval: Seconds { configuration.checkInterval }

  init(_ configuration: Configuration) {
    self.configuration = configuration
    witness = Witness(configuration)
  }

  private mutating func demand(_ condition: Bool, _ sentence: @autoclosure () -> String) {
    if !condition { violations.append(sentence()) }
  }

  // MARK: One check

  /// Judges what was decided, after everything that this check could see.
  mutating func judge(_ sight: Sight, _ decision: Checked) {
    let beat = max(interval, medianSpacing ?? 0)
    // Where nothing is known of it, it may still be going down.
    let answers = isBlind || sight.probe == .ready || sight.probe == .up
    if let powerOff, answers, isSurelyOver(180, since: powerOff, sight) { isStopping = false }
    starts = (starts + [sight.time]).suffix(6)
    let verdict = witness.look(sight)
    self.verdict = verdict
    noteStorage(sight.probe, at: sight.time)
    noteIdle(sight, verdict, beat: beat)
    noteClear(sight, verdict)
    noteOwed(sight, verdict)
    judgeWake(sight, verdict, decision)
    judgePowerOff(sight, verdict, decision)
    if decision.events.contains(where: { $0.name == .powerOffFailed }) {
      demand(sight.storage != .off, "a storage that is off is said to hang in shutdown")
    }
    if decision.sends {
      noteRequest(sight.time, sight.now)
      isStopping = false
    }
    if decision.powersOff { notePowerOff(sight.time, sight.now) }
  }

  private var medianSpacing: Seconds? {
    guard starts.count == 6 else { return nil }
    return zip(starts.dropFirst(), starts).map { $0 - $1 }.sorted()[2]
  }

  /// What a probe tells, of a check or of a command.
  mutating func noteStorage(_ probe: Probe?, at time: Seconds) {
    // A shorter silence may be one lost probe.
    if let since = silentSince, time - since >= 2 { wasSilent = true }
    silentSince = probe == .silent ? silentSince ?? time : nil
    let isReady = isBlind ? isPresumedOn != false : probe == .ready
    unreadyRun = isReady ? 0 : unreadyRun + 1
    if unreadyRun >= 2 { readySince = nil }
    if isReady { readySince = readySince ?? time }
    if let since = silentSince, time > since, time - since >= min(15, interval) {
      if wasPoweredOff { startedByHand = nil }
      // The request of a silence that proves to be more than a lost probe is a wake.
      if requestSinceReady, let request { wakeBegan = wakeBegan ?? request.time }
      (wasReadySinceDown, isStopping, isKnownReady, mayHaveBeenReady) = (false, false, false, false)
    }
    if probe == .up || (probe == nil && !isBlind) { isKnownReady = false }
    if probe == .ready { noteReady(at: time) }
  }

  private mutating func noteReady(at time: Seconds) {
    isKnownReady = true
    // Still going down.
    if isStopping, !wasSilent { return }
    let isBack = isStopping
    // What went and came back serves the one who asked meanwhile.
    if isBack { isOwedForCertain = false }
    if isBack || !wasReadySinceDown || wasSilent { noteArrival(at: time, isBack: isBack) }
    wasReadySinceDown = true
    (isStopping, wasPoweredOff, wasSilent, mayHaveBeenReady) = (false, false, false, false)
    (requestSinceReady, wakeBegan, askedByHand) = (false, nil, nil)
  }

  private mutating func noteArrival(at time: Seconds, isBack: Bool) {
    let isAsked = askedByHand.map { time - $0 < configuration.wakeTimeout } ?? false
    let isFirst = !wasReadySinceDown
    if isBack || (requestIsKnown && isAsked) || (isFirst && !requestSinceReady && !mayHaveBeenReady) {
      startedByHand = time
    }
    let isWoken =
      !isBack && askedByHand == nil && requestIsKnown
      && wakeBegan.map { time - $0 < configuration.wakeTimeout } ?? false
    if isFirst || isBack { wasWoken = isWoken }
    if !isWoken { mayBeByHand = time }
  }

  private mutating func noteIdle(_ sight: Sight, _ verdict: Witness.Verdict?, beat: Seconds) {
    guard let verdict else { return }
    if verdict.isCertain {
      idle = nil
    } else if let before = idle, isWitnessed(from: before.last, to: sight, within: 3 * beat + 60) {
      idle = (before.since, sight)
    } else {
      idle = (sight.time, sight)
    }
  }

  /// Whether no gap, reboot or clock step lies between two checks.
  private func isWitnessed(from before: Sight, to sight: Sight, within gap: Seconds) -> Bool {
    let elapsed = sight.time - before.time
    return elapsed <= gap && before.now.moment.bootID == sight.now.moment.bootID
      && abs(sight.now.moment.wall - before.now.moment.wall - elapsed) <= 10
  }

  /// Since when everything that must last has lasted beyond any doubt.
  private mutating func noteClear(_ sight: Sight, _ verdict: Witness.Verdict?) {
    let isAskedAlready = powerOff.map { sight.time - $0.time < 180 } ?? false
    let isOn = isBlind ? isPresumedOn == true : sight.probe == .ready
    guard let verdict, !verdict.isPossible, isOn, !isAskedAlready, sight.isTrafficSeen else {
      clear = nil
      return
    }
    if let before = clear, isWitnessed(from: before.last, to: sight, within: 3 * interval + 60) {
      clear = (before.since, sight)
    } else {
      clear = (sight.time, sight)
    }
  }

  /// A minute is busy in which 6000 KiB cross. Where they crossed within the time between two checks, nobody saw.
  mutating func noteTraffic(from before: Seconds, to time: Seconds, bytes: Double) {
    crossings = crossings.filter { $0.to > time - 70 } + [(before, time, bytes)]
    let sum = { (crossings: [(from: Seconds, to: Seconds, bytes: Double)]) in
      crossings.reduce(0) { $0 + $1.bytes }
    }
    let last = crossings[(crossings.count - 1)...]
    if max(sum(crossings.filter { $0.from >= time - 55 }), sum(Array(last))) >= 6000 * 1024 { busy = time }
    if sum(crossings) >= 5000 * 1024 { mayBeBusy = time }
  }

  /// Who asked while the storage was going down is served afterwards, once.
  private mutating func noteOwed(_ sight: Sight, _ verdict: Witness.Verdict?) {
    guard let powerOff else { return }
    let isSoon = sight.time - powerOff.time < 180 && powerOff.now.moment.bootID == sight.now.moment.bootID
    if isStopping, isSoon, verdict?.certainlyWakes == true { isOwedForCertain = true }
    let mayStillStop = sight.time - powerOff.time < 180 + 2 * interval
    if mayStillStop, verdict?.mayWake == true { (owed, hasEverOwed) = (true, true) }
    if sight.time - powerOff.time >= 180, sight.probe == .ready, verdict?.mayWake == false { owed = false }
    if !isSoon, sight.probe == .ready { isOwedForCertain = false }
  }

  // MARK: Waking

  private mutating func judgeWake(_ sight: Sight, _ verdict: Witness.Verdict?, _ decision: Checked) {
    let wait = isBlind ? max(configuration.packetCooldown, 900) : configuration.packetCooldown
    let isAskedFor = verdict?.certainlyWakes == true || (verdict != nil && isOwedForCertain)
    let isNeeded = isAskedFor && sight.probe != .ready
    guard decision.sends else {
      let isAllowed = isOver(wait, since: request, sight) && sight.time >= requestIsDue
      demand(!(isNeeded && isAllowed && !isGoingDown(sight)), "activity, and no wake request")
      return
    }
    // A command was promised one, whatever Jellyfin says.
    demand(verdict != nil || mayOweHand, "a wake request though nothing is known")
    // A wake that runs continues over a start of Jellyfin.
    let mayGoOn = requestSinceReady && verdict?.isPossible == true
    demand(verdict?.mayWake == true || owed || mayOweMore || mayGoOn, "a wake request for nobody")
    demand(sight.probe != .ready, "a wake request though the storage is ready")
    if requestIsKnown {
      demand(
        isOver(configuration.packetCooldown, since: request, sight), "a wake request within the cooldown")
      demand(!isGoingDown(sight), "a wake request into a storage that goes down")
    }
  }

  /// Of an earlier boot, only this one's time is certain.
  private func isSurelyOver(_ length: Seconds, since request: Request, _ sight: Sight) -> Bool {
    let isSameBoot = request.now.moment.bootID == sight.now.moment.bootID
    return (isSameBoot ? sight.time - request.time : sight.now.uptime) >= length
  }

  private func isOver(_ length: Seconds, since request: Request?, _ sight: Sight) -> Bool {
    guard let request else { return true }
    if request.now.moment.bootID == sight.now.moment.bootID { return sight.time - request.time >= length }
    return sight.now.uptime >= length || sight.now.moment.wall - request.now.moment.wall >= length
  }

  private func isGoingDown(_ sight: Sight) -> Bool {
    guard let powerOff else { return false }
    return !isOver(60, since: powerOff, sight) && (isStopping || !requestIsKnown)
  }

  // MARK: Powering off

  private mutating func judgePowerOff(_ sight: Sight, _ verdict: Witness.Verdict?, _ decision: Checked) {
    guard decision.powersOff else { return demandPowerOff(sight) }
    overdue = 0
    let ahead: Seconds = 10 * 60
    let readyFor = readySince.map { sight.time - $0 } ?? 0
    let idleFor = idle.map { sight.time - $0.since } ?? 0
    demand(configuration.powerOffMethod != nil, "a power-off without a method")
    demand(verdict != nil, "a power-off though nothing is known of activity")
    demand(verdict?.isCertain != true, "a power-off while somebody is active")
    demand(idleFor >= configuration.cooldown, "a power-off after \(idleFor) s of observed idleness")
    demand(isBlind || sight.probe == .ready, "a power-off of a storage that is not ready")
    demand(!isBlind || isPresumedOn != false, "a power-off of a storage that is presumed off")
    demand(readyFor >= configuration.cooldown, "a power-off \(readyFor) s after it was found ready")
    demand(!isStartedByHand(sight), "a power-off while MANUAL_START_HOLD lasts")
    demand(!isHeld(sight, leniently: true), "a power-off while a hold is in force")
    demand(sight.isTrafficSeen, "a power-off though the traffic cannot be seen")
    let quietFor = sight.time - busy
    demand(quietFor >= configuration.cooldown, "a power-off \(quietFor) s after a busy minute")
    demand(sight.recordingsAnswered, "a power-off though nothing is known of recordings")
    demand(!sight.jellyfin.isRecording(at: sight.time, ahead: ahead), "a power-off before or in a recording")
    demand(sight.tasksAnswered, "a power-off though nothing is known of tasks")
    demand(sight.jellyfin.taskUntil <= sight.time, "a power-off while a task runs")
    demand(refused.map { sight.time - $0 >= 300 } ?? true, "a power-off within 5 min of one refused")
    demand(powerOff.map { sight.time - $0.time >= 180 } ?? true || !isStopping, "a second power-off at once")
  }

  /// Everything in its favour, it is done at this check or at the next.
  private mutating func demandPowerOff(_ sight: Sight) {
    guard let clear, configuration.powerOffMethod != nil else {
      overdue = 0
      return
    }
    let length = sight.time - max(clear.since, mayBeBusy)
    let isByHand = mayBeByHand.map { sight.time - $0 < configuration.manualStartHold } ?? false
    let isLongEnough =
      length >= configuration.cooldown
      && ((wasWoken || isBlind) && !isByHand || length >= configuration.manualStartHold)
    let isInTheWay =
      isHeld(sight, leniently: false) || !sight.isTrafficSeen || sight.jellyfin.taskUntil > sight.time
      || sight.jellyfin.isRecording(at: sight.time, ahead: 10 * 60) || !sight.recordingsAnswered
      || !sight.tasksAnswered || (refused.map { sight.time - $0 < 300 } ?? false)
    overdue = isLongEnough && !isInTheWay ? overdue + 1 : 0
    demand(overdue < 2, "idle for \(length) s, nothing in the way, and no power-off")
  }

  private func isStartedByHand(_ sight: Sight) -> Bool {
    startedByHand.map { sight.time - $0 < configuration.manualStartHold } ?? false
  }

  /// - Parameter leniently: whether its time alone counts; else it may last longer, where clocks have made it.
  private func isHeld(_ sight: Sight, leniently: Bool) -> Bool {
    if !leniently, mayHoldLonger { return true }
    guard let hold = holds else { return false }
    if sight.time - hold.began < hold.seconds { return true }
    return !leniently
      && (sight.now.uptime < hold.seconds || sight.now.moment.wall < hold.wall + hold.seconds)
  }

  // MARK: What befalls the household

  /// A command that asks for the storage: the person who gave it is there.
  mutating func noteHand(at time: Seconds) {
    (idle, clear) = (nil, nil)
    mayBeByHand = time
    overdue = 0
  }

  /// A command that found it ready.
  mutating func noteServedHand(at time: Seconds) { startedByHand = time }

  /// A command that came while it was going down.
  mutating func noteHandWhileGoingDown() {
    (owed, hasEverOwed, isOwedForCertain) = (true, true, isStopping)
    mayOweHand = true
  }

  mutating func noteRequest(_ time: Seconds, _ now: Now, byHand: Bool = false) {
    request = Request(time: time, now: now)
    // Asked for because of one lost probe, it is no wake.
    if byHand || !isKnownReady || wakeBegan != nil { wakeBegan = wakeBegan ?? time }
    if byHand { askedByHand = time }
    (requestIsKnown, requestIsDue) = (true, -.infinity)
    (owed, isOwedForCertain, mayOweMore, mayOweHand) = (false, false, false, false)
    requestSinceReady = true
    isPresumedOn = true
    overdue = 0
  }

  mutating func notePowerOff(_ time: Seconds, _ now: Now) {
    (powerOff, isStopping) = (Request(time: time, now: now), true)
    (wasSilent, wasPoweredOff) = (false, true)
    (wakeBegan, askedByHand) = (nil, nil)
    isOwedForCertain = false
  }

  /// What came of a power-off.
  mutating func settle(isAccepted: Bool, at time: Seconds) {
    clear = nil
    if isAccepted {
      (isPresumedOn, readySince, refused) = (false, nil, nil)
    } else {
      (refused, powerOff) = (time, nil)
      (isStopping, wasPoweredOff) = (false, false)
      witness.nobodyIsSentAway()
    }
  }

  /// A request that did not leave the machine is none.
  mutating func requestFailed(before earlier: Oracle) {
    request = earlier.request
    requestIsKnown = earlier.requestIsKnown
    requestSinceReady = earlier.requestSinceReady
    (wakeBegan, askedByHand) = (earlier.wakeBegan, earlier.askedByHand)
    isPresumedOn = earlier.isPresumedOn
    // It is still owed to the person it was for.
    (owed, hasEverOwed, mayOweMore, mayOweHand) = (true, true, earlier.mayOweMore, earlier.mayOweHand)
    isOwedForCertain = false
  }

  /// A command that insists on a power-off: the rules less the times, and nobody's presence counts. It makes a look of its
  /// own, of which nothing is remembered.
  mutating func judgeForcedSleep(_ sight: Sight, isDone: Bool) {
    guard isDone else { return }
    demand(configuration.powerOffMethod != nil, "a forced power-off without a method")
    demand(!isHeld(sight, leniently: true), "a forced power-off while a hold is in force")
    demand(isBlind || sight.probe == .ready, "a forced power-off of a storage that is not ready")
    let isFirst = powerOff.map { sight.time - $0.time >= 180 } ?? true || !isStopping
    demand(isFirst, "a forced power-off on top of another")
    witness.wereSentAway(by: sight)
    notePowerOff(sight.time, sight.now)
  }

  mutating func noteHold(_ seconds: Seconds, at time: Seconds, _ now: Now) {
    holds = seconds > 0 ? (time, seconds, now.moment.wall) : nil
    if seconds > 0 { hasEverHeld = true }
    mayHoldLonger = false
  }

  mutating func serverWasRebooted() {
    (starts, idle, readySince, unreadyRun) = ([], nil, nil, 0)
    runtimeWasLost()
  }

  /// What was observed was observed, but nobody need remember it any more.
  mutating func runtimeWasLost() {
    witness.runtimeWasLost()
    (clear, silentSince, overdue) = (nil, nil, 0)
  }

  /// The newest state was lost; what is there instead says things of its own, or nothing.
  mutating func stateWasLost(at time: Seconds, _ now: Now) {
    witness.stateWasLost()
    (requestIsKnown, mayHaveBeenReady) = (false, true)
    requestIsDue = time + configuration.packetCooldown
    isPresumedOn = nil
    (holds, mayHoldLonger) = (nil, hasEverHeld)
    (startedByHand, wasWoken, refused) = (nil, false, nil)
    (mayBeByHand, wakeBegan, askedByHand) = (time, nil, nil)
    (owed, isOwedForCertain, mayOweMore) = (false, false, hasEverOwed)
    mayOweHand = mayOweHand || hasEverOwed
    clear = nil
    // It may believe in a power-off.
    notePowerOff(time, now)
    isStopping = false
  }
}
