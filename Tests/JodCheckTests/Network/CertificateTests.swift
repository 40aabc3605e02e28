import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("Whose certificate is trusted")
  struct CertificateTests {
    /// What may be wrong with a certificate.
    enum Fault: CaseIterable {
      case expired, notYetValid, otherName, onlyTheAddress, commonNameOnly
      case unknownAuthority, withoutItsMiddle, selfSigned, shortKey, oldDigest

      func certificate() throws -> Certificate {
        let authorities = try Certificate.authorities.get()
        let (root, names) = (authorities.root, "DNS:localhost")
        switch self {
        case .expired: return try Certificate(names, by: root, period: Certificate.past)
        case .notYetValid: return try Certificate(names, by: root, period: Certificate.future)
        case .otherName: return try Certificate(for: "DNS:nas.home.test,DNS:media.home.test")
        case .onlyTheAddress: return try Certificate(for: "IP:127.0.0.1,IP:::1")
        case .commonNameOnly: return try Certificate(named: "localhost", by: root)
        case .unknownAuthority:
          return try Certificate(names, by: Certificate(named: "Another", by: nil, isAuthority: true))
        case .withoutItsMiddle: return try Certificate(names, by: authorities.middle)
        case .selfSigned: return try Certificate(names, by: nil)
        case .shortKey: return try Certificate(for: names, key: .rsaTooShort)
        case .oldDigest: return try Certificate(for: names, digest: "sha1")
        }
      }

      var failure: TLSFailure {
        switch self {
        case .expired: .expired
        case .notYetValid: .notYetValid
        case .otherName: .otherName(["nas.home.test", "media.home.test"])
        case .onlyTheAddress: .otherName(["127.0.0.1", "::1"])
        case .commonNameOnly: .commonNameOnly
        case .unknownAuthority, .withoutItsMiddle: .unknownAuthority
        case .selfSigned: .selfSigned
        case .shortKey: .weak("EE certificate key too weak")
        case .oldDigest: .weak("CA signature digest algorithm too weak")
        }
      }

      /// What happened, and the remedy.
      var words: [String] {
        switch self {
        case .expired: ["has expired", "Renew it"]
        case .notYetValid: ["not yet valid", "clock is right", "timedatectl"]
        case .otherName: ["it is for nas.home.test, media.home.test, not for localhost", "JELLYFIN_API_URL"]
        case .onlyTheAddress: ["it is for 127.0.0.1, ::1, not for localhost", "subjectAltName"]
        case .commonNameOnly: ["common name", "names localhost in subjectAltName"]
        case .unknownAuthority, .withoutItsMiddle: ["vouches", "update-ca-certificates", "whole chain"]
        case .selfSigned: ["vouches for itself", "update-ca-certificates"]
        case .shortKey: ["too weak", "2048 bits"]
        case .oldDigest: ["too weak", "SHA-256"]
        }
      }
    }

    private static var root: String { get throws { try Certificate.authorities.get().root.file } }

    @Test(
      "what is wrong with a certificate is told in words of its own, with the remedy",
      arguments: Fault.allCases)
    func faults(fault: Fault) throws {
      let server = try TLSServer(fault.certificate(), options: TLSServer.unsafe)
      let url = "https://localhost:\(server.port)"
      #expect(throws: fault.failure) { try WebServer(url).get("/hello", []) }
      let sandbox = try Sandbox(jellyfin: url)
      sandbox.environment["SSL_CERT_FILE"] = try Self.root
      let ended = try sandbox.run()
      #expect(ended.status == 69)
      for words in fault.words { #expect(ended.errors.contains(words), "\(ended.errors)") }
    }

    @Test("a chain with its middle is whole")
    func withItsMiddle() throws {
      let middle = try Certificate.authorities.get().middle
      let server = try TLSServer(
        Certificate("DNS:localhost", by: middle), options: ["-cert_chain", middle.file])
      #expect(try WebServer("https://localhost:\(server.port)").get("/hello", []).text == "hello")
    }

    @Test("a certificate that is signed may not sign others")
    func noAuthority() throws {
      let leaf = try Certificate(for: "DNS:nas.home.test")
      let server = try TLSServer(Certificate("DNS:localhost", by: leaf), options: ["-cert_chain", leaf.file])
      #expect(throws: TLSFailure.certificate("invalid CA certificate")) {
        try WebServer("https://localhost:\(server.port)").get("/hello", [])
      }
    }

    @Test("a certificate that signs itself is good where it is trusted")
    func ownRoot() throws {
      let certificate = try Certificate("DNS:localhost", by: nil)
      let server = try TLSServer(certificate)
      let trust = TLSTrust(file: certificate.file, directory: "/nowhere")
      #expect(
        try WebServer("https://localhost:\(server.port)", trust: trust).get("/hello", []).text == "hello")
    }

    // MARK: Names

    /// The names in a certificate, whom the URL calls, and whether that is one of them.
    static let names: [(names: String, host: String, isRight: Bool)] = [
      ("DNS:localhost", "localhost", true),
      ("DNS:a.home.test,DNS:b.home.test", "b.home.test", true),
      ("DNS:Jellyfin.Home.test", "JELLYFIN.home.TEST", true),
      ("DNS:jellyfin.home.test", "jellyfin.home.test.", true),
      ("DNS:jellyfin.home.test", "home.test", false),
      ("DNS:home.test", "jellyfin.home.test", false),
      ("DNS:jellyfin.home.test.evil.test", "jellyfin.home.test", false),
      ("DNS:*.home.test", "jellyfin.home.test", true),
      ("DNS:*.home.test", "jellyfin.home.test.", true),
      ("DNS:*.home.test", "home.test", false),
      ("DNS:*.home.test", "a.jellyfin.home.test", false),
      ("DNS:jelly*.home.test", "jellyfin.home.test", false),
      ("DNS:*fin.home.test", "jellyfin.home.test", false),
      ("DNS:j*n.home.test", "jellyfin.home.test", false),
      ("DNS:jellyfin.*.test", "jellyfin.home.test", false),
      ("DNS:*.*.test", "jellyfin.home.test", false),
      ("DNS:*", "localhost", false),
      ("DNS:*.0.0.1", "127.0.0.1", false),
      ("IP:127.0.0.1", "127.0.0.1", true),
      ("IP:::1", "::1", true),
      ("IP:fd00::1", "fd00:0:0:0:0:0:0:1", true),
      ("IP:fe80::1", "fe80::1%lo", true),
      ("IP:127.0.0.2", "127.0.0.1", false),
      ("DNS:127.0.0.1", "127.0.0.1", false),
      ("DNS:localhost", "127.0.0.1", false),
      ("IP:127.0.0.1", "localhost", false),
      ("email:jellyfin@home.test", "home.test", false),
      ("URI:https://home.test", "home.test", false),
    ]

    @Test("a name counts where it is a name's, an address where it is an address's", arguments: names)
    func name(row: (names: String, host: String, isRight: Bool)) throws {
      let server = try TLSServer(Certificate(for: row.names))
      #expect(try failure(row.host, server) == nil ? row.isRight : !row.isRight)
    }

    @Test("a common name counts for nothing", arguments: ["jellyfin.home.test", "127.0.0.1"])
    func commonNames(host: String) throws {
      let root = try Certificate.authorities.get().root
      let alone = try TLSServer(Certificate(named: host, by: root))
      #expect(try failure(host, alone) == .commonNameOnly)
      let beside = try TLSServer(Certificate("DNS:nas.home.test", named: host, by: root))
      #expect(try failure(host, beside) == .otherName(["nas.home.test"]))
    }

    @Test(
      "the server is told which name is meant, and nothing where it is an address",
      arguments: [
        ("jellyfin.home.test", "jellyfin.home.test"), ("jellyfin.home.test.", "jellyfin.home.test"),
        ("127.0.0.1", nil), ("::1", nil),
      ])
    func serverName(host: String, told: String?) throws {
      let certificate = try Certificate(for: "DNS:jellyfin.home.test,IP:127.0.0.1,IP:::1")
      let server = try TLSServer(
        certificate, .byHand,
        options: ["-servername", "other.home.test", "-cert2", certificate.file, "-key2", certificate.key])
      #expect(try failure(host, server) == nil)
      let output = try server.peer.wait(for: "CIPHER is")
      #expect(output.contains("Hostname in TLS extension") == (told != nil))
      if let told { #expect(output.contains("Hostname in TLS extension: \"\(told)\"")) }
    }

    /// What comes of a handshake with a server that is called so, without a look at where that leads.
    private func failure(_ host: String, _ server: TLSServer) throws -> TLSFailure? {
      let deadline = Deadline(in: 60)
      let socket = try Dial(Endpoint(host: "127.0.0.1", port: server.port)).connection(by: deadline)
      let trust = TLSTrust(file: try Self.root, directory: "/nowhere")
      do {
        _ = try TLS(
          OpenSSL.load(), socket, to: Endpoint(host: host, port: server.port), trust: trust,
          deadline: deadline)
        return nil
      } catch let failure as TLSFailure {
        return failure
      }
    }
  }
}
