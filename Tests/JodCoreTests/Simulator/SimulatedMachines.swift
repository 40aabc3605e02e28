import Simulator

@testable import JodCore

/// Server A as far as it matters: its clocks. Times are true ones unless they say otherwise.
struct SimulatedServer {
  private(set) var boots = 1
  private(set) var bootID = "boot-1"
  var bootedAt: Seconds
  /// The wall clock shows true time plus this.
  var offset: Seconds = 0
  /// When the network sets the wall clock right again.
  var isSetRightAt: Seconds?

  static let epoch = jellyfinTime

  func now(at time: Seconds) -> Now {
    let boot = time - bootedAt
    let moment = Moment(wall: Self.epoch + time + offset, boot: boot, bootID: bootID)
    return Now(moment: moment, uptime: boot)
  }

  /// Comes up again. Without a battery the wall clock continues from a time it once saved, or from years ago.
  mutating func reboot(at time: Seconds, hasClockBattery: Bool, _ dice: inout Dice) {
    boots += 1
    bootID = "boot-\(boots)"
    bootedAt = time
    guard !hasClockBattery else { return }
    offset = dice.pick([-dice.seconds(60...7200), -dice.seconds(1e6...3e8)])
    isSetRightAt = time + dice.pick([dice.seconds(20...300), dice.seconds(3600...200_000)])
  }

  /// Somebody sets the wall clock, by seconds or by years.
  mutating func step(at time: Seconds, _ dice: inout Dice) {
    let size = dice.pick([8, 12, 600, 7200, 1e5, 3e7, 3e8])
    offset += dice.chance(0.5) ? size : -size
    if dice.chance(0.7) { isSetRightAt = time + dice.seconds(60...500_000) }
  }

  mutating func setRight(by time: Seconds) {
    guard let due = isSetRightAt, due <= time else { return }
    (offset, isSetRightAt) = (0, nil)
  }
}

/// Jellyfin itself: whether it answers, its clock, and what it does besides serving people.
struct SimulatedJellyfin {
  var awayUntil: Seconds?
  var restarts = false
  var upSince: Seconds = 0
  /// When it last started, and how its clock was then.
  var started: (time: Seconds, offset: Seconds) = (-1_000_000, 0)
  /// Its own clock shows true time plus this.
  var offset: Seconds = 0
  /// A task runs until then.
  var taskUntil: Seconds = 0
  /// By Jellyfin's own clock, less the epoch.
  var recording: (start: Seconds, end: Seconds)?

  func isAway(at time: Seconds) -> Bool { awayUntil.map { time < $0 } ?? false }

  /// Whether a recording runs, or will within so many seconds.
  func isRecording(at time: Seconds, ahead: Seconds) -> Bool {
    guard let recording else { return false }
    return recording.start - ahead <= time + offset && time + offset < recording.end
  }

  /// Answers what a check asks besides.
  func answer(
    _ questions: Set<Verdict.Question>, at time: Seconds, keepingQuietOn quiet: Set<Verdict.Question>,
    _ observation: inout Observation
  ) {
    let silence = Trouble(.jellyfin, cause: "timeout", "Jellyfin does not answer.")
    if questions.contains(.startOfJellyfin) {
      let ran = SimulatedServer.epoch + started.time + started.offset
      observation.startOfJellyfin =
        quiet.contains(.startOfJellyfin) ? .failure(silence) : .success(StartupTasks(ran: ran))
    }
    if questions.contains(.keyOwner) { observation.keyOwner = .success(nil) }
    if questions.contains(.recordings) {
      let epoch = SimulatedServer.epoch
      let planned = recording.map { planned in
        Recording(
          name: "News", start: epoch + planned.start, end: epoch + planned.end,
          isRunning: planned.start <= time + offset)
      }
      let recordings = [planned].compactMap { $0 }
      observation.recordings = quiet.contains(.recordings) ? .failure(silence) : .success(recordings)
    }
    if questions.contains(.tasks) {
      let tasks = taskUntil > time ? ["the task RefreshLibrary"] : []
      observation.tasks = quiet.contains(.tasks) ? .failure(silence) : .success(tasks)
    }
  }
}

/// Server B.
struct SimulatedStorage {
  enum Phase: Sendable, Hashable {
    case off, booting, ready, goingDown
    /// Its shutdown never ends: the service stays.
    case hanging
  }

  var phase = Phase.off
  var since: Seconds = 0
  var until = Seconds.infinity

