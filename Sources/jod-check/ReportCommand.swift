import ArgumentParser
import Glibc
import JodCore

/// `jod-check report`: what the history adds up to, for root and the service's user.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show when the storage server was on, who woke it, and what that saved.",
    discussion: """
      A row for each day: when the storage server was on, and in use. Then the sums, and who caused the wakes. It asks \
      nobody; it reads the history, which tells who used Jellyfin when, and so is for root and the user jod-check alone.
      """,
    version: Version.current)

  @Option(help: ArgumentHelp("Days to look back, today included, 1 to 366.", valueName: "DAYS"))
  var days = 7

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard (1...366).contains(days) else { throw ValidationError("--days \(days): accepted: 1 to 366.") }
  }

  func run() throws {
    let identity = Identity.current()
    // Only the watts are asked for, and a history can be read whatever else is wrong.
    let settings =
      (try? Settings.load(identity: identity))
      ?? Settings(
        environment: [:], stateDirectory: Identity.stateDirectory, runtimeDirectory: Identity.runtimeDirectory
      )
    let store = Store(
      stateDirectory: settings.stateDirectory, runtimeDirectory: settings.runtimeDirectory, mode: .readOnly)
    do throws(SystemError) {
      try identity.assume(settings)
      let summary = try store.summary(days: days, watts: Configuration.watts(in: settings.environment))
      print(summary)
    } catch {
      Output.complain(Self.advice(error))
      throw ExitCode(1)
    }
  }

  private func print(_ summary: Summary) {
    if json {
      Output.print(bytes: Store.bytes(SummaryDocument(summary)))
    } else {
      let text = SummaryText(summary, for: Self.place, clock: Clock.text).text
      Output.print(bytes: Array(text.utf8))
    }
  }

  private static func advice(_ error: SystemError) -> String {
    guard error.code == EACCES || error.code == EPERM else { return "the history cannot be read (\(error))." }
    return
      "the history tells who used Jellyfin when, so it is for root and the user jod-check alone. Try `sudo jod-check report`; `jod-check status` is for everybody."
  }

  /// What standard output is. Colours are left out where `NO_COLOR` is set (no-color.org), or where the terminal is dumb.
  private static var place: SummaryText.Place {
    guard isatty(STDOUT_FILENO) == 1 else { return .plain }
    var size = winsize()
    let width = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    let locale = [getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")].map(text).first { !$0.isEmpty } ?? ""
    return SummaryText.Place(
      width: width, isUnicode: locale.lowercased().replacing("-", with: "").hasSuffix("utf8"),
      isColoured: text(getenv("NO_COLOR")).isEmpty && text(getenv("TERM")) != "dumb")
  }

  private static func text(_ variable: UnsafeMutablePointer<CChar>?) -> String {
    variable.map { String(cString: $0) } ?? ""
  }
}

extension Store {
  /// What the history adds up to, up to now.
  func summary(days: Int, watts: Configuration.Watts?) throws(SystemError) -> Summary {
    let now = Clock.now()
    let lines = try history.read()
    let memory = load(bootID: now.moment.bootID).memory
    return Summary(
      History(lines: lines, now: now), days: Clock.days(days), present: memory.present(now), watts: watts,
      now: now.moment.wall)
  }
}
