import Testing

@testable import JodCore

@Suite("What NFS mounts tell")
struct MountStatisticsTests {
  /// A mount as Linux 6.1 writes it to /proc/self/mountstats.
  private static func mount(
    _ device: String = "nas.example:/srv/media", on folder: String = "/mnt/media",
    type: String = "nfs4 statvers=1.1",
    server: String = "name='',domain='',date='0,0'", bytes: String = "0 0 0 0 123456789 88 30141 0",
    between: String = "", after: String = ""
  ) -> String {
    """
    device \(device) mounted on \(folder) with fstype \(type)
    \topts:\trw,vers=4.2,rsize=1048576,wsize=1048576,namlen=255,acregmin=3,hard,proto=tcp,timeo=600,sec=sys
    \tage:\t86400
    \timpl_id:\t\(server)
    \tcaps:\tcaps=0x3ffbffff,wtmult=512,dtsize=1048576,bsize=0,namlen=255
    \tnfsv4:\tbm0=0xfdffbfff,bm1=0xf9be3e,bm2=0x68800,acl=0x3,sessions,pnfs=not configured,lease_time=90
    \tsec:\tflavor=1,pseudoflavor=1
    \tevents:\t12 340 0 7 5 9 900 0 0 3 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 \(between)
    \tbytes:\t\(bytes) \(after)
    \tRPC iostats version: 1.1  p/v: 100003/4 (nfs)
    \txprt:\ttcp 812 0 1 0 12 4711 4711 0 9422 0 2 10 5
    \txprt:\ttcp 813 0 1 0 12 4711 4711 0 9422 0 2 10 5
    \tper-op statistics
    \t        NULL: 1 1 0 44 24 0 0 0 0
    \t        READ: 9000 9000 0 1980000 123456789 12 3456 3478 0

    """
  }

  private static let local = """
    device rootfs mounted on / with fstype rootfs
    device proc mounted on /proc with fstype proc
    device /dev/sda1 mounted on / with fstype ext4
    no device mounted on /sys/fs/bpf with fstype bpf
    device  mounted on /mnt/nameless with fstype fuse.x
    device //nas/films mounted on /mnt/films with fstype cifs

    """

  private func bytes(_ text: String, from server: String? = nil) -> [Double]? {
    let flows = MountStatistics.flows(Array(text.utf8), from: server.flatMap { Endpoint($0) })
    return flows?.map(\.bytes).sorted()
  }

