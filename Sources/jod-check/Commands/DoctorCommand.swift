import Glibc
import JodCore

/// `jod-check doctor`: everything that a new user gets wrong, one line each, with the remedy.
struct DoctorCommand {
  let json: Bool

  init(_ invocation: Invocation) { json = invocation.has(.json) }

  func run() -> Int32 {
    Program.forbidCoreDumps()
    signal(SIGPIPE, SIG_IGN)
    let identity = Identity.current()
    var unreadable: [ConfigurationFault] = []
    var settings = Settings.none
    do throws(ConfigurationError) {
      settings = try Settings.load(identity: identity)
    } catch {
      unreadable = error.faults
    }
    // Which root alone may look into.
    let credentials = CredentialFolder().findings
    let view = settings.environment["JELLYFIN_API_URL"].flatMap { BaseURL($0) }
      .flatMap { JellyfinProcess(at: $0)?.view }
    let survey = MountSurvey.live(mountinfo: Doctor.mountinfo, timeLimit: Doctor.timeLimit)
    let user = becomeUser(identity, &settings)
    let doctor = Doctor(settings: settings, unreadable: unreadable, survey: survey, view: view)
    let findings = user + credentials + doctor.examine()
    let page = DoctorPage(
      findings: findings,
      exitStatus: Diagnosis.exitStatus(findings, isConfigurationValid: doctor.faults.isEmpty))
    if json {
      Output.print(bytes: Store.bytes(page))
    } else {
      Output.print(bytes: Array(page.text(onTerminal: isatty(STDOUT_FILENO) == 1).utf8))
    }
    return page.exitStatus
  }

  /// Sees the world as the service does. A user who cannot is told so, and the rest is looked at as that user.
  private func becomeUser(_ identity: Identity, _ settings: inout Settings) -> [Finding] {
    let subject = "User"
    if identity.isOtherByHand, settings.environment["CREDENTIALS_DIRECTORY"] == nil {
      return [
        .warning(
          subject, "not root, so \(Settings.defaultsFile) and the credentials are not read.",
          remedy: "Run `sudo jod-check doctor`.")
      ]
    }
    do throws(SystemError) {
      try identity.assume(&settings, withKeys: true)
    } catch {
      return [
        .fault(
          subject, "cannot work as the user \(Identity.user) (\(error)).",
          remedy: "Install the package again, or run `systemd-sysusers`.")
      ]
    }
    return []
  }
}

/// What doctor prints.
struct DoctorPage: JSONEncodable {
  struct Line: JSONEncodable {
    let subject: String
    let verdict: String
    let words: String
    let remedy: String?

    var json: JSON {
      .present(["subject": subject.json, "verdict": verdict.json, "words": words.json, "remedy": remedy.json])
    }
  }

  let findings: [Line]
  let exitStatus: Int32

  init(findings: [Finding], exitStatus: Int32) {
    self.findings = findings.map {
      Line(subject: $0.subject, verdict: $0.verdict.rawValue, words: $0.words, remedy: $0.remedy)
    }
    self.exitStatus = exitStatus
  }

  var json: JSON { .present(["findings": findings.json, "exit_status": Int(exitStatus).json]) }

  /// One line each, the remedy below; a mark at a terminal, a word elsewhere.
  func text(onTerminal: Bool) -> String {
    let marks = onTerminal ? ["good": "✓", "warning": "!", "fault": "✗"] : ["good": "ok"]
    let width = onTerminal ? 2 : 9
    let column = (findings.map(\.subject.count).max() ?? 0) + 2
    func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let lines = findings.map { line in
      let head = pad(marks[line.verdict] ?? line.verdict, width) + pad(line.subject, column) + line.words
      let indent = pad("", width + column)
      let remedy = line.remedy?.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "" : "\(indent)  \($0)" }.joined(separator: "\n").dropFirst(indent.count + 2)
      return remedy.map { "\(head)\n\(indent)→ \($0)" } ?? head
    }
    let (faults, warnings) = (count("fault"), count("warning"))
    let sum =
      faults == 0 && warnings == 0
      ? "All is well." : "\(Printable.count(faults, "fault")), \(Printable.count(warnings, "warning"))."
    return (lines + [sum]).map { "\($0)\n" }.joined()
  }

  private func count(_ verdict: String) -> Int { findings.count { $0.verdict == verdict } }
}
