// `status.json` as programs read it (docs/status.md): every field is always there, null where nothing is known. A field that
// another version did not write has no value.

extension Status: JSONDocument {
  public static var isComplete: Bool { true }

  public init() { self = .nothingKnown }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("storage", &storage)
    try fields.field("activity", &activity)
    try fields.field("idle_seconds", &idleSeconds)
    try fields.field("wake", &wake)
    try fields.field("poweroff", &poweroff)
    try fields.field("hold", &hold)
    try fields.field("trouble", &trouble)
    try fields.field("trouble_since", &troubleSince)
    try fields.field("trouble_remedy", &troubleRemedy)
    try fields.field("reason", &reason)
    try fields.field("checked_at", &checkedAt)
    try fields.field("check_interval_seconds", &checkIntervalSeconds)
    try fields.field("dry_run", &dryRun)
    try fields.field("warnings", &warnings)
  }
}

extension Status.Storage: JSONDocument {
  public static var isComplete: Bool { true }

  public init() { self.init(state: .unknown) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("state", &state)
    try fields.field("since", &since)
    try fields.added("watched", &isWatched)
  }
}

extension Status.Person: JSONDocument {
  public static var isComplete: Bool { true }

  public init() { self.init(user: "", client: "", device: "", kind: .unknown) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("user", &user)
    try fields.field("client", &client)
    try fields.field("device", &device)
    try fields.field("kind", &kind)
  }
}

extension Status.Activity: JSONDocument {
  public static var isComplete: Bool { true }

  public init() { self.init(sessions: []) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("active", &active)
    try fields.field("since", &since)
    try fields.field("sessions", &sessions)
    try fields.added("spent", &spent)
  }
}

extension Status.Waking: JSONDocument {
  public static var isComplete: Bool { true }

  public init() { self.init(requests: 0) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("last", &last)
    try fields.field("began", &began)
    try fields.field("requests", &requests)
    try fields.field("usual_seconds", &usualSeconds)
  }
}

extension Status.PowerOff: JSONDocument {
  public static var isComplete: Bool { true }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("blocked_by", &blockedBy)
    try fields.added("rules", &rules)
  }
}

extension Status.Hold: JSONDocument {
  public static var isComplete: Bool { true }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("until", &until)
  }
}
