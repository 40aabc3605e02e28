import FoundationEssentials
import Testing

@testable import JodCore

// Builders with defaults, so that a test names only what matters to it.

/// Jellyfin's clock where a test does not say otherwise: 2027-01-15T08:00:00Z.
let jellyfinTime: Seconds = 1_800_000_000

/// A valid configuration that can watch the storage server; `variables` as an administrator sets them.
func configuration(_ variables: [String: String] = [:]) -> Configuration {
  let required = [
    "STORAGE_SERVER_MAC": "02:00:00:00:00:01", "JELLYFIN_API_URL": "http://127.0.0.1:8096",
    "JELLYFIN_API_KEY": "0123456789abcdef0123456789abcdef", "STORAGE_SERVER_ADDRESS": "nas.example:2049",
  ]
  return try! Configuration(environment: required.merging(variables) { $1 })
}

/// As `configuration`, without the address of the storage service.
func blindConfiguration(_ variables: [String: String] = [:]) -> Configuration {
  configuration(variables.merging(["STORAGE_SERVER_ADDRESS": ""]) { own, _ in own })
}

/// A configuration that powers off after half an hour, regardless of who switched the storage server on.
func poweringOff(_ variables: [String: String] = [:]) -> Configuration {
  let method = [
    "STORAGE_SERVER_SSH": "jod-check@nas.example", "COOLDOWN_TIME": "30min", "MANUAL_START_HOLD": "0",
  ]
  return configuration(method.merging(variables) { $1 })
}

/// A session that shows no item. `seen` is the age of its `LastActivityDate` at `time`.
func browser(
  user: String = "Anna", client: String = "Jellyfin Web", device: String = "Firefox", id: String = "f1",
  seen: Seconds? = 30, at time: Seconds = jellyfinTime
) -> SessionEntry {
  .session(
    session(user: user, client: client, device: device, id: id, lastActivity: seen.map { time - $0 }))
}

/// A session that plays. `reported` is the age of its `LastPlaybackCheckIn` at `time`, `seen` of `LastActivityDate`.
func player(
  user: String = "Anna", client: String = "Jellyfin Web", device: String = "Firefox", id: String = "f1",
  reported: Seconds? = 5, seen: Seconds? = 0, at time: Seconds = jellyfinTime
) -> SessionEntry {
  .session(
    session(
      user: user, client: client, device: device, id: id, hasItem: true,
      lastActivity: seen.map { time - $0 }, lastPlaybackCheckIn: reported.map { time - $0 }))
}

/// A session that has paused for `pause` seconds at `time`; nil where the server does not tell (10.8).
func pausedPlayer(
  user: String = "Anna", client: String = "Jellyfin Web", device: String = "Firefox", id: String = "f1",
  for pause: Seconds?, reported: Seconds? = 5, at time: Seconds = jellyfinTime
) -> SessionEntry {
  .session(
    session(
      user: user, client: client, device: device, id: id, hasItem: true, isPaused: true, lastActivity: time,
      lastPlaybackCheckIn: reported.map { time - $0 }, lastPaused: pause.map { time - $0 }))
}

func session(
  user: String = "Anna", client: String = "Jellyfin Web", device: String = "Firefox", id: String = "f1",
  hasItem: Bool = false, isPaused: Bool = false, lastActivity: Seconds? = nil,
  lastPlaybackCheckIn: Seconds? = nil, lastPaused: Seconds? = nil
) -> Session {
  Session(
    user: user, client: client, device: device, deviceKey: id, deviceID: id, hasItem: hasItem,
    isPaused: isPaused, lastActivity: lastActivity, lastPlaybackCheckIn: lastPlaybackCheckIn,
    lastPaused: lastPaused)
}

/// An entry of `/Devices`. `seen` is the age of its `DateLastActivity` at `time`.
func device(
  user: String = "Anna", client: String = "Jellyfin Web", name: String = "Firefox", id: String = "f1",
  seen: Seconds? = 30, at time: Seconds = jellyfinTime
) -> DeviceEntry {
  .device(
    Device(user: user, client: client, name: name, key: id, id: id, lastActivity: seen.map { time - $0 }))
}

