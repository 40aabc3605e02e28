extension State {
  /// What is known of the storage server, over a reboot of this machine too.
  public struct Storage: Hashable, Sendable {
    /// One lost probe changes nothing here.
    public enum Known: String, Sendable, JSONCodable { case unknown, ready, up, down }

    public internal(set) var known = Known.unknown
    public internal(set) var since: Moment?
    /// Whether it has been ready at any time since it was last down; a service that restarts is no start by hand.
    public internal(set) var wasReadySinceDown = false
    /// Since when somebody works on it: it was switched on by hand, or woken by a command.
    public internal(set) var byHand: Moment?
    /// When it was seen down after a power-off of ours, while it is down.
    public internal(set) var stoppedByUs: Moment?
    /// When it was on again unasked soon after a power-off, the newest last.
    public internal(set) var comebacks: [Moment] = []

    /// Whether `jod-check-storage` answered there, so that it can be asked whether it would power off.
    public internal(set) var isOurs = false

    /// Where it was last ready, for a time in which its name does not resolve.
    public internal(set) var address: LastAddress?

    public init() {}

    /// An address that worked, and the name that led to it.
    public struct LastAddress: Hashable, Sendable {
      public var host: String
      public var address: String
    }

    /// Within this time of being seen down, nobody has pressed a button.
    static let comeback: Seconds = 10 * 60
    /// Once may be a hand.
    static let comebacksTold = 2
    static let comebackMemory: Seconds = 7 * 86400

    mutating func become(_ known: Known, at moment: Moment) {
      guard known != self.known else { return }
      (self.known, since) = (known, moment)
    }

    mutating func noteComeback(_ now: Now) {
      let recent = comebacks.filter { now.since($0) < Self.comebackMemory }
      comebacks = (recent + [now.moment]).suffix(Self.comebacksTold)
    }

    /// Whether it comes back by itself: twice in a week.
    public func comesBack(_ now: Now) -> Bool {
      comebacks.filter { now.since($0) < Self.comebackMemory }.count >= Self.comebacksTold
    }
  }
}

extension Memory {
  /// Where the storage server was last ready, where its name has not changed since.
  public func lastAddress(of endpoint: Endpoint) -> Endpoint? {
    state.storage.address.flatMap {
      $0.host == endpoint.host ? Endpoint(host: $0.address, port: endpoint.port) : nil
    }
  }

  mutating func noticeAddress(_ address: String?, _ configuration: Configuration) {
    guard let address, let endpoint = configuration.storageServerAddress, !endpoint.isNumeric else { return }
    // Of several addresses now one answers first and now another: only a new start is worth a note.
    guard state.storage.known != .ready || state.storage.address?.host != endpoint.host else { return }
    state.storage.address = State.Storage.LastAddress(host: endpoint.host, address: address)
  }

  /// Takes in a probe that was made between checks, and returns what has changed.
  public mutating func noticeProbe(
    _ probe: Probe?, _ configuration: Configuration, _ now: Now
  ) -> [Change] {
    let before = state.storage.known
    let changes = noticeStorage(probe, configuration, now)
    if state.storage.known != before { notePower(configuration, now) }
    return changes
  }

  /// Takes in what a probe has told.
  mutating func noticeStorage(_ probe: Probe?, _ configuration: Configuration, _ now: Now) -> [Change] {
    if probe != runtime.probe { runtime.probeSince = now.moment }
    runtime.probe = probe
    noticeReadiness(configuration.isBlind ? state.isPresumedOn == true : probe == .ready, now)
    // More than a lost probe: what answers then is a new start.
    if let since = runtime.silentSince, now.since(since) >= Self.longestLoss {
      state.undertaking.fellSilent()
    }
    if probe != .silent { runtime.silentSince = nil }
    switch probe {
    case .ready: return noticeReady(now)
    case .up:
      state.undertaking.answeredUp()
      state.storage.become(.up, at: now.moment)
    case .silent:
      let since = runtime.silentSince ?? now.moment
      runtime.silentSince = since
      // Many checks in a moment see one silence.
      let apart = min(Self.silenceApart, configuration.checkInterval)
      if since != now.moment, now.since(since) >= apart { return noticeDown(now) }
    case nil: state.storage.become(.unknown, at: now.moment)
    }
    return []
  }

  /// Seconds between two silent probes that make a server down.
  static let silenceApart: Seconds = 15
  /// Seconds; a shorter silence may be one probe that was lost.
  public static let longestLoss: Seconds = 2

  /// Since when it has been ready without a break. One lost probe is none.
  private mutating func noticeReadiness(_ isReady: Bool, _ now: Now) {
    if isReady {
      runtime.unreadyChecks = 0
      runtime.readySince = runtime.readySince ?? now.moment
    } else {
      runtime.unreadyChecks = min(runtime.unreadyChecks + 1, 2)
      if runtime.unreadyChecks == 2 { runtime.readySince = nil }
    }
  }

  private mutating func noticeReady(_ now: Now) -> [Change] {
    let before = state.storage
    defer {
      state.storage.become(.ready, at: now.moment)
      state.storage.wasReadySinceDown = true
    }
    // What has not been silent since it was asked has not gone down yet.
    if let stopping = state.undertaking.stopping, !stopping.wasSilent { return [] }
    let (wake, isBack) = (state.undertaking.wake, state.undertaking.stopping != nil)
    let isSoonBack = before.stoppedByUs.map { now.since($0) < State.Storage.comeback } ?? false
    state.undertaking.arrived()
    state.storage.stoppedByUs = nil
    if let wake {
      noteArrival(wake, now)
      return [.ready(after: now.since(wake.began), requests: wake.requests)]
    }
    if isBack || (isSoonBack && before.known == .down) { state.storage.noteComeback(now) }
    if isBack || !before.wasReadySinceDown { state.storage.byHand = now.moment }
    if isBack { return [.cameBack] }
    return [.down, .up].contains(before.known) ? [.readyUnasked] : []
  }

  /// One that was told to have failed was ended by something else: a hand, most likely.
  private mutating func noteArrival(_ wake: Wake, _ now: Now) {
    if wake.isByHand || (wake.failed && !wake.isByAccess) { state.storage.byHand = now.moment }
    if !wake.failed, !state.storage.wasReadySinceDown {
      state.counters.timeToReady.note(now.since(wake.began))
    }
  }

  private mutating func noticeDown(_ now: Now) -> [Change] {
    let isNews = [.ready, .up].contains(state.storage.known)
    if state.undertaking.wentDown() {
      // Nobody works on what we were allowed to switch off.
      (state.storage.byHand, state.storage.stoppedByUs) = (nil, now.moment)
    }
    let adopted = isNews ? adoptRequestOfSilence() : []
    state.storage.wasReadySinceDown = false
    state.storage.become(.down, at: now.moment)
    return (isNews ? [.down] : []) + adopted
  }

  /// A request that left for one lost probe is a wake after all where the silence proves to be more.
  private mutating func adoptRequestOfSilence() -> [Change] {
    guard state.undertaking.phase == .nothing, let since = runtime.silentSince,
      let request = state.requests.last, request.bootID == since.bootID, request.boot >= since.boot
    else { return [] }
    state.undertaking.adopt(requestAt: request)
    state.counters.wakes += 1
    let asking = (runtime.lastCheck?.active ?? []).filter(\.wakes)
    return [.requested(Change.Request(asking: asking, number: 1))]
  }
}
