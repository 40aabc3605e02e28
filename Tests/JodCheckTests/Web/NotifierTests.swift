import Glibc
import Testing

@testable import jod_check

@Suite("A notifier")
struct NotifierTests {
  private let notifier = Notifier()

  /// Whether a thread that waits for it would be woken now.
  private var isNotified: Bool {
    var states = [pollfd(fd: notifier.descriptor, events: Int16(POLLIN), revents: 0)]
    return poll(&states, 1, 0) == 1
  }

  @Test("a notification wakes a thread that waits")
  func wakes() throws {
    try Thread.start { [notifier] in notifier.notify() }
    let deadline = Deadline(in: 60)
    notifier.wait(by: deadline)
    #expect(!deadline.isOver)
    #expect(!isNotified, "a notification that has woken a thread is over")
  }

  @Test("a notification before anybody waits is not lost")
  func early() {
    #expect(!isNotified)
    notifier.notify()
    let deadline = Deadline(in: 60)
    notifier.wait(by: deadline)
    #expect(!deadline.isOver)
  }

  @Test("a notification after somebody stopped waiting is not lost")
  func late() {
    notifier.wait(by: Deadline(in: 0))
    #expect(!isNotified)
    notifier.notify()
    #expect(isNotified)
  }

  @Test("clearing takes all notifications, however many there were")
  func over() {
    // More than the kernel has room for.
    for _ in 1...10_000 { notifier.notify() }
    #expect(isNotified)
    notifier.clear()
    #expect(!isNotified)
    notifier.notify()
    #expect(isNotified)
  }
}
