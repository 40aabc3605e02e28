extension HostileRequest {
  private static func host(_ host: String, _ line: String = "GET /status HTTP/1.1") -> String {
    "\(line)\r\nHost: \(host)\r\n\r\n"
  }

  /// Pages of other sites, in a browser of this house.
  static let pages: [HostileRequest] = [
    .init(200, "an address", host("127.0.0.1:8097")),
    .init(200, "an address of IPv6", host("[::1]:8097")),
    .init(403, "a name that was led here", host("evil.example")),
    .init(403, "a name that was led here, with its port", host("evil.example:8097")),
    .init(403, "a name that begins like an address", host("127.0.0.1.evil.example")),
    .init(403, "a name of digits", host("127.1")),
    .init(403, "a host of nothing", host("")),
    .init(403, "a port of nothing", host("localhost:")),
    .init(403, "a port beyond", host("localhost:99999")),
    .init(403, "half an address", host("[::1")),
    .init(403, "a host with a user", host("localhost@evil.example")),
    .init(403, "a host with a path", host("evil.example/.local")),
    .init(403, "hosts in one line", host("localhost, evil.example")),
    .init(403, "a host that is no text", host("\u{FF}\u{FE}")),
    .init(403, "a host of very many labels", host(many(2000, "a."))),
    .init(403, "a host of brackets", host(many(2000, "["))),
    .init(202, "a check by any name", host("jod.example", "POST /check HTTP/1.1")),
    .init(403, "a check from a page", post("Origin: https://evil.example\r\n")),
    .init(403, "a check from a page that hides", post("Origin: null\r\n")),
    .init(403, "a check from a page that says nothing", post("Origin:\r\n")),
    .init(403, "a check from a page on another port", post("Origin: http://localhost:81\r\n")),
    .init(
      403, "a check from a page that was led here",
      "POST /check HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n\r\n"),
    .init(202, "a check from our page", post("Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n")),
    .init(403, "a check from a form", post("Sec-Fetch-Site: cross-site\r\nContent-Length: 3\r\n", "a=b")),
    .init(403, "a check from a neighbour", post("Sec-Fetch-Site: same-site\r\n")),
    .init(202, "a check by a person", post("Sec-Fetch-Site: none\r\n")),
    .init(403, "two origins, ours last", post("Origin: http://evil.example\r\nOrigin: http://localhost\r\n")),
    .init(
      403, "two origins, ours first", post("Origin: http://localhost\r\nOrigin: http://evil.example\r\n")),
    .init(403, "two sites, ours first", post("Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n")),
  ]

  /// What is no HTTP at all.
  static let bytes: [HostileRequest] = [
    .init(
      400, "the first words of TLS",
      "\u{16}\u{3}\u{1}\u{0}\u{5}\u{1}\u{0}\u{0}\u{1}\u{3}\u{3}" + many(64, "\u{5A}")),
    .init(
      400, "the first words of an old TLS", "\u{80}\u{2E}\u{1}\u{3}\u{1}\u{0}\u{15}\u{0}\u{0}\u{0}\u{10}"),
    .init(400, "ssh", "SSH-2.0-OpenSSH_9.2\r\n"),
    .init(400, "mail", "EHLO evil.example\r\n"),
    .init(400, "news of files", "USER anonymous\r\n"),
    .init(400, "a database", "\u{3A}\u{0}\u{0}\u{0}\u{A7}"),
    .init(400, "a remote desktop", "\u{3}\u{0}\u{0}\u{13}\u{E}\u{E0}\u{0}\u{0}\u{0}\u{0}\u{0}"),
    .init(400, "a share", "\u{0}\u{0}\u{0}\u{54}\u{FE}SMB"),
    .init(400, "a key-value store", "*1\r\n$4\r\nPING\r\n"),
    .init(400, "a broker", "\u{10}\u{C}\u{0}\u{4}MQTT\u{4}\u{2}\u{0}\u{3C}\u{0}\u{0}"),
    .init(400, "SOCKS", "\u{5}\u{1}\u{0}"),
    .init(400, "the protocol of proxies", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + get()),
    .init(400, "the binary protocol of proxies", "\r\n\r\n\u{0}\r\nQUIT\n!\u{11}\u{0}\u{0}"),
    .init(400, "JSON", "{\"method\":\"check\"}\n"),
    .init(400, "a zero", "\u{0}"),
    .init(400, "zeros", many(100_000, "\u{0}")),
    .init(400, "ones", many(100_000, "\u{FF}")),
    .init(
      400, "every byte there is",
      String(String.UnicodeScalarView((0...255).map { Unicode.Scalar($0 as UInt8) }))),
    .init(400, "a byte order mark ahead", "\u{EF}\u{BB}\u{BF}" + get()),
    .init(400, "blanks", many(100, " ")),
    .init(400, "letters without an end", many(100_000, "A")),
    .init(400, "a telnet client", "\u{FF}\u{FD}\u{18}\u{FF}\u{FD}\u{20}"),
    .init(400, "text of two bytes a letter", "G\u{0}E\u{0}T\u{0} \u{0}/\u{0}"),
  ]

  /// More than anybody needs.
  static let sizes: [HostileRequest] = [
    .init(200, "headers of nearly as much as may be", get("/status", "X: \(many(16_000, "a"))\r\n")),
    .init(431, "a header of more than may be", get("/status", "X: \(many(16_500, "a"))\r\n")),
    .init(431, "a header of 100 KB", get("/status", "X: \(many(100_000, "a"))\r\n")),
    .init(431, "a header of 1 MiB", get("/status", "X: \(many(1 << 20, "a"))\r\n")),
    .init(431, "a header without an end", "GET /status HTTP/1.1\r\nX: \(many(200_000, "a"))"),
    .init(431, "a name of 100 KB", get("/status", "\(many(100_000, "a")): x\r\n")),
    .init(431, "a target of 20 KB", get("/" + many(20_000, "a"))),
    .init(431, "a target of 100 KB", get("/" + many(100_000, "a"))),
    .init(431, "a query of 1 MiB", get("/status?" + many(1 << 20, "a"))),
    .init(431, "a target without an end", "GET /" + many(200_000, "a")),
    .init(431, "a thousand headers", get("/status", (0..<1000).map { "X-\($0): \($0)\r\n" }.joined())),
    .init(431, "ten thousand small headers", get("/status", many(10_000, "a:\r\n"))),
    .init(431, "a thousand cookies", get("/status", many(1000, "Cookie: a=bcdefghij\r\n"))),
    .init(431, "a check with a header of 100 KB", post("X: \(many(100_000, "a"))\r\n")),
    .init(
      431, "a trailer of 100 KB",
      post("Transfer-Encoding: chunked\r\n", "0\r\nX: \(many(100_000, "a"))\r\n\r\n")),
    .init(
      431, "ten thousand trailers",
      post("Transfer-Encoding: chunked\r\n", "0\r\n\(many(10_000, "X: a\r\n"))\r\n")),
    .init(
      202, "an extension of 1 MiB",
      post("Transfer-Encoding: chunked\r\n", "2;\(many(1 << 20, "a"))\r\n{}\r\n0\r\n\r\n")),
  ]
}
