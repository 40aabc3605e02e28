import Simulator

@testable import JodCore

/// What kind of household a seed makes. Its people, machines and mishaps all live by its beat, so that one that is
/// checked twice a day lives as much between two checks as one that is checked every 30 seconds.
struct Household {
  /// How often a thing happens, as its chance at every beat.
  struct Mishaps {
    var reboot = 0.0
    var clockStep = 0.0
    var gap = 0.0
    var jellyfinAway = 0.0
    var lostProbe = 0.0
    var switchByHand = 0.0
    var damage = 0.0
    var kill = 0.0
    var task = 0.0
    var recording = 0.0
    var traffic = 0.0
    /// The kernel does not tell this machine's connections.
    var unseenTraffic = 0.0
    var command = 0.0
    var offBeat = 0.0
    var powerOffTrouble = 0.0
    var failedSend = 0.0
    /// A switch starts anew: for 40 seconds nothing reaches the storage server, nor a Jellyfin on another machine.
    var switchReboot = 0.0
    /// A webhook fires again and again, and each time a check follows.
    var burst = 0.0
    /// The storage server's name does not resolve, and never has.
    var unresolved = 0.0
    /// Jellyfin does not say when it started.
    var startUnanswered = 0.0
    /// Jellyfin starts anew between two checks, as many do every night.
    var restart = 0.0
    /// Of all power-offs: the machine is on again by itself.
    var comeback = 0.0
  }

  var configuration: Configuration
  var beat: Seconds
  var checks: Int
  var mishaps = Mishaps()
  var devices: [SimulatedDevice]
  /// Whether Jellyfin's clock is this machine's, as where both run on it.
  var sharesClock = true
  var hasClockBattery = true
  var isDeaf = false
  var bootTime: ClosedRange<Seconds>

  /// The household of a seed.
  init(seed: Int) {
    var dice = Dice(seed: seed, "household")
    // Most live in slow motion, checked every other day: a year of 30-second checks has a million of them.
    let kind = dice.index(below: 10)
    beat = kind < 8 ? dice.seconds(24...48) * 3600 : dice.pick([30, 30, 60, 300, 900, 1800, 3600])
    checks = 200
    let blind = dice.chance(0.15)
    var variables = [
      "CHECK_INTERVAL": "\(Int(beat))",
      "PACKET_COOLDOWN_TIME": "\(Int(dice.pick([0.5, 0.9, 1, 2, 3.3]) * beat) + Int(dice.seconds(1...90)))",
      "COOLDOWN_TIME": "\(Int(dice.pick([1.5, 3, 5, 10, 20]) * beat) + 200)",
      "WAKE_TIMEOUT": "\(Int(dice.pick([1, 3, 6]) * beat) + 60)",
      "BROWSING_LIMIT": dice.pick([0, 8, 15]).scaled(by: beat),
      "PAUSE_LIMIT": dice.pick([0, 4, 12]).scaled(by: beat),
      "MANUAL_START_HOLD": dice.pick([0, 6, 15, 30]).scaled(by: beat),
      "WAKE_FOR_RECORDINGS": dice.pick(["yes", "yes", "no"]),
      "IGNORE_DEVICES": "robot*",
      "SHUTDOWN_COMMAND": "/bin/off",
    ]
    if blind { variables["STORAGE_SERVER_ADDRESS"] = "" }
    if dice.chance(0.05) { variables["SHUTDOWN_COMMAND"] = "" }
    configuration = JodCoreTests.configuration(variables)
    bootTime = dice.chance(0.8) ? 20...max(60, 0.8 * beat) : beat...3 * beat
    isDeaf = dice.chance(0.03)
    sharesClock = dice.chance(0.7)
    hasClockBattery = dice.chance(0.5)
    let people = dice.index(below: 4)
    devices = []
    for number in 0..<people {
      devices.append(
        SimulatedDevice(
          number, seed: seed, isIgnored: dice.chance(0.15), tellsPause: dice.chance(0.7),
          pace: beat * dice.pick([1, 3, 10])))
    }
    // One that IGNORE_DEVICES names, or one that nobody has thought of.
    if dice.chance(0.2) {
      devices.append(
        SimulatedDevice(people, seed: seed, isIgnored: dice.chance(0.6), isRobot: true, tellsPause: true))
    }
    mishaps = Self.mishaps(seed: seed)
  }

  private static func mishaps(seed: Int) -> Mishaps {
    var dice = Dice(seed: seed, "mishaps")
    var mishaps = Mishaps()
    // Each kind of trouble is a stranger to many households, or calm would never last long enough to be tested.
    func rate(_ chance: Double, _ dice: inout Dice) -> Double { dice.pick([0, 0, 0.3, 1, 3]) * chance }
    mishaps.reboot = rate(0.01, &dice)
    mishaps.clockStep = rate(0.01, &dice)
    mishaps.gap = rate(0.01, &dice)
    mishaps.jellyfinAway = rate(0.015, &dice)
    mishaps.lostProbe = rate(0.02, &dice)
    mishaps.switchByHand = rate(0.01, &dice)
    mishaps.damage = rate(0.005, &dice)
    mishaps.kill = rate(0.01, &dice)
    mishaps.task = rate(0.02, &dice)
    mishaps.recording = rate(0.01, &dice)
    mishaps.traffic = rate(0.03, &dice)
    mishaps.command = rate(0.01, &dice)
    mishaps.offBeat = rate(0.1, &dice)
    mishaps.powerOffTrouble = rate(0.2, &dice)
    mishaps.failedSend = rate(0.02, &dice)
    mishaps.switchReboot = rate(0.01, &dice)
    mishaps.burst = rate(0.01, &dice)
    mishaps.unresolved = rate(0.01, &dice)
    mishaps.startUnanswered = rate(0.05, &dice)
    mishaps.restart = rate(0.05, &dice)
    mishaps.comeback = rate(0.1, &dice)
    mishaps.unseenTraffic = rate(0.01, &dice)
    return mishaps
  }
}

extension Int {
  /// A duration as an administrator writes it; zero stays zero, which means none or no limit.
  fileprivate func scaled(by beat: Seconds) -> String { self == 0 ? "0" : "\(self * Int(beat) + 100)" }
}
