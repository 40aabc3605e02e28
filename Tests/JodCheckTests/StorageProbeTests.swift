import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The probe of the storage server")
  struct StorageProbeTests {
    private func probe(host: String = "127.0.0.1", _ port: Int) -> Probe {
      StorageProbe(Endpoint(host: host, port: port)).result()
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

    @Test("an answer that came while something else was done counts at a glance, whatever became of it")
    func answeredMeanwhile() throws {
      let storage = try StorageServer()
      for power in [StorageServer.Power.ready, .starting] {
        try storage.turn(power)
        let probe = StorageProbe(Endpoint(host: "127.0.0.1", port: storage.port))
        // Nobody answers any more who asks from now on.
        try storage.turn(.off)
        #expect(probe.result(within: StorageProbe.glance) == (power == .ready ? .ready : .up))
      }
    }

    @Test("what has not answered by the end of a glance is silent, and may be looked at again")
    func glance() throws {
      let storage = try StorageServer()
      let probe = StorageProbe(Endpoint(host: "127.0.0.1", port: storage.port))
      #expect(probe.result(within: StorageProbe.glance) == .silent)
      // The kernel knocks again after a second, and then somebody is there.
      try storage.turn(.ready)
      #expect(probe.result(within: 10) == .ready)
    }

    @Test("a name that does not resolve is silent")
    func unknown() throws {
      #expect(probe(host: "storage.invalid", 2049) == .silent)
    }
  }
}
