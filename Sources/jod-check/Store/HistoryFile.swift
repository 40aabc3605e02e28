import Glibc
import JodCore

/// `history.jsonl`: lines that are added one by one, the oldest dropped where they grow over the bound.
struct HistoryFile {
  let path: String

  static let limit = 1 << 20

  /// Adds whole lines, under the caller's lock.
  ///
  /// An addition reads one byte and writes once. Over the bound, the file is replaced by its newest three quarters, so that
  /// this does not happen at every line. Killed at any instruction, the file is the old one, with or without (some of)
  /// what was to be added, or the new one.
  func append(_ lines: [UInt8]) throws(SystemError) {
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw SystemError("open \(path)") }
    defer { close(descriptor) }
    let size = try size(descriptor)
    let last = try Files.read(descriptor, name: path, from: max(0, size - 1), limit: Self.limit)
    // A line that a power cut left half written must not swallow the next.
    let added = last.last.map { $0 == newline ? lines : [newline] + lines } ?? lines
    guard size + added.count > Self.limit else {
      do throws(SystemError) {
        return try Files.write(added, to: descriptor, name: path)
      } catch {
        // Of what did not fit on the disk no part is to stay; a rest would only be skipped, ignoring.
        ftruncate(descriptor, off_t(size))
        throw error
      }
    }
    let kept = try tail(descriptor, size: size, limit: Self.limit * 3 / 4) + added
    try Files.replace(path, with: kept, mode: 0o600, durable: true)
  }

  /// The newest whole lines, as many as the bound allows; none where there is no file. However large it is, no more than the
  /// bound is read.
  func read() throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 {
      if errno == ENOENT { return [] }
      throw SystemError("open \(path)")
    }
    defer { close(descriptor) }
    return try tail(descriptor, size: try size(descriptor), limit: Self.limit)
  }

  private var newline: UInt8 { UInt8(ascii: "\n") }

  private func tail(_ descriptor: Int32, size: Int, limit: Int) throws(SystemError) -> [UInt8] {
    guard size > limit else {
      return try Files.read(descriptor, name: path, limit: 2 * limit)
    }
    // Others may be adding; a line or two more is no harm.
    let bytes = try Files.read(descriptor, name: path, from: size - limit, limit: 2 * limit)
    return Array(bytes.drop { $0 != newline }.dropFirst())
  }

  private func size(_ descriptor: Int32) throws(SystemError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError("look at \(path)") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError("write \(path)", code: EINVAL) }
    return Int(status.st_size)
  }
}

extension Store {
  /// Adds to the history, under the lock.
  func append(_ entries: [HistoryEntry]) throws(SystemError) {
    guard !entries.isEmpty, mode == .normal else { return }
    let lock = Lock(lockFile)
    defer { lock?.release() }
    try history.append(entries.flatMap { Self.bytes($0) })
  }
}
