/// What `/etc/fstab` says of a mount point (fstab(5), systemd-fstab-generator(8)).
public struct FstabEntry: Hashable, Sendable {
  public var path: String
  public var type: String
  public var options: [String]

  public init(path: String, type: String, options: [String]) {
    self.path = path
    self.type = type
    self.options = options
  }

  /// All of them, in order. Of two for one mount point systemd takes the first.
  public static func entries(_ text: String) -> [FstabEntry] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split { $0 == " " || $0 == "\t" }
      guard fields.count >= 3, !fields[0].hasPrefix("#") else { return nil }
      let options = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
      return FstabEntry(
        path: Mounts.normal(Mounts.unescaped(fields[1])), type: Mounts.unescaped(fields[2]), options: options)
    }
  }

  public var hasAutomount: Bool {
    options.contains("x-systemd.automount") || options.contains("comment=systemd.automount")
  }

  /// What starts the mount by itself: the boot, or units that are named; nil where nothing does.
  public var starter: String? {
    for option in ["x-systemd.wanted-by=", "x-systemd.required-by="] {
      let unit = options.first { $0.hasPrefix(option) }?.dropFirst(option.count)
      if let unit, unit != StorageMount.target { return String(unit) }
    }
    return hasAutomount || options.contains("noauto") ? nil : "/etc/fstab"
  }
}
