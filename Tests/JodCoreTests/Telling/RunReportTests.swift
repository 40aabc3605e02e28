import Testing

@testable import JodCore

@Suite("What a run tells")
struct RunReportTests {
  private static let away = Trouble(.jellyfin, cause: "refused", "Jellyfin refused the connection.")
  private static let slow = Trouble(.jellyfin, cause: "timeout", "Jellyfin did not answer within 5s.")
  private static let rejected = Trouble(.keyRejected, cause: "401", "Jellyfin rejected the API key.")
  private static let failed = Trouble(.wake, cause: "timeout", "The storage is not ready.")
  private static let unsent = Trouble(.packet, cause: "101", "The packet could not be sent.")
  private static let unwritable = Trouble(.state, cause: "28", "The disk is full.")
  private static let invalid = Trouble(.configuration, cause: "x", "The configuration is not valid.")

  // MARK: Exit status

  @Test("a run without trouble exits 0 and tells what changed")
  func noTrouble() {
    var runs = Runs()
    let change = Event(.storageReady, .notice, "The storage is ready.")
    let report = runs.run(at: 0, changes: [change])
    #expect(report.exitStatus == 0)
    #expect(report.events == [change])
  }

  @Test(
    "a trouble that is told has its exit status and its event",
    arguments: [
      (invalid, Int32(78), Event.Name.configurationInvalid), (rejected, 77, .jellyfinRejectedKey),
      (away, 69, .jellyfinUnreachable), (failed, 1, .wakeFailed), (unsent, 1, .wakeFailed),
      (unwritable, 1, .stateUnwritable),
    ])
  func exitStatus(_ trouble: Trouble, _ status: Int32, _ name: Event.Name) {
    var runs = Runs()
    let report = runs.run(at: 0, trouble, onBeat: false)
    #expect(report.exitStatus == status)
    #expect(report.events == [Event(name, .error, trouble)])
  }

  @Test("of several troubles the gravest decides the exit status")
  func gravest() {
    var runs = Runs()
    #expect(runs.run(at: 0, Self.unwritable, Self.away, Self.failed, onBeat: false).exitStatus == 69)
    #expect(runs.run(at: 1, Self.unwritable, Self.rejected, Self.failed, onBeat: false).exitStatus == 77)
  }

  @Test("a trouble that is not told has no part in the exit status")
  func untoldBesideTold() {
    var runs = Runs()
    #expect(runs.run(at: 0, Self.away, Self.unwritable, onBeat: true).exitStatus == 1)
  }

  // MARK: On and off the beat

  @Test(
    "off the beat every trouble is told, once a minute",
    arguments: [away, rejected, failed, unsent, unwritable])
  func offBeat(_ trouble: Trouble) {
    var runs = Runs()
    let times = [0.0, 1, 2, 59, 60, 61, 119, 400, 401]
    let told = times.filter {
      runs.run(at: $0, trouble, onBeat: false).exitStatus == trouble.kind.exitStatus
    }
    #expect(told == [0, 60, 400])
  }

  @Test("thirty reloads of systemd with Jellyfin away are told once")
  func burst() {
    var runs = Runs()
    let reports = (0..<30).map { runs.run(at: Seconds($0), Self.away, onBeat: false) }
    #expect(reports.filter { $0.exitStatus != 0 }.count == 1)
    #expect(reports.flatMap(\.events).filter { $0.priority < .debug }.count == 1)
  }

  @Test("a burst ends with the rhythm: a person who asks after three checks on the beat is told")
  func burstEnds() {
    var runs = Runs()
    #expect(runs.run(at: 0, Self.rejected, onBeat: false).exitStatus == 77)
    for time in [2.0, 4] { #expect(runs.run(at: time, Self.rejected).exitStatus == 0) }
    #expect(runs.run(at: 5, Self.rejected, onBeat: false).exitStatus == 0)
    for time in [7.0, 9, 11] { #expect(runs.run(at: time, Self.rejected).exitStatus == 0) }
    #expect(runs.run(at: 12, Self.rejected, onBeat: false).exitStatus == 77)
    #expect(runs.run(at: 13, Self.rejected, onBeat: false).exitStatus == 0)
  }

  @Test("within a burst another trouble, or another cause, is told at once")
  func burstChanges() {
    var runs = Runs()
    let troubles = [Self.away, Self.slow, Self.rejected, Self.away]
    let told = troubles.enumerated().map {
      runs.run(at: Seconds($0.offset), $0.element, onBeat: false).exitStatus
    }
    #expect(told == [69, 69, 77, 69])
  }

  @Test("the first person who asks is told what the beat has just told")
  func askedAfterBeat() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.rejected)
    #expect(runs.run(at: 10, Self.rejected, onBeat: false).exitStatus == 77)
    #expect(runs.run(at: 20, Self.rejected, onBeat: false).exitStatus == 0)
  }