  /// Of a machine that does not stay off, or whose suspend does not last: how long it does, and how long it then boots.
  var isBackAfter: (pause: Seconds, boot: Seconds)?

  var isOn: Bool { phase != .off }

  mutating func live(until now: Seconds) {
    while until <= now {
      switch phase {
      case .booting: enter(.ready, at: until)
      case .goingDown, .hanging, .ready: enter(.off, at: until, for: isBackAfter?.pause ?? .infinity)
      case .off:
        enter(.booting, at: until, for: isBackAfter?.boot ?? 60)
        isBackAfter = nil
      }
    }
  }

  mutating func enter(_ next: Phase, at time: Seconds, for length: Seconds = .infinity) {
    (phase, since, until) = (next, time, time + length)
  }

  /// A magic packet; one that meets a machine going down is lost.
  mutating func hear(at time: Seconds, bootTime: Seconds) {
    if phase == .off { enter(.booting, at: time, for: bootTime) }
  }

  func probe(at time: Seconds) -> Probe {
    switch phase {
    case .off: .silent
    // The kernel answers in the second half.
    case .booting: time - since > (until - since) / 2 ? .up : .silent
    case .ready, .hanging: .ready
    case .goingDown: time - since < 10 ? .ready : .up
    }
  }
}

/// The files of `Store`: what stands on the disk, what in the runtime directory, and what may befall them.
struct SimulatedFiles {
  private(set) var state: State?
  private(set) var runtime: Runtime?
  /// Older copies, as a backup or a snapshot of the disk brings them back.
  private var archive: [State] = []
  /// What a load gave, as long as nothing but `update` changes the files.
  private var loaded: Memory?

  func load(bootID: String) -> Memory {
    loaded ?? Memory(state: state, runtime: runtime, bootID: bootID)
  }

  /// As `Store.update`.
  mutating func update<Result>(bootID: String, toDisk: Bool, _ change: (inout Memory) -> Result) -> Result {
    var memory = load(bootID: bootID)
    defer { loaded = memory }
    let before = memory.state
    let result = change(&memory)
    if memory.state != before { memory.countChange() }
    memory.runtime.state = memory.state
    runtime = memory.runtime
    if toDisk { state = memory.state }
    return result
  }

  mutating func keepCopy() { if let state, archive.count < 8 { archive.append(state) } }

  /// All that a reboot leaves went through JSON; a runtime directory that outlives it must not matter.
  mutating func reboot(keepsRuntime: Bool) throws {
    loaded = nil
    state = try state.map { try decoded(State.self, encoded($0)) }
    runtime = keepsRuntime ? try runtime.map { try decoded(Runtime.self, encoded($0)) } : nil
  }

  /// Deletes, cuts, rolls back or scrambles one or both of the files. The result is read as `Store` reads it.
  mutating func damage(_ dice: inout Dice) throws {
    loaded = nil
    switch dice.index(below: 6) {
    case 0: state = nil
    case 1: runtime = nil
    case 2: (state, runtime) = (nil, nil)
    case 3: if !archive.isEmpty { (state, runtime) = (dice.pick(archive), dice.chance(0.5) ? nil : runtime) }
    case 4:
      guard let whole = state else { return }
      let text = scrambled(try encoded(whole), by: "0123456789", &dice)
      let read = try? decoded(State.self, text)
      state = read.flatMap { $0.isPlausible ? $0 : nil }
      if dice.chance(0.7) { runtime = nil }
    default:
      // No digits: a count that is wrong but plausible cannot be told from a right one.
      guard let whole = runtime else { return }
      let text = scrambled(try encoded(whole), by: "xyz{}[]\",:", &dice)
      let read = try? decoded(Runtime.self, text)
      runtime = read.flatMap { $0.state?.isPlausible ?? true ? $0 : nil }
    }
  }

  private func scrambled(_ text: String, by characters: String, _ dice: inout Dice) -> String {
    var bytes = Array(text.utf8)
    let replacements = Array(characters.utf8)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let places = bytes.indices.filter { digits.contains(bytes[$0]) == digits.contains(replacements[0]) }
    guard !places.isEmpty else { return text }
    if dice.chance(0.2) { bytes.removeLast(dice.index(below: bytes.count)) }
    for _ in 0..<dice.pick([1, 1, 2, 5]) {
      let place = dice.pick(places)
      if place < bytes.count { bytes[place] = dice.pick(replacements) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
