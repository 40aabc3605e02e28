/// Which name somebody meant who wrote another one.
enum NearestName {
  /// The name that takes the fewest slips to miswrite so, or that the word begins; nil where none is near. Dashes before
  /// it and capitals do not count.
  static func of(_ word: String, among names: [String]) -> String? {
    let word = bare(word)
    // Longer words are nobody's slip, and cost time.
    guard (1...longest).contains(word.count) else { return nil }
    let near = names.map { (name: $0, bare: bare($0)) }.map { name, bare in
      let allowed = min(1 + bare.count / 5, bare.count - 1)
      // Each character more or less is a slip, so most names need no closer look.
      let isFar = abs(word.count - bare.count) > allowed
      let slips = bare.starts(with: word) ? 0 : isFar ? Int.max : slips(word, bare)
      return (name: name, slips: slips, allowed: allowed)
    }
    return near.filter { $0.slips <= $0.allowed }.min { $0.slips < $1.slips }?.name
  }

  /// Some more than the longest name of all, a variable's.
  private static let longest = 36

  private static func bare(_ word: String) -> [Character] { Array(word.lowercased().drop { $0 == "-" }) }

  /// How many characters are left out, added, mistaken or exchanged with their neighbour: optimal string alignment.
  private static func slips(_ one: [Character], _ other: [Character]) -> Int {
    var rows = [Array(0...other.count)]
    for i in one.indices {
      var row = [i + 1]
      for j in other.indices {
        let mistaken = rows[i][j] + (one[i] == other[j] ? 0 : 1)
        var best = min(rows[i][j + 1] + 1, row[j] + 1, mistaken)
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
          best = min(best, rows[i - 1][j - 1] + 1)
        }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[one.count][other.count]
  }
}
