import Glibc
import JodCore

/// `jod-check status`: for every user; it asks nobody but systemd, and that where no check has come for long.
struct StatusCommand {
  let json: Bool
  let isVerbose: Bool

  init(_ invocation: Invocation) {
    (json, isVerbose) = (invocation.has(.json), invocation.has(.verbose))
  }

  func run() -> Int32 {
    let directory = getenv("RUNTIME_DIRECTORY").map { String(cString: $0) } ?? Identity.runtimeDirectory
    let store = Store(
      stateDirectory: "", runtimeDirectory: String(directory.prefix { $0 != ":" }), mode: .readOnly)
    var status: Status
    do {
      status = try store.status()
    } catch let error as SystemError where error.code == ELOOP {
      Output.complain(
        "\(store.statusFile) is a link, which jod-check never makes: somebody else has been there. Find out who, and remove it."
      )
      return 1
    } catch {
      Output.complain(
        "\(store.statusFile) cannot be read (\(error is SystemError ? "\(error)" : "it is damaged")). The next check writes it anew: systemctl start jod-check."
      )
      return 1
    }
    let now = Clock.seconds(CLOCK_REALTIME)
    if let trouble = CredentialFolder.trouble(of: status, now: now) {
      (status.trouble, status.troubleSince, status.troubleRemedy) = (trouble, nil, nil)
    } else if status.isOverdue(now: now), let standstill = Doctor.askTimer().flatMap(Diagnosis.standstill) {
      status.note(standstill)
    }
    if json {
      Output.print(bytes: Store.bytes(status))
    } else {
      let text = StatusText(
        status, isVerbose: isVerbose, isColoured: Terminal.hasColour, clock: Clock.text
      ).text(now: now)
      Output.print(bytes: Array(text.utf8))
    }
    return 0
  }
}
