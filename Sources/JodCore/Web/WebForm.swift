/// What a form sends: names and values (`application/x-www-form-urlencoded`, URL Standard, section 5.1).
public struct WebForm: Sendable {
  static let contentType = "application/x-www-form-urlencoded"

  private let fields: [(name: String, value: String)]

  /// The form that a request carries, an empty one where it has no body; nil where its body is another thing.
  public init?(_ request: WebRequest) {
    guard !request.form.isEmpty else {
      fields = []
      return
    }
    let type = request.contentType.map { $0.prefix { $0 != ";" } }.map { Printable.trimmed(String($0)) }
    guard type?.lowercased() == Self.contentType, !request.form.contains(0) else { return nil }
    var fields: [(String, String)] = []
    let text = String(decoding: request.form, as: UTF8.self)
    for part in text.split(separator: "&") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, let name = PercentEncoding.decoded(halves[0], isForm: true),
        let value = PercentEncoding.decoded(halves[1], isForm: true)
      else { return nil }
      fields.append((name, value))
    }
    self.fields = fields
  }

  /// The values of a field, in order.
  public func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}
