extension Diagnosis {
  /// How asking the storage server over ssh ended.
  public enum Login: Hashable, Sendable {
    /// Logged in, with the answer if it sent one that was understood, or what it said instead.
    case done(StorageStatus?, words: String)
    case noKey
    case noProgram
    case unknownHostKey
    case changedHostKey
    case refusedKey
    case unresolved
    case refusedConnection
    /// Not within its time, or by no route.
    case silent
    case failed(String)

    /// Reads how OpenSSH's client ended, run in the C locale.
    ///
    /// - Parameters:
    ///   - status: nil where it was killed for taking too long.
    ///   - answer: what standard output was understood as.
    public init(status: Int32?, answer: StorageStatus?, errors: String) {
      // Its verbose words come before the remote command's, whose last line tells most.
      let last = errors.split(whereSeparator: \.isNewline).last {
        !$0.hasPrefix("Transferred:") && !$0.hasPrefix("Bytes per")
      }
      let words = Printable.clean(last.map { Printable.trimmed(String($0)) } ?? "no reason given", limit: 200)
      func says(_ text: String) -> Bool { errors.place(of: text) != nil }
      switch status {
      case 255? where says("Authenticated to ") && says("stdio forwarding failed"):
        self = .done(nil, words: "its key may power it off whatever is asked, so it was not")
      case 0: self = .done(answer, words: answer == nil ? "no report" : "")
      case 255? where says("HOST IDENTIFICATION HAS CHANGED"): self = .changedHostKey
      case 255? where says("Host key verification failed"): self = .unknownHostKey
      case 255? where says("Permission denied"): self = .refusedKey
      case 255? where says("Could not resolve hostname"): self = .unresolved
      case 255? where says("Connection refused"): self = .refusedConnection
      case nil: self = .silent
      case 255? where ["timed out", "No route to host", "unreachable"].contains(where: says): self = .silent
      case 255?: self = .failed(words)
      default: self = .done(nil, words: words)
      }
    }
  }

  /// Whether jod-check may log in to power the storage server off.
  ///
  /// - Parameters:
  ///   - probe: what its storage service said just now; nil where that is not known.
  ///   - command: what a power-off sends.
  public static func login(
    _ destination: SSHDestination, _ login: Login, probe: Probe?,
    sending command: RemoteCommand = .systemd
  ) -> Finding {
    let subject = "Power-off"
    let (to, pair) = ("over ssh to \(destination)", "jod-check pair \(destination)")
    func fault(_ words: String, _ remedy: String) -> Finding {
      .fault(subject, "\(to): \(words).", remedy: remedy)
    }
    switch login {
    case .done:
      return .good(subject, "\(to): login and host key are in order; it sends \(command.shown)")
    case .noKey:
      return fault("there is no key to log in with", "Run `\(pair)` as root.")
    case .noProgram:
      return fault("ssh is not installed", "Install it: `apt-get install openssh-client`.")
    case .unknownHostKey:
      return fault("its host key is not known", "Run `\(pair)` as root, which shows it and keeps it.")
    case .changedHostKey:
      return fault(
        "its host key has changed, or another machine answers",
        "Find out why (was it installed anew?), then run `\(pair)` as root.")
    case .refusedKey:
      return fault(
        "it refuses our key", "Run `\(pair)` as root, and on the storage server what that tells you to.")
    case .unresolved:
      return fault(
        "its name does not resolve", "Use its address in STORAGE_SERVER_SSH, or enter it in /etc/hosts.")
    case .refusedConnection:
      return fault(
        "it refuses the connection",
        "Start sshd there (`apt-get install openssh-server`), or name its port in STORAGE_SERVER_SSH.")
    case .silent where probe == .ready || probe == .up:
      return fault(
        "no answer, though the storage server is on",
        "See to its firewall, and to the host and port in STORAGE_SERVER_SSH.")
    case .silent:
      return .warning(
        subject, "\(to): no answer, so login and host key are not tried.",
        remedy: "Wake the storage server (`jod-check wake`) and run this again.")
    case .failed(let words):
      return fault("it failed (\(words))", "Run `\(pair)` as root.")
    }
  }

  /// Whether the card that the packets are for listens to them. Nil where nobody logged in.
  public static func wakeOnLAN(_ login: Login, _ mac: MACAddress?) -> Finding? {
    guard case .done(let answer, let words) = login else { return nil }
    let subject = "Wake-on-LAN"
    guard let answer else {
      return .warning(
        subject, "the storage server cannot be asked (\(words)).",
        remedy:
          "Install jod-check-storage there, and authorize the key by it; or see `ethtool INTERFACE` there for `Wake-on: g`."
      )
    }
    guard !answer.cards.isEmpty else {
      return .fault(
        subject, "the storage server has no wired card, and no other wakes by magic packets.",
        remedy: "Connect it by cable; if it is, see whether `ip link` shows the card there.")
    }
    guard let card = answer.cards.first(where: { mac == nil || MACAddress($0.mac) == mac }) else {
      let cards = answer.cards.map { "\(Printable.clean($0.mac)) (\(Printable.clean($0.interface)))" }
      return .fault(
        subject,
        "no card of the storage server has the address\(mac.map { " \($0)" } ?? ""); it has \(cards.joined(separator: " and ")).",
        remedy: "Set STORAGE_SERVER_MAC to an address of its own.")
    }
    let name = Printable.clean(card.interface)
    let arm = "Run `sudo jod-check-storage arm \(name)` on the storage server."
    if let supported = card.supported, !supported.contains("g") {
      return .fault(
        subject, "\(name) there does not wake by magic packets.",
        remedy: "Use another card, or another way of waking, and see to its firmware and driver.")
    }
    guard let armed = card.armed else {
      return .warning(
        subject, "\(name) there does not tell whether it is armed.",
        remedy: "Install ethtool there, and run this again.")
    }
    if !armed {
      return .fault(subject, "\(name) there is not armed: it cannot be woken.", remedy: arm)
    }
    if !card.kept {
      return .warning(subject, "\(name) there is armed, but not after its next start.", remedy: arm)
    }
    return .good(subject, "\(name) there is armed, at every start")
  }
}
