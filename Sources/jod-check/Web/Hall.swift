import CSystemd
import Glibc
import JodCore

/// The connections of a run, served on one thread that waits in poll(2) for all of them.
struct Hall {
  /// A socket that listens, and who may have what there.
  struct Door: Sendable {
    let descriptor: Int32
    let doorkeeper: Doorkeeper
  }

  /// How many connections there are, taken in one look.
  struct Count: Equatable, Sendable {
    /// Ever taken, and of these the ones that have no answer yet, and the ones that are open.
    var taken = 0
    var unanswered = 0
    var open = 0
    /// Whether more may come.
    var isOpen = true
  }

  private struct Visit {
    let socket: Socket
    var clerk: Clerk
    var isInputClosed = false

    var events: Int32 { (isInputClosed ? 0 : POLLIN) | (clerk.outgoing.isEmpty ? 0 : POLLOUT) }
  }

  /// Connections that are taken before those who are already here are looked at again.
  private static let atOnce = 64
  /// How long nobody is let in where the kernel has no descriptor left, in seconds.
  private static let pause: Seconds = 0.1

  private let doors: [Door]
  private let serve: Clerk.Serve
  private let summons: Bell
  private var visits: [Visit] = []
  private var taken = 0
  private var pausedUntil: Seconds = 0
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  /// - Parameters:
  ///   - summons: rung where somebody has changed what `isOpen` says.
  init(_ doors: [Door], summons: Bell, serve: @escaping Clerk.Serve) {
    (self.doors, self.summons, self.serve) = (doors, summons, serve)
    // A connection may be gone before it is taken, which must not keep the thread.
    for door in doors { _ = fcntl(door.descriptor, F_SETFL, fcntl(door.descriptor, F_GETFL) | O_NONBLOCK) }
  }

  /// Serves whoever comes, for ever.
  ///
  /// - Parameters:
  ///   - isOpen: whether more may come in.
  ///   - report: hears after each round how many there are.
  mutating func run(isOpen: () -> Bool, report: (Count) -> Void) {
    while true {
      let now = Clock.seconds(CLOCK_MONOTONIC)
      let wasOpen = isOpen()
      let mayEnter = wasOpen && visits.count < Reception.places && now >= pausedUntil
      let entrances = mayEnter ? doors : []
      var states =
        [pollfd(fd: summons.descriptor, events: Int16(POLLIN), revents: 0)]
        + entrances.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        + visits.map { pollfd(fd: $0.socket.descriptor, events: Int16($0.events), revents: 0) }
      poll(&states, nfds_t(states.count), patience(at: now))
      summons.silence()
      attend(states.dropFirst(1 + entrances.count).map(\.revents))
      // While it waited, the time for that may have run out.
      let isOpenNow = wasOpen && isOpen()
      for (door, state) in zip(entrances, states.dropFirst()) where state.revents != 0 && isOpenNow {
        welcome(at: door)
      }
      report(count(isOpen: isOpenNow))
    }
  }

  private func count(isOpen: Bool) -> Count {
    Count(
      taken: taken, unanswered: visits.count { !$0.clerk.isAnswered }, open: visits.count, isOpen: isOpen)
  }

  /// In milliseconds, rounded up; for ever where nobody is here, and nobody is kept out for a while.
  private func patience(at now: Seconds) -> Int32 {
    let times = visits.map(\.clerk.deadline) + (pausedUntil > now ? [pausedUntil] : [])
    return times.min().map { Int32(max(0, ($0 - now) * 1000).rounded(.up)) } ?? -1
  }

  /// Lets in who waits at a door, as long as there is a place.
  private mutating func welcome(at door: Door) {
    for _ in 0..<Self.atOnce where visits.count < Reception.places {
      guard let socket = Socket(acceptedAt: door.descriptor) else {
        // Who is gone already leaves nothing to do. Whatever else is the matter, descriptors most of all, takes time.
        if ![EAGAIN, ECONNABORTED, EINTR, EPROTO].contains(errno) {
          pausedUntil = Clock.seconds(CLOCK_MONOTONIC) + Self.pause
        }
        return
      }
      taken += 1
      let clerk = Clerk(door.doorkeeper, at: Clock.seconds(CLOCK_MONOTONIC), serve: serve)
      visits.append(Visit(socket: socket, clerk: clerk))
    }
  }

  /// Looks after who is here.
  private mutating func attend(_ events: [Int16]) {
    for index in visits.indices {
      if events[index] != 0 { hear(index) }
      visits[index].clerk.noteTime(Clock.seconds(CLOCK_MONOTONIC))
      say(index)
    }
    visits.removeAll { $0.clerk.line == .closed }
  }

  private mutating func hear(_ index: Int) {
    if visits[index].isInputClosed { return }
    let now = Clock.seconds(CLOCK_MONOTONIC)
    do {
      let socket = visits[index].socket
      let count = try buffer.withUnsafeMutableBytes { try socket.receive(into: $0) }
      switch count {
      case nil: break
      case 0?:
        visits[index].isInputClosed = true
        visits[index].clerk.hearEnd(at: now)
      case let count?: visits[index].clerk.hear(buffer[..<count], at: now)
      }
    } catch {
      visits[index].clerk.hearNothingMore()
    }
  }

  private mutating func say(_ index: Int) {
    let visit = visits[index]
    guard !visit.clerk.outgoing.isEmpty, visit.clerk.line == .open else { return }
    do {
      let count = try visit.clerk.outgoing.withUnsafeBytes { try visit.socket.send($0) }
      visits[index].clerk.noteSent(count, at: Clock.seconds(CLOCK_MONOTONIC))
      if visits[index].clerk.line == .saidGoodbye { visit.socket.closeOutput() }
    } catch {
      visits[index].clerk.hearNothingMore()
    }
  }
}
