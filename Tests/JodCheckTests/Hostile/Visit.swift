import Foundation
import JodCore
import Synchronization

@testable import jod_check

/// A connection to a clerk without a socket, in a time of its own.
final class Visit {
  private(set) var clerk: Clerk
  /// What is said to the visitor so far.
  private(set) var heard: [UInt8] = []
  private let shift: Box
  private var now: Seconds = 0

  final class Box: Sendable {
    let value = Mutex(Shift(began: 0, interval: 30, lastPoll: nil))
  }

  init(_ doorkeeper: Doorkeeper = Doorkeeper(token: nil, isLoopback: true), desk: Desk) {
    let shift = Box()
    self.shift = shift
    shift.value.withLock { $0.notePoll(at: 0) }
    clerk = Clerk(doorkeeper, at: 0) { desk.give($0) { shift.value.withLock { $0.promise() } } }
  }

  var isOpen: Bool { clerk.line != .closed }
  /// Whether a poll is due a second after the last.
  var isPromised: Bool { shift.value.withLock { $0.next(at: 5) == .check } }
  /// Whether somebody waits for an answer here.
  var isUnanswered: Bool { isOpen && !clerk.isAnswered }

  /// The run makes no more checks.
  func leave() -> Bool { shift.value.withLock { $0.leave() } }

  func say(_ bytes: some Collection<UInt8>) {
    guard isOpen else { return }
    clerk.hear(Array(bytes)[...], at: now)
    listen()
  }

  /// Says no more, but hears on.
  func closeOutput() {
    guard isOpen else { return }
    clerk.hearEnd(at: now)
    listen()
  }

  /// Hears nothing for a while, and then what was said meanwhile.
  var isDeaf = false {
    didSet { listen() }
  }

  /// Is gone without a word.
  func reset() { clerk.hearNothingMore() }

  func wait(_ time: Seconds) {
    let end = now + time
    while isOpen, clerk.deadline <= end {
      now = max(now, clerk.deadline)
      clerk.noteTime(now)
      listen()
    }
    now = end
  }

  private func listen() {
    guard !isDeaf, clerk.line == .open, !clerk.outgoing.isEmpty else { return }
    heard += clerk.outgoing
    clerk.noteSent(clerk.outgoing.count, at: now)
  }
}

/// An answer as it stands on the wire.
struct WireAnswer {
  var status: Int
  var headers: [String: String]
  var body: [UInt8]

  /// Reads the one answer that there must be; nil where there is another number of them, or what is no answer.
  ///
  /// - Parameter isHead: whether the answer has no body, whatever its length.
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