func answer(
  _ sessions: [SessionEntry] = [], devices: [DeviceEntry]? = [], at time: Seconds = jellyfinTime
) -> JellyfinAnswer {
  JellyfinAnswer(sessions: sessions, devices: devices, time: time)
}

/// A moment `boot` seconds after the start of the boot named `bootID`; the wall clock goes with it unless told.
func moment(_ boot: Seconds = 10_000, wall: Seconds? = nil, bootID: String = "boot-1") -> Moment {
  Moment(wall: wall ?? jellyfinTime + boot - 10_000, boot: boot, bootID: bootID)
}

func now(_ moment: Moment = moment(), uptime: Seconds? = nil) -> Now {
  Now(moment: moment, uptime: uptime ?? moment.boot)
}

func memory(state: State = State(), _ change: (inout Memory) -> Void = { _ in }) -> Memory {
  var memory = Memory(state: state, runtime: Runtime(bootID: "boot-1"))
  change(&memory)
  return memory
}

extension Memory {
  /// A wake request that somebody asks for by hand, and that leaves.
  mutating func noteWakeRequest(at moment: Moment) {
    beginRequest(at: moment, for: [.hand])
    settle(.left(at: moment), configuration(), now(moment))
  }

  /// A power-off that was asked for, and what came of it.
  mutating func notePowerOff(at moment: Moment, _ outcome: PowerOffOutcome? = nil) {
    _ = beginPowerOff(idle: nil, at: moment)
    if let outcome { _ = settle(outcome, configuration(), now(moment)) }
  }
}

extension Event.Facts {
  /// Facts by the names of the journal's fields.
  init(_ fields: [String: String]) {
    func number(_ name: String) -> Int? { fields[name].flatMap { Int($0) } }
    self.init(
      isByHand: fields["JOD_KIND"] == HistoryEntry.byHand, mac: fields["JOD_MAC"],
      wakeRequests: number("JOD_WAKE_REQUESTS"), wakeSeconds: number("JOD_WAKE_SEC").map(Double.init),
      idleSeconds: number("JOD_IDLE_SEC").map(Double.init))
    guard fields["JOD_USER"] != nil || fields["JOD_DEVICE"] != nil else { return }
    sessions = [
      somebody(
        fields["JOD_KIND"].flatMap(ActiveSession.Kind.init) ?? .browsing, user: fields["JOD_USER"] ?? "",
        client: fields["JOD_CLIENT"] ?? "", device: fields["JOD_DEVICE"] ?? "")
    ]
  }
}

func somebody(
  _ kind: ActiveSession.Kind = .browsing, user: String = "Anna", client: String = "Jellyfin Web",
  device: String = "Firefox", wakes: Bool = true
) -> ActiveSession {
  ActiveSession(user: user, client: client, device: device, kind: kind, wakes: wakes)
}

extension TrafficReading {
  /// So many bytes over one connection.
  static func smb(_ bytes: Double, id: String = "1") -> TrafficReading {
    TrafficReading([Flow(id: id, port: 445, bytes: bytes)])
  }

  static func unseen(_ unseen: Unseen) -> TrafficReading { TrafficReading([], unseen: unseen) }
}

/// A household that is checked again and again.
struct Story {
  /// What a check finds at Jellyfin.
  enum Household: Sendable {
    case nobody, browsing, playing
    /// A player that `IGNORE_CLIENTS=robot` leaves out.
    case robotPlaying
    case notUnderstood
    case jellyfinAway, keyRejected, withoutDevices
  }

