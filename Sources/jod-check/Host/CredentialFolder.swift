import Glibc
import JodCore

/// The folder of credentials, as systemd finds it when it starts the service.
struct CredentialFolder {
  var path = Settings.credentials
  /// The service that needs it. Without one, nobody misses it.
  var unit = "/usr/lib/systemd/system/jod-check.service"

  /// What is wrong with it, where the user may look into it: only root may.
  var findings: [Finding] {
    guard access(unit, F_OK) == 0 else { return [] }
    let isMissing = access(path, F_OK) != 0 && errno == ENOENT
    return Diagnosis.credentials(isMissing ? nil : files(), in: path, id: Settings.credentialsID)
  }

  /// Those that systemd looks at: it skips hidden ones, and goes into folders.
  private func files(below folder: String = "", depth: Int = 0) -> [Diagnosis.CredentialFile] {
    Files.names(in: "\(path)/\(folder)").filter { !$0.hasPrefix(".") }.flatMap { name in
      let file = folder + name
      var status = stat()
      guard lstat("\(path)/\(file)", &status) == 0 else { return [Diagnosis.CredentialFile]() }
      switch status.st_mode & S_IFMT {
      case S_IFREG: return [Diagnosis.CredentialFile(path: file, size: Int(status.st_size))]
      case S_IFDIR where depth < 8: return files(below: "\(file)/", depth: depth + 1)
      default: return []
      }
    }
  }

  /// Why the last start of the service came to nothing, for `status`: the service itself had no chance to say so. Nil where
  /// that was not the reason.
  static func trouble(of status: Status, now: Seconds) -> String? {
    if let fault = CredentialFolder().findings.first { return "\(fault.words) \(fault.remedy ?? "")" }
    // Only root may look into the folder. systemd is asked where nothing was heard of the service for long.
    let interval = Seconds(status.checkIntervalSeconds ?? Int(Configuration.defaultCheckInterval))
    if let checked = status.checkedAt.flatMap(UTC.parse), now - checked < 3 * interval + 60 { return nil }
    let question = ["systemctl", "show", "jod-check.service", "--property=ExecMainStatus"]
    guard let ended = try? Subprocess(question).run(timeLimit: 3), ended.output == "ExecMainStatus=243\n"
    else {
      return nil
    }
    return
      "systemd cannot hand its credentials to the service, so it does not start (243/CREDENTIALS). `sudo jod-check doctor` says which."
  }
}
