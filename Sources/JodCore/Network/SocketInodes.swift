/// Who listens at a port, told by `/proc/net/tcp` and `/proc/net/tcp6` (proc(5)).
public enum SocketInodes {
  /// The state of a socket that listens (`TCP_LISTEN` in include/net/tcp_states.h).
  private static let listening = "0A"

  /// The inodes of the sockets that listen at this port, at any address; zero is nobody's.
  public static func listening(at port: Int, _ table: String) -> Set<Int> {
    let inodes = table.split(separator: "\n").dropFirst().compactMap { line -> Int? in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == listening, let colon = fields[1].lastIndex(of: ":"),
        Int(fields[1][fields[1].index(after: colon)...], radix: 16) == port, let inode = Int(fields[9]),
        inode > 0
      else { return nil }
      return inode
    }
    return Set(inodes)
  }
}
