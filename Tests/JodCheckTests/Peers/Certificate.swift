import Foundation

/// A certificate with its key, which `openssl` makes in a folder of its own.
final class Certificate: Sendable {
  enum Key: String {
    case elliptic = "ec -pkeyopt ec_paramgen_curve:P-256"
    case rsa = "rsa:2048"
    case rsaTooShort = "rsa:1024"
  }

  /// The authority that all tests trust, and one that is trusted only where a test says so.
  struct Authorities {
    let root: Certificate
    /// Vouched for by the root.
    let middle: Certificate
  }

  /// Made once.
  static let authorities: Result<Authorities, any Error> = Result {
    let root = try Certificate(named: "Household's authority", by: nil, isAuthority: true)
    let middle = try Certificate(named: "Household's middle", by: root, isAuthority: true)
    // What is known as long as the process lasts goes with it.
    atexit {
      guard let all = try? Certificate.authorities.get() else { return }
      for certificate in [all.root, all.middle] { certificate.folder.remove() }
    }
    return Authorities(root: root, middle: middle)
  }

  private let folder: Folder

  var file: String { "\(folder.path)/certificate.pem" }
  var key: String { "\(folder.path)/key.pem" }

  /// For these names, as `openssl` writes them (x509v3_config(5)): `DNS:localhost,IP:::1`. Vouched for by the root.
  convenience init(for names: String, key: Key = .elliptic, digest: String = "sha256") throws {
    try self.init(names, by: Self.authorities.get().root, key: key, digest: digest)
  }

  /// - Parameters:
  ///   - names: none, if they are nil.
  ///   - issuer: who signs it; itself, if that is nil.
  ///   - period: from when to when it holds.
  init(
    _ names: String? = nil, named commonName: String = "jellyfin", by issuer: Certificate?,
    isAuthority: Bool = false, key type: Key = .elliptic, digest: String = "sha256",
    period: (from: String, to: String) = ("20200101000000Z", "20991231000000Z")
  ) throws {
    folder = try Folder()
    try folder.write("", to: "index")
    try folder.write(Self.settings, to: "settings")
    let alternatives = names.map { "subjectAltName=\($0)\n" } ?? ""
    try folder.write("basicConstraints=critical,CA:\(isAuthority)\n\(alternatives)", to: "extensions")
    try Peer.run(
      ["openssl", "req", "-new", "-nodes", "-subj", "/CN=\(commonName)", "-keyout", "key.pem"]
        + ["-out", "request", "-newkey"] + type.rawValue.split(separator: " ").map(String.init),
      in: folder.path)
    let signature =
      issuer.map { ["-cert", $0.file, "-keyfile", $0.key] } ?? ["-selfsign", "-keyfile", "key.pem"]
    try Peer.run(
      ["openssl", "ca", "-batch", "-notext", "-config", "settings", "-extfile", "extensions"]
        + ["-md", digest, "-startdate", period.from, "-enddate", period.to, "-in", "request"]
        + ["-out", "certificate.pem"] + signature, in: folder.path)
  }

  private static let settings = """
    [ca]
    default_ca = here
    [here]
    new_certs_dir = .
    database = index
    rand_serial = yes
    policy = anything
    [anything]
    commonName = supplied
    """

  static let past = (from: "20200101000000Z", to: "20200201000000Z")
  static let future = (from: "20980101000000Z", to: "20991231000000Z")

  /// This certificate in a folder where it is found by the hash of its name, as `update-ca-certificates` makes one.
  func hashed() throws -> Folder {
    let folder = try Folder()
    try FileManager.default.copyItem(atPath: file, toPath: "\(folder.path)/authority.pem")
    try Peer.run(["openssl", "rehash", folder.path])
    return folder
  }
}
