import CSystemd
import Glibc
import JodCore
import Synchronization

/// Accepts the connections that wait at `jod-check.socket`, on a thread of its own, while the main thread makes the checks.
/// A connection is for one request.
final class SocketServer: Sendable {
  /// A check waits so long at most for requests that wait at the socket when it begins.
  private static let firstRequestsTime: Seconds = 0.1
  /// Requests that were sent before the end are answered within this time.
  private static let closingTime: Seconds = 0.5

  /// What both threads know.
  private struct Shared {
    var schedule: ServingSchedule
    var count = ConnectionPool.Count()
    /// Whether more connections are accepted.
    var isAccepting = true
    /// What buttons do, and when the first of them began.
    var errands = 0
    var errandsBegan: Seconds?
  }

  /// More than a household presses at once; each is a thread.
  private static let mostErrands = 4
  /// So long a check waits for what buttons do, which ask Jellyfin as well. A power-off may take longer.
  private static let errandTime: Seconds = 20

  private let shared: Mutex<Shared>
  /// For the main thread, and for the thread of the connections.
  private let mainNotifier = Notifier()
  private let poolNotifier = Notifier()

  /// Begins to accept connections.
  ///
  /// - Parameter lastPoll: when Jellyfin was last polled, on the boot clock.
  private init(
    _ sockets: [CInt], token: Secret?, interval: Seconds, lastPoll: Seconds?, handler: RequestHandler
  ) {
    let schedule = ServingSchedule(
      began: Clock.seconds(CLOCK_BOOTTIME), interval: interval, lastPoll: lastPoll)
    shared = Mutex(Shared(schedule: schedule))
    // Before the other thread accepts them: then they wait no longer.
    let hasWaiting = Self.hasWaitingConnection(at: sockets)
    let listeners = sockets.map {
      ConnectionPool.Listener(
        descriptor: $0, policy: RequestPolicy(token: token, isLoopback: Self.isLoopback($0)))
    }
    // Here and nowhere else: a check that the timer starts makes no thread. Without a thread the connections are left to the
    // next run, ignoring: this one has a check to make.
    try? Thread.start { [self] in
      var pool = ConnectionPool(listeners, notifier: poolNotifier) { [self] in
        handler.answer($0, $1, ServingRun(promise: promise, start: start))
      }
      pool.run(isAccepting: isAccepting, note: note)
    }
    if hasWaiting { awaitFirstRequests() }
  }

  /// With what a valid configuration says; nil where systemd handed over no socket.
  convenience init?(for program: Program) {
    let sockets = Libsystemd.listeningSockets()
    if sockets.isEmpty { return nil }
    let configuration = program.configuration
    let bootID = Clock.now().moment.bootID
    self.init(
      sockets, token: configuration.httpToken, interval: configuration.checkInterval,
      lastPoll: program.store.load(bootID: bootID).memory.runtime.beat.last, handler: RequestHandler(program))
  }

  /// Without a valid configuration every request is answered with that, for a while: a run that ended at once would be
  /// started again without end. A request that may read is told what is wrong.
  static func refuse(_ settings: Settings, _ error: ConfigurationError) {
    let sockets = Libsystemd.listeningSockets()
    if sockets.isEmpty { return }
    let page = InvalidPage(
      error.faults, warnings: settings.misspelt.map(Warning.misspelt), version: Version.current)
    SocketServer(
      sockets, token: settings.token, interval: .infinity, lastPoll: nil,
      handler: RequestHandler(RequestHandler.Unconfigured(page: page.document))
    ).refuse()
  }

  // MARK: The main thread

  /// Makes the checks that are due, with `poll`, and returns when it is time to leave.
  func serve(_ poll: (_ isAsked: Bool) -> Void) {
    while true {
      switch step() {
      case .check:
        let isAsked = shared.withLock { shared in
          shared.schedule.notePoll(at: Clock.seconds(CLOCK_BOOTTIME))
          return shared.count.accepted > 0
        }
        poll(isAsked)
      case .wait(let until):
        awaitNotification(until: until)
      case .leave:
        close()
        // A request that was accepted meanwhile may have been promised a check.
        if shared.withLock({ $0.schedule.leave() }) { return }
      }
    }
  }

