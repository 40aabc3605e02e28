import Glibc
import JodCore

/// The executables of `activity.d`, which tell of need that Jellyfin does not know (specification, Activity of others). They run
/// side by side, beside whatever else is asked.
struct ActivityScripts {
  /// Where they are.
  let folder: String

  static let standard = "/etc/jod-check/activity.d"

  /// What a file there is to us.
  enum File: Equatable {
    case script
    /// It would be one, if it were executable.
    case notExecutable
    /// An executable whose name has other characters than a script's.
    case otherName
    /// A script that may be changed by others than root, or than whoever runs this.
    case others
    /// Settings, folders, what an editor left.
    case nothing
  }

  /// The names of all files there, in order.
  var names: [String] { Files.names(in: folder) }

  /// Starts all there are; nil where there are none. One that cannot run is among them, for its need is not known.
  func start() -> Running? {
    // Most machines have none: then this is one failed call.
    guard let names = Files.names(ifThereIs: folder) else { return nil }
    let started = names.compactMap(start)
    return started.isEmpty ? nil : Running(started)
  }

  /// Starts one; nil where it is no script.
  func start(_ name: String) -> Started? {
    switch file(name) {
    case .script: break
    case .others: return Started(name: name, process: .failure(.writable))
    case .notExecutable, .otherName, .nothing: return nil
    }
    do throws(SystemError) {
      return Started(name: name, process: .success(try Subprocess(["\(folder)/\(name)"]).start()))
    } catch {
      return Started(name: name, process: .failure(Unable(why: "cannot \(error)")))
    }
  }

  func file(_ name: String) -> File {
    var status = stat()
    guard !name.hasPrefix("."), stat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG
    else { return .nothing }
    // For whoever: that this user may not run it is no reason to leave it out.
    let isExecutable = status.st_mode & 0o111 != 0
    guard ActivityScript.isName(name) else { return isExecutable ? .otherName : .nothing }
    guard isExecutable else { return .notExecutable }
    return isOurs(status) && isOursFolder ? .script : .others
  }

  private var isOursFolder: Bool {
    var status = stat()
    return stat(folder, &status) == 0 && isOurs(status)
  }

  private func isOurs(_ status: stat) -> Bool {
    (status.st_uid == 0 || status.st_uid == geteuid()) && status.st_mode & 0o022 == 0
  }

  struct Unable: Error {
    let why: String

    static let writable = Unable(why: "others than root can change it, so it is not run")
  }

  struct Started {
    let name: String
    let process: Result<Subprocess.Running, Unable>

    /// What it said; killed where it has not ended by then. Its children end with it.
    func answer(by deadline: Deadline) -> (script: ActivityScript, errors: String) {
      switch process {
      case .failure(let unable): return (ActivityScript(name, .notRun(unable.why)), "")
      case .success(let process):
        let ended = process.end(by: deadline, withChildren: true)
        let end = ended.status.map { ActivityScript.End.exited($0) } ?? .late
        return (ActivityScript(name, end, output: ended.output), ended.errors)
      }
    }
  }

  /// Those that were started, until they are asked or given up.
  final class Running {
    private var started: [Started]
    private let deadline = Deadline(in: ActivityScript.timeLimit)

    init(_ started: [Started]) { self.started = started }

    /// Whether nobody has asked yet.
    var arePending: Bool { !started.isEmpty }

    /// What they said. Waits for the slowest, until their time is over.
    func answers() -> [ActivityScript] {
      defer { started = [] }
      return started.map { $0.answer(by: deadline).script }
    }

    /// Ends those that run still.
    func giveUp() {
      for process in started.compactMap({ try? $0.process.get() }) {
        _ = process.end(by: Deadline(in: 0), withChildren: true)
      }
      started = []
    }
  }
}
