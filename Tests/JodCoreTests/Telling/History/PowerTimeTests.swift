import Testing

@testable import JodCore

@Suite("How long the storage server was on and off")
struct PowerTimeTests {
  private func total(_ story: Story) -> PowerTime.Total? {
    guard let last = story.memory.runtime.lastCheck?.at else { return nil }
    return story.memory.state.counters.power.total(until: last)
  }

  @Test("only time between checks counts: from the check that found a change to the last one")
  func counts() throws {
    var story = Story()
    story.checks(for: 90, .nobody)
    #expect(try #require(total(story)).off == 30, "down is known at the second silent check")
    story.checks(for: 600, .nobody)
    #expect(try #require(total(story)) == PowerTime.Total(on: 0, off: 630))
    story.checks(for: 300, .playing, storage: .ready)
    #expect(try #require(total(story)) == PowerTime.Total(on: 270, off: 660))
    story.pass(3600)
    #expect(try #require(total(story)) == PowerTime.Total(on: 270, off: 660), "nobody has looked since")
  }

  @Test("while nothing changes nothing is to be written")
  func quiet() {
    for storage in [Probe.silent, .ready] {
      var story = Story()
      story.checks(for: 90, .nobody, storage: storage)
      let before = story.memory.state
      story.checks(for: 3600, .nobody, storage: storage)
      #expect(story.memory.state == before)
    }
  }

  @Test("a host that answers while its service does not is on")
  func up() throws {
    var story = Story()
    story.checks(for: 90, .nobody)
    story.checks(for: 90, .nobody, storage: .up)
    #expect(try #require(total(story)) == PowerTime.Total(on: 60, off: 60))
  }

  @Test("time in which no check ran is neither")
  func gap() throws {
    var story = Story()
    story.checks(for: 630, .nobody)
    let before = try #require(total(story))
    story.check(after: 86400, .nobody)
    #expect(try #require(total(story)) == before)
    story.checks(for: 60, .nobody)
    #expect(try #require(total(story)).off == before.off + 60)
  }

  @Test("a check or two that failed to run are no gap")
  func lateCheck() throws {
    var story = Story()
    story.checks(for: 630, .nobody)
    let before = try #require(total(story))
    story.check(after: 150, .nobody)
    #expect(try #require(total(story)).off == before.off + 150)
  }

  @Test("no clock that is set makes it longer or shorter", arguments: [-3.2e8, -3600, 7200, 3.2e8])
  func clockStep(_ step: Double) throws {
    var story = Story()
    story.checks(for: 630, .nobody)
    let before = try #require(total(story))
    story.moment.wall += step
    story.checks(for: 60, .nobody)
    #expect(try #require(total(story)).off == before.off + 60)
  }

  @Test("a reboot is presumed to have changed nothing until the new boot began")
  func reboot() throws {
    var story = Story()
    story.checks(for: 630, .nobody)
    let before = try #require(total(story))
    story.reboot(up: 20, wallMoved: 100)
    #expect(story.memory.runtime.lastCheck == nil)
    story.check(.nobody)
    #expect(try #require(total(story)).off == before.off + 80)
    story.checks(for: 60, .nobody)
    #expect(try #require(total(story)).off == before.off + 140)
  }

  @Test("nothing is told after a reboot until a check has looked, for a part would be missing")
  func beforeFirstCheck() {
    var story = Story()
    story.checks(for: 630, .nobody)
    story.reboot(up: 20, wallMoved: 100)
    #expect(story.memory.state.counters.power.total(until: story.moment) == nil)
  }

  @Test(
    "where a clock cannot be right both start anew, which a counter may do",
    arguments: [-1e9, -600, 32.0 * 86400, 1e9])
  func wrongClock(_ moved: Double) throws {
    var story = Story()
    story.checks(for: 630, .nobody)
    story.checks(for: 630, .nobody, storage: .ready)
    story.reboot(up: 20, wallMoved: moved)
    story.check(.nobody, storage: .ready)
    #expect(try #require(total(story)) == PowerTime.Total(on: 0, off: 0))
    story.checks(for: 60, .nobody, storage: .ready)
    #expect(try #require(total(story)) == PowerTime.Total(on: 60, off: 0))
  }

