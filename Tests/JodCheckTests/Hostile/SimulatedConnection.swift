import Foundation
import JodCore
import Synchronization

@testable import jod_check

/// A connection without a socket, in a time of its own.
final class SimulatedConnection {
  private(set) var server: ServerConnection
  /// What the client has received so far.
  private(set) var received: [UInt8] = []
  private let schedule: Box
  private var now: Seconds = 0

  final class Box: Sendable {
    let value = Mutex(ServingSchedule(began: 0, interval: 30, lastPoll: nil))
  }

  init(_ policy: RequestPolicy = RequestPolicy(token: nil, isLoopback: true), handler: RequestHandler) {
    let schedule = Box()
    self.schedule = schedule
    schedule.value.withLock { $0.notePoll(at: 0) }
    server = ServerConnection(policy, at: 0) {
      handler.answer($0, $1, .here { schedule.value.withLock { $0.promise() } })
    }
  }

  var isOpen: Bool { server.state != .closed }
  /// Whether a poll is due a second after the last.
  var isPromised: Bool { schedule.value.withLock { $0.next(at: 5) == .check } }
  /// Whether the client waits for an answer.
  var isUnanswered: Bool { isOpen && !server.isAnswered }

  /// The run makes no more checks.
  func leave() -> Bool { schedule.value.withLock { $0.leave() } }

  func send(_ bytes: some Collection<UInt8>) {
    guard isOpen else { return }
    server.receive(Array(bytes)[...], at: now)
    read()
  }

  /// The client sends no more, but still receives.
  func closeOutput() {
    guard isOpen else { return }
    server.receiveEnd(at: now)
    read()
  }

  /// The client reads nothing for a while, and then what was sent meanwhile.
  var readsNothing = false {
    didSet { read() }
  }

  /// The connection is lost.
  func reset() { server.noteLost() }

  func wait(_ time: Seconds) {
    let end = now + time
    while isOpen, server.deadline <= end {
      now = max(now, server.deadline)
      server.noteTime(now)
      read()
    }
    now = end
  }

  private func read() {
    guard !readsNothing, server.state == .open, !server.outgoing.isEmpty else { return }
    received += server.outgoing
    server.noteSent(server.outgoing.count, at: now)
  }
}

extension ServingRun {
  /// One that does at once what takes time elsewhere.
  static func here(_ promise: @escaping @Sendable () -> Bool = { true }) -> ServingRun {
    ServingRun(promise: promise) { work in
      guard promise() else { return nil }
      let box = ReplyBox()
      work { box.put($0) }
      return { box.reply }
    }
  }
}

/// An answer as it stands on the wire.
struct WireAnswer {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]

  /// Reads the one answer that there must be; nil where there is another number of them, or what is no answer.
  ///
  /// - Parameter isHead: whether the answer has no body, with any length.
  init?(_ bytes: [UInt8], isHead: Bool = false) {
    var rest = bytes[...]
    let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    if rest.starts(with: interim) { rest = rest.dropFirst(interim.count) }
    guard let end = rest.indices.first(where: { rest[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else {
      return nil
    }
    let lines = String(decoding: rest[..<end], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ", maxSplits: 2)
    guard words.count == 3, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
    self.status = status
    headers = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let name = line[..<colon].lowercased()
      guard headers[name] == nil else { return nil }
      headers[name] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    body = Array(rest[(end + 4)...])
    guard let length = headers["content-length"].flatMap({ Int($0) }), body.count == (isHead ? 0 : length)
    else { return nil }
  }
}
