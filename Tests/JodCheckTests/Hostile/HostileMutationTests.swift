import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// A hostile request, changed by chance.
private struct Mutation {
  /// What means something to a parser.
  static let words: [[UInt8]] = [
    "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ": ", "\0", "%", "%00", "?", "&", "=", "#", "/", "\"",
    ";",
    "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "GET ", "POST ", "HEAD ", "CONNECT ", "/check", "/status", "token=",
    "Host: localhost\r\n", "Host: evil.example\r\n", "Content-Length: ", "Content-Length: 0\r\n",
    "Content-Length: 1048576\r\n", "Content-Length: 99999999999999999999\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: ", "Connection: upgrade\r\nUpgrade: h2c\r\n", "Expect: 100-continue\r\n",
    "Origin: null\r\n", "Authorization: Bearer x\r\n", "0\r\n\r\n", "ffffffff\r\n", "-1", "2147483648",
  ].map { Array($0.utf8) }

  var bytes: [UInt8]
  private(set) var pieces: [ArraySlice<UInt8>] = []

  init(_ chance: inout Chance) {
    bytes = Self.original(&chance)
    if chance.isOne(in: 10) { splice(&chance) }
    for _ in 0..<chance.below(5) { mutate(&chance) }
    split(&chance)
  }

  /// The longest are rare, and those that are understood by nobody anyway: there is little to learn from them.
  private static func original(_ chance: inout Chance) -> [UInt8] {
    let request = chance.pick(HostileRequest.all)
    let isDull = request.text.utf8.count > 8192 && !chance.isOne(in: 20)
    return isDull || request.end == .answered(400) && !chance.isOne(in: 5) ? original(&chance) : request.bytes
  }

  private mutating func splice(_ chance: inout Chance) {
    let other = Self.original(&chance)
    bytes = Array(
      bytes.prefix(chance.below(bytes.count + 1)) + other.dropFirst(chance.below(other.count + 1)))
  }

  private mutating func mutate(_ chance: inout Chance) {
    let place = chance.below(bytes.count + 1)
    let range = chance.range(in: bytes, atMost: 20)
    switch chance.below(9) {
    case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(chance.below(8)) }
    case 1: if place < bytes.count { bytes[place] = UInt8(chance.below(256)) }
    case 2: bytes.insert(UInt8(chance.below(256)), at: place)
    case 3, 4: bytes.insert(contentsOf: chance.pick(Self.words), at: place)
    case 5: bytes.removeSubrange(range)
    case 6: bytes.replaceSubrange(range, with: chance.pick(Self.words))
    case 7:
      let times = chance.isOne(in: 4) ? 2000 : chance.below(5)
      bytes.insert(contentsOf: Array(repeating: bytes[range], count: times).joined(), at: place)
    default: if chance.isOne(in: 3) { bytes.removeLast(bytes.count - place) }
    }
  }

  private mutating func split(_ chance: inout Chance) {
    let size = chance.pick([1 << 20, 1448, 100, 3, 1])
    var rest = bytes[...]
    // Byte by byte at first, and the rest at once.
    while pieces.count < 1000, !rest.isEmpty {
      pieces.append(rest.prefix(1 + chance.below(size)))
      rest = rest.dropFirst(pieces.last!.count)
    }
    if !rest.isEmpty { pieces.append(rest) }
  }
}

/// One connection with a mutation, from its beginning to its end; and what must hold for all of them.
private struct Trial {
  static let token = "s3cr3t-0f-th15-h0us3"
  static let policies = [
    RequestPolicy(token: nil, isLoopback: true), RequestPolicy(token: nil, isLoopback: false),
    RequestPolicy(token: Secret(token), isLoopback: false),
  ]
  static let statuses: Set = [200, 202, 400, 401, 403, 404, 405, 408, 413, 431]

  /// What went wrong, if anything.
  private(set) var failure: String?
  private(set) var status: Int?

  init(seed: Int, handler: RequestHandler) throws {
    var chance = Chance(seed: seed)
    let number = chance.below(Self.policies.count)
    let mutation = Mutation(&chance)
    let connection = SimulatedConnection(Self.policies[number], handler: handler)
    connection.readsNothing = chance.isOne(in: 20)
    var isWhole = !connection.readsNothing
    for piece in mutation.pieces {
      connection.send(piece)
      if chance.isOne(in: 200) { connection.wait(Seconds(chance.below(2500)) / 1000) }
      if connection.readsNothing, chance.isOne(in: 10) { connection.readsNothing = false }
    }
    let wasOpen = connection.isOpen
    switch chance.below(4) {
    case 0: connection.closeOutput()
    case 1:
      connection.reset()
      isWhole = false
    default: break
    }
    let isCut = wasOpen && !connection.isOpen
    connection.wait(5)
    failure = judge(connection, mutation, isWhole: isWhole, isCut: isCut)
    if failure == nil, status == 200 || status == 202, number == 2 {
      failure = "\(status!) without the token"
    }
    if failure == nil, status == 200, number == 1 { failure = "read from outside without a token" }
  }

  private mutating func judge(
    _ connection: SimulatedConnection, _ mutation: Mutation, isWhole: Bool, isCut: Bool
  ) -> String? {
    if connection.isOpen { return "still open" }
    if connection.isUnanswered { return "unanswered" }
    let received = String(decoding: connection.received, as: UTF8.self)
    if received.contains(Self.token) { return "the token is in the answer" }
    guard
      let answer = WireAnswer(
        connection.received, isHead: received.isEmpty || isHead(mutation, connection.received))
    else {
      let isSilent = connection.received.isEmpty || received == "HTTP/1.1 100 Continue\r\n\r\n"
      // A connection that was closed, or not read from, may have no answer; every other one has one.
      return isSilent && (!isWhole || isCut) ? nil : "no answer, or more than one: \(received.prefix(500))"
    }
    status = answer.status
    if !Self.statuses.contains(answer.status) { return "an unknown answer: \(answer.status)" }
    if connection.isPromised != (answer.status == 202) {
      return "a promise without a poll, or the other way round"
    }
    return nil
  }

  /// Whether the answer ends with its headers, as one to HEAD does.
  private func isHead(_ mutation: Mutation, _ received: [UInt8]) -> Bool {
    received.suffix(4) == Array("\r\n\r\n".utf8)[...] && mutation.bytes.contains(UInt8(ascii: "H"))
  }
}

@Suite("Mutations of hostile requests")
struct HostileMutationTests {
  @Test("none crashes, hangs or leaks, and each has one answer or none")
  func mutations() throws {
    let served = try HostileRequestTests.Served()
    let seeds = try Seeds("requests")
    var statuses: [Int: Int] = [:]
    var failures = 0
    for seed in seeds where failures < 20 {
      let trial = try Trial(seed: seed, handler: served.handler)
      statuses[trial.status ?? 0, default: 0] += 1
      if let failure = trial.failure {
        failures += 1
        Issue.record("JOD_SEED=\(seed): \(failure)")
      }
    }
    print(
      "\(statuses.values.reduce(0, +)) mutations:",
      statuses.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    // They met every answer that there is, so they were not all the same nonsense.
    if !seeds.isOne { #expect(Trial.statuses.isSubset(of: statuses.keys)) }
  }
}