  var configuration: Configuration
  var memory = JodCoreTests.memory()
  var moment = JodCoreTests.moment()
  var uptime: Seconds = 10_000
  /// What Jellyfin says when it is asked for more than who is there.
  var recordings: Result<[Recording], Trouble> = .success([])
  var tasks: Result<[String], Trouble> = .success([])
  /// When its tasks run.
  var schedule: Result<TaskSchedule, Trouble> = .success(TaskSchedule([]))
  /// When the tasks last ran that Jellyfin runs at its start.
  var startOfJellyfin: Result<StartupTasks, Trouble> = .success(StartupTasks(ran: nil))
  /// Whose key it is: an API key.
  var keyOwner: Result<KeyUser?, Trouble> = .success(nil)
  /// Why Jellyfin does not answer, where it does not.
  var failure = Look.refusal
  /// What this machine has exchanged with the storage, or why that cannot be seen.
  var traffic: TrafficReading? = .smb(0)
  /// What the executables of `activity.d` say.
  var scripts: [ActivityScript] = []
  /// What comes of a power-off.
  var outcome = PowerOffOutcome.accepted
  /// Why Jellyfin does not take a scan, where it does not.
  var scanFailure: Trouble?
  /// Whether wake requests do not leave this machine.
  var sendFails = false
  /// What the last check asked Jellyfin for more.
  var asked: Set<Verdict.Question> = []

  init(_ configuration: Configuration = JodCoreTests.configuration()) {
    self.configuration = configuration
    memory.runtime.keyOwner = KeyOwner(configuration.jellyfinKey, asked: 0)
    memory.runtime.keyOwner?.isKnown = true
  }

  /// One check, `pause` seconds after the last, as the program makes it.
  @discardableResult
  mutating func check(
    after pause: Seconds = 30, _ household: Household, storage: Probe? = .silent
  ) -> Checked {
    pass(pause)
    return check(of: jellyfin(household), storage: storage)
  }

  /// One check that finds these.
  @discardableResult
  mutating func check(
    after pause: Seconds = 30, _ sessions: [SessionEntry] = [], devices: [DeviceEntry]
  ) -> Checked {
    pass(pause)
    return check(of: .success(answer(sessions, devices: devices, at: moment.wall)))
  }

  /// One check, now, of what Jellyfin says.
  @discardableResult
  mutating func check(of jellyfin: Result<JellyfinAnswer, Trouble>, storage: Probe? = .silent) -> Checked {
    var observation = Observation(
      jellyfin: jellyfin, storage: configuration.isBlind ? nil : storage, traffic: traffic)
    observation.scripts = scripts
    asked = []
    while case .ask(let questions) = preview(observation).action {
      asked.formUnion(questions)
      if asked.contains(.recordings) { observation.recordings = recordings }
      if asked.contains(.tasks) { observation.tasks = tasks }
      if asked.contains(.schedule) { observation.schedule = schedule }
      if asked.contains(.keyOwner) { observation.keyOwner = keyOwner }
      if asked.contains(.startOfJellyfin) { observation.startOfJellyfin = startOfJellyfin }
    }
    var changes = memory.notice(observation, configuration, now)
    let verdict = decide(configuration, memory, now)
    memory.noteCheck(verdict, configuration, now)
    var troubles = memory.troubles(configuration, now)
    changes += carryOut(verdict, &troubles)
    return Checked(
      verdict: verdict, active: memory.seen.active, memory: memory,
      events: changes.map { Event($0, configuration) }, troubles: troubles)
  }

  private func preview(_ observation: Observation) -> Verdict {
    var memory = memory
    _ = memory.notice(observation, configuration, now)
    return decide(configuration, memory, now)
  }

  private mutating func carryOut(_ verdict: Verdict, _ troubles: inout [Trouble]) -> [Change] {
    var changes =
      configuration.dryRun ? memory.rehearse(verdict) : memory.begin(verdict, configuration, now)
    guard !configuration.dryRun else { return changes }
    if case .wake(let asking) = verdict.action {
      if sendFails {
        memory.settle(.stayed(Trouble(.packet, cause: "101", "It did not leave.")), configuration, now)
      } else {
        memory.settle(.left(at: moment), configuration, now)
        changes.append(memory.request(for: asking, byHand: false, configuration))
      }
    }
    if case .scan = verdict.action { changes += memory.settleScan(scanFailure) }
    if verdict.isPowerOff {
      changes += memory.settle(outcome, configuration, now)
      troubles.removeAll { $0.kind == .powerOff }
      troubles += memory.state.undertaking.refusal.flatMap { Trouble($0, now) }.map { [$0] } ?? []
    }
    return changes
  }

