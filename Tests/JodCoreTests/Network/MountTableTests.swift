import Testing

@testable import JodCore

@Suite("How Jellyfin's process sees the host's mounts")
struct MountTableTests {
  /// As Debian 12 has them: everything below the root is shared, an automount waits, and its file system is mounted on it.
  static let host = """
    25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
    40 25 0:45 / /srv/nas rw shared:7 - tmpfs none rw
    90 25 0:50 / /srv/store/media rw,relatime shared:30 - autofs systemd-1 rw,fd=40
    91 90 0:51 / /srv/store/media rw,relatime shared:31 - nfs4 nas.lan:/srv/media rw,vers=4.2,hard,addr=192.168.1.5
    92 40 0:52 / /srv/nas/music rw shared:33 - autofs systemd-1 rw,fd=41
    """
  /// Docker's own mounts; what is bound is added.
  private static let container = """
    500 400 0:70 / / rw,relatime - overlay overlay rw,lowerdir=/x
    501 500 0:71 / /proc rw - proc proc rw
    """

  private func sight(
    _ rows: String, of path: String = "/srv/store/media", host: String = host
  ) -> MountTable.Sight {
    MountTable("\(Self.container)\n\(rows)")
      .sight(of: path, source: "nas.lan:/srv/media", host: MountTable(host))
  }

  @Test("the folder above, bound rslave, follows the host: by its master, or as one of its group")
  func follows() {
    for group in ["master:1", "shared:1", "master:90 propagate_from:1"] {
      #expect(
        sight("510 500 254:1 /srv/store /data rw,relatime \(group) - ext4 /dev/vda1 rw")
          == .comesAndGoes(at: "/data/media"))
    }
  }

  @Test("what is mounted in there does not hide that it follows")
  func mounted() {
    let rows = """
      510 500 254:1 /srv/store /data rw,relatime master:1 - ext4 /dev/vda1 rw
      511 510 0:50 / /data/media rw,relatime master:30 - autofs systemd-1 rw,fd=40
      512 511 0:51 / /data/media rw,relatime master:31 - nfs4 nas.lan:/srv/media rw
      """
    #expect(sight(rows) == .comesAndGoes(at: "/data/media"))
  }

  @Test("Docker's default is private, with or without the copy that was mounted at its start")
  func isPrivate() {
    let bare = "510 500 254:1 /srv/store /data rw,relatime - ext4 /dev/vda1 rw"
    let copy = "512 510 0:51 / /data/media rw - nfs4 nas.lan:/srv/media rw"
    let expected = MountTable.Sight.isCutOff(at: "/data", folder: "/srv/store", isHandedOn: true)
    #expect(sight(bare) == expected)
    #expect(sight("\(bare)\n\(copy)") == expected)
  }

  @Test("a folder that is private on the host itself hands nothing on")
  func privateHost() {
    let rows = "510 500 0:45 / /nas rw - tmpfs none rw"
    let host = Self.host.split(separator: "\n").map {
      $0.contains("/srv/nas rw") ? "40 25 0:45 / /srv/nas rw - tmpfs none rw" : String($0)
    }
    .joined(separator: "\n")
    #expect(
      sight(rows, of: "/srv/nas/music", host: host)
        == .isCutOff(at: "/nas", folder: "/srv/nas", isHandedOn: false))
  }

  @Test("the mount point itself, or a folder on it, bound")
  func bound() {
    #expect(sight("510 500 0:51 / /media rw - nfs4 nas.lan:/srv/media rw") == .isBound(at: "/media"))
    #expect(sight("510 500 0:51 /films /films rw - nfs4 nas.lan:/srv/media rw") == .isBound(at: "/films"))
    // The copy of an earlier mount, whose file system has another number.
    #expect(sight("510 500 0:99 / /media rw - nfs4 nas.lan:/srv/media rw") == .isBound(at: "/media"))
    #expect(sight("510 500 0:50 / /media rw - autofs systemd-1 rw") == .isBound(at: "/media"))
  }

  @Test("a sandboxed service whose whole root follows")
  func sandboxed() {
    let table = MountTable(
      """
      600 599 254:1 / / ro,relatime shared:200 master:1 - ext4 /dev/vda1 rw
      601 600 254:1 /var/lib/jellyfin /var/lib/jellyfin rw,relatime shared:201 master:1 - ext4 /dev/vda1 rw
      """)
    #expect(
      table.sight(of: "/srv/store/media", source: "", host: MountTable(Self.host))
        == .comesAndGoes(at: "/srv/store/media"))
  }

  @Test("what is covered by another mount is not seen by way of the one below")
  func covered() {
    let rows = """
      510 500 254:1 /srv /data rw,relatime - ext4 /dev/vda1 rw
      511 500 254:1 /srv/store /data/store rw,relatime master:1 - ext4 /dev/vda1 rw
      """
    #expect(sight(rows) == .comesAndGoes(at: "/data/store/media"))
  }

  @Test("a container without the storage's folders, and one whose master is a stranger")
  func absent() {
    #expect(sight("510 500 254:1 /srv/other /data rw master:1 - ext4 /dev/vda1 rw") == .isAbsent)
    #expect(sight("510 500 254:1 /srv/store /data rw master:77 - ext4 /dev/vda1 rw") == .isUnknown)
  }

  @Test(
    "what is no mount table has no rows",
    arguments: ["", "x", "1 2 3 4 5 6 7", "- - - - - - - - - -", "1 1 0:1 / /"])
  func hostile(_ text: String) {
    #expect(MountTable(text).rows.isEmpty)
    #expect(MountTable(text).sight(of: "/a/b", source: "", host: MountTable(text)) == .isUnknown)
  }
}

@Suite("Who listens at a port")
struct SocketInodesTests {
  private static let table = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 00000000:1F98 00000000:0000 0A 00000000:00000000 00:00000000 00000000   110        0 23456 1 0 100 0 0 10 0
       1: 0100007F:1F98 0100007F:C350 01 00000000:00000000 00:00000000 00000000   110        0 23457 1 0 100 0 0 10 0
       2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23458 1 0 100 0 0 10 0
    broken
    """

  @Test("those that listen, and not those that are connected")
  func listening() {
    #expect(SocketInodes.listening(at: 8088, Self.table) == [23456])
    #expect(SocketInodes.listening(at: 22, Self.table) == [23458])
    #expect(SocketInodes.listening(at: 8096, Self.table).isEmpty)
    #expect(SocketInodes.listening(at: 8096, "").isEmpty)
  }
}
