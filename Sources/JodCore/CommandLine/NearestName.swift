/// Which name somebody meant who wrote another one.
enum NearestName {
  /// The name that takes the fewest slips to miswrite so, or that the word begins; nil where none is near. Dashes before
  /// it and capitals do not count.
  static func of(_ word: String, among names: [String]) -> String? {
    let letters = letters(word)
    let word = bare(word)
    // Longer words are nobody's slip, and cost time.
    guard (1...longest).contains(word.count) else { return nil }
    // A check looks for every name of its environment, so most names are passed over by their letters alone.
    let candidates = names.filter { mayBeNear(letters, of: word.count, $0) }
    let near = candidates.map { (name: $0, bare: bare($0)) }.map { name, bare in
      let allowed = min(1 + bare.count / 5, bare.count - 1)
      // Each character more or less is a slip, so most names need no closer look.
      let isFar = abs(word.count - bare.count) > allowed
      let slips = bare.starts(with: word) ? 0 : isFar ? Int.max : slips(word, bare, limit: allowed)
      return (name: name, slips: slips, allowed: allowed)
    }
    return near.filter { $0.slips <= $0.allowed }.min { $0.slips < $1.slips }?.name
  }

  /// Some more than the longest name of all, a variable's.
  private static let longest = 36

  /// Each letter that one has and the other has not is a slip, unless the word begins the name.
  private static func mayBeNear(_ letters: UInt32, of count: Int, _ name: String) -> Bool {
    let (others, limit) = (Self.letters(name), 1 + name.utf8.count / 5)
    if (letters & ~others).nonzeroBitCount > limit { return false }
    return (others & ~letters).nonzeroBitCount <= limit || count < name.utf8.count
  }

  /// Those of the alphabet that a word has, a bit for each.
  private static func letters(_ word: String) -> UInt32 {
    word.utf8.reduce(0) { set, byte in
      let letter = byte | 0x20
      return (0x61...0x7A).contains(letter) ? set | 1 << UInt32(letter - 0x61) : set
    }
  }

  private static func bare(_ word: String) -> [Character] { Array(word.lowercased().drop { $0 == "-" }) }

  /// How many characters are left out, added, mistaken or exchanged with their neighbour: optimal string alignment. Any
  /// number above the limit, where it is above.
  private static func slips(_ one: [Character], _ other: [Character], limit: Int) -> Int {
    var (before, last) = ([Int](), Array(0...other.count))
    for i in one.indices {
      var row = [i + 1]
      row.reserveCapacity(other.count + 1)
      for j in other.indices {
        let mistaken = last[j] + (one[i] == other[j] ? 0 : 1)
        var best = min(last[j + 1] + 1, row[j] + 1, mistaken)
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
          best = min(best, before[j - 1] + 1)
        }
        row.append(best)
      }
      // It never gets better than in the last two rows.
      if let least = row.min(), let earlier = last.min(), min(least, earlier) > limit { return limit + 1 }
      (before, last) = (last, row)
    }
    return last[other.count]
  }
}
