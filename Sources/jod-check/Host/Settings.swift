import Glibc
import JodCore

/// Where this process's instructions come from: the environment, root's file, the credentials, the directories.
struct Settings {
  var environment: [String: String]
  var keyCredential: String?
  var keyPlace = KeySource.Place.unit
  /// Files with secrets for ssh, by their credentials' names; only those that exist.
  var secureShellFiles: [String: String] = [:]
  var misspelt: [MisspeltName] = []
  var stateDirectory: String
  var runtimeDirectory: String
  /// Where executables tell of need that Jellyfin does not know.
  var activityDirectory = ActivityScripts.standard

  static let defaultsFile = "/etc/default/jod-check"
  static let credentials = "/etc/jod-check/credentials"
  /// The id under which the service's unit loads that directory; its files are handed over as `ID_NAME`.
  static let credentialsID = "jod-check"
  private static let fileLimit = 1 << 20

  /// What there is where nothing can be read.
  static let none = Settings(
    environment: [:], stateDirectory: Identity.stateDirectory, runtimeDirectory: Identity.runtimeDirectory)

  /// Whether anything is set without which jod-check cannot work.
  var isConfigured: Bool {
    ["STORAGE_SERVER_MAC", "WAKE_COMMAND", "JELLYFIN_API_URL", "JELLYFIN_API_KEY"].contains {
      environment[$0]?.isEmpty == false
    }
  }

  /// As it was given, for those who know it may read what else is wrong with the configuration, or with the token itself.
  var token: Secret? { environment["HTTP_TOKEN"].flatMap { $0.isEmpty ? nil : Secret($0) } }

  /// As `load`, for callers that can continue without them.
  static func loaded(identity: Identity) -> Result<Settings, ConfigurationError> {
    do throws(ConfigurationError) {
      return .success(try load(identity: identity))
    } catch {
      return .failure(error)
    }
  }

  /// What the process was started with. Run by root outside systemd, what systemd would have given it.
  static func load(identity: Identity) throws(ConfigurationError) -> Settings {
    var environment = processEnvironment()
    var misspelt = identity.isRootByHand ? [] : MisspeltName.among(environment.keys)
    var places: [(path: (String) -> String, isUnits: Bool)] = []
    if let directory = environment["CREDENTIALS_DIRECTORY"] {
      // One that the administrator set for this unit comes before the shared directory's.
      places = [({ "\(directory)/\($0)" }, true), ({ "\(directory)/\(credentialsID)_\($0)" }, false)]
    } else if identity.isRootByHand {
      places = [({ "\(credentials)/\($0)" }, false)]
      let text = try defaultsText() ?? ""
      misspelt = MisspeltName.inFile(text)
      environment = EnvironmentFile.parse(text).merging(environment) { file, own in own.isEmpty ? file : own }
    }
    var (key, keyPlace): (String?, KeySource.Place) = (nil, .unit)
    for place in places where key == nil {
      key = try credential(place.path("jellyfin-api-key"))
      keyPlace = place.isUnits ? .unit : .file("\(credentials)/jellyfin-api-key")
    }
    var files: [String: String] = [:]
    for name in ["storage-server-ssh-key", "known_hosts"] {
      files[name] = places.map { $0.path(name) }.first { access($0, F_OK) == 0 }
    }
    return Settings(
      environment: environment, keyCredential: key, keyPlace: keyPlace, secureShellFiles: files,
      misspelt: misspelt,
      stateDirectory: directory(environment["STATE_DIRECTORY"]) ?? Identity.stateDirectory,
      runtimeDirectory: directory(environment["RUNTIME_DIRECTORY"]) ?? Identity.runtimeDirectory,
      activityDirectory: directory(environment["CONFIGURATION_DIRECTORY"]).map { "\($0)/activity.d" }
        ?? ActivityScripts.standard)
  }

  func configuration() throws(ConfigurationError) -> Configuration {
    try Configuration(
      environment: environment, keyCredential: keyCredential, from: keyPlace,
      service: MountFiles().service(of:))
  }

  /// The assignments of `/etc/default/jod-check`; none where it does not exist.
  static func defaults(_ path: String = defaultsFile) throws(ConfigurationError) -> [String: String] {
    try defaultsText(path).map(EnvironmentFile.parse) ?? [:]
  }

  private static func defaultsText(_ path: String = defaultsFile) throws(ConfigurationError) -> String? {
    try contents(path, named: path)
  }

  private static func credential(_ path: String) throws(ConfigurationError) -> String? {
    try contents(path, named: "credential jellyfin-api-key")
  }

  private static func contents(_ path: String, named name: String) throws(ConfigurationError) -> String? {
    func fault(_ problem: String) -> ConfigurationError {
      ConfigurationError(faults: [
        ConfigurationFault(variable: name, problem: problem, accepted: "a readable text file")
      ])
    }
    let bytes: [UInt8]?
    do throws(SystemError) {
      bytes = try Files.read(path, limit: fileLimit)
    } catch {
      throw fault("\(error)")
    }
    guard let bytes else { return nil }
    if bytes.contains(0) { throw fault("not a text file") }
    // A comment may be in an older encoding, as for systemd; in a value the mark for it is refused like any other fault.
    return String(decoding: bytes, as: UTF8.self)
  }

  /// systemd separates several directories by colons; ours is the first.
  private static func directory(_ list: String?) -> String? {
    list.flatMap { $0.split(separator: ":").first }.map(String.init)
  }

  private static func processEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        result[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return result
  }
}
