/// The authorities that may sign a server's certificate, as OpenSSL's own variables name them
/// (SSL_CTX_set_default_verify_paths(3)).
public struct TLSTrust: Hashable, Sendable {
  /// Debian's. OpenSSL's own default is a link to it, which another package owns.
  public static let debianDirectory = "/etc/ssl/certs"

  /// `SSL_CERT_FILE`: a file of certificates, beside the directory.
  public var file: String?
  /// `SSL_CERT_DIR`: folders, separated by colons, whose certificates are found by the hash of their name (openssl-rehash(1)).
  public var directory: String

  public init(file: String? = nil, directory: String = debianDirectory) {
    (self.file, self.directory) = (file, directory)
  }

  static let acceptedFile = "the path of a file with certificates, such as /etc/ssl/home.pem"
  static let acceptedDirectory =
    "the paths of folders with certificates, separated by colons, such as /etc/ssl/certs"

  /// A path, or several; nil where no path can be so.
  static func path(_ text: String) -> String? {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? text : nil
  }
}
