// sd-daemon.h includes sys/socket.h, whose constants a whole-module build then finds in this module alone.
import CSystemd
import Glibc
import JodCore

/// Where a magic packet leaves the machine.
struct WakeSender {
  let packet: MagicPacket
  let broadcast: IPv4Address
  let port: Int
  let interface: String?
  let copies: Int

  init(_ configuration: Configuration, to card: MACAddress) {
    packet = MagicPacket(target: card, password: configuration.wolSecureOn)
    broadcast = configuration.broadcastAddress
    port = configuration.wolPort
    interface = configuration.wolInterface
    copies = configuration.wolCopies
  }

  /// From the first copy to the last. A request lasts 300 ms at most (specification, Wake requests);
  /// spread over it, a copy survives a switch port that is still negotiating.
  private static let burst: Seconds = 0.25

  /// Sends one wake request. One copy that left is a request; an error means that none did.
  func send() throws(SystemError) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    defer { close(descriptor) }
    var on: Int32 = 1
    guard setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size)) == 0
    else {
      throw SystemError("allow broadcast")
    }
    // Unprivileged since Linux 5.7.
    if let interface,
      setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface, socklen_t(interface.utf8.count)) != 0
    {
      throw SystemError("bind to the interface \(interface)")
    }
    let target = SocketAddress(broadcast, port: port)
    var failure: SystemError?
    var sent = 0
    for copy in 0..<copies {
      if copy > 0 { Deadline(in: Self.burst / Seconds(copies - 1)).wait() }
      if target.send(packet.bytes, from: descriptor) {
        sent += 1
      } else {
        failure = failure ?? SystemError("send to \(broadcast):\(port)")
      }
    }
    if sent == 0, let failure { throw failure }
  }

  /// Why it matters and what to do where nothing left the machine.
  static func trouble(_ error: SystemError) -> Trouble {
    let advice =
      switch error.code {
      case ENETUNREACH, EHOSTUNREACH:
        "Set BROADCAST_ADDRESS to the broadcast address of the storage server's network (such as 192.168.1.255), or WOL_INTERFACE to the interface it is on."
      case ENODEV, ENXIO:
        "Set WOL_INTERFACE to one of the interfaces that `ip link` shows, or leave it unset."
      case EACCES, EPERM: "A firewall or a security module on this machine forbids it."
      default: "See whether this machine's network is up (`ip address`)."
      }
    return Trouble(
      .packet, cause: "\(error.code)",
      "The wake request did not leave this machine (\(error)), so the storage stays off.", advice: advice)
  }
}
