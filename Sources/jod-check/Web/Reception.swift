import CSystemd
import Glibc
import JodCore
import Synchronization

/// Takes the connections that wait at `jod-check.socket`, on a thread of its own, while the main thread makes the checks. A
/// connection is for one request.
final class Reception: Sendable {
  /// So many connections at a time; others wait in the kernel. Far fewer than the files that a process may have open.
  static let places = 256
  /// A check waits so long at most for requests that lie at the door when it begins.
  private static let courtesy: Seconds = 0.1
  /// Whoever has asked by the end is answered within this time.
  private static let farewell: Seconds = 0.5

  /// What both threads know.
  private struct Book {
    var shift: Shift
    var count = Hall.Count()
    /// Whether more connections are taken.
    var isOpen = true
  }

  private let book: Mutex<Book>
  /// Rung for the main thread, and for the other one.
  private let bell = Bell()
  private let summons = Bell()

  /// Begins to take connections.
  ///
  /// - Parameter lastPoll: when Jellyfin was last polled, on the boot clock.
  private init(_ sockets: [CInt], token: Secret?, interval: Seconds, lastPoll: Seconds?, desk: Desk) {
    let shift = Shift(began: Clock.seconds(CLOCK_BOOTTIME), interval: interval, lastPoll: lastPoll)
    book = Mutex(Book(shift: shift))
    // Before the doors are open: whoever waits there is gone from there soon.
    let isExpected = Self.isSomebodyWaiting(at: sockets)
    let doors = sockets.map {
      Hall.Door(descriptor: $0, doorkeeper: Doorkeeper(token: token, isLoopback: Self.isLoopback($0)))
    }
    // Here and nowhere else: a check that the timer starts makes no thread. Who cannot be served is left to the next run,
    // ignoring: this one has a check to make.
    try? Thread.start { [self] in
      var hall = Hall(doors, summons: summons) { [self] in desk.give($0, promise: promise) }
      hall.run(isOpen: isOpen, report: note)
    }
    if isExpected { awaitRequestsAtTheDoor() }
  }

  /// With what a valid configuration says; nil where systemd handed over no socket.
  convenience init?(for program: Program) {
    let sockets = Libsystemd.listeningSockets()
    if sockets.isEmpty { return nil }
    let configuration = program.configuration
    let bootID = Clock.now().moment.bootID
    self.init(
      sockets, token: configuration.httpToken, interval: configuration.checkInterval,
      lastPoll: program.store.load(bootID: bootID).memory.runtime.beat.last, desk: Desk(program))
  }

  /// Without a valid configuration whoever comes is told so, for a while: a run that ended at once would be started again
  /// without end. Who may read is told what is wrong.
  static func turnAway(_ settings: Settings, _ error: ConfigurationError) {
    let sockets = Libsystemd.listeningSockets()
    if sockets.isEmpty { return }
    let page = InvalidPage(
      error.faults, warnings: settings.misspelt.map(\.warning), version: Version.current)
    Reception(
      sockets, token: settings.token, interval: .infinity, lastPoll: nil,
      desk: Desk(Desk.InvalidNotice(page: page.document))
    ).turnAway()
  }

  // MARK: The main thread

  /// Makes the checks that are due, with `poll`, and returns when it is time to leave.
  func serve(_ poll: (_ isAsked: Bool) -> Void) {
    while true {
      switch step() {
      case .check:
        let isAsked = book.withLock { book in
          book.shift.notePoll(at: Clock.seconds(CLOCK_BOOTTIME))
          return book.count.taken > 0
        }
        poll(isAsked)
      case .wait(let until):
        awaitBell(until: until)
      case .leave:
        close()
        // Whoever was let in meanwhile may have been promised a check.
        if book.withLock({ $0.shift.leave() }) { return }
      }
    }
  }

  private func turnAway() {
    book.withLock { book in
      book.shift.noteConnection(at: Clock.seconds(CLOCK_BOOTTIME))
      book.shift.notePoll(at: .infinity)
    }
    while case .wait(let until) = step() {
      awaitBell(until: until)
    }
    close()
  }

  private func step() -> Shift.Step { book.withLock { $0.shift.next(at: Clock.seconds(CLOCK_BOOTTIME)) } }

  private static func isSomebodyWaiting(at sockets: [CInt]) -> Bool {
    var waiting = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return Glibc.poll(&waiting, nfds_t(waiting.count), 0) > 0
  }

  private func awaitRequestsAtTheDoor() {
    wait(Self.courtesy) { $0.taken > 0 && $0.unanswered == 0 }
  }

  /// Takes no more, and answers whoever was let in.
  private func close() {
    book.withLock { $0.isOpen = false }
    summons.ring()
    // Who is just being let in is no longer at the door, where the next run would find them.
    wait(Self.farewell) { !$0.isOpen && $0.open == 0 }
  }

  /// Waits for so long at most.
  private func wait(_ seconds: Seconds, until isOver: (Hall.Count) -> Bool) {
    let deadline = Deadline(in: seconds)
    while !deadline.isOver, !isOver(book.withLock { $0.count }) { bell.wait(by: deadline) }
  }

  /// Waits until something happens, or until then on the boot clock.
  private func awaitBell(until time: Seconds) {
    // A millisecond more, or it might ring just before.
    bell.wait(by: Deadline(in: max(0, time - Clock.seconds(CLOCK_BOOTTIME)) + 0.001))
  }

  // MARK: The other thread

  /// A poll can take long, and a flood must not keep a run for ever.
  private func isOpen() -> Bool {
    book.withLock { $0.isOpen && Clock.seconds(CLOCK_BOOTTIME) < $0.shift.began + Shift.longest }
  }

  private func promise() -> Bool { book.withLock { $0.shift.promise() } }

  private func note(_ count: Hall.Count) {
    let isNews = book.withLock { book in
      if count.taken > book.count.taken { book.shift.noteConnection(at: Clock.seconds(CLOCK_BOOTTIME)) }
      defer { book.count = count }
      return count != book.count
    }
    if isNews { bell.ring() }
  }

  /// Whether only this machine can come to the socket.
  private static func isLoopback(_ socket: CInt) -> Bool {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let found = withUnsafeMutableBytes(of: &storage) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { getsockname(socket, $0.baseAddress!, &length) }
    }
    guard found == 0 else { return false }
    let family = Int32(storage.ss_family)
    return withUnsafeBytes(of: &storage) { bytes in
      switch family {
      case AF_UNIX: return true
      case AF_INET: return bytes[4] == 127
      case AF_INET6:
        let address = bytes[8..<24]
        let isMapped = address.starts(with: Array(repeating: 0, count: 10) + [0xFF, 0xFF])
        return address.elementsEqual(Array(repeating: 0, count: 15) + [1])
          || isMapped && address[address.startIndex + 12] == 127
      default: return false
      }
    }
  }
}
