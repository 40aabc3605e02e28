import Foundation
import JodCore
import Testing

@testable import jod_check

@Suite("The generator")
struct GeneratorTests {
  private let root = "\(NSTemporaryDirectory())jod-check-generator-\(UUID().uuidString)"

  /// - Parameters:
  ///   - edited: what `systemctl edit` wrote.
  ///   - files: others, by their paths.
  /// - Returns: the drop-ins, by their names.
  private func dropIns(
    _ defaults: String?, edited: String? = nil, files: [String: String] = [:],
    for unit: GeneratedUnit = .timer
  ) throws -> [String: String] {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try write(defaults, "etc/default/jod-check")
    try write(edited, "etc/systemd/system/\(unit.name).d/override.conf")
    for (path, text) in files { try write(text, path) }
    try FileManager.default.createDirectory(atPath: "\(root)/normal", withIntermediateDirectories: true)
    #expect(
      Generator.run(["jod-check-generator", "\(root)/normal", "\(root)/early", "\(root)/late"], root: root)
        == 0)
    let folder = "\(root)/normal/\(unit.name).d"
    return try Dictionary(
      uniqueKeysWithValues: Files.names(in: folder).filter { $0.hasSuffix(".conf") }.map {
        ($0, try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))
      })
  }

  private func write(_ text: String?, _ path: String) throws {
    guard let text else { return }
    let folder = "\(root)/\((path as NSString).deletingLastPathComponent)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if text == "masked" {
      try FileManager.default.createSymbolicLink(atPath: "\(root)/\(path)", withDestinationPath: "/dev/null")
    } else {
      try text.write(toFile: "\(root)/\(path)", atomically: true, encoding: .utf8)
    }
  }

  private func generate(
    _ defaults: String?, edited: String? = nil, files: [String: String] = [:],
    for unit: GeneratedUnit = .timer
  ) throws -> String? {
    let dropIns = try dropIns(defaults, edited: edited, files: files, for: unit)
    #expect(Set(dropIns.keys).isSubset(of: [unit.dropIn]))
    return dropIns[unit.dropIn]
  }

  @Test(
    "a secret that was pasted into one of its variables is not told", arguments: Disclosure.secretVariables)
  func secret(variable: String) {
    for unit in [GeneratedUnit.timer, .socket] {
      let said = Generator.refusal(unit, of: "m4rker!", [variable: "m4rker", unit.variable: "m4rker!"])
      #expect(said.contains("\(unit.variable) in /etc/default/jod-check is \"[secret]!\""))
      #expect(!said.contains("m4rker"))
    }
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

  @Test(
    "after a reset of the list the timer still elapses a first time",
    arguments: [
      "OnUnitActiveSec=\nOnUnitActiveSec=5min", "OnActiveSec=\nOnUnitInactiveSec=5min",
      "OnBootSec=5min\nOnCalendar=\n OnUnitActiveSec = 5min",
    ])
  func resetList(edited: String) throws {
    let dropIns = try dropIns("CHECK_INTERVAL=10\n", edited: "[Timer]\n\(edited)\n")
    #expect(dropIns.keys.sorted() == ["zzz-jod-check.conf"])
    #expect(dropIns.values.first?.hasSuffix("[Timer]\nOnActiveSec=1s\n") == true)
  }

  @Test(
    "a list that was reset and elapses by itself is left alone, and so is one of nothing",
    arguments: [
      "OnUnitActiveSec=\nOnUnitActiveSec=5min\nOnBootSec=1min", "OnUnitActiveSec=\nOnCalendar=hourly",
      "OnUnitActiveSec=\nOnActiveSec=9s\nOnUnitActiveSec=9s", "OnUnitActiveSec=",
    ])
  func resetWhole(edited: String) throws {
    #expect(try dropIns("CHECK_INTERVAL=10\n", edited: "[Timer]\n\(edited)\n").isEmpty)
  }

  @Test(
    "an interval of the administrator's is found where systemd finds it, however it is written",
    arguments: [
      "etc/systemd/system/jod-check.timer.d/x.conf", "etc/systemd/system/jod-.timer.d/x.conf",
      "etc/systemd/system/timer.d/x.conf", "run/systemd/system/jod-check.timer.d/x.conf",
      "usr/local/lib/systemd/system/jod-.timer.d/x.conf", "usr/lib/systemd/system/jod-check.timer.d/x.conf",
      "etc/systemd/system.control/jod-check.timer.d/x.conf",
    ],
    ["OnUnitActiveSec = 5min", "  OnUnitActiveSec=5min", "OnUnitActiveSec=\\\n5min", "OnUnitActiveSec=5min"])
  func found(path: String, line: String) throws {
    let text = try generate("CHECK_INTERVAL=10\n", files: [path: "[Timer]\n\(line)\n"])
    #expect(text?.hasSuffix("[Timer]\nOnUnitActiveSec=\nOnActiveSec=1s\n") == true)
  }

  @Test(
    "what systemd does not read is none of the administrator's",
    arguments: [
      "etc/systemd/system/jod-check.timer.d/x.txt", "etc/systemd/system/jod-check.timer.d/.x.conf",
      "etc/systemd/system/jod.timer.d/x.conf", "etc/systemd/system/jod-checks.timer.d/x.conf",
      "etc/systemd/system/service.d/x.conf", "usr/share/systemd/system/jod-check.timer.d/x.conf",
    ])
  func notRead(path: String) throws {
    let text = try generate("CHECK_INTERVAL=10\n", files: [path: "[Timer]\nOnUnitActiveSec=5min\n"])
    #expect(text?.contains("10000ms") == true)
  }

  @Test(
    "of several files of one name the first folder's counts, empty or a mask as well",
    arguments: [
      ("etc/systemd/system/jod-check.timer.d/x.conf", "run/systemd/system/jod-check.timer.d/x.conf"),
      ("run/systemd/system/jod-check.timer.d/x.conf", "usr/lib/systemd/system/jod-check.timer.d/x.conf"),
      ("etc/systemd/system/jod-check.timer.d/x.conf", "etc/systemd/system/jod-.timer.d/x.conf"),
      ("etc/systemd/system/jod-.timer.d/x.conf", "run/systemd/system/jod-check.timer.d/x.conf"),
      ("usr/lib/systemd/system/jod-.timer.d/x.conf", "etc/systemd/system/timer.d/x.conf"),
    ], ["masked", "", "[Timer]\nAccuracySec=1s\n"])
  func hidden(paths: (String, String), text: String) throws {
    let interval = "[Timer]\nOnUnitActiveSec=5min\n"
    let hidden = try generate("CHECK_INTERVAL=10\n", files: [paths.0: text, paths.1: interval])
    #expect(hidden?.contains("10000ms") == true)
    let seen = try generate("CHECK_INTERVAL=10\n", files: [paths.1: text, paths.0: interval])
    #expect(seen?.contains("10000ms") == false)
  }

  @Test("files are read in the order of their names, in every folder")
  func order() throws {
    let late = [
      "etc/systemd/system/timer.d/b.conf": "[Timer]\nOnUnitActiveSec=\n",
      "etc/systemd/system/jod-check.timer.d/a.conf": "[Timer]\nOnUnitActiveSec=5min\n",
    ]
    #expect(try dropIns("CHECK_INTERVAL=10\n", files: late).isEmpty)
    let early = [
      "etc/systemd/system/timer.d/a.conf": "[Timer]\nOnUnitActiveSec=\n",
      "etc/systemd/system/jod-check.timer.d/b.conf": "[Timer]\nOnUnitActiveSec=5min\n",
    ]
    #expect(try dropIns("CHECK_INTERVAL=10\n", files: early).keys.sorted() == ["zzz-jod-check.conf"])
  }

  @Test(
    "the rhythm in force is the shortest interval of those that count",
    arguments: [
      ("", 30.0), ("OnUnitActiveSec=5min", 300), ("OnUnitActiveSec=5min\nOnUnitActiveSec = 1min", 60),
      ("OnUnitActiveSec=1min\nOnUnitActiveSec=\nOnUnitActiveSec=5min", 300), ("OnBootSec=1min", 30),
      ("OnUnitActiveSec=\nOnCalendar=hourly", nil),
    ])
  func rhythm(edited: String, rhythm: Seconds?) throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try write("[Timer]\n\(edited)\n", "etc/systemd/system/jod-check.timer.d/override.conf")
    #expect(GeneratedUnit.rhythm(root) == rhythm)
  }

  @Test("without an edit the rhythm is the generated one")
  func generatedRhythm() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try write(
      "[Timer]\nOnUnitActiveSec=\nOnActiveSec=1s\nOnUnitActiveSec=90000ms\n",
      "run/systemd/generator/jod-check.timer.d/0-check-interval.conf")
    #expect(GeneratedUnit.rhythm(root) == 90)
  }

  @Test("other settings of the administrator leave the rhythm to us")
  func editedOtherwise() throws {
    let text = try generate("CHECK_INTERVAL=10\n", edited: "[Timer]\nAccuracySec=1s\n")
    #expect(text?.contains("10000ms") == true)
  }

  @Test(
    "LISTEN_ADDRESS becomes the socket's, in place of its own, with any CHECK_INTERVAL",
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

  @Test("the zone of an address stands where systemd wants it, and is no specifier")
  func zone() throws {
    let text = try generate("LISTEN_ADDRESS=[fe80::1%br0]:8097\n", for: .socket)
    #expect(text?.hasSuffix("\nListenStream=[fe80::1]:8097%%br0\n") == true)
  }

  @Test("an address of systemctl edit wins, for ours is gone", arguments: ["ListenStream=", "ListenFIFO="])
  func editedAddress(reset: String) throws {
    let edited = "[Socket]\n\(reset)\nListenStream=[::]:80\n"
    #expect(try dropIns("LISTEN_ADDRESS=127.0.0.1:1\n", edited: edited, for: .socket).isEmpty)
    let text = try generate(
      "LISTEN_ADDRESS=127.0.0.1:1\n", edited: "[Socket]\nListenStream = [::]:80\n", for: .socket)
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
