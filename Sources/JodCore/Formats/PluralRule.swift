/// Which form of a noun goes with a number in one language: the header `Plural-Forms` of a catalog, such as
/// `nplurals=2; plural=(n != 1);` (GNU gettext manual, "Additional functions for plural forms").
struct PluralRule: Hashable, Sendable {
  /// An expression of C over `n`, in unsigned numbers.
  private let expression: [UInt8]

  /// Of the Germanic languages, and of a catalog that names none.
  static let english = PluralRule(expression: Array("n!=1".utf8))

  /// Reads the header's value; nil where it is none.
  init?(header: String) {
    guard header.utf8.count <= Self.longest else { return nil }
    // The form's number is what is wanted. How many there are is seen by the translations.
    let field = header.utf8.split(separator: UInt8(ascii: ";")).last { part in
      part.drop { $0 == UInt8(ascii: " ") }.starts(with: "plural=".utf8)
    }
    guard let field, let start = field.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    self.init(expression: field[start...].dropFirst().filter { $0 != UInt8(ascii: " ") })
    guard form(for: 0) != nil else { return nil }
  }

  private init(expression: [UInt8]) { self.expression = expression }

  /// In bytes. The longest in use, of Arabic, has less than 200.
  private static let longest = 1000

  /// The form's number, from 0; nil where the expression says nothing.
  func form(for number: Int) -> Int? {
    var reader = Reader(rest: expression[...], number: UInt(max(0, number)))
    guard let form = reader.choice(), reader.rest.isEmpty else { return nil }
    return Int(exactly: form)
  }

  /// Works an expression out while it reads it, by the precedence of C.
  private struct Reader {
    var rest: ArraySlice<UInt8>
    let number: UInt

    /// The two-byte ones first, of which others are the beginning; the higher, the closer it binds.
    private static let operators: [(name: StaticString, precedence: Int)] = [
      ("||", 1), ("&&", 2), ("==", 3), ("!=", 3), ("<=", 4), (">=", 4), ("<", 4), (">", 4), ("+", 5),
      ("-", 5),
      ("*", 6), ("/", 6), ("%", 6),
    ]

    /// `a ? b : c`, or less.
    mutating func choice() -> UInt? {
      guard let condition = operation(from: 1) else { return nil }
      guard take("?") else { return condition }
      guard let yes = choice(), take(":"), let no = choice() else { return nil }
      return condition != 0 ? yes : no
    }

    /// Operations that bind as closely as this at least, from the left.
    private mutating func operation(from least: Int) -> UInt? {
      guard var left = value() else { return nil }
      while let (name, precedence) = Self.operators.first(where: { starts(with: $0.name) }),
        precedence >= least
      {
        _ = take(name)
        guard let right = operation(from: precedence + 1), let result = Self.apply(name, left, right) else {
          return nil
        }
        left = result
      }
      return left
    }

    private mutating func value() -> UInt? {
      if take("n") { return number }
      if take("!") { return value().map { $0 == 0 ? 1 : 0 } }
      if take("(") {
        let value = choice()
        return take(")") ? value : nil
      }
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      return UInt(String(decoding: digits, as: UTF8.self))
    }

    private static func apply(_ name: StaticString, _ left: UInt, _ right: UInt) -> UInt? {
      switch "\(name)" {
      case "||": left != 0 || right != 0 ? 1 : 0
      case "&&": left != 0 && right != 0 ? 1 : 0
      case "==": left == right ? 1 : 0
      case "!=": left != right ? 1 : 0
      case "<=": left <= right ? 1 : 0
      case ">=": left >= right ? 1 : 0
      case "<": left < right ? 1 : 0
      case ">": left > right ? 1 : 0
      case "+": left &+ right
      case "-": left &- right
      case "*": left &* right
      case "/": right == 0 ? nil : left / right
      default: right == 0 ? nil : left % right
      }
    }

    private func starts(with name: StaticString) -> Bool {
      name.withUTF8Buffer { rest.starts(with: $0) }
    }

    private mutating func take(_ name: StaticString) -> Bool {
      guard starts(with: name) else { return false }
      rest = rest.dropFirst(name.utf8CodeUnitCount)
      return true
    }
  }
}
