import JodCore

/// Every policy in every household, on the very same seeds.
public struct Comparison: Sendable {
  /// In the order of the table. A policy more is a line here, and a file of its own.
  public static let policies: [any Policy.Type] = [
    ThisProgram.self, PollOfSessions.self, PollOfPlayers.self, IdleDaemon.self, AlwaysOn.self,
  ]

  public var names: [String] { Self.policies.map { $0.name } }
  public private(set) var accounts = Self.policies.map { _ in Account() }

  public init() {}

  /// One household under every policy.
  public static func live(seed: Int, days: Int) throws -> [Account] {
    let home = Home(seed: seed, days: days)
    let needs = try account(AlwaysOn.self, home).needs
    let least = Account.leastOn(
      needs, boot: home.bootTime, shutdown: home.shutdownTime, until: home.calendar.end)
    return try policies.map { policy in
      var account = try account(policy, home)
      account.leastOn = least
      return account
    }
  }

  private static func account<Decider: Policy>(_ policy: Decider.Type, _ home: Home) throws -> Account {
    var year = try Year<Decider>(home)
    return year.live()
  }

  public mutating func add(_ household: [Account]) {
    for (index, account) in household.enumerated() { accounts[index].add(account) }
  }

  public mutating func add(_ other: Comparison) { add(other.accounts) }
}
