import Glibc

/// A system call that failed.
struct SystemError: Error, CustomStringConvertible {
  let call: String
  let code: Int32

  /// The error of the call that has just failed.
  init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// Reading and writing whole small files.
enum Files {
  /// The bytes of a file, or nil where it does not exist. A file larger than `limit` bytes is an error (EFBIG).
  ///
  /// - Parameter followsLinks: whether a link may stand in its place; where it may not, it is an error (ELOOP).
  static func read(_ path: String, limit: Int, followsLinks: Bool = true) throws(SystemError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw SystemError("open \(path)")
    }
    defer { close(descriptor) }
    return try read(descriptor, name: path, limit: limit)
  }

  /// The bytes of an open file, from `start` on.
  static func read(_ descriptor: Int32, name: String, from start: Int = 0, limit: Int) throws(SystemError)
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, start + bytes.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw SystemError("read \(name)")
      }
      bytes += buffer[..<count]
      if bytes.count > limit { throw SystemError("read \(name)", code: EFBIG) }
    }
  }

  /// A small file's text; nil where it is missing, unreadable or not UTF-8.
  static func text(_ path: String, limit: Int) -> String? {
    guard let bytes = try? read(path, limit: limit) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// What a symbolic link says; nil where it is none.
  static func link(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// The names in a directory, in order; none where it cannot be read.
  static func names(in directory: String) -> [String] { names(ifThereIs: directory) ?? [] }

  /// The same; nil where the directory is missing, or cannot be read.
  static func names(ifThereIs directory: String) -> [String]? {
    guard let stream = opendir(directory) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names.sorted()
  }

  /// What a file's name and that of its next content have between them.
  private static let temporaryMark = ".new-"

  /// Removes what writers left behind who were killed: to be called where no other can write.
  static func removeTemporaries(in directory: String) {
    for name in names(in: directory) where name.includes(temporaryMark) { unlink("\(directory)/\(name)") }
  }

  /// Replaces a file at once: after a crash at any instruction it is the old one or the new one.
  ///
  /// - Parameter durable: whether it must survive a power cut, which takes the disk's time.
  static func replace(_ path: String, with bytes: [UInt8], mode: mode_t, durable: Bool) throws(SystemError) {
    let (temporary, descriptor) = try makeTemporary(for: path)
    do throws(SystemError) {
      defer { close(descriptor) }
      // The umask is the caller's; the mode is ours.
      guard fchmod(descriptor, mode) == 0 else { throw SystemError("chmod \(temporary)") }
      try write(bytes, to: descriptor, name: temporary)
      if durable, fsync(descriptor) != 0 { throw SystemError("sync \(temporary)") }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let error = SystemError("rename \(temporary)")
      unlink(temporary)
      throw error
    }
    if durable { try syncDirectory(of: path) }
  }

  /// A new file of its own name: another writer of the same file does not write into this one.
  private static func makeTemporary(for path: String) throws(SystemError) -> (name: String, descriptor: Int32)
  {
    while true {
      let name = "\(path)\(temporaryMark)\(UInt32.random(in: 0 ... .max))"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      if descriptor >= 0 { return (name, descriptor) }
      if errno != EEXIST { throw SystemError("create \(name)") }
    }
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw SystemError("write \(name)")
      }
    }
  }

  /// Where a file or a folder lies.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes a folder where there is none.
  static func makeFolder(_ path: String, mode: mode_t) throws(SystemError) {
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("create \(path)") }
  }

  /// A rename is on the disk once its directory is.
  private static func syncDirectory(of path: String) throws(SystemError) {
    let directory = folder(of: path)
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open \(directory)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw SystemError("sync \(directory)") }
  }
}
