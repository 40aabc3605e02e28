import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

@Suite("The survey of the storage's mounts")
struct MountSurveyTests {
  private let folder: String

  init() throws {
    folder = "\(NSTemporaryDirectory())jod-check-test-\(UUID().uuidString)"
    try write("nas:/music /srv/music nfs4 hard,noauto,nofail,x-systemd.automount 0 0\n", to: "etc/fstab")
    try write(
      "[Mount]\nWhat=nas.lan:/films\nWhere=/srv/films\nType=nfs4\nOptions=hard\n",
      to: "etc/systemd/system/srv-films.mount")
    try write("[Mount]\nWhat=other:/x\nWhere=/srv/x\nType=nfs4\n", to: "etc/systemd/system/srv-x.mount")
  }

  private func write(_ text: String, to name: String) throws {
    let path = URL(fileURLWithPath: "\(folder)/\(name)")
    try FileManager.default.createDirectory(
      at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: path, atomically: true, encoding: .utf8)
  }

  private func mounts(
    table: String = "", named: [String] = [], show: @escaping ([String]) -> String? = { _ in nil }
  )
    -> [NetworkMount]
  {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return MountSurvey(root: folder, mountinfo: table, show: show)
      .mounts(of: ["nas.lan", "192.168.1.5"], named: named) { $0 == "nas" ? ["192.168.1.5"] : nil }
  }

  @Test("fstab and mount units are read, and a shorter name with the same address is the storage's")
  func files() {
    let found = mounts()
    #expect(found.map(\.path) == ["/srv/films", "/srv/music"])
    #expect(found.map(\.source) == ["nas.lan:/films", "nas:/music"])
    #expect(found.map(\.hasAutomount) == [false, true])
  }

  @Test("an entry of STORAGE_MOUNTS is judged by the files")
  func refusals() {
    let found = mounts(named: ["/srv/films", "/srv/music", "/srv/nothing"])
    #expect(found.map(\.path) == ["/srv/films", "/srv/music", "/srv/nothing"])
    #expect(found.map(\.refusal) == [.hasNoAutomount, nil, .isNoMount])
  }

  @Test(
    "a file that lies in a mount point is seen where nothing is mounted and no automount waits, and only there"
  )
  func strays() throws {
    let root = "25 1 254:1 / / rw - ext4 /dev/vda1 rw\n"
    for place in ["films", "music"] { try write("x", to: "srv/\(place)/marker") }
    #expect(mounts(table: root).map(\.stray) == ["marker", nil])
    for row in ["nfs4 nas.lan:/films", "autofs systemd-1"] {
      let mounted = "\(root)30 25 0:40 / /srv/films rw - \(row) rw\n"
      #expect(try Self().strayed(mounted) == [nil, nil])
    }
    #expect(try Self().strayed("\(root)30 25 0:40 / /srv rw - nfs4 other:/ rw\n") == [nil, nil])
  }

  @Test("a service that needs a folder on it is asked for, though it has not run yet")
  func services() throws {
    try write("[Unit]\nRequiresMountsFor=/srv/music/jazz /home\n", to: "etc/systemd/system/band.service")
    try write("[Unit]\nRequiresMountsFor=/srv/musical\n", to: "etc/systemd/system/stage.service")
    let found = mounts { names in
      names.contains("srv-music.mount")
        ? "Id=srv-music.mount\nLoadState=loaded\n" : names.map { "Id=\($0)\n\n" }.joined()
    }
    #expect(found.map { $0.pullers.map(\.name) } == [[], ["band.service"]])
  }

  private func strayed(_ table: String) throws -> [String?] {
    try write("x", to: "srv/films/marker")
    return mounts(table: table).map(\.stray)
  }

  @Test("systemd is asked of all units at once, and then of those that start them")
  func units() {
    nonisolated(unsafe) var asked: [[String]] = []
    let found = mounts { names in
      asked.append(names)
      guard names.contains("srv-films.mount") else {
        return "Id=photos.service\nLoadState=loaded\nPartOf=\n"
      }
      return """
        Id=srv-films.mount
        LoadState=loaded
        RequiredBy=photos.service

        Id=srv-films.automount
        LoadState=not-found
        ActiveState=inactive

        Id=srv-music.mount
        LoadState=not-found
        """
    }
    #expect(
      asked == [
        ["srv-films.mount", "srv-films.automount", "srv-music.mount", "srv-music.automount"],
        ["photos.service"],
      ])
    #expect(found[0].pullers.map(\.name) == ["photos.service"])
    #expect(found[0].unit?.isLoaded == true && found[1].unit == nil)
    #expect(!found[0].hasAutomount)
  }
}

