import Foundation

/// `openssl s_server` on loopback. It takes one connection after another.
final class TLSServer: Sendable {
  let port: Int
  let peer: Peer
  private let folder: Folder

  /// What it does with a connection that stands.
  enum Manner {
    /// It sends a file by the name that is asked for, and sends TLS's closing alert. The files: replies, with their heads.
    case files([String: String])
    /// It sends what it is told, and receives. A line that begins with one of its commands is a command (openssl-s_server(1)).
    case byHand
  }

  static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

  init(
    _ certificate: Certificate, _ manner: Manner = .files(["hello": hello]), options: [String] = []
  ) throws {
    folder = try Folder()
    var words = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.file]
    words += ["-key", certificate.key] + options
    if case .files(let files) = manner {
      words.append("-HTTP")
      for file in files { try folder.write(file.value, to: file.key) }
    }
    peer = try Peer(words, in: folder.path)
    port = Int(try peer.words(after: "ACCEPT 127.0.0.1:")) ?? 0
  }

  /// Does something once it has received these words, beside the caller.
  func on(_ words: String, _ answer: @escaping @Sendable (Peer) -> Void) {
    Thread.detachNewThread { [peer] in
      // Where they do not come, the caller gets nothing.
      guard (try? peer.wait(for: words)) != nil else { return }
      answer(peer)
    }
  }

  /// What a certificate that is weak, or a version that is old, needs in order to be offered at all.
  static let unsafe = ["-cipher", "DEFAULT@SECLEVEL=0"]
}