  @Test("a clock that is set some time after each boot adds nothing to what a reboot took")
  func noClockBattery() throws {
    var story = Story()
    story.checks(for: 630, .nobody)
    let before = try #require(total(story))
    for _ in 1...5 {
      story.reboot(up: 20, wallMoved: 80)
      story.moment.wall -= 50
      story.checks(for: 60, .nobody)
      story.moment.wall += 50
      story.checks(for: 600, .nobody)
    }
    // 60 s until each boot began; its clock was 50 s behind at the first check, 50 s after that.
    #expect(try #require(total(story)).off == before.off + 5 * (60 - 50 + 630))
  }

  @Test("time after a late first check of a boot is not presumed")
  func lateFirstCheck() throws {
    var story = Story()
    story.checks(for: 630, .nobody)
    let before = try #require(total(story))
    story.reboot(up: 86400, wallMoved: 86400 + 60)
    story.check(.nobody)
    #expect(try #require(total(story)).off == before.off + 60)
  }

  @Test("neither ever runs backwards, with anything between two checks")
  func monotonic() throws {
    var story = Story(poweringOff())
    var last = PowerTime.Total(on: 0, off: 0)
    let probes: [Probe] = [.silent, .silent, .up, .ready, .ready, .silent, .ready, .silent, .silent, .silent]
    for step in 0..<400 {
      switch step % 23 {
      case 7: story.pass(5000)
      case 11: story.moment.wall += step % 2 == 0 ? 900 : -900
      case 19: story.reboot(up: 15, wallMoved: 1000)
      default: break
      }
      story.check(step % 5 == 0 ? .playing : .nobody, storage: probes[step * 7 % 10])
      let now = try #require(total(story))
      #expect(now.on >= last.on && now.off >= last.off, "step \(step)")
      last = now
    }
    #expect(last.on > 3000 && last.off > 3000)
  }

  @Test("blind, it is on from a wake request and off from an accepted power-off")
  func blind() throws {
    var story = Story(
      blindConfiguration(["SHUTDOWN_COMMAND": "/bin/true", "COOLDOWN_TIME": "10min"]))
    story.checks(for: 90, .nobody)
    #expect(try #require(total(story)) == PowerTime.Total(on: 0, off: 0), "nobody knows")
    story.checks(for: 60, .playing)
    let decisions = story.checks(for: 900, .nobody)
    #expect(decisions.contains { $0.powersOff })
    let sums = try #require(total(story))
    #expect((600...720).contains(sums.on), "\(sums)")
    #expect(sums.on + sums.off == 930)
  }

  // MARK: For the history

  @Test("a stretch reaches back to the change that began it, and no further than anybody watched")
  func stretch() {
    var story = Story()
    story.checks(for: 660, .nobody)
    story.pass(20)
    #expect(story.memory.stretch(story.configuration, story.now) == .init(.off, 620))
    story.pass(3600)
    #expect(story.memory.stretch(story.configuration, story.now) == .init(.off, 0))
    #expect(memory().stretch(configuration(), now()) == .unknown)
  }

  @Test("a stretch continues over a reboot")
  func stretchOverReboot() {
    var story = Story()
    story.checks(for: 660, .nobody)
    story.reboot(up: 20, wallMoved: 100)
    story.check(.nobody)
    story.pass(10)
    #expect(story.memory.stretch(story.configuration, story.now) == .init(.off, 600 + 80 + 10))
  }

  @Test("the present reaches to now, or to the last check where that is long ago")
  func present() throws {
    var story = Story()
    story.checks(for: 660, .playing)
    story.pass(20)
    let now = story.moment.wall
    #expect(
      story.memory.present(story.now) == .init(stretch: .init(.off, 620), isActive: true, until: now))
    story.pass(86400)
    story.moment.wall += 500
    #expect(
      story.memory.present(story.now)
        == .init(stretch: .init(.off, 600), isActive: true, until: now - 20 + 500))
    #expect(memory().present(JodCoreTests.now()) == nil)
  }
}
