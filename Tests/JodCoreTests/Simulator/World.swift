@testable import JodCore

/// A household in motion: two servers, Jellyfin and people, jod-check as its program drives it, and an oracle that
/// watches.
struct World {
  var household: Household
  var dice: Dice
  var time: Seconds = 0
  var server: SimulatedServer
  var jellyfin = SimulatedJellyfin()
  var storage = SimulatedStorage()
  var files = SimulatedFiles()
  var oracle: Oracle
  private var bytes = 0.0
  /// Why the last check decided as it did, in its own words.
  private(set) var reason = ""
  /// The last check in a line, for a developer who looks into a failure; only where `isTold`.
  private(set) var line = ""
  var isTold = false
  private(set) var checks = 0
  private(set) var wakeRequests = 0
  private(set) var powerOffs = 0

  init(_ household: Household, dice: Dice) {
    self.household = household
    self.dice = dice
    server = SimulatedServer(bootedAt: -dice.rolled { $0.seconds(20...100_000) })
    oracle = Oracle(household.configuration)
  }

  private var configuration: Configuration { household.configuration }
  private var now: Now { server.now(at: time) }
  private var bootID: String { server.bootID }

  /// Lives until the next check, and makes it.
  mutating func step() throws {
    let before = time
    passTime()
    try rebootOrStep(since: before)
    live(since: before)
    try befall()
    check(isBusy: read(since: before))
  }

  // MARK: Time

  private mutating func passTime() {
    let mishaps = household.mishaps
    if dice.chance(mishaps.gap) {
      time += dice.seconds(2.5...12) * household.beat + dice.seconds(30...90)
    } else if dice.chance(mishaps.offBeat) {
      time += dice.seconds(1...household.beat)
    } else {
      time += household.beat + dice.pick([0, 0, 0, 1, 2])
    }
  }

  /// What happens to the server happens right after the last check, so that its clock has long been what it is.
  private mutating func rebootOrStep(since before: Seconds) throws {
    if dice.chance(household.mishaps.clockStep) { server.step(at: before, &dice) }
    if dice.chance(household.mishaps.reboot) {
      let up = time - dice.seconds(1...min(120, time - before))
      let newest = files.load(bootID: bootID).state
      server.reboot(at: up, hasClockBattery: household.hasClockBattery, &dice)
      try files.reboot(keepsRuntime: dice.chance(0.2))
      // A kill kept the newest from the disk.
      noteLoss(of: newest)
      oracle.serverWasRebooted()
      if household.sharesClock { jellyfin.awayUntil = up + dice.seconds(0...60) }
      if household.sharesClock { jellyfin.restarts = true }
    }
    server.setRight(by: before)
    if household.sharesClock { jellyfin.offset = server.offset }
    if !household.sharesClock, dice.chance(household.mishaps.clockStep) {
      jellyfin.offset += dice.pick([-3e8, -7200, 30, 7200, 3e7])
    }
  }

  private mutating func live(since before: Seconds) {
    if jellyfin.awayUntil == nil, dice.chance(household.mishaps.jellyfinAway) {
      jellyfin.awayUntil = before + dice.pick([0.5, 1, 2, 5]) * household.beat + dice.seconds(1...600)
      jellyfin.restarts = dice.chance(0.7)
    }
    if let back = jellyfin.awayUntil, back <= time {
      jellyfin.awayUntil = nil
      jellyfin.upSince = back
      if jellyfin.restarts { jellyfin.started = (back, jellyfin.offset) }
      for index in household.devices.indices where jellyfin.restarts {
        household.devices[index].comeBack(after: back, offset: jellyfin.offset, &dice)
      }
    }
    let up = jellyfin.awayUntil == nil ? jellyfin.upSince : nil
    for index in household.devices.indices {
      household.devices[index].live(until: time, jellyfinUpSince: up, offset: jellyfin.offset, &dice)
    }
    if dice.chance(household.mishaps.task) {
      jellyfin.taskUntil = time + dice.seconds(1...4) * household.beat - household.beat / 2
    }
    planRecordings()
    storage.live(until: time)
  }

  private mutating func planRecordings() {
    let clock = time + jellyfin.offset
    if let planned = jellyfin.recording, planned.end <= clock || planned.start > clock + 30 * 86400 {
      jellyfin.recording = nil
    }
    guard jellyfin.recording == nil, dice.chance(household.mishaps.recording) else { return }
    let start = clock + dice.seconds(0...5 * household.beat)
    jellyfin.recording = (start, start + dice.seconds(60...3 * household.beat + 600))
  }

