import Household
import JodCore
import NIOPosix
import Testing

@testable import jod_check

extension World {
  @Suite("The probe of the storage server")
  struct StorageProbeTests {
    private func probe(host: String = "127.0.0.1", _ port: Int) async -> Probe {
      await StorageProbe.run(Endpoint(host: host, port: port), on: MultiThreadedEventLoopGroup.singleton)
    }

    @Test("an accepted connection is ready")
    func ready() async throws {
      let storage = try StorageServer()
      try storage.turn(.ready)
      #expect(await probe(storage.port) == .ready)
      #expect(await probe(host: "localhost", storage.port) == .ready)
    }

    @Test("a refused one is up")
    func up() async throws {
      let storage = try StorageServer()
      try storage.turn(.starting)
      #expect(await probe(storage.port) == .up)
    }

    @Test("no answer within a second is silent")
    func silent() async throws {
      let storage = try StorageServer()
      #expect(await probe(storage.port) == .silent)
      try storage.turn(.ready)
    }

    @Test("a name that does not resolve is silent")
    func unknown() async throws {
      #expect(await probe(host: "storage.invalid", 2049) == .silent)
    }
  }
}
