import Glibc
import JodCore

/// Why no pairing came about, with the remedy.
struct PairingFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Makes the key, learns the storage server's host key, and says what is left to do.
struct Pairing {
  let destination: SSHDestination
  /// Where the credentials lie.
  let directory: String
  /// Whether a host key that was never seen needs no confirmation.
  let trusts: Bool
  /// `STORAGE_SERVER_SSH_COMMAND`, where it is set.
  var ownCommand: String?
  /// Reads an answer; nil where there is nobody to ask.
  let ask: (() -> String)?
  let say: (String) -> Void

  /// For programs of OpenSSH that only compute.
  private static let timeLimit: Seconds = 10
  private var keyFile: String { "\(directory)/storage-server-ssh-key" }
  private var knownHostsFile: String { "\(directory)/known_hosts" }
  private var hostName: String { KnownHosts.name(of: destination.endpoint) }

  func run() throws {
    try makeDirectory()
    let publicKey = try key()
    try learnHostKey()
    explain(publicKey)
  }

  func makeDirectory() throws(PairingFailure) {
    do throws(SystemError) {
      try Files.makeFolder(Files.folder(of: directory), mode: 0o755)
      try Files.makeFolder(directory, mode: 0o700)
    } catch {
      throw PairingFailure("\(error)")
    }
  }

  // MARK: Our key

  /// The public key, of a new key if there is none.
  func key() throws(PairingFailure) -> String {
    if access(keyFile, F_OK) != 0 {
      try makeKey()
      say("Made an ssh key: \(keyFile)")
    }
    // An empty passphrase given keeps it from asking for one at the terminal.
    let ended = try openSSH(["ssh-keygen", "-y", "-P", "", "-f", keyFile])
    guard ended.status == 0 else {
      throw PairingFailure(
        "\(keyFile) cannot be used (\(Self.reason(ended))): it must be a private key of OpenSSH without a passphrase, readable by root alone. Mend it, or move it away and run this again."
      )
    }
    return Printable.trimmed(ended.output)
  }

  /// Made beside its place and renamed, so that there is never half a key.
  private func makeKey() throws(PairingFailure) {
    let new = "\(keyFile).new"
    for path in [new, "\(new).pub"] { unlink(path) }
    defer { for path in [new, "\(new).pub"] { unlink(path) } }
    let ended = try openSSH([
      "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "jod-check@\(Self.thisHost)", "-f", new,
    ])
    guard ended.status == 0, chmod(new, 0o600) == 0, rename(new, keyFile) == 0 else {
      throw PairingFailure("cannot make \(keyFile): \(Self.reason(ended))")
    }
  }

  /// As a comment shows it: no character that a shell would read.
  private static var thisHost: String {
    var name = utsname()
    uname(&name)
    let text = withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
  }

  // MARK: The storage server's key

  func learnHostKey() throws {
    let keys = try fetch()
    let text =
      try Files.read(knownHostsFile, limit: 1 << 20).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let known = KnownHosts(text)
    let lines = try text.isEmpty ? [] : find()
    let old = known.keys(inLines: lines)
    if keys.allSatisfy(old.contains) {
      say("The host key of \(hostName) is known:\n\(try fingerprints(keys))")
      return
    }
    var trusted = keys
    if HostKey.contradicts(old, keys) {
      try confirmChange(from: old, to: keys)
    } else {
      try confirm(keys)
      // Types that were not shown this time are still the host's.
      trusted += old.filter { !keys.contains($0) }
    }
    let new = known.replacing(hostName, inLines: lines, with: trusted)
    try Files.replace(knownHostsFile, with: Array(new.utf8), mode: 0o600, durable: true)
    say("Wrote \(knownHostsFile)")
  }

  private func fetch() throws(PairingFailure) -> [HostKey] {
    let endpoint = destination.endpoint
    let ended = try openSSH(
      ["ssh-keyscan", "-T", "5", "-t", "ed25519,ecdsa,rsa", "-p", "\(endpoint.port)", "--", endpoint.host])
    let keys = KnownHosts.scanned(ended.output)
    guard !keys.isEmpty else {
      throw PairingFailure(
        "\(endpoint) shows no host key (\(Self.reason(ended))). See that the storage server is on (`jod-check wake`), that sshd runs there (`apt-get install openssh-server`), and that host and port are right."
      )
    }
    return keys
  }

  private func find() throws(PairingFailure) -> [Int] {
    KnownHosts.found(try openSSH(["ssh-keygen", "-F", hostName, "-f", knownHostsFile]).output)
  }

