/// One thing wrong with the configuration.
public struct ConfigurationFault: Hashable, Sendable, CustomStringConvertible {
  public let variable: String
  /// What is wrong, ready to follow the variable's name. Never holds a secret.
  public let problem: String
  public let accepted: String

  public init(variable: String, problem: String, accepted: String) {
    self.variable = variable
    self.problem = problem
    self.accepted = accepted
  }

  /// One line: the variable, what is wrong with its value, and what is accepted.
  public var description: String { "\(variable): \(problem); accepted: \(accepted)" }
}

/// All faults of one configuration; exit status 78.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public let faults: [ConfigurationFault]

  public init(faults: [ConfigurationFault]) { self.faults = faults }

  public var description: String { faults.map(\.description).joined(separator: "\n") }
}

extension Configuration {
  /// Reads and checks every variable (specification, Configuration), and reports all faults together.
  ///
  /// - Parameters:
  ///   - environment: the process's environment; an empty value is the same as none.
  ///   - keyCredential: the systemd credential `jellyfin-api-key`, used where `JELLYFIN_API_KEY` is not set.
  ///   - place: where the credential is from.
  ///   - service: the storage service of a host, by the mounts of this machine; asked only where no variable tells.
  public init(
    environment: [String: String], keyCredential: String? = nil, from place: KeySource.Place = .unit,
    service: (String) -> MountedService? = { _ in nil }
  ) throws(ConfigurationError) {
    var reader = ConfigurationReader(environment: environment, keyCredential: keyCredential)
    try self.init(&reader, place, service)
  }

  /// The names of all variables, as they are read.
  public static let variables: [String] = {
    var reader = ConfigurationReader(environment: [:])
    // What is required is missing, ignoring.
    _ = try? Configuration(&reader, .unit) { _ in nil }
    return reader.names
  }()

