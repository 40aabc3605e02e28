/// What a web server means that answers a question to Jellyfin with a redirect, and what to do about it.
public struct Redirect: Hashable, Sendable {
  public enum Meaning: Hashable, Sendable {
    /// The same is to be asked by https.
    case secure(BaseURL)
    /// Jellyfin is at another path of the same server.
    case basePath(BaseURL)
    case elsewhere(BaseURL)
    /// A login page stands in between, of that host.
    case login(String)
    case unknown
  }

  public let meaning: Meaning
  /// What was asked.
  private let url: BaseURL

  /// - Parameters:
  ///   - location: the reply's `Location`: a URL, or a path (RFC 9110, section 10.2.2).
  ///   - name: what was asked for below the base path, such as `/Sessions`.
  public init(to location: String, askedFor name: String, at url: BaseURL) {
    self.url = url
    let target = Target(location, url)
    let (origin, path) = (target.origin, target.path)
    let isHere = BaseURL(origin)?.endpoint.host.lowercased() == url.endpoint.host.lowercased()
    let becomesSecure = origin.hasPrefix("https://") && !url.isSecure
    if let base = Self.base(path, name), let place = BaseURL(origin + base) {
      meaning =
        place == url
        ? .unknown
        : becomesSecure
          ? .secure(place) : place.endpoint == url.endpoint ? .basePath(place) : .elsewhere(place)
    } else if becomesSecure, isHere, !Self.isLogin(path), let place = BaseURL(origin + url.basePath) {
      meaning = .secure(place)
    } else if !isHere || Self.isLogin(path) {
      meaning = .login(BaseURL(origin)?.endpoint.host ?? origin)
    } else if let place = BaseURL(origin + path), path.split(separator: "/").count == 1, place != url {
      // As a web server leads to its only application.
      meaning = .basePath(place)
    } else {
      meaning = .unknown
    }
  }

  /// What to do, as a sentence without its end.
  public var remedy: String {
    switch meaning {
    case .secure(let place):
      return "it is served by https alone; set JELLYFIN_API_URL to \(Printable.clean("\(place)"))"
    case .basePath(let place):
      let fault = url.basePath.isEmpty ? "missing from" : "wrong in"
      return "the base path is probably \(fault) JELLYFIN_API_URL; try \(Printable.clean("\(place)"))"
    case .elsewhere(let place):
      return "Jellyfin has probably another address; try \(Printable.clean("\(place)")) as JELLYFIN_API_URL"
    case .login(let host):
      return
        "a login page stands before Jellyfin (\(Printable.clean(host))); let JELLYFIN_API_URL lead to Jellyfin itself, past the proxy that asks for a login"
    case .unknown:
      return "let JELLYFIN_API_URL lead to Jellyfin itself, with its base path if it has one"
    }
  }

  /// The base path, if Jellyfin answers there: what was asked for stands behind it, or Jellyfin's web client.
  private static func base(_ path: String, _ name: String) -> String? {
    if path.hasSuffix(name) { return String(path.dropLast(name.count)) }
    if path.hasSuffix("/web") { return String(path.dropLast(4)) }
    return path.place(of: "/web/").map { String(path[..<$0.lowerBound]) }
  }

  private static func isLogin(_ path: String) -> Bool {
    let lower = path.lowercased()
    return ["login", "signin", "sign-in", "sign_in", "auth", "sso", "saml", "account"].contains {
      lower.includes($0)
    }
  }
}

/// Where a redirect leads: `https://host:port` and a path, without query and fragment.
private struct Target {
  let origin: String
  let path: String

  init(_ location: String, _ url: BaseURL) {
    let text = location.prefix { $0 != "?" && $0 != "#" }
    let scheme = url.isSecure ? "https" : "http"
    let parts: (scheme: String, rest: Substring)
    if let end = text.place(of: "://") {
      parts = (text[..<end.lowerBound].lowercased(), text[end.upperBound...])
    } else if text.hasPrefix("//") {
      parts = (scheme, text.dropFirst(2))
    } else {
      (origin, path) = ("\(scheme)://\(url.endpoint)", text.hasPrefix("/") ? String(text) : "/\(text)")
      return
    }
    let authority = parts.rest.prefix { $0 != "/" }
    origin = "\(parts.scheme)://\(authority)"
    path = authority.count < parts.rest.count ? String(parts.rest.dropFirst(authority.count)) : "/"
  }
}
