// How what is remembered stands in its files (specification, State). What has no value is left out.

extension State: JSONDocument {
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("version", &version)
    try fields.field("serial", &serial)
    try fields.added("requests", &requests)
    try fields.added("undertaking", &undertaking)
    try fields.field("storage", &storage)
    try fields.field("activity", &activity)
    try fields.field("counters", &counters)
    try fields.field("hold", &hold)
    try fields.added("dismissed", &dismissed)
    try fields.field("is_presumed_on", &isPresumedOn)
    try fields.added("spent_browsing", &spentBrowsing)
    try fields.added("accesses", &accesses)
    try fields.field("scan", &scan)
  }

  /// Reads this version's files, and those of 0.1.0.
  public init(json: JSON) throws(JSON.Failure) {
    let object = try json.object()
    let version: Int = try object["version"]
    if version == 1 {
      self = try FirstVersion.state(object)
    } else {
      self.init()
      var reader = JSONFieldReader(object: object)
      try fields(&reader)
    }
  }
}

extension State.Storage: JSONDocument {
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("known", &known)
    try fields.field("since", &since)
    try fields.added("was_ready_since_down", &wasReadySinceDown)
    try fields.added("by_hand", &byHand)
    try fields.added("stopped_by_us", &stoppedByUs)
    try fields.added("comebacks", &comebacks)
    try fields.added("is_ours", &isOurs)
    try fields.added("address", &address)
  }
}

extension State.Storage.LastAddress: JSONDocument {
  public init() { self.init(host: "", address: "") }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("host", &host)
    try fields.field("address", &address)
  }
}

extension State.Activity: JSONDocument {
  public init() { self.init(isActive: false, since: Moment()) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("is_active", &isActive)
    try fields.field("since", &since)
  }
}

extension WakeRequests: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    self.init(last: try fields["last"], pending: try fields["pending"])
  }

  public var json: JSON { .present(["last": last.json, "pending": pending.json]) }
}

// MARK: What is undertaken: an object by its name.

extension Undertaking: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let members = try json.object().members
    guard let member = members.first else {
      self.init()
      return
    }
    guard members.count == 1 else { throw JSON.Failure() }
    switch member.name {
    case "waking": self.init(.waking(try Wake(json: member.value)))
    case "stopping": self.init(.stopping(try Stopping(json: member.value)))
    case "owing": self.init(.owing(try ActiveSession(json: member.value)))
    case "refused": self.init(.refused(try Refusal(json: member.value)))
    default: throw JSON.Failure()
    }
  }

  public var json: JSON {
    switch phase {
    case .nothing: .present([:])
    case .waking(let wake): .present(["waking": wake.json])
    case .stopping(let stopping): .present(["stopping": stopping.json])
    case .owing(let session): .present(["owing": session.json])
    case .refused(let refusal): .present(["refused": refusal.json])
    }
  }

  var isPlausible: Bool {
    switch phase {
    case .nothing, .owing: true
    case .waking(let wake):
      wake.began.isPlausible && wake.demandEnded?.isPlausible ?? true && State.isCount(wake.requests)
    case .stopping(let stopping): stopping.since.isPlausible && stopping.after?.isPlausible ?? true
    case .refused(let refusal): refusal.isPlausible
    }
  }
}

extension Wake: JSONDocument {
  public init() { self.init(began: Moment()) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("began", &began)
    try fields.field("requests", &requests)
    try fields.field("failed", &failed)
    try fields.field("demand_ended", &demandEnded)
    try fields.field("is_by_hand", &isByHand)
    try fields.added("is_by_access", &isByAccess)
    try fields.field("was_up", &wasUp)
    try fields.field("owed", &owed)
    try fields.field("power_off", &stopping)
  }
}

extension Stopping: JSONDocument {
  public init() { self.init(since: Moment()) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("since", &since)
    try fields.field("is_accepted", &isAccepted)
    try fields.field("was_silent", &wasSilent)
    try fields.field("after", &after)
    try fields.field("owed", &owed)
  }
}

extension Refusal {
  var isPlausible: Bool { at.isPlausible && since.isPlausible }
}

extension Refusal: JSONDocument {
  public init() { self.init(at: Moment(), .failed("")) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("reason", &reason)
    var first: Moment? = since
    try fields.field("since", &first)
    since = first ?? at
  }
}

extension Refusal.Reason: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let members = try json.object().members
    guard let member = members.first, members.count == 1 else { throw JSON.Failure() }
    let words = try String(json: member.value)
    switch member.name {
    case "busy": self = .busy(words)
    case "mounted": self = .mounted(words)
    case "failed": self = .failed(words)
    default: throw JSON.Failure()
    }
  }

  public var json: JSON {
    switch self {
    case .busy(let words): .present(["busy": words.json])
    case .mounted(let words): .present(["mounted": words.json])
    case .failed(let words): .present(["failed": words.json])
    }
  }
}

// MARK: What does not survive a reboot

extension Runtime: JSONDocument {
  public init() { self.init(bootID: "") }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("boot", &boot)
    try fields.field("last_check", &lastCheck)
    try fields.field("beat", &beat)
    try fields.field("probe", &probe)
    try fields.field("probe_since", &probeSince)
    try fields.field("silent_since", &silentSince)
    try fields.field("ready_since", &readySince)
    try fields.field("unready_checks", &unreadyChecks)
    // 0.1.0 wrote something else by the name of "traffic".
    try fields.field("storage_traffic", &traffic)
    try fields.field("recordings", &recordings)
    try fields.field("tasks", &tasks)
    try fields.field("activity", &activity)
    try fields.field("idle", &idle)
    try fields.field("unanswered", &unanswered)
    try fields.field("access", &access)
    try fields.field("key_owner", &keyOwner)
    try fields.field("jellyfin_is_away", &jellyfinIsAway)
    try fields.field("jellyfin_waits_since", &jellyfinWaitsSince)
    try fields.field("devices_refused", &devicesRefused)
    try fields.field("troubles", &troubles)
    try fields.field("told", &told)
    try fields.field("misspelt", &misspelt)
    try fields.field("rehearsed", &rehearsed)
    try fields.field("state", &state)
  }
}

extension Runtime.Check: JSONDocument {
  public init() { self.init(at: Moment(), reason: "") }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("active", &active)
    try fields.field("reason", &reason)
    try fields.field("trouble", &trouble)
    try fields.field("objections", &objections)
    try fields.field("power_off_in", &powerOffIn)
  }
}

extension ActiveSession: JSONDocument {
  public init() { self.init(user: "", client: "", device: "", kind: .unknown, wakes: false) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("user", &user)
    try fields.field("client", &client)
    try fields.field("device", &device)
    try fields.field("kind", &kind)
    try fields.field("wakes", &wakes)
  }
}

extension ActivityMemory: JSONDocument {
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("browsing", &browsing)
    try fields.field("pauses", &pauses)
    try fields.field("looked", &looked)
    try fields.field("failing", &failing)
    // 0.1.0 did not note these.
    try fields.added("heard", &heard)
    try fields.added("witnessed", &witnessed)
    try fields.added("unbroken_from", &unbrokenFrom)
    try fields.added("jellyfin", &jellyfin)
  }
}
