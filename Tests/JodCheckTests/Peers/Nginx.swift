import Foundation
import Testing

/// nginx on loopback, as it lies in its package: not installed, and with all its files in a folder of its own.
final class Nginx: Sendable {
  let port: Int
  private let folder: Folder
  private let peer: Peer

  private static let program = "\(Sandbox.root)/.build/nginx/usr/sbin/nginx"

  /// - Parameters:
  ///   - server: what stands in `server`, where everything begins with `listen`.
  ///   - outside: what stands beside it.
  ///   - certificate: https, where there is one.
  init(_ server: String, outside: String = "", certificate: Certificate? = nil) throws {
    try #require(
      FileManager.default.isExecutableFile(atPath: Self.program), "no nginx: `make setup-tests` fetches it")
    folder = try Folder()
    port = try Peer.freePort()
    let secure = certificate.map { "ssl_certificate \($0.file); ssl_certificate_key \($0.key);" } ?? ""
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path temporary;" }
    let settings = try folder.write(
      """
      daemon off; master_process off; pid nginx.pid; error_log stderr notice;
      events { worker_connections 64; }
      http {
        access_log off; \(temporary.joined(separator: " "))
        gzip on; gzip_min_length 1; gzip_proxied any; gzip_types *;
        \(outside)
        server {
          listen 127.0.0.1:\(port)\(certificate == nil ? "" : " ssl"); \(secure)
          location = /connections { stub_status; }
          \(server)
        }
      }
      """, to: "nginx.conf")
    peer = try Peer([Self.program, "-p", folder.path, "-c", settings, "-e", "stderr"], in: folder.path)
    // It listens before it says so.
    try peer.wait(for: "event method")
  }
}
