// sd-daemon.h includes sys/socket.h, whose constants a whole-module build then finds in this module alone.
import CSystemd
import Glibc
import JodCore

/// An address and a port of IPv4 or IPv6, as the kernel takes it.
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

  init(_ host: IPv4Address, port: Int) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: host.bytes) }
    bytes = withUnsafeBytes(of: address) { Array($0) }
    family = AF_INET
  }

  /// Sends a datagram there; whether all of it left.
  func send(_ datagram: [UInt8], from descriptor: Int32) -> Bool {
    withPointer {
      sendto(descriptor, datagram, datagram.count, Int32(MSG_NOSIGNAL), $0, $1) == datagram.count
    }
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
