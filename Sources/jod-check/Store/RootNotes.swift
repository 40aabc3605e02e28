import Glibc
import JodCore

/// What services of root's tell this program: a folder that only root writes and everybody reads. It is there where those
/// services are.
struct RootNotes {
  /// `/run/jod-check-root`, beside the runtime directory.
  let folder: String

  init(of store: Store) { folder = "\(store.runtimeDirectory)-root" }

  var isThere: Bool { access(folder, F_OK) == 0 }

  /// What came of taking the mounts away.
  struct Stop: Equatable {
    enum Result: String { case done, refused, failed }

    let result: Result
    /// The mounts that did not go.
    let units: [String]
    /// Each note is a file of its own, so that a new one is known by this, whatever any clock says.
    fileprivate let file: UInt64
    fileprivate let written: Int
  }

  /// The last one that was noted.
  var lastStop: Stop? {
    let path = "\(folder)/offline"
    var status = stat()
    guard stat(path, &status) == 0, let text = Files.text(path, limit: 1 << 16) else { return nil }
    let lines = text.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    func values(_ name: String) -> [String] { lines.filter { $0.count == 2 && $0[0] == name }.map { $0[1] } }
    guard let result = values("result").first.flatMap(Stop.Result.init) else { return nil }
    let units = values("unit").map { Printable.clean($0, limit: 100) }
    return Stop(
      result: result, units: units, file: UInt64(status.st_ino), written: Int(status.st_mtim.tv_nsec))
  }

  /// When Jellyfin's log last said that somebody came, on the boot clock.
  var lastHint: Seconds? {
    Files.text("\(folder)/hint", limit: 100).map(Printable.trimmed).flatMap { Double($0) }
  }
}
