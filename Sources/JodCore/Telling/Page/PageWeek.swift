/// The page's picture of the last days, and what they add up to.
extension Page {
  var week: HTML {
    """
    <section>
    <h2>\(summary.shownDays.count == 1 ? "Today" : "The last \(summary.shownDays.count) days")</h2>
    \(summary.shownDays.map(row))
    <div class="day" aria-hidden="true"><span></span><div class="hours">\(hours)</div></div>
    <div class="key" aria-hidden="true">\(key)</div>
    \(totals)
    <details id="days"><summary>Day by day, in numbers</summary><div class="wide" role="region" aria-label="Day by day" tabindex="0">\
    \(table)</div></details>
    </section>
    """
  }

  // MARK: The picture

  /// Of a day, in the picture's own units.
  private static let width = 1440
  private static let height = 26

  private func row(_ day: Summary.Day) -> HTML {
    let (height, width) = (Self.height, Self.width)
    let power = day.power.map { part -> HTML in
      "<rect class=\"\(part.power.rawValue)\" \(place(part.interval, in: day)) y=\"0\" height=\"\(height)\"/>"
    }
    let activity = day.activity.map { part -> HTML in
      "<rect class=\"use\" \(place(part, in: day)) y=\"\(height / 2 - 5)\" height=\"10\"/>"
    }
    let lines = [1, 2, 3].map { quarter -> HTML in
      "<path class=\"hour\" d=\"M\(quarter * width / 4) 0v\(height)\"/>"
    }
    return """
      <div class="day"><span>\(label(day.day))</span>\
      <svg viewBox="0 0 \(width) \(height)" preserveAspectRatio="none" role="img" aria-label="\(words(day))">\
      \(power)\(lines)\(activity)<rect class="edge" width="\(width)" height="\(height)"/>\(day.wakes.map { mark($0, in: day) })\
      </svg></div>

      """
  }

  /// Without its month where there is little room.
  private func label(_ day: LocalDay) -> HTML { "\(day.day)<i> \(day.month)</i>" }

  /// A line without length, whose round ends make a dot of the same size however the picture is stretched.
  private func mark(_ wake: Summary.PastWake, in day: Summary.Day) -> HTML {
    let x = position(wake.at, in: day)
    let words = [clock(wake.at), wake.cause, wake.outcome].filter { !$0.isEmpty }.joined(separator: ", ")
    return """
      <g><title>\(words)</title><path class="ring" d="M\(x) 0h0"/><path class="wake" d="M\(x) 0h0"/></g>
      """
  }

  private func place(_ interval: Summary.Interval, in day: Summary.Day) -> HTML {
    let (start, end) = (position(interval.start, in: day), position(interval.end, in: day))
    // What lasted minutes would vanish between two points of a small screen.
    return "x=\"\(start)\" width=\"\(max(end - start, 3))\""
  }

  private func position(_ time: Seconds, in day: Summary.Day) -> Int {
    let share = (time - day.day.start) / max(1, day.day.end - day.day.start)
    return Int((min(max(0, share), 1) * Double(Self.width)).rounded())
  }

  private var hours: [HTML] { [0, 6, 12, 18, 24].map { "<span>\($0)</span>" } }

  private var key: [HTML] {
    [("use", "in use"), ("on", "on"), ("off", "off")].map { name, words -> HTML in
      "<span><svg viewBox=\"0 0 14 14\"><rect class=\"\(name)\" width=\"14\" height=\"14\" rx=\"3\"/></svg>\(words)</span>"
    } + [
      "<span><svg viewBox=\"0 0 14 14\"><path class=\"wake\" d=\"M7 7h0\"/></svg>wake</span>",
      "<span><svg viewBox=\"0 0 14 14\"><rect class=\"edge\" width=\"14\" height=\"14\" rx=\"3\"/></svg>not known</span>",
    ]
  }

  // MARK: Numbers

  private var totals: HTML {
    let sums = sums
    return sums.isEmpty ? "" : "<div class=\"sums\">\(sums)</div>"
  }

  private var sums: [HTML] {
    let total = summary.total
    var cards: [HTML] = []
    func card(_ value: String, _ words: String) {
      cards.append("<div><strong>\(value)</strong><span>\(words)</span></div>")
    }
    if let saved = total.saved, let used = total.used, total.on + total.off >= 3600 {
      if let price = summary.price {
        card(price.text(saved), "saved, \(Energy.text(saved))")
        card(price.text(used), "used, \(Energy.text(used))")
      } else {
        card(Energy.text(saved), "saved, \(Energy.text(used)) used")
      }
    }
    if let share = summary.shareOn { card("\(Int((share * 100).rounded())) %", "of the time on") }
    if total.wakes > 0 {
      card(
        "\(total.wakes)",
        total.failedWakes > 0 ? "wakes, \(total.failedWakes) failed" : total.wakes == 1 ? "wake" : "wakes")
    }
    if let usual = total.timeToReady { card(TimeSpan.text(usual), "until ready, as a rule") }
    return cards
  }

  private var table: HTML {
    let energy: HTML = summary.watts == nil ? "" : "<th scope=\"col\">Saved</th>"
    let rows = summary.shownDays.map { day -> HTML in
      let (sums, name) = (day.sums, day.day.name)
      let saved: HTML = sums.saved.map { "<td>\(energyAndMoney($0))</td>" } ?? ""
      return """
        <tr><th scope="row">\(name)</th><td>\(length(sums.on))</td><td>\(length(sums.off))</td>\
        <td>\(length(sums.active))</td><td>\(sums.wakes)</td>\
        <td>\(sums.timeToReady.map { TimeSpan.text($0) } ?? "–")</td>\(saved)</tr>

        """
    }
    return """
      <table><thead><tr><th scope="col">Day</th><th scope="col">On</th><th scope="col">Off</th>\
      <th scope="col">In use</th><th scope="col">Wakes</th><th scope="col">Ready after</th>\(energy)</tr></thead>
      <tbody>\(rows)</tbody></table>
      """
  }

  private func energyAndMoney(_ energy: Double) -> String {
    Energy.text(energy) + (summary.price.map { ", \($0.text(energy))" } ?? "")
  }

  private func length(_ seconds: Seconds) -> String { seconds < 1 ? "–" : TimeSpan.text(seconds) }

  /// The picture of a day for those who cannot see it.
  private func words(_ day: Summary.Day) -> String {
    let sums = day.sums
    var parts = [(sums.on, "on"), (sums.off, "off"), (sums.active, "in use")].filter { $0.0 >= 1 }
      .map { "\($1) \(TimeSpan.text($0))" }
    parts.append(Printable.count(sums.wakes, "wake"))
    return "\(day.day.name): \(parts.joined(separator: ", "))"
  }
}
