/// Why there is no TLS with a server, by what the administrator of it or of this machine does about it.
enum TLSFailure: Error, Equatable {
  /// OpenSSL is not there, or not the one that is needed: in the dynamic linker's words.
  case missing(String)
  /// Whom `SSL_CERT_FILE` names as trusted cannot be read: the file.
  case unreadableRoots(String)
  case expired
  case notYetValid
  /// The certificate is for others: their names and addresses.
  case otherName([String])
  /// The certificate names nobody in `subjectAltName`, which alone counts (RFC 9525, section 6.3).
  case commonNameOnly
  /// Nobody who is trusted vouches for it: the authority is unknown, or the server leaves out the middle of
  /// the chain: OpenSSL cannot tell them apart.
  case unknownAuthority
  case selfSigned
  /// A key or a digest is too weak for this machine: which, in OpenSSL's words.
  case weak(String)
  case noCertificate
  /// Something else is wrong with the certificate, in OpenSSL's words.
  case certificate(String)
  /// The server speaks only versions before TLS 1.2.
  case oldVersion
  /// The server there does not speak TLS at all.
  case noTLS
  /// The connection ended, or was reset, in the handshake.
  case hungUp
  /// The connection ended without TLS's closing alert: what arrived may lack its end.
  case cutOff
  case timeout
  /// Anything else, in OpenSSL's words.
  case other(String)

  /// By which one failure is told from another: what a certificate holds may change, and is still the same.
  var cause: String {
    switch self {
    case .missing, .unreadableRoots: "tls-library"
    case .expired, .notYetValid: "certificate-time"
    case .otherName, .commonNameOnly: "certificate-name"
    case .unknownAuthority, .selfSigned: "certificate-trust"
    case .weak, .noCertificate, .certificate: "certificate"
    case .oldVersion, .noTLS, .hungUp, .cutOff, .timeout, .other: "tls"
    }
  }
}
