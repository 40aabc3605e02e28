import Testing

@testable import JodCore

@Suite("The traffic with the storage")
struct TrafficTests {
  private static func flow(_ id: String, _ bytes: Double, port: Int? = 445) -> TrafficReading.Flow {
    TrafficReading.Flow(id: id, port: port, bytes: bytes)
  }

  // MARK: Two readings

  private func crossed(_ before: [TrafficReading.Flow], _ now: [TrafficReading.Flow]) -> Double {
    TrafficReading(now).crossed(since: before).bytes
  }

  @Test("what has come since counts, of all connections together")
  func since() {
    #expect(
      crossed([Self.flow("1", 10), Self.flow("2", 20)], [Self.flow("1", 15), Self.flow("2", 27)]) == 12)
  }

  @Test("a new connection counts with all of its bytes, and one that is gone with none")
  func comeAndGo() { #expect(crossed([Self.flow("1", 500)], [Self.flow("2", 70)]) == 70) }

  @Test("fewer bytes than before are those of another connection")
  func fewer() { #expect(crossed([Self.flow("1", 500)], [Self.flow("1", 70)]) == 70) }

  @Test("the same bytes that a connection and its NFS mount show count once")
  func once() {
    let before = [Self.flow("1", 0, port: 2049), Self.flow("m", 0, port: nil)]
    let reading = TrafficReading([Self.flow("1", 110, port: 2049), Self.flow("m", 100, port: nil)])
    #expect(reading.crossed(since: before).bytes == 110)
    #expect(reading.crossed(since: before).port == 2049)
    let mount = TrafficReading([Self.flow("1", 90, port: 2049), Self.flow("m", 100, port: nil)])
    #expect(mount.crossed(since: before).bytes == 100)
    #expect(mount.crossed(since: before).port == nil)
  }

  @Test("the port is that of the connection that carried most")
  func port() {
    let reading = TrafficReading([Self.flow("1", 9000, port: 22), Self.flow("2", 100, port: 445)])
    #expect(reading.crossed(since: [Self.flow("1", 8990, port: 22)]).port == 445)
  }

  // MARK: Busy minutes

  /// A household without anybody, in which so many bytes have crossed at each of these times.
  private struct Evening {
    var story: Story
    var bytes = 0.0
    let beat: Seconds

    init(every beat: Seconds, _ cooldown: String = "30min") {
      (self.beat, story) = (
        beat, Story(poweringOff(["CHECK_INTERVAL": "\(Int(beat))", "COOLDOWN_TIME": cooldown]))
      )
    }

    /// Checks for so long; false where the storage was powered off.
    mutating func live(_ span: Seconds, _ crosses: (Seconds) -> Double) -> Bool {
      for check in 1...Int(span / beat) {
        bytes += crosses(Seconds(check) * beat)
        story.traffic = .smb(bytes)
        if story.check(after: beat, .nobody, storage: .ready).powersOff { return false }
      }
      return true
    }
  }

  @Test("who reads 30 MiB every 4 minutes is never cut off", arguments: [1.0, 10, 30, 45, 60, 120, 300])
  func bursts(_ beat: Seconds) {
    var evening = Evening(every: beat)
    var bursts = 0.0
    let stayed = evening.live(3 * 3600) { time in
      defer { bursts = (time / 240).rounded(.down) }
      return ((time / 240).rounded(.down) - bursts) * 30 * 1_048_576
    }
    #expect(stayed)
  }

  @Test(
    "a steady stream of 100 KiB/s or more is never cut off", arguments: [1.0, 10, 29, 30, 31, 45, 60, 300])
  func steady(_ beat: Seconds) {
    var evening = Evening(every: beat)
    #expect(evening.live(2 * 3600) { _ in beat * 100 * 1024 })
  }

  @Test("a steady trickle of less does not keep the storage on", arguments: [1.0, 10, 20, 28, 30, 60])
  func trickle(_ beat: Seconds) {
    var evening = Evening(every: beat)
    #expect(!evening.live(2 * 3600) { _ in beat * 80 * 1024 })
  }

  @Test("between two checks that are 5 minutes apart, less than a busy minute's bytes do not keep it on")
  func rare() {
    var evening = Evening(every: 300)
    #expect(!evening.live(2 * 3600) { _ in 6_143_999 })
  }

  @Test("once nothing crosses any more, COOLDOWN_TIME after the last busy minute it is powered off")
  func after() {
    var evening = Evening(every: 30)
    #expect(evening.live(3600) { _ in 1e8 })
    #expect(evening.story.secondsUntilPowerOff() == 1830)
  }

  @Test("the port that is told is that of what was busy, not of a probe that came after")
  func portAfterwards() {
    var story = Story(poweringOff())
    story.check(.nobody, storage: .ready)
    story.traffic = .smb(30e6)
    story.check(.nobody, storage: .ready)
    story.traffic?.flows.append(Self.flow("2", 2, port: 2049))
    story.check(.nobody, storage: .ready)
    #expect(story.memory.runtime.traffic?.busy?.at.boot == story.moment.boot)
    #expect(story.memory.runtime.traffic?.busy?.port == 445)
  }

  @Test("a burst that two checks share is one")
  func shared() {
    var evening = Evening(every: 30, "5min")
    _ = evening.live(120) { $0 == 60 || $0 == 90 ? 3.1e6 : 0 }
    #expect(evening.story.memory.runtime.traffic?.busy?.at.boot == 10_090)
  }

  @Test("a gap in the checks was not watched, but what crossed in it counts")
  func gap() {
    var evening = Evening(every: 30)
    _ = evening.live(1770) { _ in 0 }
    evening.story.pass(3600)
    #expect(evening.live(1800) { _ in 0 })
    #expect(evening.story.memory.runtime.traffic?.quiet.seconds == 1770)
    evening.story.pass(3600)
    _ = evening.live(30) { _ in 7e6 }
    #expect(evening.story.memory.runtime.traffic?.quiet.seconds == 0)
  }

  @Test("what the first reading finds may have crossed at any time, so it is not busy, and not quiet either")
  func first() {
    var story = Story(poweringOff())
    story.traffic = .smb(1e12)
    story.check(.nobody, storage: .ready)
    #expect(story.memory.runtime.traffic?.busy == nil)
    #expect(story.memory.runtime.traffic?.quiet.seconds == 0)
  }

  @Test("checks in quick succession are one spacing, and remember no more for it")
  func succession() {
    var evening = Evening(every: 1)
    _ = evening.live(600) { _ in 10 }
    #expect(evening.story.memory.runtime.bytes.count < 2500)
  }

  @Test("traffic is noted though Jellyfin is away")
  func withoutJellyfin() {
    var story = Story(poweringOff())
    story.checks(for: 60, .jellyfinAway)
    #expect(story.memory.runtime.traffic?.quiet.seconds == 30)
  }

  @Test("where nothing is ever powered off, nothing is remembered of it")
  func unwatched() {
    var story = Story(poweringOff())
    story.check(.nobody)
    story.traffic = nil
    story.check(.nobody)
    #expect(story.memory.runtime.traffic == nil)
  }

  @Test("a check that sees nothing of it does not power off, and forgets nothing")
  func unseen() {
    var story = Story.ripe()
    story.traffic = .unseen(.connections(.tooMany))
    #expect(!story.check(.nobody, storage: .ready).powersOff)
    story.traffic = .smb(0)
    #expect(story.check(.nobody, storage: .ready).powersOff)
  }

  // MARK: Many connections

  /// So many connections, each of which has carried as many bytes as its number tells.
  private static func crowd(_ count: Int, _ bytes: (Int) -> Double) -> TrafficReading {
    TrafficReading((0..<count).map { flow("\($0)", bytes($0)) })
  }

  @Test("of a thousand connections few are remembered, and the files stay small")
  func crowd() {
    var story = Story(poweringOff())
    story.traffic = Self.crowd(4096) { Double($0) * 1e9 }
    story.checks(for: 60, .nobody, storage: .ready)
    #expect(story.memory.runtime.traffic?.flows.count == 64)
    #expect(story.memory.runtime.bytes.count < 6000)
  }

  @Test("many connections that carry nothing do not keep the storage on; where they may have, it stays")
  func inDoubt() {
    var story = Story(poweringOff())
    story.traffic = Self.crowd(1000) { _ in 5 }
    #expect(story.secondsUntilPowerOff() == 1830)
    var busy = Story(poweringOff())
    busy.traffic = Self.crowd(1000) { _ in 1e6 }
    #expect(busy.secondsUntilPowerOff() == nil)
  }

  // MARK: As it is remembered

  @Test("what is remembered is read as it was written")
  func written() throws {
    var story = Story.ripe()
    story.traffic?.addresses = [IPAddress("192.0.2.20")!, IPAddress("2001:db8::20")!]
    story.traffic?.flows = [Self.flow("ffffffffffffffff", 7e6), Self.flow("m1", 3, port: nil)]
    story.check(.nobody, storage: .ready)
    let runtime = try Runtime(bytes: story.memory.runtime.bytes)
    #expect(runtime.traffic?.busy?.port == 445)
    #expect(runtime.traffic?.flows == story.memory.runtime.traffic?.flows)
    #expect(runtime.traffic?.addresses == story.memory.runtime.traffic?.addresses)
    #expect(runtime.bytes == story.memory.runtime.bytes)
  }

  @Test("what 0.1.0 noted of traffic is left aside, and all else is kept")
  func earlier() throws {
    let story = Story.ripe()
    var text = String(decoding: story.memory.runtime.bytes, as: UTF8.self)
    text.replace("\"storage_traffic\"", with: "\"later\"")
    text.replace("{\"activity\"", with: "{\"traffic\":{\"at\":5,\"bytes\":7,\"rate\":0},\"activity\"")
    let runtime = try Runtime(bytes: Array(text.utf8))
    #expect(runtime.traffic == nil && runtime.idle?.seconds == 1770)
  }

  @Test(
    "numbers that no machine reads make the memory implausible",
    arguments: ["\"bytes\":-1", "\"bytes\":1e30", "\"at\":-5", "\"marks\":[]"])
  func plausible(_ damage: String) throws {
    let story = Story.ripe()
    var text = String(decoding: story.memory.runtime.bytes, as: UTF8.self)
    let name = damage.prefix { $0 != ":" }
    let start = try #require(text.firstRange(of: "\"storage_traffic\"")?.upperBound)
    let place = try #require(text[start...].firstRange(of: name)?.upperBound)
    let end =
      name.contains("marks")
      ? text[place...].firstIndex(of: "]")! : text[place...].firstIndex { ",}".contains($0) }!
    let last = name.contains("marks") ? text.index(after: end) : end
    text.replaceSubrange(place..<last, with: damage.dropFirst(name.count))
    let runtime = try Runtime(bytes: Array(text.utf8))
    #expect(Memory(state: nil, runtime: runtime, bootID: "boot-1").runtime.traffic == nil)
  }
}
