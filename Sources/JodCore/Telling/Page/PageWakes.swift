/// The page's list of the last wakes.
extension Page {
  /// As many wakes as the page lists.
  private static let listed = 6

  /// `18:02`, with the name of its day if that is not today.
  private func dayAndClock(_ time: Seconds) -> String {
    let day = summary.days.dropLast().first { $0.day.start <= time && time < $0.day.end }
    return day.map { "\($0.day.name), \(timeOfDay(time))" } ?? clock(time)
  }

  var recentWakes: HTML {
    let wakes = summary.days.flatMap(\.wakes)
    guard !wakes.isEmpty else { return "" }
    let items = wakes.suffix(Self.listed).reversed().map { wake -> HTML in
      let failed = wake.failed ? " failed" : ""
      return """
        <li><bdi>\(wake.user.isEmpty ? Printable.capitalized(wake.cause) : wake.cause)</bdi>\
        <time datetime="\(UTC.text(wake.at))">\(dayAndClock(wake.at))</time>\
        <span class="how\(failed)">\(wake.outcome)</span></li>
        """
    }
    let which: HTML = wakes.count > Self.listed ? "The last \(Self.listed) wakes" : "Wakes"
    return "<section><h2>\(which)</h2><ul class=\"wakes\">\(items)</ul></section>"
  }
}
