import JodCore
import Simulator
import Testing

/// The ledgers by which policies are compared, each against what a hand can add up.
@Suite("Policies compared")
struct ComparisonTests {
  /// Two hours, in which one person opens an app at 1,000 s, browses for 30 s and watches for ten minutes.
  private func evening(film: Seconds? = 600) -> Home {
    var home = Home(seed: 1)
    (home.bootTime, home.shutdownTime) = (60, 15)
    home.calendar.end = 7200
    var visit = Visit(start: 1000, browsing: 30, film: film.map { [Visit.Stretch(play: $0)] } ?? [])
    visit.walk = 60
    home.calendar.visits = [[visit]]
    return home
  }

  private func live<Decider: Policy>(_ policy: Decider.Type, _ home: Home, leaps: Bool = true) throws
    -> Ledger
  {
    var year = try Year<Decider>(home, leaps: leaps)
    return year.live()
  }

  @Test("always on, nobody ever waits, and every hour is paid for", arguments: 1...8)
  func alwaysOn(_ seed: Int) throws {
    let ledger = try live(AlwaysOn.self, Home(seed: seed, days: 30))
    #expect(ledger.secondsOn == 30 * 86_400)
    #expect(ledger.waits == [])
    #expect(ledger.wakes == 0)
    #expect(ledger.hurts == 0)
    #expect(ledger.lostRecordings == 0)
  }

  @Test("no policy that lets nobody wait has fewer hours than who knows all that comes")
  func leastIsLeast() throws {
    var compared = 0
    for seed in 1...150 {
      let ledgers = try Comparison.live(seed: seed, days: 2)
      for ledger in ledgers where ledger.waits == [] && ledger.hurts == 0 && ledger.lostRecordings == 0 {
        #expect(ledger.secondsOn >= ledger.leastOn, "JOD_SEED=\(seed)")
        if ledger.secondsOn < ledger.seconds, ledger.leastOn > 0 { compared += 1 }
      }
    }
    #expect(compared > 10)
  }

  @Test(
    "who knows all that comes pays for each need, its boot and its shutdown, and stays on through short breaks"
  )
  func least() {
    func least(_ needs: [(Seconds, Seconds)]) -> Seconds {
      Ledger.leastOn(
        needs.map { Calendar.Span($0.0, $0.1) }, boot: 60, shutdown: 15, until: 10_000)
    }
    #expect(least([]) == 0)
    #expect(least([(1000, 1600)]) == 675)
    #expect(least([(3000, 3600), (1000, 1600)]) == 1350)
    #expect(least([(1000, 1600), (1675, 2000)]) == 1075)
    #expect(least([(1000, 1600), (1200, 1300)]) == 675)
    #expect(least([(9000, 9990)]) == 1060)
  }

  @Test("a film is a need from play to its end, where the storage is on anyway")
  func needs() throws {
    let ledger = try live(AlwaysOn.self, evening())
    #expect(ledger.needs.map(\.start) == [1030])
    #expect(ledger.needs.map(\.end) == [1630])
    #expect(ledger.plays == 1)
  }

  @Test("where only the button wakes it, the way to it and the boot are waited for")
  func daemon() throws {
    let ledger = try live(IdleDaemon.self, evening())
    // Pressed at 1,030 s, at the button 1,090 s, ready 1,150 s, and read until 1,750 s: seen at the check of 1,770 s.
    #expect(ledger.waits == [120])
    #expect(ledger.wakes == 0)
    #expect(ledger.secondsOn == 1770 + 1800 + 15 - 1090)
  }

  @Test("a poll of players alone wakes nothing before they play")
  func players() throws {
    let ledger = try live(PollOfPlayers.self, evening())
    #expect(ledger.waits == [120])
    // Last seen playing at 1,740 s.
    #expect(ledger.secondsOn == 1740 + 1800 + 15 - 1090)
  }

  @Test("jod-check wakes for who opens an app, and powers off half an hour after the last sign of them")
  func thisProgram() throws {
    let ledger = try live(ThisProgram.self, evening())
    // The check at 1,020 s wakes; ready at 1,080 s, for somebody who pressed play at 1,030 s and watches until 1,680 s. Their
    // device was heard of until then, which counts for five minutes: the check at 2,010 s finds nobody.
    #expect(ledger.waits == [50])
    #expect(ledger.meanWait == 50)
    #expect(ledger.waits(over: 15, upTo: 60) == 1)
    #expect(ledger.waits(over: 0, upTo: 15) == 0)
    #expect((ledger.wakes, ledger.needlessWakes) == (1, 0))
    #expect(ledger.powerOffs == 1)
    #expect(ledger.secondsOn == 2010 + 1800 + 15 - 1020)
  }

