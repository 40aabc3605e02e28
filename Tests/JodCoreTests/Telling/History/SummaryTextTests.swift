import FoundationEssentials
import Testing

@testable import JodCore

@Suite("What report prints")
struct SummaryTextTests {
  private func text(_ summary: Summary, _ place: SummaryText.Place = .plain) -> String {
    SummaryText(summary, for: place, clock: clock).text
  }

  private func place(_ width: Int, colour: Bool = false) -> SummaryText.Place {
    SummaryText.Place(width: width, isUnicode: true, isColoured: colour)
  }

  @Test("a wake for a task of Jellyfin is told as that, in the list and in the counts")
  func task() {
    var wake = Summary.PastWake(at: 0)
    wake.kind = "task"
    #expect(wake.person == "a task")
    #expect(wake.cause == "a task")
    wake.device = "Scan Media Library"
    #expect(wake.cause == "a task of Jellyfin, Scan Media Library")
    wake.user = "Anna"
    #expect(wake.cause == "Anna, Scan Media Library")
  }

  // MARK: For people

  @Test("a file or a pipe gets the whole of it in plain characters")
  func plain() {
    #expect(
      text(Week().summary) == """
                    0       4       8       12      16      20      24
        Fri 10 Jan            ....................####++............
        Fri 11 Jan  .+
                    # on and in use   + on   . off   (blank) not known

        Day         On        Off        In use  Wakes  Ready after  Saved
        Fri 10 Jan  2h 59min  16h        2h      2      42s          1.3 kWh
        Fri 11 Jan  30min     30min      -       1      6min         41 Wh
        Together    3h 29min  16h 30min  2h      3      3min 21s     1.4 kWh

        Energy: 1.4 kWh saved, 346 Wh used; 85 W on, 3 W off.
        Nobody watched for 5h, which counts neither as on nor as off.

        3 wakes, 1 failed: Anna 1, a recording 1, by hand 1
          07:24  ready after 6min  a recording, News
          02:00  failed            by hand
          22:00  ready after 42s   Anna, Web on Living room

        """)
  }

  @Test("with a price, money stands beside the energy")
  func money() {
    let words = text(Week(price: ElectricityPrice("$0.35")).summary)
    #expect(words.contains("Energy: 1.4 kWh ($0.47) saved, 346 Wh ($0.12) used; 85 W on, 3 W off.\n"))
  }

  @Test("on the first day there is no row for days before it, and no word of them")
  func firstDay() {
    let words = text(Week.firstHour)
    #expect(words.contains("Fri 11 Jan") && !words.contains("Fri 10 Jan"))
    #expect(!words.contains("Nobody watched"))
  }

  @Test("where there is less room, the chart is coarser and columns are left out")
  func narrow() {
    let lines = text(Week().summary, place(50)).split(separator: "\n").map(String.init)
    #expect(lines[1] == "Fri 10 Jan       ··········██▒······")
    #expect(lines[4] == "Day         On        Off        Wakes  Saved")
  }

  @Test(
    "no line of the chart or the table is wider than the place",
    arguments: [50, 60, 72, 80, 84, 100, 108, 200])
  func width(_ width: Int) {
    let lines = text(Week().summary, place(width)).split(separator: "\n", omittingEmptySubsequences: false)
    let fixed = lines.prefix { !$0.hasPrefix("Energy") }.filter { !$0.contains("in use   ") }
    #expect(fixed.count > 6)
    // The hour at the end of the axis stands outside of the chart.
    #expect(fixed.allSatisfy { $0.count <= width + 2 })
  }

  @Test("colours are for a terminal, and change nothing else")
  func colours() {
    let coloured = text(Week().summary, place(80, colour: true))
    #expect(coloured.contains("\u{1B}[33m█\u{1B}[0m"))
    let bare = coloured.replacing("\u{1B}[33m", with: "").replacing("\u{1B}[2m", with: "").replacing(
      "\u{1B}[0m", with: "")
    #expect(bare == text(Week().summary, place(80)))
  }

  @Test("without a history it says so, and what to set for the energy")
  func empty() {
    let words = text(Week.empty)
    #expect(words.contains("No wakes.\n"))
    #expect(words.contains("STORAGE_SERVER_WATTS is not set"))
    #expect(!words.contains("nan") && !words.contains("inf"))
  }

  @Test("no name drives the terminal", arguments: HistoryTests.hostileNames)
  func hostile(_ name: String) {
    for place in [SummaryText.Place.plain, place(100)] {
      let words = text(Week(user: name, device: name).summary, place)
      #expect(!words.unicodeScalars.contains { ($0.value < 32 && $0 != "\n") || $0 == "\u{202E}" })
      #expect(words.split(separator: "\n").count == text(Week().summary, place).split(separator: "\n").count)
    }
  }

  @Test("of many wakes the last are listed, and all are counted")
  func many() {
    let entries = (0..<30).map { number in
      let who = ["JOD_USER": "User \(number % 7)", "JOD_WAKE_REQUESTS": "1"]
      return entry(.wakeRequested, 20_000 + Seconds(number), who)
    }
    let summary = Summary(
      History(entries, now: now(moment(30_000))), days: days(2), present: nil, watts: nil,
      now: jellyfinTime + 20_000)
    let lines = text(summary).split(separator: "\n").map(String.init)
    let first = lines.firstIndex { $0.hasPrefix("30 wakes:") }
    #expect(first.map { lines[$0] } == "30 wakes: User 0 5, User 1 5, User 2 4, User 3 4, User 4 4, others 8")
    #expect(lines.last == "  and 10 before them; --json has all")
    #expect(first.map { lines.count - $0 - 2 } == 20)
  }

  @Test(
    "energy in the unit that fits",
    arguments: [(0, "0 Wh"), (999.4, "999 Wh"), (1000, "1 kWh"), (1340, "1.3 kWh"), (123_456, "123 kWh")])
  func energy(_ wattHours: Double, _ words: String) {
    #expect(Energy.text(wattHours) == words)
  }

  // MARK: For programs

  @Test("the document has every field, null where nothing is known")
  func document() throws {
    let text = try encoded(SummaryDocument(Week.empty))
    #expect(
      text.hasSuffix(
        #""total":{"active_seconds":0,"failed_wakes":0,"off_seconds":0,"on_seconds":0,"saved_cost":null,"saved_watt_hours":null,"#
          + #""time_to_ready_seconds":null,"unknown_seconds":90000,"used_cost":null,"used_watt_hours":null,"wakes":0},"watts":null}"#
      ))
    #expect(
      text.hasPrefix(
        #"{"days":[{"activity":[],"date":"2027-01-10","from":"2027-01-14T07:00:00Z","storage":[],"#))
  }

  @Test("the document says what the summary does")
  func documentInFull() throws {
    struct Document: Decodable {
      struct Sums: Decodable { var onSeconds, offSeconds, wakes: Int, savedWattHours, savedCost: Double? }
      struct Wake: Decodable { var at, user, kind: String, readyAfterSeconds: Double?, failed: Bool }
      struct Part: Decodable { var from, to, power: String }
      struct Day: Decodable { var date, to: String, sums: Sums, storage: [Part], wakes: [Wake] }
      struct Watts: Decodable { var on, off: Double }
      struct Price: Decodable { var perKilowattHour: Double, currency: String }
      var days: [Day]
      var total: Sums
      var watts: Watts?
      var price: Price?
    }
    let summary = Week(price: ElectricityPrice("0.35 EUR")).summary
    let document = try read(Document.self, encoded(SummaryDocument(summary)))
    #expect(document.days.map(\.sums.wakes) == [2, 1])
    #expect(document.days[0].wakes.map(\.user) == ["Anna", ""])
    #expect(document.days[0].wakes.map(\.kind) == ["playing", "hand"])
    #expect(document.days[0].wakes.map(\.readyAfterSeconds) == [42, nil])
    #expect(document.days[0].wakes.map(\.failed) == [false, true])
    #expect(document.days[0].storage.map(\.power) == ["off", "on", "off"])
    #expect(document.days[1].to == "2027-01-15T08:00:00Z", "today ends now")
    #expect(document.total.savedWattHours == 1353.8)
    #expect(document.watts?.on == 85)
    #expect(document.total.savedCost == 0.4738)
    #expect(document.price?.perKilowattHour == 0.35 && document.price?.currency == "EUR")
  }
}
