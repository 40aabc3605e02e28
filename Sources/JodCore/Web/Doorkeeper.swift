/// A request to the socket, as far as it matters to who may have what.
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
  /// Bytes of the body, where the request tells.
  public var bodyLength: Int?

  public init(
    method: String, target: String, hosts: [String], authorization: String? = nil, origin: String? = nil,
    fetchSite: String? = nil, bodyLength: Int? = nil
  ) {
    self.method = method
    self.target = target
    self.hosts = hosts
    self.authorization = authorization
    self.origin = origin
    self.fetchSite = fetchSite
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
      return Self.decoded(parts[1])
    }
  }

  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      // The number alone would be one with a sign, too.
      guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
      else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// What the socket has to give (specification, The socket).
public enum WebService: String, Hashable, Sendable, CaseIterable {
  case check = "/check"
  case page = "/"
  case status = "/status"
  case metrics = "/metrics"

  var methods: [String] { self == .check ? ["POST"] : ["GET", "HEAD"] }
}

/// Why a request gets nothing, in words for whoever sent it.
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

/// Decides what a request gets (specification, The socket). A request carries no authority: the most that it does is a poll
/// of Jellyfin; so what must be guarded is what can be read.
public struct Doorkeeper: Hashable, Sendable {
  /// In bytes. Webhook bodies have some kilobytes.
  public static let bodyLimit = 1 << 20

  /// Nil where none is asked for.
  let token: Secret?
  /// Whether the socket listens where only this machine can come from.
  let isLoopback: Bool

  public init(token: Secret?, isLoopback: Bool) {
    self.token = token
    self.isLoopback = isLoopback
  }

  public func admit(_ request: WebRequest) throws(WebRefusal) -> WebService {
    guard request.hosts.count <= 1, request.target.hasPrefix("/") else {
      throw WebRefusal(400, "This is no request that can be understood.")
    }
    let hasToken = try examineToken(request)
    let service = WebService(rawValue: request.path)
    if !hasToken, !isLoopback, service != .check || request.method != "POST" {
      throw WebRefusal(
        403, "Only POST /check is answered here. Set HTTP_TOKEN, and send it, to read from another machine.")
    }
    guard let service else {
      throw WebRefusal(404, "There is nothing here. Known are POST /check, GET /, /status and /metrics.")
    }
    guard service.methods.contains(request.method) else {
      let methods = service.methods.joined(separator: " or ")
      throw WebRefusal(405, "\(service.rawValue) knows \(methods) only.", allow: service.methods)
    }
    if let length = request.bodyLength, length > Self.bodyLimit {
      throw WebRefusal(413, "The body is longer than \(Self.bodyLimit) bytes.")
    }
    // Whoever knows the token is no stranger's page.
    if !hasToken { try turnAwayStrangePages(request, service) }
    return service
  }

  /// Whether the request carries the token; a wrong one, or none where one is asked for, goes no further.
  private func examineToken(_ request: WebRequest) throws(WebRefusal) -> Bool {
    guard let token else { return false }
    var offered = request.query("token")
    if let authorization = request.authorization {
      let scheme = authorization.prefix { $0 != " " }
      if scheme.lowercased() == "bearer" {
        offered.append(String(authorization.dropFirst(scheme.count).drop { $0 == " " }))
      }
    }
    guard offered.contains(where: { Self.isEqual($0, token.value) }) else {
      throw WebRefusal(401, "Send HTTP_TOKEN as `Authorization: Bearer …`, or as ?token=….")
    }
    return true
  }

  /// Takes the same time wherever the first difference is, so that nobody can guess byte by byte.
  static func isEqual(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    var difference = UInt8(left.count == right.count ? 0 : 1)
    for index in right.indices {
      difference |= right[index] ^ (index < left.count ? left[index] : 0)
    }
    return difference == 0
  }

  /// A page of another site, open in a browser of this house, may start nothing and read nothing. What it sends carries its
  /// origin; and where its own name was made to lead here (DNS rebinding), the `Host` is that name.
  private func turnAwayStrangePages(_ request: WebRequest, _ service: WebService) throws(WebRefusal) {
    let refusal = WebRefusal(
      403, "A page of another site is not answered. Ask for this one by its address, or set HTTP_TOKEN.")
    guard service == .check else {
      guard request.hosts.allSatisfy(Self.isOurs) else { throw refusal }
      return
    }
    if let origin = request.origin {
      guard let host = request.hosts.first, ["http://\(host)", "https://\(host)"].contains(origin),
        Self.isOurs(host)
      else { throw refusal }
    }
    if let site = request.fetchSite, !["same-origin", "none"].contains(site) { throw refusal }
  }

  /// Whether a `Host` cannot be a name that a stranger has registered: an address, a name without dots, or one of those
  /// that are given out to nobody (RFC 6761, 6762, 8375; `internal` by ICANN).
  static func isOurs(_ header: String) -> Bool {
    guard let endpoint = Endpoint(header, defaultPort: 80) else { return false }
    if endpoint.isNumeric { return true }
    var labels = endpoint.host.lowercased().split(separator: ".")
    if labels.count == 1 { return true }
    let last = labels.removeLast()
    if ["localhost", "local", "lan", "internal", "home", "test"].contains(last) { return true }
    return last == "arpa" && labels.last == "home"
  }
}
