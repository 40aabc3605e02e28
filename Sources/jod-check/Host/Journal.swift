import CSystemd
import Glibc
import JodCore

/// journald, by libsystemd, and the service manager.
enum Journal {
  /// Whether standard output or standard error is the journal's, as systemd.exec(5) says to tell it: `JOURNAL_STREAM`
  /// names the device and inode it handed over, and another program in between may have replaced it.
  static func isConnected(_ environment: [String: String]) -> Bool {
    guard let stream = environment["JOURNAL_STREAM"] else { return false }
    return [STDOUT_FILENO, STDERR_FILENO].contains { descriptor in
      var status = stat()
      return fstat(descriptor, &status) == 0 && "\(status.st_dev):\(status.st_ino)" == stream
    }
  }

  /// So long is waited at most until an entry is taken, for nobody may be there to take it.
  private static let sendTimeout: Seconds = 1

  /// Sends an entry for each event, and waits until they are taken; not for longer than a second.
  static func send(_ events: [Event], reason: String) {
    send(
      events.map { event in
        var fields = event.fields
        fields["MESSAGE"] = event.message
        fields["MESSAGE_ID"] = event.name.messageID
        fields["PRIORITY"] = String(event.priority.rawValue)
        fields["JOD_EVENT"] = event.name.rawValue
        fields["JOD_REASON"] = reason
        return fields
      })
  }

  /// Sends entries by the native protocol, as above. Where there is no journal this does nothing, as sd_journal_send(3).
  ///
  /// That function waits for ever where journald reads no more, so it is called on a thread of its own.
  static func send(_ entries: [[String: String]]) {
    if entries.isEmpty { return }
    let deadline = Deadline(in: sendTimeout)
    // Without a thread nothing is sent, and without a reader nobody is told, ignoring: the check's work is more than its report.
    guard let call = try? DetachedCall({ for fields in entries { send(fields) } }),
      call.isOver(by: deadline)
    else { return }
    flush(by: deadline)
  }

  private static func send(_ fields: [String: String]) {
    let lines = fields.map { Array("\($0)=\($1)".utf8) }
    let bytes = lines.flatMap { $0 }
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      let vectors = lines.map { line in
        defer { offset += line.count }
        return iovec(
          iov_base: UnsafeMutableRawPointer(mutating: buffer.baseAddress! + offset), iov_len: line.count)
      }
      // Standard error is the journal's as well, and better than silence.
      if !Libsystemd.send(vectors), let message = fields["MESSAGE"] { Output.complain(message) }
    }
  }

  /// Waits until journald has dealt with everything sent so far.
  ///
  /// journald reads from `/proc` which unit an entry's sender belongs to, and loses it where the sender is gone before it
  /// looks. It takes datagrams one after another, so once it has taken one that was sent last, it is done with all
  /// before it. An empty one is skipped in silence (`server_process_datagram` in systemd's journald-server.c), and
  /// the sender's queue (`SIOCOUTQ`) tells when it was taken.
  private static func flush(by deadline: Deadline) {
    withSocket(to: "/run/systemd/journal/socket") { descriptor in
      guard send([], over: descriptor, by: deadline) else { return }
      var unread: Int32 = 1
      _ = deadline.wait(lookingEvery: 0.001) {
        ioctl(descriptor, UInt(TIOCOUTQ), &unread) != 0 || unread == 0
      }
    }
  }

  /// Tells the service manager what to show in `systemctl status`. Without one this is not sent, which is no error.
  ///
  /// By hand, for each check says this: one datagram to the socket that `NOTIFY_SOCKET` names, whose form is
  /// promised to stay (sd_notify(3), "Description" and "Notes").
  static func notify(status: String) {
    guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }) else { return }
    withSocket(to: path) { descriptor in
      // A manager that receives nothing shows nothing, ignoring.
      _ = send(Array("STATUS=\(status)".utf8), over: descriptor, by: Deadline(in: sendTimeout))
    }
  }

  // MARK: Datagrams

  /// Hands over a socket that never blocks and is connected to that path, if there is one.
  private static func withSocket(to path: String, _ body: (Int32) -> Void) {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if connectUnix(descriptor, path) { body(descriptor) }
  }

  /// False where nobody takes it by then.
  private static func send(_ bytes: [UInt8], over descriptor: Int32, by deadline: Deadline) -> Bool {
    var states = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
    while Socket.wait(for: &states, until: deadline) {
      if Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) >= 0 { return true }
      // Another sender may have been faster.
      guard errno == EAGAIN else { return false }
    }
    return false
  }

  /// A path that begins with `@` is a name in the abstract namespace (unix(7)).
  private static func connectUnix(_ descriptor: Int32, _ path: String) -> Bool {
    var address = sockaddr_un()
    let name = path.hasPrefix("@") ? [0] + path.utf8.dropFirst() : Array(path.utf8)
    guard path.hasPrefix("/") || path.hasPrefix("@"),
      name.count < MemoryLayout.size(ofValue: address.sun_path)
    else { return false }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = MemoryLayout<sa_family_t>.size + name.count
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(length)) == 0
      }
    }
  }
}
