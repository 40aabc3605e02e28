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
      "storage": storage.json, "activity": activity.json, "idle_seconds": idleSeconds.json, "wake": wake.json,
      "poweroff": poweroff.json, "hold": hold.json, "trouble": trouble.json, "reason": reason.json,
      "checked_at": checkedAt.json,
      "check_interval_seconds": checkIntervalSeconds.json, "dry_run": dryRun.json, "warnings": warnings.json,
    ])
  }
}

extension Status.Storage: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    state = try fields["state"]
    since = try fields["since"]
  }

  public var json: JSON { .complete(["state": state.json, "since": since.json]) }
}

extension Status.Person: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    user = try fields["user"]
    client = try fields["client"]
    device = try fields["device"]
    kind = try fields["kind"]
  }

  public var json: JSON {
    .complete(["user": user.json, "client": client.json, "device": device.json, "kind": kind.json])
  }
}

extension Status.Activity: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    active = try fields["active"]
    since = try fields["since"]
    sessions = try fields["sessions"]
    spent = try fields["spent"] ?? []
  }

  public var json: JSON {
    .complete(["active": active.json, "since": since.json, "sessions": sessions.json, "spent": spent.json])
  }
}

extension Status.Wake: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    last = try fields["last"]
    began = try fields["began"]
    requests = try fields["requests"]
  }

  public var json: JSON { .complete(["last": last.json, "began": began.json, "requests": requests.json]) }
}

extension Status.PowerOff: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    at = try fields["at"]
    blockedBy = try fields["blocked_by"]
  }

  public var json: JSON { .complete(["at": at.json, "blocked_by": blockedBy.json]) }
}

extension Status.Hold: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) { until = try json.object()["until"] }

  public var json: JSON { .complete(["until": until.json]) }
}