  private func confirm(_ keys: [HostKey]) throws(PairingFailure) {
    say("The storage server \(hostName) shows these host keys:\n\(try fingerprints(keys))")
    if trusts { return }
    guard let ask else {
      throw PairingFailure(
        "there is no terminal to confirm the host key at: run this at one, or trust the key with --yes.")
    }
    say(
      "They are right if `for k in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $k; done` says the same on the storage server. Are they? (yes/no)"
    )
    guard SetUpOptions.isYes(Printable.trimmed(ask())) == true else {
      throw PairingFailure("the host key was not confirmed, and nothing is trusted.")
    }
  }

  private func confirmChange(from old: [HostKey], to new: [HostKey]) throws(PairingFailure) {
    say(
      """
      WARNING: THE HOST KEY OF \(hostName) HAS CHANGED!
      Either the storage server was installed anew, or another machine answers in its place.
      Known so far:
      \(try fingerprints(old))
      Shown now:
      \(try fingerprints(new))
      """)
    let refusal = "the host key of \(hostName) has changed, and was not replaced."
    guard let ask else {
      throw PairingFailure("\(refusal) Find out why, then run this at a terminal; --yes does not answer it.")
    }
    say("Type replace to trust the new key:")
    guard Printable.trimmed(ask()) == "replace" else { throw PairingFailure(refusal) }
  }

  private func fingerprints(_ keys: [HostKey]) throws(PairingFailure) -> String {
    let lines = keys.map { "\(hostName) \($0)\n" }.joined()
    let ended = try openSSH(["ssh-keygen", "-l", "-f", "-"], input: lines)
    guard ended.status == 0 else {
      throw PairingFailure("what \(hostName) shows is no host key: \(Self.reason(ended))")
    }
    return ended.output.split(separator: "\n").map { "  \(Printable.clean(String($0), limit: 200))" }
      .joined(separator: "\n")
  }

  // MARK: What is left to do

  /// What lets the key in, to be run on the storage server.
  static func authorization(of publicKey: String) -> String {
    let quoted = publicKey.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    return "echo '\(quoted)' | sudo jod-check-storage authorize"
  }

  private func explain(_ publicKey: String) {
    if let ownCommand { return explain(publicKey, ownCommand) }
    let note =
      destination.user == Identity.user
      ? "" : "\n(That authorizes the key for the user \(Identity.user) there, not for \(destination.user).)"
    say(
      """

      Now run this on the storage server, which needs the package jod-check-storage:

        \(Self.authorization(of: publicKey))
      \(note)
      \(setting)

      and see whether it works: sudo jod-check doctor
      """)
  }

  private var setting: String {
    """
    Then set this in \(Settings.defaultsFile) on this machine:

      STORAGE_SERVER_SSH=\(destination)
    """
  }

  /// A storage server with a command of its own has not our package, which would refuse it.
  private func explain(_ publicKey: String, _ ownCommand: String) {
    let shown = Disclosure.shown("STORAGE_SERVER_SSH_COMMAND", ownCommand)
    say(
      """

      STORAGE_SERVER_SSH_COMMAND is set: a power-off sends \(shown) instead of what the package
      jod-check-storage takes. Allow this key to run that, and nothing else, for the user \(destination.user)
      on the storage server; in ~/.ssh/authorized_keys of OpenSSH by one line, with your command twice:

        restrict,command="[ \\"$SSH_ORIGINAL_COMMAND\\" = 'COMMAND' ] && exec COMMAND; exit 64" \(publicKey)

      It looks at what it is asked for, so that no other request powers the storage off.

      \(setting)
      """)
  }

  // MARK: OpenSSH's programs

  private func openSSH(_ arguments: [String], input: String = "") throws(PairingFailure) -> Subprocess.Ended {
    do throws(SystemError) {
      return try Subprocess(arguments, input: input).run(timeLimit: Self.timeLimit)
    } catch {
      throw PairingFailure(
        error.code == ENOENT
          ? "\(arguments[0]) is not installed: `apt-get install openssh-client`." : "\(error)")
    }
  }

  private static func reason(_ ended: Subprocess.Ended) -> String {
    guard ended.status != nil else { return "no answer in time" }
    let last = ended.errors.split(whereSeparator: \.isNewline).last { !$0.hasPrefix("#") }
    return Printable.clean(last.map(String.init) ?? "no answer", limit: 200)
  }
}
