import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("Secrets in a configuration that is wrong")
  struct SecrecyTests {
    /// Runs a check, the doctor and everything that tells of the last check, and returns all that they wrote and said.
    private func told(_ change: [String: String]) throws -> String {
      let home = try Home()
      home.sandbox.environment.merge(change) { $1 }
      var told = ""
      for arguments in [[], ["--json"], ["status"], ["status", "--json"], ["doctor"], ["doctor", "--json"]] {
        let ended = try home.sandbox.run(arguments: arguments)
        told += ended.output + ended.errors
      }
      try home.sandbox.run(.reading)
      let journal = try #require(home.sandbox.contents("journal"))
      #expect(journal.contains("JOD_EVENT=configuration-invalid") && journal.contains("STATUS="))
      return try told + home.sandbox.everything()
    }

    /// Ways in which a secret gets into a value, and where it must not be shown.
    private static let ways: [(value: String, hides: @Sendable (String) -> Bool)] = [
      ("m4rker and m4rker", { Disclosure.secretVariables.contains($0) }),
      ("root:m4rker@nas.lan!", { _ in true }),
      ("http://root:m4rker@nas.lan/?x=m4rker", { _ in true }),
      ("tool -P m4rker", { $0.hasSuffix("_COMMAND") || Disclosure.secretVariables.contains($0) }),
      ("\"tool -P m4rker", { $0.hasSuffix("_COMMAND") || Disclosure.secretVariables.contains($0) }),
    ]

    @Test("none is told, by any variable that it comes in", arguments: ways.indices)
    func allVariables(way: Int) throws {
      let (value, hides) = Self.ways[way]
      let variables = try ManualTests.variablesInCode().filter(hides)
      #expect(variables.count >= 3)
      let told = try told(Dictionary(uniqueKeysWithValues: variables.map { ($0, value) }))
      #expect(told.contains("is not understood"))
      #expect(!told.contains("m4rker"), "\(told)")
    }

    @Test("a secret in one variable is not told by another", arguments: Disclosure.secretVariables)
    func pasted(secret: String) throws {
      let value = secret == "WOL_SECUREON" ? "02:99:98:97:96:95" : "m4rker"
      let others = try ManualTests.variablesInCode().subtracting(Disclosure.secretVariables)
      var change = Dictionary(uniqueKeysWithValues: others.map { ($0, "\(value)!") })
      change[secret] = value
      let told = try told(change)
      #expect(told.contains("CHECK_INTERVAL: \"[secret]!\" is not understood"))
      #expect(!told.contains(value), "\(told)")
    }

    @Test("a command that repeats its arguments as it fails does not get them told")
    func echo() throws {
      let home = try Home()
      try home.storage.turn(.ready)
      home.sandbox.environment["SHUTDOWN_COMMAND"] = #"/bin/sh -c 'echo "no: $0" >&2; exit 3' m4rker"#
      let ended = try home.sandbox.run("sleep")
      #expect(ended.errors.contains("status 3. no: [secret]"), "\(ended.errors)")
      #expect(!(try home.sandbox.everything()).contains("m4rker"))
    }
  }
}
