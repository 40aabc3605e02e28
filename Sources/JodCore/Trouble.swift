/// Something that keeps jod-check from doing its work, and may last.
public struct Trouble: Hashable, Sendable, Error {
  public enum Kind: String, Sendable, CaseIterable {
    case configuration, keyRejected, jellyfin, wake, packet, powerOff, state

    /// Exit status (specification, section 7; the numbers are those of sysexits.h).
    public var exitStatus: Int32 {
      switch self {
      case .configuration: 78
      case .keyRejected: 77
      case .jellyfin: 69
      case .wake, .packet, .powerOff, .state: 1
      }
    }
  }

  public var kind: Kind
  /// A short word that is the same while the trouble is the same, such as `timeout`.
  public var cause: String
  /// What happened, as one sentence: short enough for a status line.
  public var what: String
  /// Why it matters and what to do; may be empty.
  public var advice: String

  public init(_ kind: Kind, cause: String, _ what: String, advice: String = "") {
    self.kind = kind
    self.cause = cause
    self.what = what
    self.advice = advice
  }

  /// All of it.
  public var words: String { advice.isEmpty ? what : "\(what) \(advice)" }
}

/// What was told of troubles that last. It lives as long as the boot.
public struct TroubleMemory: Hashable, Sendable {
  struct Record: Hashable, Sendable {
    /// Boot clock at the first check that met the trouble.
    var since: Seconds
    /// Boot clock at the last telling of each cause.
    var told: [String: Seconds] = [:]
    /// Whether anybody heard of it at all.
    var announced = false
  }

  private var records: [String: Record] = [:]

  public init() {}

  /// How long Jellyfin may be away before that is worth a word: its restarts and updates take minutes.
  static let patience: Seconds = 5 * 60
  static let repeatAfter: Seconds = 3600
  /// Causes are few; a bound all the same, for the runtime directory is memory.
  private static let rememberedCauses = 16

  var isPlausible: Bool {
    records.values.allSatisfy {
      Moment.isBootClock($0.since) && $0.told.values.allSatisfy(Moment.isBootClock)
    }
  }

  public func since(_ kind: Trouble.Kind) -> Seconds? { records[kind.rawValue]?.since }

  /// Whether this check tells the trouble by its exit status and in the journal (specification, section 7).
  ///
  /// A check that somebody asked for always tells. On the beat, what is new or has changed is told, and what lasts once
  /// an hour. Jellyfin's absence is new once it has lasted five minutes.
  public mutating func tells(_ trouble: Trouble, onBeat: Bool, boot: Seconds) -> Bool {
    var record = records[trouble.kind.rawValue] ?? Record(since: boot)
    defer { records[trouble.kind.rawValue] = record }
    let isSettled = trouble.kind != .jellyfin || boot - record.since >= Self.patience
    let isDue = record.told[trouble.cause].map { boot - $0 >= Self.repeatAfter } ?? true
    let tells = !onBeat || (isSettled && isDue)
    if tells { record.announced = true }
    if tells, isSettled {
      if record.told.count >= Self.rememberedCauses { record.told = [:] }
      record.told[trouble.cause] = boot
    }
    return tells
  }

  /// Notes that somebody waits to hear of this trouble's end.
  mutating func noteAnnounced(_ kind: Trouble.Kind) { records[kind.rawValue]?.announced = true }

  /// Forgets a trouble that is over, and says whether anybody had heard of it.
  public mutating func clear(_ kind: Trouble.Kind) -> Bool {
    records.removeValue(forKey: kind.rawValue)?.announced ?? false
  }
}

extension TroubleMemory: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    records = try fields["records"]
  }

  public var json: JSON { .present(["records": records.json]) }
}

extension TroubleMemory.Record: JSONCodable {
  init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    since = try fields["since"]
    told = try fields["told"]
    announced = try fields["announced"]
  }

  var json: JSON { .present(["since": since.json, "told": told.json, "announced": announced.json]) }
}
