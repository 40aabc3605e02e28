import Testing

@testable import JodCore

@Suite("What a command line asks for")
struct CommandRequestTests {
  private func invocation(_ arguments: [String]) throws -> Invocation? {
    guard case .run(let invocation) = try CommandRequest(arguments, version: "1.0") else { return nil }
    return invocation
  }

  private func invocation(_ arguments: String...) throws -> Invocation {
    try #require(try invocation(arguments))
  }

  /// What a command line is refused with.
  private func refusal(_ arguments: [String]) -> String? {
    do throws(UsageError) {
      _ = try CommandRequest(arguments, version: "1.0")
      return nil
    } catch {
      return error.description
    }
  }

  // MARK: What is accepted

  @Test("every command is run by its name", arguments: Command.Name.allCases)
  func names(name: Command.Name) throws {
    let invocation = try invocation([name.rawValue] + (name == .pair ? ["a@b"] : []))
    #expect(invocation?.command == name)
  }

  @Test(
    "without a command it is a check, whose options stand by themselves",
    arguments: [
      [], ["--"], ["check"], ["--dry-run"], ["--json"], ["--json", "--dry-run"],
      ["check", "--dry-run", "--json"],
      ["check", "--"], ["--json", "--"], ["--json="],
    ])
  func check(arguments: [String]) throws {
    let invocation = try #require(try invocation(arguments))
    #expect(invocation.command == .check)
    #expect(invocation.has(.dryRun) == arguments.contains("--dry-run"))
    #expect(invocation.has(.json) == arguments.contains { $0.hasPrefix("--json") })
    #expect(invocation.arguments.isEmpty)
  }

  @Test(
    "a value stands behind its option, or behind an equals sign",
    arguments: [
      ["--until", "06:30"], ["--until=06:30"], ["--until=", "06:30"],
      ["--until", "07:00", "--until", "06:30"],
      ["--until", "06:30", "--"],
    ])
  func values(words: [String]) throws {
    let invocation = try #require(try invocation(["hold"] + words))
    #expect(invocation.value(.until) == "06:30")
    #expect(invocation.arguments.isEmpty)
  }

  @Test("a value may be empty, a dash, or have an equals sign of its own")
  func oddValues() throws {
    #expect(try invocation("hold", "--until", "").value(.until) == "")
    #expect(try invocation("hold", "--until", "-").value(.until) == "-")
    #expect(try invocation("hold", "--until=a=b").value(.until) == "a=b")
    #expect(try invocation("hold", "--until=--json").value(.until) == "--json")
  }

  @Test("an option that was not given has the value that help names, or none")
  func defaults() throws {
    #expect(try invocation("report").value(.days) == "7")
    #expect(try invocation("report", "--days", "3").value(.days) == "3")
    #expect(try invocation("hold", "3h").value(.until) == nil)
    #expect(try invocation("status").value(.days) == nil)
  }

  @Test(
    "options may stand behind arguments",
    arguments: [["--yes", "a@b"], ["a@b", "--yes"], ["--yes", "--", "a@b"], ["--yes", "--yes", "a@b"]])
  func order(words: [String]) throws {
    let invocation = try #require(try invocation(["pair"] + words))
    #expect(invocation.has(.yes))
    #expect(invocation.arguments == ["a@b"])
  }

  @Test(
    "of two opposites, the last counts",
    arguments: [
      ([], false), (["--wait"], false), (["--no-wait"], true), (["--wait", "--no-wait"], true),
      (["--no-wait", "--wait"], false), (["--no-wait", "--no-wait"], true),
    ])
  func opposites(words: [String], noWait: Bool) throws {
    #expect(try invocation(["wake"] + words)?.has(.noWait) == noWait)
  }

  @Test("behind two dashes everything is an argument, even what looks like an option or its end")
  func endOfOptions() throws {
    #expect(try invocation("hold", "--", "-3h").arguments == ["-3h"])
    #expect(try invocation("hold", "--", "--").arguments == ["--"])
    #expect(try invocation("hold", "--", "--help").arguments == ["--help"])
  }

  @Test("an empty word and a dash by itself are arguments", arguments: ["", "-"])
  func oddArguments(word: String) throws {
    #expect(try invocation("hold", word).arguments == [word])
  }

  @Test("a hundred times the same option is that option")
  func hundredOptions() throws {
    #expect(try invocation(["status"] + Array(repeating: "--json", count: 100))?.has(.json) == true)
  }

  // MARK: What is refused

  @Test(
    "a word that is no command is told, with all commands and the nearest one",
    arguments: [
      ("stauts", " Did you mean status?"), ("STATUS", " Did you mean status?"),
      ("stat", " Did you mean status?"),
      ("frob", ""), ("", ""), (" status", " Did you mean status?"), ("generate", ""),
    ])
  func unknownCommand(word: String, suggestion: String) {
    let text = """
      "\(word)" is not a command.\(suggestion)
      Accepted: check, setup, status, report, page, wake, sleep, hold, release, pair, doctor, access, help.
      See `jod-check --help`.
      """
    #expect(refusal([word]) == text)
    #expect(refusal([word, "--json", "status"]) == text)
    #expect(refusal(["help", word]) == text)
  }

