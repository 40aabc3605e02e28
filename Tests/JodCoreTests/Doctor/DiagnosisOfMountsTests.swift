import Testing

@testable import JodCore

@Suite("What doctor says of the storage's mounts")
struct DiagnosisOfMountsTests {
  private static let root = "25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
  private static let waiting = root + "90 25 0:50 / /srv/nas/media rw shared:3 - autofs systemd-1 rw,fd=40\n"
  private static let mounted =
    waiting + "91 90 0:51 / /srv/nas/media rw shared:4 - nfs4 nas.lan:/srv/media rw,hard,addr=192.168.1.5\n"
  private static let automounted =
    "nas.lan:/srv/media /srv/nas/media nfs4 hard,noauto,nofail,x-systemd.automount 0 0\n"
  private static let unitFile = """
    [Mount]
    What=nas.lan:/srv/media
    Where=/srv/nas/media
    Type=nfs4
    Options=hard
    """

  /// As systemd shows a mount that the generator has completed, with what a test changes.
  private static func unit(_ changes: [String: String] = [:]) -> ShownUnit {
    let right = [
      "Id": "srv-nas-media.mount", "LoadState": "loaded", "ActiveState": "inactive",
      "Requires": "jod-check-access.service -.mount", "PartOf": "storage-online.target",
      "LazyUnmount": "yes", "ForceUnmount": "no", "StartLimitIntervalUSec": "0",
    ]
    return ShownUnit(right.merging(changes) { $1 }.map { "\($0.key)=\($0.value)\n" }.joined())
  }

  private static func automount(_ state: String = "active", load: String = "loaded") -> ShownUnit {
    ShownUnit("Id=srv-nas-media.automount\nLoadState=\(load)\nActiveState=\(state)\n")
  }

  /// The mount of a machine's texts, and what systemd shows of it.
  private func findings(
    fstab: String = "", files: [String] = [], named: [String] = [], table: String = root,
    unit: ShownUnit? = nil, automount: ShownUnit? = nil, pullers: [ShownUnit] = [],
    refusal: StorageMount.Refusal? = nil
  ) -> [Finding] {
    let mounts = NetworkMount.all(
      of: ["nas.lan", "192.168.1.5"], named: named, table: MountTable(table), fstab: fstab, unitFiles: files)
    return Diagnosis.mounts(
      mounts.map {
        var mount = $0
        (mount.unit, mount.automount, mount.pullers, mount.refusal) = (unit, automount, pullers, refusal)
        return mount
      })
  }

  private func wellHousehold(_ changes: [String: String] = [:], automount: ShownUnit = automount())
    -> [Finding]
  {
    findings(
      fstab: Self.automounted, named: ["/srv/nas/media"], table: Self.mounted, unit: Self.unit(changes),
      automount: automount)
  }

