extension Event {
  /// How a change is told to people, in the journal and elsewhere.
  ///
  /// - Parameter clock: writes a time of the wall clock as a person here reads it.
  public init(
    _ change: Change, _ configuration: Configuration, clock: (Seconds) -> String = { UTC.text($0) }
  ) {
    let way = WakeWay(configuration)
    let action = configuration.shutdownAction.words
    switch change {
    case .activityBegan(let active):
      self.init(
        .activityBegan, .info, "Activity began: \(active.first?.sentence ?? "").", Facts(sessions: active))
    case .activityEnded(let seconds):
      self.init(.activityEnded, .info, "Activity ended after \(TimeSpan.text(seconds)).")
    case .activityLost(let seconds, let unknown):
      self.init(
        .activityEnded, .info,
        "Activity ended after \(TimeSpan.text(seconds)), or in the \(TimeSpan.text(unknown)) in which nothing was known of it.",
        Facts(activeSeconds: seconds))
    case .devicesRefused: self.init(.jellyfinRejectedKey, .warning, Warning.devicesRefused.words)
    case .ready(let seconds, let requests):
      self.init(
        .storageReady, .notice,
        "The storage is ready, \(TimeSpan.text(seconds)) after the first wake request.",
        Facts(wakeRequests: requests, wakeSeconds: seconds))
    case .readyUnasked:
      self.init(.storageReady, .notice, "The storage is ready; jod-check did not wake it.")
    case .cameBack:
      self.init(
        .storageReady, .notice,
        "The storage went down and is on again, though jod-check did not wake it.")
    case .down: self.init(.storageDown, .notice, "The storage is down.")
    case .requested(let request): self.init(request, way)
    case .requestStayed(let trouble): self.init(.wakeFailed, .error, trouble)
    case .wakeFailed(let wake, let seconds):
      self.init(
        .wakeFailed, .error, Trouble(wake, after: seconds, configuration),
        Facts(mac: way.mac, wakeRequests: wake.requests))
    case .powerOffBegan(let idle, let isRetry):
      let why = idle.map { ": no activity for \(TimeSpan.text($0))" } ?? ", as somebody wished"
      self.init(
        .powerOffRequested, isRetry ? .debug : .notice, "Asked the storage to \(action)\(why).",
        Facts(idleSeconds: idle))
    case .powerOffTaken:
      self.init(.powerOffRequested, .notice, "The storage took the power-off this time.")
    case .powerOffRefused(let reason, let isNews): self.init(reason, isNews: isNews)
    case .hangs(let seconds):
      self.init(.powerOffFailed, .error, Trouble(hangingFor: seconds, configuration))
    case .holdSet(let seconds, let until):
      self.init(
        .holdSet, .notice, "The storage is held up for \(TimeSpan.text(seconds)), until \(clock(until)).")
    case .holdEnded(let byHand):
      let how = byHand ? "The hold was taken back" : "The hold is over"
      self.init(.holdEnded, .notice, "\(how); the storage may be powered off again.")
    case .scanBegan:
      self.init(.scanStarted, .notice, "Jellyfin scans its libraries, as jod-check asked it to.")
    case .scanFailed(let trouble, let isNews):
      let pause = min(configuration.libraryScanInterval ?? LibraryScan.retry, LibraryScan.retry)
      self.init(
        .scanFailed, isNews ? .warning : .debug,
        "A scan of the libraries could not be started: \(trouble.what) It is tried again in \(TimeSpan.text(pause))."
      )
    case .rehearsed(.wake(let asking)):
      self.init(
        .wakeRequested, .notice,
        "Dry run: would have sent a wake request \(way.words): \(asking.first?.sentence ?? "").",
        Facts(sessions: asking, mac: way.mac))
    case .rehearsed(.powerOff(let idle)):
      self.init(
        .powerOffRequested, .notice,
        "Dry run: would have asked the storage to \(action): no activity for \(TimeSpan.text(idle)).",
        Facts(idleSeconds: idle))
    }
  }