  @Test("without NFS there is nothing", arguments: ["", local])
  func none(_ text: String) { #expect(bytes(text) == []) }

  @Test("the bytes of both ways over the network count", arguments: ["nfs", "nfs4"])
  func one(_ type: String) {
    #expect(bytes(Self.local + Self.mount(type: "\(type) statvers=1.1")) == [123_456_877])
  }

  @Test(
    "where programs read and write more than the network carried, that counts: they use the mount's pages")
  func pages() {
    #expect(bytes(Self.mount(bytes: "1000 200 30 4 500 6 7 8")) == [1234])
    #expect(bytes(Self.mount(bytes: "1 0 0 0 500 6 7 8")) == [506])
  }

  @Test("each mount is by itself, with anything between them")
  func several() {
    let text =
      Self.mount(bytes: "0 0 0 0 1000 0 0 0") + Self.local + Self.mount(on: "/b", bytes: "0 0 0 0 7 0 0 0")
    #expect(bytes(text + Self.local) == [7, 1000])
  }

  @Test("a mount that the sandbox shows twice is one, with the later of its numbers")
  func twice() {
    let texts = ["1000", "1001", "999"].map { Self.mount(bytes: "0 0 0 0 \($0) 0 0 0") }
    #expect(bytes(texts.joined()) == [1001])
    let flows = MountStatistics.flows(Array(texts.joined().utf8), from: nil)
    #expect(flows?.map(\.id) == MountStatistics.flows(Array(texts[0].utf8), from: nil)?.map(\.id))
  }

  @Test("what another file system calls its bytes does not count", arguments: ["ceph", "fuse.nfs", "nfsd"])
  func otherFileSystem(_ type: String) {
    #expect(bytes("device nas:/a mounted on /mnt with fstype \(type)\n") == [])
  }

  @Test("a device or a folder that is called nfs is no NFS mount")
  func named() { #expect(bytes("device nfs mounted on /nfs4 with fstype fuse.sshfs\n") == []) }

  @Test(
    "a mount of another server does not count where both are known by their addresses",
    arguments: [
      ("192.0.2.20:/srv", "192.0.2.20:2049", true), ("192.0.2.21:/srv", "192.0.2.20:2049", false),
      ("nas.example:/srv", "192.0.2.20:2049", true), ("192.0.2.21:/srv", "nas.example:2049", true),
      ("other.example:/srv", "nas.example:2049", true), ("[fd00::3]:/srv", "[fd00::2]:2049", true),
      ("[fd00::2]:/srv", "192.0.2.20:2049", true), ("192.0.2.21:/srv", "[fd00::2]:2049", true),
      ("srv", "192.0.2.20:2049", true),
    ])
  func otherServer(_ device: String, _ address: String, _ counts: Bool) {
    #expect(bytes(Self.mount(device, bytes: "0 0 0 0 7 0 0 0"), from: address) == (counts ? [7] : []))
  }

  @Test("lines that newer and older kernels write beside these do not matter")
  func otherLines() {
    let more = Self.mount(between: "\n\tbytes:\t0 0 0 0 9 0 0 0 \n\tfsc:\t1 2 3 4 5")
    let bare = more.replacing("\timpl_id:\tname='',domain='',date='0,0'\n", with: "")
      .replacing(" \n\tbytes:\t0 0 0 0 123456789 88 30141 0 ", with: "")
    #expect(bytes(bare) == nil)
    let cached = Self.mount(after: "\n\tfsc:\t1 2 3 4 5 ")
    #expect(bytes(cached) == [123_456_877])
    #expect(bytes(cached.replacing("\tage:", with: "\tsomething:\tnew\n\tage:")) == [123_456_877])
    #expect(bytes(cached.replacing("\timpl_id:\tname='',domain='',date='0,0'\n", with: "")) == [123_456_877])
  }

  // MARK: Text of a server's own

  @Test("the text of a FreeBSD server, which is of several lines, is no statistics")
  func freeBSD() {
    let text =
      "name='FreeBSD 14.1-RELEASE releng/14.1-n267679-10e31f0946d8 GENERIC\n    root@releng1.nyi.freebsd.org:/usr/obj\n"
      + "',domain='freebsd.org',date='1293840000,0'"
    #expect(bytes(Self.mount(server: text)) == [123_456_877])
  }

  @Test(
    "text that looks like statistics makes all of it unknown",
    arguments: [
      "\tbytes:\t0 0 0 0 0 0 0 0", "\tevents:\t0", "\tcaps:\tx", "device x mounted on /y with fstype ext4",
      "no device mounted on /y with fstype ext4", "\tRPC iostats version: 1.1  p/v: 100003/4 (nfs)",
      "\topts:\trw",
      "\t bytes:\t1 1 1 1 1 1 1 1",
    ])
  func hostile(_ line: String) {
    #expect(bytes(Self.mount(server: "name='x\n\(line)\n',domain='',date='0,0'")) == nil)
    #expect(bytes(Self.mount(server: "name='x\n\(line)',domain='',date='0,0'")) == nil)
  }

  @Test(
    "text that ends itself is no way around that",
    arguments: [
      "name='',domain='',date='0,0'\n\tbytes:\t0 0 0 0 0 0 0 0\n',domain='',date='0,0'",
      "name='',domain='',date='0,0'\n\tcaps:\tx\n\tbytes:\t0 0 0 0 0 0 0 0\n',domain='',date='0,0'",
      "name='',domain='',date='0,0'\n\tcaps:\tx\n',domain='',date='0,0'",
    ])
  func closed(_ server: String) { #expect(bytes(Self.mount(server: server)) == nil) }

  @Test(
    "text that does not end swallows the rest, which is then unknown",
    arguments: ["name='", "name='',date='x,0'", "',date='1'"])
  func open(_ server: String) { #expect(bytes(Self.mount(server: server)) == nil) }

  @Test("what another server says of itself cannot hide the storage's numbers")
  func beside() {
    let text =
      "name='',domain='',date='0,0'\n\tcaps:\t\n\tevents:\t\n\tbytes:\t0 0 0 0 0 0 0 0\n\tRPC iostats\n"
      + "device nas.example:/srv/media mounted on /mnt/media with fstype nfs4 statvers=1.1\n\topts:\trw\n\timpl_id:\tname='"
      + "',domain='',date='0,0'"
    let other = Self.mount("192.0.2.9:/x", server: text, bytes: "0 0 0 0 0 0 0 0")
    #expect(bytes(other + Self.mount(), from: "192.0.2.20:2049")?.last == 123_456_877)
  }

  // MARK: What cannot be understood

  @Test(
    "numbers that are none are not known",
    arguments: ["-1", "x", "nan", "1e3", "0x1", "99999999999999999999", "+1", "١"])
  func noNumber(_ number: String) { #expect(bytes(Self.mount(bytes: "0 0 0 0 \(number) 0 0 0")) == nil) }

  @Test(
    "numbers of another count are not known",
    arguments: ["", "1 2 3 4 5", "1 2 3 4 5 6 7", "1 2 3 4 5 6 7 8 9"])
  func otherCount(_ numbers: String) {
    #expect(bytes(Self.mount(bytes: numbers)) == nil)
    #expect(bytes(Self.mount(between: "5")) == nil)
  }

  @Test("numbers that are none of a mount that does not count do not matter")
  func elsewhere() {
    #expect(bytes(Self.mount("192.0.2.21:/b", bytes: "x"), from: "192.0.2.20:2049") == [])
  }

  @Test(
    "statistics of another version are not known",
    arguments: ["nfs4", "nfs4 statvers=1.2", "nfs4 statvers=1.1 x"])
  func version(_ type: String) { #expect(bytes(Self.mount(type: type)) == nil) }

  @Test("a text that ends, or goes on, in the middle of a mount is not known")
  func cut() {
    let lines = Self.mount().split(separator: "\n", omittingEmptySubsequences: false)
    // From the tenth line on, all is said that counts.
    for count in 1..<10 { #expect(bytes(lines[..<count].joined(separator: "\n")) == nil, "\(count)") }
    for count in 1..<10 {
      #expect(bytes(lines[..<count].joined(separator: "\n") + "\n" + Self.local) == nil, "\(count)")
    }
    #expect(bytes(lines[..<10].joined(separator: "\n")) == [123_456_877])
  }

  @Test("lines in another order are not known")
  func order() {
    let lines = Self.mount().split(separator: "\n").map(String.init)
    for index in 1..<9 {
      var lines = lines
      lines.swapAt(index, index + 1)
      let isFree = lines[index].hasPrefix("\txprt")
      #expect(isFree || bytes(lines.joined(separator: "\n")) == nil, "\(index)")
    }
    #expect(bytes("\tbytes:\t1 2 3 4 5 6 7 8\n") == nil)
    #expect(bytes(Self.local + "\tevents:\t1\n") == nil)
  }

  @Test("no bytes, however they came to be, end the program")
  func mutations() {
    var numbers = SystemRandomNumberGenerator()
    let whole = Array((Self.local + Self.mount() + Self.mount(on: "/b")).utf8)
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        bytes[Int.random(in: bytes.indices, using: &numbers)] = .random(in: 0...255, using: &numbers)
      }
      _ = MountStatistics.flows(bytes, from: nil)
    }
  }
}