  @Test("a wake for somebody who plays nothing served nobody")
  func needless() throws {
    let ledger = try live(ThisProgram.self, evening(film: nil))
    #expect((ledger.wakes, ledger.needlessWakes) == (1, 1))
    #expect(ledger.plays == 0)
  }

  @Test("a power-off in the midst of work is told once, and the one who works switches it on again")
  func work() throws {
    var home = evening()
    home.calendar.visits = []
    home.calendar.works = [Calendar.Work(span: Calendar.Span(1000, 5000), hasTraffic: false)]
    let ledger = try live(PollOfPlayers.self, home)
    // Nobody has played since the start: off at 1,800 s, and on again from 1,860 s until the check of 5,010 s.
    #expect(ledger.hurtWork == 1)
    #expect(ledger.secondsOn == (1815 - 1000) + (5010 + 15 - 1860))
    home.hasGuards = true
    #expect(try live(PollOfPlayers.self, home).hurtWork == 0)
  }

  @Test("a power-off in the midst of a film lets its viewer wait again")
  func viewer() throws {
    let ledger = try live(OffAtOnce.self, evening())
    // Each time that it is on, the next check switches it off; when the two hours are over, they wait still.
    #expect(ledger.hurtViewers == ledger.powerOffs)
    #expect(ledger.waits.count == ledger.hurtViewers)
    #expect(ledger.waits.count > 10)
  }

  @Test("a scan and a recording can be cut off, and a recording whose storage is off cannot begin")
  func recordingAndScan() throws {
    var home = evening()
    home.calendar.visits = []
    home.calendar.recordings = [Calendar.Span(500, 900), Calendar.Span(1500, 2500)]
    home.calendar.scans = [Calendar.Span(1700, 2500)]
    home.calendar.works = [Calendar.Work(span: Calendar.Span(1000, 1600), hasTraffic: false)]
    let ledger = try live(PollOfPlayers.self, home)
    #expect(ledger.lostRecordings == 1)
    #expect((ledger.hurtRecordings, ledger.hurtScans, ledger.hurtWork) == (1, 1, 0))
    #expect(try live(ThisProgram.self, home).hurts == 0)
  }

  @Test("a policy that hears of an access wakes at that moment, and not at its next check")
  func access() throws {
    let ledger = try live(OnAccess.self, evening())
    #expect(ledger.waits == [60])
    #expect(ledger.wakes == 1)
    var home = evening(film: nil)
    #expect(try live(OnAccess.self, home).wakes == 0)
    home.pagesTouchStorage = true
    #expect(try live(OnAccess.self, home).needlessWakes == 0)
    #expect(try live(OnAccess.self, home).wakes == 1)
  }

  @Test("checks that are left out would have done nothing", arguments: 1...6)
  func leaps(_ seed: Int) throws {
    let home = Home(seed: seed, days: 7)
    let (leaping, walking) = (
      try live(ThisProgram.self, home), try live(ThisProgram.self, home, leaps: false)
    )
    #expect(leaping.powerOffs == walking.powerOffs)
    #expect((leaping.wakes, leaping.needlessWakes) == (walking.wakes, walking.needlessWakes))
    #expect(leaping.waits == walking.waits)
    #expect(abs(leaping.secondsOn - walking.secondsOn) <= 0.005 * walking.secondsOn)
  }
}

/// As unkind as can be.
private struct OffAtOnce: Policy {
  static let name = "off at once"

  init(_ home: Home) {}

  func check(_ glance: Glance) -> Deed { glance.probe == .ready ? .powerOff : .nothing }

  var restsFor: Seconds { 0 }
}

/// Wakes for an access, and for nothing else.
private struct OnAccess: Policy {
  static let name = "on access"

  init(_ home: Home) {}

  func check(_ glance: Glance) -> Deed { .nothing }

  func touched(by cause: Touch, _ glance: Glance) -> Bool { true }

  var restsFor: Seconds { .infinity }
}
