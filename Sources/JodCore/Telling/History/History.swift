/// What `history.jsonl` tells, in the order in which it happened.
///
/// The wall clock of a machine without a clock battery may be years off until it is set. Within one boot the boot clock
/// tells how far apart two entries are, and the last entry of a boot has had the most time to get its wall clock right; so
/// all of a boot are dated by that. What then still contradicts the others is left out.
public struct History: Hashable, Sendable {
  public struct Record: Hashable, Sendable {
    /// When it happened, by the wall clock as far as that can be told.
    public var at: Seconds
    public var entry: HistoryEntry
  }

  public let records: [Record]

  /// Reads lines of JSON. What is no entry is skipped: a power cut may have torn a line, and a hand may have been at work.
  public init(lines bytes: some Sequence<UInt8>, now: Now) {
    let entries = Array(bytes).split(separator: UInt8(ascii: "\n")).compactMap { line in
      line.count <= Self.lineLimit ? try? HistoryEntry(bytes: Array(line)) : nil
    }
    self.init(entries, now: now)
  }

  /// Far more than any line of ours.
  private static let lineLimit = 64 << 10

  public init(_ entries: [HistoryEntry], now: Now) {
    let dated = Self.dated(entries, now: now).filter { $0.at <= now.moment.wall + 1 }
    records = Self.longestInOrder(dated)
  }

  // MARK: Dates

  private static func dated(_ entries: [HistoryEntry], now: Now) -> [Record] {
    var records: [Record] = []
    var rest = entries.filter { UTC.parse($0.time) != nil }.map { $0.cleaned() }[...]
    while let first = rest.first {
      let boot = rest.prefix { isTimed($0) && $0.bootID == first.bootID }
      records +=
        boot.isEmpty ? [Record(at: wall(first), entry: first)] : dated(oneBoot: Array(boot), now: now)
      rest = rest.dropFirst(max(1, boot.count))
    }
    return records
  }

  private static func dated(oneBoot entries: [HistoryEntry], now: Now) -> [Record] {
    guard let last = entries.last else { return [] }
    let isNow = last.bootID == now.moment.bootID
    let start = isNow ? now.moment.wall - now.moment.boot : wall(last) - (last.boot ?? 0)
    return entries.map { Record(at: start + ($0.boot ?? 0), entry: $0) }
  }

  private static func isTimed(_ entry: HistoryEntry) -> Bool {
    entry.bootID != nil && entry.boot.map(Moment.isBootClock) == true
  }

  private static func wall(_ entry: HistoryEntry) -> Seconds { UTC.parse(entry.time) ?? 0 }

  /// The most records that can be right together: the longest series in which time never runs backwards.
  private static func longestInOrder(_ records: [Record]) -> [Record] {
    // For each length, the record that ends such a series earliest; and for each record, the one before it.
    var ends: [Int] = []
    var previous: [Int?] = []
    for (index, record) in records.enumerated() {
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if records[ends[middle]].at <= record.at { low = middle + 1 } else { high = middle }
      }
      previous.append(low > 0 ? ends[low - 1] : nil)
      if low == ends.count { ends.append(index) } else { ends[low] = index }
    }
    var chosen: [Record] = []
    var next = ends.last
    while let index = next {
      chosen.append(records[index])
      next = previous[index]
    }
    return chosen.reversed()
  }
}
