/// Whether the storage server's mounts come with it and go with it, and what one that does not costs.
extension Diagnosis {
  private static let mountSubject = "Mounts"

  /// A line for each thing that is wrong with a mount, and one where all are right; none where there is no mount.
  public static func mounts(_ mounts: [NetworkMount]) -> [Finding] {
    let named = mounts.filter(\.isNamed).map(\.path)
    let findings = mounts.flatMap { mended($0, MountRemedy(mount: $0, named: named)) }
    guard findings.isEmpty, !mounts.isEmpty else { return findings }
    let paths = mounts.map { Printable.quoted($0.path) }.joined(separator: ", ")
    let isWoken = mounts.allSatisfy(\.isNamed)
    return [
      .good(
        mountSubject,
        isWoken
          ? "\(paths): an access wakes the storage, and it goes when that goes"
          : "\(paths): comes and goes with the storage")
    ]
  }

  /// The same lines to paste are shown once.
  private static func mended(_ mount: NetworkMount, _ remedy: MountRemedy) -> [Finding] {
    var shown: Set<String> = []
    return findings(mount, remedy).map { finding in
      guard let words = finding.remedy, words.contains("\n"), !shown.insert(words).inserted else {
        return finding.withCleanRemedy
      }
      return Finding(
        subject: finding.subject, verdict: finding.verdict, words: finding.words,
        remedy: "What the line above says mends this as well.")
    }
  }

  private static func findings(_ mount: NetworkMount, _ remedy: MountRemedy) -> [Finding] {
    let path = Printable.quoted(mount.path)
    if let refusal = mount.refusal {
      return [stray(mount, path), refused(refusal, path, remedy)].compactMap { $0 }
        + unmounting(mount, path, remedy)
    }
    return [stray(mount, path), boot(mount, path, remedy), trigger(mount, path, remedy)].compactMap { $0 }
      + pullers(mount, path) + unmounting(mount, path, remedy)
  }

  // MARK: Named, and not woken

  private static func refused(_ refusal: StorageMount.Refusal, _ path: String, _ remedy: MountRemedy)
    -> Finding
  {
    let mount = remedy.mount
    let what = "\(refusal.sentence(mount.path)): an access there wakes nobody."
    switch refusal {
    case .isMasked(let unit):
      return .fault(
        mountSubject, what, remedy: "Run `systemctl unmask \(Printable.clean(unit, limit: 256))`.")
    case .isNoMount:
      return .fault(
        mountSubject, what,
        remedy:
          "Write a line for it into /etc/fstab, with hard,noauto,nofail,x-systemd.automount among its options, or take it out of STORAGE_MOUNTS."
      )
    case .isLocal:
      return .fault(
        mountSubject, what,
        remedy: "Take it out of STORAGE_MOUNTS: what this machine's own disks hold needs no storage server.")
    case .hasNoAutomount:
      let wait = isPlain(mount) ? " With the storage off, this machine's boot waits 1 min 55 s for it." : ""
      return .fault(mountSubject, what + wait, remedy: remedy.automount)
    case .isStarted(let starter):
      if starter == "/etc/fstab" { return .fault(mountSubject, what, remedy: remedy.automount) }
      return .fault(
        mountSubject, "\(what) Where that is at the boot, the boot waits.",
        remedy:
          "Let nothing but \(StorageMount.target) start \(mount.unitName): `systemctl disable \(mount.unitName)`, and in /etc/fstab no x-systemd.wanted-by= or x-systemd.required-by=."
      )
    case .lies:
      return .fault(
        mountSubject, what,
        remedy:
          "Mount it beside the other, not below it, such as below a folder of /srv, and name that in STORAGE_MOUNTS."
      )
    }
  }

  // MARK: With the storage off

  /// What a scan takes for the library.
  private static func stray(_ mount: NetworkMount, _ path: String) -> Finding? {
    guard let name = mount.stray else { return nil }
    return .fault(
      mountSubject,
      "\(Printable.quoted(name)) lies in the folder \(path) itself, which is not mounted now: a scan then finds a library with nothing else in it, and deletes all.",
      remedy: "Move it away while the storage is not mounted. An empty mount point deletes nothing.")
  }

  /// Whether the boot waits for it, by fstab.
  private static func isPlain(_ mount: NetworkMount) -> Bool {
    guard let entry = mount.fstab else { return false }
    return !entry.hasAutomount && !entry.options.contains("noauto") && !entry.options.contains("nofail")
  }

  /// What fstab makes of a boot while the storage is off.
  private static func boot(_ mount: NetworkMount, _ path: String, _ remedy: MountRemedy) -> Finding? {
    guard let entry = mount.fstab, !entry.hasAutomount, !entry.options.contains("noauto"),
      mount.unit?.pullers.contains(StorageMount.target) != true
    else { return nil }
    if entry.options.contains("nofail") {
      return .warning(
        mountSubject,
        "\(path) is tried once, at the boot: where the storage was off then, nobody mounts it later.",
        remedy: remedy.automount)
    }
    return .fault(
      mountSubject,
      "\(path) is plain in /etc/fstab: with the storage off, this machine's boot waits 1 min 55 s for it, and nobody tries again.",
      remedy: remedy.automount)
  }

