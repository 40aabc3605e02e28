import CSystemd
import Glibc
import JodCore

/// The connections of a run, served on one thread that waits in poll(2) for all of them.
struct ConnectionPool {
  /// So many connections at a time; others wait in the kernel. Far fewer than the files that a process may have open.
  static let connectionLimit = 256

  /// A socket that listens, and what its requests may get.
  struct Listener: Sendable {
    let descriptor: Int32
    let policy: RequestPolicy
  }

  /// How many connections there are, counted at one time.
  struct Count: Equatable, Sendable {
    /// Ever accepted, and of these the ones that have no answer yet, and the ones that are open.
    var accepted = 0
    var unanswered = 0
    var open = 0
    /// Whether more are accepted.
    var isAccepting = true
  }

  private struct Connection {
    let socket: Socket
    var server: ServerConnection
    var isInputClosed = false

    var events: Int32 { (isInputClosed ? 0 : POLLIN) | (server.outgoing.isEmpty ? 0 : POLLOUT) }
  }

  /// Connections that are accepted before the open ones are served again.
  private static let atOnce = 64
  /// How long nothing is accepted where the kernel has no descriptor left, in seconds.
  private static let pause: Seconds = 0.1

  private let listeners: [Listener]
  private let answer: ServerConnection.Answer
  private let notifier: Notifier
  private var connections: [Connection] = []
  private var accepted = 0
  private var pausedUntil: Seconds = 0
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  /// - Parameters:
  ///   - notifier: notified when `isAccepting` may have changed.
  init(_ listeners: [Listener], notifier: Notifier, answer: @escaping ServerConnection.Answer) {
    (self.listeners, self.notifier, self.answer) = (listeners, notifier, answer)
    // A connection may be gone before it is accepted, which must not block the thread.
    for listener in listeners {
      _ = fcntl(listener.descriptor, F_SETFL, fcntl(listener.descriptor, F_GETFL) | O_NONBLOCK)
    }
  }

  /// Accepts and serves connections, for ever.
  ///
  /// - Parameters:
  ///   - isAccepting: whether more may be accepted.
  ///   - note: called after each round with how many there are.
  mutating func run(isAccepting: () -> Bool, note: (Count) -> Void) {
    while true {
      let now = Clock.seconds(CLOCK_MONOTONIC)
      let wasAccepting = isAccepting()
      let hasRoom = wasAccepting && connections.count < Self.connectionLimit && now >= pausedUntil
      let ready = hasRoom ? listeners : []
      var states =
        [pollfd(fd: notifier.descriptor, events: Int16(POLLIN), revents: 0)]
        + ready.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        + connections.map { pollfd(fd: $0.socket.descriptor, events: Int16($0.events), revents: 0) }
      poll(&states, nfds_t(states.count), timeout(at: now))
      notifier.clear()
      serve(states.dropFirst(1 + ready.count).map(\.revents))
      // While it waited, the time for that may have run out.
      let isStillAccepting = wasAccepting && isAccepting()
      for (listener, state) in zip(ready, states.dropFirst()) where state.revents != 0 && isStillAccepting {
        accept(from: listener)
      }
      note(count(isAccepting: isStillAccepting))
    }
  }

  private func count(isAccepting: Bool) -> Count {
    Count(
      accepted: accepted, unanswered: connections.count { !$0.server.isAnswered }, open: connections.count,
      isAccepting: isAccepting)
  }

  /// In milliseconds, rounded up; for ever where there is no connection and no pause.
  private func timeout(at now: Seconds) -> Int32 {
    let times = connections.map(\.server.deadline) + (pausedUntil > now ? [pausedUntil] : [])
    return times.min().map { Int32(max(0, ($0 - now) * 1000).rounded(.up)) } ?? -1
  }

  /// Accepts the connections that wait at a listener, up to the limit.
  private mutating func accept(from listener: Listener) {
    for _ in 0..<Self.atOnce where connections.count < Self.connectionLimit {
      guard let socket = Socket(acceptedAt: listener.descriptor) else {
        // A connection that is gone leaves nothing to do. Any other error, most often a lack of descriptors, takes time.
        if ![EAGAIN, ECONNABORTED, EINTR, EPROTO].contains(errno) {
          pausedUntil = Clock.seconds(CLOCK_MONOTONIC) + Self.pause
        }
        return
      }
      accepted += 1
      let server = ServerConnection(listener.policy, at: Clock.seconds(CLOCK_MONOTONIC), answer: answer)
      connections.append(Connection(socket: socket, server: server))
    }
  }

  /// Receives and sends on the open connections, and drops those that are closed.
  private mutating func serve(_ events: [Int16]) {
    for index in connections.indices {
      if events[index] != 0 { receive(index) }
      connections[index].server.noteTime(Clock.seconds(CLOCK_MONOTONIC))
      send(index)
    }
    connections.removeAll { $0.server.state == .closed }
  }

  private mutating func receive(_ index: Int) {
    if connections[index].isInputClosed { return }
    let now = Clock.seconds(CLOCK_MONOTONIC)
    do {
      let socket = connections[index].socket
      let count = try buffer.withUnsafeMutableBytes { try socket.receive(into: $0) }
      switch count {
      case nil: break
      case 0?:
        connections[index].isInputClosed = true
        connections[index].server.receiveEnd(at: now)
      case let count?: connections[index].server.receive(buffer[..<count], at: now)
      }
    } catch {
      connections[index].server.noteLost()
    }
  }

  private mutating func send(_ index: Int) {
    let connection = connections[index]
    guard !connection.server.outgoing.isEmpty, connection.server.state == .open else { return }
    do {
      let count = try connection.server.outgoing.withUnsafeBytes { try connection.socket.send($0) }
      connections[index].server.noteSent(count, at: Clock.seconds(CLOCK_MONOTONIC))
      if connections[index].server.state == .finishing { connection.socket.closeOutput() }
    } catch {
      connections[index].server.noteLost()
    }
  }
}
