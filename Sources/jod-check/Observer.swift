import Glibc
import JodCore

/// Finds out what there is to know: from Jellyfin, the storage server and this machine's own mounts.
struct Observer {
  let configuration: Configuration
  /// `/proc/self/mountstats`, open.
  let mountstats: Int32

  init(_ program: Program) {
    configuration = program.configuration
    mountstats = program.mountstats
  }

  /// What every check looks at. Jellyfin and the storage server are asked side by side.
  ///
  /// - Parameter isUrgent: whether what is known once Jellyfin has answered, and the storage server has not, is enough: then
  ///   nobody waits out the storage server's silence.
  func observe(isUrgent: (Observation) -> Bool = { _ in false }) -> Observation {
    let probe = configuration.storageServerAddress.map { StorageProbe($0) }
    let answer = Jellyfin(configuration).poll()
    var observation = Observation(
      jellyfin: answer, storage: probe.map { _ in .silent }, nfsBytes: nfsBytes())
    if let probe {
      let limit = isUrgent(observation) ? StorageProbe.glance : StorageProbe.timeLimit
      observation.storage = probe.result(within: limit)
    }
    return observation
  }

  /// Adds what Jellyfin says to further questions, three seconds for all of them.
  func ask(_ questions: Set<Decision.Question>, adding observation: inout Observation) {
    let jellyfin = Jellyfin(configuration)
    let deadline = Deadline(in: 3)
    if questions.contains(.recordings) {
      observation.recordings = jellyfin.ask("LiveTv/Timers", as: TimerList.self, deadline: deadline)
        .map(\.recordings)
    }
    if questions.contains(.tasks) {
      let tasks = jellyfin.ask("ScheduledTasks", as: [ScheduledTask].self, deadline: deadline)
        .map { ScheduledTask.running($0, ignoring: configuration.ignoreTasks) }
      let folders = jellyfin.ask("Library/VirtualFolders", as: [LibraryFolder].self, deadline: deadline)
        .map(LibraryFolder.refreshing)
      observation.tasks = tasks.flatMap { running in folders.map { running + $0 } }
    }
  }

  /// What this machine has read over NFS; nil where that cannot be told.
  func nfsBytes() -> Double? {
    // A mount's path may be in any encoding.
    guard configuration.powerOffMethod != nil,
      let bytes = try? Files.read(mountstats, name: "mountstats", limit: 16 << 20)
    else { return nil }
    return Traffic.bytesRead(
      mountstats: String(decoding: bytes, as: UTF8.self), from: configuration.storageServerAddress)
  }
}
