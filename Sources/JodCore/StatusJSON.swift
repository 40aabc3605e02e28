// `status.json` as programs read it (docs/status.md): every field is always there, null where nothing is known. A field that
// another version did not write has no value.

extension Status: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    storage = try fields["storage"]
    activity = try fields["activity"]
    idleSeconds = try fields["idle_seconds"]
    wake = try fields["wake"]
    poweroff = try fields["poweroff"]
    hold = try fields["hold"]
    trouble = try fields["trouble"]
    reason = try fields["reason"]
    checkedAt = try fields["checked_at"]
    checkIntervalSeconds = try fields["check_interval_seconds"]
    dryRun = try fields["dry_run"]
    warnings = try fields["warnings"]
  }

  public var json: JSON {
    .complete([
      "storage": storage, "activity": activity, "idle_seconds": idleSeconds, "wake": wake,
      "poweroff": poweroff, "hold": hold, "trouble": trouble, "reason": reason, "checked_at": checkedAt,
      "check_interval_seconds": checkIntervalSeconds, "dry_run": dryRun, "warnings": warnings,
    ])
  }
}

extension Status.Storage: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    state = try fields["state"]
    since = try fields["since"]
  }

  public var json: JSON { .complete(["state": state, "since": since]) }
}

extension Status.Person: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    user = try fields["user"]
    client = try fields["client"]
    device = try fields["device"]
    kind = try fields["kind"]
  }

  public var json: JSON { .complete(["user": user, "client": client, "device": device, "kind": kind]) }
}

extension Status.Activity: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    active = try fields["active"]
    since = try fields["since"]
    sessions = try fields["sessions"]
  }

  public var json: JSON { .complete(["active": active, "since": since, "sessions": sessions]) }
}

extension Status.Wake: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    last = try fields["last"]
    began = try fields["began"]
    requests = try fields["requests"]
  }

  public var json: JSON { .complete(["last": last, "began": began, "requests": requests]) }
}

extension Status.PowerOff: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    at = try fields["at"]
    blockedBy = try fields["blocked_by"]
  }

  public var json: JSON { .complete(["at": at, "blocked_by": blockedBy]) }
}

extension Status.Hold: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) { until = try json.object()["until"] }

  public var json: JSON { .complete(["until": until]) }
}
