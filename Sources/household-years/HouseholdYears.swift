import Simulator

/// household-years [HOUSEHOLDS [FIRST-SEED]]: a year of each household under every policy, as a table. Shipped in no package.
@main
struct HouseholdYears {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let (count, first) = (arguments.first ?? 1000, arguments.dropFirst().first ?? 1)
    let workers = 4
    let comparison = try await withThrowingTaskGroup(of: Comparison.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var comparison = Comparison()
          for seed in first..<first + count where seed % workers == worker {
            comparison.add(try Comparison.live(seed: seed, days: 365))
          }
          return comparison
        }
      }
      return try await group.reduce(into: Comparison()) { $0.add($1) }
    }
    print("\(count) households of a year each, seeds \(first) to \(first + count - 1).\n")
    print(comparison.tables)
  }
}
