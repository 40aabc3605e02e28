import Testing

@testable import JodCore

@Suite("IPv4 addresses")
struct IPv4AddressTests {
  @Test(
    "dotted decimal is read in network order",
    arguments: [
      ("255.255.255.255", [255, 255, 255, 255]),
      ("192.168.1.20", [192, 168, 1, 20]),
      ("0.0.0.0", [0, 0, 0, 0]),
    ] as [(String, [UInt8])])
  func reads(text: String, bytes: [UInt8]) {
    #expect(IPv4Address(text)?.bytes == bytes)
  }

  @Test("an address is written as it was read", arguments: ["10.0.0.255", "127.0.0.1"])
  func writes(text: String) {
    #expect(IPv4Address(text)?.description == text)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "10.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.-4", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4",
      "1.2.3.4\n", "0x7f.0.0.1", "2130706433", "nas.lan", "::1", "1.2.3.４",
    ])
  func refuses(text: String) {
    #expect(IPv4Address(text) == nil)
  }
}

@Suite("Endpoints")
struct EndpointTests {
  @Test(
    "host and port are read",
    arguments: [
      ("nas.lan:2049", "nas.lan", 2049),
      ("nas:1", "nas", 1),
      ("NAS_2.home-lan:65535", "NAS_2.home-lan", 65535),
      ("nas.lan.:445", "nas.lan.", 445),
      ("192.168.1.20:445", "192.168.1.20", 445),
      ("[fd00::2]:445", "fd00::2", 445),
      ("[::1]:8097", "::1", 8097),
      ("[fe80::1%eth0]:2049", "fe80::1%eth0", 2049),
      ("[::ffff:10.0.0.1]:22", "::ffff:10.0.0.1", 22),
      ("3com:80", "3com", 80),
      ("1.2.3.4.example:80", "1.2.3.4.example", 80),
    ])
  func reads(text: String, host: String, port: Int) {
    #expect(Endpoint(text) == Endpoint(host: host, port: port))
  }

  @Test("a port may be left out where there is a default", arguments: ["nas.lan", "10.0.0.1", "[fd00::2]"])
  func defaultsPort(text: String) {
    #expect(Endpoint(text, defaultPort: 22)?.port == 22)
    #expect(Endpoint(text) == nil)
  }

  @Test("a port that is named beats the default")
  func namesPort() {
    #expect(Endpoint("nas.lan:2222", defaultPort: 22)?.port == 2222)
  }

  @Test(
    "a bad port is refused",
    arguments: [
      "", "0", "65536", "-1", "+1", " 1", "1 ", "http", "0x50", "1:2", "８０", "99999999999999999999",
    ])
  func refusesPort(port: String) {
    #expect(Endpoint("nas.lan:\(port)") == nil)
    #expect(Endpoint("nas.lan:\(port)", defaultPort: 80) == nil)
    #expect(Endpoint("[::1]:\(port)", defaultPort: 80) == nil)
  }

  @Test(
    "a bad host is refused",
    arguments: [
      "", ".", "nas..lan", ".nas", "-nas", "na s", "nas/lan", "user@nas", "näs", "nas\n", "nas%eth0", "*",
      "$(reboot)", "::1", "fd00::2", "[]", "[nas.lan]", "[10.0.0.1]", "[::1", "[::1]x", "[[::1]]", "[::1%]",
      "[::1%e/0]", "[:::1]", "[::1%-/]",
    ])
  func refusesHost(host: String) {
    #expect(Endpoint("\(host):80") == nil)
  }

  @Test(
    "what looks like a broken IPv4 address is no host name",
    arguments: ["10.1", "10.0.0.256", "1.2.3.4.5", "10.0.0.1.", "2130706433", "010.0.0.1", "nas.1"])
  func refusesBrokenIPv4(host: String) {
    #expect(Endpoint("\(host):80") == nil)
  }

