import Glibc
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The traffic with the storage, as the kernel counts it")
  struct StorageTrafficTests {
    /// A connection on the loopback, both ends in this process. The storage server's end is the one that listened.
    private final class Share {
      let (client, server): (Int32, Int32)
      /// The lower one: the kernel picks both.
      let port: Int

      init(_ host: String) throws {
        let family = host.contains(":") ? AF_INET6 : AF_INET
        let listener = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        let address = try #require(Lookup.knownAddresses(Endpoint(host: host, port: 0)).first)
        try #require(address.withPointer { bind(listener, $0, $1) } == 0 && listen(listener, 1) == 0)
        let port = Self.port(listener)
        let client = socket(family, Int32(SOCK_STREAM.rawValue), 0)
        let peer = try #require(Lookup.knownAddresses(Endpoint(host: host, port: port)).first)
        let isCalled = peer.withPointer { connect(client, $0, $1) } == 0
        let server = isCalled ? accept(listener, nil, nil) : -1
        (self.client, self.server, self.port) = (client, server, min(port, Self.port(client)))
        try #require(server >= 0)
      }

      private static func port(_ descriptor: Int32) -> Int {
        // At the same place in a `sockaddr_in`.
        var name = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutableBytes(of: &name) { bytes in
          _ = getsockname(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
        }
        return Int(UInt16(bigEndian: name.sin6_port))
      }

      deinit {
        close(client)
        if server >= 0 { close(server) }
      }

      /// So many bytes from one end to the other, all of which have arrived.
      func send(_ count: Int, from: Int32, to: Int32) {
        var (buffer, left) = ([UInt8](repeating: 1, count: 65536), count)
        while left > 0 {
          let sent = Glibc.write(from, buffer, min(buffer.count, left))
          guard sent > 0 else { return }
          left -= sent
          var taken = 0
          while taken < sent {
            let count = Glibc.read(to, &buffer, sent - taken)
            guard count > 0 else { return }
            taken += count
          }
        }
      }

      func read(_ count: Int) { send(count, from: server, to: client) }
      func write(_ count: Int) { send(count, from: client, to: server) }
    }

    /// What this machine's end of a share has carried; the other end, which is here as well, has the ports the other way.
    private func bytes(_ share: Share, at host: String) throws -> Double? {
      let address = try #require(IPAddress(host))
      let all = try StorageTraffic.connections([address]).filter { $0.port == share.port }
      // Both ends are this machine's, and see the same bytes.
      return all.map(\.bytes).max()
    }

    @Test("10 MiB that are read or written are seen, and idleness as well", arguments: ["127.0.0.1", "::1"])
    func seen(_ host: String) throws {
      let share = try Share(host)
      let before = try #require(try bytes(share, at: host))
      share.read(10 << 20)
      let read = try #require(try bytes(share, at: host))
      #expect((10 << 20)...(10 << 20) + 9 ~= Int(read - before))
      share.write(5 << 20)
      let written = try #require(try bytes(share, at: host))
      #expect((5 << 20)...(5 << 20) + 9 ~= Int(written - read))
      #expect(try bytes(share, at: host) == written)
    }

    @Test("a reader that is slow, or reads in bursts, is seen at each reading")
    func slow() throws {
      let share = try Share("127.0.0.1")
      var last = try #require(try bytes(share, at: "127.0.0.1"))
      for count in [1, 4096, 1 << 20, 1, 3 << 20] {
        share.read(count)
        let now = try #require(try bytes(share, at: "127.0.0.1"))
        #expect(now - last == Double(count))
        last = now
      }
    }

    @Test("an address of IPv4 that a socket of IPv6 has called is found under both of its forms")
    func mapped() throws {
      let share = try Share("::ffff:127.0.0.1")
      share.read(1 << 20)
      #expect(try bytes(share, at: "127.0.0.1") ?? 0 >= 1_048_576)
      #expect(try bytes(share, at: "::ffff:127.0.0.1") ?? 0 >= 1_048_576)
    }

    @Test("connections with others are none of it")
    func others() throws {
      let share = try Share("127.0.0.1")
      share.read(4096)
      #expect(try bytes(share, at: "127.0.0.2") == nil)
      #expect(try bytes(share, at: "::1") == nil)
    }

    @Test("a connection has the same number for as long as it lives, and a new one another")
    func cookies() throws {
      let address = try #require(IPAddress("127.0.0.1"))
      func cookies(_ share: Share) throws -> Set<UInt64> {
        Set(try StorageTraffic.connections([address]).filter { $0.port == share.port }.map(\.cookie))
      }
      let (first, second) = (try Share("127.0.0.1"), try Share("127.0.0.1"))
      let known = try cookies(first)
      #expect(known.count == 2)
      first.read(1)
      #expect(try cookies(first) == known)
      #expect(try cookies(second).isDisjoint(with: known))
    }

    @Test("a connection of which one side is closed is still seen")
    func closing() throws {
      let share = try Share("127.0.0.1")
      share.read(1 << 20)
      shutdown(share.server, Int32(SHUT_WR))
      #expect(try bytes(share, at: "127.0.0.1") ?? 0 >= 1_048_576)
    }

    @Test(
      "a storage whose addresses nobody knows is not seen; when waking blindly the mounts alone are looked at"
    )
    func unknown() throws {
      let mounts = open("/dev/null", O_RDONLY)
      defer { close(mounts) }
      let endpoint = try #require(Endpoint("nas.example:445"))
      #expect(StorageTraffic(server: endpoint, mountstats: mounts).read([]).unseen == .addresses)
      #expect(StorageTraffic(server: nil, mountstats: mounts).read([]).unseen == nil)
    }

    @Test("mounts that cannot be read are not seen")
    func noMounts() throws {
      let address = try #require(IPAddress("127.0.0.1"))
      let endpoint = try #require(Endpoint("127.0.0.1:445"))
      #expect(StorageTraffic(server: endpoint, mountstats: -1).read([address]).unseen == .mounts)
    }
  }
}
