/// A QR code as lines of a terminal: two rows of modules in one of characters.
public struct QRCode: Hashable, Sendable {
  /// In both directions.
  public let width: Int
  private let isDark: [Bool]

  /// Light modules around it, without which readers do not find it (ISO/IEC 18004 asks for four; two are enough on a screen
  /// and leave more room).
  private static let quietZone = 2

  /// - Parameter modules: row by row, dark or not; nil where they are no square.
  public init?(width: Int, modules: [Bool]) {
    guard width > 0, modules.count == width * width else { return nil }
    (self.width, isDark) = (width, modules)
  }

  private func isDark(_ row: Int, _ column: Int) -> Bool {
    (0..<width).contains(row) && (0..<width).contains(column) && isDark[row * width + column]
  }

  /// What the lines are shown on.
  public enum Paper: Sendable {
    /// A terminal with colours: black on white is asked for, which is right on any background.
    case coloured
    /// Without colours, light modules are drawn on a dark background, and dark ones on a light one.
    case dark, light
  }

  public func lines(on paper: Paper) -> [String] {
    let range = -Self.quietZone..<(width + Self.quietZone)
    return stride(from: range.lowerBound, to: range.upperBound, by: 2).map { row in
      let characters = range.map { column -> Character in
        let upper = isDark(row, column) != (paper == .dark)
        // Below the last row there is nothing but light.
        let lower = isDark(row + 1, column) != (paper == .dark)
        return upper ? (lower ? "█" : "▀") : lower ? "▄" : " "
      }
      return paper == .coloured ? "\u{1B}[30;107m\(String(characters))\u{1B}[0m" : String(characters)
    }
  }

  /// Columns that a line takes.
  public var columns: Int { width + 2 * Self.quietZone }
}
