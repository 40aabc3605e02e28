import Glibc

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

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    bytes.withUnsafeBytes { bytes in
      body(bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(bytes.count))
    }
  }
}
