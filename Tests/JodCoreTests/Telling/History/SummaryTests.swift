import Testing

@testable import JodCore

/// Days of 24 hours, the last one beginning an hour before `jellyfinTime` and ending 23 hours after it.
func days(_ count: Int) -> [LocalDay] {
  (0..<count).map { number in
    let start = jellyfinTime - 3600 - Seconds(count - 1 - number) * 86400
    return LocalDay(
      date: "2027-01-\(number + 10)", day: "Fri \(number + 10)", month: "Jan", start: start,
      end: start + 86400)
  }
}

@Suite("What the history adds up to")
struct SummaryTests {
  /// A time, `hours` after the present, as the boot clock has it.
  private func at(_ hours: Double) -> Seconds { 10_000_000 + hours * 3600 }

  private func summary(
    _ entries: [HistoryEntry], days count: Int = 2, present: PowerTime.Stretch = .unknown,
    isActive: Bool = false,
    watts: Configuration.Watts? = nil
  ) -> Summary {
    let present0 = Moment(wall: jellyfinTime, boot: at(0), bootID: "boot-1")
    return Summary(
      History(entries, now: Now(moment: present0, uptime: at(0))), days: days(count),
      present: .init(stretch: present, isActive: isActive, until: jellyfinTime), watts: watts,
      now: jellyfinTime)
  }

  /// The intervals of all days as `on -3.0 -1.0`, in hours from the present.
  private func shown(_ summary: Summary) -> [String] {
    summary.days.flatMap(\.power).map {
      "\($0.power) \(($0.interval.start - jellyfinTime) / 3600) \(($0.interval.end - jellyfinTime) / 3600)"
    }
  }

  // MARK: On and off

  @Test("each entry tells how the storage server was before it, and the present tells the rest")
  func power() {
    let entries = [
      entry(.storageReady, at(-10), after: .off, for: 5 * 3600),
      entry(.storageDown, at(-7), after: .on, for: 3 * 3600),
    ]
    let summary = summary(entries, present: .init(.off, 7 * 3600))
    #expect(shown(summary) == ["off -15.0 -10.0", "on -10.0 -7.0", "off -7.0 -1.0", "off -1.0 0.0"])
    #expect(summary.total.on == 3 * 3600)
    #expect(summary.total.off == 12 * 3600)
    #expect(summary.total.unknown == 10 * 3600)
    #expect(summary.days.map(\.sums.off) == [11 * 3600, 3600])
  }

  @Test("a gap after the storage went down, or got ready, is what that says, and not what was before")
  func gapAfterChange() {
    let minute = 1.0 / 60
    for (event, before, after) in [(Event.Name.storageDown, Power.on, Power.off), (.storageReady, .off, .on)]
    {
      let entries = [
        entry(event, at(-0.5), after: before, for: 600),
        // A reboot has two minutes on no record.
        entry(.activityBegan, at(-0.5 + 9 * minute), after: after, for: 7 * 60),
      ]
      let total = summary(entries).total
      #expect((before == .on ? total.on : total.off).rounded() == 600)
      #expect((after == .on ? total.on : total.off).rounded() == 540)
    }
  }

  @Test("a day without an answer of Jellyfin is no day in use")
  func deadJellyfin() throws {
    var story = Story()
    var entries: [HistoryEntry] = []
    func note(_ decisions: [Checked]) {
      for decision in decisions {
        let at = decision.memory.runtime.lastCheck!.at
        entries += decision.events.compactMap { HistoryEntry($0, at: at, after: .unknown) }
      }
    }
    note(story.checks(for: 3600, .playing, storage: .ready))
    note(story.checks(for: 20 * 3600, .jellyfinAway, storage: .ready))
    #expect(story.memory.present(story.now)?.isActive == false)
    note(story.checks(for: 1800, .playing, storage: .ready))
    note(story.checks(for: 1800, .nobody, storage: .ready))
    #expect(entries.map(\.event) == ["activity-began", "activity-ended", "activity-began", "activity-ended"])
    let active = History(entries, now: story.now).activity(nil).map(\.length)
    #expect(active == [3570, 1800])
  }

  @Test("entries within one stretch say the same twice, and it counts once")
  func overlap() {
    let entries = [
      entry(.activityBegan, at(-6), after: .on, for: 3600),
      entry(.activityEnded, at(-5), after: .on, for: 2 * 3600),
      entry(.storageDown, at(-4), after: .on, for: 3 * 3600),
    ]
    #expect(shown(summary(entries)) == ["on -7.0 -4.0"])
  }

