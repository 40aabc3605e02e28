/// Decides what a request gets (specification, The socket). Reading, and a check, need a token where one is set; what the
/// page's buttons do needs one everywhere, and a request that brings it in a cookie must come from the page itself.
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
    let carrier = try checkToken(request)
    let service = WebService(rawValue: request.path)
    if carrier == nil, !isLoopback, service != .check || request.method != "POST" {
      throw WebRefusal(403, service?.isButton == true ? Self.howToGetButtons : Self.howToRead)
    }
    guard let service else {
      throw WebRefusal(404, "There is nothing here. Known are POST /check, GET /, /status and /metrics.")
    }
    guard service.methods.contains(request.method) else {
      let methods = service.methods.joined(separator: " or ")
      throw WebRefusal(405, "\(service.rawValue) knows \(methods) only.", allow: service.methods)
    }
    if let length = request.bodyLength, length > service.bodyLimit {
      throw WebRefusal(413, "The body is longer than \(service.bodyLimit) bytes.")
    }
    guard service.isButton else {
      // A request that brings the token itself is from no other site's page.
      if carrier != .request { try refuseOtherSites(request, service, isKnown: carrier != nil) }
      return service
    }
    guard carrier != nil else { throw WebRefusal(403, Self.howToGetButtons) }
    // A browser sends its cookie with whatever any page makes it send.
    if carrier == .cookie || !Self.values(of: Self.cookieName, in: request).isEmpty {
      try refuseAllButOurPage(request)
    }
    return service
  }

  /// What a page without buttons says, too.
  public static let howToGetButtons =
    "The buttons need a token: set HTTP_TOKEN in /etc/default/jod-check. `sudo jod-check page` then shows the link that unlocks them."

  private static let howToRead =
    "Only POST /check is answered here. Set HTTP_TOKEN, and send it, to read from another machine."

  // MARK: The token

  /// What brought the token.
  private enum Carrier {
    /// The request itself, in a header or in its address.
    case request
    /// A browser, by itself.
    case cookie
  }

  /// A request with a wrong token, or without a required one, is refused.
  private func checkToken(_ request: WebRequest) throws(WebRefusal) -> Carrier? {
    guard let token else { return nil }
    var offered = request.query("token")
    if let authorization = request.authorization {
      let scheme = authorization.prefix { $0 != " " }
      if scheme.lowercased() == "bearer" {
        offered.append(String(authorization.dropFirst(scheme.count).drop { $0 == " " }))
      }
    }
    if offered.contains(where: { Self.isEqual($0, token.value) }) { return .request }
    let kept = Self.values(of: Self.cookieName, in: request).compactMap { PercentEncoding.decoded($0) }
    if kept.contains(where: { Self.isEqual($0, token.value) }) { return .cookie }
    throw WebRefusal(
      401,
      "Send HTTP_TOKEN as `Authorization: Bearer …`, or as ?token=…. The page keeps it: open its link once (`sudo jod-check page` shows it)."
    )
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

  // MARK: The cookie

  static let cookieName = "jod-check"
  /// In seconds: 400 days, the most that browsers keep one (RFC 6265bis, section 5.5).
  private static let cookieAge = 400 * 86400

  /// The cookie that keeps the token, where a request that was admitted has it in the page's address: `Set-Cookie`.
  ///
  /// No page of another site makes a browser send it (`SameSite`), no script reads it, and it says nothing that its owner
  /// does not know: it is the token, for nothing here has a state in which another key could be kept.
  func cookie(settling request: WebRequest) -> String? {
    guard let token, request.path == WebService.page.rawValue,
      request.query("token").contains(where: { Self.isEqual($0, token.value) })
    else { return nil }
    let isSecure = request.forwardedProtocol?.lowercased() == "https"
    return
      "\(Self.cookieName)=\(PercentEncoding.encoded(token.value)); Path=/; Max-Age=\(Self.cookieAge); HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
  }

  private static func values(of name: String, in request: WebRequest) -> [Substring] {
    request.cookies.flatMap { $0.split(separator: ";") }.compactMap { pair in
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, Printable.trimmed(String(halves[0])) == name else { return nil }
      return Substring(Printable.trimmed(String(halves[1])))
    }
  }

  // MARK: Other sites

  /// A page of another site, open in a browser of this house, may start nothing and read nothing. What it sends carries its
  /// origin; and where its own name was made to lead here (DNS rebinding), the `Host` is that name.
  ///
  /// - Parameter isKnown: whether the browser brought the token: then its `Host` is a name that its owner gave this machine.
  private func refuseOtherSites(
    _ request: WebRequest, _ service: WebService, isKnown: Bool
  ) throws(WebRefusal) {
    let refusal = WebRefusal(
      403, "A page of another site is not answered. Ask for this one by its address, or set HTTP_TOKEN.")
    guard service == .check else {
      guard isKnown || request.hosts.allSatisfy(Self.isOurs) else { throw refusal }
      return
    }
    if request.origin != nil {
      guard isFromItsHost(request), isKnown || request.hosts.allSatisfy(Self.isOurs) else { throw refusal }
    }
    if let site = request.fetchSite, !["same-origin", "none"].contains(site) { throw refusal }
  }

  /// Everything that tells where a request comes from must name this page, and something must tell.
  private func refuseAllButOurPage(_ request: WebRequest) throws(WebRefusal) {
    let tells = request.origin != nil || request.fetchSite != nil
    guard tells, request.origin == nil || isFromItsHost(request), request.fetchSite ?? Self.ours == Self.ours
    else {
      throw WebRefusal(
        403,
        "The buttons are for the page itself. Open it, and press there; a front before it must hand on the Host header."
      )
    }
  }

  private static let ours = "same-origin"

  private func isFromItsHost(_ request: WebRequest) -> Bool {
    guard let host = request.hosts.first, let origin = request.origin else { return false }
    return !host.isEmpty && ["http://\(host)", "https://\(host)"].contains(origin)
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
