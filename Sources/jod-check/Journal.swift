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

  /// Sends one entry by the native protocol. Where there is no journal this does nothing, as sd_journal_send(3).
  static func send(_ event: Event, reason: String) {
    var fields = event.fields
    fields["MESSAGE"] = event.message
    fields["MESSAGE_ID"] = event.name.messageID
    fields["PRIORITY"] = String(event.priority.rawValue)
    fields["JOD_EVENT"] = event.name.rawValue
    fields["JOD_REASON"] = reason
    send(fields)
  }

  static func send(_ fields: [String: String]) {
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

  /// Waits until journald has dealt with everything sent so far, one second at most.
  ///
  /// journald reads from `/proc` which unit an entry's sender belongs to, and loses it where the sender is gone before it
  /// looks. It takes datagrams one after another, so once it has taken one that was sent last, it is done with all
  /// before it. An empty one is passed over in silence (`server_process_datagram` in systemd's journald-server.c), and
  /// the sender's queue (`SIOCOUTQ`) tells when it was taken.
  static func flush() {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard connectUnix(descriptor, "/run/systemd/journal/socket"),
      Glibc.send(descriptor, "", 0, Int32(MSG_NOSIGNAL)) == 0
    else { return }
    let deadline = Clock.seconds(CLOCK_MONOTONIC) + 1
    var unread: Int32 = 1
    while ioctl(descriptor, UInt(TIOCOUTQ), &unread) == 0, unread > 0,
      Clock.seconds(CLOCK_MONOTONIC) < deadline
    {
      usleep(1000)
    }
  }

  /// Tells the service manager what to show in `systemctl status`. Without one this is not sent, which is no error.
  ///
  /// By hand, for each check says this: one datagram to the socket that `NOTIFY_SOCKET` names, whose form is
  /// promised to stay (sd_notify(3), "Description" and "Notes").
  static func notify(status: String) {
    guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array("STATUS=\(status)".utf8)
    // A manager that hears nothing shows nothing, ignoring.
    if connectUnix(descriptor, path) { Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
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
