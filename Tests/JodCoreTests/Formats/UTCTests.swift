import Testing

@testable import JodCore

@Suite("Times of the wire")
struct UTCTests {
  @Test(
    "an RFC 3339 time is read",
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1969-12-31T23:59:59Z", -1),
      ("2001-09-09T01:46:40Z", 1_000_000_000),
      ("2025-01-31T18:02:03Z", 1_738_346_523),
      ("2025-01-31t18:02:03z", 1_738_346_523),
      ("2025-01-31 18:02:03Z", 1_738_346_523),
      ("2024-02-29T00:00:00Z", 1_709_164_800),
      ("2000-02-29T12:00:00Z", 951_825_600),
      ("2038-01-19T03:14:08Z", 2_147_483_648),
      ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] as [(String, Seconds)])
  func reads(text: String, seconds: Seconds) {
    #expect(UTC.parse(text) == seconds)
  }

  @Test("Jellyfin's never, the first second of the year 1, is read")
  func readsNever() {
    #expect(UTC.parse("0001-01-01T00:00:00.0000000Z") == -62_135_596_800)
  }

  @Test(
    "a fraction of a second has one to nine digits",
    arguments: [
      ("2001-09-09T01:46:40.5Z", 1_000_000_000.5),
      ("2001-09-09T01:46:40.25Z", 1_000_000_000.25),
      ("2001-09-09T01:46:40.1250000Z", 1_000_000_000.125),
      ("2001-09-09T01:46:40.000000000Z", 1_000_000_000),
      ("1969-12-31T23:59:59.75Z", -0.25),
    ] as [(String, Seconds)])
  func readsFractions(text: String, seconds: Seconds) {
    #expect(UTC.parse(text) == seconds)
  }

  @Test(
    "an offset is taken away, and its absence means UTC",
    arguments: [
      "2001-09-09T03:46:40+02:00", "2001-09-08T20:16:40-05:30", "2001-09-09T01:46:40+00:00",
      "2001-09-09T01:46:40-00:00", "2001-09-09T01:46:40", "2001-09-09T01:46:40.0",
    ])
  func readsOffsets(text: String) {
    #expect(UTC.parse(text) == 1_000_000_000)
  }

  @Test("a leap second is the first second of the next minute")
  func readsLeapSecond() {
    #expect(UTC.parse("2016-12-31T23:59:60Z") == UTC.parse("2017-01-01T00:00:00Z"))
  }

  @Test(
    "what is no RFC 3339 time is not read",
    arguments: [
      "", "now", "2025-01-31", "2025-01-31T", "2025-01-31T18:02Z", "2025-01-31T18:02:03.Z",
      "2025-01-31T18:02:03.1234567890Z", "2025-01-31T18:02:03,5Z", "2025-01-31T18:02:03ZZ",
      "2025-01-31T18:02:03 Z", " 2025-01-31T18:02:03Z", "2025-01-31T18:02:03Z\n", "2025-01-31T18:02:03+0200",
      "2025-01-31T18:02:03+24:00", "2025-01-31T18:02:03+02:60", "2025-01-31T18:02:03+2:00",
      "2025-1-31T18:02:03Z", "25-01-31T18:02:03Z", "2025-01-31T24:00:00Z", "2025-01-31T18:60:00Z",
      "2025-01-31T18:02:61Z", "0000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "2025-+1-31T18:02:03Z",
      "２０２５-01-31T18:02:03Z",
    ])
  func refuses(text: String) {
    #expect(UTC.parse(text) == nil)
  }

  @Test(
    "a day that the calendar does not have is not read",
    arguments: [
      "2025-00-01", "2025-13-01", "2025-01-00", "2025-01-32", "2025-04-31", "2025-02-29", "2024-02-30",
      "1900-02-29", "2100-02-29",
    ])
  func refusesDays(day: String) {
    #expect(UTC.parse("\(day)T00:00:00Z") == nil)
  }

  @Test(
    "an HTTP date is read",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
    ] as [(String, Seconds)])
  func readsHTTPDate(text: String, seconds: Seconds) {
    #expect(UTC.parseHTTPDate(text) == seconds)
  }

  @Test("each month of an HTTP date is read")
  func readsHTTPMonths() {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let numbers = (1...12).map { $0 < 10 ? "0\($0)" : "\($0)" }
    let read = names.map { UTC.parseHTTPDate("Mon, 05 \($0) 2026 00:00:00 GMT") }
    #expect(read == numbers.map { UTC.parse("2026-\($0)-05T00:00:00Z") })
  }

  @Test(
    "what is not an HTTP date in its current form is not read",
    arguments: [
      "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37",
      "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 GMT",
      "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT", "Sun,  06 Nov 1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
      "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
    ])
  func refusesHTTPDate(text: String) {
    #expect(UTC.parseHTTPDate(text) == nil)
  }

  @Test(
    "a time is written to the second, a fraction cut off",
    arguments: [
      (0, "1970-01-01T00:00:00Z"),
      (1_738_346_523.999, "2025-01-31T18:02:03Z"),
      (-0.25, "1969-12-31T23:59:59Z"),
      (-86_401, "1969-12-30T23:59:59Z"),
      (951_782_400, "2000-02-29T00:00:00Z"),
      (-62_135_596_800, "0001-01-01T00:00:00Z"),
    ] as [(Seconds, String)])
  func writes(seconds: Seconds, text: String) {
    #expect(UTC.text(seconds) == text)
  }

  @Test(
    "a time is written to the millisecond",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"),
      (1_000_000_000.5, "2001-09-09T01:46:40.500Z"),
      (1.001, "1970-01-01T00:00:01.001Z"),
      (0.9999, "1970-01-01T00:00:01.000Z"),
      (-0.25, "1969-12-31T23:59:59.750Z"),
    ] as [(Seconds, String)])
  func writesMilliseconds(seconds: Seconds, text: String) {
    #expect(UTC.text(seconds, fractionDigits: 3) == text)
  }

  @Test("every millisecond that was read is written as it stood")
  func keepsMilliseconds() {
    let texts = (0..<1000).map { "2025-01-31T18:02:03." + String(String(1000 + $0).dropFirst()) + "Z" }
    let written = texts.map { UTC.parse($0).map { UTC.text($0, fractionDigits: 3) } }
    #expect(written == texts)
  }

  @Test("every day of four centuries that was written is read as it stood")
  func keepsDays() {
    let days = (0...146_097).map { Seconds($0) * 86400 }
    #expect(days.allSatisfy { UTC.parse(UTC.text($0)) == $0 })
  }

  @Test(
    "a time outside the years 1 to 9999 is clamped",
    arguments: [
      (1e300, "9999-12-31T23:59:59Z"),
      (-1e300, "0001-01-01T00:00:00Z"),
      (.infinity, "1970-01-01T00:00:00Z"),
      (.nan, "1970-01-01T00:00:00Z"),
    ] as [(Seconds, String)])
  func clamps(seconds: Seconds, text: String) {
    #expect(UTC.text(seconds) == text)
  }
}
