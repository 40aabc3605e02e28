/// Who opened a file of the storage, as systemd and the kernel tell it.
public struct AccessTrace: Hashable, Sendable {
  public let mount: String
  /// The process's id.
  public let process: Int
  /// The name of the thread that did it, for a process that is gone by now.
  let thread: String

  /// The last of such lines in the journal that is about one of these mounts (systemd's src/core/automount.c):
  /// `srv-media.automount: Got automount request for /srv/media, triggered by 161 (.NET TP Worker)`.
  public init?(journal: String, mounts: [String]) {
    let traces = journal.split(whereSeparator: \.isNewline).compactMap(Self.init(line:))
    guard let last = traces.last(where: { mounts.contains($0.mount) }) else { return nil }
    self = last
  }

  private init?(line: Substring) {
    let (head, middle) = ("Got automount request for ", ", triggered by ")
    // A unit's name has no blanks.
    let unit = line.prefix { $0 != " " }
    let words = unit.hasSuffix(".automount:") ? line.dropFirst(unit.count + 1) : line
    guard words.hasPrefix(head), words.hasSuffix(")") else { return nil }
    let rest = words.dropFirst(head.count).dropLast()
    // A mount point may have any words in it: the last ones count.
    guard let comma = rest.lastRange(of: middle) else { return nil }
    let who = rest[comma.upperBound...]
    guard let blank = who.firstIndex(of: " "), let process = Int(who[..<blank]), process > 0,
      who[blank...].hasPrefix(" (")
    else { return nil }
    mount = String(rest[..<comma.lowerBound])
    self.process = process
    thread = String(who[blank...].dropFirst(2))
  }

  /// - Parameters:
  ///   - name: the process's own, from `/proc/PID/comm`; nil where it is gone.
  ///   - cgroup: `/proc/PID/cgroup` (cgroups(7)); nil where it cannot be read.
  public func session(name: String?, cgroup: String?) -> ActiveSession {
    let program = name.map(Printable.trimmed) ?? thread
    let place = cgroup.flatMap(Self.place)
    return .access(by: place.map { "\(program) (\($0))" } ?? program, to: mount)
  }

  /// The unit or the container that a process runs in: `jellyfin.service`, `session-3.scope`, `container 3f2a9c01d7e4`. Docker
  /// and Podman name a control group by the container's id of 64 digits, of which they show twelve.
  static func place(_ cgroup: String) -> String? {
    guard let line = cgroup.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
    let parts = line.dropFirst(3).split(separator: "/")
    for part in parts.reversed() {
      let stem = part.split(separator: ".").first?.split(separator: "-").last ?? ""
      if stem.utf8.count == 64, stem.allSatisfy(\.isHexDigit) { return "container \(stem.prefix(12))" }
    }
    return parts.last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }.map(String.init)
  }
}

extension Substring {
  fileprivate func lastRange(of word: String) -> Range<Index>? {
    indices.reversed().lazy.filter { self[$0...].hasPrefix(word) }.first.map {
      $0..<self.index($0, offsetBy: word.count)
    }
  }
}
