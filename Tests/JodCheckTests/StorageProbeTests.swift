import Household
import JodCore
import NIOPosix
import Testing

@testable import jod_check

extension World {
  @Suite("The probe of the storage server")
  struct StorageProbeTests {
    private func probe(host: String = "127.0.0.1", _ port: Int) throws -> Probe {
      try StorageProbe.start(Endpoint(host: host, port: port), on: MultiThreadedEventLoopGroup.singleton)
        .wait()
    }

    @Test("an accepted connection is ready")
    func ready() throws {
      let storage = try StorageServer()
      try storage.turn(.ready)
      #expect(try probe(storage.port) == .ready)
      #expect(try probe(host: "localhost", storage.port) == .ready)
    }

    @Test("a refused one is up")
    func up() throws {
      let storage = try StorageServer()
      try storage.turn(.starting)
      #expect(try probe(storage.port) == .up)
    }

    @Test("no answer within a second is silent")
    func silent() throws {
      let storage = try StorageServer()
      #expect(try probe(storage.port) == .silent)
      try storage.turn(.ready)
    }

    @Test("what has not answered by the end of a glance is silent, and what has answered counts")
    func glance() throws {
      let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
      let unanswered = loop.makePromise(of: Probe.self)
      #expect(StorageProbe.result(of: unanswered.futureResult, within: StorageProbe.glance) == .silent)
      unanswered.succeed(.ready)
      #expect(StorageProbe.result(of: unanswered.futureResult, within: .hours(1)) == .ready)
    }

    @Test("a name that does not resolve is silent")
    func unknown() throws {
      #expect(try probe(host: "storage.invalid", 2049) == .silent)
    }
  }
}
