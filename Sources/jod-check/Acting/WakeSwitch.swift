import JodCore

/// Where the storage server is asked to come.
struct WakeSwitch {
  let configuration: Configuration

  /// Sends one wake request, by a packet or by the administrator's own command, and says what came of it.
  func press() -> RequestOutcome {
    // The cooldown counts from the first copy, or from the command's start.
    let now = Clock.now().moment
    let trouble =
      switch configuration.wakeMethod {
      case .packet(let card): send(to: card)
      case .command(let words): run(words)
      }
    return trouble.map { .stayed($0) } ?? .left(at: now)
  }

  private func send(to card: MACAddress) -> Trouble? {
    do throws(SystemError) {
      try WakeSender(configuration, to: card).send()
      return nil
    } catch {
      return WakeSender.trouble(error)
    }
  }

  private func run(_ words: [String]) -> Trouble? {
    do throws(SystemError) {
      let ended = try Subprocess(words).run(timeLimit: Configuration.wakeCommandLimit)
      return ended.status == 0 ? nil : Trouble(wakeCommand: words, status: ended.status, errors: ended.errors)
    } catch {
      return Trouble(wakeCommand: words, notRun: "\(error)")
    }
  }
}
