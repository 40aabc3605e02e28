import JodCore

/// Where the storage server is asked to come.
struct WakeSwitch {
  let configuration: Configuration

  /// Sends one wake request, and says what came of it.
  func press() -> RequestOutcome {
    // The cooldown counts from the first copy.
    let now = Clock.now().moment
    do throws(SystemError) {
      try WakeSender(configuration).send()
      return .left(at: now)
    } catch {
      return .stayed(WakeSender.trouble(error))
    }
  }
}
