import Foundation
import JodCore
import Testing

@testable import jod_check

/// How the bytes of a request arrive.
enum Arrival: CaseIterable, Sendable {
  case whole, inPackets, byteByByte

  func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let size =
      switch self {
      case .whole: max(1, bytes.count)
      case .inPackets: 1448
      case .byteByByte: 1
      }
    return stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
  }
}

@Suite("Hostile requests")
struct HostileRequestTests {
  /// A request handler with a status that an earlier check left.
  struct Served {
    private let sandbox: Sandbox
    let handler: RequestHandler

    init() throws {
      sandbox = try Sandbox()
      try Store(
        stateDirectory: "\(sandbox.folder)/state", runtimeDirectory: "\(sandbox.folder)/run", mode: .normal
      ).write(Status.nothingKnown)
      handler = try sandbox.handler()
    }
  }

  let served: Served

  init() throws { served = try Served() }

  @Test("there are some hundreds of them, and none twice")
  func number() {
    #expect(Set(HostileRequest.all.map(\.text)).count == HostileRequest.all.count)
    #expect(Set(HostileRequest.all.map(\.testDescription)).count == HostileRequest.all.count)
    #expect(HostileRequest.all.count >= 300)
  }

  @Test("each gets its one answer, however it arrives", arguments: HostileRequest.all)
  func answers(request: HostileRequest) throws {
    for arrival in Arrival.allCases where arrival != .byteByByte || request.text.count < 5000 {
      let connection = SimulatedConnection(handler: served.handler)
      for piece in arrival.pieces(request.bytes) { connection.send(piece) }
      if case .answeredLate = request.end {
        #expect(WireAnswer(connection.received) == nil, "\(arrival)")
        #expect(connection.isUnanswered, "\(arrival)")
        connection.wait(2)
      }
      let isHead = request.text.hasPrefix("HEAD")
      let answer = try #require(
        WireAnswer(connection.received, isHead: isHead),
        "\(arrival): \(String(decoding: connection.received.prefix(2000), as: UTF8.self))")
      switch request.end {
      case .answered(let status), .answeredLate(let status): #expect(answer.status == status, "\(arrival)")
      }
      #expect(connection.isPromised == (answer.status == 202))
      #expect(!connection.isUnanswered)
      #expect(answer.headers["connection"] == "close")
      #expect(answer.headers["x-content-type-options"] == "nosniff")
      // A client that still sends can read the answer, and the connection is closed soon.
      #expect(connection.isOpen)
      connection.wait(0.5)
      #expect(!connection.isOpen)
    }
  }

  @Test(
    "a client that sends no more is answered, or has sent nothing that could be",
    arguments: HostileRequest.all)
  func halfClosed(request: HostileRequest) throws {
    let connection = SimulatedConnection(handler: served.handler)
    connection.send(request.bytes)
    connection.closeOutput()
    #expect(!connection.isOpen)
    #expect(!connection.isUnanswered)
    switch request.end {
    case .answered(let status):
      #expect(WireAnswer(connection.received, isHead: request.text.hasPrefix("HEAD"))?.status == status)
    case .answeredLate:
      let received = WireAnswer(connection.received)
      #expect(
        connection.received.isEmpty || received?.status == 400,
        "\(String(decoding: connection.received, as: UTF8.self))")
    }
  }

  @Test("a client that is gone at any moment leaves nothing behind", arguments: HostileRequest.all)
  func gone(request: HostileRequest) throws {
    for share in [0.0, 0.1, 0.5, 0.9, 1] {
      let connection = SimulatedConnection(handler: served.handler)
      connection.send(request.bytes.prefix(Int(Double(request.bytes.count) * share)))
      connection.reset()
      #expect(!connection.isOpen)
      #expect(!connection.isUnanswered)
    }
  }

  // MARK: Hostile readers

  @Test("a client that does not read the answer does not keep the connection")
  func unread() throws {
    let connection = SimulatedConnection(handler: served.handler)
    connection.readsNothing = true
    connection.send(Array(HostileRequest.get().utf8))
    connection.wait(1.999)
    #expect(connection.isOpen)
    connection.wait(0.001)
    #expect(!connection.isOpen)
    #expect(connection.received.isEmpty)
  }

  @Test("a client that sends no more and reads slowly gets the whole answer")
  func slowReader() throws {
    let connection = SimulatedConnection(handler: served.handler)
    connection.readsNothing = true
    connection.send(Array(HostileRequest.get().utf8))
    connection.closeOutput()
    #expect(connection.isOpen)
    connection.wait(1)
    connection.readsNothing = false
    #expect(WireAnswer(connection.received)?.status == 200)
    #expect(!connection.isOpen)
  }

  @Test("a client that keeps sending gets the answer, and is cut off then")
  func endless() throws {
    let connection = SimulatedConnection(handler: served.handler)
    for request in [HostileRequest.post("Connection: upgrade\r\nUpgrade: x\r\n"), HostileRequest.get(), "\0"]
    {
      connection.send(Array(request.utf8))
    }
    for _ in 0..<49 {
      connection.send(Array(repeating: 0, count: 1 << 16))
      connection.wait(0.01)
    }
    #expect(connection.isOpen)
    #expect(WireAnswer(connection.received)?.status == 202)
    connection.wait(0.01)
    #expect(!connection.isOpen)
  }

  @Test("a client that sends a request a byte at a time is told when the time is over")
  func slowSender() throws {
    let connection = SimulatedConnection(handler: served.handler)
    for byte in HostileRequest.get("/status", "X: \(HostileRequest.many(1000, "a"))\r\n").utf8.prefix(200) {
      connection.send([byte])
      connection.wait(0.01)
    }
    #expect(WireAnswer(connection.received)?.status == 408)
  }

  @Test("a client that waits to be asked for the body is asked, once")
  func expectation() throws {
    let connection = SimulatedConnection(handler: served.handler)
    connection.send(Array(HostileRequest.post("Expect: 100-continue\r\nContent-Length: 2\r\n").utf8))
    #expect(String(decoding: connection.received, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    connection.send(Array("{}".utf8))
    #expect(WireAnswer(connection.received)?.status == 202)
  }

  @Test("a client of HTTP/1.0 is not asked, for that knows no such answer")
  func expectationOfOldClient() throws {
    let connection = SimulatedConnection(handler: served.handler)
    connection.send(Array("POST /check HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n".utf8))
    #expect(connection.received.isEmpty)
    connection.send(Array("{}".utf8))
    #expect(WireAnswer(connection.received)?.status == 202)
  }

  @Test("a request for a check when the last is made is told to ask again")
  func tooLate() throws {
    let connection = SimulatedConnection(handler: served.handler)
    let hasLeft = connection.leave()
    #expect(hasLeft)
    connection.send(Array(HostileRequest.post().utf8))
    #expect(WireAnswer(connection.received)?.status == 503)
  }
}
