import CSystemd
import Glibc

/// libsystemd, loaded where it is first needed: it brings six libraries with it, whose loading would be a tenth of every
/// check (docs/start-up.md), and a check that finds nothing new has nothing to say to the journal.
enum Libsystemd {
  // It stays loaded, and a handle may be used by any thread (dlopen(3)).
  private nonisolated(unsafe) static let library = dlopen("libsystemd.so.0", RTLD_NOW)

  private typealias SendVector = @convention(c) (UnsafePointer<iovec>?, Int32) -> Int32
  private typealias ListenDescriptors = @convention(c) (Int32) -> Int32
  private typealias IsSocket = @convention(c) (Int32, Int32, Int32, Int32) -> Int32

  /// sd_journal_sendv(3). False where the library is missing.
  static func send(_ vectors: [iovec]) -> Bool {
    guard let send = function("sd_journal_sendv", as: SendVector.self) else { return false }
    return send(vectors, Int32(vectors.count)) == 0
  }

  /// The listening stream sockets that systemd handed over (sd_listen_fds(3)); they are handed over once.
  static func listeningSockets() -> [CInt] {
    guard getenv("LISTEN_FDS") != nil, let count = function("sd_listen_fds", as: ListenDescriptors.self)?(1),
      count > 0, let isSocket = function("sd_is_socket", as: IsSocket.self)
    else { return [] }
    return (0..<count).map { SD_LISTEN_FDS_START + $0 }.filter {
      isSocket($0, AF_UNSPEC, Int32(SOCK_STREAM.rawValue), 1) > 0
    }
  }

  private static func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    library.flatMap { dlsym($0, name) }.map { unsafeBitCast($0, to: type) }
  }
}
