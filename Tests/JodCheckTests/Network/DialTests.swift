import Glibc
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("Calling a host")
  struct DialTests {
    /// An address in numbers, as the C library writes it.
    private struct Numbers: Equatable {
      let host: String
      let port: Int

      init(_ address: UnsafePointer<sockaddr>, _ size: socklen_t) {
        var (host, port) = ([CChar](repeating: 0, count: 256), [CChar](repeating: 0, count: 16))
        let flags = NI_NUMERICHOST | NI_NUMERICSERV
        getnameinfo(address, size, &host, socklen_t(host.count), &port, socklen_t(port.count), flags)
        self.host = Self.text(host)
        self.port = Int(Self.text(port)) ?? 0
      }

      init(_ address: SocketAddress) { self = address.withPointer { Numbers($0, $1) } }

      private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    }

    private func address(_ port: Int, _ host: String = "127.0.0.1") throws -> SocketAddress {
      try #require(Lookup.knownAddresses(Endpoint(host: host, port: port)).first)
    }

    /// In plenty of time.
    private func connect(_ dial: Dial) throws -> Numbers {
      let connection = try dial.connection(by: Deadline(in: 60))
      var address = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          getpeername(connection.descriptor, pointer, &size)
          return Numbers(pointer, size)
        }
      }
    }

    private func failure(_ dial: Dial, within limit: Seconds = 60) -> DialFailure? {
      do throws(DialFailure) {
        _ = try dial.connection(by: Deadline(in: limit))
        return nil
      } catch {
        return error
      }
    }

    @Test("an address that says nothing does not keep the next one waiting")
    func silentFirst() throws {
      let (off, ready) = (try StorageServer(), try StorageServer())
      try ready.turn(.ready)
      let addresses = [try address(off.port), try address(ready.port)]
      #expect(try connect(Dial(addresses)) == Numbers(addresses[1]))
    }

    @Test("addresses that fail at once are skipped", arguments: [true, false])
    func failingFirst(isRefused: Bool) throws {
      let (other, ready) = (try StorageServer(), try StorageServer())
      try other.turn(.starting)
      try ready.turn(.ready)
      // No socket of TCP may go to a broadcast address.
      let first = try isRefused ? address(other.port) : address(ready.port, "255.255.255.255")
      let dial = Dial([first, try address(ready.port)])
      #expect(try connect(dial).port == ready.port)
      #expect(dial.failures.count == 1)
    }

    @Test("of addresses that all answer, the first one is taken")
    func first() throws {
      let servers = [try StorageServer(), try StorageServer()]
      for server in servers { try server.turn(.ready) }
      #expect(try connect(Dial(servers.map { try address($0.port) })).port == servers[0].port)
    }

    @Test("where no address can be reached, the first one's error is told")
    func nowhere() throws {
      let server = try StorageServer()
      try server.turn(.starting)
      let (refusing, forbidden) = (try address(server.port), try address(server.port, "255.255.255.255"))
      guard case .failed(let error) = failure(Dial([refusing, forbidden])) else {
        Issue.record("it did not fail")
        return
      }
      #expect(error.code == ECONNREFUSED)
      guard case .failed(let error) = failure(Dial([forbidden, refusing])) else {
        Issue.record("it did not fail")
        return
      }
      #expect(error.code != ECONNREFUSED)
    }

    @Test("an address that says nothing is a time-out, regardless of the others")
    func timeout() throws {
      let (off, refusing) = (try StorageServer(), try StorageServer())
      try refusing.turn(.starting)
      let dial = Dial([try address(refusing.port), try address(off.port)])
      guard case .timeout = failure(dial, within: 0.01) else {
        Issue.record("no time-out")
        return
      }
      #expect(dial.failures.map(\.code) == [ECONNREFUSED])
    }

    @Test("a host without an address is told as such")
    func nobody() {
      guard case .noAddress = failure(Dial([])) else {
        Issue.record("it has an address")
        return
      }
      switch failure(Dial(Endpoint(host: "storage.invalid", port: 2049))) {
      // Where these tests run there may be no name server.
      case .noAddress, .noNameServer: break
      default: Issue.record("it has an address")
      }
    }

    @Test("families take turns, and the C library's order stays in each of them")
    func families() throws {
      let hosts = ["fd00::1", "fd00::2", "fd00::3", "192.0.2.1", "192.0.2.2"]
      let sorted = Dial.alternating(try hosts.map { try address(1, $0) })
      #expect(
        sorted.map { Numbers($0).host } == ["fd00::1", "192.0.2.1", "fd00::2", "192.0.2.2", "fd00::3"])
    }

    @Test(
      "an address needs no question, and the loopback's name needs none either",
      arguments: [
        ("127.0.0.1", ["127.0.0.1"]), ("::1", ["::1"]), ("fe80::1%lo", ["fe80::1%lo"]),
        ("localhost", ["::1", "127.0.0.1"]), ("storage.invalid", []),
      ])
    func known(host: String, addresses: [String]) {
      let known = Lookup.knownAddresses(Endpoint(host: host, port: 2049))
      #expect(known.map { Numbers($0).host } == addresses)
      #expect(known.allSatisfy { Numbers($0).port == 2049 })
    }

    @Test("a scope leads to its interface")
    func scope() throws {
      let known = Lookup.knownAddresses(Endpoint(host: "fe80::1%lo", port: 2049))
      let scope = try #require(known.first).withPointer { pointer, _ in
        pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_scope_id }
      }
      #expect(scope == if_nametoindex("lo"))
      #expect(Lookup.knownAddresses(Endpoint(host: "fe80::1%nosuch0", port: 2049)) == [])
    }

    @Test("a name is looked up by the C library, and lookups that are given up harm nobody")
    func lookup() throws {
      let endpoint = Endpoint(host: "localhost", port: 2049)
      for _ in 1...50 { _ = try Lookup(endpoint) }
      let lookup = try Lookup(endpoint)
      var states = [pollfd(fd: lookup.descriptor, events: Int16(POLLIN), revents: 0)]
      try #require(Socket.wait(for: &states, until: Deadline(in: 60)))
      #expect(lookup.answer.addresses.contains(try address(2049)))
    }
  }
}
