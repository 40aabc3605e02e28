/// What NFS mounts have carried, by `/proc/self/mountstats` (Linux, fs/proc_namespace.c and nfs_show_stats in fs/nfs/super.c).
///
/// A mount's lines come in a fixed order. One of them, `impl_id:`, has text of the server's own, which may be of several lines,
/// as a FreeBSD server's is. So every line is held against the order: a line that stands where the kernel would not write it,
/// or numbers of another count, and nothing is known.
public struct MountStatistics {
  /// The bytes of each mount that may be the storage server's; nil where the text cannot be understood.
  ///
  /// Mounts of other servers count as well, unless both are known by their addresses: a name may have any address, and in
  /// doubt the storage stays up.
  public static func flows(_ text: [UInt8], from server: Endpoint?) -> [TrafficReading.Flow]? {
    var statistics = MountStatistics(server: server)
    for line in text.split(separator: UInt8(ascii: "\n")) where !statistics.read(line) { return nil }
    return statistics.isBetween ? Array(statistics.found.values) : nil
  }

  private typealias Line = ArraySlice<UInt8>

  /// What can follow the line of a mount, in the kernel's order.
  private enum Key: Int {
    case device, opts, age, implementation, caps, nfsv4, sec, events, bytes, fsc, rpc

    static let names: [(name: String, key: Key)] = [
      ("opts:", .opts), ("age:", .age), ("impl_id:", .implementation), ("caps:", .caps), ("nfsv4:", .nfsv4),
      ("sec:", .sec), ("events:", .events), ("bytes:", .bytes), ("fsc:", .fsc), ("RPC", .rpc),
    ]
  }

  private let server: Endpoint?
  private var found: [String: TrafficReading.Flow] = [:]
  /// The last line of an NFS mount's; nil among those of other file systems.
  private var last: Key?
  /// Nil where the mount does not count.
  private var id: String?
  /// Within text of the server's own.
  private var isQuoting = false

  private init(server: Endpoint?) { self.server = server }

  /// Whether a mount can begin, or the text end.
  private var isBetween: Bool { last.map { $0 == .rpc } ?? true }

  /// `NFS_IOSTAT_VERS`, and how many numbers it means (`__NFSIOS_COUNTSMAX`, `__NFSIOS_BYTESMAX` in linux/nfs_iostat.h).
  private static let version = "statvers=1.1"
  private static let (events, bytes) = (27, 8)

  /// False where the line has no place here.
  private mutating func read(_ line: Line) -> Bool {
    let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let isMount = line.starts(with: "device ".utf8) || line.starts(with: "no device".utf8)
    if isQuoting {
      isQuoting = !Self.endsText(line)
      return !isMount && Self.key(line, words) == nil
    }
    if isMount { return isBetween && begin(words) }
    guard let key = Self.key(line, words) else { return true }
    // The statistics of each operation, which follow, have other names.
    guard let last, key.rawValue > last.rawValue else { return false }
    if key == .bytes, last != .events { return false }
    if key == .rpc, last != .bytes, last != .fsc { return false }
    self.last = key
    switch key {
    case .implementation: isQuoting = !Self.endsText(line)
    case .events: return id == nil || Self.numbers(words)?.count == Self.events
    case .bytes: return count(words)
    default: break
    }
    return true
  }

  private static func key(_ line: Line, _ words: [Line]) -> Key? {
    guard line.first == UInt8(ascii: "\t"), let word = words.first else { return nil }
    return Key.names.first { word.elementsEqual($0.name.utf8) }?.key
  }

  /// A mount's line: `device D mounted on P with fstype T`, with the version of the statistics behind it.
  private mutating func begin(_ words: [Line]) -> Bool {
    guard let place = words.lastIndex(where: { $0.elementsEqual("fstype".utf8) }), place + 1 < words.count
    else {
      return false
    }
    let type = words[place + 1]
    guard type.elementsEqual("nfs".utf8) || type.elementsEqual("nfs4".utf8) else {
      (last, id) = (nil, nil)
      return true
    }
    let texts = words.map { String(decoding: $0, as: UTF8.self) }
    last = .device
    // Of two with this name, what is seen and what it covers, as where the sandbox makes a folder above it read-only.
    id = isAnother(texts[1]) ? nil : "m" + Fingerprint(texts.joined(separator: " ")).hex
    return texts[(place + 2)...] == [Self.version]
  }

  private mutating func count(_ words: [Line]) -> Bool {
    guard let id else { return true }
    guard let numbers = Self.numbers(words), numbers.count == Self.bytes else { return false }
    // What programs read and wrote there (normal, direct), or what crossed the network, whichever is more: who reads a film
    // out of the page cache needs its server as well.
    let carried = max(numbers[..<4].reduce(0, +), numbers[4..<6].reduce(0, +))
    found[id] = TrafficReading.Flow(id: id, port: nil, bytes: max(carried, found[id]?.bytes ?? 0))
    return true
  }

  /// Those behind a line's name; nil where one is none.
  private static func numbers(_ words: [Line]) -> [Double]? {
    var numbers: [Double] = []
    for word in words.dropFirst() {
      guard word.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = UInt64(String(decoding: word, as: UTF8.self))
      else { return nil }
      numbers.append(Double(number))
    }
    return numbers
  }

  /// Whether a line is the end of `impl_id:`, which the kernel writes behind the server's text: `',date='0,0'`.
  private static func endsText(_ line: Line) -> Bool {
    let mark = Array("',date='".utf8)
    guard line.last == UInt8(ascii: "'"), line.count > mark.count,
      let start = line.indices.last(where: { line[$0...].starts(with: mark) })
    else { return false }
    let date = line[(start + mark.count)...].dropLast().split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    return date.count == 2 && date.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }

  private func isAnother(_ device: String) -> Bool {
    guard let server, server.isNumeric, let colon = device.firstIndex(of: ":") else { return false }
    let host = String(device[..<colon])
    return IPv4Address(host) != nil && IPv4Address(server.host) != nil && host != server.host
  }
}
