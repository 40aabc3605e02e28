import Simulator

@testable import JodCore

/// What hands and mishaps do to a household between two checks.
extension World {
  mutating func befall() throws {
    if chances.hands.chance(household.mishaps.switchByHand) { pressButton() }
    if chances.hands.chance(household.mishaps.command) { command() }
    if chances.files.chance(0.02) { files.keepCopy() }
    guard chances.files.chance(household.mishaps.damage) else { return }
    let before = files.load(bootID: bootID)
    try files.damage(&chances.files)
    let after = files.load(bootID: bootID)
    noteLoss(of: before.state)
    if after.runtime != before.runtime { oracle.runtimeWasLost() }
  }

  /// The power button, which is heard and obeyed, or the plug.
  private mutating func pressButton() {
    storage.isBackAfter = nil
    guard storage.isOn else { return storage.enter(.booting, at: time, for: chances.hands.seconds(1...600)) }
    if storage.phase == .ready, chances.hands.chance(0.5) {
      storage.enter(.goingDown, at: time, for: chances.hands.seconds(5...100))
    } else {
      storage.enter(.off, at: time)
    }
  }

  mutating func noteLoss(of newest: State) {
    guard files.load(bootID: bootID).state != newest else { return }
    oracle.stateWasLost(at: time, now)
  }

  private mutating func command() {
    let now = now
    if chances.hands.chance(0.3) {
      sleepByForce(now)
    } else if chances.hands.chance(0.5) {
      let length = chances.hands.pick([0, chances.hands.seconds(60...30 * household.beat)])
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
    let probe = configuration.isBlind ? nil : probe()
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

  /// As `jod-check sleep --force`, without the time that it takes.
  private mutating func sleepByForce(_ now: Now) {
    let (configuration, sight) = (configuration, look())
    var memory = files.load(bootID: bootID)
    _ = memory.notice(observation(sight), configuration, now)
    memory.noteTraffic(from: reading(sight), to: reading(sight), in: 1)
    let present = memory.seen.active ?? memory.runtime.lastCheck?.active ?? []
    let objections = decidePowerOff(configuration, memory, now, urgency: .forced).objections
    oracle.judgeForcedSleep(sight, isDone: objections.isEmpty)
    guard objections.isEmpty else { return }
    files.update(bootID: bootID, toDisk: true) { memory in
      _ = memory.beginPowerOff(idle: nil, at: now.moment)
      memory.dismiss(present)
    }
    powerOffs += 1
    let outcome = powerOff()
    files.update(bootID: bootID, toDisk: true) { _ = $0.settle(outcome, configuration, now) }
    oracle.settle(isAccepted: [.accepted, .perhaps].contains(outcome), at: time)
  }

  mutating func sendPacket() {
    wakeRequests += 1
    let bootTime = chances.network.seconds(household.bootTime)
    if !household.isDeaf, !isDark { storage.hear(at: time, bootTime: bootTime) }
  }
}
