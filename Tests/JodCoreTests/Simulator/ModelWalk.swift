@testable import JodCore

/// A household so small that everything that can happen in it is tried: one person, one beat, short limits. It keeps
/// its own account of what happened, and judges by that.
struct ModelWalk {
  struct Input: Hashable, Sendable {
    enum Jellyfin: CaseIterable, Sendable { case silent, nobody, browsing, playing }

    var jellyfin: Jellyfin
    var probe: Probe
    var isTaskRunning = false
  }

  struct Node: Sendable {
    var memory: Memory
    var account = Account()
    var beats = 0
    var path: [Input] = []

    /// Two nodes with the same key have the same future: ages count in beats, and no further than they matter.
    struct Key: Hashable {
      var ages: [Int]
      var flags: [Bool]
      var known: State.Storage.Known
      var account: Account
    }

    var key: Key {
      let (state, runtime) = (memory.state, memory.runtime)
      let now = ModelWalk.time(beats)
      func age(_ boot: Seconds?, upTo limit: Int) -> Int {
        boot.map { min(Int((now - $0) / ModelWalk.beat), limit) } ?? -1
      }
      let ages = [
        age(state.requests.last?.boot, upTo: 2), age(state.undertaking.wake?.began.boot, upTo: 2),
        age(state.undertaking.wake?.demandEnded?.boot, upTo: 2),
        age(state.undertaking.stopping?.since.boot, upTo: 3),
        age(runtime.silentSince?.boot, upTo: 1), age(runtime.readySince?.boot, upTo: 3),
        age(runtime.activity.looked, upTo: 5),
      ]
      let counts = [
        min(Int(runtime.idle?.seconds ?? -60), 180), runtime.unreadyChecks,
        min(state.undertaking.wake?.requests ?? 0, 3),
      ]
      let flags = [
        state.undertaking.owed != nil, state.undertaking.wake?.failed == true,
        state.storage.wasReadySinceDown,
        runtime.jellyfinIsAway, runtime.idle != nil, state.undertaking.stopping?.wasSilent == true,
        state.undertaking.wake?.stopping != nil, state.storage.stoppedByUs != nil,
      ]
      return Key(ages: ages + counts, flags: flags, known: state.storage.known, account: account)
    }
  }

  static let beat: Seconds = 60

  static let configuration = JodCoreTests.configuration([
    "CHECK_INTERVAL": "60", "PACKET_COOLDOWN_TIME": "120", "COOLDOWN_TIME": "180", "WAKE_TIMEOUT": "120",
    "ACTIVITY_WINDOW": "30", "BROWSING_LIMIT": "0", "MANUAL_START_HOLD": "0", "WAKE_FOR_RECORDINGS": "no",
    "SHUTDOWN_COMMAND": "/bin/off",
  ])

  static let inputs: [Input] = Input.Jellyfin.allCases.flatMap { jellyfin in
    // A storage that is up matters where somebody waits for it, or where it hangs.
    (jellyfin == .playing || jellyfin == .nobody ? [Probe.ready, .up, .silent] : [.ready, .silent]).flatMap {
      probe in
      // A task matters only where nothing else is in the way.
      (jellyfin == .nobody && probe == .ready ? [false, true] : [false]).map {
        Input(jellyfin: jellyfin, probe: probe, isTaskRunning: $0)
      }
    }
  }

  static var root: Node {
    var memory = Memory(runtime: Runtime(bootID: "boot-1"))
    // The rhythm has long been steady.
    for before in -6 ... -1 { memory.runtime.beat.note(start: time(before)) }
    return Node(memory: memory)
  }

  static func time(_ beats: Int) -> Seconds { 100_000 + Seconds(beats) * beat }

  /// One check: where it leads, and what was wrong with it.
  static func step(_ node: Node, _ input: Input) -> (next: Node, wrongs: [String]) {
    var next = node
    next.beats += 1
    next.path.append(input)
    let now = JodCoreTests.now(moment(time(next.beats)))
    _ = next.memory.notice(observation(input, at: now), configuration, now)
    let verdict = decide(configuration, next.memory, now)
    _ = next.memory.begin(verdict, configuration, now)
    if verdict.isWake { next.memory.settle(.left(at: now.moment), configuration, now) }
    if verdict.isPowerOff { _ = next.memory.settle(.accepted, configuration, now) }
    next.memory.noteCheck(verdict, configuration, now)
    next.account.note(input)
    let wrongs = next.account.wrongs(input, verdict)
    next.account.note(verdict)
    return (next, wrongs)
  }

