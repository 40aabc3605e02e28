import Testing

@testable import JodCore

/// A run that began at 100 on the boot clock.
private func shift(interval: Seconds = 30, lastPoll: Seconds? = nil) -> Shift {
  Shift(began: 100, interval: interval, lastPoll: lastPoll)
}

extension Shift {
  /// As it is after so many polls, each as early as it may be.
  fileprivate func polled(at time: Seconds) -> Shift {
    var shift = self
    shift.notePoll(at: time)
    return shift
  }

  fileprivate func visited(at time: Seconds) -> Shift {
    var shift = self
    shift.noteConnection(at: time)
    return shift
  }

  fileprivate func promised() -> Shift {
    var shift = self
    let isPromised = shift.promise()
    #expect(isPromised)
    return shift
  }
}

@Suite("A run with a socket")
struct ShiftTests {
  @Test("it polls at once, and leaves at once where nobody came")
  func alone() {
    #expect(shift().next(at: 100) == .check)
    #expect(shift().polled(at: 100).next(at: 100.2) == .leave)
  }

  @Test("it polls at least once, however soon after another run, a second later")
  func afterAnother() {
    let soon = shift(lastPoll: 99.4)
    let due = 99.4 + Shift.betweenPolls
    #expect(due > 100.4)
    #expect(soon.next(at: 100) == .wait(until: due))
    #expect(soon.next(at: due) == .check)
    #expect(soon.polled(at: due).next(at: due + 0.1) == .leave)
  }

  @Test("a last poll of the future is another boot's", arguments: [100.1, 1e9, .infinity])
  func future(lastPoll: Seconds) { #expect(shift(lastPoll: lastPoll).next(at: 100) == .check) }

  @Test("who was promised a check before the first poll has it by that")
  func promiseBefore() {
    let asked = shift().visited(at: 100).promised()
    #expect(asked.next(at: 100.1) == .check)
    #expect(asked.polled(at: 100.1).next(at: 100.2) == .wait(until: 101))
    #expect(asked.polled(at: 100.1).next(at: 101) == .leave)
  }

  @Test("who was promised one after a poll began has the next, a second after the last began")
  func promiseAfter() {
    let asked = shift().visited(at: 100).polled(at: 100).visited(at: 100.3).promised()
    #expect(asked.next(at: 100.4) == .wait(until: 100 + Shift.betweenPolls))
    #expect(asked.next(at: 100 + Shift.betweenPolls) == .check)
    // A poll that took long is followed at once.
    #expect(asked.next(at: 105) == .check)
    #expect(asked.polled(at: 101.2).next(at: 101.3) == .leave)
  }

  @Test("many promises are one poll")
  func many() {
    var shift = shift().visited(at: 100)
    for _ in 0..<1000 { shift = shift.promised() }
    #expect(shift.next(at: 100) == .check)
    #expect(shift.polled(at: 100).next(at: 100) == .wait(until: 101))
  }

  @Test("it stays until a second has passed without a connection")
  func quiet() {
    let visited = shift().polled(at: 100).visited(at: 100.5)
    #expect(visited.next(at: 101.4) == .wait(until: 101.5))
    #expect(visited.next(at: 101.5) == .leave)
    #expect(visited.visited(at: 101.4).next(at: 102.3) == .wait(until: 102.4))
  }

  @Test("it takes connections for ten seconds at most")
  func longest() {
    let busy = shift().polled(at: 100).visited(at: 109.9)
    #expect(busy.next(at: 109.95) == .wait(until: 110))
    #expect(busy.next(at: 110) == .leave)
  }

  @Test("a promise keeps it beyond that, for one more poll")
  func promiseAtTheEnd() {
    let busy = shift().polled(at: 109.5).visited(at: 109.9).promised()
    #expect(busy.next(at: 110) == .wait(until: 109.5 + Shift.betweenPolls))
    #expect(busy.next(at: 110.7) == .check)
    #expect(busy.polled(at: 110.7).next(at: 110.8) == .leave)
  }

  @Test("those who only look are no reason for a poll before the interval is over, and then one is due")
  func beat() {
    let watched = shift(interval: 4).polled(at: 100).visited(at: 103.9)
    #expect(watched.next(at: 103.95) == .wait(until: 104))
    #expect(watched.next(at: 104) == .check)
    #expect(watched.polled(at: 104).visited(at: 104.8).next(at: 104.9) == .wait(until: 105.8))
  }

  @Test("the interval keeps nobody who has no visitors: the timer begins the next run")
  func noBeatAlone() {
    #expect(shift(interval: 1).polled(at: 100).next(at: 100.9) == .leave)
    // Not even where the poll took longer than the interval.
    #expect(shift(interval: 1).polled(at: 100).next(at: 105) == .leave)
    #expect(shift(interval: 1).visited(at: 100).polled(at: 100).next(at: 105) == .leave)
    #expect(shift(interval: 1).visited(at: 109.9).polled(at: 109).next(at: 114) == .leave)
  }

  @Test(
    "it leaves nobody who was promised a poll, nor before its first, and once it has left it promises nothing"
  )
  func leaving() {
    func end(_ shift: Shift) -> (hasLeft: Bool, promisesMore: Bool) {
      var shift = shift
      return (shift.leave(), shift.promise())
    }
    #expect(end(shift()) == (false, true))
    #expect(end(shift().polled(at: 100).promised()) == (false, true))
    #expect(end(shift().polled(at: 100)) == (true, false))
    #expect(end(shift().promised().polled(at: 100)) == (true, false))
  }
}
