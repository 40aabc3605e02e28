/// A public key by which a host proves who it is.
public struct HostKey: Hashable, Sendable, CustomStringConvertible {
  public let type: String
  /// Base 64.
  public let key: String

  public init(type: String, key: String) {
    self.type = type
    self.key = key
  }

  /// As in a line of known_hosts, without the host.
  public var description: String { "\(type) \(key)" }

  /// Reads the key of a line of known_hosts, or of what `ssh-keyscan` prints; nil for a comment or anything else.
  init?(line: Substring) {
    var fields = line.split { $0 == " " || $0 == "\t" }[...]
    // @cert-authority and @revoked say something else of a key than that it is the host's.
    guard fields.count >= 3, !line.hasPrefix("#"), !line.hasPrefix("@") else { return nil }
    fields = fields.dropFirst()
    self.init(type: String(fields.removeFirst()), key: String(fields.removeFirst()))
  }
}

/// A known_hosts file, sshd(8).
public struct KnownHosts: Sendable {
  private let lines: [Substring]

  public init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// What `ssh` looks for, who writes names in lower case and a port only where it is another than 22.
  public static func name(of endpoint: Endpoint) -> String {
    let host = endpoint.host.lowercased()
    return endpoint.port == 22 ? host : "[\(host)]:\(endpoint.port)"
  }

  /// The keys that `ssh-keyscan` printed.
  public static func scanned(_ output: String) -> [HostKey] {
    output.split(separator: "\n").compactMap(HostKey.init(line:))
  }

  /// The numbers of the lines that `ssh-keygen -F` found, who alone can tell for a hashed name. The first is 1.
  public static func found(_ output: String) -> [Int] {
    output.split(separator: "\n").compactMap { line in
      guard line.hasPrefix("# Host "), let words = line.place(of: " found: line ") else { return nil }
      return Int(line[words.upperBound...].prefix { $0.isNumber })
    }
  }

  public func keys(inLines numbers: [Int]) -> [HostKey] {
    numbers.compactMap { lines.indices.contains($0 - 1) ? HostKey(line: lines[$0 - 1]) : nil }
  }

  /// The file with other keys for one host. What it says of other hosts stays as it is.
  ///
  /// - Parameter numbers: the lines in which the host was found.
  public func replacing(_ name: String, inLines numbers: [Int], with keys: [HostKey]) -> String {
    var result: [String] = []
    for (index, line) in lines.enumerated() where !line.isEmpty {
      if !numbers.contains(index + 1) || HostKey(line: line) == nil {
        result.append(String(line))
      } else if let rest = without(name, line) {
        result.append(rest)
      }
    }
    result += keys.map { "\(name) \($0)" }
    return result.map { "\($0)\n" }.joined()
  }

  /// A line for the other hosts that it names; nil where there are none. A pattern is not ours to change.
  private func without(_ name: String, _ line: Substring) -> String? {
    let hosts = line.prefix { $0 != " " && $0 != "\t" }
    let others = hosts.split(separator: ",").filter { $0.lowercased() != name && !$0.hasPrefix("|") }
    return others.isEmpty ? nil : others.joined(separator: ",") + line.dropFirst(hosts.count)
  }
}

extension HostKey {
  /// Whether what a host shows now contradicts what is known of it: another key of the same type, or no key in common.
  public static func contradicts(_ known: [HostKey], _ shown: [HostKey]) -> Bool {
    if known.isEmpty { return false }
    let hasOther = shown.contains { key in
      !known.contains(key) && known.contains { $0.type == key.type }
    }
    return hasOther || !shown.contains(where: known.contains)
  }
}
