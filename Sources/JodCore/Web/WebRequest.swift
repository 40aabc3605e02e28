/// A request to the socket: the parts that decide what it may get.
public struct WebRequest: Hashable, Sendable {
  public var method: String
  /// As it was sent: path and query.
  public var target: String
  /// Every `Host` header, for two are an error (RFC 9112, section 3.2).
  public var hosts: [String]
  public var authorization: String?
  /// Set by a browser when a page sends something (RFC 6454, section 7).
  public var origin: String?
  /// Set by newer browsers on everything (Fetch Metadata).
  public var fetchSite: String?
  /// Every `Cookie` header; a front may cut one into several (RFC 9113, section 8.2.3).
  public var cookies: [String]
  public var accept: String?
  public var contentType: String?
  /// Set by a front that takes https for this socket.
  public var forwardedProtocol: String?
  /// Bytes of the body, where the request tells.
  public var bodyLength: Int?
  /// The body of a form.
  public var form: [UInt8] = []

  public init(
    method: String, target: String, hosts: [String], authorization: String? = nil, origin: String? = nil,
    fetchSite: String? = nil, cookies: [String] = [], accept: String? = nil, contentType: String? = nil,
    forwardedProtocol: String? = nil, bodyLength: Int? = nil
  ) {
    self.method = method
    self.target = target
    self.hosts = hosts
    self.authorization = authorization
    self.origin = origin
    self.fetchSite = fetchSite
    self.cookies = cookies
    self.accept = accept
    self.contentType = contentType
    self.forwardedProtocol = forwardedProtocol
    self.bodyLength = bodyLength
  }

  var path: String { String(target.prefix { $0 != "?" && $0 != "#" }) }

  /// The values of a field of the query, decoded; a plus stays one, for tokens are pasted as they are.
  func query(_ name: String) -> [String] {
    guard let start = target.firstIndex(of: "?") else { return [] }
    return target[target.index(after: start)...].prefix { $0 != "#" }.split(separator: "&").compactMap {
      field in
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == name else { return nil }
      return PercentEncoding.decoded(parts[1])
    }
  }

  /// Whether a person's browser asks for a page: programs do not care what they get.
  public var isBrowser: Bool { accept?.includes("text/html") == true }
}

/// What the socket has to give (specification, The socket).
public enum WebService: String, Hashable, Sendable, CaseIterable {
  case check = "/check"
  case page = "/"
  case status = "/status"
  case metrics = "/metrics"
  /// What a telephone needs to put the page on its home screen.
  case manifest = "/manifest.webmanifest"
  case icon = "/icon.svg"
  // The buttons of the page.
  case wake = "/wake"
  case hold = "/hold"
  case release = "/release"
  case sleep = "/sleep"

  var methods: [String] { self == .check || isButton ? ["POST"] : ["GET", "HEAD"] }

  /// Whether it does something, for which a right is needed.
  public var isButton: Bool { [.wake, .hold, .release, .sleep].contains(self) }

  /// In bytes. Webhook bodies have some kilobytes; a form of ours has some bytes.
  var bodyLimit: Int { isButton ? 4096 : RequestPolicy.bodyLimit }
}

/// Why a request gets nothing, in words for its sender.
public struct WebRefusal: Error, Hashable, Sendable {
  /// Of HTTP.
  public var status: Int
  public var words: String
  /// The methods that the path knows, where the one used is none of them.
  public var allow: [String] = []

  public init(_ status: Int, _ words: String, allow: [String] = []) {
    self.status = status
    self.words = words
    self.allow = allow
  }
}
