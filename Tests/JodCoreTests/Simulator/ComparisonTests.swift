import JodCore
import Simulator
import Testing

/// The accounts by which policies are compared, each against what a hand can add up.
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
    -> Account
  {
    var year = try Year<Decider>(home, leaps: leaps)
    return year.live()
  }

  @Test("always on, nobody ever waits, and every hour is paid for", arguments: 1...8)
  func alwaysOn(_ seed: Int) throws {
    let account = try live(AlwaysOn.self, Home(seed: seed, days: 30))
    #expect(account.secondsOn == 30 * 86_400)
    #expect(account.waits == [])
    #expect(account.wakes == 0)
    #expect(account.hurts == 0)
    #expect(account.lostRecordings == 0)
  }

  @Test("no policy that lets nobody wait has fewer hours than who knows all that comes")
  func leastIsLeast() throws {
    var compared = 0
    for seed in 1...150 {
      let accounts = try Comparison.live(seed: seed, days: 2)
      for account in accounts where account.waits == [] && account.hurts == 0 && account.lostRecordings == 0 {
        #expect(account.secondsOn >= account.leastOn, "JOD_SEED=\(seed)")
        if account.secondsOn < account.seconds, account.leastOn > 0 { compared += 1 }
      }
    }
    #expect(compared > 10)
  }

  @Test(
    "who knows all that comes pays for each need, its boot and its shutdown, and stays on through short breaks"
  )
  func least() {
    func least(_ needs: [(Seconds, Seconds)]) -> Seconds {
      Account.leastOn(
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
    let account = try live(AlwaysOn.self, evening())
    #expect(account.needs.map(\.start) == [1030])
    #expect(account.needs.map(\.end) == [1630])
    #expect(account.plays == 1)
  }

  @Test("where only the button wakes it, the way to it and the boot are waited for")
  func daemon() throws {
    let account = try live(IdleDaemon.self, evening())
    // Pressed at 1,030 s, at the button 1,090 s, ready 1,150 s, and read until 1,750 s: seen at the check of 1,770 s.
    #expect(account.waits == [120])
    #expect(account.wakes == 0)
    #expect(account.secondsOn == 1770 + 1800 + 15 - 1090)
  }

  @Test("whoever polls players alone wakes nothing before they play")
  func players() throws {
    let account = try live(PollOfPlayers.self, evening())
    #expect(account.waits == [120])
    // Last seen playing at 1,740 s.
    #expect(account.secondsOn == 1740 + 1800 + 15 - 1090)
  }

  @Test("jod-check wakes for who opens an app, and powers off half an hour after the last sign of them")
  func thisProgram() throws {
    let account = try live(ThisProgram.self, evening())
    // The check at 1,020 s wakes; ready at 1,080 s, for somebody who pressed play at 1,030 s and watches until 1,680 s. Their
    // device was heard of until then, which counts for five minutes: the check at 2,010 s finds nobody.
    #expect(account.waits == [50])
    #expect(account.meanWait == 50)
    #expect(account.waits(over: 15, upTo: 60) == 1)
    #expect(account.waits(over: 0, upTo: 15) == 0)
    #expect((account.wakes, account.needlessWakes) == (1, 0))
    #expect(account.powerOffs == 1)
    #expect(account.secondsOn == 2010 + 1800 + 15 - 1020)
  }

  @Test("a wake for somebody who plays nothing served nobody")
  func needless() throws {
    let account = try live(ThisProgram.self, evening(film: nil))
    #expect((account.wakes, account.needlessWakes) == (1, 1))
    #expect(account.plays == 0)
  }

  @Test("a power-off in the midst of work is told once, and whoever works switches it on again")
  func work() throws {
    var home = evening()
    home.calendar.visits = []
    home.calendar.works = [Calendar.Work(span: Calendar.Span(1000, 5000), hasTraffic: false)]
    let account = try live(PollOfPlayers.self, home)
    // Nobody has played since the start: off at 1,800 s, and on again from 1,860 s until the check of 5,010 s.
    #expect(account.hurtWork == 1)
    #expect(account.secondsOn == (1815 - 1000) + (5010 + 15 - 1860))
    home.hasGuards = true
    #expect(try live(PollOfPlayers.self, home).hurtWork == 0)
  }

  @Test("a power-off in the midst of a film lets its viewer wait again")
  func viewer() throws {
    let account = try live(OffAtOnce.self, evening())
    // Each time that it is on, the next check switches it off.
    #expect(account.hurtViewers == account.powerOffs)
    #expect(account.waits.count == account.hurtViewers + 1)
  }

  @Test("a scan and a recording can be cut off, and a recording whose storage is off cannot begin")
  func recordingAndScan() throws {
    var home = evening()
    home.calendar.visits = []
    home.calendar.recordings = [Calendar.Span(500, 900), Calendar.Span(1500, 2500)]
    home.calendar.scans = [Calendar.Span(1700, 2500)]
    home.calendar.works = [Calendar.Work(span: Calendar.Span(1000, 1600), hasTraffic: false)]
    let account = try live(PollOfPlayers.self, home)
    #expect(account.lostRecordings == 1)
    #expect((account.hurtRecordings, account.hurtScans, account.hurtWork) == (1, 1, 0))
    #expect(try live(ThisProgram.self, home).hurts == 0)
  }

  @Test("a policy that hears of an access wakes at that moment, and not at its next check")
  func access() throws {
    let account = try live(OnAccess.self, evening())
    #expect(account.waits == [60])
    #expect(account.wakes == 1)
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
