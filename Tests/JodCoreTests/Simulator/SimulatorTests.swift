import FoundationEssentials
import Simulator
import Testing

@testable import JodCore

@Suite("Simulated years")
struct SimulatorTests {
  struct Tally: Sendable {
    var seconds: Seconds = 0
    var checks = 0
    var wakeRequests = 0
    var powerOffs = 0
    var failures: [String] = []
  }

  /// Thousands of households, 1,000 years together; `JOD_SEED=7` runs the seventh alone.
  @Test("no household in a thousand years meets what must never happen")
  func households() async throws {
    let alone = ProcessInfo.processInfo.environment["JOD_SEED"].flatMap { Int($0) }
    let seeds = alone.map { $0...$0 } ?? 1...1650
    let workers = 4
    let tally = try await withThrowingTaskGroup(of: Tally.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var tally = Tally()
          for seed in seeds where seed % workers == worker {
            try Self.live(seed, &tally, isTold: alone != nil)
          }
          return tally
        }
      }
      return try await group.reduce(into: Tally()) { sum, part in
        sum.seconds += part.seconds
        sum.checks += part.checks
        sum.wakeRequests += part.wakeRequests
        sum.powerOffs += part.powerOffs
        sum.failures += part.failures
      }
    }
    let years = tally.seconds / (365.25 * 86400)
    print(
      "\(seeds.count) households lived \(Int(years)) years: \(tally.checks) checks,",
      "\(tally.wakeRequests) wake requests, \(tally.powerOffs) power-offs")
    for failure in tally.failures.prefix(200) { Issue.record("\(failure)") }
    #expect(tally.failures.count == 0)
    if alone == nil { #expect(years >= 1000) }
  }

  /// Asleep: a tab left open, and a paused one of either kind of server, which come back by themselves every night.
  @Test("nobody awake, a nightly restart of Jellyfin wakes nothing", arguments: [30, 90, 300], 1...6)
  func nightlyRestarts(_ beat: Seconds, _ seed: Int) throws {
    var dice = Dice(seed: seed, "nights")
    var household = Household(seed: seed)
    household.configuration = configuration([
      "CHECK_INTERVAL": "\(Int(beat))", "SHUTDOWN_COMMAND": "/bin/off",
    ])
    (household.beat, household.mishaps) = (beat, Household.Mishaps())
    (household.bootTime, household.isDeaf) = (20...100, false)
    household.devices = [SimulatedDevice.Doing.tabOpen, .paused, .paused].enumerated().map { number, doing in
      var device = SimulatedDevice(number, seed: seed, tellsPause: number == 1)
      (device.doing, device.until, device.paused) = (doing, .infinity, -10_000)
      device.touched = -10_000
      return device
    }
    var world = World(household, seed: seed)
    // The first evening: a pause of which nobody tells since when counts from its first sight.
    while world.time < 4 * 3600 { try world.step() }
    let before = world.wakeRequests
    #expect(before > 0)
    for _ in 1...20 {
      while dice.chance(1 - beat / 3600) { try world.step() }
      world.jellyfin.awayUntil = world.time + beat + dice.seconds(60...300)
      world.jellyfin.restarts = true
      for _ in 0..<40 { try world.step() }
    }
    #expect(world.oracle.violations == [])
    #expect(world.wakeRequests == before)
  }

  private static func live(_ seed: Int, _ tally: inout Tally, isTold: Bool) throws {
    let household = Household(seed: seed)
    var world = World(household, seed: seed)
    world.isTold = isTold
    for step in 1...household.checks {
      try world.step()
      if isTold { print(step, world.line) }
      guard let violation = world.oracle.violations.first else { continue }
      tally.failures.append("JOD_SEED=\(seed), step \(step): \(violation); because \(world.reason)")
      break
    }
    tally.seconds += world.time
    tally.checks += world.checks
    tally.wakeRequests += world.wakeRequests
    tally.powerOffs += world.powerOffs
  }
}
