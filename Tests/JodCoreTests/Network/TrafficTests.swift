import Testing

@testable import JodCore

@Suite("What this machine reads over NFS")
struct TrafficTests {
  /// A mount as Linux writes it to /proc/self/mountstats.
  private static func mount(
    _ device: String = "nas.example:/srv/media", on folder: String = "/mnt/media", type: String = "nfs4",
    read: String = "123456789"
  ) -> String {
    """
    device \(device) mounted on \(folder) with fstype \(type) statvers=1.1
    \topts:\trw,vers=4.2,rsize=1048576,wsize=1048576,namlen=255,acregmin=3,hard,proto=tcp,timeo=600,sec=sys
    \tage:\t86400
    \timpl_id:\tname='',domain='',date='0,0'
    \tcaps:\tcaps=0x3ffbffff,wtmult=512,dtsize=1048576,bsize=0,namlen=255
    \tnfsv4:\tbm0=0xfdffbfff,bm1=0xf9be3e,bm2=0x68800,acl=0x3,sessions,pnfs=not configured,lease_time=90
    \tsec:\tflavor=1,pseudoflavor=1
    \tevents:\t12 340 0 7 5 9 900 0 0 3 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0
    \tbytes:\t999999999 77 55 33 \(read) 88 30141 0
    \tRPC iostats version: 1.1  p/v: 100003/4 (nfs)
    \txprt:\ttcp 812 0 1 0 12 4711 4711 0 9422 0 2 10 5
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
    device //nas/films mounted on /mnt/films with fstype cifs

    """

  @Test("without NFS nothing is read", arguments: ["", local])
  func none(_ text: String) {
    #expect(Traffic.bytesRead(mountstats: text, from: nil) == 0)
  }

  @Test("the bytes that came from the server count", arguments: ["nfs", "nfs4"])
  func one(_ type: String) {
    let text = Self.local + Self.mount(type: type)
    #expect(Traffic.bytesRead(mountstats: text, from: nil) == 123_456_789)
  }

  @Test("several mounts are added up, with anything between them")
  func several() {
    let text =
      Self.mount(read: "1000") + Self.local + Self.mount(on: "/mnt/b", type: "nfs", read: "200") + Self.local
    #expect(Traffic.bytesRead(mountstats: text, from: nil) == 1200)
  }

  @Test("a mount that the sandbox shows twice counts once, and another of the same server by itself")
  func twice() {
    let shown = Self.mount(read: "1000") + Self.mount(on: "/mnt/b", read: "200") + Self.local
    #expect(Traffic.bytesRead(mountstats: shown + shown, from: nil) == 1200)
  }

  @Test("more bytes than a 32-bit number holds are counted")
  func large() {
    let text = Self.mount(read: "9007199254740992")
    #expect(Traffic.bytesRead(mountstats: text, from: nil) == 9_007_199_254_740_992)
  }

  @Test("what another file system calls its bytes does not count", arguments: ["ceph", "fuse", "nfsd"])
  func otherFileSystem(_ type: String) {
    #expect(Traffic.bytesRead(mountstats: Self.mount(type: type), from: nil) == 0)
  }

  @Test(
    "a mount of another server does not count where both are known by their addresses",
    arguments: [
      ("192.0.2.20:/srv", "192.0.2.20:2049", true), ("192.0.2.21:/srv", "192.0.2.20:2049", false),
      ("nas.example:/srv", "192.0.2.20:2049", true), ("192.0.2.21:/srv", "nas.example:2049", true),
      ("other.example:/srv", "nas.example:2049", true), ("[fd00::3]:/srv", "[fd00::2]:2049", true),
      ("[fd00::2]:/srv", "192.0.2.20:2049", true), ("192.0.2.21:/srv", "[fd00::2]:2049", true),
      ("srv", "192.0.2.20:2049", true),
    ])
  func otherServer(_ device: String, _ address: String, _ counts: Bool) throws {
    let server = try #require(Endpoint(address))
    let bytes = Traffic.bytesRead(mountstats: Self.mount(device, read: "7"), from: server)
    #expect(bytes == (counts ? 7 : 0))
  }

  @Test("of two servers' mounts the storage's alone counts")
  func twoServers() {
    let text = Self.mount("192.0.2.20:/a", read: "5") + Self.mount("192.0.2.21:/b", read: "7")
    #expect(Traffic.bytesRead(mountstats: text, from: Endpoint("192.0.2.21:2049")) == 7)
  }

  @Test("numbers that are none are not known", arguments: ["-1", "x", "nan", "inf", "1e999"])
  func noNumber(_ read: String) {
    #expect(Traffic.bytesRead(mountstats: Self.mount(read: read), from: nil) == nil)
  }

  @Test("a line that ends too early is not known")
  func tooShort() {
    let text = "device nas:/a mounted on /a with fstype nfs4 statvers=1.1\n\tbytes:\t1 2 3 4\n"
    #expect(Traffic.bytesRead(mountstats: text, from: nil) == nil)
  }

  @Test("numbers that are none of a mount that does not count do not matter")
  func noNumberElsewhere() {
    let text = Self.mount("192.0.2.21:/b", read: "x")
    #expect(Traffic.bytesRead(mountstats: text, from: Endpoint("192.0.2.20:2049")) == 0)
  }

  // MARK: The rate

  private func rate(from before: (bytes: Double, at: Seconds)?, to bytes: Double, at: Seconds) -> Double? {
    let before = before.map { Traffic(bytes: $0.bytes, at: $0.at, before: nil) }
    return Traffic(bytes: bytes, at: at, before: before).rate
  }

  @Test("the rate is what came since the last reading, by the time between")
  func rate() {
    #expect(rate(from: (1000, 100), to: 4000, at: 130) == 100)
    #expect(rate(from: (1000, 100), to: 1000, at: 130) == 0)
  }

  @Test("the first reading has no rate")
  func first() { #expect(rate(from: nil, to: 4000, at: 130) == nil) }

  @Test("fewer bytes than before are those of new mounts, and have no rate")
  func remount() { #expect(rate(from: (1000, 100), to: 999, at: 130) == nil) }

  @Test("readings at the same time, or in the wrong order, have no rate", arguments: [100.0, 99])
  func order(_ at: Seconds) { #expect(rate(from: (1000, 100), to: 4000, at: at) == nil) }

  @Test("a reading that failed leaves nothing to compare the next one with")
  func failed() {
    var story = Story()
    story.check(.nobody)
    story.nfsBytes = nil
    story.check(.nobody)
    #expect(story.memory.runtime.traffic == nil)
    story.nfsBytes = 10
    story.check(.nobody)
    #expect(story.memory.runtime.traffic?.rate == nil)
    story.check(.nobody)
    #expect(story.memory.runtime.traffic?.rate == 0)
  }

  @Test("traffic is noted though Jellyfin is away")
  func withoutJellyfin() {
    var story = Story()
    story.checks(for: 60, .jellyfinAway)
    #expect(story.memory.runtime.traffic?.rate == 0)
  }

  @Test(
    "numbers that no machine reads make the memory implausible",
    arguments: [(1e19, 1.0, false), (-1, 1, false), (1, -1, false), (1, 1e11, false), (1e17, 1e9, true)])
  func plausible(_ bytes: Double, _ at: Seconds, _ isPlausible: Bool) {
    var runtime = Runtime(bootID: "boot-1")
    runtime.traffic = Traffic(bytes: bytes, at: at, before: nil)
    let memory = Memory(state: nil, runtime: runtime, bootID: "boot-1")
    #expect((memory.runtime.traffic != nil) == isPlausible)
  }
}
