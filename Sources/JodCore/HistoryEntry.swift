/// One line of `history.jsonl`: an event that concerns the storage server, holds or activity (specification, section 6).
///
/// Fields that do not belong to an event are left out.
public struct HistoryEntry: Hashable, Sendable {
  /// RFC 3339 in UTC, by a wall clock that may have been wrong.
  public var time: String
  public var event: String
  public var message: String
  /// Who caused it: the first of those who were active.
  public var user: String?
  public var client: String?
  public var device: String?
  /// As `ActiveSession.Kind`, or `byHand`.
  public var kind: String?
  /// All who were active, in words.
  public var sessions: String?
  public var mac: String?
  public var wakeRequests: Int?
  /// Seconds from the first wake request until the storage server was ready.
  public var wakeSec: Int?
  public var idleSec: Int?
  /// What the storage server was known to be until then; left out where nothing was known.
  public var storage: Power?
  /// For how many seconds it had been so, without a break.
  public var storageSec: Int?
  /// The boot clock, by which entries of one boot can be ordered and measured whatever was done to the wall clock.
  public var boot: Seconds?
  public var bootID: String?

  /// The kind of what somebody asked for with a command.
  public static let byHand = "hand"

  /// Bound of each text. With it a line is never larger than some kilobytes, whatever names Jellyfin's users give themselves.
  private static let textLimit = 200

  /// Nil for an event that is not worth a line.
  public init?(_ event: Event, at moment: Moment, after stretch: PowerTime.Stretch) {
    guard event.name.isHistory, event.priority < .debug else { return nil }
    func text(_ field: String) -> String? {
      event.fields[field].map { Printable.clean($0, limit: Self.textLimit) }
    }
    func number(_ field: String) -> Int? { event.fields[field].flatMap { Int($0) } }
    time = UTC.text(moment.wall)
    self.event = event.name.rawValue
    message = Printable.clean(event.message, limit: Self.textLimit)
    (user, client, device) = (text("JOD_USER"), text("JOD_CLIENT"), text("JOD_DEVICE"))
    (kind, sessions, mac) = (text("JOD_KIND"), text("JOD_SESSIONS"), text("JOD_MAC"))
    wakeRequests = number("JOD_WAKE_REQUESTS")
    (wakeSec, idleSec) = (number("JOD_WAKE_SEC"), number("JOD_IDLE_SEC"))
    storage = stretch.power == .unknown ? nil : stretch.power
    storageSec = stretch.power == .unknown ? nil : Int(stretch.seconds)
    boot = (moment.boot * 10).rounded() / 10
    bootID = moment.bootID
  }

  /// The file may hold anything, and what it holds is shown to people.
  func cleaned() -> HistoryEntry {
    func clean(_ text: String?) -> String? { text.map { Printable.clean($0, limit: Self.textLimit) } }
    var entry = self
    entry.message = Printable.clean(message, limit: Self.textLimit)
    (entry.user, entry.client, entry.device) = (clean(user), clean(client), clean(device))
    (entry.kind, entry.sessions, entry.mac) = (clean(kind), clean(sessions), clean(mac))
    return entry
  }
}

extension HistoryEntry: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    time = try fields["time"]
    event = try fields["event"]
    message = try fields["message"]
    (user, client, device) = (try fields["user"], try fields["client"], try fields["device"])
    (kind, sessions, mac) = (try fields["kind"], try fields["sessions"], try fields["mac"])
    wakeRequests = try fields["wake_requests"]
    (wakeSec, idleSec) = (try fields["wake_sec"], try fields["idle_sec"])
    (storage, storageSec) = (try fields["storage"], try fields["storage_sec"])
    (boot, bootID) = (try fields["boot"], try fields["boot_id"])
  }

  public var json: JSON {
    .present([
      "time": time.json, "event": event.json, "message": message.json, "user": user.json,
      "client": client.json, "device": device.json,
      "kind": kind.json, "sessions": sessions.json, "mac": mac.json, "wake_requests": wakeRequests.json,
      "wake_sec": wakeSec.json,
      "idle_sec": idleSec.json, "storage": storage.json, "storage_sec": storageSec.json, "boot": boot.json,
      "boot_id": bootID.json,
    ])
  }
}
