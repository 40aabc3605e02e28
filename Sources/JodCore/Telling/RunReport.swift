/// What one run tells the world (specification, Reporting).
public struct RunReport: Hashable, Sendable {
  /// Journal entries, in order.
  public var events: [Event] = []
  public var exitStatus: Int32 = 0
  /// What is wrong, told or not; empty where all is well.
  public var troubles: [Trouble] = []

  /// A run that met no trouble.
  public init(events: [Event]) { self.events = events }

  /// Settles which troubles are told, and notes it in the memory.
  ///
  /// - Parameters:
  ///   - changes: what changed in this run.
  ///   - troubles: what is wrong, the gravest deciding the exit status.
  ///   - examined: the kinds of trouble that this run has examined; others are left as they were.
  ///   - onBeat: whether the timer asked for this run, as far as can be told.
  ///   - isByHand: whether somebody reads what this run prints.
  public init(
    changes: [Event], troubles: [Trouble], examined: Set<Trouble.Kind> = Set(Trouble.Kind.allCases),
    onBeat: Bool, isByHand: Bool = false,
    memory: inout TroubleMemory, boot: Seconds
  ) {
    events = changes
    self.troubles = troubles
    for trouble in troubles {
      let tells = memory.tells(trouble, onBeat: onBeat, isByHand: isByHand, boot: boot)
      let event = trouble.event(tells ? .error : .debug)
      if !changes.contains(where: { $0.says(event) }) { events.append(event) }
      if tells { exitStatus = max(exitStatus, trouble.kind.exitStatus) }
    }
    let present = Set(troubles.map(\.kind))
    let over = examined.subtracting(present).filter { memory.clear($0) }
    guard !over.isDisjoint(with: Trouble.Kind.ofJellyfin) else { return }
    if let still = present.intersection(Trouble.Kind.ofJellyfin).first {
      // The end is reported when both are over, if one of them was.
      memory.noteAnnounced(still)
    } else {
      events.append(Event(.jellyfinRecovered, .notice, "Jellyfin answers again."))
    }
  }
}

extension Event {
  /// Whether another event would only repeat this one.
  fileprivate func says(_ other: Event) -> Bool {
    guard let trouble, let repeated = other.trouble, trouble.kind == repeated.kind else { return false }
    return name == other.name && trouble.cause == repeated.cause && priority <= other.priority
  }
}

extension Trouble.Kind {
  fileprivate static let ofJellyfin: Set<Trouble.Kind> = [.jellyfin, .keyRejected]
}

extension Trouble {
  fileprivate func event(_ priority: Event.Priority) -> Event {
    let name: Event.Name =
      switch kind {
      case .configuration: .configurationInvalid
      case .keyRejected: .jellyfinRejectedKey
      case .jellyfin: .jellyfinUnreachable
      case .wake, .packet: .wakeFailed
      case .powerOff: .powerOffFailed
      case .state: .stateUnwritable
      }
    return Event(name, priority, self)
  }
}
