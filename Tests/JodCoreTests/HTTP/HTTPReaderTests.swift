import JodCore
import Testing

@Suite("Reading HTTP")
struct HTTPReaderTests {
  private func reply(_ text: String, isOver: Bool = false) -> Messages {
    Messages(.replies, text, isOver: isOver)
  }

  private func request(_ text: String) -> Messages { Messages(.requests, text) }

  // MARK: Heads

  @Test("a request has a method, a target and fields, whose names have no case")
  func requestHead() throws {
    let message = try #require(
      request("GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Y:\t one, two \r\n\r\n").messages.first)
    #expect(message.head.start == .request(method: "GET", target: "/a?b=c"))
    #expect(message.head.fields["HOST"] == ["x"])
    #expect(message.head.fields["x-y"] == ["one, two"])
    #expect(message.head.fields["absent"] == [])
    #expect(message.framing == .length(0))
    #expect(message.isWhole)
  }

  @Test(
    "a reply has a status, with a reason, with an empty one, or with none",
    arguments: ["200 OK", "200 ", "200", "200 \u{FF}\t!"])
  func statusLine(line: String) {
    #expect(reply("HTTP/1.1 \(line)\r\nContent-Length: 0\r\n\r\n").messages.map(\.status) == [200])
  }

  @Test(
    "what is no status is none",
    arguments: [
      "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK", "HTTP/1.1  200 OK", "HTTP/1.1 -20 OK",
      "HTTP/1.1", "HTTP/1.1 ", "HTTP/2 200", "HTTP/1.2 200 OK", "HTTP/1.10 200 OK", "http/1.1 200 OK",
      "ICY 200 OK",
      "", " HTTP/1.1 200 OK", "HTTP/1.1 200 O\u{0}K", "HTTP/1.1 200\tOK", "HTTP/1.1 200 O\rK",
    ])
  func noStatusLine(line: String) throws {
    let fault = try #require(reply("\(line)\r\nContent-Length: 0\r\n\r\n").fault)
    guard case .malformed = fault else {
      Issue.record("\(fault)")
      return
    }
  }

  @Test("values of one name come in their order, and lists are taken apart")
  func fields() throws {
    let fields = try #require(
      reply("HTTP/1.1 200 OK\r\nA: 1\r\nB: x\r\na: 2,3\r\nContent-Length:0\r\nC:\r\n\r\n").messages.first?
        .head.fields)
    #expect(fields["a"] == ["1", "2,3"])
    #expect(fields.list("A") == ["1", "2", "3"])
    #expect(fields["c"] == [""])
    #expect(fields.count == 5)
  }

  @Test("a member of a list is what RFC 9110 calls one, and nothing that looks alike")
  func members() throws {
    let text =
      "HTTP/1.1 200 OK\r\nA: \t ONE ,, \u{C2}\u{A0}two,\u{E2}\u{84}\u{AA}\r\nContent-Length: 0\r\n\r\n"
    #expect(reply(text).messages.first?.head.fields.list("a") == ["one", "", "\u{A0}two", "\u{212A}"])
  }

  @Test("a value may be of any encoding, and is repaired where it is no UTF-8")
  func encodings() {
    let fields = reply("HTTP/1.1 200 OK\r\nA: \u{E9}t\u{C3}\u{A9}\r\nContent-Length: 0\r\n\r\n").messages
      .first?.head.fields
    #expect(fields?["a"] == ["\u{FFFD}té"])
  }

  // MARK: Bodies

  @Test("a body is as long as its length says, and what follows is another message")
  func length() {
    let read = reply(
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 404 No\r\nContent-Length: 00\r\n\r\n")
    #expect(read.messages.map(\.text) == ["hello", ""])
    #expect(read.messages.map(\.status) == [200, 404])
    #expect(read.messages.allSatisfy { $0.isWhole })
    #expect(read.fault == nil)
  }

  @Test("chunks add up, with extensions and trailers that nobody heeds")
  func chunks() {
    let read = reply(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=\"\r;\\\"\"\r\n".replacing("\r;", with: ";")
        + "hel\r\n0002; x\r\nlo\r\n0\r\nTrailer: x\r\n\r\n")
    #expect(read.messages.map(\.text) == ["hello"])
    #expect(read.messages.map(\.isWhole) == [true])
    #expect(read.messages.first?.head.fields["trailer"] == [])
  }

  @Test("without a length a reply lasts to the end of its connection")
  func untilEnd() {
    let text = "HTTP/1.0 200 OK\r\n\r\nhello"
    #expect(reply(text).messages.map(\.isWhole) == [false])
    let read = reply(text, isOver: true)
    #expect(read.messages.map(\.text) == ["hello"])
    #expect(read.messages.map(\.isWhole) == [true])
  }

  @Test("some replies have no body, even if they announce one", arguments: [204, 304])
  func bodiless(status: Int) {
    let read = reply(
      "HTTP/1.1 \(status) X\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    #expect(read.messages.map(\.status) == [status, 200])
  }

  @Test("replies that announce another are skipped, however many there are, but not a change of protocol")
  func interim() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    let many = String(repeating: interim, count: 20_000) + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    #expect(reply(many).messages.map(\.text) == ["ok"])
    #expect(reply("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n").fault != nil)
  }

  @Test("a message that is cut off anywhere is none")
  func cutOff() {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n"
    let bytes = Messages.bytes(text)
    for length in 1..<bytes.count {
      let read = Messages(.replies, [bytes.prefix(length)], isOver: true)
      #expect(read.fault == .incomplete, "after \(length) bytes")
      #expect(read.messages.allSatisfy { !$0.isWhole })
    }
    #expect(reply("", isOver: true) == reply(""))
    #expect(reply(text, isOver: true).fault == nil)
  }

  // MARK: What smuggling is made of

  @Test(
    "what two readers could understand differently is refused, in a reply as in a request",
    arguments: [
      "Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1\r\nContent-Length: 1\r\n",
      "Content-Length: 1, 1\r\n", "Content-Length: +1\r\n", "Content-Length: -1\r\n",
      "Content-Length: 0x1\r\n",
      "Content-Length: 1 1\r\n", "Content-Length:\r\n", "Content-Length: 18446744073709551616\r\n",
      "Content-Length: \u{C2}\u{B2}\r\n", "Content-Length : 1\r\n", "Transfer-Encoding: gzip\r\n",
      "Transfer-Encoding:\r\n", "Transfer-Encoding: chunked, chunked\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked;x\r\n",
      "Transfer-Encoding: \u{B}chunked\r\n", "Transfer-Encoding: \"chunked\"\r\n", "A: b\r\n c\r\n",
      "A: b\r\n\tc\r\n",
      " A: b\r\n", "A: b\nC: d\r\n", "A: b\rC: d\r\n", "A: \u{0}\r\n", "A\u{0}: b\r\n", "A: \u{7F}\r\n",
      ": b\r\n",
      "A b: c\r\n", "A\r\n", "\u{FF}: b\r\n",
    ])
  func smuggling(lines: String) {
    for (kind, start) in [
      (HTTPReader.Kind.replies, "HTTP/1.1 200 OK\r\n"), (.requests, "POST / HTTP/1.1\r\nHost: x\r\n"),
    ] {
      let read = Messages(kind, start + lines + "\r\n0\r\n\r\n")
      guard case .malformed = read.fault else {
        Issue.record("\(start): \(String(describing: read.fault))")
        continue
      }
      #expect(read.messages.isEmpty)
    }
  }

  @Test(
    "a length beside chunks ends a request; in a reply the chunks count, and the connection takes no more")
  func lengthBesideChunks() throws {
    let lines = "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    #expect(request("POST / HTTP/1.1\r\nHost: x\r\n" + lines).fault != nil)
    let message = try #require(reply("HTTP/1.1 200 OK\r\n" + lines).messages.first)
    #expect(message.isWhole)
    #expect(!message.head.keepsAlive)
  }

  @Test("chunks are none of HTTP/1.0")
  func oldChunks() {
    #expect(reply("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").fault != nil)
  }

  @Test(
    "a chunk that is not as it should be ends the message",
    arguments: [
      "\r\n", "g\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", " 1\r\nx\r\n", "1\nx\r\n", "1\r\nxy\r\n", "1\r\nx\n",
      "1 2\r\n",
      "1;\u{0}\r\n", "1;\"\r\n", "1\r\r\n", "11111111111111111\r\n", "0\r\nContent-Length: 1\r\n\r\n",
      "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n A: b\r\n\r\n", "0\n\n",
    ])
  func badChunks(body: String) {
    let read = reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    guard case .malformed = read.fault else {
      Issue.record("\(String(describing: read.fault))")
      return
    }
    #expect(read.messages.allSatisfy { !$0.isWhole })
  }

  @Test("after a fault nothing is understood any more")
  func failed() {
    var reader = HTTPReader(.replies, Messages.limits)
    var bytes = Messages.bytes("nonsense\r\n")[...]
    let first = #expect(throws: HTTPFault.self) { try reader.next(&bytes) }
    var more = Messages.bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")[...]
    let second = #expect(throws: HTTPFault.self) { try reader.next(&more) }
    #expect(first == second)
    #expect(throws: HTTPFault.self) { try reader.finish() }
    #expect(reader.isInside)
  }

  // MARK: Limits, which are arguments

  @Test("a head may be as large as it may be, and not a byte larger")
  func headLimit() {
    func head(_ size: Int) -> String {
      let text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: \r\n\r\n"
      return text.replacing("A: ", with: "A: " + String(repeating: "a", count: size - text.utf8.count))
    }
    #expect(reply(head(200)).fault == nil)
    #expect(reply(head(201)).fault == .headTooLarge)
    #expect(request(String(repeating: "\r\n", count: 101)).fault == .headTooLarge)
  }

  @Test("so it is with the number of fields, and with trailers")
  func fieldLimit() {
    func fields(_ count: Int) -> String { String(repeating: "A:\r\n", count: count) }
    let (plain, chunked) = (
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    )
    #expect(reply(plain + fields(4) + "\r\n").fault == nil)
    #expect(reply(plain + fields(5) + "\r\n").fault == .headTooLarge)
    #expect(reply(chunked + "\r\n0\r\n" + fields(5) + "\r\n").fault == nil)
    #expect(reply(chunked + "\r\n0\r\n" + fields(6) + "\r\n").fault == .headTooLarge)
  }

  @Test("a body may be as long as it may be, however its length is told")
  func bodyLimit() {
    func body(_ size: Int) -> String { String(repeating: "a", count: size) }
    for size in [50, 51] {
      let fault: HTTPFault? = size == 50 ? nil : .bodyTooLarge(nil)
      let length = reply("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n" + body(size)).fault
      #expect(length == (size == 50 ? nil : .bodyTooLarge(51)))
      let chunks =
        "25\r\n" + body(37) + "\r\n" + String(size - 37, radix: 16) + "\r\n" + body(size - 37)
        + "\r\n0\r\n\r\n"
      #expect(reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks).fault == fault)
      #expect(reply("HTTP/1.1 200 OK\r\n\r\n" + body(size), isOver: true).fault == fault)
    }
  }

  @Test("a length that is announced is refused before it comes")
  func announced() {
    for length in ["51", "9223372036854775807", "18446744073709551615"] {
      let read = reply("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
      #expect(read.fault == .bodyTooLarge(UInt64(length)))
      #expect(read.messages.count == 1)
    }
    let chunk = reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")
    #expect(chunk.fault == .bodyTooLarge(nil))
  }

  @Test("extensions of chunks are limited as a body is")
  func extensionLimit() {
    let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    let extensions = String(repeating: "1;aaaaaaaaaa\r\nx\r\n", count: 5)
    #expect(reply(start + extensions + "0\r\n\r\n").fault == nil)
    #expect(reply(start + extensions + "1;a\r\nx\r\n0\r\n\r\n").fault == .bodyTooLarge(nil))
  }

  // MARK: Requests

  @Test("HTTP/1.1 has one host, and HTTP/1.0 one or none")
  func hosts() {
    #expect(request("GET / HTTP/1.1\r\n\r\n").fault != nil)
    #expect(request("GET / HTTP/1.0\r\n\r\n").fault == nil)
    #expect(request("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n").fault != nil)
    #expect(request("GET / HTTP/1.1\r\nHost:\r\n\r\n").fault == nil)
  }

  @Test("another protocol is told at its first word, and a method at its blank")
  func firstWord() {
    for text in [
      "\u{16}", "GEX ", "get ", "UNSUBSCRIBES", "{", " ", "\n", "GET\t", "GET  ", "GET \u{7F}",
    ] {
      #expect(request(text).fault != nil, "\(text.debugDescription)")
      #expect(request(String(text.dropLast())).fault == nil)
    }
  }

  @Test("a request of HTTP/0.9 waits, and is refused at the next byte")
  func oldest() {
    #expect(request("GET /\r\n").fault == nil)
    #expect(request("GET /\r\n\r").fault != nil)
    #expect(request("GET /\r\nHost: x\r\n\r\n").fault != nil)
  }

  @Test(
    "a connection is kept by HTTP/1.1 unless it says otherwise, and by HTTP/1.0 where it says so",
    arguments: [
      ("1.1", "", true), ("1.1", "close", false), ("1.1", "Keep-Alive, CLOSE", false),
      ("1.1", "closed", true),
      ("1.0", "", false), ("1.0", "keep-alive", true), ("1.0", "x,Keep-Alive", true),
      ("1.0", "close, keep-alive", false),
    ])
  func keepsAlive(version: String, options: String, expected: Bool) {
    let read = reply("HTTP/\(version) 200 OK\r\nConnection: \(options)\r\nContent-Length: 0\r\n\r\n")
    #expect(read.messages.first?.head.keepsAlive == expected)
  }
}
