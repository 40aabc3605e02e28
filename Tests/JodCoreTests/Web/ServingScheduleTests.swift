import Testing

@testable import JodCore

/// A run that began at 100 on the boot clock.
private func schedule(interval: Seconds = 30, lastPoll: Seconds? = nil) -> ServingSchedule {
  ServingSchedule(began: 100, interval: interval, lastPoll: lastPoll)
}

extension ServingSchedule {
  /// As it is after so many polls, each as early as it may be.
  fileprivate func polled(at time: Seconds) -> ServingSchedule {
    var schedule = self
    schedule.notePoll(at: time)
    return schedule
  }

  fileprivate func connected(at time: Seconds) -> ServingSchedule {
    var schedule = self
    schedule.noteConnection(at: time)
    return schedule
  }

  fileprivate func promised() -> ServingSchedule {
    var schedule = self
    let isPromised = schedule.promise()
    #expect(isPromised)
    return schedule
  }
}

@Suite("A run with a socket")
struct ServingScheduleTests {
  @Test("it polls at once, and leaves at once where nobody connects")
  func alone() {
    #expect(schedule().next(at: 100) == .check)
    #expect(schedule().polled(at: 100).next(at: 100.2) == .leave)
  }

  @Test("it polls at least once, however soon after another run, a second later")
  func afterAnother() {
    let soon = schedule(lastPoll: 99.4)
    let due = 99.4 + ServingSchedule.betweenPolls
    #expect(due > 100.4)
    #expect(soon.next(at: 100) == .wait(until: due))
    #expect(soon.next(at: due) == .check)
    #expect(soon.polled(at: due).next(at: due + 0.1) == .leave)
  }

  @Test("a last poll of the future is another boot's", arguments: [100.1, 1e9, .infinity])
  func future(lastPoll: Seconds) { #expect(schedule(lastPoll: lastPoll).next(at: 100) == .check) }

  @Test("a request that was promised a check before the first poll has it by that")
  func promiseBefore() {
    let asked = schedule().connected(at: 100).promised()
    #expect(asked.next(at: 100.1) == .check)
    #expect(asked.polled(at: 100.1).next(at: 100.2) == .wait(until: 101))
    #expect(asked.polled(at: 100.1).next(at: 101) == .leave)
  }

  @Test("a request that was promised one after a poll began has the next, a second after the last began")
  func promiseAfter() {
    let asked = schedule().connected(at: 100).polled(at: 100).connected(at: 100.3).promised()
    #expect(asked.next(at: 100.4) == .wait(until: 100 + ServingSchedule.betweenPolls))
    #expect(asked.next(at: 100 + ServingSchedule.betweenPolls) == .check)
    // A poll that took long is followed at once.
    #expect(asked.next(at: 105) == .check)
    #expect(asked.polled(at: 101.2).next(at: 101.3) == .leave)
  }

  @Test("many promises are one poll")
  func many() {
    var schedule = schedule().connected(at: 100)
    for _ in 0..<1000 { schedule = schedule.promised() }
    #expect(schedule.next(at: 100) == .check)
    #expect(schedule.polled(at: 100).next(at: 100) == .wait(until: 101))
  }

  @Test("it stays until a second has passed without a connection")
  func quiet() {
    let connected = schedule().polled(at: 100).connected(at: 100.5)
    #expect(connected.next(at: 101.4) == .wait(until: 101.5))
    #expect(connected.next(at: 101.5) == .leave)
    #expect(connected.connected(at: 101.4).next(at: 102.3) == .wait(until: 102.4))
  }

  @Test("it takes connections for ten seconds at most")
  func longest() {
    let busy = schedule().polled(at: 100).connected(at: 109.9)
    #expect(busy.next(at: 109.95) == .wait(until: 110))
    #expect(busy.next(at: 110) == .leave)
  }

  @Test("a promise keeps it beyond that, for one more poll")
  func promiseAtTheEnd() {
    let busy = schedule().polled(at: 109.5).connected(at: 109.9).promised()
    #expect(busy.next(at: 110) == .wait(until: 109.5 + ServingSchedule.betweenPolls))
    #expect(busy.next(at: 110.7) == .check)
    #expect(busy.polled(at: 110.7).next(at: 110.8) == .leave)
  }

  @Test("those who only read are no reason for a poll before the interval is over, and then one is due")
  func beat() {
    let watched = schedule(interval: 4).polled(at: 100).connected(at: 103.9)
    #expect(watched.next(at: 103.95) == .wait(until: 104))
    #expect(watched.next(at: 104) == .check)
    #expect(watched.polled(at: 104).connected(at: 104.8).next(at: 104.9) == .wait(until: 105.8))
  }

  @Test("the interval keeps no run that has no connections: the timer begins the next run")
  func noBeatAlone() {
    #expect(schedule(interval: 1).polled(at: 100).next(at: 100.9) == .leave)
    // Not even where the poll took longer than the interval.
    #expect(schedule(interval: 1).polled(at: 100).next(at: 105) == .leave)
    #expect(schedule(interval: 1).connected(at: 100).polled(at: 100).next(at: 105) == .leave)
    #expect(schedule(interval: 1).connected(at: 109.9).polled(at: 109).next(at: 114) == .leave)
  }

  @Test(
    "it leaves neither before its first poll nor before one that was promised, and promises nothing afterwards"
  )
  func leaving() {
    func end(_ schedule: ServingSchedule) -> (hasLeft: Bool, promisesMore: Bool) {
      var schedule = schedule
      return (schedule.leave(), schedule.promise())
    }
    #expect(end(schedule()) == (false, true))
    #expect(end(schedule().polled(at: 100).promised()) == (false, true))
    #expect(end(schedule().polled(at: 100)) == (true, false))
    #expect(end(schedule().promised().polled(at: 100)) == (true, false))
  }
}
