import Foundation
import Household
import JodCore
import Synchronization
import Testing

@testable import jod_check

/// Tests with real parts, one after another: time limits of the program hold on a machine that does little else.
@Suite("With real parts", .serialized)
enum World {}

/// The real program, run in folders of its own.
final class Sandbox {
  let folder: String
  /// The environment of the next run; tests change what matters to them.
  var environment: [String: String]

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let program = "\(root)/.build/debug/jod-check"

  /// A household with blind waking to this machine's loopback, where nothing is left to the defaults that matters.
  init(jellyfin url: String = "http://127.0.0.1:1", wakePort: Int = 9) throws {
    folder = "\(NSTemporaryDirectory())jod-check-test-\(UUID().uuidString)"
    for name in ["state", "run"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    environment = [
      "STORAGE_SERVER_MAC": "02:00:00:c0:ff:ee",
      "BROADCAST_ADDRESS": "127.0.0.1",
      "JELLYFIN_API_URL": url,
      "JELLYFIN_API_KEY": FakeJellyfin.key,
      "CHECK_INTERVAL": "30s",
      "PACKET_COOLDOWN_TIME": "1h",
      "COOLDOWN_TIME": "30min",
      "WOL_PORT": "\(wakePort)",
      "STATE_DIRECTORY": "\(folder)/state",
      "RUNTIME_DIRECTORY": "\(folder)/run",
    ]
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  struct Ended {
    let status: Int32
    let output: String
    let errors: String
  }

  @discardableResult
  func run(_ arguments: String...) throws -> Ended { try run(arguments: arguments) }

  /// What may be the matter with the disk under the state directory.
  enum Disk: String, CaseIterable {
    case full = """
      cp -a "$STATE_DIRECTORY" "$STATE_DIRECTORY.before"
      mount -t tmpfs -o size=64k none "$STATE_DIRECTORY"
      cp -a "$STATE_DIRECTORY.before/." "$STATE_DIRECTORY"
      rm -r "$STATE_DIRECTORY.before"
      cat /dev/zero > "$STATE_DIRECTORY/others" 2>/dev/null
      """
    case readOnly = """
      mount --bind "$STATE_DIRECTORY" "$STATE_DIRECTORY"
      mount -o remount,ro,bind "$STATE_DIRECTORY"
      """
  }

  /// The program with such a disk, which nobody else sees.
  @discardableResult
  func run(_ disk: Disk) throws -> Ended { try run(after: disk.rawValue, apart: ["--mount"]) }

  /// The program in a network of its own, whose only name server receives everything and answers nothing.
  @discardableResult
  func runWhereNamesAreNotAnswered() throws -> Ended {
    try write("nameserver 127.0.0.1\n", to: "resolv.conf")
    try write("hosts: dns\n", to: "nsswitch.conf")
    let preparation = """
      set -e
      ip link set lo up
      for file in resolv.conf nsswitch.conf; do mount --bind "\(folder)/$file" "$(readlink -f "/etc/$file")"; done
      """
    // The name server's socket is handed on to the program, which knows nothing of it.
    let nameServer = """
      $^F = 99; socket(S, AF_INET, SOCK_DGRAM, 0) && bind(S, sockaddr_in(53, INADDR_LOOPBACK)) or die $!;
      exec @ARGV
      """
    return try run(
      after: preparation, apart: ["--mount", "--net"], by: ["perl", "-MSocket", "-e", nameServer])
  }

  enum Journald: String {
    /// Takes every datagram, and writes it to the file `journal`.
    case reading = """
      use POSIX; my $program = fork // die $!; exec @ARGV unless $program;
      open J, ">>", $file or die $!;
      for (my $left = 1; $left; ) {
        $left = waitpid($program, WNOHANG) == 0; my $status = $?;
        my $set = ""; vec($set, fileno S, 1) = 1;
        while (select my $ready = $set, undef, undef, 0.02) { recv S, my $entry, 1 << 18, 0; syswrite J, "$entry\n" }
        exit $status >> 8 unless $left;
      }
      """
    /// Has taken nothing for so long that nothing more fits into its socket.
    case deaf = """
      socket(C, AF_UNIX, SOCK_DGRAM, 0) && connect(C, sockaddr_un($path)) or die $!;
      1 while defined send C, "x", MSG_DONTWAIT;
      exec @ARGV
      """
  }

  /// The program with such a journald, which is its service manager too. Killed after half a minute.
  @discardableResult
  func run(_ journald: Journald, _ arguments: String...) throws -> Ended {
    let preparation = """
      set -e
      mount -t tmpfs none /run
      mkdir -p /run/systemd/journal
      export NOTIFY_SOCKET=/run/systemd/journal/socket
      export JOURNAL_STREAM="$(stat -Lc %d:%i /proc/self/fd/2)"
      """
    let socket = """
      $^F = 99; my ($path, $file) = ("/run/systemd/journal/socket", "\(folder)/journal");
      socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($path)) or die $!;
      """
    let starter = ["timeout", "30", "perl", "-MSocket", "-e", "\(socket)\n\(journald.rawValue)"]
    return try run(after: preparation, apart: ["--mount"], by: starter, arguments: arguments)
  }

  /// The program after a script, in namespaces of its own, started by another.
  private func run(
    after preparation: String, apart namespaces: [String], by starter: [String] = [], arguments: [String] = []
  ) throws -> Ended {
    let mapping = geteuid() == 0 ? [] : ["--map-root-user"]
    let shell = ["sh", "-c", "\(preparation)\nexec \"$@\"", "sh"]
    return try run(
      program: "/usr/bin/unshare", mapping + namespaces + shell + starter + [Self.program] + arguments)
  }

  /// The calls of a kind that the program makes, as strace writes them.
  func calls(_ names: String..., of arguments: [String] = [], status: Int32 = 0) throws -> [Substring] {
    try write("", to: "calls")
    let options = ["-f", "-qq", "-o", "\(folder)/calls", "-e", "trace=\(names.joined(separator: ","))"]
    let ended = try run(program: "/usr/bin/strace", options + [Self.program] + arguments)
    try #require(ended.status == status, "\(ended.errors)")
    return contents("calls")?.split(separator: "\n") ?? []
  }

  @discardableResult
  func run(arguments: [String]) throws -> Ended { try run(program: Self.program, arguments) }

  /// The program as systemd starts it, which names to it the process that it is. Root's hand reads a file besides.
  @discardableResult
  func runAsService() throws -> Ended {
    try run(program: "/bin/sh", ["-c", "SYSTEMD_EXEC_PID=$$ exec \"$0\"", Self.program])
  }

  @discardableResult
  func run(program: String, _ arguments: [String]) throws -> Ended {
    let process = Process()
    let (output, errors) = ("\(folder)/output", "\(folder)/errors")
    for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationReason == .exit, "ended by signal \(process.terminationStatus)")
    return Ended(
      status: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// What is no text in a file, as in a journal's entry, is no reason to skip it.
  func contents(_ name: String) -> String? {
    FileManager.default.contents(atPath: "\(folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
  }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  /// Puts an executable into an `activity.d` of its own, which the next runs look into.
  func script(_ name: String, _ body: String, mode: Int = 0o755) throws {
    let directory = "\(folder)/etc/activity.d"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    environment["CONFIGURATION_DIRECTORY"] = "\(folder)/etc"
    try write("#!/bin/sh\n\(body)\n", to: "etc/activity.d/\(name)")
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(directory)/\(name)")
  }

  /// A file's identity and time of change: they stay as long as nobody writes it.
  func fingerprint(_ name: String) throws -> String {
    let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
    return "\(attributes[.systemFileNumber] ?? "") \(attributes[.modificationDate] ?? "")"
  }

  /// Every file there is, and every word that was printed last: where no secret may be.
  func everything() throws -> String {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return names.compactMap(contents).joined(separator: "\n")
  }
}

/// A household whose storage server has an address.
struct Home {
  let jellyfin: FakeJellyfin
  let storage: StorageServer
  let sandbox: Sandbox

  init(blind: Bool = false) throws {
    jellyfin = try FakeJellyfin()
    storage = try StorageServer()
    sandbox = try Sandbox(jellyfin: jellyfin.url, wakePort: storage.wakePort)
    if !blind { sandbox.environment["STORAGE_SERVER_ADDRESS"] = "127.0.0.1:\(storage.port)" }
  }

  func someoneBrowses() { jellyfin.say(sessions: "[\(FakeJellyfin.session())]") }

  func nobody() { jellyfin.say(sessions: "[]") }

  /// Runs a command while the storage server, which is off, comes at the nth packet; returns how many it received.
  func runWaking(_ arguments: String..., afterPackets count: Int = 3) throws -> (
    ended: Sandbox.Ended, packets: Int
  ) {
    nonisolated(unsafe) var received = 0
    nonisolated(unsafe) let storage = storage
    let ended = try meanwhile {
      received += storage.packets().count
      guard received >= count else { return false }
      try? storage.turn(.ready)
      return true
    } during: {
      try sandbox.run(arguments: arguments)
    }
    return (ended, received + storage.packets().count)
  }
}

/// Tries something again and again, on a thread of its own, until it is done or a block has ended.
func meanwhile<Result>(_ isDone: @escaping () -> Bool, during body: () throws -> Result) rethrows -> Result {
  nonisolated(unsafe) let isDone = isDone
  let isOver = Flag()
  let ended = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    while !isOver.isSet, !isDone() { usleep(2000) }
    ended.signal()
  }
  defer {
    isOver.set()
    ended.wait()
  }
  return try body()
}

private final class Flag: Sendable {
  private let value = Mutex(false)

  var isSet: Bool { value.withLock { $0 } }

  func set() { value.withLock { $0 = true } }
}

extension Sandbox {
  /// Answers requests from what is in these folders.
  func handler() throws -> RequestHandler {
    let settings = Settings(
      environment: environment, stateDirectory: "\(folder)/state", runtimeDirectory: "\(folder)/run")
    let store = Store(
      stateDirectory: settings.stateDirectory, runtimeDirectory: settings.runtimeDirectory, mode: .normal)
    return RequestHandler(
      Program(
        settings: settings, configuration: try settings.configuration(),
        output: Output(json: false, environment: [:]), store: store, mountstats: -1))
  }
}
