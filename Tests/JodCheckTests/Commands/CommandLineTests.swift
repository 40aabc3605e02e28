import Foundation
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The command line of the real program")
  struct CommandLineTests {
    private typealias Ending = ProgramTests.Ending

    private static let wrongUses: [Ending] = [
      Ending(
        testDescription: "a command with a slip has the nearest told", arguments: ["stauts"], status: 64,
        words: ["\"stauts\" is not a command. Did you mean status?"]),
      Ending(
        testDescription: "help for a command with a slip", arguments: ["help", "stauts"], status: 64,
        words: ["Did you mean status?"]),
      Ending(
        testDescription: "an abbreviated option is refused", arguments: ["sleep", "--f"], status: 64,
        words: ["\"--f\" is not an option of `jod-check sleep`. Did you mean --force?", "Accepted: --force,"]),
      Ending(
        testDescription: "a value for a flag is wrong use", arguments: ["status", "--json=yes"], status: 64,
        words: ["--json takes no value", "\"yes\""]),
      Ending(
        testDescription: "a missing value is wrong use", arguments: ["hold", "--until"], status: 64,
        words: ["--until lacks its value", "HH:MM", "`jod-check hold --help`"]),
      Ending(
        testDescription: "a missing argument is wrong use", arguments: ["pair"], status: 64,
        words: ["DESTINATION is missing", "user@host"]),
      Ending(
        testDescription: "an argument too many is wrong use", arguments: ["release", "x", "y"], status: 64,
        words: ["\"x\" and 1 other are too many", "Accepted: jod-check release."]),
      Ending(
        testDescription: "a command behind options is wrong use", arguments: ["--json", "status"], status: 64,
        words: ["The command status comes first"]),
      Ending(
        testDescription: "a hold of no time is wrong use", arguments: ["hold"], status: 64,
        words: ["Say how long (`jod-check hold 3h`)", "`jod-check hold --help`"]),
      Ending(
        testDescription: "a hold that is not understood", arguments: ["hold", "soon"], status: 64,
        words: ["\"soon\" is not understood; accepted: a number of seconds", "`jod-check hold --help`"]),
      Ending(
        testDescription: "a time of day that is not understood", arguments: ["hold", "--until", "25:00"],
        status: 64,
        words: ["\"25:00\" is not understood; accepted: a time of day"]),
      Ending(
        testDescription: "a report of no days", arguments: ["report", "--days", "0"], status: 64,
        words: ["--days 0: accepted: 1 to 366.", "`jod-check report --help`"]),
      Ending(
        testDescription: "a report of days that are no number", arguments: ["report", "--days=x"], status: 64,
        words: ["--days \"x\": accepted: 1 to 366."]),
      Ending(
        testDescription: "a destination that is none", arguments: ["pair", "non sense"], status: 64,
        words: ["\"non sense\" is not understood; accepted: a host, or user@host"]),
    ]

    @Test("wrong use is told with what is accepted, and nothing is done", arguments: wrongUses)
    func wrongUse(ending: ProgramTests.Ending) throws {
      let sandbox = try Sandbox()
      let ended = try sandbox.run(arguments: ending.arguments)
      #expect(ended.status == ending.status)
      for words in ending.words { #expect(ended.errors.contains(words)) }
      #expect(ended.output == "")
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(sandbox.folder)/state").isEmpty)
    }

    @Test(
      "what somebody asked to read is on standard output, and all that is",
      arguments: [
        ["--help"], ["-h"], ["help"], ["help", "wake"], ["wake", "--help"], ["--version"],
        ["hold", "--version"],
      ])
    func asked(arguments: [String]) throws {
      let ended = try Sandbox().run(arguments: arguments)
      #expect(ended.status == 0)
      #expect(ended.errors == "")
      #expect(ended.output.hasSuffix("\n"))
      if arguments.contains("--version") { #expect(ended.output == "\(Version.current)\n") }
    }

    @Test(
      "wrong use is told on standard error alone, with nothing in it that drives a terminal",
      arguments: [
        ["\u{1B}[2J"], ["--\u{1B}[2J"], ["hold", "\u{1B}[2J\n"], ["report", "--days", "\u{9B}2J"],
      ])
    func hostile(arguments: [String]) throws {
      let ended = try Sandbox().run(arguments: arguments)
      #expect(ended.status == 64)
      #expect(ended.output == "")
      #expect(ended.errors.hasPrefix("jod-check: "))
      #expect(
        !ended.errors.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
    }

    @Test("bytes that are no UTF-8 are wrong use like any other word")
    func brokenUTF8() throws {
      let sandbox = try Sandbox()
      let script = #"exec "$0" "$(printf '\377\033')""#
      let ended = try sandbox.run(program: "/bin/sh", ["-c", script, Sandbox.program])
      #expect(ended.status == 64)
      #expect(ended.errors.hasPrefix("jod-check: \"\u{FFFD}\u{FFFD}\" is not a command.\n"))
    }

    @Test("a check's options need no command before them, and both ways are the same")
    func checkOptions() throws {
      let home = try Home()
      for words in [[], ["check"]] {
        let ended = try home.sandbox.run(arguments: words + ["--dry-run", "--json", "--"])
        #expect(ended.status == 0)
        let document = try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any]
        #expect(document?["exit_status"] as? Int == 0)
        #expect(home.sandbox.contents("state/state.json") == nil)
      }
    }

    @Test("of --wait and --no-wait the last counts")
    func lastOfTwo() throws {
      let home = try Home()
      home.sandbox.environment["WAKE_TIMEOUT"] = "1s"
      #expect(try home.sandbox.run("wake", "--wait", "--no-wait").status == 0)
      #expect(try home.sandbox.run("wake", "--no-wait", "--wait").status == 1)
    }
  }
}
