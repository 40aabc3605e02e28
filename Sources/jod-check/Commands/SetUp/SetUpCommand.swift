import Glibc
import JodCore

/// `jod-check setup`: from the package to a working household (specification, Set-up).
struct SetUpCommand {
  private let invocation: Invocation

  /// Every option is looked at before anything is asked.
  init(_ invocation: Invocation) throws(UsageError) {
    self.invocation = invocation
    if let words = SetUpOptions.contradiction(invocation) { throw invocation.wrong(words) }
    func check(_ name: Command.Option.Name, _ accepted: String, _ isRight: (String) -> Bool)
      throws(UsageError)
    {
      for text in invocation.values(name) where !isRight(text) {
        throw invocation.wrong(
          "\(name.rawValue): \(Printable.quoted(text)) is not understood; accepted: \(accepted)")
      }
    }
    try check(.jellyfin, BaseURL.accepted) { BaseURL($0) != nil }
    try check(.storage, "a host, or \(Endpoint.accepted)") { SetUpOptions.storage($0) != nil }
    try check(.mac, MACAddress.accepted) { MACAddress($0) != nil }
    try check(.powerOff, "a host, or \(SSHDestination.accepted)") { SetUpOptions.destination($0) != nil }
    try check(.mount, Configuration.acceptedLogDirectory) { Configuration.folder($0) != nil }
    try check(.logDirectory, Configuration.acceptedLogDirectory) { Configuration.folder($0) != nil }
    try check(.watts, Configuration.Watts.accepted) { Configuration.Watts($0) != nil }
    try check(.price, SetUp.acceptedPrice) { SetUpOptions.price($0) != nil }
    try check(.scanInterval, TimeSpan.accepted) { TimeSpan.parse($0).map { $0 > 0 } ?? false }
  }

  func run() -> Int32 {
    guard geteuid() == 0 else {
      Output.complain("only root may write \(Settings.defaultsFile): run `sudo jod-check setup`.")
      return 1
    }
    Program.forbidCoreDumps()
    signal(SIGPIPE, SIG_IGN)
    Interruption.catchSignals()
    let interview = Interview(
      invocation: invocation, terminal: Terminal(), takesEnter: invocation.has(.yes))
    do throws(SetUpFailure) {
      return try SetUp(interview).run()
    } catch {
      return tell(error)
    }
  }

  private func tell(_ failure: SetUpFailure) -> Int32 {
    switch failure {
    case .interrupted:
      Output.complain("interrupted: nothing was written. Run it again whenever you like.")
      return 1
    case .unanswered(let question):
      let names = question.options.map(\.rawValue).joined(separator: " or ")
      Output.complain(
        "an answer is missing, and nobody is there to give it: say it with \(names).\nSee `jod-check setup --help`."
      )
      return UsageError.exitStatus
    case .failed(let words, let status):
      Output.complain(words)
      return status
    }
  }
}

/// What is found out and answered, step by step, and written at the end.
final class SetUp {
  static let acceptedPrice = "a price with its currency, such as 0.35EUR"

  let interview: Interview
  let isDryRun: Bool
  let file: SettingsFile
  /// What the file has now.
  let environment: [String: String]
  /// What it is to have.
  var settings: [(name: String, value: String)] = []

  var jellyfin: Jellyfin?
  /// Nil in a dry run for which there is none.
  var key: KeyMaker.Made?
  var view: Diagnosis.JellyfinView?
  /// The storage server, and its addresses.
  var storage: Endpoint?
  var addresses: [String] = []
  var mounts: [NetworkMount] = []
  var mountChanges: MountChanges?
  let pairing = StagedPairing()
  var wantsWebhook = false
  /// Names of libraries that Jellyfin is to watch no more.
  var unmonitored: [String] = []

  init(_ interview: Interview) throws(SetUpFailure) {
    self.interview = interview
    isDryRun = interview.invocation.has(.dryRun)
    file = try SettingsFile()
    environment = EnvironmentFile.parse(file.text)
  }

  func run() throws(SetUpFailure) -> Int32 {
    defer { pairing.remove() }
    if !isDryRun { try file.checkWritable() }
    greet()
    do throws(SetUpFailure) {
      try findJellyfin()
      try findKey()
      try findStorage()
      try findMAC()
      try chooseMounts()
      try choosePowerOff()
      try chooseFigures()
      try choosePage()
      try chooseHints()
      try chooseMonitoring()
      try chooseScans()
      let edit = try edit()
      try show(edit)
      if isDryRun { return endDryRun() }
      return try write(edit)
    } catch {
      takeBackKey()
      throw error
    }
  }

  private func greet() {
    interview.say(Terminal.bold("Setting up jod-check"))
    interview.tell(
      "Nothing is written before you have seen it. Enter takes what stands in brackets; of two letters, the capital one. Ctrl-C ends it."
    )
  }

  /// What a variable is in the end.
  func value(_ name: String) -> String? {
    let value = settings.last { $0.name == name }?.value ?? environment[name]
    return value?.isEmpty == false ? value : nil
  }

  func set(_ name: String, _ value: String) { settings.append((name, value)) }

  /// Whether a question need not be asked: the file answers it, and no option says something else.
  func isAnswered(_ question: SetUpQuestion) -> Bool {
    interview.given(question) == nil && question.isAnswered(in: environment)
  }

  private func takeBackKey() {
    guard let key, key.isNew, let jellyfin else { return }
    if !KeyMaker.revoke(key.key, jellyfin) {
      Output.complain(
        "the API key named jod-check that was just made could not be removed: see Dashboard, API Keys, in Jellyfin."
      )
    }
    self.key = nil
  }
}
