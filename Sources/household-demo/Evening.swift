import Foundation
import Household

/// An evening in a household on loopback: the real jod-check, run again and again.
final class Evening {
  private let program: String
  private let folder: String
  private let clock: DemoClock
  let jellyfin: FakeJellyfin
  let storage: StorageServer

  /// - Parameters:
  ///   - program: jod-check.
  ///   - folder: a place for its state, with the clock in it.
  init(program: String, folder: String) throws {
    (self.program, self.folder) = (program, folder)
    clock = try DemoClock(path: "\(folder)/clock")
    jellyfin = try FakeJellyfin()
    storage = try StorageServer()
    for name in ["state", "run"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    let command = "#!/bin/sh\ntouch '\(powerOff)'\n"
    try command.write(toFile: "\(folder)/power-off", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/power-off")
  }

  private var powerOff: String { "\(folder)/asked" }

  private var environment: [String: String] {
    ProcessInfo.processInfo.environment.filter {
      ["LD_PRELOAD", DemoClock.variable, "TZ", "PATH"].contains($0.key)
    }.merging([
      "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee",
      "BROADCAST_ADDRESS": "127.0.0.1",
      "WOL_PORT": "\(storage.wakePort)",
      "STORAGE_SERVER_ADDRESS": "127.0.0.1:\(storage.port)",
      "SHUTDOWN_COMMAND": "\(folder)/power-off",
      "JELLYFIN_API_URL": jellyfin.url,
      "JELLYFIN_API_KEY": FakeJellyfin.key,
      "STATE_DIRECTORY": "\(folder)/state",
      "RUNTIME_DIRECTORY": "\(folder)/run",
    ]) { $1 }
  }

  func begin(at time: String) { clock.set(time) }

  /// A scene begins: the clock stands at its time, and a reader has a breath.
  func scene(_ time: String, _ words: String) {
    breathe()
    clock.set(time)
    say("\n\(time)  \(words)")
    breathe()
  }

  private func breathe() { Thread.sleep(forTimeInterval: 0.9) }

  func pass(_ seconds: Double) { clock.pass(seconds) }

  /// Runs jod-check once, and shows what it says. Returns how many magic packets the network card received.
  @discardableResult
  func run(_ arguments: String...) throws -> Int {
    say("       $ jod-check\(arguments.map { " " + $0 }.joined())")
    for line in try check(arguments) { say("       \(line)") }
    let packets = storage.packets().count
    if packets > 0 { say("       (The storage server's network card received \(packets) magic packets.)") }
    return packets
  }

  /// One check of the timer's, which is not shown.
  func quietly() throws -> [Substring] { try check([]) }

  /// The timer's checks until then, each after what happens in between. They send nothing.
  func checksPass(until time: String, each happens: () -> Void) throws {
    while clock.isBefore(time) {
      clock.pass(120)
      happens()
      _ = try check([])
      try expect(storage.packets().isEmpty, "no packet")
    }
  }

  /// Whether it was told to power off, and has.
  private(set) var hasGone = false

  /// What one run says, by lines. The storage goes down as soon as it is told to.
  private func check(_ arguments: [String]) throws -> [Substring] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.standardOutput = output
    process.standardError = output
    try process.run()
    while process.isRunning {
      if FileManager.default.fileExists(atPath: powerOff) {
        try storage.turn(.off)
        hasGone = true
        try FileManager.default.removeItem(atPath: powerOff)
      }
      Thread.sleep(forTimeInterval: 0.002)
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    guard process.terminationStatus == 0 else {
      throw Surprise("jod-check ended with \(process.terminationStatus): \(text)")
    }
    return text.split(separator: "\n")
  }
}

struct Surprise: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

func expect(_ condition: Bool, _ expectation: String) throws {
  if !condition { throw Surprise("expected: \(expectation)") }
}

/// Prints at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