  private mutating func read(since before: Seconds) -> Bool {
    let isBusy = dice.chance(household.mishaps.traffic)
    bytes += (time - before) * (isBusy ? 105 : dice.pick([0, 0, 50, 95])) * 1024
    return isBusy
  }

  // MARK: Hands and mishaps

  private mutating func befall() throws {
    if dice.chance(household.mishaps.switchByHand) {
      storage.isOn
        ? storage.enter(.off, at: time) : storage.enter(.booting, at: time, for: dice.seconds(1...600))
    }
    if dice.chance(household.mishaps.command) { command() }
    if dice.chance(0.02) { files.keepCopy() }
    guard dice.chance(household.mishaps.damage) else { return }
    let before = files.load(bootID: bootID)
    try files.damage(&dice)
    let after = files.load(bootID: bootID)
    noteLoss(of: before.state)
    if after.runtime != before.runtime { oracle.runtimeWasLost() }
  }

  private mutating func noteLoss(of newest: State) {
    let left = files.load(bootID: bootID).state
    guard left != newest else { return }
    oracle.stateWasLost(
      at: time, now, mayHold: left.hold != nil, mayOwe: left.undertaking.owed != nil)
  }

  private mutating func command() {
    let now = now
    if dice.chance(0.5) {
      let length = dice.pick([0, dice.seconds(60...30 * household.beat)])
      files.update(bootID: bootID, toDisk: true) { memory in
        memory.state.hold = length > 0 ? Hold(began: now.moment, seconds: length) : nil
      }
      oracle.noteHold(length, at: time, now)
    } else {
      askByHand(now)
    }
  }

  /// As `jod-check wake --no-wait`.
  private mutating func askByHand(_ now: Now) {
    let (configuration, time) = (configuration, time)
    let probe = configuration.isBlind ? nil : storage.probe(at: time)
    let verdict = files.update(bootID: bootID, toDisk: true) { memory in
      memory.noticeHand()
      if !configuration.isBlind { _ = memory.noticeProbe(probe, configuration, now) }
      let verdict =
        configuration.isBlind ? .send : decideWake(configuration, memory, now, isFirst: true)
      if verdict == .ready { memory.noticeServedHand(now) }
      if verdict == .send { memory.noteWakeRequest(at: now.moment) }
      return verdict
    }
    if !configuration.isBlind { oracle.noteStorage(probe, at: time) }
    oracle.noteHand(at: time)
    switch verdict {
    case .ready: oracle.noteServedHand(at: time)
    case .goingDown: oracle.noteHandWhileGoingDown()
    case .send, .wait:
      sendPacket()
      oracle.noteRequest(time, now, byHand: true)
    }
  }

  private mutating func sendPacket() {
    wakeRequests += 1
    let bootTime = dice.seconds(household.bootTime)
    if !household.isDeaf { storage.hear(at: time, bootTime: bootTime) }
  }

  // MARK: A check, as the program makes it

  private mutating func check(isBusy: Bool) {
    checks += 1
    var sight = look(isBusy: isBusy)
    var observation = observation(sight)
    let now = now
    var quiet: Set<Verdict.Question> = []
    for question in [Verdict.Question.recordings, .tasks]
    where dice.chance(2 * household.mishaps.jellyfinAway) {
      quiet.insert(question)
    }
    let (configuration, jellyfin, time) = (configuration, jellyfin, time)
    let decision = files.update(bootID: bootID, toDisk: false) { memory in
      func preview() -> Verdict {
        var memory = memory
        _ = memory.notice(observation, configuration, now)
        return decide(configuration, memory, now)
      }
      while case .ask(let questions) = preview().action {
        jellyfin.answer(questions, at: time, keepingQuietOn: quiet, &observation)
      }
      var changes = memory.notice(observation, configuration, now)
      let verdict = decide(configuration, memory, now)
      memory.noteCheck(verdict, configuration, now)
      let troubles = memory.troubles(configuration, now)
      changes += memory.begin(verdict, configuration, now)
      return Checked(
        verdict: verdict, active: memory.seen.active, memory: memory,
        events: changes.map { Event($0, configuration) }, troubles: troubles)
    }
    sight.recordingsAnswered = observation.recordings != nil && !quiet.contains(.recordings)
    sight.tasksAnswered = observation.tasks != nil && !quiet.contains(.tasks)
    reason = decision.reason
    let oracleBefore = decision.rests ? nil : oracle
    oracle.judge(sight, decision)
    // Killed between the note and the deed, or between the deed and the disk.
    if isTold { line = tell(sight, decision) }
    let isKilled = dice.chance(household.mishaps.kill)
    if isKilled, dice.chance(0.5) { return }
    act(decision, oracleBefore, isKilled: isKilled)
    if isKilled { return }
    files.update(bootID: bootID, toDisk: true) { $0.runtime.beat.note(start: now.moment.boot) }
  }

