import Glibc
import JodCore

/// An address of TCP over IPv4 or IPv6, as the kernel takes it.
struct SocketAddress: Hashable {
  /// A `sockaddr_in` or `sockaddr_in6`.
  private let bytes: [UInt8]
  let family: Int32

  /// One of the resolver's; nil where it is of another family.
  init?(_ entry: addrinfo) {
    guard [AF_INET, AF_INET6].contains(entry.ai_family), let address = UnsafeRawPointer(entry.ai_addr) else {
      return nil
    }
    bytes = Array(UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
    family = entry.ai_family
  }

  /// Without its port and zone: a `sockaddr_in` has it at 4, a `sockaddr_in6` at 8.
  var address: IPAddress? {
    IPAddress(octets: family == AF_INET ? bytes.dropFirst(4).prefix(4) : bytes.dropFirst(8).prefix(16))
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    bytes.withUnsafeBytes { bytes in
      body(bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(bytes.count))
    }
  }
}
