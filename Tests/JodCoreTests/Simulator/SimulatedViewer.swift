import Simulator

@testable import JodCore

/// Somebody whom Jellyfin does not know: films come over a share, steadily or in bursts of 30 MiB every 4 min, as a player
/// with a large buffer reads them.
struct SimulatedViewer {
  /// The connection, and what has crossed by it.
  private(set) var connection = 1
  private(set) var bytes = 0.0
  /// Whether the last check saw it: a connection that nobody saw, and is gone, is out of sight by its nature.
  var isSeen = true
  private var until = -Seconds.infinity
  private var readsInBursts = false

  /// Lives from one check to the next, and returns the bytes that crossed.
  mutating func live(
    from before: Seconds, to time: Seconds, _ household: Household, _ dice: inout Dice
  ) -> Double {
    if until < before, dice.chance(household.mishaps.traffic) {
      until = before + dice.seconds(0.1...4) * household.beat
      readsInBursts = dice.chance(0.5)
    }
    if dice.chance(0.1), isSeen { (connection, bytes) = (connection + 1, 0) }
    // Somebody looks into folders, which is no film.
    var crossed = dice.pick([0, 0, 20]) * 1024 * min(60, time - before)
    let end = min(time, until)
    if end > before {
      let bursts = (end / 240).rounded(.down) - (before / 240).rounded(.down)
      crossed += readsInBursts ? bursts * 30 * 1_048_576 : (end - before) * 105 * 1024
    }
    bytes += crossed
    return crossed
  }
}
