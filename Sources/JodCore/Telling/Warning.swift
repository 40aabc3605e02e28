/// What is legal and hurts, or may: the facts, which its words tell with a remedy.
public enum Warning: Hashable, Sendable {
  case cooldownBelowInterval(cooldown: Seconds, interval: Seconds)
  case cooldownBelowWakeTimeout(cooldown: Seconds, timeout: Seconds)
  case windowTooShort(Seconds)
  case readyBySecureShell
  /// A key that is skipped, for `JELLYFIN_API_KEY` is set as well.
  case unusedKey(KeySource.Place)
  /// The key is a token of this user.
  case userToken(KeyUser)
  case devicesRefused
  /// The storage server starts by itself after a power-off.
  case comesBack
  /// Opened files woke it again and again, of which Jellyfin knew nothing: by these programs, as far as they are known.
  case accesses(by: [String])
  /// `LIBRARY_SCAN_INTERVAL`, where nothing tells whether the storage is on.
  case blindScans
  case misspelt(MisspeltName)
  /// The timer has another interval than `CHECK_INTERVAL`.
  ///
  /// - Parameter isEdited: whether the administrator has set it.
  case otherTimer(interval: Seconds, timer: Seconds, isEdited: Bool)
}

extension Warning {
  /// What is wrong, and why it matters.
  public var what: String {
    switch self {
    case .cooldownBelowInterval(let cooldown, let interval):
      "COOLDOWN_TIME (\(TimeSpan.text(cooldown))) is shorter than CHECK_INTERVAL (\(TimeSpan.text(interval))): inactivity cannot be observed for so short a time."
    case .cooldownBelowWakeTimeout(let cooldown, let timeout):
      "COOLDOWN_TIME (\(TimeSpan.text(cooldown))) is shorter than WAKE_TIMEOUT (\(TimeSpan.text(timeout))): the storage server may be powered off while it is still starting for somebody."
    case .windowTooShort(let window):
      "ACTIVITY_WINDOW (\(TimeSpan.text(window))) is shorter than CHECK_INTERVAL + 3min: Jellyfin notes a device's activity every 3 minutes only, so active users will be missed."
    case .readyBySecureShell:
      "The storage server counts as ready when its ssh port answers, which is before its shares do; OpenSSH 9.8 and later also log each such connection in three lines, and penalise this machine for it."
    case .unusedKey(let place):
      "JELLYFIN_API_KEY is set, and \(place.words) holds another key, which is not used."
    case .userToken(let user):
      "The API key is a token of the user \(Printable.clean(user.name)), not an API key: it ends when that user signs out, and its own polls make a device of theirs look active."
    case .devicesRefused:
      "Jellyfin does not let this API key read its devices, so the storage wakes for those who play or just signed in, but not for those who browse."
    case .comesBack:
      "The storage was on again within minutes of a power-off twice in a week, and nobody asked for it: its firmware may restart it, or its network card may wake it at a ping or at any packet."
    case .accesses(let programs):
      "Opened files woke the storage six times in a day while Jellyfin knew of nobody. They were opened by \(programs.isEmpty ? "a program that is not known" : programs.joined(separator: ", "))."
    case .blindScans:
      "LIBRARY_SCAN_INTERVAL is set, but nothing tells whether the storage is on, so no scan is ever started."
    case .misspelt(let name):
      "\(Printable.quoted(name.name)) in \(name.place) is not read by anything: perhaps \(name.likely) is meant."
    case .otherTimer(let interval, let timer, _):
      "CHECK_INTERVAL is \(TimeSpan.text(interval)), but jod-check.timer runs every \(TimeSpan.text(timer))."
    }
  }

  public var remedy: String {
    switch self {
    case .cooldownBelowInterval, .cooldownBelowWakeTimeout, .windowTooShort: "Make it longer."
    case .readyBySecureShell:
      "Set STORAGE_SERVER_ADDRESS to the port of the storage service (2049 for NFS, 445 for SMB)."
    case .unusedKey: "Remove one of the two."
    case .userToken: "Make a key under Dashboard, API Keys, and set JELLYFIN_API_KEY to it."
    case .devicesRefused: "Use an API key made under Dashboard, API Keys."
    case .comesBack:
      "Let the card listen to magic packets alone (`jod-check-storage arm` there), and look for \"restore on AC power loss\" or \"wake on PME\" in its firmware."
    case .accesses:
      "Usual causes are real-time monitoring of a library, an indexer, a backup, a scan of Jellyfin's own, and the page of a film in Jellyfin 10.11.3 to 10.11.11: end it, or keep it off those folders."
    case .blindScans: "Set STORAGE_SERVER_ADDRESS."
    case .misspelt: "Correct the name, or remove it."
    case .otherTimer(_, _, let isEdited):
      isEdited ? "Make both the same, for ages are told by CHECK_INTERVAL." : "Run `systemctl daemon-reload`."
    }
  }

  /// All of it.
  public var words: String { "\(what) \(remedy)" }
}

extension MisspeltName {
  fileprivate var place: String {
    line.map { "line \($0) of /etc/default/jod-check" } ?? "/etc/default/jod-check"
  }
}

extension Configuration {
  /// Choices that are legal but hurt.
  public var warnings: [Warning] {
    [
      cooldown < checkInterval ? .cooldownBelowInterval(cooldown: cooldown, interval: checkInterval) : nil,
      cooldown < wakeTimeout ? .cooldownBelowWakeTimeout(cooldown: cooldown, timeout: wakeTimeout) : nil,
      activityWindow < checkInterval + KeyOwner.noted ? .windowTooShort(activityWindow) : nil,
      isReadyBySecureShell ? .readyBySecureShell : nil,
      isBlind && libraryScanInterval != nil ? .blindScans : nil,
      keySource.hidden.map(Warning.unusedKey),
    ].compactMap { $0 }
  }
}

extension Configuration {
  private var isReadyBySecureShell: Bool {
    guard let storageServerAddress else { return false }
    return serviceSource == .secureShell || storageServerAddress.port == 22
  }
}

extension Memory {
  /// What was found since, and hurts.
  public func warnings(_ now: Now) -> [Warning] {
    [
      runtime.devicesRefused ? .devicesRefused : nil,
      runtime.keyOwner?.user.map(Warning.userToken),
      state.storage.comesBack(now) ? .comesBack : nil,
      state.accesses.suspects(now).map(Warning.accesses),
    ].compactMap { $0 }
  }
}