  private init(
    _ reader: inout ConfigurationReader, _ place: KeySource.Place, _ service: (String) -> MountedService?
  ) throws(ConfigurationError) {
    let interval = reader.duration("CHECK_INTERVAL", default: Self.defaultCheckInterval, atLeast: 1)
    let secureShell = reader.optional("STORAGE_SERVER_SSH", SSHDestination.accepted, SSHDestination.init)
    let command = reader.optional("SHUTDOWN_COMMAND", CommandWords.accepted, CommandWords.parse)
    if reader.text("STORAGE_SERVER_SSH") != nil, reader.text("SHUTDOWN_COMMAND") != nil {
      reader.fault(
        "SHUTDOWN_COMMAND", "set together with STORAGE_SERVER_SSH",
        "one of the two, for there is one way to power off")
    }
    let remoteCommand = reader.optional(
      "STORAGE_SERVER_SSH_COMMAND", RemoteCommand.accepted, RemoteCommand.parse)
    let address = reader.optional("STORAGE_SERVER_ADDRESS", Endpoint.accepted) { Endpoint($0) }
    let wakeCommand = reader.optional("WAKE_COMMAND", CommandWords.accepted, CommandWords.parse)
    let mac =
      reader.text("WAKE_COMMAND") == nil && reader.text("STORAGE_SERVER_MAC") == nil
      ? reader.required(
        "STORAGE_SERVER_MAC", "\(MACAddress.accepted); or none, with WAKE_COMMAND", MACAddress.init)
      : reader.optional("STORAGE_SERVER_MAC", MACAddress.accepted, MACAddress.init)
    let url = reader.required("JELLYFIN_API_URL", BaseURL.accepted, BaseURL.init)
    let key = reader.key(place)
    let broadcast = reader.value(
      "BROADCAST_ADDRESS", "an IPv4 address, such as 192.168.1.255 or 255.255.255.255",
      default: IPv4Address("255.255.255.255"), IPv4Address.init)
    let listen = reader.value(
      "LISTEN_ADDRESS", Self.acceptedListenAddress, default: Self.defaultListenAddress,
      Self.listenAddress)
    let action = reader.value(
      "SHUTDOWN_ACTION", ShutdownAction.allCases.map(\.rawValue).joined(separator: ", "),
      default: .poweroff, ShutdownAction.init(rawValue:))
    let optionals = (
      interface: reader.optional("WOL_INTERFACE", NetworkInterface.accepted) {
        NetworkInterface.isName($0) ? $0 : nil
      },
      secureOn: reader.optional("WOL_SECUREON", SecureOn.accepted, SecureOn.init),
      language: reader.optional("NOTIFY_LANGUAGE", LanguageTag.accepted, LanguageTag.init),
      token: reader.optional("HTTP_TOKEN", "printable ASCII characters without blanks", Self.token),
      watts: reader.optional("STORAGE_SERVER_WATTS", Watts.accepted, Watts.init),
      rootsFile: reader.optional("SSL_CERT_FILE", TLSTrust.acceptedFile, TLSTrust.path)
    )
    let rootsDirectory = reader.value(
      "SSL_CERT_DIR", TLSTrust.acceptedDirectory, default: TLSTrust.debianDirectory, TLSTrust.path)
    let mounts = reader.optional("STORAGE_MOUNTS", Folders.acceptedMounts, Folders.mounts) ?? []
    let logDirectory = reader.optional("JELLYFIN_LOG_DIRECTORY", Folders.acceptedFolder, Folders.folder)
    let numbers = (
      port: reader.integer("WOL_PORT", default: 9, in: 1...65535),
      copies: reader.integer("WOL_COPIES", default: 3, in: 1...10)
    )
    let spans = (
      packetCooldown: reader.duration("PACKET_COOLDOWN_TIME", default: 60),
      cooldown: reader.duration("COOLDOWN_TIME", default: 30 * 60),
      wakeTimeout: reader.duration("WAKE_TIMEOUT", default: 5 * 60),
      window: reader.duration("ACTIVITY_WINDOW", default: max(5 * 60, interval + 4 * 60)),
      // An access says more than a browser does, so less is enough of that.
      browsingLimit: reader.duration(
        "BROWSING_LIMIT", default: mounts.isEmpty ? 2 * 3600 : 30 * 60, zero: .noLimit),
      pauseLimit: reader.duration("PAUSE_LIMIT", default: 30 * 60, zero: .noLimit),
      manualStartHold: reader.duration("MANUAL_START_HOLD", default: 2 * 3600, zero: .none)
    )
    let patterns = [
      "IGNORE_USERS", "IGNORE_CLIENTS", "IGNORE_DEVICES", "IGNORE_TASKS", "WAKE_FOR_TASKS",
    ].map {
      $0 == "IGNORE_CLIENTS"
        ? reader.optional($0, Robots.accepted, Robots.list)
        : reader.optional($0, Pattern.accepted, Pattern.list)
    }
    let scanInterval = reader.optional("LIBRARY_SCAN_INTERVAL", TimeSpan.accepted) { text in
      TimeSpan.parse(text).flatMap { $0 > 0 ? $0 : nil }
    }
    let switches = (
      recordings: reader.boolean("WAKE_FOR_RECORDINGS", default: true),
      notify: reader.boolean("NOTIFY_CLIENTS", default: true),
      dryRun: reader.boolean("DRY_RUN", default: false)
    )

    let wakeMethod = wakeCommand.map(WakeMethod.command) ?? mac.map(WakeMethod.packet)
    guard reader.faults.isEmpty, let wakeMethod, let url, let key, let broadcast, let listen,
      let action, let rootsDirectory
    else {
      throw ConfigurationError(faults: reader.faults)
    }
    let mounted = address == nil ? secureShell.flatMap { service($0.endpoint.host) } : nil
    let source = mounted.map { ServiceSource.mount($0.path) } ?? .secureShell
    self.init(
      wakeMethod: wakeMethod, storageServerMAC: mac, broadcastAddress: broadcast, jellyfinURL: url,
      jellyfinKey: key, keySource: reader.keySource(place),
      jellyfinTrust: TLSTrust(file: optionals.rootsFile, directory: rootsDirectory),
      checkInterval: interval, packetCooldown: spans.packetCooldown, cooldown: spans.cooldown,
      storageServerAddress: address ?? mounted?.endpoint ?? secureShell?.endpoint,
      serviceSource: address == nil ? source : .variable,
      powerOffMethod: secureShell.map(PowerOffMethod.ssh) ?? command.map(PowerOffMethod.command),
      shutdownAction: action, remoteCommand: RemoteCommand(remoteCommand, action), wolPort: numbers.port,
      wolCopies: numbers.copies,
      wolInterface: optionals.interface, wolSecureOn: optionals.secureOn, wakeTimeout: spans.wakeTimeout,
      activityWindow: spans.window, browsingLimit: spans.browsingLimit > 0 ? spans.browsingLimit : nil,
      pauseLimit: spans.pauseLimit > 0 ? spans.pauseLimit : nil, ignoreUsers: patterns[0] ?? [],
      ignoreClients: patterns[1] ?? Robots.patterns, ignoreDevices: patterns[2] ?? [],
      ignoreTasks: patterns[3] ?? [],
      wakeForRecordings: switches.recordings, wakeForTasks: patterns[4] ?? [],
      libraryScanInterval: scanInterval, manualStartHold: spans.manualStartHold,
      notifyClients: switches.notify, notifyLanguage: optionals.language, listenAddress: listen,
      httpToken: optionals.token.map(Secret.init),
      storageServerWatts: optionals.watts, storageMounts: mounts, jellyfinLogDirectory: logDirectory,
      dryRun: switches.dryRun)
  }