  var now: Now { Now(moment: moment, uptime: uptime) }

  /// Checks at the usual rhythm until `span` seconds have passed, and returns what each decided.
  @discardableResult
  mutating func checks(
    for span: Seconds, every pause: Seconds = 30, _ household: Household, storage: Probe? = .silent
  ) -> [Checked] {
    var decisions: [Checked] = []
    for _ in 0..<Int(span / pause) {
      decisions.append(check(after: pause, household, storage: storage))
    }
    return decisions
  }

  mutating func pass(_ seconds: Seconds) {
    moment.wall += seconds
    moment.boot += seconds
    uptime += seconds
  }

  /// The machine starts anew, as its files have it: the runtime directory is gone. The wall clock may have been lost.
  mutating func reboot(up: Seconds, wallMoved: Seconds) {
    let next = "boot-\(moment.bootID.utf8.last! - UInt8(ascii: "0") + 1)"
    moment = Moment(wall: moment.wall + wallMoved, boot: up, bootID: next)
    uptime = up
    memory = Memory(state: memory.state, runtime: memory.runtime, bootID: next)
  }

  private func jellyfin(_ household: Household) -> Result<JellyfinAnswer, Trouble> {
    let time = moment.wall
    return switch household {
    case .nobody: .success(answer(at: time))
    case .browsing: .success(answer([browser(at: time)], at: time))
    case .playing: .success(answer([player(at: time)], at: time))
    case .robotPlaying: .success(answer([player(user: "Robot", client: "robot", at: time)], at: time))
    case .notUnderstood: .success(answer([.notUnderstood], at: time))
    case .withoutDevices: .success(answer(devices: nil, at: time))
    case .jellyfinAway: .failure(failure)
    case .keyRejected: .failure(Trouble(.keyRejected, cause: "401", "Jellyfin rejected the API key."))
    }
  }
}

extension JellyfinStarts {
  /// Jellyfin answers again, having refused connections, and does not say when it started.
  mutating func recover(at time: Seconds) {
    noteFailure(Look.refusal)
    _ = noteAnswer(at: time)
    noteStart(.failure(Look.refusal), [])
  }
}

/// What a check did.
struct Checked {
  var verdict: Verdict
  var active: [ActiveSession]?
  /// As the check left it.
  var memory: Memory
  var events: [Event]
  var troubles: [Trouble]

  var reason: String { Words.reason(verdict.reason) }

  /// What happened, by name and priority: `wake-requested notice`.
  var told: [String] { events.map { "\($0.name.rawValue) \($0.priority)" } }

  var sends: Bool { verdict.isWake }

  var powersOff: Bool { verdict.isPowerOff }

  /// The task that it starts.
  var scans: String? { if case .scan(let task) = verdict.action { task } else { nil } }

  /// Whether it did nothing.
  var rests: Bool { verdict.action == .rest }

  func event(_ name: Event.Name) -> Event? { events.first { $0.name == name } }
}

// MARK: JSON, as the program reads and writes it

func encoded(_ value: some JSONEncodable) throws -> String {
  String(decoding: value.bytes, as: UTF8.self)
}

func decoded<Value: JSONDecodable>(_ type: Value.Type, _ json: String) throws -> Value {
  try Value(json: JSON(Array(json.utf8)))
}

/// Reads what the program writes with eyes that are not its own.
func read<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(type, from: Data(json.utf8))
}

/// What Jellyfin sends, read as a check does.
func received<Value: JSONDecodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
  try Value(bytes: bytes)
}

/// One entry of `GET /Sessions`.
func sessionEntry(_ json: String) throws -> SessionEntry { try received(SessionEntry.self, Array(json.utf8)) }

/// One entry of `GET /Devices`.
func deviceEntry(_ json: String) throws -> DeviceEntry { try received(DeviceEntry.self, Array(json.utf8)) }

extension SessionEntry {
  var session: Session? { if case .session(let session) = self { session } else { nil } }
}

extension DeviceEntry {
  var device: Device? { if case .device(let device) = self { device } else { nil } }
}
