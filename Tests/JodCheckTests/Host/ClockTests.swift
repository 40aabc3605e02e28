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

extension World {
  /// One after another with others that ask for the time: the zone is the whole process's.
  @Suite("The clock on the wall")
  struct LocalClockTests {
    @Test("where summer time begins or ends within a week, that is known to the second")
    func localTime() {
      let known = [
        ("2027-03-25T12:00:00Z", "2027-03-28T01:00:00Z", 3600.0, 7200.0),
        ("2027-11-05T12:00:00Z", "2027-10-31T01:00:00Z", 7200, 3600),
      ]
      setenv("TZ", "Europe/Berlin", 1)
      tzset()
      defer {
        unsetenv("TZ")
        tzset()
      }
      for (now, change, before, after) in known {
        let found = Clock.localTime(around: UTC.parse(now)!)
        #expect(found == LocalTime(offset: before, changes: [.init(at: UTC.parse(change)!, offset: after)]))
      }
      #expect(Clock.localTime(around: UTC.parse("2027-07-01T00:00:00Z")!) == LocalTime(offset: 7200))
    }
  }
}