  @Test("time that nobody watched is not known")
  func gap() {
    let entries = [
      entry(.storageDown, at(-9), after: .on, for: 3600),
      entry(.activityBegan, at(-3), after: .off, for: 3600),
    ]
    let sums = summary(entries).total
    #expect([sums.on, sums.off] == [3600, 3600])
    #expect(sums.unknown == 23 * 3600)
  }

  @Test("the pause between two checks leaves no hole")
  func bridged() {
    let entries = [
      entry(.wakeRequested, at(-3), after: .off, for: 3600),
      entry(.powerOffRequested, at(-2), after: .on, for: 3600 - 30),
    ]
    #expect(shown(summary(entries)) == ["off -4.0 \(-3 + 30.0 / 3600)", "on \(-3 + 30.0 / 3600) -2.0"])
  }

  @Test("entries that contradict each other make no hour count twice", arguments: [1e4, 1e9, 1e15])
  func contradiction(_ seconds: Double) {
    let entries = [
      entry(.storageReady, at(-6), after: .off, for: 3600),
      entry(.storageDown, at(-5), after: .on, for: seconds),
      entry(.storageReady, at(-4), after: .off, for: seconds),
      entry(.storageDown, at(-3), after: .on, for: 1),
    ]
    for summary in [summary(entries), summary(Array(entries.reversed())), summary(entries + entries)] {
      let sums = summary.total
      #expect(sums.on + sums.off + sums.unknown == 25 * 3600)
      #expect(sums.on >= 0 && sums.off >= 0 && sums.unknown >= 0)
      let power = summary.days.flatMap(\.power)
      #expect(zip(power, power.dropFirst()).allSatisfy { $0.interval.end <= $1.interval.start })
    }
  }

  @Test("nothing known is all unknown")
  func empty() {
    let summary = summary([], watts: .init(on: 85, off: 3))
    #expect(summary.total.unknown == 25 * 3600)
    #expect(summary.total.saved == 0)
    #expect(summary.total.timeToReady == nil)
    #expect(summary.days.allSatisfy { $0.power.isEmpty && $0.wakes.isEmpty && $0.activity.isEmpty })
  }

  // MARK: Days

  @Test("days of 23 and 25 hours add up to their own lengths")
  func summerTime() {
    let start = jellyfinTime - 48 * 3600
    let days = [
      LocalDay(date: "2027-03-28", day: "Sun 28", month: "Mar", start: start, end: start + 23 * 3600),
      LocalDay(
        date: "2027-03-29", day: "Mon 29", month: "Mar", start: start + 23 * 3600, end: start + 48 * 3600),
    ]
    let summary = Summary(
      History([HistoryEntry](), now: now()), days: days,
      present: .init(stretch: .init(.off, 40 * 3600), isActive: false, until: jellyfinTime),
      watts: nil,
      now: jellyfinTime)
    #expect(summary.days.map(\.sums.off) == [15 * 3600, 25 * 3600])
    #expect(summary.days.map(\.sums.unknown) == [8 * 3600, 0])
  }

  @Test("a day that has not come yet has no length")
  func tomorrow() {
    let day = LocalDay(
      date: "2027-01-16", day: "Sat 16", month: "Jan", start: jellyfinTime + 60, end: jellyfinTime + 86460)
    let summary = Summary(
      History([HistoryEntry](), now: now()), days: [day],
      present: .init(stretch: .init(.on, 3600), isActive: true, until: jellyfinTime),
      watts: nil,
      now: jellyfinTime)
    #expect(summary.total == Summary.Sums(on: 0, off: 0, unknown: 0))
  }

  // MARK: Activity

  @Test("activity lasts from its beginning to its end, or to the present")
  func activity() {
    let entries = [
      entry(.activityBegan, at(-6)), entry(.activityEnded, at(-4)), entry(.activityEnded, at(-3)),
      entry(.activityBegan, at(-0.5)),
    ]
    #expect(summary(entries, isActive: true).total.active == 2.5 * 3600)
    #expect(summary(entries, isActive: false).total.active == 2 * 3600, "its end was not written down")
  }

  @Test("over a reboot, activity of more than half a day is not believed")
  func activityOverReboot() {
    func sums(_ hours: Double) -> Seconds {
      let began = entry(.activityBegan, 500, wall: jellyfinTime - hours * 3600, bootID: "boot-0")
      return summary([began, entry(.activityEnded, at(0))], days: 300).total.active
    }
    #expect(sums(3) == 3 * 3600)
    #expect(sums(13) == 0)
    #expect(sums(24 * 200) == 0)
  }

  // MARK: Wakes

  private let anna = ["JOD_USER": "Anna", "JOD_CLIENT": "Web", "JOD_DEVICE": "TV", "JOD_KIND": "playing"]

