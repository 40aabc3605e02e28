/// A network interface of this machine, with one of its IPv4 addresses if it has any.
public struct InterfaceAddress: Hashable, Sendable {
  public var name: String
  public var isUp: Bool
  public var address: IPv4Address?
  public var mask: IPv4Address?

  public init(name: String, isUp: Bool, address: IPv4Address?, mask: IPv4Address?) {
    self.name = name
    self.isUp = isUp
    self.address = address
    self.mask = mask
  }

  /// Whether an address is on this interface's own network.
  func reaches(_ other: IPv4Address) -> Bool {
    guard let address, let mask else { return false }
    return zip(zip(address.bytes, other.bytes), mask.bytes).allSatisfy { ($0.0 ^ $0.1) & $1 == 0 }
  }

  /// The address of everybody on this interface's network.
  var broadcast: IPv4Address? {
    guard let address, let mask else { return nil }
    return IPv4Address(zip(address.bytes, mask.bytes).map { "\($0 | ~$1)" }.joined(separator: "."))
  }

  /// Whether it leads to no network card: bridges of containers, tunnels, this machine itself.
  var isVirtual: Bool {
    ["lo", "docker", "veth", "virbr", "tun", "tap", "wg", "tailscale", "zt", "podman", "lxc"]
      .contains { name == $0 || (name.hasPrefix($0) && $0 != "lo") } || name.hasPrefix("br-")
  }
}

extension Diagnosis {
  /// Whether a MAC address can be the storage server's.
  ///
  /// - Parameters:
  ///   - own: the addresses of this machine, which newcomers copy by mistake.
  ///   - seen: who answered at the storage server's address just now, if anybody did on this network.
  public static func mac(_ mac: MACAddress, own: Set<MACAddress>, seen: MACAddress?) -> Finding {
    let subject = "MAC address"
    let remedy =
      "Set STORAGE_SERVER_MAC to the address of the storage server's wired card: `ip link` shows it there."
    if mac.bytes.allSatisfy({ $0 == 0 }) {
      return .fault(subject, "\(mac) is nobody's.", remedy: remedy)
    }
    if mac.bytes[0] & 1 == 1 {
      return .fault(
        subject, "\(mac) is a multicast address (its second digit is odd), which no card has.", remedy: remedy
      )
    }
    if own.contains(mac) {
      return .fault(subject, "\(mac) is this machine's own.", remedy: remedy)
    }
    if let seen, seen != mac {
      return .warning(
        subject, "\(mac), but the storage server answers as \(seen) now.",
        remedy: "Set STORAGE_SERVER_MAC to \(seen), unless it has several cards and wakes by the other one.")
    }
    return .good(subject, seen == nil ? "\(mac) is plausible" : "\(mac), which answers on this network")
  }

  /// How a packet to the broadcast address leaves this machine.
  public enum Departure: Hashable, Sendable {
    /// From this address of this machine.
    case from(IPv4Address)
    /// Not at all, in the words of the system.
    case refused(String)
  }

  /// By which interface a wake request leaves, and whether the storage server is there.
  ///
  /// - Parameter storage: the storage server's IPv4 addresses, as far as they are known.
  public static func interface(
    _ configuration: Configuration, _ departure: Departure, _ interfaces: [InterfaceAddress],
    storage: [IPv4Address]
  ) -> Finding {
    let subject = "Wake request"
    let names = Set(interfaces.map(\.name)).sorted().joined(separator: ", ")
    if let wanted = configuration.wolInterface {
      guard let interface = interfaces.first(where: { $0.name == wanted }) else {
        return .fault(
          subject, "there is no interface \(wanted).",
          remedy: "Set WOL_INTERFACE to one of \(names), or leave it unset.")
      }
      guard interface.isUp else {
        return .fault(
          subject, "the interface \(wanted) is down.",
          remedy: "Bring it up (`ip link set \(wanted) up`), and see to its cable.")
      }
    }
    let broadcast = configuration.broadcastAddress
    let path = "to \(broadcast):\(configuration.wolPort)"
    switch departure {
    case .refused(let words):
      return .fault(
        subject, "cannot leave \(path) (\(words)).",
        remedy:
          "Set BROADCAST_ADDRESS to the broadcast address of the storage server's network, such as 192.168.1.255, or WOL_INTERFACE to the interface it is on."
      )
    case .from(let source):
      let leaving = interfaces.filter { $0.address == source }
      let name = configuration.wolInterface ?? leaving.first?.name ?? "an unknown interface"
      return reach("leaves by \(name) \(path)", name, broadcast, interfaces, storage: storage)
    }
  }

  /// Broadcasts stop at routers, so the storage server must be on the network that the packet leaves to.
  private static func reach(
    _ words: String, _ name: String, _ broadcast: IPv4Address, _ interfaces: [InterfaceAddress],
    storage: [IPv4Address]
  ) -> Finding {
    let subject = "Wake request"
    let near = interfaces.first { interface in storage.contains { interface.reaches($0) } }
    if let near, near.name != name, !interfaces.contains(where: { $0.name == name && $0.reaches(near) }) {
      return .fault(
        subject, "\(words), but the storage server is on \(near.name).",
        remedy:
          "Set WOL_INTERFACE=\(near.name)\(near.broadcast.map { " and BROADCAST_ADDRESS=\($0)" } ?? "").")
    }
    if near == nil, !storage.isEmpty {
      return .warning(
        subject, "\(words), but the storage server is on no network of this machine.",
        remedy: "A wake request does not cross routers: put both on one network, or let the router relay it.")
    }
    let everybody = IPv4Address("255.255.255.255")
    if broadcast != everybody,
      !interfaces.contains(where: { $0.broadcast == broadcast || $0.reaches(broadcast) })
    {
      return .warning(
        subject, "\(words), which is no network of this machine, and routers drop that.",
        remedy: "Set BROADCAST_ADDRESS to the broadcast address that `ip address` shows as brd.")
    }
    if near == nil, interfaces.contains(where: { $0.name == name && $0.isVirtual }) {
      return .warning(
        subject, "\(words), which leads to no network card.",
        remedy: "Set WOL_INTERFACE to the interface that the storage server is on.")
    }
    return .good(subject, words)
  }
}

extension InterfaceAddress {
  fileprivate func reaches(_ other: InterfaceAddress) -> Bool { other.address.map(reaches) ?? false }
}
