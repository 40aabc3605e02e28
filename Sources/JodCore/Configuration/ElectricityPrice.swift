/// What a kilowatt-hour costs, in whatever money: `0.35 EUR`, `$0.17`, `0,35 €`.
public struct ElectricityPrice: Hashable, Sendable {
  public static let accepted =
    "the price of a kWh with its currency, such as 0.35 EUR, $0.17 or 0,35 €"

  public let perKilowattHour: Double
  /// As it was written: `EUR`, `€`.
  public let currency: String
  /// How amounts are written, as this one was.
  private let isCurrencyFirst: Bool
  private let hasBlank: Bool
  private let separator: String

  /// Nil for anything else: a price that is taken for another one would be told as if it were true.
  public init?(_ text: String) {
    let text = Printable.trimmed(text)
    let isDigit: (Character) -> Bool = { $0.isASCII && $0.isNumber }
    guard let first = text.firstIndex(where: isDigit), let last = text.lastIndex(where: isDigit) else {
      return nil
    }
    let (before, number, after) = (text[..<first], text[first...last], text[text.index(after: last)...])
    guard before.isEmpty != after.isEmpty, let amount = Self.amount(number) else { return nil }
    let sign = before.isEmpty ? after : before
    currency = Printable.trimmed(String(sign))
    let blanks = sign.unicodeScalars.filter(\.properties.isWhitespace)
    guard Self.isCurrency(currency), blanks.count <= 1, blanks.allSatisfy({ $0 == " " || $0 == "\u{A0}" })
    else {
      return nil
    }
    perKilowattHour = amount
    isCurrencyFirst = after.isEmpty
    hasBlank = sign.count > currency.count
    separator = number.contains(",") ? "," : "."
  }

  /// Digits, with one comma or point among them at most. Above a thousand of anything it is a slip.
  private static func amount(_ number: Substring) -> Double? {
    let parts = number.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
    let isPlain = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    guard parts.count <= 2, number.utf8.count <= 10, isPlain,
      let amount = Double(parts.joined(separator: ".")), amount > 0, amount <= 1000
    else { return nil }
    return amount
  }

  /// One sign for money, or a name in letters: `EUR`, `kr`, `Kč`.
  private static func isCurrency(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    guard (1...4).contains(scalars.count) else { return false }
    if scalars.count == 1, scalars.first?.properties.generalCategory == .currencySymbol { return true }
    guard scalars.count >= 2, scalars.first?.properties.isAlphabetic == true else { return false }
    // A$, R$, Fr.
    return scalars.dropLast().allSatisfy(\.properties.isAlphabetic)
      && scalars.last.map { $0.properties.isAlphabetic || $0 == "." || $0 == "$" } == true
      && !["kwh", "wh", "ct", "cent"].contains(text.lowercased())
  }

  /// What so many watt-hours cost, for programs.
  public func cost(_ wattHours: Double) -> Double { wattHours / 1000 * perKilowattHour }

  /// The same for people, in the form in which the price was written: `1.27 EUR`, `$1.27`.
  public func text(_ wattHours: Double) -> String {
    // Where a kWh costs tens, nobody counts hundredths.
    let scale = perKilowattHour >= 5 ? 1 : 100
    // A half is rounded up as people do it, though 45.5 may be a little less in binary.
    let ticks = Int((min(max(0, cost(wattHours)), 1e9) * Double(scale) + 1e-6).rounded())
    let cents = ticks % scale
    let amount = scale == 1 ? "\(ticks)" : "\(ticks / scale)\(separator)\(cents < 10 ? "0" : "")\(cents)"
    let blank = hasBlank ? " " : ""
    return isCurrencyFirst ? "\(currency)\(blank)\(amount)" : "\(amount)\(blank)\(currency)"
  }
}
