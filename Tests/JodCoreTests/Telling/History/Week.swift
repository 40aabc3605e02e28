@testable import JodCore

/// The present of a summary with something of everything: an hour after midnight, the storage server ready for half of it.
struct Week {
  /// Names that people gave themselves.
  var user = "Anna"
  var device = "Living room"
  var watts: Configuration.Watts? = .init(on: 85, off: 3)
  var price: ElectricityPrice?

  private static let boot: Seconds = 10_000_000

  private func at(_ hours: Double) -> Seconds { Self.boot + hours * 3600 }

  private var entries: [HistoryEntry] {
    let who = [
      "JOD_USER": user, "JOD_CLIENT": "Web", "JOD_DEVICE": device, "JOD_KIND": "playing",
      "JOD_WAKE_REQUESTS": "1",
    ]
    return [
      entry(.activityBegan, at(-10), after: .off, for: 36_000, who),
      entry(.wakeRequested, at(-10), after: .off, for: 36_000, who),
      entry(.storageReady, at(-9.99), after: .off, for: 36_000, ["JOD_WAKE_SEC": "42"]),
      entry(.activityEnded, at(-8), after: .on, for: 7_000),
      entry(.storageDown, at(-7), after: .on, for: 10_764),
      entry(.wakeRequested, at(-6), after: .off, for: 3600, ["JOD_KIND": "hand", "JOD_WAKE_REQUESTS": "1"]),
      entry(.wakeFailed, at(-5.9), after: .off, for: 3900),
      entry(
        .wakeRequested, at(-0.6), after: .off, for: 23_000,
        ["JOD_KIND": "recording", "JOD_CLIENT": "Live TV", "JOD_DEVICE": "News", "JOD_WAKE_REQUESTS": "1"]),
      entry(.storageReady, at(-0.5), after: .off, for: 23_400, ["JOD_WAKE_SEC": "360"]),
    ]
  }

  var summary: Summary {
    let now = Now(moment: Moment(wall: jellyfinTime, boot: Self.boot, bootID: "boot-1"), uptime: Self.boot)
    let present = Summary.Present(stretch: .init(.on, 1800), isActive: false, until: jellyfinTime)
    return Summary(
      History(entries, now: now), days: days(2), present: present, watts: watts, price: price,
      now: jellyfinTime)
  }

  /// The first hour of all.
  static var firstHour: Summary {
    let present = Summary.Present(stretch: .init(.on, 480), isActive: false, until: jellyfinTime)
    return Summary(History([], now: now()), days: days(2), present: present, watts: nil, now: jellyfinTime)
  }

  static var empty: Summary {
    Summary(History([], now: now()), days: days(2), present: nil, watts: nil, now: jellyfinTime)
  }
}

/// A wall clock that people here read in UTC.
@Sendable func clock(_ time: Seconds) -> String { String(UTC.text(time).dropFirst(11).prefix(5)) }
