/// Something that keeps jod-check from doing its work, and may last.
public struct Trouble: Hashable, Sendable, Error {
  public enum Kind: String, Sendable, CaseIterable {
    case configuration, keyRejected, jellyfin, wake, packet, powerOff, state

    /// Exit status (specification, Exit status; the numbers are those of sysexits.h).
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
  /// Whether Jellyfin took the connection and gave no answer, or none but that it is not ready: it may wait for a mount.
  public var mayWaitForMount = false

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
    /// Boot clock at the last telling of each cause off the beat.
    var answered: [String: Seconds] = [:]
    /// How many checks running were on the beat, as far as that matters.
    var steady = 0
    /// Whether it was reported at all.
    var announced = false
  }

  private var records: [String: Record] = [:]

  public init() {}

  /// How long Jellyfin may be away before that is reported: its restarts and updates take minutes.
  static let tolerated: Seconds = 5 * 60
  static let repeatAfter: Seconds = 3600
  /// So long the same trouble is not reported again off the beat: a `daemon-reload` starts the timer's check as well, and an
  /// upgrade of a system has dozens.
  static let burst: Seconds = 60
  /// So many checks on the beat, one after another, end a burst: a run off the beat is a person's then.
  private static let rhythm = 3
  /// Causes are few; a bound all the same, for the runtime directory is memory.
  private static let rememberedCauses = 16

  var isPlausible: Bool {
    records.values.allSatisfy {
      Moment.isBootClock($0.since) && $0.told.values.allSatisfy(Moment.isBootClock)
        && $0.answered.values.allSatisfy(Moment.isBootClock) && (0...Self.rhythm).contains($0.steady)
    }
  }

  public func since(_ kind: Trouble.Kind) -> Seconds? { records[kind.rawValue]?.since }

  /// Whether this check tells the trouble by its exit status and in the journal (specification, Trouble that lasts).
  ///
  /// Off the beat it is told, but within a burst of such checks once a minute. On the beat, what is new or has changed is
  /// told, and what lasts once an hour. Jellyfin's absence is new once it has lasted five minutes.
  ///
  /// - Parameter isByHand: whether somebody reads what this check prints; no `daemon-reload` does.
  public mutating func tells(_ trouble: Trouble, onBeat: Bool, isByHand: Bool = false, boot: Seconds) -> Bool
  {
    var record = records[trouble.kind.rawValue] ?? Record(since: boot)
    defer { records[trouble.kind.rawValue] = record }
    record.steady = onBeat ? min(record.steady + 1, Self.rhythm) : record.steady
    if record.steady == Self.rhythm { record.answered = [:] }
    if !onBeat { record.steady = 0 }
    let isSettled = trouble.kind != .jellyfin || boot - record.since >= Self.tolerated
    func isOver(_ time: Seconds, _ last: Seconds?) -> Bool { last.map { boot - $0 >= time } ?? true }
    let isDue = isSettled && isOver(Self.repeatAfter, record.told[trouble.cause])
    let tells = isDue || (!onBeat && (isByHand || isOver(Self.burst, record.answered[trouble.cause])))
    guard tells else { return false }
    record.announced = true
    if !onBeat { Self.note(trouble.cause, at: boot, in: &record.answered) }
    if isSettled { Self.note(trouble.cause, at: boot, in: &record.told) }
    return true
  }

  private static func note(_ cause: String, at time: Seconds, in times: inout [String: Seconds]) {
    if times.count >= rememberedCauses { times = [:] }
    times[cause] = time
  }

  /// Notes that this trouble's end is to be reported.
  mutating func noteAnnounced(_ kind: Trouble.Kind) { records[kind.rawValue]?.announced = true }

  /// Forgets a trouble that is over, and returns whether it had been reported.
  public mutating func clear(_ kind: Trouble.Kind) -> Bool {
    records.removeValue(forKey: kind.rawValue)?.announced ?? false
  }
}

extension TroubleMemory: JSONDocument {
  public mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("records", &records)
  }
}

extension TroubleMemory.Record: JSONDocument {
  init() { self.init(since: 0) }

  mutating func fields(_ fields: inout some JSONFields) throws(JSON.Failure) {
    try fields.field("since", &since)
    try fields.field("told", &told)
    try fields.field("announced", &announced)
    // 0.1.0 did not note these.
    try fields.added("answered", &answered)
    try fields.added("steady", &steady)
  }
}
