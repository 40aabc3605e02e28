import Glibc
import JodCore

/// The storage server: where it is, how it is woken and powered off, and what this machine mounts of it.
extension SetUp {
  private var survey: MountSurvey { .live(mountinfo: Doctor.mountinfo, timeLimit: Doctor.timeLimit) }

  /// Where no port is named, those of the usual services are tried.
  private static let usualPorts = [2049, 445, 22]

  func findStorage() throws(SetUpFailure) {
    interview.heading("Storage server")
    let candidates = candidates()
    let known = isAnswered(.storage) ? value("STORAGE_SERVER_ADDRESS") : nil
    while storage == nil {
      let found = candidates.first.map {
        "\(Endpoint(host: $0.host, port: 1).bracketedHost)\($0.port.map { ":\($0)" } ?? "")"
      }
      if candidates.count > 1, interview.given(.storage) == nil, known == nil {
        interview.tell(
          "This machine has mounts of: \(candidates.map(\.host).map { Printable.clean($0) }.joined(separator: ", "))."
        )
      }
      let isPlain = candidates.count == 1 && interview.given(.storage) == nil
      var answer = (known ?? (isPlain ? found : nil)).flatMap(SetUpOptions.storage)
      if answer == nil {
        answer = try interview.value(
          .storage, "Name or address of the storage server, with the port of its service:", found: found,
          accepted: "a host, or \(Endpoint.accepted)", SetUpOptions.storage)
      }
      guard let answer else { throw .unanswered(.storage) }
      addresses = Doctor.addresses(of: answer.host) ?? []
      mounts =
        candidates.first { $0.host == answer.host }?.mounts
        ?? survey.mounts(
          of: Set([answer.host] + addresses), named: [], resolve: Doctor.addresses)
      storage = try complete(answer)
    }
    guard let storage else { return }
    set("STORAGE_SERVER_ADDRESS", "\(storage)")
    let probe = StorageProbe(storage).result().probe
    switch probe {
    case .ready: interview.good("\(storage) answers.")
    case .up: interview.warn("\(storage) is on, but nothing serves that port.")
    case .silent, nil: interview.warn("\(storage) does not answer: it is off, or asleep.")
    }
    let seen = mounts.map { Printable.clean($0.path) }
    if !seen.isEmpty { interview.good("Its mounts here: \(seen.joined(separator: ", "))") }
  }

  private func candidates() -> [StorageCandidate] {
    let survey = survey
    let found = survey.servers.sorted().prefix(8).map {
      StorageCandidate(host: $0, mounts: survey.mounts(of: [$0], named: [], resolve: Doctor.addresses))
    }
    return StorageCandidate.ranked(Array(found), libraries: libraryFolders)
  }

  private var libraryFolders: [String] {
    guard let reply = try? administration?.done(.get, "Library/VirtualFolders").get(),
      let libraries = try? [JellyfinLibrary](bytes: reply.body)
    else { return [] }
    return libraries.flatMap(\.folders)
  }

  /// With a port: by the mounts, or by what answers. Nil where a person is to name another.
  private func complete(_ answer: Endpoint) throws(SetUpFailure) -> Endpoint? {
    if answer.port != 0 { return answer }
    let mounted = StorageCandidate(host: answer.host, mounts: mounts).port
    let answering = Self.usualPorts.lazy.map { Endpoint(host: answer.host, port: $0) }
      .first { StorageProbe($0).result().probe == .ready }
    if let port = mounted ?? answering?.port { return Endpoint(host: answer.host, port: port) }
    let words =
      "\(answer.host) answers at no usual port: name it, as \(answer.bracketedHost):2049 for NFS or :445 for SMB."
    if interview.given(.storage) != nil || interview.terminal == nil || interview.takesEnter {
      throw .failed("\(words) (--storage HOST:PORT)")
    }
    interview.warn(words)
    return nil
  }

  // MARK: Waking

  func findMAC() throws(SetUpFailure) {
    let ipv4 = addresses.compactMap { IPv4Address($0) }
    if !isAnswered(.mac) {
      let seen = Interfaces.neighbour(ipv4) ?? cardOfStorage()
      let own = Interfaces.ownMACs()
      let found = seen.flatMap { own.contains($0) ? nil : $0.description }
      if let found, interview.given(.mac) == nil {
        set("STORAGE_SERVER_MAC", found)
      } else {
        if interview.given(.mac) == nil { explainMAC() }
        let mac = try interview.value(
          .mac, "MAC address of its wired card:", found: found, accepted: MACAddress.accepted, MACAddress.init
        )
        guard let mac else { throw .unanswered(.mac) }
        set("STORAGE_SERVER_MAC", "\(mac)")
      }
    }
    if let mac = value("STORAGE_SERVER_MAC") { interview.good("It is woken by its MAC address \(mac).") }
    guard value("WAKE_COMMAND") == nil else { return }
    guard let path = WakePath(to: ipv4, Interfaces.all()) else {
      if value("BROADCAST_ADDRESS") == nil {
        interview.warn(
          "It is on no network of this machine. A wake request does not cross routers: put both on one network, or let the router relay it (BROADCAST_ADDRESS in jod-check(5))."
        )
      }
      return
    }
    if environment["BROADCAST_ADDRESS"]?.isEmpty != false { set("BROADCAST_ADDRESS", "\(path.broadcast)") }
    if environment["WOL_INTERFACE"]?.isEmpty != false, let interface = path.interface {
      set("WOL_INTERFACE", interface)
    }
  }

