import Testing

@testable import JodCore

@Suite("The kernel's table of connections")
struct ConnectionQueryTests {
  private static let peer = IPAddress("192.0.2.20")!
  private static let peer6 = IPAddress("2001:db8::20")!

  /// A message of netlink's: its length, type, flags, sequence and port, and what it carries.
  private static func message(_ type: UInt16, _ payload: [UInt8] = [], length: UInt32? = nil) -> [UInt8] {
    let whole = native(length ?? UInt32(16 + payload.count)) + native(type) + native(UInt16(2))
    let bytes = whole + native(UInt32(0)) + native(UInt32(4711)) + payload
    return bytes + [UInt8](repeating: 0, count: -bytes.count & 3)
  }

  private static func native(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  /// An attribute of it.
  private static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
    let bytes = native(UInt16(4 + value.count)) + native(type) + value
    return bytes + [UInt8](repeating: 0, count: -bytes.count & 3)
  }

  /// A `tcp_info`, as long as that of Linux 6.1.
  private static func info(sent: UInt64, received: UInt64, count: Int = 240) -> [UInt8] {
    let bytes = [UInt8](repeating: 7, count: 120) + native(sent) + native(received)
    return Array((bytes + [UInt8](repeating: 9, count: 200)).prefix(count))
  }

  private static func connection(
    _ family: UInt8 = 2, state: UInt8 = 1, ports: (UInt16, UInt16) = (50_000, 445),
    peer: [UInt8] = [192, 0, 2, 20],
    cookie: UInt64 = 0x1_0000_0002, attributes: [UInt8] = attribute(2, info(sent: 1000, received: 30_000_000))
  ) -> [UInt8] {
    var bytes: [UInt8] = [family, state, 0, 0] + native(ports.0.bigEndian) + native(ports.1.bigEndian)
    bytes += [192, 0, 2, 1] + [UInt8](repeating: 0, count: 12)
    bytes += peer + [UInt8](repeating: 0, count: 16 - peer.count) + native(UInt32(0))
    bytes += native(UInt32(cookie & 0xffff_ffff)) + native(UInt32(cookie >> 32))
    return message(20, bytes + [UInt8](repeating: 0, count: 20) + attributes)
  }

  private func answer(
    _ datagrams: [UInt8]..., peer: IPAddress = peer, family: ConnectionQuery.Family = .ipv4
  ) throws(ConnectionQuery.Failure) -> ConnectionQuery {
    var query = ConnectionQuery(peer: peer, family: family)
    for datagram in datagrams {
      var failure: ConnectionQuery.Failure?
      datagram.withUnsafeBytes { bytes in
        do throws(ConnectionQuery.Failure) { try query.read(bytes) } catch { failure = error }
      }
      if let failure { throw failure }
    }
    return query
  }

  private func bytes(_ datagrams: [UInt8]...) throws -> [Double] {
    var all: [Double] = []
    for datagram in datagrams { all += try answer(datagram).connections.map(\.bytes) }
    return all
  }

  // MARK: The question

  @Test("the question for an address of IPv4, byte for byte")
  func question() {
    let bytes = ConnectionQuery(peer: Self.peer, family: .ipv4).bytes
    let header: [UInt8] = [92, 0, 0, 0, 20, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0]
    let request: [UInt8] = [2, 6, 2, 0, 0x32, 0x0b, 0, 0] + [UInt8](repeating: 0, count: 48)
    let filter: [UInt8] = [20, 0, 1, 0, 8, 16, 20, 0, 2, 32, 0, 0, 255, 255, 255, 255, 192, 0, 2, 20]
    #expect(bytes == header + request + filter)
  }

