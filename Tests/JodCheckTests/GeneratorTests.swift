import Foundation
import JodCore
import Testing

@testable import jod_check

@Suite("The generator")
struct GeneratorTests {
  private let root = "\(NSTemporaryDirectory())jod-check-generator-\(UUID().uuidString)"

  private func generate(
    _ defaults: String?, edited: String? = nil, for unit: GeneratedUnit = .timer
  ) throws -> String? {
    for folder in ["etc/default", "etc/systemd/system/\(unit.name).d", "normal"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
    }
    defer { try? FileManager.default.removeItem(atPath: root) }
    try defaults?.write(toFile: "\(root)/etc/default/jod-check", atomically: true, encoding: .utf8)
    try edited?.write(
      toFile: "\(root)/etc/systemd/system/\(unit.name).d/override.conf", atomically: true, encoding: .utf8)
    #expect(
      Generator.run(["jod-check-generator", "\(root)/normal", "\(root)/early", "\(root)/late"], root: root)
        == 0)
    return try? String(contentsOfFile: "\(root)/normal/\(unit.name).d/\(unit.dropIn)", encoding: .utf8)
  }

  @Test("CHECK_INTERVAL becomes the timer's, in place of its own")
  func interval() throws {
    let text = try #require(try generate("CHECK_INTERVAL=1min 30s\n"))
    #expect(text.contains("[Timer]\nOnUnitActiveSec=\nOnActiveSec=1s\nOnUnitActiveSec=90000ms\n"))
  }

  @Test(
    "a check may come a thirtieth of the interval late, and a second at most",
    arguments: [("1", "33ms"), ("3s", "100ms"), ("30s", "1000ms"), ("1h", "1000ms")])
  func slack(interval: String, slack: String) throws {
    #expect(try generate("CHECK_INTERVAL=\(interval)\n")?.hasSuffix("\nAccuracySec=\(slack)\n") == true)
  }

  @Test("the file is read as EnvironmentFile= reads it")
  func syntax() throws {
    #expect(
      try generate("# x\nexport CHECK_INTERVAL=1\n CHECK_INTERVAL = \"1\\\n0\" \n")?.contains("=10000ms")
        == true)
  }

  @Test(
    "without a usable value the timer keeps its own, and nothing fails",
    arguments: [
      nil, "", "CHECK_INTERVAL=\n", "CHECK_INTERVAL=soon\n", "CHECK_INTERVAL=0\n", "CHECK_INTERVAL=30s # x\n",
    ])
  func unusable(text: String?) throws {
    #expect(try generate(text) == nil)
  }

  @Test("systemctl edit wins also where it does not reset the list, for ours is gone")
  func edited() throws {
    let text = try #require(try generate("CHECK_INTERVAL=10\n", edited: "[Timer]\nOnUnitActiveSec=5min\n"))
    #expect(text.hasSuffix("[Timer]\nOnUnitActiveSec=\nOnActiveSec=1s\n"))
  }

  @Test("other settings of the administrator leave the rhythm to us")
  func editedOtherwise() throws {
    let text = try generate("CHECK_INTERVAL=10\n", edited: "[Timer]\nAccuracySec=1s\n")
    #expect(text?.contains("10000ms") == true)
  }

  @Test(
    "LISTEN_ADDRESS becomes the socket's, in place of its own, whatever CHECK_INTERVAL is",
    arguments: ["172.17.0.1:8097", "0.0.0.0:1", "[::1]:8097"])
  func listen(address: String) throws {
    let text = try generate("CHECK_INTERVAL=soon\nLISTEN_ADDRESS=\(address)\n", for: .socket)
    #expect(text?.hasSuffix("[Socket]\nListenStream=\nListenStream=\(address)\n") == true)
  }

  @Test(
    "without a usable address the socket keeps its own",
    arguments: ["", "8097", "localhost:8097", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:8097\\\nListenFIFO=/x"])
  func noAddress(text: String) throws {
    #expect(try generate("LISTEN_ADDRESS=\(text)\n", for: .socket) == nil)
  }

  @Test("an address of systemctl edit wins, for ours is gone")
  func editedAddress() throws {
    let text = try generate(
      "LISTEN_ADDRESS=127.0.0.1:1\n", edited: "[Socket]\nListenStream=\nListenStream=[::]:80\n", for: .socket)
    #expect(text?.hasSuffix("[Socket]\nListenStream=\n") == true)
  }

  @Test("without directories, or with ones that cannot be written, it ends well and writes nothing")
  func noDirectories() {
    #expect(Generator.run(["jod-check-generator"], root: root) == 0)
    #expect(Generator.run(["jod-check-generator", "/dev/null/x", "/dev/null", "/dev/null"], root: root) == 0)
  }
}

@Suite("The catalog")
struct CatalogTests {
  @Test("every MESSAGE_ID has an entry with a subject and advice")
  func complete() throws {
    let text = try String(contentsOfFile: "\(Sandbox.root)/systemd/jod-check.catalog", encoding: .utf8)
    let entries = text.components(separatedBy: "\n-- ").dropFirst()
    let ids = entries.compactMap { $0.split(separator: "\n").first.map(String.init) }
    #expect(Set(ids) == Set(Event.Name.allCases.map(\.messageID)))
    #expect(ids.count == Event.Name.allCases.count)
    for entry in entries { #expect(entry.contains("\nSubject: ") && entry.contains("\n\n")) }
  }
}
