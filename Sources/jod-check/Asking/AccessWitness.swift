import JodCore

/// Finds out who opened a file of the storage.
struct AccessWitness {
  let mounts: [String]

  /// In seconds. Nobody's film waits for it: the wake request has left.
  private static let timeLimit: Seconds = 1

  /// Nil where the journal does not tell, or not yet.
  func look() -> ActiveSession? {
    let command = [
      "journalctl", "--quiet", "--since=-1min", "--lines=200", "--output=cat", "_PID=1",
    ]
    guard let ended = try? Subprocess(command).run(timeLimit: Self.timeLimit), ended.status == 0,
      let trace = AccessTrace(journal: ended.output, mounts: mounts)
    else { return nil }
    return trace.session(
      name: Files.text("/proc/\(trace.process)/comm", limit: 100),
      cgroup: Files.text("/proc/\(trace.process)/cgroup", limit: 1 << 16))
  }
}