  private func request(_ hours: Double, _ number: Int, _ fields: [String: String] = [:]) -> HistoryEntry {
    entry(.wakeRequested, at(hours), fields.merging(["JOD_WAKE_REQUESTS": "\(number)"]) { $1 })
  }

  @Test("a wake begins with its first request, and ends when the storage server is ready")
  func wakes() {
    let entries = [
      request(-5, 1, anna), request(-4.9, 2, anna), entry(.storageReady, at(-4.8), ["JOD_WAKE_SEC": "85"]),
      request(-3, 1, ["JOD_KIND": HistoryEntry.byHand]),
      entry(.storageReady, at(-2.9), ["JOD_WAKE_SEC": "35"]),
      entry(.storageDown, at(-2)), entry(.storageReady, at(-1.5)),
    ]
    let summary = summary(entries)
    let wakes = summary.days[0].wakes
    #expect(wakes.map(\.user) == ["Anna", ""])
    #expect(wakes.map(\.kind) == ["playing", "hand"])
    #expect(wakes.map(\.device) == ["TV", ""])
    #expect(wakes.map(\.requests) == [2, 1])
    #expect(wakes.map(\.readyAfter) == [85, 35])
    #expect(wakes.map(\.at) == [jellyfinTime - 5 * 3600, jellyfinTime - 3 * 3600])
    #expect(summary.total.wakes == 2)
    #expect(summary.total.timeToReady == 60)
  }

  @Test("a wake that failed may yet get ready")
  func failed() {
    let entries = [
      request(-5, 1), entry(.wakeFailed, at(-4.9)), entry(.storageReady, at(-4), ["JOD_WAKE_SEC": "3600"]),
      entry(.wakeFailed, at(-3.5)), request(-3, 1), entry(.wakeFailed, at(-2.9)), request(-2, 1),
    ]
    let wakes = summary(entries).days[0].wakes
    #expect(wakes.map(\.failed) == [true, true, false])
    #expect(wakes.map(\.readyAfter) == [3600, nil, nil])
    #expect(summary(entries).total.failedWakes == 2)
  }

  @Test("a wake whose first request was dropped or torn counts from the next")
  func torn() {
    let wakes = summary([request(-5, 3), request(-4.9, 4), request(-2, -7)]).days[0].wakes
    #expect(wakes.map(\.requests) == [4, 1])
  }

  @Test("a wake belongs to the day in which it began")
  func dayOfWake() {
    let summary = summary([
      request(-1.01, 1), entry(.storageReady, at(-0.9), ["JOD_WAKE_SEC": "300"]), request(-0.5, 1),
    ])
    #expect(summary.days.map(\.sums.wakes) == [1, 1])
    #expect(summary.days.map(\.sums.timeToReady) == [300, nil])
  }

  // MARK: Energy

  @Test("energy is saved by what was off, and nothing is said where the power is not known")
  func energy() throws {
    let entries = [entry(.storageDown, at(-5), after: .on, for: 2 * 3600)]
    let sums = summary(entries, present: .init(.off, 5 * 3600), watts: .init(on: 85, off: 3)).total
    #expect(sums.used?.rounded() == 185)
    #expect(sums.saved?.rounded() == 410)
    #expect(summary(entries).total.used == nil)
    #expect(summary(entries).total.saved == nil)
  }

  // MARK: A household

  @Test("what a household does is what the summary says")
  func household() throws {
    var story = Story(poweringOff())
    var entries: [HistoryEntry] = []
    func check(_ household: Story.Household, _ storage: Probe) {
      let before = story.memory
      let decision = story.check(household, storage: storage)
      let stretch = before.stretch(story.configuration, story.now)
      entries += decision.events.compactMap { HistoryEntry($0, at: story.moment, after: stretch) }
    }
    for _ in 1...120 { check(.nobody, .silent) }
    for _ in 1...3 { check(.playing, .silent) }
    for _ in 1...240 { check(.playing, .ready) }
    for _ in 1...62 { check(.nobody, .ready) }
    for _ in 1...60 { check(.nobody, .silent) }
    let day = LocalDay(date: "x", day: "x", month: "x", start: jellyfinTime, end: jellyfinTime + 86400)
    let summary = Summary(
      History(entries, now: story.now), days: [day],
      present: story.memory.present(story.now), watts: nil, now: story.moment.wall)
    #expect(entries.map(\.event).last == "storage-down")
    // From the second silent check to the first that finds it ready, and the other way round.
    #expect(summary.total.on == 303 * 30)
    #expect(summary.total.off == (122 + 58) * 30)
    #expect(summary.total.unknown == 60)
    #expect(summary.total.active == 243 * 30)
    #expect(summary.days[0].wakes.map(\.user) == ["Anna"])
    #expect(summary.total.timeToReady == 90)
  }
}
