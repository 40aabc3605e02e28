import COpenSSL
import Glibc
import JodCore

/// TLS in a connection, as a client: at least version 1.2, with a server whose certificate is trusted and bears its name.
final class TLS {
  private let openSSL: OpenSSL
  private let socket: Socket
  private let session: OpaquePointer

  /// Makes the handshake, by then.
  init(
    _ openSSL: OpenSSL, _ socket: Socket, to endpoint: Endpoint, trust: TLSTrust, deadline: Deadline
  ) throws {
    (self.openSSL, self.socket) = (openSSL, socket)
    session = try Self.session(openSSL, trust)
    guard openSSL.setDescriptor(session, socket.descriptor) == 1 else { throw failure() }
    try expect(endpoint)
    try shakeHands(by: deadline)
  }

  deinit { openSSL.freeSession(session) }

  private static func session(_ openSSL: OpenSSL, _ trust: TLSTrust) throws(TLSFailure) -> OpaquePointer {
    let context = openSSL.newContext(openSSL.clientMethod())
    defer { openSSL.freeContext(context) }
    _ = openSSL.controlContext(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    // What is left of a request may lie elsewhere when it is sent.
    let modes = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    _ = openSSL.controlContext(context, SSL_CTRL_MODE, Int(modes), nil)
    openSSL.setVerify(context, SSL_VERIFY_PEER, nil)
    // By the hash of its name, one root is read instead of all.
    _ = openSSL.loadVerifyDirectory(context, trust.directory)
    if let file = trust.file, openSSL.loadVerifyFile(context, file) != 1 {
      throw .unreadableRoots(file)
    }
    guard let session = openSSL.newSession(context) else { throw .other("no memory") }
    return session
  }

  /// The certificate must be for this host: a name among its names, an address among its addresses, and nothing else counts
  /// (RFC 9525, section 6.3). No server name is sent for an address (RFC 6066, section 3).
  private func expect(_ endpoint: Endpoint) throws(TLSFailure) {
    let parameters = openSSL.verifyParameters(session)
    let isExpected: Bool
    if endpoint.isNumeric {
      // A zone is this machine's own affair.
      let address = String(endpoint.host.prefix { $0 != "%" })
      isExpected = openSSL.setAddress(parameters, address) == 1
    } else {
      let name = endpoint.host.hasSuffix(".") ? String(endpoint.host.dropLast()) : endpoint.host
      let flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS
      openSSL.setHostFlags(parameters, UInt32(flags))
      let isSent = name.withCString { bytes in
        let name = UnsafeMutableRawPointer(mutating: bytes)
        return openSSL.controlSession(
          session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), name)
          == 1
      }
      isExpected = isSent && openSSL.setHost(parameters, name, 0) == 1
    }
    if !isExpected { throw failure() }
  }

  private func shakeHands(by deadline: Deadline) throws {
    while true {
      openSSL.clearErrors()
      let result = openSSL.connect(session)
      if result == 1 { return }
      let events: Int32
      switch openSSL.error(session, result) {
      case SSL_ERROR_WANT_READ: events = POLLIN
      case SSL_ERROR_WANT_WRITE: events = POLLOUT
      case SSL_ERROR_SYSCALL: throw TLSFailure.hungUp
      default:
        let failure = failure()
        throw failure == .cutOff ? .hungUp : failure
      }
      var states = [pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)]
      guard Socket.wait(for: &states, until: deadline) else { throw TLSFailure.timeout }
    }
  }

  /// Sends as many bytes as go now, and returns how many.
  func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    try transfer { openSSL.write(session, bytes.baseAddress, Int32(clamping: bytes.count)) } ?? 0
  }

  /// Reads what has arrived, and returns how many bytes: none at the farewell, nil where nothing is there yet.
  func receive(into bytes: UnsafeMutableRawBufferPointer) throws -> Int? {
    try transfer { openSSL.read(session, bytes.baseAddress, Int32(clamping: bytes.count)) }
  }

  private func transfer(_ call: () -> Int32) throws -> Int? {
    openSSL.clearErrors()
    let count = call()
    if count > 0 { return Int(count) }
    switch openSSL.error(session, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return nil
    case SSL_ERROR_ZERO_RETURN: return 0
    case SSL_ERROR_SYSCALL where errno != 0: throw SystemError("receive")
    default: throw failure()
    }
  }

  /// Says farewell, and waits for none.
  func sayFarewell() {
    // After a failure there is nobody to say it to, ignoring.
    _ = openSSL.shutdown(session)
  }

  // MARK: What went wrong

  private func failure() -> TLSFailure {
    let error = openSSL.takeError()
    let verdict = openSSL.verifyResult(session)
    if verdict != X509_V_OK { return failure(ofCertificate: Int32(verdict)) }
    let words = OpenSSL.words(openSSL.reasonWords(error))
    // The lower bits are the library's own number of the reason (ERR_GET_REASON).
    switch Int32(truncatingIfNeeded: error & 0x7F_FFFF) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING: return .cutOff
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return .oldVersion
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_RECORD_TOO_SMALL,
      SSL_R_BAD_RECORD_TYPE:
      return .noTLS
    case SSL_R_EE_KEY_TOO_SMALL, SSL_R_CA_KEY_TOO_SMALL, SSL_R_CA_MD_TOO_WEAK, SSL_R_DH_KEY_TOO_SMALL:
      return .weak(words)
    default: return .other(words)
    }
  }

  private func failure(ofCertificate verdict: Int32) -> TLSFailure {
    let words = OpenSSL.words(openSSL.verifyWords(Int(verdict)))
    switch verdict {
    case X509_V_ERR_CERT_HAS_EXPIRED: return .expired
    case X509_V_ERR_CERT_NOT_YET_VALID: return .notYetValid
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      let names = namesOfCertificate
      return names.isEmpty ? .commonNameOnly : .otherName(names)
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return .unknownAuthority
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return .selfSigned
    case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK:
      return .weak(words)
    default: return .certificate(words)
    }
  }

  /// The names and addresses in `subjectAltName`, in the certificate's order.
  private var namesOfCertificate: [String] {
    // Of a certificate that was refused, only the chain is kept.
    guard let chain = openSSL.peerChain(session), openSSL.stackCount(chain) > 0 else { return [] }
    let certificate = OpaquePointer(openSSL.stackValue(chain, 0))
    let names = openSSL.certificateExtension(certificate, NID_subject_alt_name, nil, nil)
    guard let names else { return [] }
    defer { openSSL.freeNames(names) }
    return (0..<openSSL.stackCount(names)).compactMap { index in
      var type: Int32 = 0
      let value = openSSL.nameValue(openSSL.stackValue(names, index), &type)
      guard type == GEN_DNS || type == GEN_IPADD else { return nil }
      let bytes = UnsafeBufferPointer(
        start: openSSL.stringBytes(value), count: Int(openSSL.stringLength(value)))
      return type == GEN_DNS ? String(decoding: bytes, as: UTF8.self) : Self.address(bytes)
    }
  }

  private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard [4, 16].contains(bytes.count) else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes.baseAddress, &text, socklen_t(text.count)) != nil else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
