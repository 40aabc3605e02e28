/// What set-up asks, in its order, and what Enter means at each question (specification, Set-up).
public enum SetUpQuestion: CaseIterable, Sendable {
  case jellyfin, key, storage, mac, mounts, powerOff, watts, price, page, logDirectory, webhook, monitoring
  case scans, rehearsal

  /// What Enter does.
  public enum Enter: Hashable, Sendable {
    case yes, no
    /// Takes what was found.
    case found
    /// Leaves it out.
    case nothing
    /// Nothing: only a person knows.
    case unknown
  }

  /// Yes to what only this machine's own files need; no to what changes Jellyfin's settings, shows anything in the house, or
  /// switches the storage server off now.
  ///
  /// - Parameter isFound: whether this machine knows the answer: an address, mounts, a folder, a key that is taken.
  public func enter(isFound: Bool) -> Enter {
    switch self {
    case .jellyfin, .storage, .mac: isFound ? .found : .unknown
    case .key: .unknown
    case .mounts, .logDirectory, .powerOff: isFound ? .yes : .no
    case .watts, .price: .nothing
    case .page, .webhook, .monitoring, .scans, .rehearsal: .no
    }
  }

  /// What answers it on the command line, the first of which is named where nobody else answers.
  public var options: [Command.Option.Name] {
    switch self {
    case .jellyfin: [.jellyfin]
    case .key: [.keyFile]
    case .storage: [.storage]
    case .mac: [.mac]
    case .mounts: [.mount, .noMounts]
    case .powerOff: [.powerOff, .noPowerOff]
    case .watts: [.watts]
    case .price: [.price]
    case .page: [.page, .noPage]
    case .logDirectory: [.logDirectory, .noLogDirectory]
    case .webhook: [.webhook, .noWebhook]
    case .monitoring: [.monitoringOff, .monitoringAsIs]
    case .scans: [.scansAsIs, .scanInterval]
    case .rehearsal: [.rehearse]
    }
  }

  /// The variables by which an earlier run, or an administrator, has answered it: one of them is enough.
  public var variables: [String] {
    switch self {
    case .storage: ["STORAGE_SERVER_ADDRESS"]
    case .mac: ["STORAGE_SERVER_MAC", "WAKE_COMMAND"]
    case .mounts: ["STORAGE_MOUNTS"]
    case .powerOff: ["STORAGE_SERVER_SSH", "SHUTDOWN_COMMAND"]
    case .watts: ["STORAGE_SERVER_WATTS"]
    case .price: ["ELECTRICITY_PRICE"]
    case .page: ["HTTP_TOKEN"]
    case .logDirectory: ["JELLYFIN_LOG_DIRECTORY"]
    case .scans: ["LIBRARY_SCAN_INTERVAL"]
    case .jellyfin, .key, .webhook, .monitoring, .rehearsal: []
    }
  }

  /// Whether the configuration answers it already.
  public func isAnswered(in environment: [String: String]) -> Bool {
    variables.contains { environment[$0]?.isEmpty == false }
  }
}

/// What is wrong with options that answer questions; none where nothing is.
public enum SetUpOptions {
  /// A pair of options that say the opposite, and were both given.
  public static func contradiction(_ invocation: Invocation) -> String? {
    for question in SetUpQuestion.allCases {
      let given = question.options.filter(invocation.has)
      if given.count > 1 { return "\(given[0].rawValue) and \(given[1].rawValue) contradict each other." }
    }
    return nil
  }

  /// Where the storage server is; a port of 0 stands for one that is not named.
  public static func storage(_ text: String) -> Endpoint? { Endpoint(text, defaultPort: 0) }

  /// Where it is powered off, by the package's own user unless another is named.
  public static func destination(_ text: String) -> SSHDestination? {
    SSHDestination(text.contains("@") ? text : "jod-check@\(text)")
  }

  /// The price of a kWh as it was given; nil where it has no number, or does not fit into a line.
  public static func price(_ text: String) -> String? {
    let isPlain = Printable.clean(text, limit: 32) == text && !text.contains { "\"'\\".contains($0) }
    return isPlain && text.contains(where: \.isNumber) ? text : nil
  }

  /// Answers to a question that knows yes and no; nil for what is neither.
  public static func isYes(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "y", "yes": true
    case "n", "no": false
    default: nil
    }
  }
}
