/// Lengths of time as an administrator writes and reads them.
public enum TimeSpan {
  /// What `parse` reads, for error messages.
  public static let accepted = "a number of seconds (90) or a time span (90s, 5min, 1h 30min)"

  /// Reads a number of seconds, or a time span in the units of systemd.time(7), which may be fractions and are added up.
  /// `infinity` is not accepted: every duration of jod-check ends. Returns nil for anything else.
  public static func parse(_ text: String) -> Seconds? {
    var rest = Substring(text).drop(while: isSpace)
    guard !rest.isEmpty else { return nil }
    var total: Seconds = 0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(number.count).drop(while: isSpace)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count).drop(while: isSpace)
      guard number.last?.isNumber == true, let count = Double(number),
        let length = unit.isEmpty ? 1 : units[String(unit)]
      else { return nil }
      total += count * length
    }
    return total <= longest ? total : nil
  }

  /// Writes a length of time with its two largest units, such as `2h 5min`, `90s` as `1min 30s`, `0s`.
  public static func text(_ seconds: Seconds) -> String {
    guard seconds >= 1 else { return seconds > 0 ? "\(min(Int((seconds * 1000).rounded()), 999))ms" : "0s" }
    var rest = Int(min(seconds, longest))
    var parts: [String] = []
    for (name, length) in [("d", 86400), ("h", 3600), ("min", 60), ("s", 1)] {
      let count = rest / length
      rest -= count * length
      if count > 0 { parts.append("\(count)\(name)") } else if !parts.isEmpty { break }
      if parts.count == 2 { break }
    }
    return parts.joined(separator: " ")
  }

  /// A hundred years: longer than anything here lasts, and far from every overflow.
  private static let longest: Seconds = 100 * 31_557_600

  private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }

  private static let units: [String: Seconds] = {
    let table: [(Seconds, [String])] = [
      (0.000_001, ["usec", "us", "µs", "μs"]),
      (0.001, ["msec", "ms"]),
      (1, ["seconds", "second", "sec", "s"]),
      (60, ["minutes", "minute", "min", "m"]),
      (3600, ["hours", "hour", "hr", "h"]),
      (86400, ["days", "day", "d"]),
      (604_800, ["weeks", "week", "w"]),
      (2_629_800, ["months", "month", "M"]),
      (31_557_600, ["years", "year", "y"]),
    ]
    return Dictionary(uniqueKeysWithValues: table.flatMap { length, names in names.map { ($0, length) } })
  }()
}
