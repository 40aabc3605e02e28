/// Everything an administrator can set, parsed and valid (specification, Configuration). Durations are in seconds.
public struct Configuration: Hashable, Sendable {
  /// How the storage server is powered off.
  public enum PowerOffMethod: Hashable, Sendable {
    case ssh(SSHDestination)
    /// The words of a local command.
    case command([String])
  }

  /// How the storage server is asked to come.
  public enum WakeMethod: Hashable, Sendable {
    case packet(MACAddress)
    /// The words of a local command.
    case command([String])
  }

  /// What told the storage service.
  public enum ServiceSource: Hashable, Sendable {
    case variable
    /// A mount of this machine's, by its mount point.
    case mount(String)
    /// Nothing: it is where ssh listens.
    case secureShell
  }

  public enum ShutdownAction: String, CaseIterable, Sendable { case poweroff, suspend, hibernate }

  /// The storage server's power draw in watts.
  public struct Watts: Hashable, Sendable {
    public var on: Double
    public var off: Double
  }

  public var wakeMethod: WakeMethod
  /// Nil where it is not set, and a command wakes.
  public var storageServerMAC: MACAddress?
  public var broadcastAddress: IPv4Address
  public var jellyfinURL: BaseURL
  public var jellyfinKey: Secret
  public var keySource: KeySource
  /// Who may sign Jellyfin's certificate, where its URL is https.
  public var jellyfinTrust: TLSTrust
  public var checkInterval: Seconds
  public var packetCooldown: Seconds
  public var cooldown: Seconds
  /// The storage service itself; nil means *blind*: nothing tells whether the storage server is on.
  public var storageServerAddress: Endpoint?
  public var serviceSource: ServiceSource
  public var isBlind: Bool { storageServerAddress == nil }
  public var powerOffMethod: PowerOffMethod?
  public var shutdownAction: ShutdownAction
  /// What is asked of the storage server over ssh.
  public var remoteCommand: RemoteCommand
  public var wolPort: Int
  public var wolCopies: Int
  public var wolInterface: String?
  public var wolSecureOn: SecureOn?
  public var wakeTimeout: Seconds
  public var activityWindow: Seconds
  /// Nil: no limit.
  public var browsingLimit: Seconds?
  /// Nil: no limit.
  public var pauseLimit: Seconds?
  public var ignoreUsers: [Pattern]
  public var ignoreClients: [Pattern]
  public var ignoreDevices: [Pattern]
  public var ignoreTasks: [Pattern]
  public var wakeForRecordings: Bool
  public var wakeForTasks: [Pattern]
  /// Nil: jod-check starts no scan.
  public var libraryScanInterval: Seconds?
  /// Zero: none.
  public var manualStartHold: Seconds
  public var notifyClients: Bool
  /// In which language; nil: in Jellyfin's own.
  public var notifyLanguage: LanguageTag?
  public var listenAddress: Endpoint
  public var httpToken: Secret?
  public var storageServerWatts: Watts?
  /// Mount points of the storage server's shares, each with an automount: an access wakes it.
  public var storageMounts: [String]
  /// Where Jellyfin writes its log, as this machine sees it.
  public var jellyfinLogDirectory: String?
  public var dryRun: Bool

  /// How often the storage server is asked for when blind and a wake is older than `wakeTimeout`.
  public static let blindRepeat: Seconds = 15 * 60
  public static let defaultCheckInterval: Seconds = 30
  /// Seconds that a command may take that wakes.
  public static let wakeCommandLimit: Seconds = 20

  /// Seconds that one wake request may take: a burst of packets 0.3, a command its own.
  public var longestRequest: Seconds {
    if case .command = wakeMethod { Self.wakeCommandLimit + 1 } else { 1 }
  }
}