extension World {
  @Suite(
    "The doctor's look at mounts, as root",
    .enabled(if: RootMachine.isPossible, "only root can make mounts (and setpriv is needed)"))
  struct DoctorMountTests {
    private func machine(_ path: String) throws -> RootMachine {
      var machine = try RootMachine()
      machine.settings["STORAGE_MOUNTS"] = path
      return machine
    }

    @Test(
      "no call goes to a mount point or below it",
      .enabled(if: access("/usr/bin/strace", X_OK) == 0, "strace is not installed"))
    func touchesNothing() throws {
      let machine = try machine("/srv/untouched/media")
      // The rest of doctor looks where programs lie that variables name.
      let ended = try machine.run(
        """
        echo 'nas.invalid:/media /srv/untouched/media nfs4 hard,x-systemd.automount 0 0' >> /etc/fstab
        mkdir -p /etc/systemd/system
        printf '[Mount]\\nWhat=nas.invalid:/b\\nWhere=/srv/untouched/b\\nType=nfs4\\n' \
          > /etc/systemd/system/srv-untouched-b.mount
        echo 'nas.invalid:/b /srv/untouched/b nfs4 hard,x-systemd.automount 0 0' >> /etc/fstab
        env -i strace -f -qq -s 4096 -o /mnt/calls -e trace=%file,%desc "$program" doctor || true
        grep -c . /mnt/calls >&2
        grep -E '^[0-9]+ +[a-z0-9_]+\\(.*"/srv/untouched' /mnt/calls | grep -vE ' (read|pread64|write|writev|sendto)\\(' || true
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      let lines = ended.output.split(separator: "\n")
      #expect(
        lines.contains { $0.contains("Mounts") && $0.contains("/srv/untouched/media") }, "\(ended.output)")
      #expect(
        !lines.contains { $0.contains("(\"/srv/untouched") || $0.contains(", \"/srv/untouched") }, "\(lines)")
    }

    /// A process called jellyfin whose root is a file system of its own, as in a container, with the folder above the mount
    /// point bound by the given propagation; then the doctor, and then a mount.
    private func container(_ propagation: String) throws -> (doctor: String, isSeen: Bool) {
      let machine = try machine("/mnt/store/media")
      let ended = try machine.run(
        """
        mount --make-rshared /
        mkdir -p /mnt/store/media /mnt/box
        exec unshare --mount --propagation unchanged --pid --fork --kill-child --mount-proc sh -euc '
          unshare --mount --propagation slave sh -euc "
            mount -t tmpfs box /mnt/box
            mkdir /mnt/box/data
            mount --rbind /mnt/store /mnt/box/data
            mount --make-\(propagation) /mnt/box/data
            exec perl -e \\"chroot q(/mnt/box) or die; chdir q(/); \\\\\\$0 = q(jellyfin); sleep 60\\"" &
          until grep -qx jellyfin /proc/$!/comm; do sleep 0.02; done
          env -i "$1" doctor || true
          mount -t tmpfs probe /mnt/store/media
          grep -c " /data/media .* tmpfs probe" /proc/$!/mountinfo || true
        ' sh "$program"
        """)
      #expect(ended.status == 0, "\(ended.errors)")
      return (ended.output, ended.output.hasSuffix("\n1\n"))
    }

    @Test("a container that binds the folder above with rslave is right, and sees what is mounted later")
    func slave() throws {
      let (doctor, isSeen) = try container("rslave")
      #expect(isSeen)
      #expect(doctor.contains("\"/mnt/store/media\": Jellyfin sees it come and go"), "\(doctor)")
    }

    @Test("one with Docker's default sees nothing of it, and is told the lines that mend it")
    func isPrivate() throws {
      let (doctor, isSeen) = try container("rprivate")
      #expect(!isSeen)
      #expect(doctor.contains("Too many levels of symbolic links"), "\(doctor)")
      #expect(doctor.contains("source: /mnt/store\n") && doctor.contains("Volume=/mnt/store:/data:rslave"))
    }

    @Test("Jellyfin's process is found by its port; one of another machine is not looked for")
    func port() throws {
      let ready = Pipe()
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
      process.arguments = [
        "-MSocket", "-e",
        "$0 = 'dotnet'; socket(S, AF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_LOOPBACK)); listen(S, 1); $| = 1; print((sockaddr_in(getsockname S))[0], \"\\n\"); sleep 60",
      ]
      process.standardOutput = ready
      try process.run()
      defer { process.terminate() }
      let port = Printable.trimmed(String(decoding: ready.fileHandleForReading.availableData, as: UTF8.self))
      let found = JellyfinProcess(at: try #require(BaseURL("http://127.0.0.1:\(port)")))
      #expect(found?.id == Int(process.processIdentifier))
      #expect(found?.view?.isHosts == true)
      #expect(JellyfinProcess(at: try #require(BaseURL("http://jellyfin.invalid:\(port)"))) == nil)
    }
  }
}
