import JodCore

/// Every policy in every household, on the very same seeds.
public struct Comparison: Sendable {
  /// In the order of the table. A policy more is a line here, and a file of its own.
  public static let policies: [any Policy.Type] = [
    ThisProgram.self, WakeOnAccess.self, WakeOnAccessWithoutScans.self, PollOfSessions.self,
    PollOfPlayers.self, IdleDaemon.self, AlwaysOn.self,
  ]

  public var names: [String] { Self.policies.map { $0.name } }
  public private(set) var ledgers = Self.policies.map { _ in Ledger() }

  public init() {}

  /// One household under every policy.
  public static func live(seed: Int, days: Int) throws -> [Ledger] {
    let home = Home(seed: seed, days: days)
    let needs = try ledger(AlwaysOn.self, home).needs
    let least = Ledger.leastOn(
      needs, boot: home.bootTime, shutdown: home.shutdownTime, until: home.calendar.end)
    return try policies.map { policy in
      var ledger = try ledger(policy, home)
      ledger.leastOn = least
      return ledger
    }
  }

  private static func ledger<Decider: Policy>(_ policy: Decider.Type, _ home: Home) throws -> Ledger {
    var year = try Year<Decider>(home)
    return year.live()
  }

  public mutating func add(_ household: [Ledger]) {
    for (index, ledger) in household.enumerated() { ledgers[index].add(ledger) }
  }

  public mutating func add(_ other: Comparison) { add(other.ledgers) }
}