  private func tell(_ sight: Sight, _ decision: Checked) -> String {
    let people = sight.devices.map { "\($0.doing) since \(Int($0.since))" }.joined(separator: ", ")
    let probe = sight.probe.map { "\($0)" } ?? "blind"
    let clocks =
      "boot \(server.boots) up \(Int(now.uptime)) clock \(Int(server.offset)) \(Int(jellyfin.offset))"
    let active =
      oracle.verdict.map { "certain \($0.isCertain), possible \($0.isPossible)" } ?? "Jellyfin away"
    return
      "\(Int(time)): \(clocks); \(storage.phase) \(probe); \(people); \(active); \(decision.verdict.action) \(reason)"
  }

  private mutating func look(isBusy: Bool) -> Sight {
    let mishaps = household.mishaps
    let probe = dice.chance(mishaps.lostProbe) ? .silent : storage.probe(at: time)
    let isAnswered = !jellyfin.isAway(at: time) && !dice.chance(mishaps.jellyfinAway / 5)
    return Sight(
      time: time, now: now, answered: isAnswered, devicesAreRefused: dice.chance(mishaps.jellyfinAway / 5),
      isNotUnderstood: dice.chance(mishaps.jellyfinAway / 5), devices: household.devices, jellyfin: jellyfin,
      probe: configuration.storageServerAddress == nil ? nil : probe, storage: storage.phase,
      isBusyOverNFS: isBusy)
  }

  private func observation(_ sight: Sight) -> Observation {
    guard sight.answered else {
      let trouble = Trouble(.jellyfin, cause: "timeout", "Jellyfin does not answer.")
      return Observation(jellyfin: .failure(trouble), storage: sight.probe, nfsBytes: bytes)
    }
    let entries = sight.devices.map { $0.entries(at: time, offset: jellyfin.offset) }
    let sessions = entries.compactMap(\.session) + (sight.isNotUnderstood ? [.notUnderstood] : [])
    let reply = JellyfinAnswer(
      sessions: sessions, devices: sight.devicesAreRefused ? nil : entries.compactMap(\.device),
      time: SimulatedServer.epoch + time + jellyfin.offset)
    return Observation(jellyfin: .success(reply), storage: sight.probe, nfsBytes: bytes)
  }

  private mutating func act(_ decision: Checked, _ oracleBefore: Oracle?, isKilled: Bool) {
    let (configuration, now) = (configuration, now)
    if decision.sends {
      if let oracleBefore, !isKilled, dice.chance(household.mishaps.failedSend) {
        files.update(bootID: bootID, toDisk: true) { $0.settle(.stayed, configuration, now) }
        oracle.requestFailed(before: oracleBefore)
      } else {
        sendPacket()
        if !isKilled {
          files.update(bootID: bootID, toDisk: true) {
            $0.settle(.left(at: now.moment), configuration, now)
          }
        }
      }
    }
    guard decision.powersOff else { return }
    powerOffs += 1
    let outcome = powerOff()
    guard !isKilled else { return }
    files.update(bootID: bootID, toDisk: true) { _ = $0.settle(outcome, configuration, now) }
    oracle.settle(isAccepted: [.accepted, .perhaps].contains(outcome), at: time)
  }

  private mutating func powerOff() -> PowerOffOutcome {
    let isTrouble = dice.chance(household.mishaps.powerOffTrouble)
    let troubles: [PowerOffOutcome] = [.accepted, .perhaps, .busy("backup"), .failed("no route")]
    let outcome: PowerOffOutcome = isTrouble ? dice.pick(troubles) : .accepted
    guard [.accepted, .perhaps].contains(outcome), storage.isOn else { return outcome }
    if isTrouble {
      storage.enter(.hanging, at: time)
    } else {
      storage.enter(.goingDown, at: time, for: dice.seconds(5...100))
    }
    return outcome
  }
}

extension Dice {
  /// One roll of a copy: the same number will come again.
  fileprivate func rolled(_ roll: (inout Dice) -> Seconds) -> Seconds {
    var copy = self
    return roll(&copy)
  }
}
