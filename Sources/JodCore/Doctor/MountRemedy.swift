/// What mends a mount on this machine: lines to paste, and where they go.
///
/// Paths are another's words where a user may mount: `Diagnosis` cleans each line before it shows it.
struct MountRemedy {
  let mount: NetworkMount
  /// All of `STORAGE_MOUNTS`, as it is.
  let named: [String]

  private static let reload = "Then run `systemctl daemon-reload`"

  /// Whether the generator will give the mount unit `PartOf=` and no limit, once the mount is named and has its automount.
  var isGenerators: Bool {
    if mount.isNamed { return mount.refusal != nil || !mount.wakes }
    return mount.hasAutomount || mount.fstab?.options.contains("noauto") == false
  }

  /// Lets an access wake the storage server. The generator then adds the rest to the mount unit.
  var naming: String {
    let paths = named.contains(mount.path) ? named : named + [mount.path]
    let words = paths.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: " ")
    return "Put into /etc/default/jod-check:\n\(indented("STORAGE_MOUNTS=\"\(words)\""))\n\(Self.reload)."
  }

  /// Gives the mount an automount that wakes, whatever it has now.
  var automount: String {
    let parts = [mount.fstab == nil ? automountUnit : fstabLine, lacking].compactMap { $0 }
    let start = "`systemctl stop \(mount.unitName)` and `systemctl enable --now \(mount.automountName)`"
    let startOfFstab = "`systemctl stop \(mount.unitName)` and `systemctl start \(mount.automountName)`"
    let naming = mount.isNamed ? Self.reload : String(self.naming.dropLast())
    return (parts + ["\(naming), \(mount.fstab == nil ? start : startOfFstab)."]).joined(separator: "\n")
  }

  var fstabLine: String { "In /etc/fstab, let the line be:\n\(indented(fstabEntry))" }

  /// The line of fstab itself.
  var fstabEntry: String {
    let unwanted: Set = [
      "defaults", "auto", "soft", "softerr", "noauto", "nofail", "x-systemd.automount",
      "comment=systemd.automount", "hard",
    ]
    // The line's own, for those of a mount that is there are the kernel's.
    let kept = mount.fstab?.options.filter { !unwanted.contains($0) } ?? []
    let isKernels = mount.isNFS || ["cifs", "smb3"].contains(mount.type)
    let wanted = (isKernels ? ["hard"] : []) + ["noauto", "nofail", "x-systemd.automount"]
    let options = (kept + wanted).joined(separator: ",")
    let fields = [mount.source, mount.path, mount.type].map(escaped) + [options, "0", "0"]
    return fields.joined(separator: " ")
  }

  private var automountUnit: String { placed(automountFile.path, automountFile.text) }

  var automountFile: (path: String, text: String) {
    (
      "/etc/systemd/system/\(mount.automountName)",
      "[Automount]\nWhere=\(mount.path)\n\n[Install]\nWantedBy=remote-fs.target"
    )
  }

  var dropInPath: String { "/etc/systemd/system/\(mount.unitName).d/storage.conf" }

  /// All that the mount unit lacks and nothing else adds, in one drop-in.
  var dropIn: String { "\(lacking ?? "")\n\(Self.reload)." }

  private var lacking: String? { dropInText.map { placed(dropInPath, $0) } }

  /// Nil where it lacks nothing.
  var dropInText: String? {
    var (unit, section): ([String], [String]) = ([], [])
    if !isGenerators {
      if mount.unit?.isPart(of: StorageMount.target) == false { unit.append("PartOf=\(StorageMount.target)") }
      if mount.unit?.isLimited == true, mount.hasAutomount { unit.append("StartLimitIntervalSec=0") }
    }
    if mount.unit?.isForced == true { section.append("ForceUnmount=no") }
    if mount.isNFS, !mount.isSoft, mount.unit?.isLazy != true { section.append("LazyUnmount=yes") }
    let blocks = [("[Unit]", unit), ("[Mount]", section)].filter { !$0.1.isEmpty }
      .map { ([$0.0] + $0.1).joined(separator: "\n") }
    return blocks.isEmpty ? nil : blocks.joined(separator: "\n\n")
  }

  /// What the generator adds, or else a drop-in.
  var belonging: String {
    isGenerators ? "Nothing more: what makes an access wake, as above, adds this as well." : dropIn
  }

  /// Makes reads wait.
  var hard: String {
    guard mount.fstab != nil else {
      return
        "Take soft out of Options= of \(mount.unitName), put hard there, and run `systemctl daemon-reload` and `systemctl restart \(mount.unitName)`."
    }
    return
      "\(mount.hasAutomount ? fstabLine : hardLine)\n\(Self.reload) and `systemctl stop \(mount.unitName)`."
  }

  private var hardLine: String {
    "In /etc/fstab, let the options of \(mount.path) have hard in place of soft."
  }

  /// Starts the automount again.
  var revival: String {
    let start = mount.fstab == nil ? "enable --now" : "start"
    return
      "Run `systemctl stop \(mount.unitName)`, `systemctl reset-failed \(mount.unitName) \(mount.automountName)` and `systemctl \(start) \(mount.automountName)`."
  }

  private func placed(_ file: String, _ text: String) -> String { "Put into \(file):\n\(indented(text))" }

  /// systemd, fstab and YAML take a line with blanks before it as the line without.
  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "  \($0)" }.joined(separator: "\n")
  }

  private func escaped(_ field: String) -> String {
    field.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "\\040")
  }
}