  private func refuse() {
    shared.withLock { shared in
      shared.schedule.noteConnection(at: Clock.seconds(CLOCK_BOOTTIME))
      shared.schedule.notePoll(at: .infinity)
    }
    while case .wait(let until) = step() {
      awaitNotification(until: until)
    }
    close()
  }

  /// What buttons do is waited for: a check follows it, and no run ends before it.
  private func step() -> ServingSchedule.Step {
    shared.withLock { shared in
      let now = Clock.seconds(CLOCK_BOOTTIME)
      let next = shared.schedule.next(at: now)
      guard let began = shared.errandsBegan else { return next }
      if now < began + Self.errandTime { return .wait(until: began + Self.errandTime) }
      return next == .leave ? .wait(until: now + 1) : next
    }
  }

  private static func hasWaitingConnection(at sockets: [CInt]) -> Bool {
    var waiting = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return Glibc.poll(&waiting, nfds_t(waiting.count), 0) > 0
  }

  private func awaitFirstRequests() {
    wait(Self.firstRequestsTime) { $0.accepted > 0 && $0.unanswered == 0 }
  }

  /// Accepts no more, and answers those that were accepted.
  private func close() {
    shared.withLock { $0.isAccepting = false }
    poolNotifier.notify()
    // A connection that is being accepted right now waits no longer at the socket, where the next run would find it.
    wait(Self.closingTime) { !$0.isAccepting && $0.open == 0 }
  }

  /// Waits for so long at most.
  private func wait(_ seconds: Seconds, until isOver: (ConnectionPool.Count) -> Bool) {
    let deadline = Deadline(in: seconds)
    while !deadline.isOver, !isOver(shared.withLock { $0.count }) { mainNotifier.wait(by: deadline) }
  }

  /// Waits until something happens, or until then on the boot clock.
  private func awaitNotification(until time: Seconds) {
    // A millisecond more, or it might end just before.
    mainNotifier.wait(by: Deadline(in: max(0, time - Clock.seconds(CLOCK_BOOTTIME)) + 0.001))
  }

  // MARK: The thread of the connections

  /// A poll can take long, and a flood must not keep a run for ever; but while a button's work takes long, who has the token
  /// sees the page.
  private func isAccepting() -> Bool {
    shared.withLock {
      let began = $0.errandsBegan ?? Clock.seconds(CLOCK_BOOTTIME)
      return $0.isAccepting && began < $0.schedule.began + ServingSchedule.longest
    }
  }

  private func promise() -> Bool { shared.withLock { $0.schedule.promise() } }

  /// Begins what a button does.
  private func start(_ work: @escaping ServingRun.Work) -> (@Sendable () -> ServerConnection.Reply?)? {
    let isAllowed = shared.withLock { shared in
      guard shared.errands < Self.mostErrands, shared.schedule.promise() else { return false }
      shared.errands += 1
      shared.errandsBegan = shared.errandsBegan ?? Clock.seconds(CLOCK_BOOTTIME)
      return true
    }
    guard isAllowed else { return nil }
    let box = ReplyBox()
    do throws(SystemError) {
      try Thread.start { [self] in
        work { [self] in
          box.put($0)
          poolNotifier.notify()
        }
        endErrand()
      }
    } catch {
      endErrand()
      return nil
    }
    return { box.reply }
  }

  private func endErrand() {
    shared.withLock { shared in
      shared.errands -= 1
      if shared.errands == 0 { shared.errandsBegan = nil }
      // The check that was promised may have been made meanwhile.
      _ = shared.schedule.promise()
    }
    mainNotifier.notify()
    poolNotifier.notify()
  }

  private func note(_ count: ConnectionPool.Count) {
    let isNews = shared.withLock { shared in
      if count.accepted > shared.count.accepted {
        shared.schedule.noteConnection(at: Clock.seconds(CLOCK_BOOTTIME))
      }
      defer { shared.count = count }
      return count != shared.count
    }
    if isNews { mainNotifier.notify() }
  }

  /// Whether only this machine can connect to the socket.
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
