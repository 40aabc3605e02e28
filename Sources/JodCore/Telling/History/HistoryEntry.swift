/// One line of `history.jsonl`: an event that concerns the storage server, holds or activity (specification, State).
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
  /// For how many seconds activity is known to have lasted that is not known any more.
  public var activeSec: Int?
  /// What the storage server was known to be until then; left out where nothing was known.
  public var storage: Power?
  /// For how many seconds it had been so, without a break.
  public var storageSec: Int?
  /// The boot clock, by which entries of one boot can be ordered and measured even where the wall clock was set.
  public var boot: Seconds?
  public var bootID: String?

  /// The kind of what somebody asked for with a command.
  public static let byHand = "hand"

  /// Bound of each text. With it a line is never larger than some kilobytes, even with the longest names of Jellyfin's users.
  private static let textLimit = 200

  /// Nil for an event that is not worth a line.
  public init?(_ event: Event, at moment: Moment, after stretch: PowerTime.Stretch) {
    guard event.name.isHistory, event.priority < .debug else { return nil }
    func text(_ text: String?) -> String? { text.map { Printable.clean($0, limit: Self.textLimit) } }
    let facts = event.facts
    time = UTC.text(moment.wall)
    self.event = event.name.rawValue
    message = Printable.clean(event.message, limit: Self.textLimit)
    (user, client, device) = (
      text(facts.person?.user), text(facts.person?.client), text(facts.person?.device)
    )
    (kind, sessions, mac) = (facts.kind, text(facts.everybody), facts.mac)
    wakeRequests = facts.wakeRequests
    (wakeSec, idleSec) = (facts.wakeSeconds.map { Int($0) }, facts.idleSeconds.map { Int($0) })
    activeSec = facts.activeSeconds.map { Int($0) }
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

extension HistoryEntry {
  /// What the storage server is after this event; nil where it says nothing of that.
  var powerAfter: Power? {
    switch Event.Name(rawValue: event) {
    case .storageDown: .off
    case .storageReady: .on
    default: nil
    }
  }
}

extension HistoryEntry: JSONDocument {
  public init() { (time, event, message) = ("", "", "") }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("time", &time)
    try fields.field("event", &event)
    try fields.field("message", &message)
    try fields.field("user", &user)
    try fields.field("client", &client)
    try fields.field("device", &device)
    try fields.field("kind", &kind)
    try fields.field("sessions", &sessions)
    try fields.field("mac", &mac)
    try fields.field("wake_requests", &wakeRequests)
    try fields.field("wake_sec", &wakeSec)
    try fields.field("idle_sec", &idleSec)
    try fields.field("active_sec", &activeSec)
    try fields.field("storage", &storage)
    try fields.field("storage_sec", &storageSec)
    try fields.field("boot", &boot)
    try fields.field("boot_id", &bootID)
  }
}