  @Test("a person who reads what a run prints is told every time")
  func byHand() {
    var runs = Runs()
    let told = (0..<5).map {
      runs.run(at: Seconds($0), Self.away, onBeat: false, isByHand: true).exitStatus
    }
    #expect(told == [69, 69, 69, 69, 69])
  }

  @Test("what a reload has told is remembered from one run to the next")
  func rememberedBurst() throws {
    var runs = Runs()
    _ = runs.run(at: 100, Self.rejected, onBeat: false)
    runs.memory = try decoded(TroubleMemory.self, encoded(runs.memory))
    #expect(runs.run(at: 110, Self.rejected, onBeat: false).exitStatus == 0)
  }

  @Test(
    "on the beat a new trouble is told at once", arguments: [rejected, failed, unsent, unwritable, invalid])
  func newOnBeat(_ trouble: Trouble) {
    var runs = Runs()
    #expect(runs.run(at: 0, trouble, onBeat: true).exitStatus == trouble.kind.exitStatus)
  }

  @Test("on the beat Jellyfin's absence is told once it has lasted 5 min, and not again within the hour")
  func toleratedAbsence() {
    var runs = Runs()
    let told = stride(from: 0.0, through: 3870, by: 30).filter { runs.run(at: $0, Self.away).exitStatus != 0 }
    #expect(told == [300])
  }

  @Test("Jellyfin's absence of less than 5 min is told to nobody, and neither is its end")
  func shortAbsence() {
    var runs = Runs()
    let events = stride(from: 0.0, through: 299, by: 30).flatMap { runs.run(at: $0, Self.away).events }
    #expect(events.allSatisfy { $0.priority == .debug })
    #expect(runs.run(at: 299).events.isEmpty)
  }

