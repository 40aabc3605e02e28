extension Diagnosis {
  private static let scriptSubject = "Script"

  /// What an executable of `activity.d` said just now.
  ///
  /// - Parameters:
  ///   - seconds: how long it took.
  ///   - errors: what it wrote to standard error.
  public static func script(_ script: ActivityScript, took seconds: Seconds, errors: String = "") -> Finding {
    let name = Printable.quoted(script.name)
    let reason = script.reason.isEmpty ? "" : " (\(script.reason))"
    let time = "\(TimeSpan.text(max(0.1, (seconds * 10).rounded(.up) / 10)))"
    switch script.need {
    case .wakes: return .good(scriptSubject, "\(name) needs the storage\(reason), told in \(time)")
    case .keepsUp: return .good(scriptSubject, "\(name) keeps the storage on\(reason), told in \(time)")
    case .none: return .good(scriptSubject, "\(name) does not need the storage\(reason), told in \(time)")
    case .unknown(let why):
      let said = Printable.clean(Printable.trimmed(errors.split(separator: "\n").last.map(String.init) ?? ""))
      return .fault(
        scriptSubject,
        "\(name) does not say whether the storage is needed: \(why)\(said.isEmpty ? "" : " (\"\(said)\")").",
        remedy: remedy(script))
    }
  }

  private static func remedy(_ script: ActivityScript) -> String {
    let path = "/etc/jod-check/activity.d/\(script.name)"
    if case .notRun = script.end {
      return
        "Let it and its folder belong to root, and only root change them (`chown root:root`, `chmod 755`); its first line must name a program, such as #!/bin/sh."
    }
    return
      "Until it does, the storage stays on. Try it: `sudo -u jod-check \(path); echo $?` must tell 0, 1 or 2 within \(TimeSpan.text(ActivityScript.timeLimit)) (jod-check(5))."
  }

  /// An executable there whose name is no script's.
  public static func otherName(_ name: String) -> Finding {
    .warning(
      scriptSubject, "\(Printable.quoted(name)) is executable, and not run for its name.",
      remedy: "Rename it: letters, digits, dashes and underscores alone, and no ending such as .sh.")
  }

  /// A file there that has a script's name.
  public static func notExecutable(_ name: String) -> Finding {
    .warning(
      scriptSubject, "\(Printable.quoted(name)) is not executable, so it is not run.",
      remedy: "`chmod 755` it, or give it a name with a dot if it is no script.")
  }
}
