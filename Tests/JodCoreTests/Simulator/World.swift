import Simulator

@testable import JodCore

/// A household in motion: two servers, Jellyfin and people, jod-check as its program drives it, and an oracle that
/// watches.
struct World {
  /// Each source of chance throws dice of its own, so that one more throw of one moves no other. Devices have theirs.
  struct Chances {
    var timing, clocks, jellyfin, plans, hands, network, files, outcomes: Dice

    init(seed: Int) {
      timing = Dice(seed: seed, "timing")
      clocks = Dice(seed: seed, "clocks")
      jellyfin = Dice(seed: seed, "Jellyfin")
      plans = Dice(seed: seed, "plans")
      hands = Dice(seed: seed, "hands")
      network = Dice(seed: seed, "network")
      files = Dice(seed: seed, "files")
      outcomes = Dice(seed: seed, "outcomes")
    }
  }

  var household: Household
  var chances: Chances
  var time: Seconds = 0
  var server: SimulatedServer
  var jellyfin = SimulatedJellyfin()
  var storage = SimulatedStorage()
  var files = SimulatedFiles()
  var oracle: Oracle
  var viewer = SimulatedViewer()
  /// Checks of a burst of webhooks that are still to come.
  private var burst = 0
  /// Until when a switch that starts anew lets nothing through.
  var switchIsBackAt = -Seconds.infinity
  /// Why the last check decided as it did, in its own words.
  var reason = ""
  /// The last check in a line, for a developer who looks into a failure; only where `isTold`.
  var line = ""
  var isTold = false
  var checks = 0
  var wakeRequests = 0
  var powerOffs = 0

  init(_ household: Household, seed: Int) {
    self.household = household
    chances = Chances(seed: seed)
    server = SimulatedServer(bootedAt: -chances.clocks.seconds(20...100_000))
    oracle = Oracle(household.configuration)
  }

  var configuration: Configuration { household.configuration }
  var now: Now { server.now(at: time) }
  var bootID: String { server.bootID }
  var isDark: Bool { time < switchIsBackAt }

  /// Lives until the next check, and makes it.
  mutating func step() throws {
    let before = time
    passTime()
    try rebootOrStep(since: before)
    live(since: before)
    try befall()
    let crossed = viewer.live(from: before, to: time, household, &chances.plans)
    oracle.noteTraffic(from: before, to: time, bytes: crossed)
    check()
  }

  // MARK: Time

  private mutating func passTime() {
    let mishaps = household.mishaps
    // A webhook comes faster than anybody can act; an exact fraction, so that no clock rounds it.
    if burst == 0, chances.timing.chance(mishaps.burst) { burst = Int(chances.timing.seconds(2...12)) }
    if burst > 0 {
      burst -= 1
      time += 1.25
    } else if chances.timing.chance(mishaps.gap) {
      time += chances.timing.seconds(2.5...12) * household.beat + chances.timing.seconds(30...90)
    } else if chances.timing.chance(mishaps.offBeat) {
      time += chances.timing.seconds(1...household.beat)
    } else {
      time += household.beat + chances.timing.pick([0, 0, 0, 1, 2])
    }
  }

  /// What happens to the server happens right after the last check, so that its clock has long been what it is.
  private mutating func rebootOrStep(since before: Seconds) throws {
    if chances.clocks.chance(household.mishaps.clockStep) { server.step(at: before, &chances.clocks) }
    if chances.clocks.chance(household.mishaps.reboot) {
      let up = time - chances.clocks.seconds(1...min(120, time - before))
      let newest = files.load(bootID: bootID).state
      server.reboot(at: up, hasClockBattery: household.hasClockBattery, &chances.clocks)
      try files.reboot(keepsRuntime: chances.clocks.chance(0.2))
      // A kill kept the newest from the disk.
      noteLoss(of: newest)
      oracle.serverWasRebooted()
      if household.sharesClock { jellyfin.awayUntil = up + chances.clocks.seconds(0...60) }
      if household.sharesClock { jellyfin.restarts = true }
    }
    server.setRight(by: before)
    if household.sharesClock { jellyfin.offset = server.offset }
    if !household.sharesClock, chances.clocks.chance(household.mishaps.clockStep) {
      jellyfin.offset += chances.clocks.pick([-3e8, -7200, 30, 7200, 3e7])
    }
  }

  private mutating func live(since before: Seconds) {
    liveAtJellyfin(since: before)
    let up = jellyfin.awayUntil == nil ? jellyfin.upSince : nil
    for index in household.devices.indices {
      household.devices[index].live(until: time, jellyfinUpSince: up, offset: jellyfin.offset)
    }
    if chances.plans.chance(household.mishaps.task) {
      jellyfin.taskUntil = time + chances.plans.seconds(1...4) * household.beat - household.beat / 2
    }
    planRecordings()
    storage.live(until: time)
    // The check falls into the forty seconds somewhere.
    if chances.network.chance(household.mishaps.switchReboot) {
      switchIsBackAt = time + chances.network.seconds(1...40)
    }
  }

  private mutating func liveAtJellyfin(since before: Seconds) {
    let mishaps = household.mishaps
    if jellyfin.awayUntil == nil, chances.jellyfin.chance(mishaps.jellyfinAway) {
      jellyfin.awayUntil =
        before + chances.jellyfin.pick([0.5, 1, 2, 5]) * household.beat + chances.jellyfin.seconds(1...600)
      jellyfin.restarts = chances.jellyfin.chance(0.7)
    } else if jellyfin.awayUntil == nil, chances.jellyfin.chance(mishaps.restart) {
      // No check sees that it was away; what it finds are apps that have just come back.
      jellyfin.awayUntil = max(before, time - chances.jellyfin.seconds(0...min(300, time - before)))
      jellyfin.restarts = true
    }
    guard let back = jellyfin.awayUntil, back <= time else { return }
    jellyfin.awayUntil = nil
    jellyfin.upSince = back
    guard jellyfin.restarts else { return }
    jellyfin.started = (back, jellyfin.offset)
    for index in household.devices.indices {
      // What they did until then, Jellyfin has forgotten.
      household.devices[index].live(until: back, jellyfinUpSince: nil, offset: jellyfin.offset)
      household.devices[index].comeBack(after: back, offset: jellyfin.offset)
    }
  }

  private mutating func planRecordings() {
    let clock = time + jellyfin.offset
    if let planned = jellyfin.recording, planned.end <= clock || planned.start > clock + 30 * 86400 {
      jellyfin.recording = nil
    }
    guard jellyfin.recording == nil, chances.plans.chance(household.mishaps.recording) else { return }
    let start = clock + chances.plans.seconds(0...5 * household.beat)
    jellyfin.recording = (start, start + chances.plans.seconds(60...3 * household.beat + 600))
  }
}