  @Test("the five minutes begin anew with each absence")
  func toleratedAnew() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.away)
    _ = runs.run(at: 270)
    #expect(runs.run(at: 300, Self.away).exitStatus == 0)
    #expect(runs.run(at: 599, Self.away).exitStatus == 0)
    #expect(runs.run(at: 600, Self.away).exitStatus == 69)
  }

  @Test(
    "a lasting trouble is told once an hour",
    arguments: [away, rejected, failed, unsent, unwritable, invalid])
  func hourly(_ trouble: Trouble) {
    var runs = Runs()
    let first: Seconds = trouble.kind == .jellyfin ? 300 : 0
    let told = stride(from: 0.0, through: 10_800, by: 30).filter {
      runs.run(at: $0, trouble).exitStatus != 0
    }
    #expect(told == [first, first + 3600, first + 7200] + (first == 0 ? [10_800] : []))
  }

  @Test("the same trouble again is debug")
  func again() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.rejected)
    let report = runs.run(at: 30, Self.rejected)
    #expect(report.exitStatus == 0)
    #expect(report.events == [Event(.jellyfinRejectedKey, .debug, Self.rejected)])
    #expect(report.troubles == [Self.rejected])
  }

  @Test("the same trouble in other words is the same trouble")
  func otherWords() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.failed)
    let later = Trouble(.wake, cause: Self.failed.cause, "The storage is not ready, 31 wake requests later.")
    #expect(runs.run(at: 30, later).exitStatus == 0)
  }

  @Test("what was told off the beat is not told again on it within the hour")
  func offThenOn() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.rejected, onBeat: false)
    #expect(runs.run(at: 3599, Self.rejected).exitStatus == 0)
    #expect(runs.run(at: 3600, Self.rejected).exitStatus == 77)
  }

  @Test("what somebody asked for within the five minutes does not keep it from being told after them")
  func askedEarly() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.away, onBeat: false)
    #expect(runs.run(at: 299, Self.away).exitStatus == 0)
    #expect(runs.run(at: 300, Self.away).exitStatus == 69)
  }

  // MARK: Changed

  @Test("a changed cause is told")
  func changedCause() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.away)
    _ = runs.run(at: 300, Self.away)
    let report = runs.run(at: 330, Self.slow)
    #expect(report.exitStatus == 69)
    #expect(report.events == [Event(.jellyfinUnreachable, .error, Self.slow)])
  }

  @Test("a cause that changes within the five minutes shortens them not")
  func changedEarly() {
    var runs = Runs()
    let told = stride(from: 0.0, through: 570, by: 30).filter { time in
      let trouble = Int(time / 30).isMultiple(of: 2) ? Self.away : Self.slow
      return runs.run(at: time, trouble).exitStatus != 0
    }
    // Each cause once: the flapping itself is no news.
    #expect(told == [300, 330])
  }

  @Test("an absence that becomes a rejection is told at once")
  func becomesRejection() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.away)
    #expect(runs.run(at: 30, Self.rejected).exitStatus == 77)
  }

  @Test("another trouble beside a lasting one is told by itself")
  func beside() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.unwritable)
    let report = runs.run(at: 30, Self.unwritable, Self.failed)
    #expect(report.events.filter { $0.priority == .error }.map(\.name) == [.wakeFailed])
  }

  @Test("endlessly many causes are not kept for ever")
  func manyCauses() throws {
    var runs = Runs()
    for number in 0..<10_000 { _ = runs.run(at: 0, Trouble(.state, cause: "\(number)", "x")) }
    #expect(try encoded(runs.memory).utf8.count < 2000)
  }

  // MARK: Told once only

  @Test("a change that says the same as its trouble is told once")
  func changeSaysIt() {
    var runs = Runs()
    let change = Event(.wakeFailed, .error, Self.failed, Event.Facts(mac: "02:00:00:00:00:01"))
    let report = runs.run(at: 0, changes: [change], Self.failed)
    #expect(report.events == [change])
    #expect(report.exitStatus == 1)
  }

  @Test("two troubles with one event's name are both told")
  func oneName() {
    var runs = Runs()
    let change = Event(.wakeFailed, .error, Self.failed)
    let report = runs.run(at: 0, changes: [change], Self.failed, Self.unsent)
    #expect(report.events.map(\.message) == [Self.failed.words, Self.unsent.words])
  }

  // MARK: Recovered

  @Test("Jellyfin's recovery is told where its absence was", arguments: [true, false])
  func recovered(_ onBeat: Bool) {
    var runs = Runs()
    _ = runs.run(at: 0, Self.away, onBeat: onBeat)
    if onBeat { _ = runs.run(at: 300, Self.away) }
    #expect(runs.run(at: 330).events == [Event(.jellyfinRecovered, .notice, "Jellyfin answers again.")])
    #expect(runs.run(at: 360).events.isEmpty)
  }

  @Test("a key that is accepted again is a recovery")
  func keyAccepted() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.rejected)
    #expect(runs.run(at: 30).events.map(\.name) == [.jellyfinRecovered])
  }

  @Test("Jellyfin that comes back only to reject the key has not recovered")
  func backToReject() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.away, onBeat: false)
    #expect(runs.run(at: 30, Self.rejected).events.map(\.name) == [.jellyfinRejectedKey])
    #expect(runs.run(at: 60).events.map(\.name) == [.jellyfinRecovered])
  }

  @Test("a rejection that ends in a short absence is told to be over after it")
  func rejectedThenAway() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.rejected)
    #expect(runs.run(at: 30, Self.away).events.allSatisfy { $0.priority == .debug })
    #expect(runs.run(at: 60).events.map(\.name) == [.jellyfinRecovered])
  }

  @Test(
    "the end of another trouble is no recovery of Jellyfin", arguments: [failed, unsent, unwritable, invalid])
  func otherEnds(_ trouble: Trouble) {
    var runs = Runs()
    _ = runs.run(at: 0, trouble)
    #expect(runs.run(at: 30).events.isEmpty)
  }

  @Test("a trouble that comes back after it was over is new")
  func comesBack() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.rejected)
    _ = runs.run(at: 30)
    #expect(runs.run(at: 60, Self.rejected).exitStatus == 77)
  }

  @Test("what a run has not examined is left as it was")
  func examined() {
    var runs = Runs()
    _ = runs.run(at: 0, Self.rejected)
    let report = runs.run(at: 30, Self.invalid, examined: [.configuration])
    #expect(report.events.map(\.name) == [.configurationInvalid])
    #expect(runs.run(at: 60, Self.rejected).exitStatus == 0)
    #expect(runs.memory.since(.keyRejected) == 0)
  }
}

/// Runs one after another; times are seconds on the boot clock.
private struct Runs {
  var memory = TroubleMemory()

  mutating func run(
    at time: Seconds, changes: [Event] = [], _ troubles: Trouble...,
    examined: Set<Trouble.Kind> = Set(Trouble.Kind.allCases), onBeat: Bool = true, isByHand: Bool = false
  ) -> RunReport {
    RunReport(
      changes: changes, troubles: troubles, examined: examined, onBeat: onBeat, isByHand: isByHand,
      memory: &memory, boot: time)
  }
}