  /// What an access finds.
  private static func trigger(_ mount: NetworkMount, _ path: String, _ remedy: MountRemedy) -> Finding? {
    guard mount.hasAutomount else { return nil }
    if let automount = mount.automount, !automount.isActive {
      return .fault(
        mountSubject,
        "the automount of \(path) \(automount.hasFailed ? "has failed" : "does not run"): the folder is empty while it is not mounted, nothing wakes the storage, and a scan may take its films for deleted.",
        remedy: remedy.revival)
    }
    guard !mount.wakes else { return nil }
    if mount.isNamed {
      return .fault(
        mountSubject,
        "\(path) is in STORAGE_MOUNTS, but systemd does not know that yet: an access wakes nobody.",
        remedy: "Run `systemctl daemon-reload`.")
    }
    return .fault(
      mountSubject,
      "\(path) has an automount that does not wake the storage: while that is off, every `ls` there hangs, and so does Jellyfin.",
      remedy: remedy.naming)
  }

  /// Units that mount it with themselves, and not with the storage.
  private static func pullers(_ mount: NetworkMount, _ path: String) -> [Finding] {
    // What is plain in fstab has been told.
    let isPlain = mount.fstab.map { !$0.hasAutomount && !$0.options.contains("noauto") } ?? false
    return mount.pullers.filter { $0.name != StorageMount.target && $0.name != mount.automountName }
      .compactMap { unit in
        let name = Printable.clean(unit.name, limit: 256)
        if unit.name.hasSuffix(".target") {
          return isPlain
            ? nil
            : .warning(
              mountSubject,
              "\(name) mounts \(path) at the boot, which waits for it while the storage is off.",
              remedy:
                "Run `systemctl disable \(mount.unitName)`; with an automount or WantedBy=\(StorageMount.target) it is mounted when it is needed."
            )
        }
        guard !unit.isPart(of: StorageMount.target) else { return nil }
        return .warning(
          mountSubject,
          "\(name) needs \(path) mounted (RequiresMountsFor= or Requires=): each start of it, at the boot too, waits for the storage.",
          remedy:
            "Take that line out of its unit, or let it start and stop with the storage: PartOf=\(StorageMount.target) in [Unit], and nothing but WantedBy=\(StorageMount.target) in [Install]."
        )
      }
  }

  // MARK: On the way down

  /// What the mount does when the storage goes, or is gone.
  private static func unmounting(_ mount: NetworkMount, _ path: String, _ remedy: MountRemedy) -> [Finding] {
    var findings: [Finding] = []
    if mount.isSoft {
      findings.append(
        .fault(
          mountSubject,
          "\(path) is mounted soft: where the storage goes during a scan, reads fail, and Jellyfin deletes from its library what it could not read.",
          remedy: remedy.hard))
    }
    guard let unit = mount.unit, unit.isLoaded else { return findings }
    if unit.isForced {
      findings.append(
        .fault(
          mountSubject,
          "\(path) has ForceUnmount=yes: where the network fails while something is written, the file on the storage gets wrong blocks (30 MB, with a cable out for 45 s).",
          remedy: remedy.dropIn))
    }
    if !unit.isPart(of: StorageMount.target), !(mount.isNamed && mount.hasAutomount && !mount.wakes) {
      findings.append(
        .warning(
          mountSubject,
          "\(path) does not go with the storage (no PartOf=\(StorageMount.target)): as long as it is mounted, the storage is not powered off.",
          remedy: remedy.belonging))
    }
    if mount.isNFS, !mount.isSoft, !unit.isLazy {
      findings.append(
        .warning(
          mountSubject,
          "\(path) has no LazyUnmount=yes: a file that is open there, a paused film's too, keeps the storage on.",
          remedy: remedy.dropIn))
    }
    if mount.hasAutomount, unit.isLimited, !(mount.isNamed && !mount.wakes) {
      findings.append(
        .warning(
          mountSubject,
          "\(path) has a limit of starts: five mounts in ten seconds, failed or not, end its automount, and the folder is empty then.",
          remedy: remedy.belonging))
    }
    return findings
  }
}

extension Finding {
  /// Without what drives a terminal, line by line: a mount's path may be of another's choice.
  var withCleanRemedy: Finding {
    let lines = remedy?.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Printable.clean(String($0), limit: 1000) }
    return Finding(subject: subject, verdict: verdict, words: words, remedy: lines?.joined(separator: "\n"))
  }
}

// MARK: - Real-time monitoring

extension Diagnosis {
  /// A line for each library that Jellyfin watches on a network's mount.
  public static func monitoring(_ libraries: [JellyfinLibrary], _ mounts: Mounts) -> [Finding] {
    libraries.filter(\.isMonitored).compactMap { library in
      let folder = library.folders.first { folder in
        switch mounts.place(of: folder) {
        case .network, .unmounted: true
        case .above(let entry): entry.isNetwork
        case .mountPoint, .local: false
        }
      }
      guard let folder else { return nil }
      return .warning(
        "Libraries",
        "\(Printable.quoted(library.name)) has real-time monitoring on \(Printable.quoted(folder)), a network's mount: a Jellyfin that starts while it hangs answers 503 to everything, and changes that others make there are not seen anyway.",
        remedy:
          "In Jellyfin: Dashboard, Libraries, \(Printable.clean(library.name)), Manage library: switch real-time monitoring off. A scan by schedule finds what is new."
      )
    }
  }
}
