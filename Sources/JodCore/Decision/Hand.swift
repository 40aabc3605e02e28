/// What a person's command does to what is remembered.
extension Memory {
  /// Somebody asks for the storage with a command: that is activity.
  public mutating func noticeHand() {
    runtime.idle = nil
    state.undertaking.isNeeded()
    state.undertaking.askedMeanwhile(.hand)
  }

  /// Somebody asked for the storage and found it ready.
  public mutating func noticeServedHand(_ now: Now) { state.storage.byHand = now.moment }

  /// The storage was powered off though these were active. They wake it again by playing, or once they were quiet.
  public mutating func dismiss(_ people: [ActiveSession]) {
    state.dismissed = Array(people.prefix(Event.Facts.listedSessions))
  }

  /// Lets those wake nobody who were sent away.
  ///
  /// - Parameter isCertain: whether one who is not seen now was quiet for `ACTIVITY_WINDOW`.
  mutating func leaveOutDismissed(_ active: [ActiveSession], isCertain: Bool) -> [ActiveSession] {
    guard !state.dismissed.isEmpty else { return active }
    func isAway(_ dismissed: ActiveSession) -> Bool {
      guard let session = active.first(where: { $0.isAt(dismissed) }) else { return isCertain }
      return session.kind == .playing
    }
    state.dismissed.removeAll(where: isAway)
    return active.map { session in
      var session = session
      if session.kind != .playing, state.dismissed.contains(where: session.isAt) { session.wakes = false }
      return session
    }
  }
}

/// What `jod-check wake` does next.
public enum HandVerdict: Hashable, Sendable {
  case ready
  /// It is going down, and no packet may be sent yet.
  case goingDown
  case send
  /// A request has left; another may in so many seconds.
  case wait(Seconds)
}

/// Decides what a command that asks for the storage does next (specification, Waking).
///
/// - Parameter isFirst: whether it has sent nothing yet: then no cooldown counts.
public func decideWake(
  _ configuration: Configuration, _ memory: Memory, _ now: Now, isFirst: Bool
) -> HandVerdict {
  let rules = WakeRules(configuration: configuration, memory: memory, now: now)
  if rules.isGoingDown { return .goingDown }
  if rules.isServed { return .ready }
  if !isFirst, let wait = rules.cooldown { return .wait(wait) }
  return .send
}

extension ActiveSession {
  /// Somebody who asks with a command.
  public static let hand = ActiveSession(user: "", client: "", device: "", kind: .hand, wakes: true)

  /// Whether it is the same person at the same device.
  func isAt(_ other: ActiveSession) -> Bool {
    // A script gives another reason each time.
    user == other.user && client == other.client
      && (device == other.device || (kind == .script && other.kind == .script))
  }
}
