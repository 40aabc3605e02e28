import Testing

@testable import JodCore

@Suite("Known hosts")
struct KnownHostsTests {
  private static let text = """
    # a comment
    nas.lan ssh-ed25519 AAAAold
    other.lan,nas.lan,10.0.0.2 ssh-rsa AAAAshared
    |1|c2FsdA==|aGFzaA== ssh-ed25519 AAAAhashed
    *.lan ssh-rsa AAAApattern
    @revoked nas.lan ssh-rsa AAAAbad

    last.lan ssh-rsa AAAAlast
    """

  @Test(
    "a host's name is written as ssh looks for it",
    arguments: [("NAS.lan:22", "nas.lan"), ("nas.lan:2222", "[nas.lan]:2222"), ("[fd00::2]:22", "fd00::2")])
  func names(endpoint: String, name: String) {
    #expect(KnownHosts.name(of: Endpoint(endpoint)!) == name)
  }

  @Test("what ssh-keyscan prints is read, its comments are not")
  func scanned() {
    let output = "# nas.lan:22 SSH-2.0-OpenSSH_9.2\nnas.lan ssh-ed25519 AAAA\n[n]:2 ssh-rsa BBBB\nbroken\n"
    #expect(
      KnownHosts.scanned(output)
        == [HostKey(type: "ssh-ed25519", key: "AAAA"), HostKey(type: "ssh-rsa", key: "BBBB")])
  }

  @Test("what ssh-keygen -F finds is read")
  func found() {
    let output =
      "# Host nas.lan found: line 2 \nnas.lan ssh-ed25519 A\n# Host nas.lan found: line 14 REVOKED\nx y z"
    #expect(KnownHosts.found(output) == [2, 14])
  }

  @Test("a host's keys are those of its lines, revoked ones not")
  func keys() {
    let keys = KnownHosts(Self.text).keys(inLines: [2, 3, 6, 99])
    #expect(keys.map(\.key) == ["AAAAold", "AAAAshared"])
  }

  @Test("replacing touches that host alone")
  func replaces() {
    let key = HostKey(type: "ssh-ed25519", key: "AAAAnew")
    let new = KnownHosts(Self.text).replacing("nas.lan", inLines: [2, 3, 4, 5, 6], with: [key])
    #expect(
      new == """
        # a comment
        other.lan,10.0.0.2 ssh-rsa AAAAshared
        *.lan ssh-rsa AAAApattern
        @revoked nas.lan ssh-rsa AAAAbad
        last.lan ssh-rsa AAAAlast
        nas.lan ssh-ed25519 AAAAnew

        """)
    #expect(KnownHosts("").replacing("a", inLines: [], with: [key]) == "a ssh-ed25519 AAAAnew\n")
  }

  @Test("another key of a known type, or none in common, contradicts")
  func contradicts() {
    let (a, b) = (HostKey(type: "ssh-ed25519", key: "A"), HostKey(type: "ssh-ed25519", key: "B"))
    let rsa = HostKey(type: "ssh-rsa", key: "R")
    #expect(HostKey.contradicts([a], [b]))
    #expect(HostKey.contradicts([a, rsa], [b, rsa]))
    #expect(HostKey.contradicts([a], [rsa]))
    #expect(!HostKey.contradicts([], [a]))
    #expect(!HostKey.contradicts([a], [a, rsa]))
    #expect(!HostKey.contradicts([a, rsa], [a]))
  }
}
