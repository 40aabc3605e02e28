// How what is remembered stands in its files (specification, section 6). What has no value is left out.

extension State: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    version = try fields["version"]
    serial = try fields["serial"]
    lastWakeRequest = try fields["last_wake_request"]
    wake = try fields["wake"]
    storage = try fields["storage"]
    activity = try fields["activity"]
    counters = try fields["counters"]
    hold = try fields["hold"]
    stopping = try fields["stopping"]
    owedWake = try fields["owed_wake"]
    powerOffFailure = try fields["power_off_failure"]
    foundReady = try fields["found_ready"]
    wasReadySinceDown = try fields["was_ready_since_down"]
    isPresumedOn = try fields["is_presumed_on"]
  }

  public var json: JSON {
    .present([
      "version": version.json, "serial": serial.json, "last_wake_request": lastWakeRequest.json,
      "wake": wake.json,
      "storage": storage.json, "activity": activity.json, "counters": counters.json, "hold": hold.json,
      "stopping": stopping.json,
      "owed_wake": owedWake.json, "power_off_failure": powerOffFailure.json, "found_ready": foundReady.json,
      "was_ready_since_down": wasReadySinceDown.json, "is_presumed_on": isPresumedOn.json,
    ])
  }
}

extension State.Wake: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    began = try fields["began"]
    requests = try fields["requests"]
    failed = try fields["failed"]
    activityEnded = try fields["activity_ended"]
  }

  public var json: JSON {
    .present([
      "began": began.json, "requests": requests.json, "failed": failed.json,
      "activity_ended": activityEnded.json,
    ])
  }
}

extension State.Storage: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    known = try fields["known"]
    since = try fields["since"]
  }

  public var json: JSON { .present(["known": known.json, "since": since.json]) }
}

extension State.Activity: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    isActive = try fields["is_active"]
    since = try fields["since"]
  }

  public var json: JSON { .present(["is_active": isActive.json, "since": since.json]) }
}

extension Runtime: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    boot = try fields["boot"]
    lastCheck = try fields["last_check"]
    beat = try fields["beat"]
    probe = try fields["probe"]
    probeSince = try fields["probe_since"]
    silentChecks = try fields["silent_checks"]
    readySince = try fields["ready_since"]
    unreadyChecks = try fields["unready_checks"]
    traffic = try fields["traffic"]
    recordings = try fields["recordings"]
    activity = try fields["activity"]
    idle = try fields["idle"]
    jellyfinIsAway = try fields["jellyfin_is_away"]
    devicesRefused = try fields["devices_refused"]
    troubles = try fields["troubles"]
    told = try fields["told"]
    misspelt = try fields["misspelt"]
    state = try fields["state"]
  }

  public var json: JSON {
    .present([
      "boot": boot.json, "last_check": lastCheck.json, "beat": beat.json, "probe": probe.json,
      "probe_since": probeSince.json,
      "silent_checks": silentChecks.json, "ready_since": readySince.json,
      "unready_checks": unreadyChecks.json,
      "traffic": traffic.json, "recordings": recordings.json, "activity": activity.json, "idle": idle.json,
      "jellyfin_is_away": jellyfinIsAway.json, "devices_refused": devicesRefused.json,
      "troubles": troubles.json,
      "told": told.json, "misspelt": misspelt.json, "state": state.json,
    ])
  }
}

extension Runtime.Check: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    at = try fields["at"]
    active = try fields["active"]
    reason = try fields["reason"]
    trouble = try fields["trouble"]
    objections = try fields["objections"]
    powerOffIn = try fields["power_off_in"]
  }

  public var json: JSON {
    .present([
      "at": at.json, "active": active.json, "reason": reason.json, "trouble": trouble.json,
      "objections": objections.json,
      "power_off_in": powerOffIn.json,
    ])
  }
}

extension ActiveSession: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    user = try fields["user"]
    client = try fields["client"]
    device = try fields["device"]
    kind = try fields["kind"]
    wakes = try fields["wakes"]
  }

  public var json: JSON {
    .present([
      "user": user.json, "client": client.json, "device": device.json, "kind": kind.json, "wakes": wakes.json,
    ])
  }
}

extension ActivityMemory: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    browsing = try fields["browsing"]
    pauses = try fields["pauses"]
    looked = try fields["looked"]
    recovered = try fields["recovered"]
  }

  public var json: JSON {
    .present([
      "browsing": browsing.json, "pauses": pauses.json, "looked": looked.json, "recovered": recovered.json,
    ])
  }
}

extension Stopping: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    since = try fields["since"]
    isAccepted = try fields["is_accepted"]
  }

  public var json: JSON { .present(["since": since.json, "is_accepted": isAccepted.json]) }
}

extension PowerOffFailure: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    at = try fields["at"]
    isBusy = try fields["is_busy"]
    words = try fields["words"]
  }

  public var json: JSON { .present(["at": at.json, "is_busy": isBusy.json, "words": words.json]) }
}
