import Glibc
import JodCore

/// Looks at everything that a new user gets wrong. Asks only, waits never long, and powers nothing off.
///
/// Each subject is one question to the world and one function of `Diagnosis`, which says what the answer means. What
/// rests on a variable that is wrong, or on an answer that did not come, is left out: one fault, one line.
struct Doctor {
  let settings: Settings
  let faults: [ConfigurationFault]
  /// With what is wrong left out.
  private let configuration: Configuration?
  private let timer: () -> Diagnosis.Timer?
  private let sandbox: () -> Diagnosis.Sandbox?
  private let survey: MountSurvey
  private let view: Diagnosis.JellyfinView?

  /// Seconds, for each question but those over ssh.
  static let timeLimit: Seconds = 3

  /// - Parameters:
  ///   - unreadable: files of the configuration that could not be read; the settings are then without them.
  ///   - timer: asks systemd, as does `sandbox`.
  ///   - survey: of the mounts; nil for that of this machine as it is now.
  ///   - view: Jellyfin's process, which root alone can look at.
  init(
    settings: Settings, unreadable: [ConfigurationFault] = [],
    timer: @escaping () -> Diagnosis.Timer? = Self.askTimer,
    sandbox: @escaping () -> Diagnosis.Sandbox? = Self.askSandbox,
    survey: MountSurvey? = nil, view: Diagnosis.JellyfinView? = nil
  ) {
    self.settings = settings
    self.timer = timer
    self.sandbox = sandbox
    self.survey = survey ?? .live(mountinfo: Self.mountinfo, timeLimit: Self.timeLimit)
    self.view = view
    let mended = Configuration.mended(
      environment: settings.environment, keyCredential: settings.keyCredential, from: settings.keyPlace,
      service: MountFiles().service(of:))
    configuration = mended.configuration
    faults = unreadable.isEmpty ? mended.faults : unreadable
    misunderstood = Set(mended.faults.map(\.variable))
  }

  /// Variables whose values in `configuration` are not the administrator's.
  private let misunderstood: Set<String>

  func examine() -> [Finding] {
    var findings = Diagnosis.configuration(faults, warnings: configuration?.warnings ?? [])
    findings += Diagnosis.warnings(settings.misspelt.map(Warning.misspelt))
    if let configuration {
      findings += jellyfin(configuration) + storage(configuration) + powerOff(configuration)
      findings += storageMounts(configuration)
    }
    findings += activityScripts
    let sandbox = sandbox()
    if let sandbox {
      findings += Diagnosis.hiddenMounts(mounts, sandbox) + Diagnosis.hiddenFiles(files, sandbox)
    }
    if let configuration { findings += traffic(configuration, sandbox) }
    let interval = misunderstood.contains("CHECK_INTERVAL") ? nil : configuration?.checkInterval
    findings.append(Diagnosis.timer(timer(), interval: interval))
    return configuration.map { known in findings.map { $0.redacted(known.jellyfinKey) } } ?? findings
  }

  private func isKnown(_ variables: String...) -> Bool { misunderstood.isDisjoint(with: variables) }

  // MARK: Jellyfin

  private func jellyfin(_ configuration: Configuration) -> [Finding] {
    guard isKnown("JELLYFIN_API_URL") else { return [] }
    let jellyfin = Jellyfin(configuration)
    let finding = Diagnosis.jellyfin(
      jellyfin.ask("System/Info/Public", as: JellyfinServer.self), at: configuration.jellyfinURL)
    guard finding.verdict != .fault, isKnown("JELLYFIN_API_KEY") else { return [finding] }
    let sessions = jellyfin.ask("Sessions", as: [SessionEntry].self)
    // An API key is answered with 400.
    let user = try? jellyfin.ask("Users/Me", as: KeyUser.self).get()
    let key = Diagnosis.key(sessions, user: user)
    guard key.verdict != .fault else { return [finding, key] }
    let list = jellyfin.ask("Devices", as: DeviceList.self)
    let devices = Diagnosis.devices(list)
    let tasks = jellyfin.ask("ScheduledTasks", as: [JellyfinSchedule].self)
    let libraries = jellyfin.ask("Library/VirtualFolders", as: [JellyfinLibrary].self)
    return [finding, key, devices, Diagnosis.tasks(tasks)] + robots((try? list.get())?.items ?? [])
      + ((try? tasks.get()).map { Diagnosis.schedule($0, configuration) } ?? [])
      + Diagnosis.libraries(libraries, mounts)
      + Diagnosis.monitoring((try? libraries.get()) ?? [], mounts)
  }

