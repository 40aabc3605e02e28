import COpenSSL
import Glibc

/// libssl and libcrypto of OpenSSL 3, loaded where a URL is https and nowhere else: a check that asks by http need not pay for
/// them (docs/start-up.md). They are Debian's, so a hole in them is closed by Debian.
struct OpenSSL: Sendable {
  static let name = "libssl.so.3"

  // Which function each is stands below; what it does, in its manual page (section 3ssl).
  let initialize: @convention(c) (UInt64, OpaquePointer?) -> Int32
  let clientMethod: @convention(c) () -> OpaquePointer?
  let newContext: @convention(c) (OpaquePointer?) -> OpaquePointer?
  let freeContext: @convention(c) (OpaquePointer?) -> Void
  let controlContext: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int
  let setVerify: @convention(c) (OpaquePointer?, Int32, UnsafeRawPointer?) -> Void
  let loadVerifyFile: @convention(c) (OpaquePointer?, UnsafePointer<CChar>) -> Int32
  let loadVerifyDirectory: @convention(c) (OpaquePointer?, UnsafePointer<CChar>) -> Int32
  let newSession: @convention(c) (OpaquePointer?) -> OpaquePointer?
  let freeSession: @convention(c) (OpaquePointer?) -> Void
  let controlSession: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int
  let setBytes: @convention(c) (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Void
  let inMemory: @convention(c) () -> OpaquePointer?
  let newBytes: @convention(c) (OpaquePointer?) -> OpaquePointer?
  let readBytes: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32
  let writeBytes: @convention(c) (OpaquePointer?, UnsafeRawPointer?, Int32) -> Int32
  let verifyParameters: @convention(c) (OpaquePointer?) -> OpaquePointer?
  let connect: @convention(c) (OpaquePointer?) -> Int32
  let read: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32) -> Int32
  let write: @convention(c) (OpaquePointer?, UnsafeRawPointer?, Int32) -> Int32
  let shutdown: @convention(c) (OpaquePointer?) -> Int32
  let error: @convention(c) (OpaquePointer?, Int32) -> Int32
  let verifyResult: @convention(c) (OpaquePointer?) -> Int
  let peerChain: @convention(c) (OpaquePointer?) -> OpaquePointer?
  let setHostFlags: @convention(c) (OpaquePointer?, UInt32) -> Void
  let setHost: @convention(c) (OpaquePointer?, UnsafePointer<CChar>, Int) -> Int32
  let setAddress: @convention(c) (OpaquePointer?, UnsafePointer<CChar>) -> Int32
  let verifyWords: @convention(c) (Int) -> UnsafePointer<CChar>?
  let certificateExtension:
    @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?) ->
      OpaquePointer?
  let freeNames: @convention(c) (OpaquePointer?) -> Void
  let stackCount: @convention(c) (OpaquePointer?) -> Int32
  let stackValue: @convention(c) (OpaquePointer?, Int32) -> UnsafeMutableRawPointer?
  let nameValue: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> OpaquePointer?
  let stringBytes: @convention(c) (OpaquePointer?) -> UnsafePointer<UInt8>?
  let stringLength: @convention(c) (OpaquePointer?) -> Int32
  let clearErrors: @convention(c) () -> Void
  let takeError: @convention(c) () -> UInt
  let reasonWords: @convention(c) (UInt) -> UnsafePointer<CChar>?

  private static let loaded = Result { () throws(TLSFailure) in try OpenSSL(OpenSSL.name) }

  /// The library, loaded once. Throws `TLSFailure.missing`.
  static func load() throws(TLSFailure) -> OpenSSL { try loaded.get() }

  init(_ name: String) throws(TLSFailure) {
    // What is never called is never looked up.
    guard let library = dlopen(name, RTLD_LAZY) else { throw .missing(Self.words(dlerror())) }
    func find<Function>(_ name: String) throws(TLSFailure) -> Function {
      guard let address = dlsym(library, name) else { throw .missing(Self.words(dlerror())) }
      return unsafeBitCast(address, to: Function.self)
    }
    initialize = try find("OPENSSL_init_ssl")
    clientMethod = try find("TLS_client_method")
    newContext = try find("SSL_CTX_new")
    freeContext = try find("SSL_CTX_free")
    controlContext = try find("SSL_CTX_ctrl")
    setVerify = try find("SSL_CTX_set_verify")
    loadVerifyFile = try find("SSL_CTX_load_verify_file")
    loadVerifyDirectory = try find("SSL_CTX_load_verify_dir")
    newSession = try find("SSL_new")
    freeSession = try find("SSL_free")
    controlSession = try find("SSL_ctrl")
    setBytes = try find("SSL_set_bio")
    inMemory = try find("BIO_s_mem")
    newBytes = try find("BIO_new")
    readBytes = try find("BIO_read")
    writeBytes = try find("BIO_write")
    verifyParameters = try find("SSL_get0_param")
    connect = try find("SSL_connect")
    read = try find("SSL_read")
    write = try find("SSL_write")
    shutdown = try find("SSL_shutdown")
    error = try find("SSL_get_error")
    verifyResult = try find("SSL_get_verify_result")
    peerChain = try find("SSL_get_peer_cert_chain")
    setHostFlags = try find("X509_VERIFY_PARAM_set_hostflags")
    setHost = try find("X509_VERIFY_PARAM_set1_host")
    setAddress = try find("X509_VERIFY_PARAM_set1_ip_asc")
    verifyWords = try find("X509_verify_cert_error_string")
    certificateExtension = try find("X509_get_ext_d2i")
    freeNames = try find("GENERAL_NAMES_free")
    stackCount = try find("OPENSSL_sk_num")
    stackValue = try find("OPENSSL_sk_value")
    nameValue = try find("GENERAL_NAME_get0_value")
    stringBytes = try find("ASN1_STRING_get0_data")
    stringLength = try find("ASN1_STRING_length")
    clearErrors = try find("ERR_clear_error")
    takeError = try find("ERR_get_error")
    reasonWords = try find("ERR_reason_error_string")
    // Half of libcrypto's own beginning and end is for words that are not asked for, and for memory that is given back when
    // the process ends anyway.
    let options = Int(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS) | Int(OPENSSL_INIT_NO_ATEXIT)
    guard initialize(UInt64(options), nil) == 1 else { throw .missing("it cannot be initialised") }
  }

  /// Words of the C library's or OpenSSL's.
  static func words(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "unknown" }
}