  @Test("a label has 63 bytes at most, a name 253")
  func limits() {
    let label = String(repeating: "a", count: 63)
    let name = String(repeating: "\(label).", count: 3) + String(repeating: "a", count: 61)
    #expect(Endpoint("\(label):80") != nil)
    #expect(Endpoint("\(label)a:80") == nil)
    #expect(Endpoint("\(name):80") != nil)
    #expect(Endpoint("\(name)a:80") == nil)
  }

  @Test(
    "an endpoint is written as it was read",
    arguments: ["nas.lan:2049", "192.168.1.20:445", "[fd00::2]:445", "[fe80::1%eth0]:445"])
  func writes(text: String) {
    #expect(Endpoint(text)?.description == text)
  }

  @Test(
    "a number is told from a name",
    arguments: [
      ("127.0.0.1:80", true), ("[::1]:80", true), ("localhost:80", false), ("127.0.0.1.example:80", false),
    ])
  func tellsNumbers(text: String, isNumeric: Bool) {
    #expect(Endpoint(text)?.isNumeric == isNumeric)
  }
}

@Suite("Network interfaces")
struct NetworkInterfaceTests {
  @Test("a name is accepted", arguments: ["eth0", "enp3s0", "br-lan", "wlan0.100", "a", "abcdefghijklmno"])
  func accepts(name: String) {
    #expect(NetworkInterface.isName(name))
  }

  @Test(
    "what the kernel would not take is refused",
    arguments: [
      "", ".", "..", "eth/0", "eth0:1", "eth 0", "eth0\n", "eth\t0", "abcdefghijklmnop", "eth\u{7F}",
    ])
  func refuses(name: String) {
    #expect(!NetworkInterface.isName(name))
  }
}

@Suite("Where to power off over ssh")
struct SSHDestinationTests {
  @Test(
    "user and host are read, and the port is 22 unless named",
    arguments: [
      ("jod-check@nas.lan", "jod-check", "nas.lan", 22),
      ("root@192.168.1.20:2222", "root", "192.168.1.20", 2222),
      ("me_2.x@[fd00::2]", "me_2.x", "fd00::2", 22),
      ("me@[fe80::1%eth0]:2222", "me", "fe80::1%eth0", 2222),
    ])
  func reads(text: String, user: String, host: String, port: Int) {
    #expect(SSHDestination(text)?.user == user)
    #expect(SSHDestination(text)?.endpoint == Endpoint(host: host, port: port))
  }

  @Test(
    "what ssh could take for an option is refused",
    arguments: ["-oProxyCommand=reboot@nas", "-l@nas", "me@-oProxyCommand=reboot", "-@nas"])
  func refusesOptions(text: String) {
    #expect(SSHDestination(text) == nil)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "@", "nas.lan", "me@", "@nas", "me@nas@lan", "me:pw@nas", "me nas@lan", "m e@nas", "me@nas:0",
      "me@nas:",
      "me@10.1", "mé@nas", "me@nas\n", "me\n@nas", "$(id)@nas", "ssh://me@nas", "me@fd00::2",
    ])
  func refuses(text: String) {
    #expect(SSHDestination(text) == nil)
  }

  @Test("a user's name has 64 characters at most")
  func limits() {
    #expect(SSHDestination(String(repeating: "u", count: 64) + "@nas") != nil)
    #expect(SSHDestination(String(repeating: "u", count: 65) + "@nas") == nil)
  }

  @Test(
    "the usual port is left out when written",
    arguments: [
      ("me@nas.lan:22", "me@nas.lan"), ("me@nas.lan:2222", "me@nas.lan:2222"),
      ("me@[fd00::2]:22", "me@[fd00::2]"),
    ])
  func writes(text: String, written: String) {
    #expect(SSHDestination(text)?.description == written)
  }
}

