import Foundation
import JodCore
import Testing

@testable import jod_check

@Suite("What this machine's files say of the storage's mounts")
struct MountFilesTests {
  private let root = "\(NSTemporaryDirectory())jod-check-mounts-\(UUID().uuidString)"

  private func write(_ text: String, to path: String) throws {
    let folder = (root + path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: root + path, atomically: true, encoding: .utf8)
  }

  private func service(_ host: String) -> String? {
    MountFiles(root: root).service(of: host).map { "\($0.endpoint) \($0.path)" }
  }

  @Test("a machine without such files has none")
  func nothing() { #expect(service("nas") == nil) }

  @Test("fstab comes before the administrator's units, and /etc/hosts tells what is the same")
  func files() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try write(
      "[Mount]\nWhat=//nas/media\nWhere=/srv/media\nType=cifs\n", to: "/etc/systemd/system/srv-media.mount")
    try write("[Mount]\nWhat=other:/x\nWhere=/x\nType=nfs4\n", to: "/run/systemd/system/x.mount")
    try write("[Mount]\nWhat=other:/y\nWhere=/y\nType=nfs4\n", to: "/etc/systemd/system/y.service")
    #expect(service("nas") == "nas:445 /srv/media")
    #expect(service("other") == "other:2049 /x")
    try write("192.168.1.5:/srv /m nfs4 port=2050\n", to: "/etc/fstab")
    #expect(service("nas") == "nas:445 /srv/media")
    try write("192.168.1.5 nas\n", to: "/etc/hosts")
    #expect(service("nas") == "nas:2050 /m")
  }
}
