import CSystemd
import Glibc
import JodCore

/// A program run to its end, without a shell and with a clean environment.
struct Subprocess {
  struct Ended {
    /// The exit status; 128 and more after a signal, as a shell tells it. Nil where the time was over.
    var status: Int32?
    /// The first bytes of each, as text.
    var output: String
    var errors: String
  }

  /// By its absolute path, or its name, to be found in `path`.
  let arguments: [String]
  var input: String = ""

  static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  init(_ arguments: [String], input: String = "") {
    self.arguments = arguments
    self.input = input
  }

  /// Runs it. Where the time is over it is killed, with what it has started itself.
  func run(timeLimit: Seconds) throws(SystemError) -> Ended {
    try start().end(by: Deadline(in: timeLimit))
  }

  /// Starts it.
  func start() throws(SystemError) -> Running {
    let (input, output, errors) = (try Pipe(), try Pipe(), try Pipe())
    let child = try spawn(input, output, errors)
    for end in [input.reading, output.writing, errors.writing] { close(end) }
    feed(input.writing)
    return Running(child: child, output: output.reading, errors: errors.reading)
  }

  private struct Pipe {
    let reading: Int32
    let writing: Int32

    init() throws(SystemError) {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { throw SystemError("pipe") }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      (reading, writing) = (ends[0], ends[1])
    }
  }

  private func spawn(_ input: Pipe, _ output: Pipe, _ errors: Pipe) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.reading, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.writing, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that it can be killed with its children; and signals as a fresh program expects them.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    // Not our environment: it has the API key.
    let environment = ["PATH=\(Self.path)", "LANG=C.UTF-8", "LC_ALL=C.UTF-8"]
    var child: pid_t = 0
    let code = withCStrings(arguments) { words in
      withCStrings(environment) { posix_spawnp(&child, words[0]!, &actions, &attributes, words, $0) }
    }
    guard code == 0 else {
      for end in [input, output, errors] {
        close(end.reading)
        close(end.writing)
      }
      throw SystemError("run \(arguments[0])", code: code)
    }
    return child
  }

  /// Hands over what is to be read: a key or two, which always fit into a pipe.
  private func feed(_ descriptor: Int32) {
    try? Files.write(Array(input.utf8.prefix(32768)), to: descriptor, name: "pipe")
    close(descriptor)
  }

  private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}

extension Subprocess {
  /// One that runs. It must be ended, once.
  struct Running {
    fileprivate let child: pid_t
    fileprivate let output: Int32
    fileprivate let errors: Int32

    private static let outputLimit = 1 << 20
  }
}

extension Subprocess.Running {
  /// Waits for its end. Where the time is over it is killed, with what it has started itself.
  ///
  /// - Parameter withChildren: whether what it has started and left running is killed as well when it ends by itself.
  func end(by deadline: Deadline, withChildren: Bool = false) -> Subprocess.Ended {
    let texts = collect([output, errors], until: deadline)
    for end in [output, errors] { close(end) }
    return Subprocess.Ended(
      status: wait(until: deadline, withChildren: withChildren), output: texts[0], errors: texts[1])
  }

  /// Reads both to their ends, or until the time is over.
  private func collect(_ descriptors: [Int32], until deadline: Deadline) -> [String] {
    var texts = descriptors.map { _ in [UInt8]() }
    var open = Set(descriptors.indices)
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !open.isEmpty {
      var polls = open.sorted().map { pollfd(fd: descriptors[$0], events: Int16(POLLIN), revents: 0) }
      guard Socket.wait(for: &polls, until: deadline) else { break }
      for (index, poll) in zip(open.sorted(), polls) where poll.revents != 0 {
        let count = read(descriptors[index], &buffer, buffer.count)
        if count <= 0 { open.remove(index) }
        if count > 0, texts[index].count < Self.outputLimit { texts[index] += buffer[..<count] }
      }
    }
    return texts.map { String(decoding: $0, as: UTF8.self) }
  }

  private func wait(until deadline: Deadline, withChildren: Bool) -> Int32? {
    var status: Int32 = 0
    let hasEnded = deadline.wait(lookingEvery: 0.005) {
      // Where its children are to be killed, its own entry stays until then: nobody else's group has their number.
      withChildren ? hasExited : waitpid(child, &status, WNOHANG) != 0
    }
    if withChildren || !hasEnded {
      kill(-child, SIGKILL)
      waitpid(child, &status, 0)
    }
    guard hasEnded else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  private var hasExited: Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(child), &information, WEXITED | WNOHANG | WNOWAIT) != 0
      || information.si_signo != 0
  }
}
