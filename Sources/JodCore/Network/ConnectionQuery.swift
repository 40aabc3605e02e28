/// The question for this machine's TCP connections with one address, and the kernel's answer: the bytes of netlink(7) and
/// sock_diag(7), with the numbers of linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h and linux/tcp.h.
///
/// The kernel leaves out the connections with others by itself. Those that it holds for its own file systems (NFS, SMB) are
/// in its table as well, and any user may ask.
public struct ConnectionQuery: Sendable {
  /// `AF_INET` and `AF_INET6`: the kernel keeps a table for each.
  public enum Family: UInt8, Sendable {
    case ipv4 = 2
    case ipv6 = 10
  }

  public enum Failure: Error, Hashable, Sendable {
    /// The kernel said no, by this error of errno(3).
    case refused(Int32)
    case notUnderstood
    /// More than `limit` connections.
    case tooMany
  }

  public struct Connection: Hashable, Sendable {
    /// The kernel's own number for it, which no other has until the machine restarts.
    public let cookie: UInt64
    /// The lower of its two ports: the service's, as a rule.
    public let port: Int
    /// What was received, and what was sent and acknowledged.
    public let bytes: Double
  }

  public private(set) var connections: [Connection] = []
  /// Whether the answer is complete.
  public private(set) var isOver = false

  /// More of them than a household has, few enough for a check to read in a few milliseconds.
  public static let limit = 4096

  private let peer: IPAddress
  private let family: Family

  public init(peer: IPAddress, family: Family) { (self.peer, self.family) = (peer, family) }

  /// All that find the connections with these addresses. A program may reach an address of IPv4 by a socket of IPv6.
  public static func all(_ addresses: [IPAddress]) -> [ConnectionQuery] {
    addresses.flatMap { address in
      (address.isIPv4 ? [Family.ipv4, .ipv6] : [.ipv6]).map { ConnectionQuery(peer: address, family: $0) }
    }
  }

  // MARK: The question

  private static let (getConnections, request, dump): (UInt16, UInt16, UInt16) = (20, 0x1, 0x300)

  /// ```
  /// nlmsghdr            length 4, type 2, flags 2, sequence 4, port 4
  /// inet_diag_req_v2    family 1, protocol 1, extensions 1, 1, states 4, inet_diag_sockid 48
  /// nlattr              length 2, type 2
  /// inet_diag_bc_op     code 1, offset if true 1, offset if false 2
  /// inet_diag_hostcond  family 1, prefix length 1, 2, port 4, address 4 or 16
  /// ```
  public var bytes: [UInt8] {
    let operation = 4 + 8 + peer.octets.count
    let length = 16 + 56 + 4 + operation
    var bytes = Self.native(UInt32(length)) + Self.native(Self.getConnections)
    bytes += Self.native(Self.request | Self.dump) + [UInt8](repeating: 0, count: 8)
    bytes += [family.rawValue, Self.tcp, 1 << (Self.info - 1), 0] + Self.native(Self.states)
    bytes += [UInt8](repeating: 0, count: 48)
    // INET_DIAG_REQ_BYTECODE
    bytes += Self.native(UInt16(4 + operation)) + Self.native(UInt16(1))
    // INET_DIAG_BC_D_COND. A jump to just behind the end is a yes, one beyond that a no.
    bytes += [8, UInt8(operation)] + Self.native(UInt16(operation + 4))
    // At any port.
    bytes += [(peer.isIPv4 ? Family.ipv4 : .ipv6).rawValue, UInt8(peer.octets.count * 8), 0, 0]
    return bytes + Self.native(Int32(-1)) + peer.octets
  }

  private static let tcp: UInt8 = 6
  /// Those in which bytes can cross, or have: established (1) and closing ones (FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK,
  /// CLOSING; include/net/tcp_states.h).
  private static let states: UInt32 = [1, 4, 5, 8, 9, 11].reduce(0) { $0 | 1 << UInt32($1) }
  private static let finWait2: UInt8 = 5

