import Foundation
import Household

/// An evening in a household on loopback: the real jod-check, run again and again.
struct Evening {
  let program: String
  let jellyfin: FakeJellyfin
  let storage: StorageServer
  let folder: String

  init(program: String) throws {
    self.program = program
    jellyfin = try FakeJellyfin()
    storage = try StorageServer()
    folder = NSTemporaryDirectory() + "jod-check-demo-\(getpid())"
    for name in ["state", "run"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
  }

  private var environment: [String: String] {
    [
      "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee",
      "BROADCAST_ADDRESS": "127.0.0.1",
      "WOL_PORT": "\(storage.wakePort)",
      "STORAGE_SERVER_ADDRESS": "127.0.0.1:\(storage.port)",
      "JELLYFIN_API_URL": jellyfin.url,
      "JELLYFIN_API_KEY": FakeJellyfin.key,
      "CHECK_INTERVAL": "1s",
      "PACKET_COOLDOWN_TIME": "60s",
      "STATE_DIRECTORY": "\(folder)/state",
      "RUNTIME_DIRECTORY": "\(folder)/run",
    ]
  }

  /// Runs jod-check once, and shows what it says. Returns how many magic packets the network card heard.
  @discardableResult
  func run(_ arguments: String...) throws -> Int {
    say("  $ jod-check\(arguments.map { " " + $0 }.joined())")
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    for line in text.split(separator: "\n") { say("  \(line)") }
    guard process.terminationStatus == 0 else {
      throw Surprise("jod-check ended with \(process.terminationStatus)")
    }
    let packets = storage.packets().count
    if packets > 0 { say("  (the storage server's network card heard \(packets) magic packets)") }
    return packets
  }

  func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }
}

struct Surprise: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

func scene(_ title: String) { say("\n\(title)") }

/// Prints at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func expect(_ condition: Bool, _ expectation: String) throws {
  if !condition { throw Surprise("expected: \(expectation)") }
}

func play(_ evening: Evening) throws {
  scene("18:00  Nobody is there. The storage server is off, and stays off.")
  try expect(evening.run() == 0, "no packet")
  try expect(evening.run() == 0, "no packet")

  scene("20:14  Anna opens the app in the living room.")
  evening.jellyfin.say(sessions: "[\(FakeJellyfin.session())]")
  try expect(evening.run() == 3, "one wake request of three packets")

  scene(
    "20:15  The storage server starts; its service does not answer yet. The cooldown keeps jod-check from nagging."
  )
  try evening.storage.turn(.starting)
  try expect(evening.run() == 0, "no packet inside the cooldown")

  scene("20:15  The storage is ready.")
  try evening.storage.turn(.ready)
  try expect(evening.run() == 0, "no packet")

  scene("20:20  The film runs.")
  evening.jellyfin.say(sessions: "[\(FakeJellyfin.session(film: "The Third Man"))]")
  try expect(evening.run() == 0, "no packet")

  scene("21:10  A pause of ten minutes still counts as activity.")
  evening.jellyfin.say(sessions: "[\(FakeJellyfin.session(film: "The Third Man", pausedFor: 600))]")
  try expect(evening.run() == 0, "no packet")

  scene("21:45  A pause of forty minutes does not, though the app reports it every ten seconds.")
  evening.jellyfin.say(sessions: "[\(FakeJellyfin.session(film: "The Third Man", pausedFor: 2400))]")
  try expect(evening.run() == 0, "no packet")

  scene("23:00  Gone. What does jod-check know?")
  evening.jellyfin.say(sessions: "[]")
  try expect(evening.run() == 0, "no packet")
  try evening.run("status")
}

// A write to a program that has ended is an error, not our end.
signal(SIGPIPE, SIG_IGN)
do {
  let program = CommandLine.arguments.dropFirst().first ?? ".build/release/jod-check"
  let evening = try Evening(program: program)
  defer { evening.cleanUp() }
  say(
    "An evening in a household on this machine's loopback. The clock on the left is told, not waited for.")
  try play(evening)
  say("\nThe evening went as expected.")
} catch {
  say("\nThe evening went otherwise: \(error)")
  exit(1)
}
