import FoundationEssentials
import Simulator
import Testing

@testable import JodCore

/// Runs one after another, as systemd starts them, among connections that come by chance; and what must hold for all of them.
private struct ServingScheduleWalk {
  /// Jellyfin answers after so long at most.
  static let longestPoll: Seconds = 8
  /// Answers come so soon, or never.
  static let requestTimeout: Seconds = 2

  var dice: Dice
  let interval: Seconds
  var time: Seconds = 1000
  var schedule: ServingSchedule
  var isOpen = true
  /// Connections that are open, by the time of their answer, and whether it will be a promise.
  var open: [(answered: Seconds, isPromise: Bool)] = []
  var nextConnection: Seconds = .infinity
  /// Mean time between two connections; infinite where there is none.
  var spacing: Seconds = .infinity
  var polls: [Seconds] = []
  var pollsOfThisRun = 0
  var promisesOfThisRun = 0
  var lastPollTook: Seconds = 0
  var lastConnection: Seconds = -.infinity
  var openPromise: Seconds?
  var runs = 0
  var promises = 0
  var failures: [String] = []

  init(seed: Int) {
    dice = Dice(seed: seed, "shift")
    interval = dice.pick([1, 2, 5, 30, 300])
    schedule = ServingSchedule(began: time, interval: interval, lastPoll: nil)
    beginRun(at: time)
  }

  private mutating func fail(_ words: String) { failures.append("\(words), at \(time), in run \(runs)") }

  private mutating func fraction() -> Double { Double(dice.index(below: 1_000_001)) / 1_000_000 }

  private mutating func beginRun(at began: Seconds) {
    (time, isOpen, lastConnection) = (began, true, -.infinity)
    (pollsOfThisRun, promisesOfThisRun) = (0, 0)
    schedule = ServingSchedule(began: began, interval: interval, lastPoll: polls.last)
    spacing = dice.pick([.infinity, 30, 1.5, 0.9, 0.3, 0.1])
    nextConnection = began + (dice.chance(0.5) ? 0 : spacing * fraction())
    runs += 1
  }

  /// Lets time pass, in which connections come and are answered.
  private mutating func pass(until end: Seconds) {
    while true {
      let answer = open.indices.min { open[$0].answered < open[$1].answered }
      let connection =
        isOpen && nextConnection < schedule.began + ServingSchedule.longest ? nextConnection : .infinity
      if let answer, open[answer].answered <= min(connection, end) {
        let request = open.remove(at: answer)
        time = request.answered
        if request.isPromise { promise() }
      } else if connection <= end {
        time = connection
        (lastConnection, nextConnection) = (connection, connection + spacing * 2 * fraction() + 0.001)
        schedule.noteConnection(at: connection)
        open.append((connection + fraction() * fraction() * Self.requestTimeout, dice.chance(0.5)))
      } else {
        time = end
        return
      }
    }
  }

  private mutating func promise() {
    if !schedule.promise() { fail("promised nothing though it stays") }
    openPromise = openPromise ?? time
    promises += 1
    promisesOfThisRun += 1
  }

  private mutating func poll() {
    if let last = polls.last {
      if time - last < 0.999_999 { fail("polls \(time - last) s apart") }
      let most = max(interval, lastPollTook + ServingSchedule.quiet) + ServingSchedule.betweenPolls
      if time - last > most + 1e-6 { fail("no poll for \(time - last) s, where \(most) are allowed") }
      if pollsOfThisRun > 0, promisesOfThisRun == 0, time - last < interval - 1e-6 {
        fail("a poll that nobody was promised")
      }
    }
    polls.append(time)
    schedule.notePoll(at: time)
    (openPromise, promisesOfThisRun) = (nil, 0)
    pollsOfThisRun += 1
    lastPollTook = fraction() * fraction() * Self.longestPoll
    pass(until: time + lastPollTook)
  }

  private mutating func leave() {
    isOpen = false
    if time < lastConnection + ServingSchedule.quiet, time < schedule.began + ServingSchedule.longest {
      fail("left too soon")
    }
    // Open connections have half a second, and are cut off then.
    pass(until: time + 0.5)
    open = []
    guard schedule.leave() else { return }
    if pollsOfThisRun == 0 { fail("left without a poll") }
    if let openPromise { fail("left the promise of \(openPromise) open") }
    if time - schedule.began > ServingSchedule.longest + 2 * (Self.longestPoll + ServingSchedule.betweenPolls)
      + 1
    {
      fail("stayed for \(time - schedule.began) s")
    }
    // A connection that waits starts the next run at once, and the timer one after its interval.
    let timer = max(time, schedule.began + interval)
    beginRun(at: dice.chance(0.5) ? time + fraction() * (timer - time) : timer)
  }

  mutating func step() {
    switch schedule.next(at: time) {
    case .check: poll()
    case .wait(let until):
      if until <= time { fail("waits until \(until), which is over") }
      let isAfter = pollsOfThisRun > 0 && openPromise == nil
      if isAfter, until > lastConnection + ServingSchedule.quiet + 1e-6 {
        fail("stays until \(until) for nobody")
      }
      // A connection wakes it, and sometimes for nothing.
      pass(until: dice.chance(0.3) ? min(until, time + fraction()) : until)
    case .leave: leave()
    }
  }
}

@Suite("Runs with a socket, by chance")
struct ServingScheduleWalkTests {
  /// `JOD_SEED=7` walks the seventh alone.
  @Test("with any clients, polls are a second apart, none is missing, and every run ends")
  func walk() {
    let alone = ProcessInfo.processInfo.environment["JOD_SEED"].flatMap { Int($0) }
    var (runs, promises, polls) = (0, 0, 0)
    for seed in alone.map({ $0...$0 }) ?? 1...200 {
      var walk = ServingScheduleWalk(seed: seed)
      for _ in 0..<1000 where walk.failures.isEmpty { walk.step() }
      for failure in walk.failures { Issue.record("seed \(seed): \(failure)") }
      runs += walk.runs
      promises += walk.promises
      polls += walk.polls.count
    }
    // The walk got somewhere.
    if alone == nil { #expect(runs > 10_000 && promises > 10_000 && polls > runs) }
  }
}
