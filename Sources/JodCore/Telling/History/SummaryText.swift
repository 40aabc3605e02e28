/// What `jod-check report` prints for people: a row for each day, the sums, and who caused the wakes.
public struct SummaryText: Sendable {
  /// What the place it is shown in can do.
  public struct Place: Hashable, Sendable {
    /// In columns.
    public var width: Int
    public var isUnicode: Bool
    public var isColoured: Bool

    public init(width: Int, isUnicode: Bool, isColoured: Bool) {
      self.width = width
      self.isUnicode = isUnicode
      self.isColoured = isColoured
    }

    /// A file, a pipe, or a terminal of which nothing is known.
    public static let plain = Place(width: 80, isUnicode: false, isColoured: false)
  }

  let summary: Summary
  let place: Place
  /// Writes a time of the wall clock as a person here reads it.
  let clock: @Sendable (Seconds) -> String

  public init(_ summary: Summary, for place: Place, clock: @escaping @Sendable (Seconds) -> String) {
    self.summary = summary
    self.place = place
    self.clock = clock
  }

  /// As many wakes as are listed one by one.
  private static let listed = 20

  public var text: String {
    let parts = [chart + [legend], table, notes, wakes].filter { !$0.isEmpty }
    return parts.map { $0.map { "\($0)\n" }.joined() }.joined(separator: "\n")
  }

  // MARK: The chart

  private enum Cell { case used, on, off, unknown }

  private var labelWidth: Int { (summary.days.map(\.day.name.count).max() ?? 0) + 2 }

  /// Cells of a day: 15, 20, 30 or 60 minutes each.
  private var cells: Int { [96, 72, 48].first { labelWidth + $0 + 2 <= place.width } ?? 24 }

  private var chart: [String] {
    let hours = stride(from: 0, to: 24, by: 4).map { "\($0)".padded(to: cells / 6) }.joined()
    return [String(repeating: " ", count: labelWidth) + hours + "24"]
      + summary.days.map { day in
        let row = (0..<cells).map { painted(cell($0, of: day)) }.joined()
        return (day.day.name.padded(to: labelWidth) + row).trimmedEnd
      }
  }

  private func cell(_ number: Int, of day: Summary.Day) -> Cell {
    let length = (day.day.end - day.day.start) / Seconds(cells)
    let start = day.day.start + Seconds(number) * length
    func share(_ intervals: [Summary.Interval]) -> Double {
      intervals.reduce(0) { $0 + ($1.within(start, start + length)?.length ?? 0) } / length
    }
    let on = share(day.power.filter { $0.power == .on }.map(\.interval))
    let off = share(day.power.filter { $0.power == .off }.map(\.interval))
    // What was on for a third of the time is worth a mark: it is what costs.
    if on >= 1.0 / 3 { return share(day.activity) >= 1.0 / 3 ? .used : .on }
    return on + off >= 0.5 ? .off : .unknown
  }

  private func painted(_ cell: Cell) -> String {
    let (unicode, plain, colour) =
      switch cell {
      case .used: ("█", "#", "33")
      case .on: ("▒", "+", "33")
      case .off: ("·", ".", "2")
      case .unknown: (" ", " ", "")
      }
    let mark = place.isUnicode ? unicode : plain
    return place.isColoured && !colour.isEmpty ? "\u{1B}[\(colour)m\(mark)\u{1B}[0m" : mark
  }

  private var legend: String {
    let marks = [(Cell.used, "on and in use"), (.on, "on"), (.off, "off")].map { "\(painted($0)) \($1)" }
    return String(repeating: " ", count: labelWidth) + marks.joined(separator: "   ") + "   (blank) not known"
  }

  // MARK: Sums

  /// Columns of the table, those first that are missed least where it is narrow.
  private enum Column: String, CaseIterable {
    case on = "On"
    case off = "Off"
    case wakes = "Wakes"
    case saved = "Saved"
    case used = "In use"
    case ready = "Ready after"
  }

  private var table: [String] {
    let isMeasured = summary.watts != nil
    let all: [Column] = [.on, .off, .used, .wakes, .ready] + (isMeasured ? [.saved] : [])
    let columns = place.width < 72 ? all.filter { ![.used, .ready].contains($0) } : all
    let rows =
      [columns.map(\.rawValue)]
      + (summary.days.map(\.sums) + [summary.total]).map { sums in
        columns.map { value($0, of: sums) }
      }
    let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return zip(["Day"] + summary.days.map(\.day.name) + ["Together"], rows).map { name, row in
      let cells = zip(row, widths).map { $0.padded(to: $1 + 2) }.joined()
      return (name.padded(to: labelWidth) + cells).trimmedEnd
    }
  }

