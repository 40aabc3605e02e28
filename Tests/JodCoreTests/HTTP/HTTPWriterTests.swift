import JodCore
import Testing

@Suite("Writing HTTP")
struct HTTPWriterTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("a request is its line, its fields and its body, whose length it tells")
  func request() {
    #expect(
      text(HTTPWriter.request("GET", "/Sessions", [("Host", "nas.lan")]))
        == "GET /Sessions HTTP/1.1\r\nHost: nas.lan\r\n\r\n")
    #expect(
      text(HTTPWriter.request("POST", "/x", [("Host", "a")], body: Array("{}".utf8)))
        == "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
    #expect(
      text(HTTPWriter.request("POST", "/x", [], body: [])) == "POST /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
  }

  @Test("a reply's line has its reason")
  func reply() {
    #expect(text(HTTPWriter.reply(100)) == "HTTP/1.1 100 Continue\r\n\r\n")
    #expect(
      text(HTTPWriter.reply(431, [("A", "b")]))
        == "HTTP/1.1 431 Request Header Fields Too Large\r\nA: b\r\n\r\n")
  }

  @Test("no value makes a line of its own")
  func injection() {
    #expect(
      text(HTTPWriter.reply(200, [("A", "b\r\nSet-Cookie: x\n\u{0}y")]))
        == "HTTP/1.1 200 OK\r\nA: bSet-Cookie: xy\r\n\r\n")
  }

  @Test("what is written here is read here")
  func roundTrip() throws {
    let bytes = HTTPWriter.request("POST", "/check?x", [("Host", "a"), ("X", "é")], body: [0, 1, 2])
    let message = try #require(Messages(.requests, [bytes[...]]).messages.first)
    #expect(message.head.start == .request(method: "POST", target: "/check?x"))
    #expect(message.head.fields["x"] == ["é"])
    #expect(message.body == [0, 1, 2])
    #expect(message.isWhole)
  }
}
