import JodCore

extension Comparison {
  /// As Markdown, each number for one year of one household.
  public var tables: String {
    let years = ledgers[0].years
    var hours = [
      "| | hours on | of these needed | times waited | mean wait | wakes | of these for nobody |", rule(6),
    ]
    var harm = [
      "| | viewer | work on the server | scan | recording | recordings that could not begin |", rule(5),
    ]
    var waits = ["| | up to 15 s | up to 1 min | up to 3 min | longer |", rule(4)]
    for (name, ledger) in zip(names, ledgers) {
      func yearly(_ count: Int) -> String { fixed(Double(count) / years, 1) }
      hours.append(
        row([
          name, fixed(ledger.secondsOn / 3600 / years, 0), fixed(ledger.leastOn / 3600 / years, 0),
          yearly(ledger.waits.count), ledger.waits.isEmpty ? "" : "\(fixed(ledger.meanWait, 0)) s",
          yearly(ledger.wakes), yearly(ledger.needlessWakes),
        ]))
      let counts = [ledger.hurtViewers, ledger.hurtWork, ledger.hurtScans, ledger.hurtRecordings]
      harm.append(
        row([name] + counts.map { fixed(Double($0) / years, 2) } + [yearly(ledger.lostRecordings)]))
      let bounds: [Seconds] = [0, 15, 60, 180, .infinity]
      waits.append(
        row([name] + zip(bounds, bounds.dropFirst()).map { yearly(ledger.waits(over: $0, upTo: $1)) }))
    }
    let plays = fixed(Double(ledgers[0].plays) / years, 0)
    return """
      \(hours.joined(separator: "\n"))

      How long they waited, times a year, of \(plays) in which somebody pressed play or went on after a pause:

      \(waits.joined(separator: "\n"))

      Power-offs in the midst of something, a year:

      \(harm.joined(separator: "\n"))
      """
  }

  private func rule(_ numbers: Int) -> String { row(["---"] + Array(repeating: "---:", count: numbers)) }

  private func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }

  /// With so many digits after the point, and thousands set apart.
  private func fixed(_ number: Double, _ digits: Int) -> String {
    let scale = [1.0, 10, 100][digits]
    let whole = Int((number * scale).rounded())
    let (integer, rest) = (whole / Int(scale), whole % Int(scale))
    let thousands = integer >= 1000 ? "\(integer / 1000)," : ""
    let low = integer >= 1000 ? padded(integer % 1000, 3) : "\(integer)"
    return digits == 0 ? thousands + low : "\(thousands)\(low).\(padded(rest, digits))"
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