  private func value(_ column: Column, of sums: Summary.Sums) -> String {
    func text(_ seconds: Seconds) -> String { seconds >= 1 ? TimeSpan.text(seconds) : "-" }
    switch column {
    case .on: return text(sums.on)
    case .off: return text(sums.off)
    case .used: return text(sums.active)
    case .wakes: return sums.wakes > 0 ? String(sums.wakes) : "-"
    case .ready: return sums.timeToReady.map(TimeSpan.text) ?? "-"
    case .saved: return sums.saved.map(Energy.text) ?? "-"
    }
  }

  private var notes: [String] {
    let unknown = summary.total.unknown
    return ["Energy: \(energy)."]
      + (unknown >= 60
        ? ["Nobody watched for \(TimeSpan.text(unknown)), which counts neither as on nor as off."] : [])
  }

  private var energy: String {
    guard let watts = summary.watts, let used = summary.total.used, let saved = summary.total.saved else {
      return "not known: STORAGE_SERVER_WATTS is not set (watts on and off, such as 85,3)"
    }
    return
      "\(Energy.text(saved)) saved, \(Energy.text(used)) used (\(Energy.watts(watts.on)) on, \(Energy.watts(watts.off)) off)"
  }

  // MARK: Wakes

  private var wakes: [String] {
    let wakes = summary.days.flatMap(\.wakes)
    guard !wakes.isEmpty else { return ["No wakes."] }
    let failed = summary.total.failedWakes > 0 ? ", \(summary.total.failedWakes) failed" : ""
    var lines = ["\(Printable.count(wakes.count, "wake"))\(failed): \(causes(wakes))"]
    let shown = wakes.suffix(Self.listed).reversed().map { (clock($0.at), $0.outcome, $0.cause) }
    let widths = (shown.map(\.0.count).max() ?? 0, shown.map(\.1.count).max() ?? 0)
    lines += shown.map { "  " + $0.padded(to: widths.0 + 2) + $1.padded(to: widths.1 + 2) + $2 }
    if wakes.count > Self.listed {
      lines.append("  and \(wakes.count - Self.listed) before them; --json has all")
    }
    return lines
  }

  private func causes(_ wakes: [Summary.PastWake]) -> String {
    let counts = Dictionary(grouping: wakes, by: \.person).mapValues(\.count)
    let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let others = ordered.dropFirst(5).reduce(0) { $0 + $1.value }
    return (ordered.prefix(5).map { "\($0.key) \($0.value)" } + (others > 0 ? ["others \(others)"] : []))
      .joined(separator: ", ")
  }
}

extension Summary.PastWake {
  /// Who or what caused it, in a word or two.
  public var person: String {
    if !user.isEmpty { return user }
    switch kind {
    case HistoryEntry.byHand: return "by hand"
    case ActiveSession.Kind.recording.rawValue: return "a recording"
    case ActiveSession.Kind.task.rawValue: return "a task"
    case ActiveSession.Kind.script.rawValue: return client.isEmpty ? "a script" : "the script \(client)"
    case ActiveSession.Kind.playing.rawValue: return "a device"
    default: return "not known"
    }
  }

  /// `Anna, Jellyfin Web on Firefox`.
  public var cause: String {
    if user.isEmpty, kind == ActiveSession.Kind.recording.rawValue {
      return device.isEmpty ? person : "a recording, \(device)"
    }
    if user.isEmpty, kind == ActiveSession.Kind.task.rawValue {
      return device.isEmpty ? person : "a task of Jellyfin, \(device)"
    }
    if user.isEmpty, kind == ActiveSession.Kind.script.rawValue {
      return device.isEmpty ? person : "\(person), \(device)"
    }
    let source = [client, device].filter { !$0.isEmpty }.joined(separator: " on ")
    return source.isEmpty ? person : "\(person), \(source)"
  }

  /// `ready after 42s`.
  public var outcome: String {
    if let readyAfter { return "ready after \(TimeSpan.text(readyAfter))" }
    return failed ? "failed" : ""
  }
}

/// Energy and power in words.
enum Energy {
  static func text(_ wattHours: Double) -> String {
    wattHours < 1000
      ? "\(Int(wattHours.rounded())) Wh"
      : "\(decimal(wattHours / 1000, digits: wattHours < 100_000 ? 1 : 0)) kWh"
  }

  static func watts(_ watts: Double) -> String { "\(decimal(watts, digits: 1)) W" }

  /// Rounded, without a fraction of zero.
  private static func decimal(_ value: Double, digits: Int) -> String {
    let scale = digits == 1 ? 10 : 1
    let ticks = Int((min(value, 1e12) * Double(scale)).rounded())
    return ticks % scale == 0 ? "\(ticks / scale)" : "\(ticks / scale).\(ticks % scale)"
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }

  fileprivate var trimmedEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
