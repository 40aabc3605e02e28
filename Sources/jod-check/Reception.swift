import CSystemd
import Glibc
import JodCore
import NIOCore
import NIOPosix

/// Takes the connections that wait at `jod-check.socket`, on the event loop's thread, while the main thread makes the
/// checks. A connection is for one request.
final class Reception: Sendable {
  /// So many connections at a time; others wait in the kernel. Far fewer than the files that a process may have open.
  static let places = 256
  /// A check waits so long at most for requests that lie at the door when it begins.
  private static let courtesy = TimeAmount.milliseconds(100)
  /// Whoever has asked by the end is answered within this time.
  private static let farewell = TimeAmount.milliseconds(500)

  private let group: MultiThreadedEventLoopGroup
  private let loop: any EventLoop
  private let doors: [any Channel]
  private let book: NIOLoopBoundBox<Book>

  /// What the loop's thread knows.
  struct Book {
    var shift: Shift
    /// Connections taken, and of these the ones that have no answer yet, and the ones that are open.
    var taken = 0
    var unanswered = 0
    var open = 0
    var bell = Bell()
  }

  /// Wakes the main thread.
  struct Bell {
    private var listener: EventLoopPromise<Void>?
    /// Something happened since the last silence, be it that nobody listened.
    private var isRung = false

    mutating func ring() {
      isRung = true
      listener?.succeed()
      listener = nil
    }

    mutating func listen(_ promise: EventLoopPromise<Void>) {
      if isRung { promise.succeed() } else { listener = promise }
    }

    mutating func silence() { (isRung, listener) = (false, nil) }
  }

  /// Begins to take connections.
  ///
  /// - Parameter lastPoll: when Jellyfin was last polled, on the boot clock.
  private init(_ sockets: [CInt], token: Secret?, interval: Seconds, lastPoll: Seconds?, desk: Desk) {
    // Here and nowhere else: a check that the timer starts makes no thread.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    (self.group, self.loop) = (group, loop)
    let shift = Shift(began: Clock.seconds(CLOCK_BOOTTIME), interval: interval, lastPoll: lastPoll)
    let book = NIOLoopBoundBox.makeBoxSendingValue(Book(shift: shift), eventLoop: loop)
    self.book = book
    // Before the doors are open: whoever waits there is gone from there soon.
    let isExpected = Self.isSomebodyWaiting(at: sockets)
    let doors = sockets.compactMap { socket in
      let doorkeeper = Doorkeeper(token: token, isLoopback: Self.isLoopback(socket))
      // What cannot be served is left to the next run, ignoring: this one has a check to make.
      return try? Self.open(socket, on: group, book) { channel in
        try Clerk.serve(channel, doorkeeper: doorkeeper, desk: desk, book: book)
      }
    }
    self.doors = doors
    // On the loop, for a poll can take long: a flood must not keep a run for ever.
    loop.scheduleTask(in: .seconds(Int64(Shift.longest))) { Self.close(doors) }
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
  /// without end.
  static func turnAway() {
    let sockets = Libsystemd.listeningSockets()
    if sockets.isEmpty { return }
    Reception(sockets, token: nil, interval: .infinity, lastPoll: nil, desk: Desk(nil)).turnAway()
  }

  private static func open(
    _ socket: CInt, on group: any EventLoopGroup, _ book: NIOLoopBoundBox<Book>,
    _ serve: @escaping @Sendable (any Channel) throws -> Void
  ) throws -> any Channel {
    try ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.maxMessagesPerRead, value: 64)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Gate(book: book))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try serve(channel) } }
      .withBoundSocket(socket).wait()
  }

  /// Makes the checks that are due, with `poll`, and returns when it is time to leave.
  func serve(_ poll: (_ isAsked: Bool) -> Void) {
    while true {
      switch step() {
      case .check:
        let isAsked = onLoop { book in
          book.shift.notePoll(at: Clock.seconds(CLOCK_BOOTTIME))
          return book.taken > 0
        }
        poll(isAsked)
      case .wait(let until):
        awaitBell(until: until)
      case .leave:
        close()
        // Whoever was let in meanwhile may have been promised a check.
        if onLoop({ $0.shift.leave() }) { return }
      }
    }
  }

  private func turnAway() {
    onLoop { book in
      book.shift.noteConnection(at: Clock.seconds(CLOCK_BOOTTIME))
      book.shift.notePoll(at: .infinity)
    }
    while case .wait(let until) = step() {
      awaitBell(until: until)
    }
    close()
  }

  private func step() -> Shift.Step { onLoop { $0.shift.next(at: Clock.seconds(CLOCK_BOOTTIME)) } }

  private static func isSomebodyWaiting(at sockets: [CInt]) -> Bool {
    var waiting = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return Glibc.poll(&waiting, nfds_t(waiting.count), 0) > 0
  }

  private func awaitRequestsAtTheDoor() {
    let deadline = NIODeadline.now() + Self.courtesy
    while NIODeadline.now() < deadline {
      if onLoop({ $0.taken > 0 && $0.unanswered == 0 }) { return }
      awaitBell(deadline - .now())
    }
  }

  private static func close(_ doors: [any Channel]) {
    for door in doors { door.close(promise: nil) }
  }

  /// Takes no more, and answers whoever was let in.
  private func close() {
    Self.close(doors)
    let deadline = NIODeadline.now() + Self.farewell
    while NIODeadline.now() < deadline, onLoop({ $0.open > 0 }) { awaitBell(deadline - .now()) }
  }

  /// Waits until something happens, or until then on the boot clock.
  private func awaitBell(until time: Seconds) {
    let seconds = max(0, time - Clock.seconds(CLOCK_BOOTTIME))
    // A millisecond more, lest it ring just before.
    awaitBell(.nanoseconds(Int64(seconds * 1e9) + 1_000_000))
  }

  /// Waits until something happens, or for so long.
  private func awaitBell(_ time: TimeAmount) {
    let promise = loop.makePromise(of: Void.self)
    let timer = loop.scheduleTask(in: time) { promise.succeed() }
    onLoop { $0.bell.listen(promise) }
    // It never fails, ignoring.
    try? promise.futureResult.wait()
    timer.cancel()
    // Whatever rang is seen by who looks now.
    onLoop { $0.bell.silence() }
  }

  @discardableResult
  private func onLoop<Result: Sendable>(_ work: @escaping @Sendable (inout Book) -> Result) -> Result {
    // What does not throw does not fail.
    // swift-format-ignore: NeverUseForceTry
    try! loop.submit { [book] in work(&book.value) }.wait()
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
