import FoundationEssentials
import JodCore
import NIOCore
import NIOHTTP1

/// A body, and what a browser must know of it.
struct WebDocument: Sendable {
  var status: HTTPResponseStatus = .ok
  var contentType: String
  var body: [UInt8]
  /// `Content-Security-Policy`: what the document may load and run.
  var policy = "default-src 'none'; frame-ancestors 'none'"

  static func text(_ status: HTTPResponseStatus, _ words: String) -> WebDocument {
    WebDocument(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(words)\n".utf8))
  }
}

/// Hands out what the socket has to give, of what earlier checks wrote: it asks nobody.
struct Desk: Sendable {
  /// Nil where the configuration is not valid.
  let store: Store?

  func give(_ service: WebService) -> Result<WebDocument, WebRefusal> {
    guard let store else {
      return .failure(WebRefusal(503, "The configuration of jod-check is not valid, so nobody is served."))
    }
    do {
      switch service {
      case .check: return .success(.text(.accepted, "A check follows."))
      case .status:
        let body = try Store.bytes(store.status())
        return .success(WebDocument(contentType: "application/json", body: body))
      case .page, .metrics: return .failure(WebRefusal(404, "not yet"))
      }
    } catch {
      return .failure(
        WebRefusal(503, "What the last check wrote cannot be read (\(error)); the next one writes it anew."))
    }
  }
}