  private func explainMAC() {
    interview.tell("Its MAC address is not known to this machine now. Any of these tells it:")
    interview.show(
      "ip neigh                    on this machine, while the storage server is on\njod-check-storage status    on the storage server, with our package\nip link                     on the storage server"
    )
  }

  /// Where it lets this machine in already, it tells its cards itself.
  private func cardOfStorage() -> MACAddress? {
    guard let storage, let destination = SetUpOptions.destination(storage.bracketedHost),
      case .done(let status?, _)? = pairing.login(destination)
    else { return nil }
    let card = status.cards.first { $0.armed == true } ?? status.cards.first
    return card.flatMap { MACAddress($0.mac) }
  }

  // MARK: Mounts

  func chooseMounts() throws(SetUpFailure) {
    let given = interview.invocation.values(.mount).compactMap { Configuration.folder($0) }
    guard !isAnswered(.mounts), interview.given(.mounts) != .noMounts else { return }
    var wanted = mounts
    if !given.isEmpty {
      let known = survey.mounts(of: [], named: given, resolve: { _ in nil })
      wanted = given.compactMap { path in mounts.first { $0.path == path } ?? known.first { $0.path == path }
      }
    }
    guard !wanted.isEmpty else { return }
    let changes = MountChanges(wanted, fstab: survey.fstab)
    interview.heading("Its mounts")
    for words in changes.refused { interview.warn(words) }
    if !given.isEmpty, let words = changes.refused.first { throw .failed("--mount: \(words)") }
    guard !changes.paths.isEmpty else { return }
    show(changes, "For that, this changes on this machine:")
    let paths = changes.paths.joined(separator: ", ")
    guard
      try interview.isYes(
        .mounts, "Shall opening a file below \(paths) wake the storage server?", isFound: true)
    else { return }
    mountChanges = changes
    set("STORAGE_MOUNTS", changes.value)
  }

  func show(_ changes: MountChanges, _ words: String) {
    guard !changes.isEmpty else { return }
    interview.tell(words)
    if !changes.lines.isEmpty { interview.show("/etc/fstab\n\(Self.text(changes.lines))") }
    for file in changes.files { interview.show("\(file.path) (new)\n" + Self.text(file)) }
    for unit in changes.enabled { interview.show("systemctl enable \(unit)") }
    for unit in changes.disabled { interview.show("systemctl disable \(unit)") }
  }

  static func text(_ lines: [SettingsEdit.Line]) -> String {
    lines.map { "  \($0.isNew ? "+" : "-") \($0.text)" }.joined(separator: "\n")
  }

  private static func text(_ file: MountChanges.File) -> String {
    file.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .map { $0.isEmpty ? "" : "  + \($0)" }.joined(separator: "\n")
  }

  // MARK: Powering off

  func choosePowerOff() throws(SetUpFailure) {
    interview.heading("Power-off")
    if isAnswered(.powerOff) {
      interview.good("It is powered off as \(Settings.defaultsFile) says.")
      return
    }
    let given = interview.invocation.value(.powerOff)
    guard interview.given(.powerOff) != .noPowerOff, let storage,
      let destination = SetUpOptions.destination(given ?? storage.bracketedHost)
    else {
      interview.tell("jod-check only wakes.")
      return
    }
    if takesKey(destination) {
      let isWanted = try interview.isYes(
        .powerOff,
        "\(destination.endpoint.host) takes this machine's key. May jod-check power it off when nobody needs it?",
        isFound: true)
      if isWanted { set("STORAGE_SERVER_SSH", "\(destination)") }
    } else if given != nil {
      setPowerOff(destination)
    } else {
      try askForPowerOff(destination)
    }
  }

  private func takesKey(_ destination: SSHDestination) -> Bool {
    if case .done(_?, _)? = pairing.login(destination) { true } else { false }
  }

  /// Told by option: what is still to be done is said.
  private func setPowerOff(_ destination: SSHDestination) {
    set("STORAGE_SERVER_SSH", "\(destination)")
    guard !isDryRun else { return }
    do {
      let line = try pairing.authorization(destination, interview)
      try pairing.learnHostKey(destination, interview)
      if takesKey(destination) { return interview.good("\(destination) takes this machine's key.") }
      interview.tell("Run this on the storage server, which needs the package jod-check-storage:")
      interview.show("\n\(line)\n")
    } catch {
      interview.warn("\(error) Then run `sudo jod-check pair \(destination)`.")
    }
  }

  private func askForPowerOff(_ destination: SSHDestination) throws(SetUpFailure) {
    if isDryRun {
      interview.tell(
        "A dry run makes no ssh key: jod-check only wakes until `jod-check pair \(destination)` is run.")
      return
    }
    do {
      let line = try pairing.authorization(destination, interview)
      interview.tell("To let jod-check power it off, run this there; it needs the package jod-check-storage:")
      interview.show("\n\(line)\n")
    } catch {
      interview.warn("\(error)")
      return
    }
    let words =
      "Is that done? (Enter: go on without; jod-check then only wakes, until `sudo jod-check pair \(destination)`)"
    while try interview.isYes(.powerOff, words) {
      do { try pairing.learnHostKey(destination, interview) } catch { interview.warn("\(error)") }
      if takesKey(destination) {
        interview.good("\(destination) takes this machine's key.")
        return set("STORAGE_SERVER_SSH", "\(destination)")
      }
      interview.warn("\(destination) does not let this machine in yet.")
    }
  }
}
