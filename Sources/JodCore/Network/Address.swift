import Glibc

/// An IPv4 address in dotted decimal.
public struct IPv4Address: Hashable, Sendable, CustomStringConvertible {
  /// Four bytes, in network order.
  public let bytes: [UInt8]

  /// Reads four decimal numbers without leading zeros; nil for anything else.
  public init?(_ text: String) {
    var address = in_addr()
    guard inet_pton(AF_INET, text, &address) == 1 else { return nil }
    bytes = withUnsafeBytes(of: &address) { Array($0) }
  }

  public var description: String { bytes.map(String.init).joined(separator: ".") }
}

/// A host, by name or number, and a TCP port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// A name, an IPv4 address, or an IPv6 address without brackets.
  public let host: String
  public let port: Int

  public static let accepted = "host:port, such as nas.lan:2049, 192.168.1.20:445 or [fd00::2]:445"

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port`; the port may be left out where there is a default. Nil for anything else.
  public init?(_ text: String, defaultPort: Int? = nil) {
    let host: Substring
    let tail: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      tail = text[text.index(after: end)...]
      guard Self.isIPv6(String(host)) else { return nil }
    } else {
      host = text.prefix { $0 != ":" }
      tail = text.dropFirst(host.count)
      guard Self.isHostName(String(host)) else { return nil }
    }
    if tail.isEmpty, let defaultPort {
      self.init(host: String(host), port: defaultPort)
    } else if tail.first == ":", let port = Self.port(String(tail.dropFirst())) {
      self.init(host: String(host), port: port)
    } else {
      return nil
    }
  }

  /// The host as it stands in a URL or before a port.
  public var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  public var description: String { "\(bracketedHost):\(port)" }

  /// Whether the host is an address, not a name.
  public var isNumeric: Bool { IPv4Address(host) != nil || host.contains(":") }

  /// Whether the host leads to this machine itself, whatever its network is.
  public var isLoopback: Bool { ["localhost", "::1"].contains(host) || host.hasPrefix("127.") }

  /// Reads a port from 1 to 65535 without sign or blanks.
  public static func port(_ text: String) -> Int? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(text), port > 0 else {
      return nil
    }
    return Int(port)
  }

  /// An IPv6 address, with or without a zone (`fe80::1%eth0`).
  private static func isIPv6(_ text: String) -> Bool {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    var address = in6_addr()
    return inet_pton(AF_INET6, String(parts[0]), &address) == 1
      && (parts.count == 1 || NetworkInterface.isName(String(parts[1])))
  }

  /// A name of letters, digits, hyphens, underscores and dots, or an IPv4 address. What looks like a broken IPv4
  /// address is refused, for a resolver would read `10.1` as 10.0.0.1.
  private static func isHostName(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= 253, text.first != "-" else { return false }
    let labels = (text.hasSuffix(".") ? text.dropLast() : text[...])
      .split(separator: ".", omittingEmptySubsequences: false)
    let plain = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count)
        && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
    guard plain, let last = labels.last else { return false }
    return last.allSatisfy(\.isNumber) ? IPv4Address(text) != nil : true
  }
}

/// Names of network interfaces.
public enum NetworkInterface {
  public static let accepted = "the name of a network interface, such as eth0 (see `ip link`)"

  /// Linux: 1 to 15 bytes, neither `.` nor `..`, no slash, colon or white space.
  public static func isName(_ text: String) -> Bool {
    (1...15).contains(text.utf8.count) && text != "." && text != ".."
      && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
  }
}

/// `user@host[:port]`, where the storage server is powered off over OpenSSH.
public struct SSHDestination: Hashable, Sendable, CustomStringConvertible {
  public let user: String
  public let endpoint: Endpoint

  public static let accepted = "user@host or user@host:port, such as jod-check@nas.lan"

  /// Reads a destination; the port is 22 unless named. Nil for anything else: what begins with a hyphen, most of all,
  /// would be an option to `ssh`.
  public init?(_ text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, let endpoint = Endpoint(String(parts[1]), defaultPort: 22) else { return nil }
    let user = String(parts[0])
    let plain = user.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    guard (1...64).contains(user.count), user.first != "-", plain else { return nil }
    self.user = user
    self.endpoint = endpoint
  }

  public var description: String {
    endpoint.port == 22 ? "\(user)@\(endpoint.bracketedHost)" : "\(user)@\(endpoint)"
  }
}

/// An address of IPv4 or IPv6. One of IPv4 in the form of IPv6 (`::ffff:192.0.2.1`, RFC 4291, section 2.5.5.2) is the same.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// Four bytes, or sixteen, in network order.
  public let octets: [UInt8]

  /// Nil where it is neither four nor sixteen bytes.
  public init?(octets: some Collection<UInt8>) {
    let octets = Array(octets)
    guard [4, 16].contains(octets.count) else { return nil }
    self.octets = octets.count == 16 && octets.starts(with: Self.mapped) ? Array(octets[12...]) : octets
  }

  /// Reads one; a zone (`%eth0`) is left out.
  public init?(_ text: String) {
    if let address = IPv4Address(text) {
      self.init(octets: address.bytes)
      return
    }
    var address = in6_addr()
    guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &address) == 1 else { return nil }
    self.init(octets: withUnsafeBytes(of: &address) { Array($0) })
  }

  public var isIPv4: Bool { octets.count == 4 }

  public var description: String {
    var text = [CChar](repeating: 0, count: 64)
    inet_ntop(isIPv4 ? AF_INET : AF_INET6, octets, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// What stands before an address of IPv4.
  private static let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xff, 0xff]
}
