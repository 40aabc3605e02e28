import Glibc
import JodCore

/// `jod-check report`: what the history adds up to, for root and the service's user.
struct ReportCommand {
  let days: Int
  let json: Bool

  init(_ invocation: Invocation) throws(UsageError) {
    let text = invocation.value(.days) ?? ""
    guard let days = Int(text), (1...366).contains(days) else {
      throw invocation.wrong(
        "--days \(Int(text).map(String.init) ?? Printable.quoted(text)): accepted: 1 to 366.")
    }
    self.days = days
    json = invocation.has(.json)
  }

  func run() -> Int32 {
    let identity = Identity.current()
    // Only watts and price are asked for, and a history can be read even if the rest is wrong.
    var settings = (try? Settings.loaded(identity: identity).get()) ?? .none
    let store = Store(
      stateDirectory: settings.stateDirectory, runtimeDirectory: settings.runtimeDirectory, mode: .readOnly)
    do throws(SystemError) {
      try identity.assume(&settings)
      let summary = try store.summary(
        days: days, watts: Configuration.watts(in: settings.environment),
        price: Configuration.price(in: settings.environment))
      print(summary)
      return 0
    } catch {
      Output.complain(Self.advice(error))
      return 1
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

  private static var place: SummaryText.Place {
    guard let width = Terminal.width else { return .plain }
    return SummaryText.Place(width: width, isUnicode: Terminal.isUnicode, isColoured: Terminal.hasColour)
  }
}

extension Store {
  /// What the history adds up to, up to now.
  func summary(
    days: Int, watts: Configuration.Watts?, price: ElectricityPrice?
  ) throws(SystemError) -> Summary {
    let now = Clock.now()
    let lines = try history.read()
    let memory = load(bootID: now.moment.bootID).memory
    return Summary(
      History(lines: lines, now: now), days: Clock.days(days), present: memory.present(now), watts: watts,
      price: price, now: now.moment.wall)
  }
}
