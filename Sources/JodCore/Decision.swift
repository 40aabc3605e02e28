/// What a check does about what it found.
public struct Decision: Hashable, Sendable {
  public enum Action: Hashable, Sendable { case sendWakeRequest, powerOff }

  /// What else Jellyfin must be asked before a power-off can be decided.
  public enum Question: Hashable, Sendable { case recordings, tasks }

  public internal(set) var memory: Memory
  public internal(set) var actions: [Action] = []
  /// Where this is not empty, the answers must be observed and the check decided again.
  public internal(set) var questions: Set<Question> = []
  /// What changed.
  public internal(set) var events: [Event] = []
  /// What is wrong, whether it is news or not.
  public internal(set) var troubles: [Trouble] = []
  /// Who is active; nil where Jellyfin did not say.
  public internal(set) var active: [ActiveSession]?
  /// Why it was decided so, in words.
  public internal(set) var reason = ""

  init(memory: Memory) { self.memory = memory }
}

/// Decides one check (specification, section 3, step 4): the same arguments always give the same decision.
///
/// Unknown is not idle: without an answer of Jellyfin nothing is sent, and nothing is counted. With activity, the storage
/// server is asked for whenever it is not ready and the cooldown allows. Without any, it is powered off when no rule of
/// `PowerOffRules` objects.
public func decide(
  _ configuration: Configuration, _ observation: Observation, _ memory: Memory, _ now: Now
) -> Decision {
  var check = CheckInProgress(
    configuration: configuration, observation: observation, now: now, memory: memory)
  check.noteStorage(observation.storage)
  check.decision.memory.noteTraffic(observation, now)
  check.noteHold()
  switch observation.jellyfin {
  case .failure(let trouble):
    check.noteJellyfinAway(trouble)
    check.reason("nothing is known of activity")
  case .success(let answer):
    let active = check.noteActivity(answer)
    let asking = check.noteAsking(active.filter(\.wakes))
    if asking.isEmpty {
      check.noteNobodyAsks()
      check.reason(
        active.isEmpty ? "nobody is active" : "\(active[0].sentence), which does not wake the storage")
    } else if check.isGoingDown {
      check.reason("\(asking[0].sentence); the storage is going down, and is woken as soon as it is")
    } else if check.storageIsReady {
      check.reason("\(asking[0].sentence), and the storage is ready")
    } else if let wait = check.waitBeforeRequest {
      check.noteStillAsked()
      check.reason("\(asking[0].sentence); the next wake request may go out in \(TimeSpan.text(wait))")
    } else {
      check.requestWake(for: asking)
      check.reason("\(asking[0].sentence), and the storage is not ready: a wake request")
    }
  }
  check.noteWakeTimeout()
  check.considerPowerOff()
  check.noteCheck()
  return check.decision
}
