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
