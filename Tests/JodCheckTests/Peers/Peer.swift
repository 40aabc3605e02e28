import Foundation
import Household
import Synchronization

/// A folder that is removed with the last reference to it.
final class Folder: Sendable {
  let path = "\(NSTemporaryDirectory())jod-check-test-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { remove() }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    return "\(path)/\(name)"
  }
}

/// A program of others beside a test. It ends with its last reference.
final class Peer: Sendable {
  struct Failure: Error { let program: String, output: String }

  private let words: [String]
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  /// What it has said so far.
  private let received = Mutex("")

  init(_ words: [String], in folder: String) throws {
    self.words = words
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    // Its end would not be seen while it was also open here.
    try output.fileHandleForWriting.close()
  }

  deinit { end() }

  /// Runs a program to its end, and throws what it said where that is a failure.
  static func run(_ words: [String], in folder: String = "/") throws {
    let peer = try Peer(words, in: folder)
    try peer.input.fileHandleForWriting.close()
    peer.hear { _ in false }
    peer.process.waitUntilExit()
    if peer.process.terminationStatus != 0 { throw peer.failure }
  }

  /// Waits until it has said these words, and returns all that it has said. Throws where it does not.
  @discardableResult
  func wait(for words: String) throws -> String {
    guard hear({ $0.contains(words) }) else { throw failure }
    return received.withLock { $0 }
  }

  /// Waits for words, and returns those that follow them on their line.
  func words(after words: String) throws -> String {
    func rest(_ text: String) -> Substring? { text.firstRange(of: words).map { text[$0.upperBound...] } }
    guard hear({ rest($0)?.contains("\n") == true }), let rest = rest(received.withLock { $0 }) else {
      throw failure
    }
    return String(rest.prefix { !$0.isNewline })
  }

  /// Sends something to it. A program that is gone receives nothing.
  func say(_ text: String) { try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  /// Says something that it reads by itself, not together with what is said next.
  func sayAlone(_ text: String) {
    say(text)
    var unread: Int32 = 1
    while unread > 0, ioctl(input.fileHandleForWriting.fileDescriptor, UInt(FIONREAD), &unread) == 0 {
      sched_yield()
    }
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Ends it at once, without closing its connections.
  func end() {
    if process.isRunning { send(SIGKILL) }
    process.waitUntilExit()
  }

  private var failure: Failure {
    Failure(program: words.joined(separator: " "), output: received.withLock { $0 })
  }

  /// Reads on until that is enough; false at the end, or after half a minute of silence.
  @discardableResult
  private func hear(_ isEnough: (String) -> Bool) -> Bool {
    let descriptor = output.fileHandleForReading.fileDescriptor
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while !isEnough(received.withLock { $0 }) {
      var states = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
      guard poll(&states, 1, 30_000) > 0 else { return false }
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return false }
      received.withLock { $0 += String(decoding: buffer[..<count], as: UTF8.self) }
    }
    return true
  }

  /// A port on loopback that was free a moment ago, for a program that cannot choose one itself.
  static func freePort() throws -> Int {
    let server = try LoopbackServer { _ in }
    defer { server.stop() }
    return server.port
  }
}
