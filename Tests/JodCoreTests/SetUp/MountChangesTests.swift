import Testing

@testable import JodCore

@Suite("What has to change so that an access wakes")
struct MountChangesTests {
  private let fstab =
    "# mine\nUUID=1 / ext4 defaults 0 1\nnas.lan:/media /srv/media nfs4 vers=4.2,_netdev 0 0\n"

  private func mount(
    _ path: String = "/srv/media", type: String = "nfs4", fstab options: String? = nil, unit: String? = nil
  )
    -> NetworkMount
  {
    var mount = NetworkMount(path: path, source: "nas.lan:/media", type: type)
    if let options {
      mount.fstab = FstabEntry(
        path: path, type: type, options: options.split(separator: ",").map(String.init))
    }
    mount.unit = unit.map { ShownUnit("Id=x.mount\nLoadState=loaded\n\($0)") }
    return mount
  }

  @Test("a plain line of fstab gets an automount, and every other line stays")
  func plain() {
    let changes = MountChanges([mount(fstab: "vers=4.2,_netdev")], fstab: fstab)
    #expect(
      changes.fstab
        == fstab.replacing(
          "vers=4.2,_netdev", with: "vers=4.2,_netdev,hard,noauto,nofail,x-systemd.automount"))
    #expect(changes.lines.map(\.isNew) == [false, true])
    #expect(changes.value == "/srv/media")
    #expect(changes.replaced.map(\.automount) == ["srv-media.automount"])
    #expect(changes.files.map(\.path) == ["/etc/systemd/system/srv-media.mount.d/storage.conf"])
    #expect(changes.files.first?.text == "[Mount]\nLazyUnmount=yes\n")
  }

  @Test("what has its automount needs nothing but its name")
  func ready() {
    let changes = MountChanges([mount(type: "cifs", fstab: "hard,noauto,x-systemd.automount")], fstab: fstab)
    #expect(changes.isEmpty && changes.fstab == fstab && changes.replaced.isEmpty)
    #expect(changes.value == "/srv/media")
  }

  @Test("a mount unit gets an automount unit beside it, and no target mounts it at the boot")
  func unit() {
    var mount = mount(unit: "FragmentPath=/etc/systemd/system/srv-media.mount\nLazyUnmount=yes")
    mount.pullers = [ShownUnit("Id=remote-fs.target")]
    let changes = MountChanges([mount], fstab: fstab)
    #expect(changes.fstab == fstab)
    #expect(
      changes.files == [
        MountChanges.File(
          path: "/etc/systemd/system/srv-media.automount",
          text: "[Automount]\nWhere=/srv/media\n\n[Install]\nWantedBy=remote-fs.target\n")
      ])
    #expect(changes.enabled == ["srv-media.automount"] && changes.disabled == ["srv-media.mount"])
  }

  @Test("NFS that was mounted by hand gets a line of fstab")
  func byHand() {
    var mount = mount(unit: "FragmentPath=")
    mount.isMounted = true
    let changes = MountChanges([mount], fstab: "A\n")
    #expect(changes.fstab == "A\nnas.lan:/media /srv/media nfs4 hard,noauto,nofail,x-systemd.automount 0 0\n")
  }

  @Test("SMB that was mounted by hand has a password that nobody here knows: it is told, and left out")
  func smbByHand() {
    var mount = mount(type: "cifs", unit: "FragmentPath=")
    mount.isMounted = true
    let changes = MountChanges([mount], fstab: fstab)
    #expect(changes.paths.isEmpty && changes.isEmpty)
    #expect(changes.refused.first?.contains("not in /etc/fstab") == true)
  }

  @Test("a mount below another one is left out, and a blank in a path is kept")
  func several() {
    let changes = MountChanges(
      [
        mount(fstab: "x-systemd.automount"), mount("/srv/media/sub", fstab: "x-systemd.automount"),
        mount("/srv/old films", fstab: "x-systemd.automount"),
      ],
      fstab: fstab)
    #expect(changes.paths == ["/srv/media", "/srv/old films"])
    #expect(Folders.mounts(changes.value) == changes.paths)
    #expect(changes.refused.first?.contains("lies below") == true)
  }

  @Test(
    "a path that drives a terminal, or leaves its quotes, is left out",
    arguments: ["/srv/\u{1B}[2J", "/srv/it's", "/a\"b"])
  func hostile(path: String) {
    let changes = MountChanges([mount(path, fstab: "defaults")], fstab: fstab)
    #expect(changes.paths.isEmpty && changes.isEmpty && changes.refused.count == 1)
  }
}