  public static let defaultListenAddress = Endpoint(host: "127.0.0.1", port: 8097)

  public static let acceptedListenAddress = "an address and a port, such as 127.0.0.1:8097 or [::1]:8097"

  /// Reads a value of `LISTEN_ADDRESS`; nil where it is wrong. A name is, for at boot nobody can resolve it.
  public static func listenAddress(_ text: String) -> Endpoint? {
    Endpoint(text).flatMap { $0.isNumeric ? $0 : nil }
  }

  /// Reads `CHECK_INTERVAL` alone, for callers that must know the beat though the rest may be wrong; nil where it is wrong.
  public static func checkInterval(in environment: [String: String]) -> Seconds? {
    var reader = ConfigurationReader(environment: environment)
    let interval = reader.duration("CHECK_INTERVAL", default: defaultCheckInterval, atLeast: 1)
    return reader.faults.isEmpty ? interval : nil
  }

  /// Reads `STORAGE_SERVER_WATTS` alone, for a report on a history though the rest may be wrong; nil where it is not set,
  /// or wrong itself.
  public static func watts(in environment: [String: String]) -> Watts? {
    environment["STORAGE_SERVER_WATTS"].flatMap(Watts.init)
  }

  /// Reads `STORAGE_MOUNTS` alone, for who must know them though the rest may be wrong; nil where it is wrong itself.
  public static func storageMounts(in environment: [String: String]) -> [String]? {
    var reader = ConfigurationReader(environment: environment)
    let mounts = reader.optional("STORAGE_MOUNTS", Folders.acceptedMounts, Folders.mounts)
    return reader.faults.isEmpty ? mounts ?? [] : nil
  }

  public static let acceptedStorageMounts = Folders.acceptedMounts
  public static let acceptedLogDirectory = Folders.acceptedFolder

  /// Reads `JELLYFIN_LOG_DIRECTORY` alone; nil where it is not set, or wrong itself.
  public static func jellyfinLogDirectory(in environment: [String: String]) -> String? {
    environment["JELLYFIN_LOG_DIRECTORY"].flatMap(Folders.folder)
  }

  /// Reads the absolute path of a folder, and writes it as systemd does; nil where it is none.
  public static func folder(_ text: String) -> String? { Folders.folder(text) }

  /// Text that can stand in an HTTP header and in quotes.
  public static func token(_ text: String) -> String? {
    let plain = text.utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    return plain && (1...512).contains(text.utf8.count) ? text : nil
  }
}

extension Configuration.Watts {
  public static let accepted = "watts when on, and when off after a comma, such as 85 or 85,3"

  /// Reads `85` or `85,3`; nil for anything else.
  public init?(_ text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      part.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") } ? Double(part) : nil
    }
    guard (1...2).contains(numbers.count), let on = numbers[0], let off = numbers.last ?? 0, on <= 100_000
    else { return nil }
    self.init(on: on, off: numbers.count == 2 ? off : 0)
    guard self.off <= on else { return nil }
  }
}
