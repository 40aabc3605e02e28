/// A body, and what a browser must know of it.
public struct WebDocument: Sendable {
  /// Of HTTP.
  public var status: Int
  public var contentType: String
  public var body: [UInt8]
  /// `Content-Security-Policy`: what the document may load and run.
  public var policy: String
  /// What else is told of it.
  public var fields: [HTTPWriter.Field] = []

  public init(
    status: Int = 200, contentType: String, body: [UInt8],
    policy: String = "default-src 'none'; frame-ancestors 'none'"
  ) {
    self.status = status
    self.contentType = contentType
    self.body = body
    self.policy = policy
  }

  /// Sends a browser to the page.
  public static let backToPage = back()

  static func back(_ fields: [HTTPWriter.Field] = []) -> WebDocument {
    var document = text(303, "See /.")
    document.fields = [("Location", WebService.page.rawValue)] + fields
    return document
  }

  public static func text(_ status: Int, _ words: String) -> WebDocument {
    WebDocument(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(words)\n".utf8))
  }
}
