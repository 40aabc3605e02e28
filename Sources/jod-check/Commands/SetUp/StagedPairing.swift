import Glibc
import JodCore

/// The credentials for ssh, made in a folder of their own and moved to their place once everything is written.
final class StagedPairing {
  private static let names = ["storage-server-ssh-key", "known_hosts"]

  private var folder: String?

  /// What is done in the folder: where there is none yet, it is made, with copies of what there is.
  private func staged() throws(PairingFailure) -> String {
    if let folder { return folder }
    var template = Array("/run/jod-check-setup-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw PairingFailure("\(SystemError("create a folder in /run"))") }
    let made = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    folder = made
    do throws(SystemError) {
      for name in Self.names {
        guard let bytes = try Files.read("\(Settings.credentials)/\(name)", limit: 1 << 20) else { continue }
        try Files.replace("\(made)/\(name)", with: bytes, mode: 0o600, durable: false)
      }
    } catch {
      throw PairingFailure("\(error)")
    }
    return made
  }

  private func pairing(
    _ destination: SSHDestination, _ interview: Interview, isSilent: Bool = false
  ) throws(PairingFailure) -> Pairing {
    let terminal = interview.terminal
    return Pairing(
      destination: destination, directory: try staged(), trusts: interview.takesEnter || terminal == nil,
      ask: terminal.map { terminal in { (try? terminal.ask("  ? ")) ?? "" } },
      say: { if !isSilent { interview.show($0) } })
  }

  /// What lets this machine's key in, to be run on the storage server. Makes the key where there is none.
  func authorization(_ destination: SSHDestination, _ interview: Interview) throws(PairingFailure) -> String {
    // Where it lies until the end is nobody's concern.
    Pairing.authorization(of: try pairing(destination, interview, isSilent: true).key())
  }

  /// Learns the host key, which is shown for confirmation.
  func learnHostKey(_ destination: SSHDestination, _ interview: Interview) throws {
    try pairing(destination, interview).learnHostKey()
  }

  /// Whether the storage server lets the key in, by what is known already; nil where there is no key, or no host key.
  func login(_ destination: SSHDestination) -> Diagnosis.Login? {
    let folder = folder ?? Settings.credentials
    guard Self.names.allSatisfy({ access("\(folder)/\($0)", F_OK) == 0 }) else { return nil }
    return SecureShell(
      destination: destination, keyFile: "\(folder)/\(Self.names[0])",
      knownHostsFile: "\(folder)/\(Self.names[1])"
    ).tryLogin()
  }

  /// Moves to their place what was made, and leaves alone what is as it was.
  func install() throws(SystemError) {
    guard let folder else { return }
    for name in Self.names {
      guard let bytes = try Files.read("\(folder)/\(name)", limit: 1 << 20) else { continue }
      let place = "\(Settings.credentials)/\(name)"
      if try Files.read(place, limit: 1 << 20) == bytes { continue }
      try Files.replace(place, with: bytes, mode: 0o600, durable: true)
    }
  }

  func remove() {
    guard let folder else { return }
    for name in Files.names(in: folder) { unlink("\(folder)/\(name)") }
    rmdir(folder)
    self.folder = nil
  }
}
