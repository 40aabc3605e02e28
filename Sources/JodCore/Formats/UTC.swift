/// Times of the wire, as seconds since 1970-01-01T00:00:00Z.
public enum UTC {
  /// Reads an RFC 3339 time, as Jellyfin and the state write it: 0 to 9 digits of a second's fraction, `Z`, an offset
  /// or nothing (which means UTC: some servers leave the `Z` out). Returns nil for anything else.
  public static func parse(_ text: String) -> Seconds? {
    var scanner = Scanner(text)
    guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
      let day = scanner.digits(2), scanner.take("T") || scanner.take("t") || scanner.take(" "),
      let clock = scanner.clock(), let date = days(year: year, month: month, day: day)
    else { return nil }
    var fraction = 0.0
    if scanner.take(".") {
      guard let value = scanner.fraction() else { return nil }
      fraction = value
    }
    guard let offset = scanner.offset(), scanner.atEnd else { return nil }
    return Seconds(date * 86400 + clock - offset) + fraction
  }

  /// Reads an HTTP `Date` header in its one current form, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
  public static func parseHTTPDate(_ text: String) -> Seconds? {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 6, words[0].count == 4, words[0].hasSuffix(","), words[5] == "GMT",
      let day = number(words[1], digits: 2), let month = months.firstIndex(of: words[2]),
      let year = number(words[3], digits: 4)
    else { return nil }
    var scanner = Scanner(words[4])
    guard let clock = scanner.clock(), scanner.atEnd,
      let date = days(year: year, month: month + 1, day: day)
    else { return nil }
    return Seconds(date * 86400 + clock)
  }

  /// Writes an RFC 3339 time in UTC, as every document of jod-check carries it. Years outside 1 to 9999 are clamped.
  ///
  /// A whole second is the one that has begun. A millisecond is the nearest, for a time that was read has no exact
  /// number and must be written as it stood.
  public static func text(_ time: Seconds, fractionDigits: Int = 0) -> String {
    let scale = fractionDigits == 3 ? 1000 : 1
    let clamped = min(max(time.isFinite ? time : 0, earliest), latest)
    let ticks = Int((clamped * Double(scale)).rounded(scale == 1 ? .down : .toNearestOrAwayFromZero))
    let second = floorDivide(ticks, scale)
    let (year, month, day) = date(daysSinceEpoch: floorDivide(second, 86400))
    let clock = second - floorDivide(second, 86400) * 86400
    var text: [UInt8] = []
    text.reserveCapacity(24)
    func add(_ value: Int, _ width: Int, after separator: Unicode.Scalar? = nil) {
      if let separator { text.append(UInt8(ascii: separator)) }
      var scale = width == 4 ? 1000 : width == 3 ? 100 : 10
      while scale > 0 {
        text.append(UInt8(ascii: "0") + UInt8(value / scale % 10))
        scale /= 10
      }
    }
    add(year, 4)
    add(month, 2, after: "-")
    add(day, 2, after: "-")
    add(clock / 3600, 2, after: "T")
    add(clock / 60 % 60, 2, after: ":")
    add(clock % 60, 2, after: ":")
    if fractionDigits == 3 { add(ticks - second * 1000, 3, after: ".") }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  private static let earliest = -62_135_596_800.0  // 0001-01-01T00:00:00Z
  private static let latest = 253_402_300_799.0  // 9999-12-31T23:59:59Z
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func number(_ text: String, digits: Int) -> Int? {
    var scanner = Scanner(text)
    guard let number = scanner.digits(digits), scanner.atEnd else { return nil }
    return number
  }

  private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  /// Days since 1970-01-01 of a date in the proleptic Gregorian calendar; nil where there is no such day.
  private static func days(year: Int, month: Int, day: Int) -> Int? {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= monthLength(year: year, month: month)
    else { return nil }
    // Years are counted from March, so that the leap day is a year's last.
    let shifted = month <= 2 ? year - 1 : year
    let era = floorDivide(shifted, 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
  }

  private static func date(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = daysSinceEpoch + 719468
    let era = floorDivide(shifted, 146097)
    let dayOfEra = shifted - era * 146097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func monthLength(year: Int, month: Int) -> Int {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Reads ASCII text from left to right.
  private struct Scanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    var atEnd: Bool { index == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard !atEnd, bytes[index] == UInt8(ascii: character) else { return false }
      index += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int? {
      let end = index + count
      guard end <= bytes.count, let number = number(upTo: end), index == end else { return nil }
      return number
    }

    mutating func fraction() -> Double? {
      let start = index
      guard let number = number(upTo: min(bytes.count, start + 10)), index - start <= 9 else { return nil }
      // Both are exact, so the quotient is the number that is nearest to these digits.
      return Double(number) / Self.powers[index - start]
    }

    private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    /// As many digits as there are before an index; nil where there is none.
    private mutating func number(upTo end: Int) -> Int? {
      let start = index
      var number = 0
      while index < end, case let digit = bytes[index] &- 0x30, digit < 10 {
        number = number * 10 + Int(digit)
        index += 1
      }
      return index == start ? nil : number
    }

    /// `hh:mm:ss` as seconds of the day; 60 is a leap second.
    mutating func clock() -> Int? {
      guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60, take(":"),
        let second = digits(2), second <= 60
      else { return nil }
      return hour * 3600 + minute * 60 + second
    }

    /// `Z`, `+hh:mm`, `-hh:mm` or nothing, as seconds east of UTC.
    mutating func offset() -> Int? {
      if atEnd || take("Z") || take("z") { return 0 }
      let east = take("+")
      guard east || take("-"), let hours = digits(2), hours < 24, take(":"), let minutes = digits(2),
        minutes < 60
      else { return nil }
      return (east ? 1 : -1) * (hours * 3600 + minutes * 60)
    }
  }
}
