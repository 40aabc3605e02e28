import NIOCore
import NIOEmbedded
import Testing

@testable import jod_check

@Suite("The reception's bell")
struct BellTests {
  private let loop = EmbeddedEventLoop()

  private func isHeard(_ bell: inout Reception.Bell) -> Bool {
    let promise = loop.makePromise(of: Void.self)
    let isHeard = NIOLoopBoundBox(false, eventLoop: loop)
    promise.futureResult.whenComplete { _ in isHeard.value = true }
    bell.listen(promise)
    defer { promise.succeed() }
    return isHeard.value
  }

  @Test("a ring wakes whoever listens")
  func wakes() {
    var bell = Reception.Bell()
    let promise = loop.makePromise(of: Void.self)
    bell.listen(promise)
    bell.ring()
    #expect(throws: Never.self) { try promise.futureResult.wait() }
  }

  @Test("a ring before anybody listens is not lost")
  func early() {
    var bell = Reception.Bell()
    bell.ring()
    #expect(isHeard(&bell))
  }

  @Test("nor one after somebody stopped listening")
  func late() {
    var bell = Reception.Bell()
    #expect(!isHeard(&bell))
    bell.ring()
    #expect(isHeard(&bell))
  }

  @Test("what was heard is over")
  func over() {
    var bell = Reception.Bell()
    bell.ring()
    bell.ring()
    #expect(isHeard(&bell))
    bell.silence()
    #expect(!isHeard(&bell))
  }
}
