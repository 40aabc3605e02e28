/// Which name somebody meant who wrote another one.
enum NearestName {
  /// The name that takes the fewest slips to miswrite so, or that the word begins; nil where none is near. Dashes before
  /// it and capitals do not count.
  static func of(_ word: String, among names: [String]) -> String? {
    let shape = Shape(word)
    // Longer words are nobody's slip, and cost time.
    guard (1...longest).contains(shape.count) else { return nil }
    // A check looks for every name of its environment, so most names are skipped by their shape alone.
    var nearest: (name: String, slips: Int)?
    for name in names where shape.mayBeNear(Shape(name)) {
      let (word, bare) = (bare(word), bare(name))
      let allowed = min(1 + bare.count / 5, bare.count - 1)
      let slips = bare.starts(with: word) ? 0 : slips(word, bare)
      if slips <= allowed, slips < nearest?.slips ?? .max { nearest = (name, slips) }
    }
    return nearest?.name
  }

  /// Some more than the longest name of all, a variable's.
  private static let longest = 36

  private static func bare(_ word: String) -> [Unicode.Scalar] {
    Array(word.lowercased().unicodeScalars.drop { $0 == "-" })
  }

  /// What is seen of a word at first sight.
  private struct Shape {
    /// Characters, dashes before them left out.
    var count = 0
    /// Those letters of the alphabet that it has, a bit for each.
    var letters: UInt32 = 0

    init(_ word: String) {
      for scalar in word.unicodeScalars where count > 0 || scalar != "-" {
        count += 1
        let letter = scalar.value | 0x20
        if (0x61...0x7A).contains(letter) { letters |= 1 << (letter - 0x61) }
      }
    }

    /// Each letter that one has and the other has not is a slip, and so is each character more or less, unless this begins
    /// the name.
    func mayBeNear(_ name: Shape) -> Bool {
      let limit = 1 + name.count / 5
      guard (letters & ~name.letters).nonzeroBitCount <= limit else { return false }
      // What has letters of the name alone, and fewer characters, may begin it.
      if letters & ~name.letters == 0, count < name.count { return true }
      return abs(count - name.count) <= limit && (name.letters & ~letters).nonzeroBitCount <= limit
    }
  }

  /// How many characters are left out, added, mistaken or exchanged with their neighbour: optimal string alignment.
  private static func slips(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
    // The last two rows of the table, and the one that is made of them.
    var (before, last) = (Array(0...other.count), Array(0...other.count))
    var row = last
    for i in one.indices {
      row[0] = i + 1
      for j in other.indices {
        let mistaken = last[j] + (one[i] == other[j] ? 0 : 1)
        var best = min(last[j + 1] + 1, row[j] + 1, mistaken)
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
          best = min(best, before[j - 1] + 1)
        }
        row[j + 1] = best
      }
      (before, last, row) = (last, row, before)
    }
    return last[other.count]
  }
}