@Suite("Jellyfin's base URL")
struct BaseURLTests {
  @Test(
    "scheme, host and port are read",
    arguments: [
      ("http://localhost:8096", false, "localhost", 8096),
      ("http://localhost", false, "localhost", 80),
      ("https://jellyfin.example", true, "jellyfin.example", 443),
      ("https://jellyfin.example:8920", true, "jellyfin.example", 8920),
      ("HTTP://Jelly.Lan:8096", false, "Jelly.Lan", 8096),
      ("http://10.0.0.1:8096", false, "10.0.0.1", 8096),
      ("http://[fd00::1]:8096", false, "fd00::1", 8096),
      ("https://[::1]", true, "::1", 443),
    ])
  func reads(text: String, isSecure: Bool, host: String, port: Int) {
    #expect(BaseURL(text)?.isSecure == isSecure)
    #expect(BaseURL(text)?.endpoint == Endpoint(host: host, port: port))
  }

  @Test(
    "a base path begins with a slash and ends without one",
    arguments: [
      ("http://a", ""), ("http://a/", ""), ("http://a///", ""), ("http://a/jellyfin", "/jellyfin"),
      ("http://a/jellyfin/", "/jellyfin"), ("http://a:8096/x/y%20z/", "/x/y%20z"),
    ])
  func readsBasePath(text: String, basePath: String) {
    #expect(BaseURL(text)?.basePath == basePath)
  }

  @Test(
    "the base path comes before every request's path",
    arguments: [("http://a", "/Sessions"), ("http://a/jellyfin/", "/jellyfin/Sessions")])
  func makesPaths(text: String, path: String) {
    #expect(BaseURL(text)?.path("Sessions") == path)
  }

  @Test(
    "the Host header names a port that is not the scheme's",
    arguments: [
      ("http://a:80/x", "a"), ("http://a:8096", "a:8096"), ("https://a:443", "a"), ("https://a:80", "a:80"),
      ("http://a:443", "a:443"), ("http://[::1]/", "[::1]"), ("http://[::1]:8096", "[::1]:8096"),
      ("http://[fe80::1%eth0]:8096", "[fe80::1]:8096"), ("http://[fe80::1%25eth0]/jf", "[fe80::1]"),
    ])
  func makesHostHeader(text: String, header: String) {
    #expect(BaseURL(text)?.hostHeader == header)
  }

  @Test(
    "a URL is written in its shortest form",
    arguments: [
      ("HTTP://a:80/", "http://a"), ("https://a:8920/x/", "https://a:8920/x"),
      ("http://[::1]/", "http://[::1]"), ("http://[fe80::1%25eth0]:8096/", "http://[fe80::1%eth0]:8096"),
      ("http://[fe80::1%eth0]/jf", "http://[fe80::1%eth0]/jf"),
    ])
  func writes(text: String, written: String) {
    #expect(BaseURL(text)?.description == written)
  }

  @Test(
    "user info, a query and a fragment are refused",
    arguments: [
      "http://user@host", "http://user:pw@host:8096", "http://host?api_key=1", "http://host/?api_key=1",
      "http://host/x?", "http://host#x", "http://host/#x",
    ])
  func refusesExtras(text: String) {
    #expect(BaseURL(text) == nil)
  }

  @Test(
    "what would break a request's line is refused",
    arguments: [
      "http://a/b c", "http://a/b\r\nHost: c", "http://a/\u{7F}", "http://a/ä", "http://a/\"", "http://a/<b>",
      "http://a\\b", "http://a/b\\c", "http://a/b\t", "http://a/\u{0}",
    ])
  func refusesBrokenPaths(text: String) {
    #expect(BaseURL(text) == nil)
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "localhost:8096", "//localhost", "http:", "http:/a", "http://", "https:///x", "ftp://a", "ws://a",
      " http://a", "http://a ", "http://a:0", "http://a:99999", "http://a:", "http://10.1", "http://::1",
      "http://[::1", "http://-a", "httpx://a", "http://[fe80::1%25]", "http://[fe80::1%]", "http://a%25b",
    ])
  func refuses(text: String) {
    #expect(BaseURL(text) == nil)
  }
}
