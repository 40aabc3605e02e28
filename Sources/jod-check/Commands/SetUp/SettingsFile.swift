import Glibc
import JodCore

/// `/etc/default/jod-check` as it is, and its replacement.
struct SettingsFile {
  /// Where it really lies: an administrator may have put a link in its place.
  let path: String
  let text: String
  private let mode: mode_t

  private static let limit = 1 << 20

  init(_ path: String = Settings.defaultsFile) throws(SetUpFailure) {
    let resolved = realpath(path, nil)
    defer { free(resolved) }
    self.path = resolved.map { String(cString: $0) } ?? path
    var status = stat()
    mode = stat(self.path, &status) == 0 ? status.st_mode & 0o640 | 0o600 : 0o600
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try Files.read(self.path, limit: Self.limit) ?? [] } catch {
      throw .failed("\(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .failed("\(path) is no text in UTF-8: its lines could not be kept as they are.")
    }
    self.text = text
  }

  /// That it can be written is known before anything is asked.
  func checkWritable() throws(SetUpFailure) {
    for folder in [Files.folder(of: path), "/etc"] where access(folder, W_OK) != 0 {
      throw .failed(
        "\(SystemError("write in \(folder)")): nothing can be set up on a disk that cannot be written.")
    }
  }

  /// Where the old one is kept.
  var copy: String { "\(path).old" }

  /// Keeps a copy of the old text, and puts the new one in its place at once.
  func replace(with new: String) throws(SystemError) {
    if !text.isEmpty { try Files.replace(copy, with: Array(text.utf8), mode: mode, durable: true) }
    try Files.replace(path, with: Array(new.utf8), mode: mode, durable: true)
  }
}
