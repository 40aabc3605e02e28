import Household
import JodCore
import Testing

/// Replies of web servers, good and bad, worn down by chance.
private struct ReplyMutation {
  private static let heads = [
    "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nContent-Type: application/json\r\n\r\n[{\"Id\":\"x\"}]\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6;x=\"y\"\r\n[1,2,3\r\n1\r\n]\r\n0\r\nX: y\r\n\r\n",
    "HTTP/1.0 200 OK\r\nServer: SimpleHTTP\r\n\r\n[]",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: /web/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 00002\r\n\r\nno",
    "HTTP/1.1 503\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
  ]
  private static let words = [
    "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ";", "\"", "\\", "0\r\n\r\n", "ffffffffffffffff\r\n",
    "-1", "7f",
    "HTTP/1.1 200 OK\r\n", "HTTP/1.1 103 \r\n\r\n", "HTTP/1.0 ", "HTTP/2", "Content-Length: 4\r\n",
    "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Connection: keep-alive\r\n", "1\r\na\r\n", "\u{0}", "\u{FF}",
  ]

  private(set) var bytes: [UInt8]

  init(_ chance: inout Chance) {
    bytes = Messages.bytes((0...chance.below(3)).map { _ in chance.pick(Self.heads) }.joined())
    for _ in 0..<chance.below(6) { mutate(&chance) }
  }

  private mutating func mutate(_ chance: inout Chance) {
    let place = chance.below(bytes.count + 1)
    let range = chance.range(in: bytes, atMost: 12)
    switch chance.below(6) {
    case 0: if place < bytes.count { bytes[place] ^= 1 << UInt8(chance.below(8)) }
    case 1: bytes.insert(UInt8(chance.below(256)), at: place)
    case 2, 3: bytes.insert(contentsOf: Messages.bytes(chance.pick(Self.words)), at: place)
    case 4: bytes.removeSubrange(range)
    default: bytes.insert(contentsOf: bytes[range], at: place)
    }
  }

  /// The bytes in pieces of chance.
  func pieces(_ chance: inout Chance) -> [ArraySlice<UInt8>] {
    var (rest, pieces) = (bytes[...], [ArraySlice<UInt8>]())
    let size = chance.pick([1, 3, 20, 200])
    while !rest.isEmpty {
      pieces.append(rest.prefix(1 + chance.below(size)))
      rest = rest.dropFirst(pieces.last?.count ?? 1)
    }
    return pieces
  }
}

@Suite("Mutations of replies")
struct HTTPMutationTests {
  private static let limits = HTTPLimits(head: 100, fields: 4, body: 100)

  @Test("none crashes the reader, which reads the same however the bytes are cut")
  func mutations() throws {
    let seeds = try Seeds("replies")
    var outcomes: Set<String> = []
    for seed in seeds {
      var chance = Chance(seed: seed)
      let mutation = ReplyMutation(&chance)
      let isOver = chance.isOne(in: 2)
      for kind in [HTTPReader.Kind.replies, .requests] {
        let whole = Messages(kind, [mutation.bytes[...]], limits: Self.limits, isOver: isOver)
        let cut = Messages(kind, mutation.pieces(&chance), limits: Self.limits, isOver: isOver)
        #expect((whole == cut) == true, "JOD_SEED=\(seed)")
        #expect(whole.messages.allSatisfy { $0.body.count <= Self.limits.body }, "JOD_SEED=\(seed)")
        if kind == .replies { outcomes.insert(Self.outcome(whole)) }
      }
    }
    // They met every end that there is, so they were not all the same nonsense.
    if !seeds.isOne { #expect(outcomes.isSuperset(of: Self.outcomes)) }
  }

  private static let outcomes: Set = [
    "whole", "waits", "malformed", "headTooLarge", "bodyTooLarge", "incomplete",
  ]

  private static func outcome(_ read: Messages) -> String {
    switch read.fault {
    case nil: read.messages.last?.isWhole == true ? "whole" : "waits"
    case .malformed: "malformed"
    case .headTooLarge: "headTooLarge"
    case .bodyTooLarge: "bodyTooLarge"
    case .incomplete: "incomplete"
    }
  }
}
