import Foundation
import JodCore
import Testing

@testable import jod_check

@Suite("The clock")
struct ClockTests {
  @Test("without a container, userspace is as old as the boot clock")
  func machine() {
    let moment = Moment(wall: 1e9, boot: 500, bootID: "a")
    #expect(Clock.uptime(moment, container: "/nonexistent") == 500)
  }

  @Test(
    "in a container, the file that its process 1 wrote tells, within what the boot clock allows",
    arguments: [(1e9 - 100, 100.0), (1e9 - 9000, 500.0), (1e9 + 100, 0.0)])
  func container(written: Seconds, uptime: Seconds) throws {
    let file = "\(NSTemporaryDirectory())jod-check-container-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try "lxc".write(toFile: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: written)], ofItemAtPath: file)
    #expect(Clock.uptime(Moment(wall: 1e9, boot: 500, bootID: "a"), container: file) == uptime)
  }
}
