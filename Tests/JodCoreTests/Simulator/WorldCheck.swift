import Simulator

@testable import JodCore

/// A check, as the program makes it.
extension World {
  mutating func check() {
    checks += 1
    var sight = look()
    viewer.isSeen = sight.isTrafficSeen
    var observation = observation(sight)
    let now = now
    var quiet: Set<Verdict.Question> = []
    for question in [Verdict.Question.recordings, .tasks]
    where chances.jellyfin.chance(2 * household.mishaps.jellyfinAway) {
      quiet.insert(question)
    }
    if chances.jellyfin.chance(household.mishaps.startUnanswered) { quiet.insert(.startOfJellyfin) }
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
    sight.startAnswered = observation.startOfJellyfin == nil || !quiet.contains(.startOfJellyfin)
    sight.tasksAnswered = observation.tasks != nil && !quiet.contains(.tasks)
    reason = decision.reason
    let oracleBefore = decision.rests ? nil : oracle
    oracle.judge(sight, decision)
    // Killed between the note and the deed, or between the deed and the disk.
    if isTold { line = tell(sight, decision) }
    let isKilled = chances.files.chance(household.mishaps.kill)
    if isKilled, chances.files.chance(0.5) { return }
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

  /// What a probe finds at this moment, if it is not lost.
  func probe() -> Probe { isDark ? .silent : storage.probe(at: time) }

  mutating func look() -> Sight {
    let mishaps = household.mishaps
    let probe = chances.network.chance(mishaps.lostProbe) ? .silent : probe()
    let isResolved = configuration.storageServerAddress != nil && !chances.network.chance(mishaps.unresolved)
    // Slow polls and errors are as good as no answer. Behind the switch, where it does not run on this machine, it is away.
    let isReached = household.sharesClock || !isDark
    let rate = mishaps.jellyfinAway / 5
    let isAnswered = isReached && !jellyfin.isAway(at: time) && !chances.jellyfin.chance(rate)
    return Sight(
      time: time, now: now, answered: isAnswered, devicesAreRefused: chances.jellyfin.chance(rate),
      isNotUnderstood: chances.jellyfin.chance(rate), devices: household.devices, jellyfin: jellyfin,
      probe: isResolved ? probe : nil, storage: storage.phase,
      isTrafficSeen: !chances.network.chance(mishaps.unseenTraffic))
  }

  func reading(_ sight: Sight) -> TrafficReading {
    let flow = TrafficReading.Flow(id: "\(viewer.connection)", port: 445, bytes: viewer.bytes)
    return TrafficReading([flow], unseen: sight.isTrafficSeen ? nil : .connections(.tooMany))
  }

  mutating func observation(_ sight: Sight) -> Observation {
    guard sight.answered else {
      let cause = chances.jellyfin.pick(["timeout", "refused", "500", "503"])
      let trouble = Trouble(.jellyfin, cause: cause, "Jellyfin does not answer.")
      return Observation(jellyfin: .failure(trouble), storage: sight.probe, traffic: reading(sight))
    }
    let entries = sight.devices.map { $0.entries(at: time, offset: jellyfin.offset) }
    let sessions = entries.compactMap(\.session) + (sight.isNotUnderstood ? [.notUnderstood] : [])
    let reply = JellyfinAnswer(
      sessions: sessions, devices: sight.devicesAreRefused ? nil : entries.compactMap(\.device),
      time: SimulatedServer.epoch + time + jellyfin.offset)
    return Observation(jellyfin: .success(reply), storage: sight.probe, traffic: reading(sight))
  }

  private mutating func act(_ decision: Checked, _ oracleBefore: Oracle?, isKilled: Bool) {
    let (configuration, now) = (configuration, now)
    if decision.sends {
      if let oracleBefore, !isKilled, chances.network.chance(household.mishaps.failedSend) {
        let trouble = Trouble(.packet, cause: "101", "It did not leave.")
        files.update(bootID: bootID, toDisk: true) { $0.settle(.stayed(trouble), configuration, now) }
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

  mutating func powerOff() -> PowerOffOutcome {
    // Nothing gets through.
    if isDark, storage.isOn { return .failed("no route") }
    let isTrouble = chances.outcomes.chance(household.mishaps.powerOffTrouble)
    let troubles: [PowerOffOutcome] = [.accepted, .perhaps, .busy("backup"), .failed("no route")]
    let outcome: PowerOffOutcome = isTrouble ? chances.outcomes.pick(troubles) : .accepted
    guard [.accepted, .perhaps].contains(outcome), storage.isOn else { return outcome }
    if isTrouble {
      storage.enter(.hanging, at: time)
    } else {
      let isBack = chances.outcomes.chance(household.mishaps.comeback)
      let pause = chances.outcomes.seconds(chances.outcomes.pick([1...30, 60...900, 900...30_000]))
      storage.isBackAfter = isBack ? (pause, chances.outcomes.seconds(household.bootTime)) : nil
      storage.enter(.goingDown, at: time, for: chances.outcomes.seconds(5...100))
    }
    return outcome
  }
}
