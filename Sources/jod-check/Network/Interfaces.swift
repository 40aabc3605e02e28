// sd-daemon.h includes sys/socket.h, whose constants a whole-module build then finds in this module alone.
import CSystemd
import Glibc
import JodCore

/// This machine's network interfaces and neighbours, told by the kernel without a packet.
enum Interfaces {
  /// One entry for each IPv4 address, and one for each interface without any.
  static func all() -> [InterfaceAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var found: [InterfaceAddress] = []
    var bare: [InterfaceAddress] = []
    var next = first
    while let entry = next?.pointee {
      next = entry.ifa_next
      let name = String(cString: entry.ifa_name)
      let isUp = entry.ifa_flags & UInt32(IFF_UP) != 0
      if let address = ipv4(entry.ifa_addr) {
        found.append(
          InterfaceAddress(name: name, isUp: isUp, address: address, mask: ipv4(entry.ifa_netmask)))
      } else if !bare.contains(where: { $0.name == name }) {
        bare.append(InterfaceAddress(name: name, isUp: isUp, address: nil, mask: nil))
      }
    }
    return found + bare.filter { single in !found.contains { $0.name == single.name } }
  }

  /// From which address a packet would leave. A connected UDP socket is routed, and sends nothing.
  static func departure(_ configuration: Configuration) -> Diagnosis.Departure {
    do throws(SystemError) {
      return .from(try source(configuration))
    } catch {
      return .refused("\(error)")
    }
  }

  private static func source(_ configuration: Configuration) throws(SystemError) -> IPv4Address {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    defer { close(descriptor) }
    var on: Int32 = 1
    guard setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size)) == 0
    else { throw SystemError("allow broadcast") }
    if let interface = configuration.wolInterface,
      setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface, socklen_t(interface.utf8.count)) != 0
    {
      throw SystemError("bind to the interface \(interface)")
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(configuration.wolPort).bigEndian
    withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: configuration.broadcastAddress.bytes) }
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isRouted = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isRouted, let source = text(address.sin_addr) else { throw SystemError("find a route") }
    return source
  }

  /// The hardware addresses of this machine.
  static func ownMACs() -> Set<MACAddress> {
    let folder = "/sys/class/net"
    let texts = Files.names(in: folder).compactMap { Files.text("\(folder)/\($0)/address", limit: 4096) }
    return Set(texts.compactMap { MACAddress(Printable.trimmed($0)) })
  }

  /// Who answered last at one of these addresses, by the kernel's ARP table.
  static func neighbour(_ addresses: [IPv4Address]) -> MACAddress? {
    let table = Files.text("/proc/net/arp", limit: 1 << 20) ?? ""
    return table.split(separator: "\n").lazy.compactMap { line in
      let fields = line.split(separator: " ")
      // 0x2: the entry is complete; another bit tells that an administrator made it.
      guard fields.count >= 4, let flags = Int(fields[2].dropFirst(2), radix: 16), flags & 0x2 != 0,
        let address = IPv4Address(String(fields[0])),
        addresses.contains(address)
      else { return nil }
      return MACAddress(String(fields[3]))
    }.first
  }

  private static func ipv4(_ address: UnsafeMutablePointer<sockaddr>?) -> IPv4Address? {
    guard let address, address.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
    return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { text($0.pointee.sin_addr) }
  }

  private static func text(_ address: in_addr) -> IPv4Address? {
    withUnsafeBytes(of: address) { IPv4Address($0.map { "\($0)" }.joined(separator: ".")) }
  }
}
