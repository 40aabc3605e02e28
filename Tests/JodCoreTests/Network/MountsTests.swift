import Testing

@testable import JodCore

@Suite("Where libraries lie")
struct MountsTests {
  /// As the kernel writes it, with optional fields, an escaped blank, and one mount over another.
  private static let mountinfo = """
    27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
    30 27 8:3 / /srv rw,relatime - ext4 /dev/sda3 rw
    31 27 0:40 / /media/nas rw,relatime shared:2 master:1 - nfs4 nas.lan:/export rw,vers=4.2
    32 27 0:41 / /media/My\\040Films rw - cifs //nas/films rw
    33 27 0:42 / /mnt/auto rw - autofs systemd-1 rw
    34 33 0:43 / /mnt/auto rw - nfs4 nas.lan:/auto rw
    35 27 8:17 / /media/iscsi rw - ext4 /dev/sdb1 rw
    broken
    """
  private static let fstab = """
    # nas.lan:/old  /media/old  nfs  defaults
    nas.lan:/export /media/nas nfs4 _netdev 0 0
    nas.lan:/music\t/media/music/\tnfs\tnoauto 0 0
    /dev/sdc1 /backup ext4 noauto
    """

  private func place(_ folder: String) -> Mounts.Place {
    Mounts(mountinfo: Self.mountinfo, fstab: Self.fstab).place(of: folder)
  }

  @Test(
    "on a network's mount, below its top or at it",
    arguments: [
      ("/media/nas/films", "/media/nas", "nfs4"), ("/media/nas", "/media/nas", "nfs4"),
      ("/media/nas/", "/media/nas", "nfs4"), ("/media/My Films/a", "/media/My Films", "cifs"),
      ("/mnt/auto/films", "/mnt/auto", "nfs4"),
    ])
  func network(folder: String, path: String, type: String) {
    #expect(place(folder) == .network(Mounts.Entry(path: path, type: type)))
  }

  @Test("a mount point of any kind")
  func mountPoint() {
    #expect(place("/media/iscsi") == .mountPoint(Mounts.Entry(path: "/media/iscsi", type: "ext4")))
  }

  @Test("above a mount")
  func above() {
    #expect(
      Mounts(mountinfo: Self.mountinfo, fstab: "").place(of: "/media")
        == .above(Mounts.Entry(path: "/media/nas", type: "nfs4")))
  }

  @Test(
    "on a mount that is wanted and not there", arguments: ["/media/music", "/media/music/jazz", "/media"])
  func unmounted(folder: String) {
    #expect(place(folder) == .unmounted(Mounts.Entry(path: "/media/music", type: "nfs")))
  }

  @Test(
    "on this machine's own disks",
    arguments: ["/home/films", "/srv/films", "/media/nasty", "/media/old", "/backup", "/"])
  func local(folder: String) {
    #expect(place(folder) == .local)
  }

  private func findings(_ folders: String...) -> [Finding] {
    Diagnosis.libraries(
      .success([JellyfinLibrary(name: "Films", folders: folders)]),
      Mounts(mountinfo: Self.mountinfo, fstab: Self.fstab))
  }

  @Test("folders on mounts are well, and local ones beside them")
  func good() {
    #expect(findings("/media/nas/films", "/home/films").map(\.verdict) == [.good])
    #expect(findings("/media/nas/films", "/home/films")[0].words == "1 of 2 folders on mounts")
    #expect(findings().map(\.words) == ["none yet"])
  }

  @Test("a folder that a scan could empty is a warning with its remedy")
  func risks() {
    let found = findings("/media/nas/films", "/mnt", "/media/music")
    #expect(found.map(\.verdict) == [.good, .warning, .warning])
    #expect(found[1].words.contains("\"/media/music\", which is in /etc/fstab but not mounted"))
    #expect(found[2].words.contains("\"/mnt\" lies above the mount \"/mnt/auto\""))
    #expect(found[2].remedy?.contains("below the mount's top") == true)
  }

  @Test("libraries that are all local are a warning, for the mount may be missing")
  func nothingMounted() {
    let found = findings("/home/films")
    #expect(found.map(\.verdict) == [.warning])
    #expect(found[0].remedy?.contains("Mount the storage") == true)
  }

  @Test("libraries that cannot be read are a fault")
  func unreadable() {
    let trouble = Trouble(.jellyfin, cause: "404", "Not found.", advice: "Look.")
    #expect(Diagnosis.libraries(.failure(trouble), Mounts(entries: [])).map(\.verdict) == [.fault])
  }
}

@Suite("A mount of the storage server")
struct StorageMountTests {
  static let mountinfo = """
    25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
    90 25 0:50 / /media/auto rw shared:3 - autofs systemd-1 rw,fd=40
    91 25 0:51 / /media/a\\040b rw shared:4 - nfs4 nas.lan:/srv/media rw,vers=4.2,addr=192.168.1.5
    92 25 0:52 / /media/c rw shared:5 - cifs //other/share rw,addr=192.168.1.6
    93 25 0:53 / /media/d rw master:7 - nfs [fd00::2]:/x rw,addr=fd00::2
    """

  @Test(
    "it is found by the server's name or address, and an automount that waits is none",
    arguments: [
      (["nas.lan"], "/media/a b"), (["192.168.1.5"], "/media/a b"), (["other"], "/media/c"),
      (["192.168.1.6"], "/media/c"), (["fd00::2"], "/media/d"), (["systemd-1"], nil), (["nas"], nil),
      ([], nil),
    ] as [([String], String?)])
  func found(_ names: [String], _ path: String?) {
    #expect(Mounts.mounted(from: names, mountinfo: Self.mountinfo).first == path)
  }

  @Test(
    "what is no mount table has none",
    arguments: [
      "", "-", "a b c d e - nfs4", "1 2 3 4 /x - nfs4 nas.lan:/", String(repeating: "- ", count: 9),
    ])
  func hostile(_ text: String) { #expect(Mounts.mounted(from: ["nas.lan"], mountinfo: text).isEmpty) }
}
