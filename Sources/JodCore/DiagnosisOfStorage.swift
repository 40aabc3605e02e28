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
  public static func service(_ endpoint: Endpoint?, _ probe: Probe) -> Finding {
    let subject = "Storage service"
    guard let endpoint else {
      return .warning(
        subject, "not known: nothing tells whether the storage is on, and wake requests go out blindly.",
        remedy: "Set STORAGE_SERVER_ADDRESS to its host and port (2049 for NFS, 445 for SMB).")
    }
    switch probe {
    case .ready:
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

  /// Whether the storage server can be powered off by a command of this machine.
  public static func command(_ words: [String], _ program: Program) -> Finding {
    let (subject, path) = ("Power-off", Printable.quoted(words.first ?? ""))
    switch program {
    case .executable:
      return .good(subject, "by \(path)")
    case .missing:
      return .fault(
        subject, "there is no \(path).",
        remedy: "Set SHUTDOWN_COMMAND to a program that exists, by its absolute path.")
    case .notExecutable:
      return .fault(
        subject, "\(path) is no program that the user jod-check may run.",
        remedy: "Make it executable (chmod 755), in folders that everybody may enter.")
    case .onNetworkMount:
      return .fault(
        subject, "\(path) lies on a network mount, and would hang with the storage off.",
        remedy: "Copy it to this machine's own disk, and set SHUTDOWN_COMMAND to it.")
    }
  }

  public static let onlyWakes = Finding.warning(
    "Power-off", "not set up: jod-check only wakes.",
    remedy: "Run `jod-check pair jod-check@HOST` to power off over ssh, or set SHUTDOWN_COMMAND.")

  /// What `jod-check.timer` is to systemd.
  public struct Timer: Hashable, Sendable {
    public var isInstalled: Bool
    public var isActive: Bool
    public var isEnabled: Bool
    public var interval: Seconds?

    public init(isInstalled: Bool, isActive: Bool, isEnabled: Bool, interval: Seconds?) {
      self.isInstalled = isInstalled
      self.isActive = isActive
      self.isEnabled = isEnabled
      self.interval = interval
    }

    /// Reads what `systemctl show` prints of its properties LoadState, ActiveState, UnitFileState and TimersMonotonic.
    public init(properties: String) {
      let lines = properties.split(separator: "\n")
      isInstalled = lines.contains("LoadState=loaded")
      isActive = lines.contains("ActiveState=active")
      isEnabled = lines.contains("UnitFileState=enabled")
      let name = "OnUnitActiveUSec="
      interval =
        lines.lazy.compactMap { line in
          line.firstRange(of: name).flatMap {
            TimeSpan.parse(String(line[$0.upperBound...].prefix { $0 != ";" }))
          }
        }.first
    }
  }

  /// Whether something checks every `CHECK_INTERVAL`.
  ///
  /// - Parameters:
  ///   - timer: nil where systemd cannot be asked.
  ///   - interval: nil where `CHECK_INTERVAL` is not understood.
  public static func timer(_ timer: Timer?, interval: Seconds?) -> Finding {
    let subject = "Timer"
    guard let timer else {
      return .warning(
        subject, "systemd cannot be asked.",
        remedy: "Without systemd, let something else run jod-check every CHECK_INTERVAL.")
    }
    let enable = "Run `systemctl enable --now jod-check.timer`."
    guard timer.isInstalled else {
      return .fault(
        subject, "jod-check.timer is not installed.", remedy: "Install the package again, or `make install`.")
    }
    guard timer.isActive else {
      return .fault(subject, "jod-check.timer does not run: nobody is served.", remedy: enable)
    }
    if let actual = timer.interval, let interval, abs(actual - interval) > 0.001 {
      return .fault(
        subject, "runs every \(TimeSpan.text(actual)), but CHECK_INTERVAL is \(TimeSpan.text(interval)).",
        remedy:
          "Run `systemctl daemon-reload`; what `systemctl edit jod-check.timer` has set wins, and must be the same."
      )
    }
    guard timer.isEnabled else {
      return .warning(subject, "runs, but not after the next start of this machine.", remedy: enable)
    }
    return .good(subject, "runs\(timer.interval.map { " every \(TimeSpan.text($0))" } ?? "")")
  }
}
