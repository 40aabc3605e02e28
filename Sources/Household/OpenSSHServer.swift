import Foundation

/// OpenSSH's own server on loopback, with keys and users of its own: one `sshd -i` for each connection, and no daemon.
public final class OpenSSHServer {
  private static let program = "/usr/sbin/sshd"
  public static let isInstalled = FileManager.default.isExecutableFile(atPath: program)

  /// Who may log in: an sshd that is not root's lets nobody else in.
  public static let user = NSUserName()

  public let port: Int
  private var server: LoopbackServer?

  /// - Parameters:
  ///   - sandbox: a folder for its files.
  ///   - authorized: the lines of authorized_keys.
  ///   - port: 0 for any that is free.
  public init(
    in sandbox: String, hostKeys: [String] = ["ed25519"], authorized: String = "", port: Int = 0
  ) throws {
    let folder = "\(sandbox)/sshd-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Its unit makes it at every boot; where the unit never ran, nobody has.
    if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
    for type in hostKeys {
      let words = ["/usr/bin/ssh-keygen", "-q", "-t", type, "-N", "", "-f", "\(folder)/host-\(type)"]
      guard Self.run(words) == 0 else { throw Sockets.Failure(call: "ssh-keygen", code: errno) }
    }
    try authorized.write(toFile: "\(folder)/authorized_keys", atomically: true, encoding: .utf8)
    let keys = hostKeys.map { "HostKey \(folder)/host-\($0)\n" }.joined()
    try """
    PidFile none
    StrictModes no
    UsePAM no
    PermitRootLogin yes
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    AuthorizedKeysFile \(folder)/authorized_keys
    \(keys)
    """.write(toFile: "\(folder)/config", atomically: true, encoding: .utf8)
    let server = try LoopbackServer(port: port) { connection in
      Self.run([Self.program, "-i", "-e", "-f", "\(folder)/config"], on: connection.descriptor)
    }
    self.port = server.port
    self.server = server
  }

  /// Refuses connections from now on.
  public func stop() { server = nil }

  /// Runs a program to its end, its input and output the connection's, or none.
  @discardableResult
  private static func run(_ words: [String], on descriptor: Int32? = nil) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      if let descriptor, stream != STDERR_FILENO {
        posix_spawn_file_actions_adddup2(&actions, descriptor, stream)
      } else {
        posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
      }
    }
    let arguments = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    guard posix_spawn(&child, words[0], &actions, nil, arguments + [nil], environ) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    return status
  }
}