  /// By what the checks of this boot have seen.
  private func robots(_ devices: [DeviceEntry]) -> [Finding] {
    let moment = Clock.now().moment
    return Diagnosis.robots(
      devices, store.load(bootID: moment.bootID).memory.runtime.activity, boot: moment.boot,
      environment: settings.environment)
  }

  private var store: Store {
    Store(
      stateDirectory: settings.stateDirectory, runtimeDirectory: settings.runtimeDirectory, mode: .readOnly)
  }

  private var mounts: Mounts { Mounts(mountinfo: survey.mountinfo, fstab: survey.fstab) }

  /// Read before the process makes mounts of its own.
  static var mountinfo: String { Files.text("/proc/self/mountinfo", limit: 4 << 20) ?? "" }

  private func storageMounts(_ configuration: Configuration) -> [Finding] {
    var names: Set<String> = []
    if isKnown("STORAGE_SERVER_ADDRESS", "STORAGE_SERVER_SSH"),
      let host = configuration.storageServerAddress?.host
    {
      names = Set([host] + (Self.addresses(of: host) ?? []))
    }
    let named = isKnown("STORAGE_MOUNTS") ? configuration.storageMounts : []
    let found = survey.mounts(of: names, named: named, resolve: Self.addresses)
    return Diagnosis.mounts(found) + Diagnosis.containers(found, view)
  }

  // MARK: The storage server and the way to it

  private func storage(_ configuration: Configuration) -> [Finding] {
    guard isKnown("STORAGE_SERVER_ADDRESS") else { return packet(configuration, storage: []) }
    guard let endpoint = configuration.storageServerAddress else {
      // Where the destination of ssh is wrong, that is the fault, and its address is no choice.
      let service = isKnown("STORAGE_SERVER_SSH") ? [Diagnosis.service(nil, .silent)] : []
      return packet(configuration, storage: []) + service
    }
    let addresses = Self.addresses(of: endpoint.host)
    let name = Diagnosis.name(endpoint, addresses: addresses)
    guard let addresses, !addresses.isEmpty else { return packet(configuration, storage: []) + [name] }
    let probe = StorageProbe(endpoint).result().probe ?? .silent
    let service = Diagnosis.service(endpoint, probe, by: configuration.serviceSource)
    return packet(configuration, storage: addresses.compactMap(IPv4Address.init)) + [name, service]
  }

  private func packet(_ configuration: Configuration, storage: [IPv4Address]) -> [Finding] {
    var findings: [Finding] = []
    guard isKnown("WAKE_COMMAND") else { return [] }
    if isKnown("STORAGE_SERVER_MAC"), let mac = configuration.storageServerMAC {
      findings.append(
        Diagnosis.mac(
          mac, own: Interfaces.ownMACs(), seen: Interfaces.neighbour(storage)))
    }
    if case .command(let words) = configuration.wakeMethod {
      let program = program(words.first ?? "")
      return findings + [Diagnosis.command(words, program, "Wake request", variable: "WAKE_COMMAND")]
    }
    if isKnown("BROADCAST_ADDRESS", "WOL_INTERFACE", "WOL_PORT") {
      findings.append(
        Diagnosis.interface(
          configuration, Interfaces.departure(configuration), Interfaces.all(), storage: storage))
    }
    return findings
  }

  /// By a program that can be killed: the C library's resolver knows no time limit. Nil where it said nothing.
  static func addresses(of host: String) -> [String]? {
    let ended = try? Subprocess(["getent", "ahosts", host]).run(timeLimit: timeLimit)
    guard let ended, ended.status == 0 else { return nil }
    var addresses: [String] = []
    for line in ended.output.split(separator: "\n") {
      guard let address = line.split(separator: " ").first.map(String.init), !addresses.contains(address)
      else { continue }
      addresses.append(address)
    }
    return addresses
  }

