import ArgumentParser
import Glibc
import JodCore

/// `jod-check status`: for every user; it asks nobody.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what is known, what happens next, and why.",
    discussion:
      "Every user may ask. It reads what the last check wrote, and asks neither Jellyfin nor the storage server.",
    version: Version.current)

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let directory = getenv("RUNTIME_DIRECTORY").map { String(cString: $0) } ?? Identity.runtimeDirectory
    let store = Store(
      stateDirectory: "", runtimeDirectory: String(directory.prefix { $0 != ":" }), mode: .readOnly)
    let status: Status
    do {
      status = try store.status()
    } catch {
      Output.complain(
        "\(store.statusFile) cannot be read (\(error is SystemError ? "\(error)" : "it is damaged")). The next check writes it anew: systemctl start jod-check."
      )
      throw ExitCode(1)
    }
    if json {
      Output.print(bytes: Store.bytes(status))
    } else {
      Output.print(bytes: Array(status.page(now: Clock.seconds(CLOCK_REALTIME), clock: Clock.text).utf8))
    }
  }
}
