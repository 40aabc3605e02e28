import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The manual pages of jod-check, its --help and its code say the same")
  struct ManualTests {
    private static let everyCommand = "Every command"
    private static let allCommands =
      ((try? Help(nil).commands) ?? []) + ((try? ManualPage("jod-check.8").commands) ?? [])

    let page: ManualPage
    let variables: ManualPage

    init() throws {
      page = try ManualPage("jod-check.8")
      variables = try ManualPage("jod-check.5")
    }

    // MARK: The command

    @Test("every command is in the manual, and every one in the manual exists")
    func commands() throws {
      let help = try Help(nil).commands
      #expect(help.count > 1)
      #expect(Set(page.commands) == Set(help))
      #expect(Set(page.synopsis.keys) == Set(help))
    }

    @Test(
      "options and arguments are the same in --help, manual and synopsis",
      arguments: Set(allCommands).sorted())
    func options(of command: String) throws {
      let help = try Help(command)
      let common = ["-h", "--help", "--version"]
      #expect(Set(page.tags(in: "COMMANDS", under: Self.everyCommand)) == Set(common))
      #expect(Set(help.options).isSuperset(of: common))
      let own = Set(help.options).subtracting(common).union(help.arguments)
      #expect(Set(page.tags(in: "COMMANDS", under: command)) == own)
      let words = Set(own.flatMap { $0.split { " []".contains($0) }.map(String.init) })
      #expect(page.synopsis[command] == words)
      #expect(help.usage == words)
    }

    @Test(
      "exit statuses of every command are the same in --help and manual", arguments: Set(allCommands).sorted()
    )
    func exitStatuses(of command: String) throws {
      let text = page.text(in: "COMMANDS", under: command)
      let told = text.firstRange(of: "Exit status ").map { start in
        text[start.upperBound...].matches(of: /(?:^|; )(\d+):/).map { String($0.1) }
      }
      #expect(Set(told ?? []) == (try Help(command).exitStatuses))
    }

    @Test("the manual, --help and the code have the same exit statuses")
    func exitStatuses() throws {
      // Those of success and of wrong use are no trouble.
      let code = Set(Trouble.Kind.allCases.map { "\($0.exitStatus)" } + ["0", "\(UsageError.exitStatus)"])
      #expect(Set(page.tags(in: "EXIT STATUS")) == code)
      #expect(try Help(nil).exitStatuses == code)
    }

    // MARK: What it reports

    @Test("the manual has every JOD_EVENT and no other, and so has the catalog")
    func events() throws {
      let told = page.tags(in: "JOURNAL").filter { !$0.hasPrefix("JOD_") }
      #expect(told.sorted() == Event.Name.allCases.map(\.rawValue).sorted())
      let catalog = try Self.file("systemd/jod-check.catalog").matches(of: /\n-- ([0-9a-f]{32})\n/)
        .map { String($0.1) }
      #expect(catalog.sorted() == Event.Name.allCases.map(\.messageID).sorted())
    }

    @Test("the manual has every field of an entry that the code writes")
    func fields() throws {
      let written = Set(try Self.sources().matches(of: /"(JOD_[A-Z_]+[A-Z])"/).map { String($0.1) })
      #expect(written.count > 5)
      #expect(
        Set(page.tags(in: "JOURNAL").filter { $0.hasPrefix("JOD_") }) == written.subtracting(["JOD_EVENT"]))
    }

    @Test("the manual has every field of status --json")
    func status() throws {
      let document = try JSONSerialization.jsonObject(
        with: Data(try Sandbox().run("status", "--json").output.utf8))
      let fields = try #require(document as? [String: Any]).flatMap { name, value in
        (value as? [String: Any])?.keys.map { "\(name).\($0)" } ?? [name]
      }
      #expect(fields.count > 10)
      #expect(page.tags(in: "STATUS AS JSON").sorted() == fields.sorted())
    }

    @Test("the manual has every variable of the environment that is not of the configuration")
    func environment() throws {
      let read = try Self.sources().matches(of: /(?:environment\[|getenv\()"([A-Z_]+)"/).map { String($0.1) }
      #expect(Set(page.tags(in: "ENVIRONMENT")) == Set(read).subtracting(try Self.variablesInCode()))
    }

    // MARK: The configuration

    /// What is told of one variable: its default, or nil where it is required.
    private func told() throws -> [String: String?] {
      try variables.wholeTags(in: "VARIABLES").reduce(into: [:]) { told, tag in
        let parts = try #require(
          tag.wholeMatch(of: /([A-Z_]+) \((?:required|default: ([^,]+).*)\)/), "\(tag)")
        let standard = parts.2.map { $0.hasSuffix(")") ? $0.dropLast() : $0 }.map(String.init)
        #expect(told.updateValue(standard, forKey: String(parts.1)) == nil, "\(tag) is there twice")
      }
    }

    /// The assignments of the shipped file, and those that it has commented out.
    private func shipped() throws -> (set: [String: String], commentedOut: [String: String]) {
      let text = try Self.file("systemd/jod-check.default")
      let hidden = text.matches(of: /(?m)^#([A-Z_]+=.*)$/).map { String($0.1) }.joined(separator: "\n")
      return (EnvironmentFile.parse(text), EnvironmentFile.parse(hidden))
    }

    private static let required = [
      "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee", "JELLYFIN_API_URL": "http://localhost:8096",
      "JELLYFIN_API_KEY": FakeJellyfin.key,
    ]

    /// That variables without a default are absent where they are not set.
    private static let absent: [String: @Sendable (Configuration) -> Bool] = [
      "STORAGE_SERVER_ADDRESS": { $0.storageServerAddress == nil },
      "STORAGE_SERVER_SSH": { $0.powerOffMethod == nil },
      "SHUTDOWN_COMMAND": { $0.powerOffMethod == nil },
      "WAKE_COMMAND": { if case .packet = $0.wakeMethod { true } else { false } },
      "WOL_INTERFACE": { $0.wolInterface == nil },
      "WOL_SECUREON": { $0.wolSecureOn == nil },
      "IGNORE_USERS": { $0.ignoreUsers.isEmpty },
      "IGNORE_DEVICES": { $0.ignoreDevices.isEmpty },
      "IGNORE_TASKS": { $0.ignoreTasks.isEmpty },
      "WAKE_FOR_TASKS": { $0.wakeForTasks.isEmpty },
      "LIBRARY_SCAN_INTERVAL": { $0.libraryScanInterval == nil },
      "HTTP_TOKEN": { $0.httpToken == nil },
      "STORAGE_SERVER_WATTS": { $0.storageServerWatts == nil },
      "STORAGE_MOUNTS": { $0.storageMounts.isEmpty },
      "JELLYFIN_LOG_DIRECTORY": { $0.jellyfinLogDirectory == nil },
      "SSL_CERT_FILE": { $0.jellyfinTrust.file == nil },
      "NOTIFY_LANGUAGE": { $0.notifyLanguage == nil },
    ]

    /// What came after 0.1.0. The shipped file is everybody's own by now: where a new package changes it, dpkg asks what to
    /// keep, and ends an upgrade at which nobody answers.
    private static let inManualAlone: Set = [
      "SSL_CERT_FILE", "SSL_CERT_DIR", "STORAGE_MOUNTS", "JELLYFIN_LOG_DIRECTORY", "WAKE_FOR_TASKS",
      "LIBRARY_SCAN_INTERVAL", "WAKE_COMMAND", "STORAGE_SERVER_SSH_COMMAND", "NOTIFY_LANGUAGE",
    ]

    /// The default of IGNORE_CLIENTS, which had none in 0.1.0, as the manual has it.
    private static let robots = "the robots below"

    @Test("code, manual and shipped file have the same variables")
    func variableNames() throws {
      let code = try Self.variablesInCode()
      #expect(code.count > 20)
      #expect(Set(try told().keys) == code)
      let shipped = try shipped()
      #expect(Set(shipped.set.keys).isDisjoint(with: shipped.commentedOut.keys))
      #expect(Set(shipped.set.keys).union(shipped.commentedOut.keys) == code.subtracting(Self.inManualAlone))
      // What the code names, it also reads: nonsense in it is found.
      for variable in code {
        let change = Self.required.merging([variable: "\u{1}"]) { $1 }
        let error = #expect(throws: ConfigurationError.self) { try Configuration(environment: change) }
        #expect(error?.faults.map(\.variable) == [variable])
      }
    }

    @Test("the defaults of manual and shipped file are those of the code")
    func defaults() throws {
      let configuration = try Configuration(environment: Self.required)
      let told = try told()
      let shipped = try shipped().commentedOut
      #expect(Set(told.filter { $0.value == "none" }.keys) == Set(Self.absent.keys))
      for (variable, standard) in told {
        guard let standard else { continue }
        if !Self.inManualAlone.contains(variable) {
          let hasNone = ["none", Self.robots].contains(standard)
          #expect(shipped[variable] == (hasNone ? "" : standard), "\(variable)")
        }
        if standard == Self.robots { continue }
        if standard == "none" {
          #expect(Self.absent[variable]?(configuration) == true, "\(variable)")
        } else {
          let set = try Configuration(environment: Self.required.merging([variable: standard]) { $1 })
          #expect(set == configuration, "\(variable)=\(standard)")
        }
      }
    }

    @Test("the manual names every robot that the code knows, and no other, each with its source")
    func robots() throws {
      #expect(try told()["IGNORE_CLIENTS"] == Self.robots)
      let configuration = try Configuration(environment: Self.required)
      let text = variables.text(in: "VARIABLES")
      let list = try #require(
        text.wholeMatch(of: /.*by what its own source calls it:(.*?)A list of clients .*/)
      ).1
      let names = list.matches(of: /bu(?: 2)? ([^()]+?) \([^)]+\)/)
        .flatMap { String($0.1).split(separator: " and ").map { $0.trimmingCharacters(in: .whitespaces) } }
      #expect(names == configuration.ignoreClients.map(\.description))
    }

    @Test("what is required is the same in code, manual and shipped file")
    func required() throws {
      let error = #expect(throws: ConfigurationError.self) { try Configuration(environment: [:]) }
      let code = Set(error?.faults.map(\.variable) ?? [])
      #expect(Set(try told().filter { $0.value == nil }.keys) == code)
      #expect(Set(try shipped().set.keys) == code)
    }

    @Test("the manual's households are valid configurations, without a warning")
    func examples() throws {
      let examples = variables.examples(in: "EXAMPLES")
      #expect(examples.count == variables.subsections(of: "EXAMPLES").count)
      for example in examples {
        let configuration = try Configuration(environment: EnvironmentFile.parse(example))
        #expect(configuration.warnings.isEmpty, "\(example)")
        #expect(Set(EnvironmentFile.parse(example).keys).isSubset(of: try Self.variablesInCode()))
      }
      #expect(examples.count > 2)
    }

    // MARK: What the code says

    static func file(_ path: String) throws -> String {
      try String(contentsOfFile: "\(Sandbox.root)/\(path)", encoding: .utf8)
    }

    /// The program's own sources, one after another.
    private static func sources() throws -> String {
      try ["JodCore", "jod-check"].flatMap { folder in
        try FileManager.default.subpathsOfDirectory(atPath: "\(Sandbox.root)/Sources/\(folder)")
          .filter { $0.hasSuffix(".swift") }.map { try file("Sources/\(folder)/\($0)") }
      }.joined(separator: "\n")
    }

    /// The names that are spelt out where the configuration is read.
    static func variablesInCode() throws -> Set<String> {
      let reader = try ["Variables", "Reader"].map {
        try file("Sources/JodCore/Configuration/Configuration\($0).swift")
      }
      .joined()
      return Set(reader.matches(of: /"([A-Z]+(?:_[A-Z]+)+)"/).map { String($0.1) })
    }
  }
}

extension ManualPage {
  /// The commands of section COMMANDS.
  fileprivate var commands: [String] { subsections(of: "COMMANDS").filter { $0 != "Every command" } }

  /// Options and arguments of each command in the synopsis, where `check` needs not be named.
  fileprivate var synopsis: [String: Set<String>] {
    text(in: "SYNOPSIS").split(separator: "\n").reduce(into: [:]) { lines, line in
      let words = line.split { " []|".contains($0) }.map(String.init).drop { $0 != "jod-check" }.dropFirst()
      if let command = words.first { lines[command] = Set(words.dropFirst()) }
    }
  }
}
