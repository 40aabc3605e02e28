/// Everything an administrator can set, parsed and valid (specification, Configuration). Durations are in seconds.
public struct Configuration: Hashable, Sendable {
  /// How the storage server is powered off.
  public enum PowerOffMethod: Hashable, Sendable {
    case ssh(SSHDestination)
    /// The words of a local command.
    case command([String])
  }

  public enum ShutdownAction: String, CaseIterable, Sendable { case poweroff, suspend, hibernate }

  /// The storage server's power draw in watts.
  public struct Watts: Hashable, Sendable {
    public var on: Double
    public var off: Double
  }

  public var storageServerMAC: MACAddress
  public var broadcastAddress: IPv4Address
  public var jellyfinURL: BaseURL
  public var jellyfinKey: Secret
  public var keySource: KeySource
  /// Who may vouch for Jellyfin's certificate, where its URL is https.
  public var jellyfinTrust: TLSTrust
  public var checkInterval: Seconds
  public var packetCooldown: Seconds
  public var cooldown: Seconds
  /// The storage service itself; nil means *blind*: nothing tells whether the storage server is on.
  public var storageServerAddress: Endpoint?
  public var isBlind: Bool { storageServerAddress == nil }
  public var powerOffMethod: PowerOffMethod?
  public var shutdownAction: ShutdownAction
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
  /// Zero: none.
  public var manualStartHold: Seconds
  public var notifyClients: Bool
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

  /// Choices that are legal but hurt, each in a sentence with its remedy.
  public var warnings: [String] {
    var warnings: [String] = []
    func warn(_ condition: Bool, _ sentence: @autoclosure () -> String) {
      if condition { warnings.append(sentence()) }
    }
    let text = TimeSpan.text
    warn(
      cooldown < checkInterval,
      "COOLDOWN_TIME (\(text(cooldown))) is shorter than CHECK_INTERVAL (\(text(checkInterval))): inactivity cannot be observed for so short a time; make it longer."
    )
    warn(
      cooldown < wakeTimeout,
      "COOLDOWN_TIME (\(text(cooldown))) is shorter than WAKE_TIMEOUT (\(text(wakeTimeout))): the storage server may be powered off while it is still starting for somebody; make it longer."
    )
    warn(
      activityWindow < checkInterval + 3 * 60,
      "ACTIVITY_WINDOW (\(text(activityWindow))) is shorter than CHECK_INTERVAL + 3min: Jellyfin notes a device's activity every 3 minutes only, so users at work will be missed; make it longer."
    )
    warn(
      storageServerAddress?.port == 22,
      "The storage server counts as ready when its ssh port answers, which is before its shares do; set STORAGE_SERVER_ADDRESS to the port of the storage service (2049 for NFS, 445 for SMB)."
    )
    if let warning = keySource.warning { warnings.append(warning) }
    return warnings
  }
}

/// A value that appears in no log, error or page: text made of it says that it is there, not what it is.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// What is shown in its place.
  static let blot = "[secret]"

  /// The value itself, to be sent to the one place it is for.
  public let value: String

  public init(_ value: String) { self.value = value }

  public var description: String { Self.blot }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The text with every occurrence of the secret blotted out: what comes back from outside may quote it.
  public func redact(_ text: String) -> String {
    // Nearly every text is shorter, and there are many.
    guard !value.isEmpty, text.utf8.count >= value.utf8.count else { return text }
    // By bytes: a combining mark behind the secret would make another character of its last one.
    let (secret, bytes) = (Array(value.utf8), Array(text.utf8))
    var result: [UInt8] = []
    var (kept, index) = (0, 0)
    while index + secret.count <= bytes.count {
      guard bytes[index] == secret[0], bytes[index..<(index + secret.count)].elementsEqual(secret) else {
        index += 1
        continue
      }
      result += bytes[kept..<index]
      result += description.utf8
      index += secret.count
      kept = index
    }
    guard kept > 0 else { return text }
    return String(decoding: result + bytes[kept...], as: UTF8.self)
  }
}