  @Test("one good line where everything is right, and none where nothing is the storage's")
  func good() {
    #expect(
      wellHousehold() == [
        .good("Mounts", "\"/srv/nas/media\": an access wakes the storage, and it goes when that goes")
      ])
    #expect(findings(fstab: "other:/x /x nfs4 defaults 0 0\n").isEmpty)
    #expect(findings().isEmpty)
  }

  @Test("a mount that only hangs on the target, as the manual had it, is right as well")
  func target() {
    let unit = Self.unit([
      "Requires": "-.mount", "WantedBy": "storage-online.target", "StartLimitIntervalUSec": "10s",
    ])
    #expect(findings(files: [Self.unitFile], unit: unit).map(\.verdict) == [.good])
  }

  @Test("a plain line in fstab makes the boot wait; the remedy has the line, the drop-in and the variable")
  func plain() {
    let found = findings(
      fstab: "nas.lan:/srv/media /srv/nas/media nfs4 rsize=1048576 0 0\n", named: ["/srv/other"])
    #expect(found.first?.verdict == .fault)
    #expect(found.first?.words.contains("1 min 55 s") == true)
    #expect(
      found.first?.remedy == """
        In /etc/fstab, let the line be:
          nas.lan:/srv/media /srv/nas/media nfs4 rsize=1048576,hard,noauto,nofail,x-systemd.automount 0 0
        Put into /etc/systemd/system/srv-nas-media.mount.d/storage.conf:
          [Mount]
          LazyUnmount=yes
        Put into /etc/default/jod-check:
          STORAGE_MOUNTS="/srv/other /srv/nas/media"
        Then run `systemctl daemon-reload`, `systemctl stop srv-nas-media.mount` and `systemctl start srv-nas-media.automount`.
        """)
  }

  @Test("with nofail the boot goes on, and nobody mounts it later")
  func once() {
    let found = findings(fstab: "nas.lan:/srv/media /srv/nas/media nfs4 hard,nofail 0 0\n")
    #expect(found.map(\.verdict) == [.warning])
    #expect(found[0].words.contains("tried once"))
  }

  @Test("an automount without us hangs every reader")
  func stranger() {
    let found = findings(
      fstab: Self.automounted, table: Self.waiting,
      unit: Self.unit([
        "Requires": "-.mount", "PartOf": "", "LazyUnmount": "no", "StartLimitIntervalUSec": "10s",
      ]),
      automount: Self.automount())
    #expect(found.map(\.verdict) == [.fault, .warning, .warning, .warning])
    #expect(found[0].words.contains("every `ls` there hangs"))
    #expect(found[0].remedy?.contains("STORAGE_MOUNTS=\"/srv/nas/media\"") == true)
    #expect(found[1].remedy == "Nothing more: what makes an access wake, as above, adds this as well.")
    #expect(found[3].remedy == found[1].remedy)
    #expect(
      found[2].remedy == """
        Put into /etc/systemd/system/srv-nas-media.mount.d/storage.conf:
          [Mount]
          LazyUnmount=yes
        Then run `systemctl daemon-reload`.
        """)
    // Without systemd, only the files tell.
    #expect(findings(fstab: Self.automounted).map(\.verdict) == [.fault])
    #expect(findings(fstab: Self.automounted, named: ["/srv/nas/media"]).map(\.verdict) == [.good])
  }

  @Test("what hangs on nothing is given all that it lacks, in one drop-in")
  func lone() {
    let unit = Self.unit(["Requires": "-.mount", "PartOf": "", "LazyUnmount": "no", "ForceUnmount": "yes"])
    let found = findings(files: [Self.unitFile], unit: unit)
    #expect(found.map(\.verdict) == [.fault, .warning, .warning])
    #expect(
      found[0].remedy == """
        Put into /etc/systemd/system/srv-nas-media.mount.d/storage.conf:
          [Unit]
          PartOf=storage-online.target

          [Mount]
          ForceUnmount=no
          LazyUnmount=yes
        Then run `systemctl daemon-reload`.
        """)
    #expect(found[1].remedy == "What the line above says mends this as well.")
    #expect(found[2].remedy == found[1].remedy)
  }

  @Test("named, but the generator has not run since")
  func notReloaded() {
    let found = wellHousehold(["Requires": "", "PartOf": "", "StartLimitIntervalUSec": "10s"])
    #expect(found.map(\.remedy) == ["Run `systemctl daemon-reload`."])
  }

  @Test("soft mounts lose films, forced ones write wrong blocks, and hard ones that are not lazy stay")
  func unmounting() {
    let soft = findings(
      fstab: Self.automounted, named: ["/srv/nas/media"],
      table: Self.mounted.replacing("rw,hard", with: "rw,soft"),
      unit: Self.unit(), automount: Self.automount())
    #expect(soft.map(\.verdict) == [.fault])
    #expect(soft[0].words.contains("deletes from its library"))
    let forced = wellHousehold(["ForceUnmount": "yes", "LazyUnmount": "no"])
    #expect(forced.map(\.verdict) == [.fault, .warning])
    #expect(forced[0].words.contains("30 MB"))
    #expect(forced[0].remedy?.contains("  ForceUnmount=no\n  LazyUnmount=yes\n") == true)
    #expect(forced[1].words.contains("a paused film's too"))
  }

  @Test("CIFS is soft unless told otherwise", arguments: [("rw", true), ("rw,hard", false)])
  func cifs(_ options: String, _ isSoft: Bool) {
    #expect(
      NetworkMount(path: "/x", type: "cifs", options: options.split(separator: ",").map(String.init)).isSoft
        == isSoft)
  }

  @Test("an automount that is dead leaves an empty folder", arguments: ["inactive", "failed"])
  func dead(_ state: String) {
    let found = wellHousehold(automount: Self.automount(state))
    #expect(found.map(\.verdict) == [.fault])
    #expect(found[0].words.contains("the folder is empty"))
    #expect(
      found[0].remedy
        == "Run `systemctl stop srv-nas-media.mount`, `systemctl reset-failed srv-nas-media.mount srv-nas-media.automount` and `systemctl start srv-nas-media.automount`."
    )
  }

  @Test("what mounts it at the boot is named; what goes with the storage is not")
  func pullers() {
    let service = ShownUnit("Id=photos.service\nLoadState=loaded\nPartOf=\n")
    let right = ShownUnit("Id=music.service\nLoadState=loaded\nPartOf=storage-online.target\n")
    let target = ShownUnit("Id=remote-fs.target\nLoadState=loaded\n")
    let found = findings(
      fstab: Self.automounted, named: ["/srv/nas/media"], unit: Self.unit(), automount: Self.automount(),
      pullers: [service, right, target])
    #expect(found.map { $0.words.prefix { $0 != " " } } == ["photos.service", "remote-fs.target"])
    #expect(found.allSatisfy { $0.verdict == .warning })
  }

  @Test(
    "an entry of STORAGE_MOUNTS that wakes nobody is named with the reason",
    arguments: [
      (.isMasked(unit: "srv-nas-media.mount"), "systemctl unmask srv-nas-media.mount"),
      (.isNoMount, "Write a line"), (.isLocal(type: "ext4"), "Take it out"),
      (.hasNoAutomount, "WantedBy=remote-fs.target"),
      (.isStarted(by: "multi-user.target"), "systemctl disable srv-nas-media.mount"),
      (.lies(below: "/srv/nas"), "beside the other"),
    ] as [(StorageMount.Refusal, String)])
  func refused(_ refusal: StorageMount.Refusal, _ remedy: String) {
    let found = findings(files: [Self.unitFile], named: ["/srv/nas/media"], refusal: refusal)
    #expect(found.map(\.verdict) == [.fault])
    #expect(found[0].words.contains("an access there wakes nobody"))
    #expect(found[0].remedy?.contains(remedy) == true, "\(found)")
  }

  @Test("an automount unit is written out for a mount unit")
  func automountUnit() {
    let found = findings(files: [Self.unitFile], named: ["/srv/nas/media"], refusal: .hasNoAutomount)
    #expect(
      found[0].remedy?.hasPrefix(
        """
        Put into /etc/systemd/system/srv-nas-media.automount:
          [Automount]
          Where=/srv/nas/media

          [Install]
          WantedBy=remote-fs.target
        """) == true, "\(found)")
  }

  @Test("a named mount that is plain in fstab is told what the boot costs, and not to name it again")
  func namedAndPlain() {
    let found = findings(
      fstab: "nas.lan:/srv/media /srv/nas/media nfs4 defaults 0 0\n", named: ["/srv/nas/media"],
      refusal: .hasNoAutomount)
    #expect(found.map(\.verdict) == [.fault])
    #expect(found[0].words.hasSuffix("With the storage off, this machine's boot waits 1 min 55 s for it."))
    #expect(found[0].remedy?.contains("STORAGE_MOUNTS") == false)
  }

  @Test("a file in the mount point's own folder is a fault, and no name drives a terminal")
  func stray() {
    var mount = NetworkMount(path: "/srv/\u{1B}[2Jx", source: "nas.lan:/x", type: "nfs4")
    mount.stray = "marker"
    mount.fstab = FstabEntry(path: mount.path, type: "nfs4", options: ["defaults"])
    let found = Diagnosis.mounts([mount])
    #expect(found.map(\.verdict) == [.fault, .fault])
    #expect(found[0].words.hasPrefix("\"marker\" lies in the folder"))
    #expect(!found.contains { $0.words.contains("\u{1B}") || $0.remedy?.contains("\u{1B}") == true })
  }

  @Test("what the kernel mounts below an export is no mount of its own")
  func below() {
    let table =
      Self.mounted + "95 91 0:60 / /srv/nas/media/films rw - nfs4 nas.lan:/srv/media/films rw,hard\n"
    let mounts = NetworkMount.all(
      of: ["nas.lan"], named: [], table: MountTable(table), fstab: Self.automounted, unitFiles: [])
    #expect(mounts.map(\.path) == ["/srv/nas/media"])
    #expect(mounts.map(\.isMounted) == [true])
  }

  @Test("units that systemctl shows together are told apart")
  func shown() {
    let units = ShownUnit.all(
      "Id=a.mount\nLoadState=loaded\nWantedBy=x.target y.target\n\nLoadState=not-found\nId=b.mount\n")
    #expect(units.keys.sorted() == ["a.mount", "b.mount"])
    #expect(units["a.mount"]?.pullers == ["x.target", "y.target"])
    #expect(units["b.mount"]?.isLoaded == false)
    #expect(ShownUnit.all("").isEmpty)
  }

  @Test("real-time monitoring is told where it looks at a network's mount")
  func monitoring() {
    let libraries = [
      JellyfinLibrary(name: "Films", folders: ["/srv/nas/media/films"], isMonitored: true),
      JellyfinLibrary(name: "Shows", folders: ["/srv/nas/media/shows"]),
      JellyfinLibrary(name: "Home", folders: ["/home/films"], isMonitored: true),
    ]
    let found = Diagnosis.monitoring(libraries, Mounts(mountinfo: Self.waiting, fstab: ""))
    #expect(found.map(\.verdict) == [.warning])
    #expect(found[0].words.hasPrefix("\"Films\" has real-time monitoring on \"/srv/nas/media/films\""))
  }
}
