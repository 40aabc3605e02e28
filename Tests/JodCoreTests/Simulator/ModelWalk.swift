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
        age(state.lastWakeRequest?.boot, upTo: 2), age(state.wake?.began.boot, upTo: 2),
        age(state.wake?.activityEnded?.boot, upTo: 2), age(state.stopping?.since.boot, upTo: 3),
        age(runtime.readySince?.boot, upTo: 3), age(runtime.activity.looked, upTo: 5),
        age(runtime.activity.recovered.map { $0 - jellyfinTime + 10_000 }, upTo: 3),
      ]
      let counts = [
        min(Int(runtime.idle?.seconds ?? -60), 180), runtime.silentChecks, runtime.unreadyChecks,
        min(state.wake?.requests ?? 0, 3),
      ]
      let flags = [
        state.owedWake != nil, state.wake?.failed == true, state.wasReadySinceDown == true,
        runtime.jellyfinIsAway, runtime.idle != nil,
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
    let decision = decide(configuration, observation(input, at: now), node.memory, now)
    next.memory = decision.memory
    next.account.note(input)
    let wrongs = next.account.wrongs(input, decision.actions)
    next.account.note(decision.actions)
    if decision.actions.contains(.powerOff) { _ = next.memory.settlePowerOff(.accepted, now) }
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
      jellyfin: reply, storage: input.probe, nfsBytes: 0, recordings: .success([]),
      tasks: .success(input.isTaskRunning ? ["the task RefreshLibrary"] : []))
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
  private var sinceRecovery = 3
  /// Checks in a row at which nothing stood in the way of a power-off.
  private var overdue = 0
  private var isStopping = false
  /// Somebody asked while the storage was going down.
  private var isOwed = false

  mutating func note(_ input: ModelWalk.Input) {
    (sinceRequest, sincePowerOff) = (min(sinceRequest + 1, 2), min(sincePowerOff + 1, 7))
    sinceRecovery = min(sinceRecovery + 1, 3)
    silent = input.probe == .silent ? min(silent + 1, 2) : 0
    unready = input.probe == .ready ? 0 : min(unready + 1, 2)
    ready = ready.map { min($0 + 1, 3) } ?? (input.probe == .ready ? 0 : nil)
    if unready == 2 { ready = nil }
    if unknown > 0, input.jellyfin != .silent { sinceRecovery = 0 }
    // Down is silent twice; what still answers after three minutes hangs.
    let wasStopping = isStopping && silent < 2
    let isServed =
      input.jellyfin != .silent && input.probe != .ready && sinceRequest >= 2 && (isOwed || wakes(input))
    let isHanging = wasStopping && sincePowerOff >= 3 && input.probe != .silent && !isServed
    isStopping = wasStopping && !isHanging
    if isHanging { idle = nil }
    guard input.jellyfin != .silent else {
      unknown = min(unknown + 1, 4)
      return
    }
    // Three beats and 60 s are witnessed.
    let isWitnessed = unknown < 4
    let before = isWitnessed ? idle.map { min($0 + 1 + unknown, 3) } : nil
    idle = input.jellyfin == .nobody ? before ?? 0 : nil
    unknown = 0
    if wasStopping, wakes(input) { isOwed = true }
    if !wasStopping, input.probe == .ready { isOwed = false }
  }

  /// For two minutes after an outage, browsing wakes nobody.
  private func wakes(_ input: ModelWalk.Input) -> Bool {
    input.jellyfin == .playing || (input.jellyfin == .browsing && sinceRecovery > 2)
  }

  func wrongs(_ input: ModelWalk.Input, _ actions: [Decision.Action]) -> [String] {
    let isSent = actions.contains(.sendWakeRequest)
    let isOff = actions.contains(.powerOff)
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

  mutating func note(_ actions: [Decision.Action]) {
    let isDue = (idle ?? 0) >= 3 && (ready ?? 0) >= 3 && sincePowerOff > 6 && actions.isEmpty
    overdue = isDue ? min(overdue + 1, 1) : 0
    if actions.contains(.sendWakeRequest) { (sinceRequest, isOwed, isStopping) = (0, false, false) }
    if actions.contains(.powerOff) { (sincePowerOff, ready, isOwed, isStopping) = (0, nil, false, true) }
  }
}
