import Testing

@testable import JodCore

@Suite("Help, which is written from the table of commands")
struct CommandHelpTests {
  private func tell(_ arguments: String...) throws -> String {
    guard case .tell(let text) = try CommandRequest(arguments, version: "1.0") else {
      Issue.record("\(arguments) is no request for help")
      return ""
    }
    return text
  }

  @Test("the program's help is a text of usage, purpose, commands and options")
  func program() throws {
    #expect(
      try tell("--help") == """
        jod-check [--dry-run] [--json]
        jod-check COMMAND ...

        Wakes the storage server when somebody uses Jellyfin, and powers it off when
        nobody does.

        Without a command: one check. It asks Jellyfin who is active, sends a wake
        request if the storage server is needed and the cooldown allows, powers it off
        if nobody has needed it for COOLDOWN_TIME and nothing objects, remembers,
        reports, and is gone. jod-check.timer runs it every CHECK_INTERVAL. With
        --dry-run it says what it would do; with --json it prints one document.

        Exit status: 0 done; 1 an action failed or was refused; 64 wrong use of the
        command line; 69 Jellyfin unavailable; 77 the API key was rejected; 78 the
        configuration is not valid.

        The configuration is in /etc/default/jod-check. Manual pages: jod-check(8),
        jod-check(5).

        Commands:
          check    Make one check.
          setup    Find out, ask, show and write all that a household needs.
          status   Show what is known, what happens next, and why.
          report   Show when the storage server was on, who woke it, and what that
                   saved.
          page     Show the link of the page, and its QR code.
          wake     Wake the storage server now, and wait until it is ready.
          sleep    Power the storage server off now, if nobody needs it.
          hold     Keep the storage server from being powered off, for a while or until
                   a time of day.
          release  Take a hold back.
          pair     Prepare this machine to power the storage server off over ssh.
          doctor   Look at everything that may be wrong, and say what to do about it.
          access   Wake the storage server for an opened file, and wait for it.

        Options:
          --dry-run   Say what a check would do now, without doing or recording it.
          --json      Print one JSON document instead of sentences.
          --version   Show the version.
          -h, --help  Show help information.

        See `jod-check help COMMAND` for what a command does and takes.

        """)
  }

  @Test("a command with an argument and a value shows what stands for them")
  func hold() throws {
    #expect(
      try tell("hold", "--help") == """
        jod-check hold [--until HH:MM] [DURATION]

        Keep the storage server from being powered off, for a while or until a time of
        day.

        For example `jod-check hold 3h`, or `jod-check hold --until 06:30`. A new hold
        takes the place of an old one.

        Arguments:
          DURATION  How long: a number of seconds (90) or a time span (90s, 5min, 1h
                    30min), up to a year.

        Options:
          --until HH:MM  Until this time of day instead, such as 06:30.
          --version      Show the version.
          -h, --help     Show help information.

        """)
  }

  @Test("a command with two opposites shows which of them holds")
  func wake() throws {
    #expect(
      try tell("help", "wake") == """
        jod-check wake [--wait|--no-wait]

        Wake the storage server now, and wait until it is ready.

        Sends one wake request regardless of the cooldown, and records it. Waits until
        the storage server is ready or WAKE_TIMEOUT is over; exit status 0 only when it
        is ready. Where neither STORAGE_SERVER_ADDRESS nor STORAGE_SERVER_SSH is set
        there is nothing to wait for.

        Options:
          --wait/--no-wait  Wait until the storage server is ready. (default: --wait)
          --version         Show the version.
          -h, --help        Show help information.

        """)
  }

  @Test("a command that takes nothing shows what every command takes")
  func release() throws {
    #expect(
      try tell("release", "-h") == """
        jod-check release

        Take a hold back.

        Options:
          --version   Show the version.
          -h, --help  Show help information.

        """)
  }

  @Test("every help fits into 80 columns of ASCII, and ends its lines without blanks")
  func columns() throws {
    for text in try [tell("--help")] + Command.all.map({ try tell($0.name.rawValue, "--help") }) {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.allSatisfy { $0.count <= 80 && $0.last != " " })
      #expect(text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 == UInt8(ascii: "\n") })
    }
  }

  @Test("every sentence of a command is in its help, and its abstract in that of the program")
  func complete() throws {
    func words(_ text: String) -> String {
      text.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
    }
    let program = words(try tell("help"))
    for command in Command.all {
      let help = words(try tell("help", command.name.rawValue))
      let texts =
        [command.abstract, command.discussion] + command.arguments.map(\.help) + command.options.map(\.help)
      for text in texts { #expect(text.isEmpty || help.contains(words(text)), "\(text)") }
      #expect(program.contains("\(command.name.rawValue) \(command.abstract)"))
    }
  }

  @Test(
    "help is one, however it is asked for",
    arguments: [
      ["report", "--help"], ["report", "-h"], ["help", "report"], ["report", "--json", "--help"],
      ["report", "--frob", "extra", "-h"], ["report", "--help", "--version"], ["report", "--help=yes"],
      ["report", "-help"], ["report", "--days", "--help"], ["help", "--", "report"],
      ["help", "-h", "report"],
      ["help", "report", "--version", "--help"],
    ])
  func ways(arguments: [String]) throws {
    guard case .tell(let text) = try CommandRequest(arguments, version: "1.0") else {
      Issue.record("no help")
      return
    }
    #expect(text == (try tell("report", "--help")))
  }

  @Test(
    "without a command, help is the program's",
    arguments: [
      ["-h"], ["help"], ["help", "help"], ["help", "--help"], ["--json", "--help"], ["frob", "--help"],
      ["--help", "status"], ["-hx"], ["--version", "-h"],
    ])
  func withoutCommand(arguments: [String]) throws {
    guard case .tell(let text) = try CommandRequest(arguments, version: "1.0") else {
      Issue.record("no help")
      return
    }
    #expect(text == (try tell("--help")))
  }

  @Test(
    "the version is one line, with a command and without",
    arguments: [
      ["--version"], ["--json", "--version"], ["help", "--version"], ["check", "--version", "frob"],
    ]
      + Command.all.map { [$0.name.rawValue, "--version"] })
  func version(arguments: [String]) throws {
    guard case .tell(let text) = try CommandRequest(arguments, version: "1.2.3") else {
      Issue.record("no version")
      return
    }
    #expect(text == "1.2.3\n")
  }

  @Test("the table has every command once, in its order, and no option twice")
  func table() {
    #expect(Command.all.map(\.name) == Command.Name.allCases)
    for syntax in Command.all.map(\.syntax) + [.withoutCommand, .help] {
      #expect(Set(syntax.spellings).count == syntax.spellings.count)
    }
    let known = Set(Command.all.flatMap(\.syntax.spellings)).subtracting(["-h"])
    #expect(known == Set(Command.Option.Name.allCases.map(\.rawValue)))
  }
}
