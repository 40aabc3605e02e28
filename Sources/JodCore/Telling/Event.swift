/// Something worth a journal entry (specification, Events).
public struct Event: Hashable, Sendable {
  /// `JOD_EVENT`.
  public enum Name: String, Sendable, CaseIterable {
    case wakeRequested = "wake-requested"
    case storageReady = "storage-ready"
    case wakeFailed = "wake-failed"
    case powerOffRequested = "poweroff-requested"
    case powerOffRefused = "poweroff-refused"
    case powerOffFailed = "poweroff-failed"
    case storageDown = "storage-down"
    case activityBegan = "activity-began"
    case activityEnded = "activity-ended"
    case jellyfinUnreachable = "jellyfin-unreachable"
    case jellyfinRejectedKey = "jellyfin-rejected-key"
    case jellyfinRecovered = "jellyfin-recovered"
    case holdSet = "hold-set"
    case holdEnded = "hold-ended"
    case scanStarted = "scan-started"
    case scanFailed = "scan-failed"
    case configurationInvalid = "configuration-invalid"
    case configurationDoubtful = "configuration-doubtful"
    case stateDamaged = "state-damaged"
    case stateUnwritable = "state-unwritable"

    /// The `MESSAGE_ID`, which the journal catalog explains.
    public var messageID: String {
      switch self {
      case .wakeRequested: "66da94bf6b80461e8c253d3be29c300b"
      case .storageReady: "520f2c89059b4833b6d9c0357eb472e4"
      case .wakeFailed: "6a3110f876834deca59cf1bac32642d6"
      case .powerOffRequested: "d8afb314bd9c48099be2030e91c64cac"
      case .powerOffRefused: "024b17db2d694d6a907bb8fc29a3ba54"
      case .powerOffFailed: "2b8d62f2bf5848a98872a73bc736729a"
      case .storageDown: "9766fde6e68046f3a8c79328cc8f3bcc"
      case .activityBegan: "c9c60407b1094d138e9a28dde7e74eef"
      case .activityEnded: "129943b6e074442cad9142c00b240aa8"
      case .jellyfinUnreachable: "2875afe9d19c4c6eb33002dc2861951d"
      case .jellyfinRejectedKey: "17083937ad6c42b6b0d7563782c5459d"
      case .jellyfinRecovered: "bb0c506e2a10491f9305393356797cd0"
      case .holdSet: "b4890dac42954f579a255cf2fe2d388a"
      case .holdEnded: "ef610c97b76a4ed2bd334f300a7d55ad"
      case .scanStarted: "8d462b8ee08e48d49112692b6324e248"
      case .scanFailed: "3c32e2705a9c44fb9d142449678bcca9"
      case .configurationInvalid: "02bf780a3ece408f83afe51c7d0d956a"
      case .configurationDoubtful: "60f87aeaf771492cb59aad4ccef0d5e2"
      case .stateDamaged: "6a0bb02ff7c24970bfb13cbaba3e4520"
      case .stateUnwritable: "1cd2739be4dc49039897ed8aa3a27edb"
      }
    }

    /// Whether the history keeps it: what concerns the storage server, holds or activity.
    public var isHistory: Bool {
      switch self {
      case .wakeRequested, .storageReady, .wakeFailed, .powerOffRequested, .powerOffRefused, .powerOffFailed,
        .storageDown, .activityBegan, .activityEnded, .holdSet, .holdEnded:
        true
      case .jellyfinUnreachable, .jellyfinRejectedKey, .jellyfinRecovered, .scanStarted, .scanFailed,
        .configurationInvalid, .configurationDoubtful, .stateDamaged, .stateUnwritable:
        false
      }
    }
  }

  /// Priorities of syslog(3).
  public enum Priority: Int, Sendable, Comparable {
    case error = 3
    case warning, notice, info, debug

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  public var name: Name
  public var priority: Priority
  /// A sentence for people. Programs go by the facts.
  public var message: String
  public var facts: Facts
  /// The trouble that it tells, if any.
  public private(set) var trouble: Trouble?

  public init(_ name: Name, _ priority: Priority, _ message: String, _ facts: Facts = .none) {
    self.name = name
    self.priority = priority
    self.message = message
    self.facts = facts
  }

  public init(_ name: Name, _ priority: Priority, _ trouble: Trouble, _ facts: Facts = .none) {
    self.init(name, priority, trouble.words, facts)
    self.trouble = trouble
  }
}
