/// Where Jellyfin answers: scheme, host, port, and the base path that is set in its network settings.
public struct BaseURL: Hashable, Sendable, CustomStringConvertible {
  public let isSecure: Bool
  public let endpoint: Endpoint
  /// Empty, or a path that begins with a slash and ends without one.
  public let basePath: String

  public static let accepted =
    "http://host[:port][/base] or https://host[:port][/base], such as http://localhost:8096"

  /// Reads a URL. Credentials, a query or a fragment are refused: none of them belongs in a base, and a key in a URL
  /// ends up in logs. Nil for anything else as well.
  public init?(_ text: String) {
    let lower = text.lowercased()
    isSecure = lower.hasPrefix("https://")
    guard isSecure || lower.hasPrefix("http://") else { return nil }
    let rest = text.dropFirst(isSecure ? 8 : 7)
    let authority = rest.prefix { $0 != "/" }
    guard let endpoint = Endpoint(Self.plainZone(authority), defaultPort: isSecure ? 443 : 80) else {
      return nil
    }
    self.endpoint = endpoint
    var path = rest.dropFirst(authority.count)
    while path.last == "/" { path = path.dropLast() }
    guard Self.isPath(path) else { return nil }
    basePath = String(path)
  }

  /// A URL that was refused, fit to be shown: its user info and what follows `?` or `#` blotted out.
  static func blotted(_ text: String) -> String {
    var rest = text.unicodeScalars[...]
    var shown = ""
    // The last `@`, for a password that nobody encoded may hold any character, `@` and `/` too.
    if let at = rest.lastIndex(of: "@") {
      let scheme = rest[..<at].place(of: "://".unicodeScalars)
      shown = String(rest[..<(scheme?.upperBound ?? rest.startIndex)]) + Secret.blot
      rest = rest[at...]
    }
    guard let extra = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) else { return shown + String(rest) }
    return shown + String(rest[...extra]) + Secret.blot
  }

  /// The path of a request, such as `/jellyfin/Sessions`.
  public func path(_ name: String) -> String { "\(basePath)/\(name)" }

  /// The value of the `Host` header (RFC 9110, section 7.2). A zone means nothing to others (RFC 6874, section 1).
  public var hostHeader: String {
    authority(Endpoint(host: String(endpoint.host.prefix { $0 != "%" }), port: endpoint.port))
  }

  public var description: String { "\(isSecure ? "https" : "http")://\(authority(endpoint))\(basePath)" }

  private func authority(_ endpoint: Endpoint) -> String {
    endpoint.port == (isSecure ? 443 : 80) ? endpoint.bracketedHost : endpoint.description
  }

  /// In a URL, `%25` sets off an address's zone (RFC 6874, section 2). The bare sign is understood as well, as by others.
  private static func plainZone(_ authority: Substring) -> String {
    guard authority.hasPrefix("["), let sign = authority.place(of: "%25") else {
      return String(authority)
    }
    return "\(authority[..<sign.lowerBound])%\(authority[sign.upperBound...])"
  }

  private static func isPath(_ path: Substring) -> Bool {
    path.utf8.allSatisfy { byte in
      byte > 0x20 && byte < 0x7F && !"?#\"<>\\^`{|}".utf8.contains(byte)
    }
  }
}
