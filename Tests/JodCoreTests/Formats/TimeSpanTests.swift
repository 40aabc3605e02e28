import Testing

@testable import JodCore

@Suite("Lengths of time")
struct TimeSpanTests {
  @Test(
    "a number without a unit is seconds",
    arguments: [("90", 90), ("0", 0), ("007", 7), ("1.5", 1.5), (".5", 0.5), ("5 30", 35)]
      as [(String, Seconds)])
  func readsNumbers(text: String, seconds: Seconds) {
    #expect(TimeSpan.parse(text) == seconds)
  }

  @Test(
    "every unit of systemd.time(7) is read",
    arguments: [
      (["usec", "us", "µs", "\u{3BC}s"], 0.000_001),
      (["msec", "ms"], 0.001),
      (["seconds", "second", "sec", "s"], 1),
      (["minutes", "minute", "min", "m"], 60),
      (["hours", "hour", "hr", "h"], 3600),
      (["days", "day", "d"], 86_400),
      (["weeks", "week", "w"], 604_800),
      (["months", "month", "M"], 2_629_800),
      (["years", "year", "y"], 31_557_600),
    ] as [([String], Seconds)])
  func readsUnits(names: [String], length: Seconds) {
    #expect(names.map { TimeSpan.parse("2\($0)") } == names.map { _ in 2 * length })
  }

  @Test(
    "parts are added up, with or without blanks",
    arguments: [
      ("1h 30min", 5400), ("1h30min", 5400), ("1 h 30 min", 5400), ("30min 1h", 5400), ("1h30", 3630),
      (" 90s ", 90), ("\t5min\t", 300), ("1min 1min", 120), ("1.5h", 5400), ("12.5 .5", 13),
      ("2d 1h 1min 1s", 176_461),
    ] as [(String, Seconds)])
  func addsUp(text: String, seconds: Seconds) {
    #expect(TimeSpan.parse(text) == seconds)
  }

  @Test(
    "what is no time span is not read",
    arguments: [
      "", " ", "s", "min", "soon", "-1", "+1", "1e3", "0x10", "1,5", "5.", "5.s", ".", "1..2", "1.2.3",
      "5 minuten", "5MIN", "5mins", "5min!", "5min,30s", "infinity", "nan", "90s # a comment", "٩٠", "9٠",
    ])
  func refuses(text: String) {
    #expect(TimeSpan.parse(text) == nil)
  }

  @Test("a span of a hundred years is the longest")
  func limits() {
    #expect(TimeSpan.parse("100y") == 3_155_760_000)
    #expect(TimeSpan.parse("100y 1s") == nil)
    #expect(TimeSpan.parse(String(repeating: "9", count: 400)) == nil)
  }

  @Test(
    "a span is written with its two largest units",
    arguments: [
      (0, "0s"), (1, "1s"), (59.9, "59s"), (60, "1min"), (90, "1min 30s"), (3600, "1h"), (7500, "2h 5min"),
      (7505, "2h 5min"), (3605, "1h"), (86_400, "1d"), (86_399, "23h 59min"), (90_000, "1d 1h"),
      (86_460, "1d"), (1_000_000, "11d 13h"),
    ] as [(Seconds, String)])
  func writes(seconds: Seconds, text: String) {
    #expect(TimeSpan.text(seconds) == text)
  }

  @Test(
    "less than a second is written in milliseconds",
    arguments: [(0.25, "250ms"), (0.001, "1ms"), (0.999, "999ms"), (0.9999, "999ms")] as [(Seconds, String)])
  func writesMilliseconds(seconds: Seconds, text: String) {
    #expect(TimeSpan.text(seconds) == text)
  }

  @Test(
    "no number breaks the writer",
    arguments: [(-5, "0s"), (.nan, "0s"), (.infinity, "36525d"), (1e300, "36525d")] as [(Seconds, String)])
  func writesAnything(seconds: Seconds, text: String) {
    #expect(TimeSpan.text(seconds) == text)
  }

  @Test("what was written is read again", arguments: [0, 0.25, 1, 90, 7500, 90_000] as [Seconds])
  func readsOwnText(seconds: Seconds) {
    #expect(TimeSpan.parse(TimeSpan.text(seconds)) == seconds)
  }
}
