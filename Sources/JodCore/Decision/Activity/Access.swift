/// An access that waits in the kernel: a program of this machine has opened a file of the storage, which is not mounted.
public struct Access: Hashable, Sendable {
  public var session: ActiveSession
  /// When its command last said that it waits still: a reader that is killed takes nothing back.
  public var seen: Moment

  public init(session: ActiveSession, seen: Moment) { (self.session, self.seen) = (session, seen) }

  /// Its command speaks once a second. So long a silence ends it, in seconds; it also outlasts the making of the mount.
  static let timeLimit: Seconds = 5
}

extension ActiveSession {
  /// A program that opens a file.
  ///
  /// - Parameters:
  ///   - program: its name, and the unit or the container that it runs in; empty where that is not known.
  ///   - mount: the mount point; empty where that is not known.
  public static func access(by program: String, to mount: String) -> ActiveSession {
    ActiveSession(user: "", client: program, device: mount, kind: .access, wakes: true)
  }
}

extension Memory {
  /// Somebody waits for a file: that is activity.
  public mutating func noticeAccess(_ session: ActiveSession, _ now: Now) {
    runtime.access = Access(session: session, seen: now.moment)
    runtime.idle = nil
    state.undertaking.isNeeded()
    state.undertaking.askedMeanwhile(session)
    state.undertaking.demandGoesOn()
  }

  /// Somebody's command waits still. A person who asked with one is remembered without.
  public mutating func noticeWait(of session: ActiveSession, _ now: Now) {
    if session.kind == .access { noticeAccess(session, now) }
  }

  /// Who waits for a file at this moment.
  public func waitingAccess(_ now: Now) -> ActiveSession? {
    runtime.access.flatMap { now.since($0.seen) < Access.timeLimit ? $0.session : nil }
  }
}

/// The wakes that an access alone caused, while Jellyfin knew of nobody. Some are people whose film had not begun; many are
/// an indexer, a backup or Jellyfin itself, and keep a storage on that nobody uses.
public struct UnexplainedAccesses: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    var at: Moment
    var program: String
  }

  private(set) var entries: [Entry] = []

  /// So many in a day are no person.
  static let tooMany = 6
  static let memory: Seconds = 86400
  /// Seconds in which a film that was waited for shows in Jellyfin.
  static let timeLimit: Seconds = 15 * 60

  public init() {}

  var isPlausible: Bool { entries.count <= Self.tooMany && entries.allSatisfy(\.at.isPlausible) }

  mutating func note(_ session: ActiveSession, at moment: Moment) {
    entries = (entries + [Entry(at: moment, program: session.client)]).suffix(Self.tooMany)
  }

  /// Somebody is there after all.
  mutating func explainLast(_ now: Now) {
    if let last = entries.last, now.since(last.at) < Self.timeLimit { entries.removeLast() }
  }

  /// Who it was, each once, where they were too many in a day; nil where they were not.
  func suspects(_ now: Now) -> [String]? {
    let recent = entries.filter { now.since($0.at) < Self.memory }
    guard recent.count >= Self.tooMany else { return nil }
    return Set(recent.map(\.program)).filter { !$0.isEmpty }.sorted()
  }
}

extension UnexplainedAccesses: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) { entries = try [Entry](json: json) }

  public var json: JSON { entries.json }
}

extension UnexplainedAccesses.Entry: JSONDocument {
  init() { self.init(at: Moment(), program: "") }

  mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("at", &at)
    try fields.field("program", &program)
  }
}

extension Access: JSONDocument {
  public init() { self.init(session: .access(by: "", to: ""), seen: Moment()) }

  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("session", &session)
    try fields.field("seen", &seen)
  }
}
