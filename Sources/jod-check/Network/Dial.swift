import Glibc
import JodCore

enum DialFailure: Error {
  /// The deadline came first.
  case timeout
  /// The name does not resolve.
  case noAddress
  /// No name server has answered whether it does.
  case noNameServer
  /// No address of the host could be reached: the first one's error.
  case failed(SystemError)
}

/// A host that is being connected over TCP, at all of its addresses: the first that answers is taken (RFC 8305).
///
/// It makes a thread only for a name that has to be looked up. What can begin begins at once, and continues in the kernel
/// while its caller does something else.
final class Dial {
  /// An address has so much time before the next one is tried beside it (RFC 8305, section 5).
  static let stagger: Seconds = 0.25

  private var lookup: Lookup?
  /// Where no address is known: whether nobody has said that there is none.
  private var isUnanswered = false
  /// The host's, as far as they are known.
  private(set) var addresses: [SocketAddress] = []
  private var untried: [SocketAddress] = []
  private var attempts: [Socket] = []
  /// When the next address is tried, be there an answer or not.
  private var nextAttempt = Deadline(in: 0)
  /// In the order in which they became known.
  private(set) var failures: [SystemError] = []

  /// Begins with what needs no waiting: the first connection, or the question for the name's addresses.
  init(_ endpoint: Endpoint) {
    let addresses = Lookup.knownAddresses(endpoint)
    if addresses.isEmpty {
      do throws(SystemError) { lookup = try Lookup(endpoint) } catch { failures.append(error) }
    } else {
      call(addresses)
    }
  }

  init(_ addresses: [SocketAddress]) { call(addresses) }

  /// Waits for the connection, which is the caller's then. May be asked again after a time-out.
  func connection(by deadline: Deadline) throws(DialFailure) -> Socket {
    while true {
      beginAttempts()
      if lookup == nil, attempts.isEmpty {
        throw failures.first.map(DialFailure.failed) ?? (isUnanswered ? .noNameServer : .noAddress)
      }
      let descriptors = lookup.map { [$0.descriptor] } ?? attempts.map(\.descriptor)
      var states = descriptors.map {
        pollfd(fd: $0, events: Int16(lookup == nil ? POLLOUT : POLLIN), revents: 0)
      }
      let limit = untried.isEmpty ? deadline : min(deadline, nextAttempt)
      if Socket.wait(for: &states, until: limit) {
        if let connection = settle(states) { return connection }
      } else if deadline.isOver {
        throw lookup == nil ? .timeout : .noNameServer
      }
    }
  }

  private func call(_ addresses: [SocketAddress]) {
    self.addresses = addresses
    untried = Self.alternating(addresses)
    beginAttempts()
  }

  /// Families take turns, or all addresses of one that leads nowhere might come first (RFC 8305, section 4).
  static func alternating(_ addresses: [SocketAddress]) -> [SocketAddress] {
    var ranks: [Int32: Int] = [:]
    let ranked = addresses.map { address in
      defer { ranks[address.family, default: 0] += 1 }
      return (rank: ranks[address.family, default: 0], address: address)
    }
    // Sorting is stable.
    return ranked.sorted { $0.rank < $1.rank }.map(\.address)
  }

  /// Tries the next address where none is being tried, or the latest had its time.
  private func beginAttempts() {
    while !untried.isEmpty, attempts.isEmpty || nextAttempt.isOver {
      let address = untried.removeFirst()
      do throws(SystemError) {
        attempts.append(try Socket(connectingTo: address))
        nextAttempt = Deadline(in: Self.stagger)
      } catch {
        failures.append(error)
      }
    }
  }

  /// Takes note of what has happened, and returns the connection if there is one.
  private func settle(_ states: [pollfd]) -> Socket? {
    if let answered = lookup {
      lookup = nil
      isUnanswered = answered.answer.isMissing
      call(answered.answer.addresses)
      return nil
    }
    let outcomes = zip(attempts, states).map { (attempt: $0, isOver: $1.revents != 0) }
    attempts = outcomes.filter { !$0.isOver }.map(\.attempt)
    for outcome in outcomes where outcome.isOver {
      guard let error = outcome.attempt.connectionError else {
        // The other connections are closed.
        (attempts, untried) = ([], [])
        return outcome.attempt
      }
      failures.append(error)
    }
    return nil
  }
}