  @Test("the question for an address of IPv6 has all of its bytes")
  func question6() {
    let bytes = ConnectionQuery(peer: Self.peer6, family: .ipv6).bytes
    #expect(bytes.count == 104 && bytes[0] == 104 && bytes[16] == 10)
    #expect(
      Array(bytes[72...]) == [32, 0, 1, 0, 8, 28, 32, 0, 10, 128, 0, 0, 255, 255, 255, 255]
        + Self.peer6.octets)
  }

  @Test("both tables are asked for an address of IPv4, and one for an address of IPv6")
  func tables() {
    let queries = ConnectionQuery.all([Self.peer, Self.peer6]).map { $0.bytes[16] }
    #expect(queries == [2, 10, 10])
  }

  // MARK: The answer

  @Test("a connection has its number, the lower port, and the bytes of both ways")
  func one() throws {
    let query = try answer(Self.connection(), Self.message(3, Self.native(Int32(0))))
    #expect(query.isOver)
    let found = try #require(query.connections.first)
    #expect(found.cookie == 0x1_0000_0002 && found.port == 445 && found.bytes == 30_001_000)
  }

  @Test("the port is the service's, whoever has called", arguments: [(445, 50_000), (50_000, 445)])
  func port(_ own: UInt16, _ theirs: UInt16) throws {
    #expect(try answer(Self.connection(ports: (own, theirs))).connections.map(\.port) == [445])
  }

  @Test("several in one datagram, and in several, are all read, with what comes between them")
  func several() throws {
    let other =
      Self.attribute(1, [1, 2, 3]) + Self.attribute(2, Self.info(sent: 5, received: 6))
      + Self.attribute(8, [0])
    let query = try answer(
      Self.connection() + Self.message(1) + Self.connection(cookie: 3, attributes: other),
      Self.connection(cookie: 4),
      Self.message(3))
    #expect(query.connections.map(\.cookie) == [0x1_0000_0002, 3, 4])
    #expect(query.connections.map(\.bytes) == [30_001_000, 11, 30_001_000])
    #expect(query.isOver)
  }

  @Test("an address of IPv4 that stands in the table of IPv6 is the same address")
  func mapped() throws {
    let peer = [UInt8](repeating: 0, count: 10) + [255, 255, 192, 0, 2, 20]
    let found = try answer(Self.connection(10, peer: peer), family: .ipv6).connections
    #expect(found.count == 1)
  }

  @Test("a connection with another is none, where an old kernel lets it pass")
  func another() throws {
    #expect(try answer(Self.connection(peer: [192, 0, 2, 21])).connections.isEmpty)
  }

  @Test("bytes that no 32-bit number holds are counted, and the greatest number is no accident")
  func large() throws {
    let most = Self.attribute(2, Self.info(sent: .max, received: .max))
    #expect(try bytes(Self.connection(attributes: most)) == [0x1p65])
  }

  @Test("an answer is not over before the kernel says so")
  func notOver() throws {
    #expect(try !answer(Self.connection()).isOver)
    #expect(try !answer(Self.message(2, Self.native(Int32(0)))).isOver)
  }

  // MARK: What cannot be understood

  @Test(
    "an error of the kernel's is told by its number", arguments: [UInt16(2), 3],
    [(Int32(-1), Int32(1)), (-22, 22), (.min, .max)])
  func refused(_ type: UInt16, _ code: (said: Int32, told: Int32)) {
    #expect(throws: ConnectionQuery.Failure.refused(code.told)) {
      try answer(Self.message(type, Self.native(code.said) + [UInt8](repeating: 0, count: 16)))
    }
  }

  @Test("an answer that is cut off at any place is not understood, or has said all of it by then")
  func truncated() {
    let whole = Self.connection()
    for count in 1..<whole.count {
      #expect(throws: ConnectionQuery.Failure.notUnderstood, "\(count)") {
        try answer(Array(whole[..<count]))
      }
    }
  }

  @Test("a message of a wrong length is not understood", arguments: [0, 1, 15, 1 << 20, UInt32.max])
  func length(_ length: UInt32) {
    #expect(throws: ConnectionQuery.Failure.notUnderstood) { try answer(Self.message(1, [], length: length)) }
  }

  @Test("an attribute of a wrong length is not understood", arguments: [0, 3, 65_535] as [UInt16])
  func attributeLength(_ length: UInt16) {
    let attributes = Self.native(length) + Self.native(UInt16(2)) + [1, 2, 3, 4]
    #expect(throws: ConnectionQuery.Failure.notUnderstood) {
      try answer(Self.connection(attributes: attributes))
    }
  }

  @Test(
    "an error without a number, an overrun and other messages are not understood",
    arguments: [2, 4, 16, 21] as [UInt16])
  func types(_ type: UInt16) {
    #expect(throws: ConnectionQuery.Failure.notUnderstood) { try answer(Self.message(type)) }
  }

  @Test("a kernel before 4.1, which does not count bytes, is not understood")
  func old() {
    let old = Self.attribute(2, Self.info(sent: 1, received: 1, count: 104))
    #expect(throws: ConnectionQuery.Failure.notUnderstood) { try answer(Self.connection(attributes: old)) }
  }

  @Test("one that the kernel tells nothing of is not understood, but for the remnant of a closed one")
  func withoutInfo() throws {
    #expect(throws: ConnectionQuery.Failure.notUnderstood) { try answer(Self.connection(attributes: [])) }
    #expect(try answer(Self.connection(state: 5, attributes: [])).connections.isEmpty)
  }

  @Test("one of another family is not understood")
  func family() {
    #expect(throws: ConnectionQuery.Failure.notUnderstood) { try answer(Self.connection(10)) }
  }

  @Test("more connections than a household has are too many, and none is kept beyond")
  func tooMany() throws {
    let datagram = Array(repeatElement(Self.connection(), count: ConnectionQuery.limit).joined())
    #expect(try answer(datagram).connections.count == ConnectionQuery.limit)
    #expect(throws: ConnectionQuery.Failure.tooMany) { try answer(datagram, Self.connection()) }
  }

  @Test("no bytes, however they came to be, end the program")
  func mutations() {
    var numbers = SystemRandomNumberGenerator()
    let whole = Self.connection() + Self.connection(cookie: 5) + Self.message(3, Self.native(Int32(0)))
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        bytes[Int.random(in: bytes.indices, using: &numbers)] = .random(in: 0...255, using: &numbers)
      }
      _ = try? answer(bytes)
    }
  }

  // MARK: Addresses

  @Test(
    "an address has one form, however it is written",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8:0::1", "2001:db8::1"),
      ("fe80::1%eth0", "fe80::1"), ("::1", "::1"),
    ])
  func addresses(_ text: String, _ form: String) {
    #expect(IPAddress(text)?.description == form)
    #expect(IPAddress(text) == IPAddress(form))
  }

  @Test("what is no address is none", arguments: ["", "nas.lan", "192.0.2", "192.0.2.1.1", "::g"])
  func noAddress(_ text: String) { #expect(IPAddress(text) == nil) }

  @Test("bytes of another count are no address")
  func count() {
    #expect([0, 3, 5, 15, 17].allSatisfy { IPAddress(octets: [UInt8](repeating: 1, count: $0)) == nil })
  }
}
