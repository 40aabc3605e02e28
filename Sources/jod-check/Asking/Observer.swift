import Glibc
import JodCore

/// Finds out what there is to know: from Jellyfin, the storage server and this machine's own mounts.
struct Observer {
  let configuration: Configuration
  /// `/proc/self/mountstats`, open.
  let mountstats: Int32

  /// What was remembered before this look.
  private let memory: Memory
  private let scripts: ActivityScripts
  /// Those of `activity.d` that run, or wait to be asked.
  private var running: ActivityScripts.Running?
  /// When the check began to ask.
  private let began = Clock.seconds(CLOCK_MONOTONIC)

  init(_ program: Program, memory: Memory) {
    configuration = program.configuration
    mountstats = program.mountstats
    scripts = ActivityScripts(folder: program.settings.activityDirectory)
    self.memory = memory
  }

  /// What every check looks at. Jellyfin, the storage server and the scripts are asked side by side.
  ///
  /// - Parameter isWake: whether what is known so far is enough for a packet: then nobody waits for a script, nor, where the
  ///   storage server is known to be down, for its silence.
  mutating func observe(isWake: (Observation) -> Bool = { _ in false }) -> Observation {
    running = scripts.start()
    let probe = configuration.storageServerAddress.map { StorageProbe($0, memory) }
    let answer = Jellyfin(configuration).poll()
    var observation = Observation(jellyfin: answer, storage: probe.map { _ in .silent })
    if case .failure(let trouble) = answer, trouble.mayWaitForMount, memory.state.storage.known == .down {
      observation.mount = storageMount()
    }
    var isUrgent = false
    if memory.knowsStorageDown {
      isUrgent = isWake(observation)
      if !isUrgent, scriptsArePending {
        askScripts(adding: &observation)
        isUrgent = isWake(observation)
      }
    }
    if let probe {
      let result = probe.result(within: isUrgent ? StorageProbe.glance : StorageProbe.timeLimit)
      (observation.storage, observation.storageAddress) = (result.probe, result.address)
    }
    if configuration.powerOffMethod != nil { observation.traffic = traffic(probe?.addresses ?? []) }
    if !isUrgent, scriptsArePending, !isWake(observation) { askScripts(adding: &observation) }
    return observation
  }

  /// Whether scripts run that were not asked, for a packet may leave without them.
  var scriptsArePending: Bool { running?.arePending == true }

  /// Adds what the scripts say; waits for them.
  func askScripts(adding observation: inout Observation) {
    if let running { observation.scripts = running.answers() }
  }

  /// Ends those scripts that nobody waits for.
  func giveUpScripts() { running?.giveUp() }

  /// Adds what Jellyfin says to further questions. Each has its own time: one that takes long is no reason to know nothing
  /// of the others.
  func ask(_ questions: Set<Verdict.Question>, adding observation: inout Observation) {
    let isLast = questions.contains(.tasks)
    if questions.contains(.startOfJellyfin) {
      observation.startOfJellyfin = ask("ScheduledTasks", as: StartupTasks.self)
    }
    if questions.contains(.keyOwner) { observation.keyOwner = keyOwner() }
    if questions.contains(.recordings) {
      observation.recordings = ask("LiveTv/Timers", as: TimerList.self, isLast: isLast).map(\.recordings)
    }
    let schedule =
      questions.contains(.schedule) ? ask("ScheduledTasks", as: [JellyfinTask].self, isLast: isLast) : nil
    if let schedule { observation.schedule = schedule.map { TaskSchedule($0, local: Clock.localTime()) } }
    if questions.contains(.tasks) {
      // Asked once is enough for both.
      let all =
        schedule?.map { $0.map(\.asScheduledTask) }
        ?? ask("ScheduledTasks", as: [ScheduledTask].self, isLast: true)
      let tasks = all.map { ScheduledTask.running($0, ignoring: configuration.ignoreTasks) }
      let folders = ask("Library/VirtualFolders", as: [LibraryFolder].self, isLast: true)
        .map(LibraryFolder.refreshing)
      observation.tasks = tasks.flatMap { running in folders.map { running + $0 } }
    }
  }

  /// An API key is nobody's, and Jellyfin then knows no "me".
  private func keyOwner() -> Result<KeyUser?, Trouble> {
    switch ask("Users/Me", as: KeyUser.self) {
    case .success(let user): .success(user)
    case .failure(let trouble): trouble.cause == "400" ? .success(nil) : .failure(trouble)
    }
  }

  /// Seconds for each further question, and for a check that asks nothing before a power-off: it is over in 10.
  private static let (timeLimit, checkLimit): (Seconds, Seconds) = (3, 9)

  /// - Parameter isLast: whether a power-off may follow, so that nobody waits for the end of this check.
  private func ask<Value: JSONDecodable>(
    _ path: String, as type: Value.Type, isLast: Bool = false
  ) -> Result<Value, Trouble> {
    let left = isLast ? Self.timeLimit : began + Self.checkLimit - Clock.seconds(CLOCK_MONOTONIC)
    return Jellyfin(configuration).ask(
      path, as: type, deadline: Deadline(in: max(0, min(Self.timeLimit, left))))
  }

  /// A network mount of the storage server: a program that touches it waits.
  private func storageMount() -> String? { StorageMounts(configuration, memory).present?.first }

  /// What has crossed between this machine and the storage server so far.
  ///
  /// - Parameter addresses: those that its name has now; none where it does not resolve. Then those count that it had.
  func traffic(_ addresses: [IPAddress]) -> TrafficReading {
    let endpoint = configuration.storageServerAddress
    var addresses = addresses
    if let endpoint, addresses.isEmpty {
      let last = memory.lastAddress(of: endpoint).flatMap { IPAddress($0.host) }
      addresses = Array(Set((memory.runtime.traffic?.addresses ?? []) + [last].compactMap { $0 }))
    }
    return StorageTraffic(server: endpoint, mountstats: mountstats).read(addresses)
  }
}

extension Observer {
  /// Another reading of the same, so many seconds later; nil where there was none.
  func traffic(after reading: TrafficReading?, _ pause: Seconds) -> TrafficReading? {
    guard let reading else { return nil }
    Deadline(in: pause).wait()
    return traffic(reading.addresses)
  }
}

extension StorageProbe {
  /// One that knows what was seen before.
  init(_ endpoint: Endpoint, _ memory: Memory) {
    self.init(
      endpoint, lastAddress: memory.lastAddress(of: endpoint), isNew: memory.runtime.probe != .ready)
  }
}
