import Foundation
import Testing

extension World {
  @Suite("The manual page of the storage side, its --help and its scripts say the same")
  struct StorageManualTests {
    let page: ManualPage
    let script: String
    let sandbox: Sandbox

    init() throws {
      sandbox = try Sandbox()
      page = try ManualPage("jod-check-storage.8")
      script = try World.ManualTests.file("storage/jod-check-storage")
    }

    /// What `jod-check-storage --help` prints. The script is run as it is, except for the place of what it sources.
    private func help() throws -> String {
      let library = "\nsource /usr/lib/jod-check-storage/"
      try #require(script.contains(library))
      let here = script.replacing(library, with: "\nsource \(Sandbox.root)/storage/")
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", here, "jod-check-storage", "--help"]
      process.standardOutput = output
      try process.run()
      let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return text.replacing("…", with: "...")
    }

    /// Its commands with their arguments, as `--help` has them: `revoke [WHICH]`.
    private func commands() throws -> [String] {
      try help().matches(of: /(?m)^  ([a-z]+(?: \[\S+\])?)  +\S/).map { String($0.1) }
    }

    @Test("every command and its arguments are the same in --help, synopsis and manual")
    func synopsis() throws {
      let commands = try commands()
      #expect(commands.count > 3)
      let synopsis = page.text(in: "SYNOPSIS").split(separator: "\n").map {
        $0.split(separator: " ").drop { $0 != "jod-check-storage" }.dropFirst().joined(separator: " ")
      }
      #expect(synopsis == commands)
      for command in commands {
        let words = command.split(separator: " ").map(String.init)
        let arguments = words.dropFirst().map { $0.replacing(/[\[\].]/, with: "") }
        #expect(page.tags(in: "COMMANDS", under: words[0]) == arguments)
      }
    }

    @Test("the script takes the commands and options that it tells of, and no other")
    func dispatch() throws {
      let told = try commands().map { $0.prefix { $0 != " " } }.map(String.init)
      let common = page.tags(in: "COMMANDS", under: "Every command")
      let choice = try #require(script.firstRange(of: "\ncase $command in\n"))
      let taken = script[choice.upperBound...].matches(of: /(?m)^  ([a-z-]+(?: \| [a-z-]+)*)\)/)
        .flatMap { $0.1.components(separatedBy: " | ") }
      #expect(taken.sorted() == (told + common).sorted())
      #expect(page.subsections(of: "COMMANDS") == told + ["Every command"])
      let help = try help()
      for option in common where option != "-h" { #expect(help.contains(option)) }
    }

    @Test("exit statuses are the same in the script and the manual")
    func exitStatuses() {
      // `fail` ends with what its second argument says, and with its default without one.
      let ends = script.matches(of: /exit (\d+)\b|fail ".*" (\d+)\b|\$\{2-(\d+)\}/)
      let statuses = Set(ends.compactMap { $0.1 ?? $0.2 ?? $0.3 }.map(String.init))
      #expect(Set(page.tags(in: "EXIT STATUS")) == statuses.union(["0"]))
    }

    @Test("what a key may ask for, and how that ends, is the same in the scripts and the manual")
    func words() throws {
      let forced = try World.ManualTests.file("storage/forced-command")
      let scripts = try forced + World.ManualTests.file("storage/helper")
      let words = Set(forced.matches(of: /word=([a-z]+)/).map { String($0.1) })
      let statuses = Set(scripts.matches(of: /(?m)^ *exit (\d+)$/).map { String($0.1) })
      #expect(words.count > 3)
      #expect(Set(page.tags(in: "WHAT A KEY MAY DO")) == words.union(statuses))
      let sudoers = try World.ManualTests.file("storage/sudoers")
      #expect(Set(sudoers.matches(of: /helper ([a-z]+)/).map { String($0.1) }) == words)
    }

    @Test("every shipped guard is in the manual, and no other")
    func guards() throws {
      let shipped = try FileManager.default.contentsOfDirectory(atPath: "\(Sandbox.root)/storage/guard.d")
      let told = page.tags(in: "GUARDS").filter { !$0.hasPrefix("/") }
      #expect(told.sorted() == shipped.sorted())
    }

    @Test("guards have the time that the manual says")
    func time() throws {
      let seconds = try #require(
        try World.ManualTests.file("storage/guards").firstMatch(of: /guard_seconds=(\d+)/)?.1)
      #expect(page.text(in: "GUARDS", under: "Writing one").contains("It has \(seconds) seconds."))
    }

    @Test("guards get the environment that the manual says")
    func environment() throws {
      let guards = try World.ManualTests.file("storage/guards")
      let call = try #require(guards.firstMatch(of: /exec env -i ([^\n]*)\\\n/)?.1)
      let names = Set(call.matches(of: /([A-Z_]+)=/).map { String($0.1) })
      #expect(names == ["PATH", "LC_ALL", "JOD_CHECK_ADDRESS"])
      let text = page.text(in: "GUARDS", under: "Writing one")
      for name in names { #expect(text.contains(name)) }
    }

    @Test("the files that the scripts share are in the manual, and are installed")
    func library() throws {
      let shared = Set(
        script.matches(of: /(?m)^source \/usr\/lib\/jod-check-storage\/([a-z]+)$/).map { String($0.1) })
      #expect(shared.count > 1)
      let install = try World.ManualTests.file("storage/install")
      let files = page.text(in: "FILES")
      for name in shared {
        #expect(install.contains(" \(name)"))
        #expect(files.contains(name))
      }
    }

    @Test(
      "the guard that the manual shows is busy while a service works, and where it cannot look",
      arguments: [
        ("echo inactive", 0), ("echo failed", 0), ("echo activating", 1), ("exit 1", 1),
      ])
    func example(systemctl: String, status: Int32) throws {
      let example = try #require(page.examples(in: "GUARDS").first)
      try sandbox.write("#!/bin/bash\n\(systemctl)\n", to: "systemctl")
      try sandbox.write(example, to: "guard")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", "chmod 755 systemctl guard && PATH=$PWD:$PATH ./guard"]
      process.currentDirectoryURL = URL(fileURLWithPath: sandbox.folder)
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == status)
    }
  }
}
