import Testing

@testable import JodCore

/// What simulated years brought to light, each told again as a short story.
@Suite("Found by simulation")
struct FoundBySimulationTests {
  @Test("a clock set years forward makes no pause longer than it is", arguments: [600, 7200, 3e8])
  func pauseAcrossClockStep(_ step: Seconds) {
    var (memory, spent) = (ActivityMemory(), SpentBrowsing())
    func active(_ boot: Seconds, clock: Seconds, pausedFor told: Seconds) -> [ActiveSession] {
      let time = jellyfinTime + clock
      let reply = answer([pausedPlayer(for: told, at: time)], at: time)
      return ActivityJudge(configuration: configuration(), answer: reply, boot: boot).active(
        &memory, spent: &spent)
    }
    #expect(active(10_000, clock: 0, pausedFor: 60).count == 1)
    // Jellyfin's stamp is of before, so the pause looks as long as the step.
    #expect(active(10_030, clock: 30 + step, pausedFor: 90 + step).count == 1)
    #expect(active(11_739, clock: 1739 + step, pausedFor: 1799 + step).count == 1)
    #expect(active(11_740, clock: 1740 + step, pausedFor: 1800 + step) == [])
  }

  @Test(
    "idleness does not begin with a check that knew nothing, not even with the one that tells of a hanging shutdown"
  )
  func hangingWhileJellyfinIsAway() {
    var story = Story(configuration(["SHUTDOWN_COMMAND": "/bin/off", "COOLDOWN_TIME": "120s"]))
    story.check(.nobody, storage: .ready)
    story.memory.notePowerOff(at: story.moment, .accepted)
    story.checks(for: 150, .nobody, storage: .ready)
    let decision = story.check(.jellyfinAway, storage: .ready)
    #expect(decision.event(.powerOffFailed) != nil)
    #expect(story.memory.runtime.idle == nil)
    story.check(.nobody, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == 0)
  }

  @Test(
    "a paused tab of a server that does not tell since when comes back unnoticed, however rare the checks")
  func pausedTabAfterRestart() {
    var (memory, spent) = (ActivityMemory(), SpentBrowsing())
    let rare = configuration(["CHECK_INTERVAL": "5min"])
    func active(_ boot: Seconds, _ sessions: [SessionEntry]) -> [ActiveSession] {
      let reply = answer(sessions, at: jellyfinTime + boot)
      return ActivityJudge(configuration: rare, answer: reply, boot: boot).active(
        &memory, spent: &spent)
    }
    memory.jellyfin.recover(at: jellyfinTime + 10_000)
    #expect(active(10_000, []) == [])
    #expect(active(10_300, [pausedPlayer(for: nil, at: jellyfinTime + 10_300)]).map(\.wakes) == [false])
    #expect(active(10_600, [pausedPlayer(for: nil, at: jellyfinTime + 10_600)]).map(\.wakes) == [false])
  }

  @Test(
    "a paused tab that came back long before a check found Jellyfin back wakes nothing",
    arguments: [100, 300])
  func pausedTabBeforeRecovery(_ pause: Seconds) {
    var (memory, spent) = (ActivityMemory(), SpentBrowsing())
    memory.jellyfin.recover(at: jellyfinTime)
    let judge = ActivityJudge(
      configuration: configuration(["CHECK_INTERVAL": "5min"]), answer: answer([pausedPlayer(for: pause)]),
      boot: 10_000)
    #expect(judge.active(&memory, spent: &spent).map(\.wakes) == [false])
  }

  @Test(
    "a paused tab wakes nothing after two restarts in half an hour, where nobody tells since when")
  func pausedTabAfterTwoRestarts() {
    var (memory, spent) = (ActivityMemory(), SpentBrowsing())
    func wakes(_ boot: Seconds) -> [Bool] {
      let time = jellyfinTime + boot
      let reply = answer([pausedPlayer(for: nil, at: time)], at: time)
      return ActivityJudge(configuration: configuration(), answer: reply, boot: boot).active(
        &memory, spent: &spent
      ).map(
        \.wakes)
    }
    memory.jellyfin.recover(at: jellyfinTime + 10_000)
    #expect(wakes(10_030) == [false])
    memory.jellyfin.recover(at: jellyfinTime + 11_300)
    #expect(wakes(11_300) == [false])
  }

  @Test("a storage server of which nothing is known, because its name does not resolve, is not said to hang")
  func unresolvedWhileStopping() {
    var story = Story(configuration(["SHUTDOWN_COMMAND": "/bin/off"]))
    story.check(.nobody, storage: .ready)
    story.memory.notePowerOff(at: story.moment, .accepted)
    let decisions = story.checks(for: 600, .nobody, storage: nil)
    #expect(decisions.allSatisfy { $0.event(.powerOffFailed) == nil })
    #expect(story.memory.state.counters.failedPowerOffs == 0)
    // As soon as it is found silent twice, it is down.
    story.checks(for: 60, .nobody, storage: .silent)
    #expect(story.memory.state.storage.known == .down)
    #expect(story.memory.state.undertaking.stopping == nil)
  }
}
