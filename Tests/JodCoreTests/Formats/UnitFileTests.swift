import Testing

@testable import JodCore

@Suite("A unit file")
struct UnitFileTests {
  private func read(_ text: String) -> [UnitFile.Assignment] {
    UnitFile.assignments(text, section: "Timer")
  }

  private static let interval = UnitFile.Assignment("OnUnitActiveSec", "5min")

  @Test(
    "an assignment is found however it is written",
    arguments: [
      "[Timer]\nOnUnitActiveSec=5min", "[Timer]\nOnUnitActiveSec = 5min\n",
      "[Timer]\n\t OnUnitActiveSec=5min \n",
      "  [Timer]  \nOnUnitActiveSec\t=\t5min\t\n", "[Timer]\r\nOnUnitActiveSec=5min\r\n",
      "[Timer]\nOnUnitActiveSec= \\\n5min\n", "[Timer]\nOnUnitActiveSec=\\\n# a comment between\n  5min\n",
      "[Timer]\nOnUnitActiveSec=\\\r\n5min\r\n", "[Timer]\nOnUnitActiveSec=5min\\\n",
      "OnUnitActiveSec=1s\n[Timer]\nOnUnitActiveSec=5min\n[Install]\nOnUnitActiveSec=1s\n",
      "[Unit]\nDescription=[Timer]\n[Timer]\n; x\n#OnUnitActiveSec=1s\nnothing\n=x\nOnUnitActiveSec=5min\n",
    ])
  func written(text: String) {
    #expect(read(text) == [Self.interval])
  }

  @Test("all of them, in order, an empty one among them, and of both pieces of a section")
  func order() {
    let text = "[Timer]\nOnActiveSec=1s\nOnUnitActiveSec=\n[Unit]\nA=b\n[Timer]\nOnUnitActiveSec=5min\n"
    #expect(
      read(text) == [
        UnitFile.Assignment("OnActiveSec", "1s"), UnitFile.Assignment("OnUnitActiveSec", ""), Self.interval,
      ])
  }

  @Test("a value may have an equals sign, and a pair of backslashes ends no line")
  func values() {
    #expect(read("[Timer]\nA=b=c\nD=e\\\\\nF=g\n").map(\.value) == ["b=c", "e\\\\", "g"])
  }

  @Test("a backslash joins an assignment with what looks like another")
  func joined() {
    #expect(read("[Timer]\nDescription=x \\\nOnUnitActiveSec=5min\n").map(\.key) == ["Description"])
  }

  @Test("behind a head that is none, nothing of the file counts")
  func brokenHead() {
    #expect(read("[Timer]\nOnUnitActiveSec=5min\n[Timer\nOnUnitActiveSec=1s\n") == [Self.interval])
  }

  @Test(
    "another section has none of ours",
    arguments: ["", "\n\n", "[Socket]\nOnUnitActiveSec=5min\n", "[timer]\nA=b"])
  func none(text: String) {
    #expect(read(text).isEmpty)
  }
}
