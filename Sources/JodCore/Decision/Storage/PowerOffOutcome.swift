/// What came of a power-off (specification, Asking the storage server).
public enum PowerOffOutcome: Hashable, Sendable {
  case accepted
  /// Something on the storage server forbids it for now.
  case busy(String)
  /// What this machine has mounted of it did not go, and why: it was not asked.
  case mounted(String)
  /// Somebody asks for it meanwhile: it was not asked.
  case calledOff
  /// The connection stood and broke: perhaps it is going.
  case perhaps
  case failed(String)

  /// Reads what OpenSSH's `ssh` ended with.
  ///
  /// - Parameter status: nil where the time was over.
  public static func ofSecureShell(status: Int32?, errors: String) -> PowerOffOutcome {
    let words = lastWords(errors)
    switch status {
    case 0: return .accepted
    case 75: return .busy(words)
    case 1: return refusal(errors).map { .busy($0) } ?? .failed("ssh ended with status 1. \(words)")
    case 255 where didStand(errors), nil where didStand(errors): return .perhaps
    case nil: return .failed("ssh did not end in time. \(words)")
    case 127: return .failed("the command is not known there. \(words)")
    case 255: return .failed(advice(errors) ?? words)
    default: return .failed("ssh ended with status \(status ?? 0). \(words)")
    }
  }

  /// Reads what `SHUTDOWN_COMMAND` ended with.
  public static func ofCommand(status: Int32?, errors: String) -> PowerOffOutcome {
    switch status {
    case 0: .accepted
    case 75: .busy(lastWords(errors))
    case nil: .failed("SHUTDOWN_COMMAND did not end in time. \(lastWords(errors))")
    case let status?: .failed("SHUTDOWN_COMMAND ended with status \(status). \(lastWords(errors))")
    }
  }

  /// The line that tells who forbids it; advice follows it. `systemctl` itself says "Operation inhibited by" or "logged
  /// in" (systemd, systemctl-logind.c), logind of newer releases "Operation denied due to active block inhibitor"
  /// (logind-dbus.c). A shell that repeats our own request, `--check-inhibitors=yes`, refuses nothing by that.
  private static func refusal(_ errors: String) -> String? {
    errors.split(whereSeparator: \.isNewline).first { line in
      line.includes("logged in") || line.includes("nhibit") && !line.includes("--check-inhibitors")
    }
    .map { Printable.clean(String($0), limit: 200) }
  }

  /// OpenSSH says this at its verbose level once the key was accepted (its sshconnect2.c).
  private static func didStand(_ errors: String) -> Bool { errors.includes("Authenticated to ") }

  private static func advice(_ errors: String) -> String? {
    if errors.includes("REMOTE HOST IDENTIFICATION HAS CHANGED") {
      return
        "the storage server's host key has changed. If it was installed anew, run `jod-check pair` again; if not, somebody may be in its place."
    }
    if errors.includes("Host key verification failed") {
      return "the storage server's host key is not known. Run `jod-check pair`."
    }
    if errors.includes("Permission denied") {
      return
        "the storage server did not accept the key. Run `jod-check pair`, and what it says on the storage server."
    }
    return nil
  }

  /// The last line that says something, fit for a log.
  static func lastWords(_ errors: String) -> String {
    let lines = errors.split(whereSeparator: \.isNewline).map(String.init)
    let said = lines.last { line in
      !line.hasPrefix("Authenticated to ") && !line.hasPrefix("Transferred:")
        && !line.hasPrefix("Bytes per second:")
    }
    return Printable.clean(said ?? "it said nothing", limit: 200)
  }
}

extension PowerOffOutcome {
  /// Whether the storage server goes down, as far as is known.
  public var isTaken: Bool { [.accepted, .perhaps].contains(self) }

  public var refusal: Refusal.Reason? {
    switch self {
    case .accepted, .perhaps, .calledOff: nil
    case .busy(let words): .busy(words)
    case .mounted(let words): .mounted(words)
    case .failed(let words): .failed(words)
    }
  }
}
