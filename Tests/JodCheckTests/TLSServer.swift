import NIOCore
import NIOPosix
import NIOSSL

/// A web server with a certificate of its own making, which says one thing to whatever it is asked.
final class TLSServer {
  let port: Int
  private let channel: any Channel

  /// What the server does after it has answered.
  enum End: CaseIterable {
    case none
    /// As TLS wants it, with a farewell.
    case farewell
    /// The connection is cut off.
    case cut
  }

  init(reply: String = "", end: End = .none) throws {
    let context = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: [.certificate(try Self.certificate)],
        privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem))))
    channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(Knife())
          try pipeline.addHandler(NIOSSLServerHandler(context: context))
          try pipeline.addHandler(Speaker(reply: reply, end: end))
        }
      }
      .bind(host: "localhost", port: 0).wait()
    port = channel.localAddress?.port ?? 0
  }

  deinit { channel.close(promise: nil) }

  /// Stands between the network and TLS, which hears nothing of how it ends.
  private final class Knife: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
  }

  private final class Speaker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let reply: String
    private let end: End

    init(reply: String, end: End) { (self.reply, self.end) = (reply, end) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply)), promise: nil)
      switch end {
      case .none: break
      case .farewell: context.close(promise: nil)
      case .cut:
        // There is one, ignoring.
        try? context.pipeline.syncOperations.context(handlerType: Knife.self).close(promise: nil)
      }
    }
  }

  /// For localhost alone.
  static var certificate: NIOSSLCertificate {
    get throws { try NIOSSLCertificate(bytes: Array(pem.utf8), format: .pem) }
  }

  // Made for this test with `openssl req -x509`, for localhost; it protects nothing.
  private static let pem = """
    -----BEGIN CERTIFICATE-----
    MIIBlDCCATugAwIBAgIUXP7FmOJ8qOEN3ZwSyGhZ7nvYt+EwCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIwMjExMloYDzIxMjYxMDI5
    MjAyMTEyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAAQ8A7kI9Bt92jZENrOZ1ObLXfIIBDWVg2gF+pllkRJ1WIcf9RRiKU1e
    ulABfc7DPeLep4/p7WHFA+jFkiW3kmXDo2kwZzAdBgNVHQ4EFgQU8WYvVxBIprN8
    df851SsACmoSbngwHwYDVR0jBBgwFoAU8WYvVxBIprN8df851SsACmoSbngwDwYD
    VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
    RwAwRAIgP7wtLXy2b+t7igq3PW3eqsdmKp0pRzbCiSOM5HNSADECIDBwdFlr6ur+
    mfd5041MtfATsssce5a3A7+MRrQV3lG1
    -----END CERTIFICATE-----
    """

  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCBZ4JFSoT1Gu7tFo
    p7HFgFwBsqnHw3qS8/9vXX4fS0ahRANCAAQ8A7kI9Bt92jZENrOZ1ObLXfIIBDWV
    g2gF+pllkRJ1WIcf9RRiKU1eulABfc7DPeLep4/p7WHFA+jFkiW3kmXD
    -----END PRIVATE KEY-----
    """
}
