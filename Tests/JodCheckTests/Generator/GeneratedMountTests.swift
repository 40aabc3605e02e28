import Foundation
import JodCore
import Testing

@testable import jod_check

@Suite("Mounts that wake")
struct GeneratedMountTests {
  private let root = "\(NSTemporaryDirectory())jod-check-generator-\(UUID().uuidString)"

  private static let mountDropIn = """
    # Made by jod-check-generator from STORAGE_MOUNTS in /etc/default/jod-check.
    [Unit]
    Requires=jod-check-access.service
    After=jod-check-access.service
    PartOf=storage-online.target
    # A mount that failed five times in ten seconds would end its automount, and leave an empty folder.
    StartLimitIntervalSec=0

    """
  private static let automountDropIn = """
    # Made by jod-check-generator from STORAGE_MOUNTS in /etc/default/jod-check.
    [Unit]
    DefaultDependencies=no
    After=sysinit.target
    Before=basic.target umount.target
    Conflicts=umount.target

    """
  private static let list = """
    # Made by jod-check-generator from STORAGE_MOUNTS in /etc/default/jod-check.
    [Service]
    Environment="STORAGE_MOUNT_UNITS=srv-media.mount"

    """
  private static let automounted = "nas.lan:/media /srv/media nfs noauto,nofail,x-systemd.automount 0 0\n"

