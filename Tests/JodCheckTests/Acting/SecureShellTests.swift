import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

/// A storage server with a real sshd, whose only key may run one script.
private struct ForcedServer {
  let folder: String
  let server: OpenSSHServer

  /// - Parameter script: what runs in place of any command, with the command in `SSH_ORIGINAL_COMMAND`.
  init(in folder: String, script: String, authorizes: Bool = true) throws {
    self.folder = folder
    let made = try Subprocess(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/jod"]).run(
      timeLimit: 20)
    try #require(made.status == 0, "\(made.errors)")
    try "#!/bin/sh\n\(script)\n".write(toFile: "\(folder)/forced", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/forced")
    let key = try String(contentsOfFile: "\(folder)/jod.pub", encoding: .utf8)
    server = try OpenSSHServer(
      in: folder, authorized: authorizes ? "restrict,command=\"\(folder)/forced\" \(key)" : "")
  }

  /// The known_hosts line that names it.
  func knownHosts() throws -> String {
    let scan = try Subprocess(["ssh-keyscan", "-t", "ed25519", "-p", "\(server.port)", "127.0.0.1"]).run(
      timeLimit: 20)
    try #require(scan.status == 0 && !scan.output.isEmpty, "\(scan.errors)")
    return scan.output
  }

  /// What jod-check is given to reach it.
  func credentials(knownHosts: String) throws -> [String: String] {
    let directory = "\(folder)/credentials"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try knownHosts.write(toFile: "\(directory)/known_hosts", atomically: true, encoding: .utf8)
    let key = "\(directory)/storage-server-ssh-key"
    try FileManager.default.copyItem(atPath: "\(folder)/jod", toPath: key)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    return [
      "CREDENTIALS_DIRECTORY": directory,
      "STORAGE_SERVER_SSH": "\(OpenSSHServer.user)@127.0.0.1:\(server.port)",
    ]
  }
}

extension World {
  @Suite(
    "The power-off over ssh",
    .enabled(if: OpenSSHServer.isInstalled, "sshd is not installed (apt-get install openssh-server)"))
  struct SecureShellTests {
    private let home: Home

    init() throws {
      home = try Home()
      try home.storage.turn(.ready)
      home.sandbox.environment.merge(["COOLDOWN_TIME": "1ms", "MANUAL_START_HOLD": "0"]) { $1 }
    }

    /// Runs until the power-off was asked for.
    private func powerOff(_ script: String, authorizes: Bool = true, knownHosts: String? = nil) throws
      -> Sandbox.Ended
    {
      let server = try ForcedServer(in: home.sandbox.folder, script: script, authorizes: authorizes)
      let credentials = try server.credentials(knownHosts: knownHosts ?? server.knownHosts())
      home.sandbox.environment.merge(credentials) { $1 }
      try home.sandbox.run()
      return try withExtendedLifetime(server) { try home.sandbox.run() }
    }

    private var isStopping: Bool {
      get throws { try home.sandbox.run("status", "--json").output.contains(#""state":"stopping""#) }
    }

    @Test("the storage server is sent the one command, and 0 is accepted")
    func accepted() throws {
      let ended = try powerOff("echo \"$SSH_ORIGINAL_COMMAND\" > \(home.sandbox.folder)/asked")
      #expect(ended.status == 0)
      #expect(home.sandbox.contents("asked") == "systemctl --check-inhibitors=yes poweroff\n")
      #expect(try isStopping)
    }

    @Test("STORAGE_SERVER_SSH_COMMAND is sent in its place, and no failure shows its arguments")
    func ownCommand() throws {
      home.sandbox.environment["STORAGE_SERVER_SSH_COMMAND"] = "/opt/off ACTION --token hunter22"
      let asked = "echo \"$SSH_ORIGINAL_COMMAND\" > \(home.sandbox.folder)/asked"
      let ended = try powerOff("\(asked); echo \"off: hunter22 is wrong\" >&2; exit 3")
      #expect(home.sandbox.contents("asked") == "/opt/off poweroff --token hunter22\n")
      #expect((ended.output + ended.errors).contains("off: [secret] is wrong"))
      #expect(try !home.sandbox.run("status").output.contains("hunter22"))
    }

    @Test("SHUTDOWN_ACTION is what is asked for")
    func suspend() throws {
      home.sandbox.environment["SHUTDOWN_ACTION"] = "suspend"
      _ = try powerOff("echo \"$SSH_ORIGINAL_COMMAND\" > \(home.sandbox.folder)/asked")
      #expect(home.sandbox.contents("asked") == "systemctl --check-inhibitors=yes suspend\n")
    }

    @Test(
      "75, and 1 with an inhibitor's words, are busy",
      arguments: ["echo a backup runs >&2; exit 75", "echo Operation inhibited by a backup >&2; exit 1"])
    func busy(script: String) throws {
      let ended = try powerOff(script)
      #expect(ended.status == 0)
      #expect(ended.output.contains("The storage is busy"))
      #expect(ended.output.contains("backup"))
      #expect(try !isStopping)
    }

    @Test("a connection that stood and broke is perhaps a machine that goes down")
    func perhaps() throws {
      let ended = try powerOff("kill -9 $PPID; exec cat")
      #expect(ended.status == 0)
      #expect(try isStopping)
    }

    @Test("another status is a failure")
    func fails() throws {
      let ended = try powerOff("echo no systemd here >&2; exit 1")
      #expect(ended.status == 1)
      #expect(ended.errors.contains("no systemd here"))
      #expect(try !isStopping)
    }

    @Test("a host key that is not known is refused, with the remedy")
    func unknownHost() throws {
      let ended = try powerOff("touch \(home.sandbox.folder)/asked", knownHosts: "")
      #expect(ended.status == 1)
      #expect(ended.errors.contains("jod-check pair"))
      #expect(home.sandbox.contents("asked") == nil)
    }

    @Test("a host key that has changed is refused, and told as what it is")
    func changedHost() throws {
      let free = try ForcedServer(in: home.sandbox.folder, script: "exit 0")
      let other = try #require(home.sandbox.contents("jod.pub"))
      home.sandbox.environment.merge(
        try free.credentials(knownHosts: "[127.0.0.1]:\(free.server.port) \(other)")
      ) { $1 }
      try home.sandbox.run()
      let ended = try withExtendedLifetime(free) { try home.sandbox.run() }
      #expect(ended.status == 1)
      #expect(ended.errors.contains("host key has changed"))
    }

    @Test("a server that wants a password is not waited for")
    func wantsPassword() throws {
      let ended = try powerOff("exit 0", authorizes: false)
      #expect(ended.status == 1)
      #expect(ended.errors.contains("did not accept the key"))
    }

    @Test("a port that answers and says nothing is a failure, not a power-off")
    func dead() throws {
      let silent = try LoopbackServer { $0.waitForEnd() }
      home.sandbox.environment["STORAGE_SERVER_SSH"] = "root@127.0.0.1:\(silent.port)"
      try home.sandbox.run()
      let ended = try home.sandbox.run()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("could not be powered off"))
      #expect(try !isStopping)
    }
  }
}
