extension Diagnosis {
  /// A line where no check can see this machine's connections with the storage.
  ///
  /// - Parameter failure: what came of it outside the sandbox; nil where it went well, or was not tried.
  public static func traffic(_ failure: ConnectionQuery.Failure?, _ sandbox: Sandbox?) -> [Finding] {
    if sandbox?.mayAskKernel == false {
      return [
        .fault(
          "Traffic",
          "RestrictAddressFamilies= of jod-check.service lacks AF_NETLINK, so no check can see who uses the storage, and it is never powered off.",
          remedy: "Take the edit back, or add AF_NETLINK: `systemctl cat jod-check.service`.")
      ]
    }
    guard let failure else { return [] }
    let remedy =
      failure == .tooMany
      ? "See what makes them: `ss -t`."
      : "The kernel must be Linux 4.1 or later, with INET_TCP_DIAG (`modprobe tcp_diag`). Nothing that confines jod-check may refuse netlink sockets."
    return [
      .fault(
        "Traffic", "The storage is never powered off, for \(Words.unseen(.connections(failure))).",
        remedy: remedy)
    ]
  }
}