  private static func native(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  // MARK: The answer

  private static let (noop, error, done): (UInt16, UInt16, UInt16) = (1, 2, 3)
  /// `INET_DIAG_INFO`: a `tcp_info`.
  private static let info: UInt8 = 2

  /// Reads a datagram of the answer, which has one message or more.
  public mutating func read(_ datagram: UnsafeRawBufferPointer) throws(Failure) {
    var rest = datagram[...]
    while !rest.isEmpty {
      guard let length = rest.number(UInt32.self, at: 0), length >= 16, length <= rest.count,
        let type = rest.number(UInt16.self, at: 4)
      else { throw .notUnderstood }
      let payload = rest.dropFirst(16).prefix(Int(length) - 16)
      switch type {
      case Self.noop: break
      case Self.error, Self.done:
        // The end may tell what ended it; an error of zero is none, and no end.
        let code = payload.number(Int32.self, at: 0)
        if type == Self.error, code == nil { throw .notUnderstood }
        if let code, code != 0 { throw .refused(code == .min ? .max : abs(code)) }
        if type == Self.done { isOver = true }
      case Self.getConnections: try readConnection(payload)
      default: throw .notUnderstood
      }
      rest = rest.dropFirst((Int(length) + 3) & ~3)
    }
  }

  /// ```
  /// inet_diag_msg  family 1, state 1, 2, inet_diag_sockid 48, expires 4, queues 8, user 4, inode 4
  /// inet_diag_sockid  ports 2 and 2, addresses 16 and 16 (the peer's come second), interface 4, cookie 8
  /// ```
  private mutating func readConnection(_ message: Slice<UnsafeRawBufferPointer>) throws(Failure) {
    guard message.count >= 72, let state = message.number(UInt8.self, at: 1),
      message.number(UInt8.self, at: 0) == family.rawValue,
      let own = message.number(UInt16.self, at: 4), let theirs = message.number(UInt16.self, at: 6),
      let low = message.number(UInt32.self, at: 44), let high = message.number(UInt32.self, at: 48)
    else { throw .notUnderstood }
    let address = message.dropFirst(24).prefix(family == .ipv4 ? 4 : 16)
    guard IPAddress(octets: address) == peer else { return }
    guard let bytes = try Self.bytesCrossed(message.dropFirst(72)) else {
      // A remnant of one that has been closed, without its numbers.
      if state == Self.finWait2 { return }
      throw .notUnderstood
    }
    guard connections.count < Self.limit else { throw .tooMany }
    connections.append(
      Connection(
        cookie: UInt64(high) << 32 | UInt64(low),
        port: Int(min(UInt16(bigEndian: own), UInt16(bigEndian: theirs))), bytes: bytes))
  }

  /// Of a message's attributes (`nlattr`: length 2, type 2); nil where they say nothing of it. A `tcp_info` has the bytes
  /// acknowledged at 120 and those received at 128, since Linux 4.1.
  private static func bytesCrossed(_ attributes: Slice<UnsafeRawBufferPointer>) throws(Failure) -> Double? {
    var rest = attributes
    while !rest.isEmpty {
      guard let length = rest.number(UInt16.self, at: 0), length >= 4, length <= rest.count,
        let type = rest.number(UInt16.self, at: 2)
      else { throw .notUnderstood }
      if type & 0x3fff == UInt16(info) {
        let value = rest.dropFirst(4).prefix(Int(length) - 4)
        guard let sent = value.number(UInt64.self, at: 120), let received = value.number(UInt64.self, at: 128)
        else { throw .notUnderstood }
        return Double(sent) + Double(received)
      }
      rest = rest.dropFirst((Int(length) + 3) & ~3)
    }
    return nil
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// A number in this machine's own order of bytes; nil where it would not end in here.
  fileprivate func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type, at offset: Int)
    -> Number?
  {
    guard offset + MemoryLayout<Number>.size <= count else { return nil }
    return UnsafeRawBufferPointer(rebasing: self).loadUnaligned(fromByteOffset: offset, as: type)
  }
}
