import COpenSSL
import Glibc
import JodCore

/// TLS in a connection, as a client: at least version 1.2, with a server whose certificate is trusted and bears its name.
///
/// OpenSSL is given bytes and gives bytes, and never the socket: in a handshake it would read on for as long as a server
/// sends what is ignored, regardless of the deadline.
final class TLS {
  /// Taken from the socket at once, in bytes. With what is left of a record before (RFC 8446, section 5.1), what it holds has
  /// room in the reader's buffer.
  private static let chunk = 32 << 10

  private let openSSL: OpenSSL
  private let socket: Socket
  private let session: OpaquePointer
  /// Encrypted bytes that have arrived, and that are to be sent. They are the session's.
  private let arrived: OpaquePointer?
  private let departing: OpaquePointer?
  /// Encrypted bytes that the kernel has not taken yet.
  private var outgoing: ArraySlice<UInt8> = []
  private var buffer = [UInt8](repeating: 0, count: chunk)

  /// Makes the handshake, by then.
  init(
    _ openSSL: OpenSSL, _ socket: Socket, to endpoint: Endpoint, trust: TLSTrust, deadline: Deadline
  ) throws {
    (self.openSSL, self.socket) = (openSSL, socket)
    session = try Self.session(openSSL, trust)
    (arrived, departing) = (openSSL.newBytes(openSSL.inMemory()), openSSL.newBytes(openSSL.inMemory()))
    openSSL.setBytes(session, arrived, departing)
    try expect(endpoint)
    try shakeHands(by: deadline)
  }

  deinit { openSSL.freeSession(session) }

  private static func session(_ openSSL: OpenSSL, _ trust: TLSTrust) throws(TLSFailure) -> OpaquePointer {
    guard let context = openSSL.newContext(openSSL.clientMethod()) else {
      throw .missing("it offers nothing, as /etc/ssl/openssl.cnf has it")
    }
    defer { openSSL.freeContext(context) }
    guard openSSL.controlContext(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil) == 1
    else { throw .missing("it knows no TLS 1.2") }
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
      let failure = result == 1 || wantsMore(result) ? nil : failure()
      // What went wrong is said to the server as well.
      flush()
      if let failure { throw failure }
      if result == 1 { break }
      let events = outgoing.isEmpty ? POLLIN : POLLIN | POLLOUT
      var states = [pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)]
      guard Socket.wait(for: &states, until: deadline) else { throw TLSFailure.timeout }
      do { _ = try gather() } catch { throw TLSFailure.hungUp }
    }
    // Where this machine's settings allow ciphers without one, OpenSSL asks for none.
    guard let chain = openSSL.peerChain(session), openSSL.stackCount(chain) > 0 else {
      throw TLSFailure.noCertificate
    }
  }

  private func wantsMore(_ result: Int32) -> Bool { openSSL.error(session, result) == SSL_ERROR_WANT_READ }

  // MARK: Bytes

  /// Whether something waits for the kernel to take it.
  var isSending: Bool { !outgoing.isEmpty }

  /// Takes as many bytes as can be sent soon, and returns how many.
  func send(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    flush()
    if isSending { return 0 }
    openSSL.clearErrors()
    let count = openSSL.write(session, bytes.baseAddress, Int32(min(bytes.count, Self.chunk)))
    guard count > 0 || wantsMore(count) else { throw failure() }
    flush()
    return max(0, Int(count))
  }

  /// Reads what has arrived, and returns how many bytes: none at the closing alert, nil where nothing is there yet.
  func receive(into bytes: UnsafeMutableRawBufferPointer) throws -> Int? {
    // New keys may have to be answered.
    defer { flush() }
    if let count = try read(into: bytes) { return count }
    return try gather() ? try read(into: bytes) : nil
  }

  private func read(into bytes: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> Int? {
    var count = 0
    while count < bytes.count {
      openSSL.clearErrors()
      let rest = bytes.baseAddress.map { $0 + count }
      let result = openSSL.read(session, rest, Int32(clamping: bytes.count - count))
      if result > 0 {
        count += Int(result)
        continue
      }
      // It will be told again.
      if count > 0 { break }
      switch openSSL.error(session, result) {
      case SSL_ERROR_WANT_READ: return nil
      case SSL_ERROR_ZERO_RETURN: return 0
      default: throw failure()
      }
    }
    return count
  }

  /// Hands what has arrived at the socket to OpenSSL; false where nothing has.
  private func gather() throws -> Bool {
    guard let count = try buffer.withUnsafeMutableBytes({ try socket.receive(into: $0) }) else {
      return false
    }
    if count == 0 { throw TLSFailure.cutOff }
    _ = buffer.withUnsafeBytes { openSSL.writeBytes(arrived, $0.baseAddress, Int32(count)) }
    return true
  }

  /// Hands what OpenSSL has to send to the kernel, as much as that takes.
  private func flush() {
    var count: Int32 = 1
    while count > 0 {
      var bytes = [UInt8](repeating: 0, count: 4096)
      count = openSSL.readBytes(departing, &bytes, Int32(bytes.count))
      outgoing += bytes.prefix(Int(max(0, count)))
    }
    do {
      while isSending {
        let count = try outgoing.withUnsafeBytes { try socket.send($0) }
        if count == 0 { return }
        outgoing = outgoing.dropFirst(count)
      }
    } catch {
      // A server that reads no more may have said why, ignoring: what can be read tells.
      outgoing = []
    }
  }

  /// Sends the closing alert, and waits for none.
  func sendClosingAlert() {
    // After a failure there is nobody to say it to, ignoring.
    _ = openSSL.shutdown(session)
    flush()
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