@Suite("Folders, as Jellyfin and as this machine see them")
struct JellyfinFoldersTests {
  private func view(_ rows: String, host: String = MountTableTests.host) -> Diagnosis.JellyfinView {
    let root = "500 400 0:70 / / rw,relatime - overlay overlay rw,lowerdir=/x\n"
    return Diagnosis.JellyfinView(mountinfo: root + rows, host: host, engine: .docker, isHosts: false)
  }

  @Test("without a container, the log is where Debian's package has it")
  func debian() { #expect(JellyfinFolders(nil).logs == ["/var/log/jellyfin"]) }

  @Test(
    "a container's log is found by what is bound to /config, or to the folder itself",
    arguments: [
      ("510 500 254:1 /opt/jellyfin/config /config rw - ext4 /dev/vda1 rw", "/opt/jellyfin/config/log"),
      (
        "510 500 254:1 /var/lib/docker/volumes/x/_data /config/log rw - ext4 /dev/vda1 rw",
        "/var/lib/docker/volumes/x/_data"
      ),
      ("510 500 254:1 /srv/logs /var/log/jellyfin rw - ext4 /dev/vda1 rw", "/srv/logs"),
    ])
  func bound(row: String, folder: String) { #expect(JellyfinFolders(view(row)).logs == [folder]) }

  @Test("a file system of the host's that is mounted below another folder is found by its own path")
  func mounted() {
    let folders = JellyfinFolders(view("510 500 0:45 /jf /config rw - tmpfs none rw"))
    #expect(folders.logs == ["/srv/nas/jf/log"])
  }

  @Test("a log that only the container has is none")
  func inside() { #expect(JellyfinFolders(view("")).logs == []) }

  @Test("a mount of this machine's is told by the path that Jellyfin has for it")
  func place() {
    let mount = NetworkMount(path: "/srv/store/media", source: "nas.lan:/srv/media", type: "nfs4")
    let bound = view("510 500 254:1 /srv/store /data rw,relatime master:1 - ext4 /dev/vda1 rw")
    #expect(JellyfinFolders(bound).place(of: mount) == "/data/media")
    #expect(JellyfinFolders(nil).place(of: mount) == "/srv/store/media")
    #expect(JellyfinFolders(view("")).place(of: mount) == nil)
  }
}

@Suite("A QR code on a terminal")
struct QRCodeTests {
  /// A diagonal.
  private let code = QRCode(width: 3, modules: [true, false, false, false, true, false, false, false, true])!

  @Test("two rows are one line of half blocks, with a light border")
  func lines() {
    #expect(code.lines(on: .light) == ["       ", "  ▀▄   ", "    ▀  ", "       "])
    #expect(code.columns == 7)
  }

  @Test("on a dark background the light modules are drawn")
  func dark() {
    #expect(code.lines(on: .dark) == ["███████", "██▄▀███", "████▄██", "███████"])
  }

  @Test("with colours, dark on white is asked for on any background, and put back")
  func coloured() {
    let lines = code.lines(on: .coloured)
    #expect(lines[1] == "\u{1B}[30;107m  ▀▄   \u{1B}[0m")
    #expect(lines.count == 4)
  }

  @Test("what is no square is no code")
  func square() {
    #expect(QRCode(width: 2, modules: [true]) == nil)
    #expect(QRCode(width: 0, modules: []) == nil)
  }
}
