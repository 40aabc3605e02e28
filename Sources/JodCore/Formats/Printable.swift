/// Text from outside, made fit for one line of a log or a terminal.
public enum Printable {
  /// The text without what could forge a line, drive a terminal or turn its direction, shortened to `limit` characters.
  public static func clean(_ text: String, limit: Int = 80) -> String {
    // Nearly all is short and plain.
    if text.utf8.count <= limit, text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return text }
    var scalars = String.UnicodeScalarView()
    // A character may be made of any number of scalars; four for each are plenty for every script.
    for scalar in text.unicodeScalars.prefix(limit * 4) {
      scalars.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
    }
    let clean = String(scalars)
    let shortened = clean.count > limit || text.unicodeScalars.count > limit * 4
    return shortened ? clean.prefix(limit - 1) + "…" : clean
  }

  /// The clean text in quotation marks.
  public static func quoted(_ text: String) -> String { "\"\(clean(text))\"" }

  /// The text without white space and line ends around it.
  public static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  /// As the beginning of a sentence.
  public static func capitalized(_ words: String) -> String {
    words.prefix(1).uppercased() + words.dropFirst()
  }

  /// A count with its noun: `1 packet`, `3 packets`.
  public static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A number of bytes: `25 MiB`, `1.5 KiB`, `12 bytes`.
  public static func size(_ bytes: Int) -> String {
    guard bytes >= 1024 else { return count(bytes, "byte") }
    let (unit, name) = bytes >= 1 << 20 ? (1 << 20, "MiB") : (1024, "KiB")
    // Rounded down: what has not all come is never told as if it had.
    let tenths = Int(Double(bytes) / Double(unit) * 10)
    return tenths % 10 == 0 || tenths >= 100
      ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: true
    default: false
    }
  }
}
