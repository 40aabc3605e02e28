/// What an executable of `/etc/jod-check/activity.d` said of need that Jellyfin does not know
/// (specification, Activity of others).
public struct ActivityScript: Hashable, Sendable {
  /// How it ended.
  public enum End: Hashable, Sendable {
    /// With this exit status; 128 and more after a signal, as a shell tells it.
    case exited(Int32)
    /// Not within its time, so that it was killed.
    case late
    /// It was not run, for this reason.
    case notRun(String)
  }

  public enum Need: Hashable, Sendable {
    /// The storage is woken.
    case wakes
    /// The storage stays up, and is not woken.
    case keepsUp
    case none
    /// Why it is not known.
    case unknown(String)
  }

  /// The name of its file.
  public let name: String
  public let end: End
  /// Why, in its own words; empty where it gave none.
  public let reason: String

  /// - Parameters:
  ///   - name: of its file.
  ///   - output: what it wrote to standard output, of which the first line is its reason.
  public init(_ name: String, _ end: End, output: String = "") {
    self.name = name
    self.end = end
    let first = output.prefix { !$0.isNewline }
    reason = Printable.clean(Printable.trimmed(String(first)))
  }

  /// Seconds that all of them have, side by side.
  public static let timeLimit: Seconds = 3

  /// What its end means. Unknown is not idle: whatever was not agreed upon keeps the storage up.
  public var need: Need {
    switch end {
    case .exited(0): .wakes
    case .exited(1): .none
    case .exited(2): .keepsUp
    case .exited(let status): .unknown("it ended with exit status \(status)")
    case .late: .unknown("it took longer than \(TimeSpan.text(Self.timeLimit)) and was killed")
    case .notRun(let why): .unknown(why)
    }
  }

  /// Whoever needs the storage by its word; nil where nobody does, or it is not known.
  var session: ActiveSession? {
    switch need {
    case .wakes, .keepsUp: .script(name, reason, wakes: need == .wakes)
    case .none, .unknown: nil
    }
  }

  /// `"books" (it ended with exit status 3)`; nil where it said what it knows.
  var unknown: String? {
    if case .unknown(let why) = need { "\(Printable.quoted(name)) (\(why))" } else { nil }
  }

  /// Whether a file of this name is run, as Debian's run-parts(8) has it: letters, digits, dashes and underscores. So neither
  /// an editor's copy nor what a package's upgrade leaves behind is, nor a file of settings beside its script.
  public static func isName(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}

extension ActiveSession {
  /// Need of which an executable of `activity.d` told.
  static func script(_ name: String, _ reason: String, wakes: Bool) -> ActiveSession {
    ActiveSession(user: "", client: name, device: reason, kind: .script, wakes: wakes)
  }
}

extension Memory {
  /// Takes in what the executables said, and returns who needs the storage by that.
  mutating func noticeScripts(_ scripts: [ActivityScript]) -> [ActiveSession] {
    seen.unknownScripts = scripts.compactMap(\.unknown)
    return scripts.compactMap(\.session)
  }
}
