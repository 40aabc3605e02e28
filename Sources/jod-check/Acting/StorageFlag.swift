import Glibc
import JodCore

/// A file in the runtime directory that tells systemd whether the storage is there: `storage-online` or `storage-offline`.
/// Path units start a service of root's for each when they see it, so jod-check itself needs no privilege for that.
struct StorageFlag {
  /// `$RUNTIME_DIRECTORY`
  let directory: String

  /// Makes it say so. One that says so already is left alone, and nobody is woken by it.
  func set(_ availability: Availability) throws(SystemError) {
    let other: Availability = availability == .online ? .offline : .online
    // There are never both: each would start its service, which stops the other's, for ever.
    if rename(path(other), path(availability)) == 0 { return }
    guard errno == ENOENT else { throw SystemError("rename \(path(other))") }
    let descriptor = open(path(availability), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SystemError("create \(path(availability))") }
    close(descriptor)
  }

  private func path(_ availability: Availability) -> String {
    "\(directory)/storage-\(availability.rawValue)"
  }
}
