import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite(
    "Pairing with a real sshd",
    .enabled(if: OpenSSHServer.isInstalled, "sshd is not installed (apt-get install openssh-server)"))
  struct PairTests {
    private let sandbox: Sandbox
    private var directory: String { "\(sandbox.folder)/etc/credentials" }

    init() throws { sandbox = try Sandbox() }

    /// Pairs, and returns all that was said. `answers` nil: nobody is there to ask.
    private func pair(
      _ port: Int, user: String = "jod-check", trusts: Bool = false, answer: String? = nil,
      ownCommand: String? = nil
    ) throws -> String {
      var said = ""
      let pairing = Pairing(
        destination: SSHDestination("\(user)@127.0.0.1:\(port)")!, directory: directory, trusts: trusts,
        ownCommand: ownCommand, ask: answer.map { text in { text } }, say: { said += "\($0)\n" })
      do {
        try pairing.run()
      } catch {
        said += "FAILED \(error)"
      }
      return said
    }

    private func knownHosts() -> String? { sandbox.contents("etc/credentials/known_hosts") }

    private func mode(_ name: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")[.posixPermissions] as? Int
    }

    @Test(
      "with STORAGE_SERVER_SSH_COMMAND it says what the key must be allowed, of which it shows the first word"
    )
    func ownCommand() throws {
      let server = try OpenSSHServer(in: sandbox.folder, hostKeys: ["ed25519"])
      let said = try pair(server.port, answer: "yes", ownCommand: "/sbin/poweroff --token hunter22")
      #expect(said.contains("a power-off sends \"/sbin/poweroff …\""))
      // One that does not look at what it is asked for would power off when the doctor tries the login.
      #expect(
        said.contains(
          "restrict,command=\"[ \\\"$SSH_ORIGINAL_COMMAND\\\" = 'COMMAND' ] && exec COMMAND; exit 64\" ssh-ed25519 "
        ))
      #expect(!said.contains("hunter22"))
      #expect(!said.contains("jod-check-storage authorize"))
    }

    @Test(
      "the first time makes a key, shows the host key's fingerprint, keeps it, and says what is left to do")
    func first() throws {
      let server = try OpenSSHServer(in: sandbox.folder, hostKeys: ["ed25519", "rsa"])
      let said = try pair(server.port, answer: "yes")
      #expect(said.contains("Made an ssh key"))
      #expect(said.contains("SHA256:") && said.contains("(ED25519)") && said.contains("(RSA)"))
      let key = try runToEnd(
        "/usr/bin/ssh-keygen", "-y", "-f", "\(directory)/storage-server-ssh-key")
      #expect(key.hasPrefix("ssh-ed25519 ") && key.contains(" jod-check@"))
      let line = key.trimmingCharacters(in: .newlines)
      #expect(said.contains("\n  echo '\(line)' | sudo jod-check-storage authorize\n"))
      #expect(said.contains("STORAGE_SERVER_SSH=jod-check@127.0.0.1:\(server.port)\n"))
      let known = try #require(knownHosts())
      #expect(known.contains("[127.0.0.1]:\(server.port) ssh-ed25519 ") && known.contains(" ssh-rsa "))
      #expect(try mode("storage-server-ssh-key") == 0o600)
      #expect(try mode("") == 0o700)
      let files = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(files.sorted() == ["known_hosts", "storage-server-ssh-key"])
    }

    @Test("again, it makes nothing anew, asks nothing, and says the same line")
    func again() throws {
      let server = try OpenSSHServer(in: sandbox.folder)
      let first = try pair(server.port, trusts: true)
      let files = try ["storage-server-ssh-key", "known_hosts"].map {
        try sandbox.fingerprint("etc/credentials/\($0)")
      }
      let said = try pair(server.port)
      #expect(said.contains("is known"))
      #expect(!said.contains("FAILED") && !said.contains("Made"))
      let line = try #require(first.split(separator: "\n").first { $0.contains("authorize") })
      #expect(said.contains(line))
      let later = try ["storage-server-ssh-key", "known_hosts"].map {
        try sandbox.fingerprint("etc/credentials/\($0)")
      }
      #expect(files == later)
    }

    @Test("a host key that nobody confirms is not trusted", arguments: [nil, "", "no", "ye"] as [String?])
    func unconfirmed(answer: String?) throws {
      let server = try OpenSSHServer(in: sandbox.folder)
      let said = try pair(server.port, answer: answer)
      #expect(said.contains("FAILED"))
      #expect(answer != nil || said.contains("--yes"))
      #expect(knownHosts() == nil)
    }

    @Test("a host key that has changed is loud, and is replaced by an explicit answer alone")
    func changed() throws {
      let server = try OpenSSHServer(in: sandbox.folder)
      _ = try pair(server.port, trusts: true)
      let others = "# mine\nother.lan ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n"
      try (others + (knownHosts() ?? "")).write(
        toFile: "\(directory)/known_hosts", atomically: true, encoding: .utf8)
      let before = knownHosts()
      let port = server.port
      server.stop()
      let impostor = try OpenSSHServer(in: sandbox.folder, port: port)
      for (trusts, answer) in [(true, nil), (false, nil), (true, "yes"), (false, "y")] as [(Bool, String?)] {
        let said = try pair(impostor.port, trusts: trusts, answer: answer)
        #expect(said.contains("HAS CHANGED") && said.contains("FAILED"))
        #expect(knownHosts() == before)
      }
      #expect(try !pair(impostor.port, answer: "replace").contains("FAILED"))
      let after = try #require(knownHosts())
      #expect(after.hasPrefix(others) && after != before)
      #expect(after.split(separator: "\n").count == before?.split(separator: "\n").count)
      #expect(try pair(impostor.port).contains("is known"))
    }

    @Test("a hashed line of known_hosts is recognised")
    func hashed() throws {
      let server = try OpenSSHServer(in: sandbox.folder)
      _ = try pair(server.port, trusts: true)
      try runToEnd("/usr/bin/ssh-keygen", "-q", "-H", "-f", "\(directory)/known_hosts")
      #expect(try pair(server.port).contains("is known"))
    }

    @Test("where nothing answers, the remedy is told")
    func silent() throws {
      let server = try OpenSSHServer(in: sandbox.folder)
      let port = server.port
      server.stop()
      let said = try pair(port, trusts: true)
      #expect(said.contains("FAILED 127.0.0.1:\(port) shows no host key") && said.contains("jod-check wake"))
    }

    @Test("a key with a passphrase is refused, and left alone")
    func passphrase() throws {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      let key = "\(directory)/storage-server-ssh-key"
      try runToEnd("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", key)
      let before = try sandbox.fingerprint("etc/credentials/storage-server-ssh-key")
      #expect(try pair(1, trusts: true).contains("FAILED \(key) cannot be used"))
      #expect(try sandbox.fingerprint("etc/credentials/storage-server-ssh-key") == before)
    }

    @Test("a quote in a key's comment cannot leave the line for the other shell")
    func quotes() throws {
      let server = try OpenSSHServer(in: sandbox.folder)
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      let key = "\(directory)/storage-server-ssh-key"
      try runToEnd(
        "/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "it's; reboot", "-f", key)
      let said = try pair(server.port, user: "root", trusts: true)
      #expect(said.contains(#"it'\''s; reboot' | sudo"#))
      #expect(said.contains("not for root"))
    }

    @Test("what is no destination is wrong use", arguments: ["nas.lan", "-oProxyCommand=x@y", "a@b:99999"])
    func wrongUse(text: String) throws {
      #expect(try sandbox.run("pair", "--", text).status == 64)
    }

    @Test("only root may pair", .enabled(if: geteuid() != 0, "this is root"))
    func notRoot() throws {
      let ended = try sandbox.run("pair", "jod-check@nas.lan")
      #expect(ended.status == 1)
      #expect(ended.errors.contains("sudo jod-check pair jod-check@nas.lan"))
    }
  }
}

/// Runs a program that must succeed, and returns what it prints.
@discardableResult
func runToEnd(_ words: String...) throws -> String {
  let ended = try Subprocess(words).run(timeLimit: 10)
  try #require(ended.status == 0, "\(words): \(ended.errors)")
  return ended.output
}
