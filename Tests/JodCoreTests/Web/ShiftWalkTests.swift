import FoundationEssentials
import Simulator
import Testing

@testable import JodCore

/// Runs one after another, as systemd starts them, among visitors who come by chance; and what must hold whatever they do.
private struct ShiftWalk {
  /// Jellyfin answers after so long at most.
  static let longestPoll: Seconds = 8
  /// Answers come so soon, or never.
  static let patience: Seconds = 2

  var dice: Dice
  let interval: Seconds
  var time: Seconds = 1000
  var shift: Shift
  var isOpen = true
  /// Visitors who were let in, by the time of their answer, and whether it will be a promise.
  var inside: [(answered: Seconds, isPromise: Bool)] = []
  var nextVisitor: Seconds = .infinity
  /// Mean time between two visitors; infinite where nobody comes.
  var spacing: Seconds = .infinity
  var polls: [Seconds] = []
  var pollsOfThisRun = 0
  var promisesOfThisRun = 0
  var lastPollTook: Seconds = 0
  var lastVisit: Seconds = -.infinity
  var openPromise: Seconds?
  var runs = 0
  var promises = 0
  var failures: [String] = []

  init(seed: Int) {
    dice = Dice(seed: seed, "shift")
    interval = dice.pick([1, 2, 5, 30, 300])
    shift = Shift(began: time, interval: interval, lastPoll: nil)
    beginRun(at: time)
  }

  private mutating func fail(_ words: String) { failures.append("\(words), at \(time), in run \(runs)") }

  private mutating func fraction() -> Double { Double(dice.index(below: 1_000_001)) / 1_000_000 }

  private mutating func beginRun(at began: Seconds) {
    (time, isOpen, lastVisit) = (began, true, -.infinity)
    (pollsOfThisRun, promisesOfThisRun) = (0, 0)
    shift = Shift(began: began, interval: interval, lastPoll: polls.last)
    spacing = dice.pick([.infinity, 30, 1.5, 0.9, 0.3, 0.1])
    nextVisitor = began + (dice.chance(0.5) ? 0 : spacing * fraction())
    runs += 1
  }

  /// Lets time pass, and with it visitors come and be answered.
  private mutating func pass(until end: Seconds) {
    while true {
      let answer = inside.indices.min { inside[$0].answered < inside[$1].answered }
      let visit = isOpen && nextVisitor < shift.began + Shift.longest ? nextVisitor : .infinity
      if let answer, inside[answer].answered <= min(visit, end) {
        let visitor = inside.remove(at: answer)
        time = visitor.answered
        if visitor.isPromise { promise() }
      } else if visit <= end {
        time = visit
        (lastVisit, nextVisitor) = (visit, visit + spacing * 2 * fraction() + 0.001)
        shift.noteConnection(at: visit)
        inside.append((visit + fraction() * fraction() * Self.patience, dice.chance(0.5)))
      } else {
        time = end
        return
      }
    }
  }

  private mutating func promise() {
    if !shift.promise() { fail("promised nothing though it stays") }
    openPromise = openPromise ?? time
    promises += 1
    promisesOfThisRun += 1
  }

  private mutating func poll() {
    if let last = polls.last {
      if time - last < 0.999_999 { fail("polls \(time - last) s apart") }
      let most = max(interval, lastPollTook + Shift.quiet) + Shift.betweenPolls
      if time - last > most + 1e-6 { fail("no poll for \(time - last) s, where \(most) are allowed") }
      if pollsOfThisRun > 0, promisesOfThisRun == 0, time - last < interval - 1e-6 {
        fail("a poll that nobody was promised")
      }
    }
    polls.append(time)
    shift.notePoll(at: time)
    (openPromise, promisesOfThisRun) = (nil, 0)
    pollsOfThisRun += 1
    lastPollTook = fraction() * fraction() * Self.longestPoll
    pass(until: time + lastPollTook)
  }

  private mutating func leave() {
    isOpen = false
    if time < lastVisit + Shift.quiet, time < shift.began + Shift.longest { fail("left in haste") }
    // Those who are inside have half a second, and are cut off then.
    pass(until: time + 0.5)
    inside = []
    guard shift.leave() else { return }
    if pollsOfThisRun == 0 { fail("left without a poll") }
    if let openPromise { fail("left the promise of \(openPromise) open") }
    if time - shift.began > Shift.longest + 2 * (Self.longestPoll + Shift.betweenPolls) + 1 {
      fail("stayed for \(time - shift.began) s")
    }
    // Who waits at the door starts the next run at once, and the timer one after its interval.
    let timer = max(time, shift.began + interval)
    beginRun(at: dice.chance(0.5) ? time + fraction() * (timer - time) : timer)
  }

  mutating func step() {
    switch shift.next(at: time) {
    case .check: poll()
    case .wait(let until):
      if until <= time { fail("waits until \(until), which is over") }
      let isAfter = pollsOfThisRun > 0 && openPromise == nil
      if isAfter, until > lastVisit + Shift.quiet + 1e-6 { fail("stays until \(until) for nobody") }
      // A visitor wakes it, and sometimes for nothing.
      pass(until: dice.chance(0.3) ? min(until, time + fraction()) : until)
    case .leave: leave()
    }
  }
}

@Suite("Runs with a socket, by chance")
struct ShiftWalkTests {
  /// `JOD_SEED=7` walks the seventh alone.
  @Test("whatever visitors do, polls are a second apart, none is missing, and every run ends")
  func walk() {
    let alone = ProcessInfo.processInfo.environment["JOD_SEED"].flatMap { Int($0) }
    var (runs, promises, polls) = (0, 0, 0)
    for seed in alone.map({ $0...$0 }) ?? 1...200 {
      var walk = ShiftWalk(seed: seed)
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
