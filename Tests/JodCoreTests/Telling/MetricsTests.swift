import Foundation
import Testing

@testable import JodCore

@Suite("The metrics")
struct MetricsTests {
  private func text(_ story: Story, watts: Configuration.Watts? = nil, version: String = "1.0") -> String {
    Metrics(
      story.memory, Status(story.configuration, story.memory, warnings: []), watts: watts, version: version
    ).text
  }

  /// The samples by their names and labels.
  private func samples(_ story: Story) -> [String: Double] {
    var samples: [String: Double] = [:]
    for line in text(story).split(separator: "\n") where !line.hasPrefix("#") {
      let space = line.lastIndex(of: " ")!
      samples[String(line[..<space])] = Double(line[line.index(after: space)...])
    }
    return samples
  }

  private var evening: Story {
    var story = Story(poweringOff())
    story.checks(for: 90, .nobody)
    story.checks(for: 60, .playing)
    story.checks(for: 60, .playing, storage: .ready)
    return story
  }

  @Test("what the storage server and its users do is told")
  func values() {
    let samples = samples(evening)
    #expect(samples[#"jod_check_storage_state{state="ready"}"#] == 1)
    #expect(samples[#"jod_check_storage_state{state="down"}"#] == 0)
    #expect(samples["jod_check_storage_on"] == 1)
    #expect(samples["jod_check_active"] == 1)
    #expect(samples[#"jod_check_active_sessions{kind="playing"}"#] == 1)
    #expect(samples["jod_check_idle_seconds"] == 0)
    #expect(samples["jod_check_wakes_total"] == 1)
    #expect(samples["jod_check_trouble"] == 0)
    #expect(samples["jod_check_last_wake_request_timestamp_seconds"] == jellyfinTime + 120)
    #expect(samples["jod_check_last_check_timestamp_seconds"] == jellyfinTime + 210)
    #expect(samples[#"jod_check_storage_seconds_total{state="on"}"#] == 30)
    #expect(samples[#"jod_check_storage_seconds_total{state="off"}"#] == 120)
  }

  @Test("the buckets of the histogram are cumulative, and the last has all")
  func histogram() {
    let lines = text(evening).split(separator: "\n").filter {
      $0.hasPrefix("jod_check_time_to_ready_seconds")
    }
    #expect(
      lines.suffix(8) == [
        #"jod_check_time_to_ready_seconds_bucket{le="90"} 1"#,
        #"jod_check_time_to_ready_seconds_bucket{le="120"} 1"#,
        #"jod_check_time_to_ready_seconds_bucket{le="180"} 1"#,
        #"jod_check_time_to_ready_seconds_bucket{le="300"} 1"#,
        #"jod_check_time_to_ready_seconds_bucket{le="600"} 1"#,
        #"jod_check_time_to_ready_seconds_bucket{le="+Inf"} 1"#, "jod_check_time_to_ready_seconds_sum 60",
        "jod_check_time_to_ready_seconds_count 1",
      ])
    #expect(lines.contains(#"jod_check_time_to_ready_seconds_bucket{le="60"} 1"#))
    #expect(lines.contains(#"jod_check_time_to_ready_seconds_bucket{le="45"} 0"#))
  }

  @Test("what is not known is left out, and not zero")
  func unknown() {
    let nothing = samples(Story())
    for name in [
      "jod_check_active", "jod_check_idle_seconds", "jod_check_storage_on", "jod_check_trouble",
      "jod_check_last_check_timestamp_seconds", "jod_check_last_wake_request_timestamp_seconds",
      #"jod_check_storage_seconds_total{state="on"}"#, #"jod_check_active_sessions{kind="playing"}"#,
      #"jod_check_storage_watts{state="on"}"#,
    ] {
      #expect(nothing[name] == nil, "\(name)")
    }
    #expect(nothing["jod_check_wakes_total"] == 0)
    var away = Story()
    away.check(.jellyfinAway)
    #expect(samples(away)["jod_check_active"] == nil)
    #expect(samples(away)[#"jod_check_failures_total{kind="jellyfin"}"#] == 1)
  }

  @Test("a counter never runs backwards, over changes, gaps and reboots")
  func monotonic() {
    var story = Story(poweringOff())
    var last: [String: Double] = [:]
    for step in 0..<300 {
      if step % 37 == 36 { story.reboot(up: 20, wallMoved: 120) }
      if step % 53 == 52 { story.pass(4000) }
      let households: [Story.Household] = [.nobody, .playing, .nobody, .jellyfinAway, .nobody]
      story.check(households[step / 9 % 5], storage: step / 14 % 2 == 0 ? .silent : .ready)
      let now = samples(story)
      for (name, value) in now where name.contains("_total") || name.contains("_bucket") {
        #expect(value >= last[name] ?? 0, "\(name) at step \(step)")
      }
      last.merge(now) { $1 }
    }
    #expect(last["jod_check_wakes_total"]! > 3)
  }

  @Test("every sample follows the help and type of its family")
  func families() {
    var family = ""
    var types = 0
    for line in text(evening, watts: .init(on: 85, off: 3.5)).split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("# HELP") {
        family = String(words[2])
        #expect(words.count > 4)
      } else if line.hasPrefix("# TYPE") {
        #expect(words[2] == family)
        #expect(["gauge", "counter", "histogram"].contains(words[3]))
        #expect((words[3] == "counter") == family.hasSuffix("_total"))
        types += 1
      } else {
        #expect(line.hasPrefix(family))
      }
    }
    #expect(types > 15)
  }

  static let promtool: String? = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    "Prometheus' own tool finds nothing to object to",
    .enabled(if: promtool != nil, "needs promtool, of the package prometheus"))
  func judgedByPrometheus() throws {
    for story in [Story(), evening] {
      let process = Process()
      let (input, output) = (Pipe(), Pipe())
      process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
      process.arguments = ["check", "metrics"]
      process.standardInput = input
      process.standardOutput = output
      process.standardError = output
      try process.run()
      input.fileHandleForWriting.write(
        Data(text(story, watts: .init(on: 85, off: 3.5), version: "1\"\\\n").utf8))
      try input.fileHandleForWriting.close()
      process.waitUntilExit()
      let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      #expect(process.terminationStatus == 0 && words.isEmpty, "\(words)")
    }
  }

  @Test("a label's value is escaped as the format asks for")
  func escaping() {
    #expect(Metrics.escaped("a\"b\\c\nd\r\ne") == #"a\"b\\c\nd"# + "\r" + #"\ne"#)
    #expect(text(Story(), version: "1\"}\nx 2").contains(#"jod_check_info{version="1\"}\nx 2"} 1"#))
  }

  @Test("no name that somebody chose becomes a series")
  func names() {
    var story = Story()
    story.memory.runtime.lastCheck = Runtime.Check(
      at: story.moment, active: [somebody(.playing, user: "Zaphod", client: "Magrathea", device: "Heart")],
      reason: "x", trouble: "Zaphod")
    #expect(!text(story).contains("Zaphod") && !text(story).contains("Magrathea"))
  }

  @Test(
    "numbers are whole where they can be",
    arguments: [(0, "0"), (1.5, "1.5"), (1e9, "1000000000"), (0.0004, "0")])
  func numbers(_ value: Double, _ text: String) { #expect(Metrics.number(value) == text) }
}
