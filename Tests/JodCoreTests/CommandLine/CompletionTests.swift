import Foundation
import Testing

@testable import JodCore

@Suite("The completions have every command and option of the table, and nothing else")
struct CompletionTests {
  private static let names = Command.all.map(\.name.rawValue)

  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("completions")

  private static func file(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// Something that is offered, with what is said of it.
  private struct Offer: Hashable {
    let word: String
    let words: String
  }

  private static let commands = Set(
    Command.all.map { Offer(word: $0.name.rawValue, words: $0.abstract) }
      + [Offer(word: "help", words: "Show help information.")])

  private static let common = offers(Command.Option.common)

  private static func offers(_ options: [Command.Option]) -> Set<Offer> {
    Set(
      options.flatMap { option in
        option.spellings.map {
          Offer(word: $0, words: $0 == option.opposite?.rawValue ? "Do not wait." : option.help)
        }
      })
  }

  // MARK: bash, which is everywhere and so is asked

  /// What bash completes behind these words.
  private static func bash(_ words: [String]) throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments =
      [
        "-uc",
        #"source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _jod_check; printf '%s\n' "${COMPREPLY[@]}""#,
        folder.appendingPathComponent("jod-check.bash").path, "jod-check",
      ] + words
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("bash completes commands, or a check's options, where nothing is written yet")
  func bashFirst() throws {
    let offered = try Self.bash([""])
    #expect(offered.sorted() == (Self.names + ["help"] + Syntax.withoutCommand.spellings).sorted())
  }

  @Test("bash completes the options of each command", arguments: Command.Name.allCases)
  func bashOptions(name: Command.Name) throws {
    let command = try #require(Command.named(name.rawValue))
    #expect(try Self.bash([name.rawValue, ""]).sorted() == command.syntax.spellings.sorted())
    #expect(try Self.bash([name.rawValue, "x", "-"]).sorted() == command.syntax.spellings.sorted())
  }

  @Test("bash completes a check's options where the command is left out, and commands behind help")
  func bashOthers() throws {
    #expect(try Self.bash(["--json", ""]).sorted() == Syntax.withoutCommand.spellings.sorted())
    #expect(try Self.bash(["help", ""]).sorted() == (Self.names + Syntax.help.spellings).sorted())
    #expect(try Self.bash(["st"]) == ["status"])
    #expect(try Self.bash(["wake", "--n"]) == ["--no-wait"])
    #expect(try Self.bash(["frob", ""]) == [])
  }

  @Test("bash completes nothing where an option's value stands")
  func bashValues() throws {
    let options = Command.all.flatMap { command in
      command.options.filter { $0.value != nil }.map { (command.name.rawValue, $0.name.rawValue) }
    }
    #expect(options.count > 1)
    for (command, option) in options {
      #expect(try Self.bash([command, option, ""]) == [])
      #expect(try Self.bash([command, option, "="]) == [])
      #expect(try Self.bash([command, option, "=", "0"]) == [])
    }
  }

  @Test(
    "bash runs nothing of what is on the line",
    arguments: ["$(touch FILE)", "`touch FILE`", "x[$(touch FILE)]", "'$(touch FILE)'"])
  func bashRunsNothing(word: String) throws {
    let file = "\(NSTemporaryDirectory())jod-check-completion-\(UUID().uuidString)"
    let word = word.replacing("FILE", with: file)
    #expect(try Self.bash([word, ""]) == [])
    #expect(try Self.bash([word]) == [])
    #expect(try Self.bash(["status", word, word]) == [])
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  // MARK: fish and zsh, which are read as text

  /// An option of a line in fish: `complete -c jod-check -n '__jod_check_in report' -l days -x -d 'Days to …'`.
  private struct FishOption {
    let command: String?
    let offers: [Offer]
    let takesValue: Bool

    init?(_ line: Substring) {
      guard
        let match = line.wholeMatch(
          of: /complete -c jod-check(?: -n '__jod_check_in (\w+)')?(?: -s (\w))? -l ([\w-]+)( -x)? -d '(.*)'/)
      else { return nil }
      command = match.1.map(String.init)
      let spellings = [match.2.map { "-\($0)" }, "--\(match.3)"].compactMap { $0 }
      offers = spellings.map { Offer(word: $0, words: String(match.5)) }
      takesValue = match.4 != nil
    }
  }

  private static func fishCommand(_ line: Substring) -> Offer? {
    line.wholeMatch(of: /complete -c jod-check -n __jod_check_first -a (\w+) -d '(.*)'/)
      .map { Offer(word: String($0.1), words: String($0.2)) }
  }

  @Test("fish has them with the sentences of help")
  func fish() throws {
    let lines = try Self.file("jod-check.fish").split(separator: "\n").filter { $0.hasPrefix("complete ") }
    #expect(Set(lines.compactMap(Self.fishCommand)) == Self.commands)
    #expect(
      lines.filter { FishOption($0) == nil && Self.fishCommand($0) == nil } == [
        "complete -c jod-check -f",
        "complete -c jod-check -n '__jod_check_in help' -a '\(Self.names.joined(separator: " "))'",
      ])
    let options = Dictionary(grouping: lines.compactMap(FishOption.init)) { $0.command ?? "" }
    #expect(Set(options[""]?.flatMap(\.offers) ?? []) == Self.common)
    #expect(Set(options.keys).isSubset(of: Self.names + [""]))
    for command in Command.all {
      let found = options[command.name.rawValue] ?? []
      #expect(Set(found.flatMap(\.offers)) == Self.offers(command.options), "\(command.name)")
      let valued = found.filter(\.takesValue).flatMap(\.offers).map(\.word)
      #expect(valued == command.options.filter { $0.value != nil }.map(\.name.rawValue), "\(command.name)")
    }
  }

  @Test("zsh has them with the sentences of help")
  func zsh() throws {
    let text = try Self.file("_jod-check")
    let parts = text.components(separatedBy: "case $line[1] in\n")
    try #require(parts.count == 2)
    #expect(Self.list("commands", in: parts[0], of: /^ +'(\w+):(.*)'$/) == Self.commands)
    #expect(Self.options(Self.block("common", in: parts[0])) == Self.common)
    #expect(Self.options(Self.block("check", in: parts[0])) == Self.offers(Command.check.options))
    var branches: [String: Substring] = [:]
    for branch in parts[1].matches(of: /(?m)^ {8}(\w+)\)((?s:.*?));;$/) {
      branches[String(branch.1)] = branch.2
    }
    #expect(Set(branches.keys) == Set(Self.names + ["help"]))
    #expect(branches["help"]?.contains("_describe -t commands command commands") == true)
    #expect(Self.options(branches["help"] ?? "").isEmpty)
    for command in Command.all {
      let branch = try #require(branches[command.name.rawValue])
      #expect(branch.contains("$common"))
      let own = command.name == .check ? [] : Self.offers(command.options)
      #expect(branch.contains("$check") == (command.name == .check))
      #expect(Self.options(branch) == own, "\(command.name)")
      for option in command.options {
        #expect(branch.contains("\(option.name.rawValue)=[") == (option.value != nil), "\(option.name)")
      }
    }
  }

  /// What stands in a list's parentheses.
  private static func block(_ name: String, in text: String) -> Substring {
    guard let start = text.firstRange(of: "  \(name)=(\n") else { return "" }
    let rest = text[start.upperBound...]
    return rest[..<(rest.firstRange(of: "\n  )")?.lowerBound ?? rest.endIndex)]
  }

  private static func list(
    _ name: String, in text: String, of line: Regex<(Substring, Substring, Substring)>
  ) -> Set<Offer> {
    Set(
      block(name, in: text).split(separator: "\n").map { row in
        let match = row.wholeMatch(of: line)
        return Offer(word: String(match?.1 ?? row), words: String(match?.2 ?? ""))
      })
  }

  /// The options in a text of zsh: `'(--wait)--no-wait[Do not wait.]'`.
  private static func options(_ text: Substring) -> Set<Offer> {
    Set(
      text.matches(of: /'(?:\([^)]*\))?(-[\w-]+)=?\[([^\]]*)\]/).map {
        Offer(word: String($0.1), words: String($0.2))
      })
  }
}
