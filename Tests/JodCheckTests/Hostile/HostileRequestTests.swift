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
  /// A desk with a status that an earlier check left.
  struct Office {
    private let sandbox: Sandbox
    let desk: Desk

    init() throws {
      sandbox = try Sandbox()
      try Store(
        stateDirectory: "\(sandbox.folder)/state", runtimeDirectory: "\(sandbox.folder)/run", mode: .normal
      ).write(Status.nothingKnown)
      desk = try sandbox.desk()
    }
  }

  let office: Office

  init() throws { office = try Office() }

  @Test("there are some hundreds of them, and none twice")
  func number() {
    #expect(Set(HostileRequest.all.map(\.text)).count == HostileRequest.all.count)
    #expect(Set(HostileRequest.all.map(\.testDescription)).count == HostileRequest.all.count)
    #expect(HostileRequest.all.count >= 300)
  }

  @Test("each gets its one answer, however it arrives", arguments: HostileRequest.all)
  func answers(request: HostileRequest) throws {
    for arrival in Arrival.allCases where arrival != .byteByByte || request.text.count < 5000 {
      let visit = Visit(desk: office.desk)
      for piece in arrival.pieces(request.bytes) { visit.say(piece) }
      if case .answeredLate = request.end {
        #expect(WireAnswer(visit.heard) == nil, "\(arrival)")
        #expect(visit.isUnanswered, "\(arrival)")
        visit.wait(2)
      }
      let isHead = request.text.hasPrefix("HEAD")
      let answer = try #require(
        WireAnswer(visit.heard, isHead: isHead),
        "\(arrival): \(String(decoding: visit.heard.prefix(2000), as: UTF8.self))")
      switch request.end {
      case .answered(let status), .answeredLate(let status): #expect(answer.status == status, "\(arrival)")
      }
      #expect(visit.isPromised == (answer.status == 202))
      #expect(!visit.isUnanswered)
      #expect(answer.headers["connection"] == "close")
      #expect(answer.headers["x-content-type-options"] == "nosniff")
      // Whoever still talks can hear the answer, and the line is free soon.
      #expect(visit.isOpen)
      visit.wait(0.5)
      #expect(!visit.isOpen)
    }
  }

  @Test("whoever says no more is answered, or has said nothing that could be", arguments: HostileRequest.all)
  func halfClosed(request: HostileRequest) throws {
    let visit = Visit(desk: office.desk)
    visit.say(request.bytes)
    visit.closeOutput()
    #expect(!visit.isOpen)
    #expect(!visit.isUnanswered)
    switch request.end {
    case .answered(let status):
      #expect(WireAnswer(visit.heard, isHead: request.text.hasPrefix("HEAD"))?.status == status)
    case .answeredLate:
      let heard = WireAnswer(visit.heard)
      #expect(visit.heard.isEmpty || heard?.status == 400, "\(String(decoding: visit.heard, as: UTF8.self))")
    }
  }

  @Test("whoever is gone at any moment leaves nothing behind", arguments: HostileRequest.all)
  func gone(request: HostileRequest) throws {
    for share in [0.0, 0.1, 0.5, 0.9, 1] {
      let visit = Visit(desk: office.desk)
      visit.say(request.bytes.prefix(Int(Double(request.bytes.count) * share)))
      visit.reset()
      #expect(!visit.isOpen)
      #expect(!visit.isUnanswered)
    }
  }

  // MARK: Hostile listeners

  @Test("whoever does not listen to the answer does not keep the place")
  func deaf() throws {
    let visit = Visit(desk: office.desk)
    visit.isDeaf = true
    visit.say(Array(HostileRequest.get().utf8))
    visit.wait(1.999)
    #expect(visit.isOpen)
    visit.wait(0.001)
    #expect(!visit.isOpen)
    #expect(visit.heard.isEmpty)
  }

  @Test("whoever says no more and listens slowly hears the whole answer")
  func slowListener() throws {
    let visit = Visit(desk: office.desk)
    visit.isDeaf = true
    visit.say(Array(HostileRequest.get().utf8))
    visit.closeOutput()
    #expect(visit.isOpen)
    visit.wait(1)
    visit.isDeaf = false
    #expect(WireAnswer(visit.heard)?.status == 200)
    #expect(!visit.isOpen)
  }

  @Test("whoever goes on talking hears the answer, and is cut off then")
  func talker() throws {
    let visit = Visit(desk: office.desk)
    for request in [HostileRequest.post("Connection: upgrade\r\nUpgrade: x\r\n"), HostileRequest.get(), "\0"]
    {
      visit.say(Array(request.utf8))
    }
    for _ in 0..<49 {
      visit.say(Array(repeating: 0, count: 1 << 16))
      visit.wait(0.01)
    }
    #expect(visit.isOpen)
    #expect(WireAnswer(visit.heard)?.status == 202)
    visit.wait(0.01)
    #expect(!visit.isOpen)
  }

  @Test("whoever sends a request a byte at a time is told when patience ends")
  func slowTalker() throws {
    let visit = Visit(desk: office.desk)
    for byte in HostileRequest.get("/status", "X: \(HostileRequest.many(1000, "a"))\r\n").utf8.prefix(200) {
      visit.say([byte])
      visit.wait(0.01)
    }
    #expect(WireAnswer(visit.heard)?.status == 408)
  }

  @Test("whoever waits to be asked for the body is asked, once")
  func expectation() throws {
    let visit = Visit(desk: office.desk)
    visit.say(Array(HostileRequest.post("Expect: 100-continue\r\nContent-Length: 2\r\n").utf8))
    #expect(String(decoding: visit.heard, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    visit.say(Array("{}".utf8))
    #expect(WireAnswer(visit.heard)?.status == 202)
  }

  @Test("whoever speaks HTTP/1.0 is not asked, for that knows no such answer")
  func expectationOfOldClient() throws {
    let visit = Visit(desk: office.desk)
    visit.say(Array("POST /check HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n".utf8))
    #expect(visit.heard.isEmpty)
    visit.say(Array("{}".utf8))
    #expect(WireAnswer(visit.heard)?.status == 202)
  }

  @Test("whoever asks for a check when the last is made is told to ask again")
  func tooLate() throws {
    let visit = Visit(desk: office.desk)
    let hasLeft = visit.leave()
    #expect(hasLeft)
    visit.say(Array(HostileRequest.post().utf8))
    #expect(WireAnswer(visit.heard)?.status == 503)
  }
}
