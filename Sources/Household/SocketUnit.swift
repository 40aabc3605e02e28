import Foundation
import Synchronization

/// What systemd does for a socket: it listens, and starts the program whenever a connection waits and none runs.
public final class SocketUnit: Sendable {
  public struct Run: Sendable {
    /// On the monotonic clock, in seconds.
    public var began: Double
    public var ended: Double
    /// As waitpid(2) tells it; 0 is a good end.
    public var status: Int32
  }

  /// 0 for a socket in the file system.
  public let port: Int
  private let listener: Int32
  private let state = Mutex(State())

  private struct State {
    var runs: [Run] = []
    var isDue = false
    var isStopped = false
    var isWatched = false
  }

  /// Listens at once, and starts nothing yet.
  ///
  /// - Parameter host: an address, or a path.
  public init(host: String = "127.0.0.1") throws {
    listener = try Sockets.listen(host: host, port: 0, backlog: 4096)
    port = host.hasPrefix("/") ? 0 : Sockets.port(of: listener)
  }

  deinit { close(listener) }

  /// All runs that are over.
  public var runs: [Run] { state.withLock { $0.runs } }

  /// Starts the program from now on until it is stopped, whenever a connection waits.
  ///
  /// - Parameter output: a file that takes what it prints.
  public func watch(_ program: String, _ environment: [String: String], output: String) {
    state.withLock { $0.isWatched = true }
    Thread.detachNewThread { [self] in
      while !state.withLock({ $0.isStopped }) {
        var states = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        let isDue = state.withLock { state in
          defer { state.isDue = false }
          return state.isDue
        }
        guard isDue || poll(&states, 1, 10) > 0 else { continue }
        var run = Run(began: Self.now(), ended: 0, status: -1)
        run.status = Self.run(program, environment, output: output, listener)
        run.ended = Self.now()
        state.withLock { $0.runs.append(run) }
      }
      state.withLock { $0.isWatched = false }
    }
  }

  /// Starts the program though no connection waits, as the timer does.
  public func elapse() { state.withLock { $0.isDue = true } }

  /// Starts nothing more, and waits for the end of what runs.
  public func stop() {
    state.withLock { $0.isStopped = true }
    while state.withLock({ $0.isWatched }) { usleep(5000) }
  }

  /// Waits for the end of so many runs; returns whether they ended in time.
  @discardableResult
  public func awaitRuns(_ number: Int, seconds: Double = 60) -> Bool {
    let deadline = Self.now() + seconds
    while runs.count < number, Self.now() < deadline { usleep(5000) }
    return runs.count >= number
  }

  public static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Runs the program with the listener as file 3 (sd_listen_fds(3)). A shell tells it its own process id, which is the
  /// program's.
  private static func run(
    _ program: String, _ environment: [String: String], output: String, _ listener: Int32
  ) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_adddup2(&actions, listener, 3)
    let script = #"LISTEN_PID=$$ LISTEN_FDS=1 exec "$0""#
    var arguments = strings(["sh", "-c", script, program])
    var variables = strings(environment.map { "\($0)=\($1)" })
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    guard posix_spawn(&process, "/bin/sh", &actions, nil, &arguments, &variables) == 0 else { return -1 }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { strdup($0) } + [nil]
  }
}
