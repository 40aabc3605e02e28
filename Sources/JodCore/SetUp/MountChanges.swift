/// What has to change on this machine so that an access to mounts of the storage server wakes it: texts to write, and units
/// to start anew. Nothing is done here.
public struct MountChanges: Sendable {
  public struct File: Hashable, Sendable {
    public let path: String
    public let text: String
  }

  /// Mount points that can be named in `STORAGE_MOUNTS`.
  public private(set) var paths: [String] = []
  /// Those that cannot, with the reason as a sentence.
  public private(set) var refused: [String] = []
  public private(set) var fstab: String
  /// Lines of fstab that go and come.
  public private(set) var lines: [SettingsEdit.Line] = []
  public private(set) var files: [File] = []
  /// Automounts that a file of their own makes, to be enabled.
  public private(set) var enabled: [String] = []
  /// Mounts that the boot makes by itself, which must end.
  public private(set) var disabled: [String] = []
  /// Mounts whose automount has to take their place now.
  public private(set) var replaced: [(mount: String, automount: String)] = []

  public init(_ mounts: [NetworkMount], fstab: String) {
    self.fstab = fstab
    let all = mounts.map(\.path)
    for mount in mounts {
      let path = Printable.quoted(mount.path)
      if let above = all.first(where: { $0 != mount.path && Mounts.contains($0, mount.path) }) {
        refused.append(
          "\(path) lies below \(Printable.quoted(above)), which its automount would mount at the boot.")
      } else if Printable.clean(mount.path, limit: 4096) != mount.path
        || mount.path.contains(where: \.isQuote)
      {
        refused.append("\(path) has characters in its name that no file here can hold.")
      } else {
        add(mount)
      }
    }
  }

  /// Whether a file of this machine's changes, beside jod-check's own.
  public var isEmpty: Bool { lines.isEmpty && files.isEmpty && enabled.isEmpty && disabled.isEmpty }

  /// The value of `STORAGE_MOUNTS`; a blank in a path stands in quotes.
  public var value: String {
    paths.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
  }

  private mutating func add(_ mount: NetworkMount) {
    var mount = mount
    // As the generator sees it in the end.
    (mount.isNamed, mount.refusal) = (true, nil)
    let remedy = MountRemedy(mount: mount, named: paths)
    let isUnit = mount.unit?.isLoaded == true
    if !mount.hasAutomount {
      if mount.fstab != nil {
        replaceLine(of: mount, remedy.fstabEntry)
      } else if isUnit, !isMadeByHand(mount) {
        files.append(File(path: remedy.automountFile.path, text: remedy.automountFile.text + "\n"))
        enabled.append(mount.automountName)
      } else if mount.isNFS, !mount.source.isEmpty {
        addLine(remedy.fstabEntry)
      } else {
        let path = Printable.quoted(mount.path)
        refused.append(
          "\(path) is in no mount unit, and not in /etc/fstab: put it there, and run this again.")
        return
      }
      replaced.append((mount.unitName, mount.automountName))
    }
    let boot = mount.pullers.contains { $0.name.hasSuffix(".target") && $0.name != StorageMount.target }
    if mount.fstab == nil, boot { disabled.append(mount.unitName) }
    if let text = remedy.dropInText {
      files.append(File(path: remedy.dropInPath, text: text + "\n"))
    }
    paths.append(mount.path)
  }

  /// systemd has a unit of every mount, made of the mount table where no file is there.
  private func isMadeByHand(_ mount: NetworkMount) -> Bool { mount.isMounted && mount.unit?.hasFile == false }

  private mutating func replaceLine(of mount: NetworkMount, _ new: String) {
    var rows = fstab.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let index = rows.firstIndex(where: { FstabEntry.entries($0).first?.path == mount.path }) else {
      return
    }
    lines += [SettingsEdit.Line(isNew: false, text: rows[index]), SettingsEdit.Line(isNew: true, text: new)]
    rows[index] = new
    fstab = rows.joined(separator: "\n")
  }

  private mutating func addLine(_ new: String) {
    if !fstab.isEmpty, !fstab.hasSuffix("\n") { fstab += "\n" }
    fstab += "\(new)\n"
    lines.append(SettingsEdit.Line(isNew: true, text: new))
  }
}

extension Character {
  fileprivate var isQuote: Bool { self == "'" || self == "\"" || self == "\\" }
}
