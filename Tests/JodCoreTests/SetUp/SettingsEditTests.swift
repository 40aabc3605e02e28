import Foundation
import Testing

@testable import JodCore

@Suite("The new text of the file of settings")
struct SettingsEditTests {
  private func edit(_ text: String, _ settings: (String, String)...) throws -> SettingsEdit {
    try SettingsEdit(text, setting: settings.map { (name: $0.0, value: $0.1) })
  }

  @Test("an assignment is replaced where it stands, and every other line stays")
  func replaced() throws {
    let text = "# mine\nFOO='bar'\nSTORAGE_SERVER_MAC=\n  ; odd\nCHECK_INTERVAL=1min\n"
    let edit = try edit(text, ("STORAGE_SERVER_MAC", "02:00:00:c0:ff:ee"))
    #expect(edit.text == text.replacing("MAC=", with: "MAC=02:00:00:c0:ff:ee"))
    #expect(
      edit.lines == [
        .init(isNew: false, text: "STORAGE_SERVER_MAC="),
        .init(isNew: true, text: "STORAGE_SERVER_MAC=02:00:00:c0:ff:ee"),
      ])
  }

  @Test("what is commented out stays, with the setting below it")
  func commented() throws {
    #expect(
      try edit("A=1\n#WOL_PORT=9\nB=2\n", ("WOL_PORT", "7")).text == "A=1\n#WOL_PORT=9\nWOL_PORT=7\nB=2\n")
  }

  @Test(
    "what is nowhere comes at the end, behind a line that had no end as well", arguments: ["A=1", "A=1\n"])
  func added(text: String) throws {
    #expect(try edit(text, ("STORAGE_MOUNTS", "/srv/media")).text == "A=1\nSTORAGE_MOUNTS=/srv/media\n")
  }

  @Test("an empty file gets its settings")
  func empty() throws {
    #expect(try edit("", ("A", "1"), ("B", "2 3")).text == "A=1\nB=\"2 3\"\n")
  }

  @Test("of two assignments the last is replaced, which counts")
  func twice() throws {
    #expect(try edit("A=1\nA=2\n", ("A", "3")).text == "A=1\nA=3\n")
  }

  @Test("one that goes over several lines stays, and the new one behind it counts")
  func continued() throws {
    let text = "A=1\\\n2\nB='x\ny'\n"
    let edit = try edit(text, ("A", "9"), ("B", "8"))
    #expect(edit.text == text + "A=9\nB=8\n")
    #expect(EnvironmentFile.parse(edit.text) == ["A": "9", "B": "8"])
  }

  @Test("what has its value already stays as it is written, and nothing is told of it")
  func same() throws {
    let text = "A=\"1\"\nB= x \n"
    let edit = try edit(text, ("A", "1"), ("B", "x"), ("C", ""))
    #expect(edit.text == text)
    #expect(edit.lines.isEmpty)
  }

  @Test(
    "a quote that is left open would swallow the setting, and is said",
    arguments: ["A='1\n", "A=1\nB=\"x\n", "# c\\\n"])
  func open(text: String) throws {
    if text.hasPrefix("#") {
      // A comment that goes on is read so by systemd, too.
      #expect(throws: SettingsEdit.Failure.self) { try edit(String(text.dropLast()), ("C", "2")) }
    } else {
      #expect(throws: SettingsEdit.Failure(variable: "C")) { try edit(text, ("C", "2")) }
    }
  }

  @Test(
    "values are read back as they were meant",
    arguments: [
      "plain", "0.35 EUR", "it's", "a\"b", "back\\slash", "$HOME `x`", "#no comment", "/srv/a '/srv/b c'",
      "0,35 €", "a;b",
    ])
  func quoted(value: String) throws {
    #expect(EnvironmentFile.parse(try edit("X=1\n#A=\n", ("A", value)).text) == ["A": value, "X": "1"])
  }

  @Test(
    "secrets are not shown, neither the old one nor the new one",
    arguments: ["HTTP_TOKEN", "JELLYFIN_API_KEY"])
  func secrets(name: String) throws {
    let edit = try edit("\(name)=old-secret\n", (name, "new-secret"))
    #expect(edit.text == "\(name)=new-secret\n")
    #expect(edit.lines.map(\.text) == ["\(name)=[secret]", "\(name)=[secret]"])
    #expect(try self.edit("\(name)=old-secret\n", (name, "")).lines.last?.text == "\(name)=")
  }

  @Test("the shipped file keeps all of its lines")
  func shipped() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "systemd/jod-check.default")
    let text = try String(contentsOf: path, encoding: .utf8)
    let edit = try edit(
      text, ("STORAGE_SERVER_ADDRESS", "nas.lan:2049"), ("HTTP_TOKEN", "abc"),
      ("STORAGE_MOUNTS", "/srv/media"))
    let rows = Set(edit.text.split(separator: "\n"))
    #expect(text.split(separator: "\n").allSatisfy(rows.contains))
    #expect(edit.lines.filter(\.isNew).count == edit.lines.count)
    #expect(EnvironmentFile.parse(edit.text).count == EnvironmentFile.parse(text).count + 3)
  }

  @Test("any text keeps every other variable, or is refused")
  func random() {
    var generator = SplitMix(state: 7)
    let pieces = ["A=1", "B='x", "'", "\"", "\\", "\n", "#", "C=", "$", " ", "D", "=", ";", "\r"]
    var (kept, refused) = (0, 0)
    for _ in 0..<3000 {
      let text = (0..<8).map { _ in pieces.randomElement(using: &generator)! }.joined()
      var wanted = EnvironmentFile.parse(text)
      wanted["NEW"] = "a b"
      guard let edit = try? edit(text, ("NEW", "a b")) else {
        refused += 1
        continue
      }
      kept += 1
      #expect(EnvironmentFile.parse(edit.text) == wanted, "\(text)")
    }
    #expect(kept > 1000 && refused > 10)
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