  private func write(_ files: [String: String]) throws {
    for (path, text) in files {
      let folder = "\(root)/\((path as NSString).deletingLastPathComponent)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      if text == "masked" {
        try FileManager.default.createSymbolicLink(
          atPath: "\(root)/\(path)", withDestinationPath: "/dev/null")
      } else {
        try text.write(toFile: "\(root)/\(path)", atomically: true, encoding: .utf8)
      }
    }
  }

  /// - Returns: what the generator wrote, by paths.
  private func generate(_ defaults: String, _ files: [String: String]) throws -> [String: String] {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try write(files.merging(["etc/default/jod-check": defaults]) { $1 })
    let normal = "\(root)/normal"
    try FileManager.default.createDirectory(atPath: normal, withIntermediateDirectories: true)
    #expect(Generator.run(["jod-check-generator", normal, "\(root)/early", "\(root)/late"], root: root) == 0)
    var written: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: normal) {
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(normal)/\(path)") {
        written[path] = target
      } else if let text = try? String(contentsOfFile: "\(normal)/\(path)", encoding: .utf8) {
        written[path] = text
      }
    }
    return written
  }

  private func refusal(_ files: [String: String]) throws -> StorageMount.Refusal? {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try write(files)
    return MountUnits(root: root).refusal(of: "/srv/media")
  }

  private static let whole = [
    "srv-media.mount.d/jod-check-access.conf": mountDropIn,
    "srv-media.automount.d/jod-check-access.conf": automountDropIn,
    "jod-check-offline.service.d/0-storage-mounts.conf": list,
  ]

  @Test("a mount of fstab with an automount waits for the access")
  func fstab() throws {
    #expect(
      try generate("STORAGE_MOUNTS=/srv/media\n", ["etc/fstab": Self.automounted]) == Self.whole)
  }

  @Test(
    "so does one of unit files, wherever they lie",
    arguments: [
      "etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system",
    ])
  func units(folder: String) throws {
    let files = [
      "\(folder)/srv-media.mount": "[Mount]\nWhat=nas:/media\nWhere=/srv/media\nType=nfs4\n",
      "\(folder)/srv-media.automount": "[Automount]\nWhere=/srv/media\n",
    ]
    #expect(try generate("STORAGE_MOUNTS=/srv/media\n", files) == Self.whole)
  }

  @Test(
    "without mounts nothing is written, and with wrong ones nothing either", arguments: ["", "media", "/"])
  func none(mounts: String) throws {
    #expect(try generate("STORAGE_MOUNTS=\(mounts)\n", ["etc/fstab": Self.automounted]).isEmpty)
  }

  @Test("an entry that gets nothing is synced on the way down all the same")
  func refused() throws {
    let written = try generate(
      "STORAGE_MOUNTS=/srv/media\n", ["etc/fstab": "nas:/media /srv/media nfs noauto\n"])
    #expect(written == ["jod-check-offline.service.d/0-storage-mounts.conf": Self.list])
  }

  @Test("a name with a dash is a variable that systemd reads as it is")
  func dash() throws {
    let written = try generate("STORAGE_MOUNTS='\"/srv/old films\" /srv/a-b'\n", [:])
    #expect(
      written["jod-check-offline.service.d/0-storage-mounts.conf"]?
        .hasSuffix("\nEnvironment=\"STORAGE_MOUNT_UNITS=srv-old\\\\x20films.mount srv-a\\\\x2db.mount\"\n")
        == true)
  }

  @Test(
    "what is a network's by systemd's word, or by its option",
    arguments: [
      "nfs", "cifs", "smb3", "fuse.sshfs", "sshfs", "davfs", "9p", "fuse.rclone", "fuse.glusterfs",
    ])
  func network(type: String) throws {
    #expect(try refusal(["etc/fstab": "x /srv/media \(type) x-systemd.automount\n"]) == nil)
  }

  @Test(
    "an entry for which a boot would wait, or on which nothing waits, gets nothing",
    arguments: [
      ("", .isNoMount), ("x /srv/other nfs x-systemd.automount", .isNoMount),
      ("/dev/sda1 /srv/media ext4 x-systemd.automount", .isLocal(type: "ext4")),
      ("x /srv/media fuse.mergerfs x-systemd.automount", .isLocal(type: "fuse.mergerfs")),
      ("x /srv/media nfs noauto", .hasNoAutomount), ("x /srv/media nfs", .hasNoAutomount),
      (
        "x /srv/media nfs noauto,x-systemd.automount,x-systemd.wanted-by=a.service",
        .isStarted(by: "a.service")
      ),
      ("x /srv nfs x-systemd.automount\nx /srv/media nfs x-systemd.automount", .lies(below: "/srv")),
    ] as [(String, StorageMount.Refusal)])
  func refusals(fstab: String, refusal expected: StorageMount.Refusal) throws {
    #expect(try refusal(["etc/fstab": "\(fstab)\n"]) == expected)
    #expect(expected.sentence("/srv/media").contains("\"/srv/media\""))
  }

  @Test("what starts the mount by itself is named, and the target that waits for the storage is none")
  func links() throws {
    let link = { (unit: String) in
      ["etc/fstab": Self.automounted, "etc/systemd/system/\(unit)/srv-media.mount": ""]
    }
    #expect(try refusal(link("remote-fs.target.wants")) == .isStarted(by: "remote-fs.target"))
    #expect(try refusal(link("jellyfin.service.requires")) == .isStarted(by: "jellyfin.service"))
    #expect(try refusal(link("storage-online.target.wants")) == nil)
    let automount = "etc/systemd/system/srv-media.automount"
    let both = ["etc/fstab": "x /srv/media nfs defaults\n", automount: "[Automount]\nWhere=/srv/media\n"]
    #expect(try refusal(both) == .isStarted(by: "/etc/fstab"))
  }

  @Test("a mask is found where systemd finds it", arguments: ["srv-media.mount", "srv-media.automount"])
  func masked(unit: String) throws {
    let above = ["etc/fstab": Self.automounted, "etc/systemd/system/\(unit)": "masked"]
    #expect(try refusal(above) == .isMasked(unit: unit))
    let below = ["etc/fstab": Self.automounted, "usr/lib/systemd/system/\(unit)": "masked"]
    #expect(try refusal(below) == nil)
  }

  @Test("a drop-in can make a network's mount of one")
  func dropIn() throws {
    let files = [
      "etc/systemd/system/srv-media.mount": "[Mount]\nWhat=x\nType=fuse.mergerfs\n",
      "etc/systemd/system/srv-media.automount": "[Automount]\n",
    ]
    #expect(try refusal(files) == .isLocal(type: "fuse.mergerfs"))
    let edited = files.merging([
      "etc/systemd/system/srv-media.mount.d/x.conf": "[Mount]\nOptions=ro,_netdev\n"
    ]) { $1 }
    #expect(try refusal(edited) == nil)
  }

  @Test("the watch over Jellyfin's log is started with the timer, where it is set")
  func watch() throws {
    let head = "# Made by jod-check-generator from JELLYFIN_LOG_DIRECTORY in /etc/default/jod-check.\n"
    #expect(
      try generate("JELLYFIN_LOG_DIRECTORY='/srv/100% \"x\"\\y/'\n", [:]) == [
        "jod-check-jellyfin.path.d/0-log-directory.conf":
          "\(head)[Path]\nPathModified=\nPathModified=/srv/100%% \"x\"\\y\n",
        "jod-check-jellyfin.service.d/0-log-directory.conf":
          "\(head)[Service]\nEnvironment=\"JELLYFIN_LOG_DIRECTORY=/srv/100%% \\\"x\\\"\\\\y\"\n",
        "jod-check.timer.wants/jod-check-jellyfin.path":
          "/usr/lib/systemd/system/jod-check-jellyfin.path",
      ])
    #expect(try generate("JELLYFIN_LOG_DIRECTORY=log\n", [:]).isEmpty)
  }

  /// By systemd's own tool.
  private func escaped(_ path: String) throws -> String {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-escape")
    process.arguments = ["--path", "--suffix=mount", "--", path]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  @Test("a unit's name is the one that systemd gives it")
  func names() throws {
    let paths = [
      "/", "/srv/media", "/srv/old films", "/srv/a-b", "/.hidden/.x", "/srv/Größe", "/srv/a\\b", "/srv/100%",
      "/srv/a:b_c.d", "/-", "/srv/\"q\"'s", "/srv/$HOME", "/a/-b-/c", "/\u{1F3AC}",
    ]
    for path in paths {
      #expect(try UnitName.ofPath(path, ".mount") == escaped(path))
    }
    #expect(UnitName.ofPath("/" + String(repeating: "x", count: 250), ".mount") == nil)
  }
}