  // MARK: Power-off

  private func powerOff(_ configuration: Configuration) -> [Finding] {
    guard isKnown("STORAGE_SERVER_SSH", "SHUTDOWN_COMMAND") else { return [] }
    switch configuration.powerOffMethod {
    case nil: return [Diagnosis.onlyWakes]
    case .command(let words): return [Diagnosis.command(words, program(words.first ?? ""))]
    case .ssh(let destination):
      let login = logIn(destination)
      let mac = isKnown("STORAGE_SERVER_MAC") ? configuration.storageServerMAC : nil
      let isWokenByPacket = if case .packet = configuration.wakeMethod { true } else { false }
      let address = isKnown("STORAGE_SERVER_ADDRESS") ? configuration.storageServerAddress : nil
      let probe = address.flatMap { StorageProbe($0).result().probe }
      return [
        Diagnosis.login(destination, login, probe: probe, sending: configuration.remoteCommand)
      ]
        + [isWokenByPacket ? Diagnosis.wakeOnLAN(login, mac) : nil].compactMap { $0 }
    }
  }

  private func program(_ path: String) -> Diagnosis.Program {
    if case .network = mounts.place(of: path) { return .onNetworkMount }
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == EACCES ? .notExecutable : .missing }
    return status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0 ? .executable : .notExecutable
  }

  private func logIn(_ destination: SSHDestination) -> Diagnosis.Login {
    guard let key = settings.secureShellFiles["storage-server-ssh-key"] else { return .noKey }
    let shell = SecureShell(
      destination: destination, keyFile: key, knownHostsFile: settings.secureShellFiles["known_hosts"])
    let memory = store.load(bootID: Clock.now().moment.bootID).memory
    return shell.tryLogin(hasAnswered: memory.state.storage.isOurs)
  }

  private func traffic(_ configuration: Configuration, _ sandbox: Diagnosis.Sandbox?) -> [Finding] {
    guard isKnown("STORAGE_SERVER_SSH", "SHUTDOWN_COMMAND", "STORAGE_SERVER_ADDRESS"),
      configuration.powerOffMethod != nil, let endpoint = configuration.storageServerAddress
    else { return [] }
    var failure: ConnectionQuery.Failure?
    do throws(ConnectionQuery.Failure) {
      let addresses = Self.addresses(of: endpoint.host) ?? []
      _ = try StorageTraffic.connections(addresses.compactMap { IPAddress($0) })
    } catch {
      failure = error
    }
    return Diagnosis.traffic(failure, sandbox)
  }

  // MARK: Scripts

  /// Each for itself, so that its time is its own.
  private var activityScripts: [Finding] {
    let scripts = ActivityScripts(folder: settings.activityDirectory)
    return scripts.names.compactMap { name in
      switch scripts.file(name) {
      case .nothing: return nil
      case .otherName: return Diagnosis.otherName(name)
      case .notExecutable: return Diagnosis.notExecutable(name)
      case .script, .others:
        let start = Clock.seconds(CLOCK_MONOTONIC)
        let answer = scripts.start(name)?.answer(by: Deadline(in: ActivityScript.timeLimit))
        let seconds = Clock.seconds(CLOCK_MONOTONIC) - start
        return answer.map { Diagnosis.script($0.script, took: seconds, errors: $0.errors) }
      }
    }
  }

  // MARK: The units

  /// Those that variables name.
  private var files: [(variable: String, path: String)] {
    guard let configuration else { return [] }
    var files: [(String, String)] = []
    if isKnown("SHUTDOWN_COMMAND"), case .command(let words)? = configuration.powerOffMethod {
      files.append(("SHUTDOWN_COMMAND", words.first ?? ""))
    }
    if isKnown("WAKE_COMMAND"), case .command(let words) = configuration.wakeMethod {
      files.append(("WAKE_COMMAND", words.first ?? ""))
    }
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
      let paths = settings.environment[variable]?.split(separator: ":").map(String.init) ?? []
      files += paths.map { (variable, $0) }
    }
    return files
  }
}
