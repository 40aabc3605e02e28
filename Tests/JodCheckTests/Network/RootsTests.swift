import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("Who may sign a certificate")
  struct RootsTests {
    private let root: Certificate
    private let server: TLSServer

    init() throws {
      root = try Certificate.authorities.get().root
      server = try TLSServer(Certificate(for: "DNS:localhost", key: .rsa))
    }

    private func get(_ trust: TLSTrust) throws -> String {
      try WebServer("https://localhost:\(server.port)", trust: trust).get("/hello", []).text
    }

    @Test("an authority in the file, at any place in it")
    func file() throws {
      #expect(try get(TLSTrust(file: root.file, directory: "/nowhere")) == "hello")
      let other = try Certificate(named: "Another", by: nil, isAuthority: true)
      let both = try [other, root].map { try String(contentsOfFile: $0.file, encoding: .utf8) }.joined()
      let folder = try Folder()
      let file = try folder.write(both, to: "both.pem")
      #expect(try get(TLSTrust(file: file, directory: "/nowhere")) == "hello")
      #expect(throws: TLSFailure.unknownAuthority) {
        try get(TLSTrust(file: other.file, directory: "/nowhere"))
      }
    }

    @Test(
      "a file that holds no certificates is told",
      arguments: ["", "hello\n", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
    func badFile(contents: String) throws {
      let folder = try Folder()
      let file = try folder.write(contents, to: "roots.pem")
      // Even where the folder would do.
      let trust = TLSTrust(file: file, directory: try root.hashed().path)
      #expect(throws: TLSFailure.unreadableRoots(file)) { try get(trust) }
    }

    @Test("a file that is missing is told by the program, with both ways out")
    func missingFile() throws {
      let sandbox = try Sandbox(jellyfin: "https://localhost:\(server.port)")
      sandbox.environment["SSL_CERT_FILE"] = "/nowhere/roots.pem"
      let ended = try sandbox.run()
      #expect(ended.status == 69)
      #expect(ended.errors.contains("/nowhere/roots.pem"), "\(ended.errors)")
      #expect(ended.errors.contains("Correct SSL_CERT_FILE, or remove it"))
    }

    @Test("an authority that is found by the hash of its name, in any of the folders")
    func folders() throws {
      let hashed = try root.hashed()
      let other = try Certificate(named: "Another", by: nil, isAuthority: true).hashed()
      let right = hashed.path
      for folders in [right, "/nowhere:\(right)", "\(other.path):\(right)", "\(right):/nowhere"] {
        #expect(try get(TLSTrust(directory: folders)) == "hello")
      }
      for folders in [other.path, "/nowhere", "/nowhere:\(other.path)"] {
        #expect(throws: TLSFailure.unknownAuthority) { try get(TLSTrust(directory: folders)) }
      }
    }

    @Test("no other authority in a folder")
    func unhashed() throws {
      let folder = try Folder()
      try folder.write(String(contentsOfFile: root.file, encoding: .utf8), to: "root.pem")
      #expect(throws: TLSFailure.unknownAuthority) { try get(TLSTrust(directory: folder.path)) }
    }

    // MARK: The program

    /// The files that a check of this Jellyfin opens.
    private func opened(_ home: Home) throws -> [Substring] {
      let before = home.jellyfin.requests.count
      let calls = try home.sandbox.calls("open", "openat")
      #expect(home.jellyfin.requests.count >= before + 2, "nothing was asked")
      return calls
    }

    @Test("over https the program reads one root, and no bundle; over http not even the library")
    func opens() throws {
      let home = try Home()
      #expect(try !opened(home).contains { $0.contains("libssl") || $0.contains("libcrypto") })
      let nginx = try Nginx(
        "location / { proxy_pass \(home.jellyfin.url); }",
        certificate: try Certificate(for: "DNS:localhost", key: .rsa))
      let hashed = try root.hashed()
      home.sandbox.environment["JELLYFIN_API_URL"] = "https://localhost:\(nginx.port)"
      home.sandbox.environment["SSL_CERT_DIR"] = "/etc/ssl/certs:\(hashed.path)"
      let calls = try opened(home)
      #expect(calls.contains { $0.contains("libssl.so.3") })
      #expect(calls.count { $0.contains(hashed.path) } == 1)
      #expect(!calls.contains { $0.contains("ca-certificates.crt") || $0.contains("/usr/lib/ssl/cert.pem") })
    }

    @Test("the program honours both settings, and trusts nobody of its own accord")
    func settings() throws {
      let home = try Home()
      let nginx = try Nginx(
        "location / { proxy_pass \(home.jellyfin.url); }", certificate: try Certificate(for: "DNS:localhost"))
      home.sandbox.environment["JELLYFIN_API_URL"] = "https://localhost:\(nginx.port)"
      #expect(try home.sandbox.run().status == 69)
      let hashed = try root.hashed()
      for setting in ["SSL_CERT_FILE": root.file, "SSL_CERT_DIR": hashed.path] {
        home.sandbox.environment[setting.key] = setting.value
        let ended = try home.sandbox.run()
        #expect(ended.status == 0, "\(ended.errors)")
        home.sandbox.environment[setting.key] = nil
      }
    }
  }
}
