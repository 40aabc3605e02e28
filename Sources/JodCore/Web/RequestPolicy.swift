/// Decides what a request gets (specification, The socket). A request carries no authority: the most that it does is a poll
/// of Jellyfin; so what must be guarded is what can be read.
public struct RequestPolicy: Hashable, Sendable {
  /// In bytes. Webhook bodies have some kilobytes.
  public static let bodyLimit = 1 << 20

  /// Nil where none is required.
  let token: Secret?
  /// Whether only this machine can connect to the socket.
  let isLoopback: Bool

  public init(token: Secret?, isLoopback: Bool) {
    self.token = token
    self.isLoopback = isLoopback
  }

  public func admit(_ request: WebRequest) throws(WebRefusal) -> WebService {
    guard request.hosts.count <= 1, request.target.hasPrefix("/") else {
      throw WebRefusal(400, "This is no request that can be understood.")
    }
    let hasToken = try checkToken(request)
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
    // A request with the token is from no other site's page.
    if !hasToken { try refuseOtherSites(request, service) }
    return service
  }

  /// Whether the request carries the token. A request with a wrong one, or without a required one, is refused.
  private func checkToken(_ request: WebRequest) throws(WebRefusal) -> Bool {
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

  /// The time that it takes does not depend on where the first difference is, so that nobody can guess byte by byte.
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
  private func refuseOtherSites(_ request: WebRequest, _ service: WebService) throws(WebRefusal) {
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

  /// Whether a `Host` cannot be a name that somebody else has registered: an address, a name without dots, or one of those
  /// that nobody can register (RFC 6761, 6762, 8375; `internal` by ICANN).
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
