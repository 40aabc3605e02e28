import Simulator

/// household-years [HOUSEHOLDS [FIRST-SEED]]: a year of each household under every policy, as Markdown. Shipped in no package.
@main
struct HouseholdYears {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    let (count, first) = (arguments.first ?? 1000, arguments.dropFirst().first ?? 1)
    let comparison = try await lived(first..<first + count)
    print("\(count) households of a year each, seeds \(first) to \(first + count - 1).\n")
    print(comparison.tables)
  }

  private static func lived(_ seeds: Range<Int>) async throws -> Comparison {
    let workers = 4
    return try await withThrowingTaskGroup(of: Comparison.self) { group in
      for worker in 0..<workers {
        group.addTask {
          var comparison = Comparison()
          for seed in seeds where seed % workers == worker {
            comparison.add(try Comparison.live(seed: seed, days: 365))
          }
          return comparison
        }
      }
      var sum = Comparison()
      for try await part in group { sum.add(part) }
      return sum
    }
  }
}
