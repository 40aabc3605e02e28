import Glibc
import Testing

@testable import jod_check

@Suite("A bell")
struct BellTests {
  private let bell = Bell()

  /// Whether a thread that waits for it would be woken now.
  private var isHeard: Bool {
    var states = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
    return poll(&states, 1, 0) == 1
  }

  @Test("a ring wakes whoever listens")
  func wakes() throws {
    try Thread.start { [bell] in bell.ring() }
    let deadline = Deadline(in: 60)
    bell.wait(by: deadline)
    #expect(!deadline.isOver)
    #expect(!isHeard, "what has woken somebody is over")
  }

  @Test("a ring before anybody listens is not lost")
  func early() {
    #expect(!isHeard)
    bell.ring()
    let deadline = Deadline(in: 60)
    bell.wait(by: deadline)
    #expect(!deadline.isOver)
  }

  @Test("nor one after somebody stopped listening")
  func late() {
    bell.wait(by: Deadline(in: 0))
    #expect(!isHeard)
    bell.ring()
    #expect(isHeard)
  }

  @Test("what was heard is over, however often it was rung")
  func over() {
    // More often than the kernel has room for.
    for _ in 1...10_000 { bell.ring() }
    #expect(isHeard)
    bell.silence()
    #expect(!isHeard)
    bell.ring()
    #expect(isHeard)
  }
}