  private static func observation(_ input: Input, at now: Now) -> Observation {
    let wall = now.moment.wall
    let reply: Result<JellyfinAnswer, Trouble> =
      switch input.jellyfin {
      case .silent: .failure(Trouble(.jellyfin, cause: "timeout", "Jellyfin does not answer."))
      case .nobody: .success(answer(at: wall))
      case .browsing: .success(answer([browser(seen: 0, at: wall)], at: wall))
      case .playing: .success(answer([player(at: wall)], at: wall))
      }
    return Observation(
      jellyfin: reply, storage: input.probe, traffic: TrafficReading([]), recordings: .success([]),
      tasks: .success(input.isTaskRunning ? ["the task RefreshLibrary"] : []),
      startOfJellyfin: .success(StartupTasks(ran: wall - 86_400)), keyOwner: .success(nil))
  }
}

/// What truly happened so far, in beats that stop where they no longer matter.
struct Account: Hashable, Sendable {
  private var sinceRequest = 2
  private var sincePowerOff = 7
  /// Idleness without a gap; nil while somebody is active or before the first look.
  private var idle: Int?
  private var ready: Int?
  private var unready = 2
  private var silent = 0
  private var unknown = 0
  /// Checks in a row at which nothing stood in the way of a power-off.
  private var overdue = 0
  private var isStopping = false
  private var wasSilent = false
  /// Somebody asked while the storage was going down.
  private var isOwed = false

  mutating func note(_ input: ModelWalk.Input) {
    (sinceRequest, sincePowerOff) = (min(sinceRequest + 1, 2), min(sincePowerOff + 1, 7))
    silent = input.probe == .silent ? min(silent + 1, 2) : 0
    unready = input.probe == .ready ? 0 : min(unready + 1, 2)
    ready = ready.map { min($0 + 1, 3) } ?? (input.probe == .ready ? 0 : nil)
    if unready == 2 { ready = nil }
    // Down is silent twice; what still answers after three minutes hangs. Silent once, it went, and came back.
    let wasStopping = isStopping && silent < 2
    wasSilent = wasStopping && (wasSilent || input.probe == .silent)
    let isServed =
      input.jellyfin != .silent && input.probe != .ready && sinceRequest >= 2 && (isOwed || wakes(input))
    let isHanging = wasStopping && sincePowerOff >= 3 && input.probe != .silent && !isServed
    let isBack = wasStopping && wasSilent && (input.probe == .ready || isHanging)
    isStopping = wasStopping && !isHanging && !isBack
    if isHanging, !isBack { idle = nil }
    // It is there, and serves those who asked.
    if !isStopping, input.probe == .ready { isOwed = false }
    guard input.jellyfin != .silent else {
      unknown = min(unknown + 1, 4)
      return
    }
    // Three beats and 60 s are witnessed.
    let isWitnessed = unknown < 4
    let before = isWitnessed ? idle.map { min($0 + 1 + unknown, 3) } : nil
    idle = input.jellyfin == .nobody ? before ?? 0 : nil
    unknown = 0
    if wasStopping, !isBack, isStopping || input.probe != .ready, wakes(input) { isOwed = true }
  }

  /// Jellyfin says that it started a day ago, so polls that fail mute nobody.
  private func wakes(_ input: ModelWalk.Input) -> Bool { [.playing, .browsing].contains(input.jellyfin) }

  func wrongs(_ input: ModelWalk.Input, _ verdict: Verdict) -> [String] {
    let (isSent, isOff) = (verdict.isWake, verdict.isPowerOff)
    let isNeeded = (wakes(input) || (isOwed && input.jellyfin != .silent)) && input.probe != .ready
    let isDue =
      input.jellyfin == .nobody && input.probe == .ready && !input.isTaskRunning && (idle ?? 0) >= 3
      && (ready ?? 0) >= 3
    let rules = [
      ("a wake request within the cooldown", isSent && sinceRequest < 2),
      ("a wake request though nothing is known", isSent && input.jellyfin == .silent),
      ("a wake request though the storage is ready", isSent && input.probe == .ready),
      ("a wake request for nobody", isSent && !wakes(input) && !isOwed),
      ("activity, and no wake request", !isSent && isNeeded && sinceRequest >= 2 && sincePowerOff >= 1),
      ("a power-off against a rule", isOff && !isDue),
      ("a second power-off at once", isOff && sincePowerOff < 3),
      ("no power-off though nothing is in the way", !isOff && isDue && overdue >= 1 && sincePowerOff > 6),
    ]
    return rules.filter(\.1).map(\.0)
  }

  mutating func note(_ verdict: Verdict) {
    let isDue = (idle ?? 0) >= 3 && (ready ?? 0) >= 3 && sincePowerOff > 6 && verdict.action == .rest
    overdue = isDue ? min(overdue + 1, 1) : 0
    if verdict.isWake { (sinceRequest, isOwed, isStopping) = (0, false, false) }
    if verdict.isPowerOff {
      (sincePowerOff, ready, isOwed, isStopping, wasSilent) = (0, nil, false, true, false)
    }
  }
}
