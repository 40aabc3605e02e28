import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The probe of the storage server")
  struct StorageProbeTests {
    private func probe(host: String = "127.0.0.1", _ port: Int) -> Probe? {
      StorageProbe(Endpoint(host: host, port: port)).result().probe
    }

    @Test("an accepted connection is ready")
    func ready() throws {
      let storage = try StorageServer()
      try storage.turn(.ready)
      #expect(probe(storage.port) == .ready)
      #expect(probe(host: "localhost", storage.port) == .ready)
    }

    @Test("a refused one is up", arguments: ["127.0.0.1", "::1", "localhost"])
    func up(host: String) throws {
      let storage = try StorageServer()
      try storage.turn(.starting)
      #expect(probe(host: host, storage.port) == .up)
    }

    @Test("no answer within a second is silent")
    func silent() throws {
      let storage = try StorageServer()
      #expect(probe(storage.port) == .silent)
      try storage.turn(.ready)
    }

    @Test("a kernel that refused is up, be another of the name's addresses silent")
    func upInPart() throws {
      // Nobody listens at ::1, which comes first.
      let storage = try StorageServer()
      #expect(probe(host: "localhost", storage.port) == .up)
    }

    @Test("an answer that came while something else was done counts at a glance, even if it has ended since")
    func answeredMeanwhile() throws {
      let storage = try StorageServer()
      for power in [StorageServer.Power.ready, .starting] {
        try storage.turn(power)
        let probe = StorageProbe(Endpoint(host: "127.0.0.1", port: storage.port))
        // From now on nobody is answered any more.
        try storage.turn(.off)
        #expect(probe.result(within: StorageProbe.glance).probe == (power == .ready ? .ready : .up))
      }
    }

    @Test("what has not answered by the end of a glance is silent, and may be looked at again")
    func glance() throws {
      let storage = try StorageServer()
      let probe = StorageProbe(Endpoint(host: "127.0.0.1", port: storage.port))
      #expect(probe.result(within: StorageProbe.glance).probe == .silent)
      // The kernel knocks again after a second, and then somebody is there.
      try storage.turn(.ready)
      #expect(probe.result(within: 10).probe == .ready)
    }

    @Test("a name that does not resolve and never has tells nothing")
    func unknown() throws {
      #expect(probe(host: "storage.invalid", 2049) == nil)
    }

    @Test("a name that does not resolve is looked for where it was last ready", arguments: [true, false])
    func lastAddress(_ isOn: Bool) throws {
      let storage = try StorageServer()
      if isOn { try storage.turn(.ready) }
      let probe = StorageProbe(
        Endpoint(host: "storage.invalid", port: storage.port),
        lastAddress: Endpoint(host: "127.0.0.1", port: storage.port))
      #expect(probe.result().probe == (isOn ? .ready : .silent))
    }

    @Test("the address at which it is ready is told", arguments: ["127.0.0.1", "localhost"])
    func address(_ host: String) throws {
      let storage = try StorageServer()
      try storage.turn(.ready)
      #expect(
        StorageProbe(Endpoint(host: host, port: storage.port)).result()
          == StorageProbe.Result(probe: .ready, address: "127.0.0.1"))
    }

    @Test("what accepts and closes at once is up where it was not ready before, as a container's proxy is")
    func proxy() throws {
      let proxy = try LoopbackServer { _ in }
      let endpoint = Endpoint(host: "127.0.0.1", port: proxy.port)
      #expect(StorageProbe(endpoint, isNew: true).result().probe == .up)
      #expect(StorageProbe(endpoint).result().probe == .ready)
      let storage = try StorageServer()
      try storage.turn(.ready)
      let new = StorageProbe(Endpoint(host: "127.0.0.1", port: storage.port), isNew: true)
      #expect(new.result().probe == .ready)
    }
  }
}