  @Test(
    "an option that is unknown, or not written in full, is told with those of the command",
    arguments: [
      ("--f", " Did you mean --force?"), ("--forc", " Did you mean --force?"),
      ("-f", " Did you mean --force?"),
      ("-force", " Did you mean --force?"), ("--FORCE", " Did you mean --force?"), ("--frob", ""),
      ("--=", ""), ("---", ""), ("---force", " Did you mean --force?"), ("-3h", ""), ("-xh", ""),
      ("--json", ""), ("--force-now", ""),
    ])
  func unknownOption(word: String, suggestion: String) {
    let shown = word == "--=" ? "--" : word
    #expect(
      refusal(["sleep", word]) == """
        "\(shown)" is not an option of `jod-check sleep`.\(suggestion)
        Accepted: --force, --version, -h, --help.
        See `jod-check sleep --help`.
        """)
  }

  @Test("no option is taken by its beginning")
  func abbreviations() {
    for command in Command.all {
      for spelling in command.syntax.spellings where spelling.hasPrefix("--") {
        for length in 3..<spelling.count {
          let short = String(spelling.prefix(length))
          if command.syntax.spellings.contains(short) { continue }
          #expect(refusal([command.name.rawValue, short])?.contains("is not an option") == true, "\(short)")
        }
      }
    }
  }

  @Test("the options of a check without a command are told with the program's own help")
  func unknownOptionOfCheck() {
    #expect(
      refusal(["--dry"]) == """
        "--dry" is not an option of `jod-check`. Did you mean --dry-run?
        Accepted: --dry-run, --json, --version, -h, --help.
        See `jod-check --help`.
        """)
  }

  @Test(
    "an option without its value is told, with anything behind it",
    arguments: [[], ["--yes"], ["--", "7"], ["-1"]])
  func missingValue(words: [String]) {
    #expect(
      refusal(["report", "--days"] + words) == """
        --days lacks its value.
        Accepted: --days DAYS. Days to look back, today included, 1 to 366.
        See `jod-check report --help`.
        """)
  }

  @Test("a value for an option that takes none is told")
  func superfluousValue() {
    #expect(
      refusal(["wake", "--no-wait=1"]) == """
        --no-wait takes no value, so "1" is too much.
        Accepted: --no-wait.
        See `jod-check wake --help`.
        """)
  }

  @Test("an argument too many is told by itself, more of them by their number")
  func tooMany() {
    #expect(
      refusal(["hold", "1h", "30min"]) == """
        The argument "30min" is one too many.
        Accepted: jod-check hold [--until HH:MM] [DURATION].
        See `jod-check hold --help`.
        """)
    #expect(
      refusal(["status"] + Array(repeating: "x", count: 100)) == """
        The argument "x" and 99 others are too many.
        Accepted: jod-check status [--json] [--verbose].
        See `jod-check status --help`.
        """)
  }

  @Test("an argument that is missing is told", arguments: [["pair"], ["pair", "--yes"], ["pair", "--"]])
  func missingArgument(arguments: [String]) {
    #expect(
      refusal(arguments) == """
        The argument DESTINATION is missing.
        Accepted: jod-check pair [--yes] DESTINATION. Where to log in: a host, user@host or user@host:port. Unless named, the \
        user is jod-check.
        See `jod-check pair --help`.
        """)
  }

  @Test(
    "a command behind options is told that it comes first",
    arguments: [["--json", "status"], ["--dry-run", "status"], ["--", "status"]])
  func tooLate(arguments: [String]) {
    #expect(
      refusal(arguments) == """
        The command status comes first, and its options come behind it.
        Accepted: jod-check status [--json] [--verbose].
        See `jod-check status --help`.
        """)
  }

  @Test(
    "help takes one command and no other option",
    arguments: [
      (["status", "extra"], "The argument \"extra\" is one too many."),
      (["--json"], "\"--json\" is not an option of `jod-check help`."),
    ])
  func help(words: [String], told: String) {
    #expect(refusal(["help"] + words)?.hasPrefix(told) == true)
  }

  @Test("of many faults the first is told")
  func first() {
    #expect(refusal(["status", "--frob", "--json=1", "x"])?.hasPrefix("\"--frob\"") == true)
    #expect(refusal(["status", "x", "--json=1", "--frob"])?.hasPrefix("--json takes no value") == true)
  }

  @Test("a command refuses a value with its own help behind it")
  func wrongValue() throws {
    let error = try invocation("hold", "soon").wrong("\"soon\" is not understood.")
    #expect(error.description == "\"soon\" is not understood.\nSee `jod-check hold --help`.")
  }

  @Test(
    "nothing of a hostile word drives the terminal or forges a line",
    arguments: [
      ["X"], ["--X"], ["-X"], ["help", "X"], ["status", "X"], ["status", "--X"], ["status", "--json=X"],
      ["--json", "X"], ["report", "--X=1"], ["sleep", "-X"], ["help", "--X"],
    ])
  func hostile(pattern: [String]) throws {
    for hostile in ["\u{1B}[2J", "a\nb", "\r", "\u{9B}31m", "\u{202E}", "\u{0}", "\u{FFFD}", "x\u{2028}y"] {
      let text = try #require(refusal(pattern.map { $0.replacing("X", with: hostile) }))
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
      #expect(!text.unicodeScalars.contains { "\u{7F}\u{9B}\u{202E}\u{2028}".unicodeScalars.contains($0) })
      #expect(text.split(separator: "\n").count <= 3)
    }
  }

  @Test("a word of any length is told in one of 80 characters")
  func long() throws {
    let text = try #require(refusal([String(repeating: "x", count: 100_000)]))
    #expect(text.split(separator: "\n").allSatisfy { $0.count < 120 })
  }
}
