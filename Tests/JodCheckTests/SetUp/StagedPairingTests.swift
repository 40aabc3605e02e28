import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite(
    "The login that set-up tries",
    .enabled(
      if: geteuid() == 0 && OpenSSHServer.isInstalled,
      "for root, with sshd (apt-get install openssh-server)"
    )
  )
  struct StagedPairingTests {
    @Test("a key that powers off whatever is asked is tried, and runs nothing")
    func runsNothing() throws {
      let sandbox = try Sandbox()
      guard case .run(let invocation) = try CommandRequest(["setup", "--yes"], version: "") else { return }
      let interview = Interview(invocation: invocation, terminal: nil, takesEnter: true)
      let pairing = StagedPairing()
      defer { pairing.remove() }
      let anybody = try #require(SSHDestination("\(OpenSSHServer.user)@127.0.0.1:1"))
      let line = try pairing.authorization(anybody, interview)
      let key = try #require(line.split(separator: "'").dropFirst().first)
      let server = try OpenSSHServer(
        in: sandbox.folder, authorized: "restrict,command=\"touch \(sandbox.folder)/off\" \(key)\n")
      let destination = try #require(SSHDestination("\(OpenSSHServer.user)@127.0.0.1:\(server.port)"))
      try pairing.learnHostKey(destination, interview)
      guard case .done(nil, _)? = pairing.login(destination) else {
        Issue.record("no login: \(String(describing: pairing.login(destination)))")
        return
      }
      #expect(sandbox.contents("off") == nil)
    }
  }
}
