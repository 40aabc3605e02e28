extension Diagnosis {
  /// Whether the storage server's name is known.
  ///
  /// - Parameter addresses: what it resolves to; nil where that could not be asked in time.
  public static func name(_ endpoint: Endpoint, addresses: [String]?) -> Finding {
    let subject = "Storage name"
    guard let first = addresses?.first else {
      return .fault(
        subject, "\(endpoint.host) does not resolve.",
        remedy:
          "Use its address, enter it in /etc/hosts, or see to this machine's DNS: `getent ahosts \(endpoint.host)`."
      )
    }
    return .good(subject, endpoint.isNumeric ? "\(first) is an address" : "\(endpoint.host) is \(first)")
  }

  /// Whether the storage service answers, and whether anybody would know. A server that sleeps is no fault.
  ///
  /// - Parameter source: what told which service it is.
  public static func service(
    _ endpoint: Endpoint?, _ probe: Probe, by source: Configuration.ServiceSource = .variable
  ) -> Finding {
    let subject = "Storage service"
    guard let endpoint else {
      return .warning(
        subject, "not known: nothing tells whether the storage is on, and wake requests go out blindly.",
        remedy: "Set STORAGE_SERVER_ADDRESS to its host and port (2049 for NFS, 445 for SMB).")
    }
    switch probe {
    case .ready:
      if case .mount(let path) = source {
        return .good(subject, "\(endpoint) answers; the port is that of the mount \(Printable.quoted(path))")
      }
      return .good(subject, "\(endpoint) answers")
    case .up:
      return .fault(
        subject, "\(endpoint) refuses the connection: the machine is on, but nothing serves that port.",
        remedy:
          "Start the service there, or set STORAGE_SERVER_ADDRESS to its port (2049 for NFS, 445 for SMB).")
    case .silent:
      return .warning(
        subject, "\(endpoint) does not answer: asleep, off, or behind a firewall.",
        remedy: "Wake it (`jod-check wake`) and run this again, to have the rest looked at.")
    }
  }

  /// What is known of a local command's program.
  public enum Program: Sendable { case executable, missing, notExecutable, onNetworkMount }

  /// Whether the storage server can be powered off, or woken, by a command of this machine. Of its words only the first is
  /// shown.
  public static func command(
    _ words: [String], _ program: Program, _ subject: String = "Power-off",
    variable: String = "SHUTDOWN_COMMAND"
  ) -> Finding {
    let path = Printable.quoted(words.first ?? "")
    switch program {
    case .executable:
      return .good(subject, "by \(path)")
    case .missing:
      return .fault(
        subject, "there is no \(path).",
        remedy: "Set \(variable) to a program that exists, by its absolute path.")
    case .notExecutable:
      return .fault(
        subject, "\(path) is no program that the user jod-check may run.",
        remedy: "Make it executable (chmod 755), in folders that everybody may enter.")
    case .onNetworkMount:
      return .fault(
        subject, "\(path) lies on a network mount, and would hang with the storage off.",
        remedy: "Copy it to this machine's own disk, and set \(variable) to it.")
    }
  }

  public static let onlyWakes = Finding.warning(
    "Power-off", "not set up: jod-check only wakes.",
    remedy: "Run `jod-check pair jod-check@HOST` to power off over ssh, or set SHUTDOWN_COMMAND.")
}
