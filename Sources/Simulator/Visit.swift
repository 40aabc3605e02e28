import JodCore

/// One person's time at a screen: what is meant to happen, whenever the storage lets it.
public struct Visit: Sendable {
  /// A stretch of a film, and the pause after it; the last pause of a film that is watched to its end is zero.
  public struct Stretch: Sendable {
    public var play: Seconds
    public var pause: Seconds

    public init(play: Seconds, pause: Seconds = 0) { (self.play, self.pause) = (play, pause) }
  }

  public enum Farewell: Sendable, CaseIterable {
    case closed
    /// The screen stays on with the app's home page.
    case leftVisible
    /// A tab behind another, or an app in the background.
    case leftHidden
  }

  public var start: Seconds
  public var browsing: Seconds
  /// Empty where nothing was found.
  public var film: [Stretch]
  public var farewell = Farewell.closed
  /// How long the app stays open after that.
  public var leftOpen: Seconds = 0
  /// Whether a film's page is opened before anything plays.
  public var opensPage = true
  /// How long it takes to get up and press the storage server's button.
  public var walk: Seconds = 60

  public init(start: Seconds, browsing: Seconds, film: [Stretch]) {
    (self.start, self.browsing, self.film) = (start, browsing, film)
  }

  /// All visits at one device.
  static func year(seed: Int, device: Int, days: Int) -> [Visit] {
    var dice = Dice(seed: seed, "device \(device)")
    let perDay = dice.pick([0.15, 0.4, 0.8, 1.3])
    var visits: [Visit] = []
    for number in 0..<days {
      let isWeekend = number % 7 >= 5
      var chance = isWeekend ? perDay * 1.5 : perDay
      while dice.chance(min(1, chance)) {
        visits.append(Visit(on: Seconds(number) * Calendar.day, isWeekend: isWeekend, &dice))
        chance -= 1
        if chance <= 0 { break }
      }
    }
    return visits.sorted { $0.start < $1.start }
  }

  private init(on midnight: Seconds, isWeekend: Bool, _ dice: inout Dice) {
    // Most come in the evening.
    let isEvening = dice.chance(isWeekend ? 0.6 : 0.8)
    start = midnight + (isEvening ? dice.seconds(64_800...81_000) : dice.seconds(25_200...64_800))
    // Who goes on where they stopped presses play at once.
    browsing = dice.chance(0.25) ? dice.seconds(4...20) : dice.seconds(20...600)
    film = dice.chance(0.8) ? Self.film(&dice) : []
    opensPage = dice.chance(0.8)
    walk = dice.seconds(30...120)
    farewell = dice.pick([.closed, .closed, .leftVisible, .leftHidden])
    leftOpen = farewell == .closed ? 0 : dice.seconds(600...dice.pick([7200, 36_000]))
  }

  private static func film(_ dice: inout Dice) -> [Stretch] {
    var left = dice.chance(0.5) ? dice.seconds(1200...3600) : dice.seconds(4800...8400)
    var stretches: [Stretch] = []
    while left > 0, stretches.count < 8 {
      let play = min(left, dice.seconds(600...6000))
      left -= play
      // Some pauses are for the kitchen, some for the telephone; and some for the night, which end with the tab.
      let pause =
        dice.chance(0.05) ? 36_000 : dice.chance(0.2) ? dice.seconds(900...5400) : dice.seconds(30...600)
      stretches.append(Stretch(play: play, pause: left > 0 ? pause : 0))
      if pause >= 36_000 { break }
    }
    return stretches
  }
}