  /// How the storage server is asked to come.
  private struct WakeWay {
    /// Nil where a command does it.
    let mac: String?
    let words: String

    init(_ configuration: Configuration) {
      switch configuration.wakeMethod {
      case .packet(let address): (mac, words) = (address.description, "to \(address)")
      case .command(let command): (mac, words) = (nil, "by \(Printable.quoted(command[0]))")
      }
    }
  }

  private init(_ request: Change.Request, _ way: WakeWay) {
    let number = request.number ?? 1
    let which = number > 1 ? "wake request \(number)" : "a wake request"
    let why = request.asking.first.map { ": \($0.sentence)" } ?? ""
    let silence = request.number == nil ? " It is known to be ready, and did not answer once." : ""
    self.init(
      .wakeRequested, request.isNews ? .notice : .debug,
      "Sent \(which) \(way.words)\(request.isByHand ? ", asked for by hand" : why).\(silence)",
      Facts(sessions: request.asking, isByHand: request.isByHand, mac: way.mac, wakeRequests: number))
  }

  private init(_ reason: Refusal.Reason, isNews: Bool) {
    if let trouble = Trouble(reason) {
      self.init(.powerOffFailed, isNews ? .error : .debug, trouble)
      return
    }
    // The storage server's own words stand at its end, with a full stop or without.
    let sentence = Words.refusal(reason)
    let end = sentence.hasSuffix(".") ? "" : "."
    self.init(
      .powerOffRefused, isNews ? .notice : .debug,
      "\(sentence)\(end) It is asked again in \(TimeSpan.text(Refusal.retry)).")
  }
}

extension Event {
  /// What belongs to an event, for programs.
  public struct Facts: Hashable, Sendable {
    /// Who is active, the first of them deciding.
    public var sessions: [ActiveSession] = []
    public var isByHand = false
    public var mac: String?
    public var wakeRequests: Int?
    public var wakeSeconds: Seconds?
    public var idleSeconds: Seconds?
    public var activeSeconds: Seconds?

    public init(
      sessions: [ActiveSession] = [], isByHand: Bool = false, mac: String? = nil, wakeRequests: Int? = nil,
      wakeSeconds: Seconds? = nil, idleSeconds: Seconds? = nil, activeSeconds: Seconds? = nil
    ) {
      self.sessions = sessions
      self.isByHand = isByHand
      self.mac = mac
      self.wakeRequests = wakeRequests
      self.wakeSeconds = wakeSeconds
      self.idleSeconds = idleSeconds
      self.activeSeconds = activeSeconds
    }

    public static let none = Facts()

    /// Who caused it, where that is a person whom Jellyfin names.
    var person: ActiveSession? { sessions.first.flatMap { $0.kind == .unknown ? nil : $0 } }

    var kind: String? { isByHand ? HistoryEntry.byHand : sessions.first?.kind.rawValue }

    /// All of them, in words.
    var everybody: String? {
      let listed = sessions.prefix(Self.listedSessions)
      return listed.isEmpty ? nil : listed.map(\.sentence).joined(separator: "; ")
    }

    /// A household has a few; a bound for what a hostile answer can make us list.
    static let listedSessions = 20
  }

  /// The journal's fields (specification, Reporting).
  public var fields: [String: String] {
    [
      "JOD_SESSIONS": facts.everybody, "JOD_KIND": facts.kind, "JOD_USER": facts.person?.user,
      "JOD_CLIENT": facts.person?.client, "JOD_DEVICE": facts.person?.device, "JOD_MAC": facts.mac,
      "JOD_WAKE_REQUESTS": facts.wakeRequests.map { String($0) },
      "JOD_WAKE_SEC": facts.wakeSeconds.map { String(Int($0)) },
      "JOD_IDLE_SEC": facts.idleSeconds.map { String(Int($0)) },
      "JOD_ACTIVE_SEC": facts.activeSeconds.map { String(Int($0)) },
    ].compactMapValues { $0 }
  }
}
