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

/// As `configuration`, without a word where the storage service is.
func blindConfiguration(_ variables: [String: String] = [:]) -> Configuration {
  configuration(variables.merging(["STORAGE_SERVER_ADDRESS": ""]) { own, _ in own })
}

/// A configuration that powers off after half an hour, whoever switched the storage server on.
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

func somebody(
  _ kind: ActiveSession.Kind = .browsing, user: String = "Anna", client: String = "Jellyfin Web",
  device: String = "Firefox", wakes: Bool = true
) -> ActiveSession {
  ActiveSession(user: user, client: client, device: device, kind: kind, wakes: wakes)
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
  var nfsBytes: Double? = 0
  /// What comes of a power-off.
  var outcome = PowerOffOutcome.accepted
  /// What the last check asked Jellyfin for more.
  var asked: Set<Decision.Question> = []

  init(_ configuration: Configuration = JodCoreTests.configuration()) { self.configuration = configuration }

  /// One check, `pause` seconds after the last.
  @discardableResult
  mutating func check(
    after pause: Seconds = 30, _ household: Household, storage: Probe? = .silent
  ) -> Decision {
    pass(pause)
    var observation = Observation(
      jellyfin: jellyfin(household), storage: configuration.storageServerAddress == nil ? nil : storage,
      nfsBytes: nfsBytes)
    var decision = decide(configuration, observation, memory, now)
    asked = decision.questions
    if asked.contains(.recordings) { observation.recordings = recordings }
    if asked.contains(.tasks) { observation.tasks = tasks }
    if !asked.isEmpty { decision = decide(configuration, observation, memory, now) }
    memory = decision.memory
    if decision.powersOff, !configuration.dryRun { settle(&decision) }
    return decision
  }

  var now: Now { Now(moment: moment, uptime: uptime) }

  /// As the program does once it has asked for a power-off.
  private mutating func settle(_ decision: inout Decision) {
    let (events, trouble) = memory.settlePowerOff(outcome, now)
    decision.events += events
    decision.troubles.removeAll { $0.kind == .powerOff }
    decision.troubles += trouble.map { [$0] } ?? []
    decision.memory = memory
  }

  /// Checks at the usual rhythm until `span` seconds have passed, and returns what each decided.
  @discardableResult
  mutating func checks(
    for span: Seconds, every pause: Seconds = 30, _ household: Household, storage: Probe? = .silent
  ) -> [Decision] {
    var decisions: [Decision] = []
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
    case .jellyfinAway: .failure(Trouble(.jellyfin, cause: "refused", "Jellyfin refused the connection."))
    case .keyRejected: .failure(Trouble(.keyRejected, cause: "401", "Jellyfin rejected the API key."))
    }
  }
}

extension Decision {
  /// What happened, by name and priority: `wake-requested notice`.
  var told: [String] { events.map { "\($0.name.rawValue) \($0.priority)" } }

  var sends: Bool { actions == [.sendWakeRequest] }

  var powersOff: Bool { actions == [.powerOff] }

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
