/// Somebody's word that the storage server is not to be powered off for a while.
public struct Hold: Hashable, Sendable {
  /// When it was given.
  public var began: Moment
  /// For how many seconds from then.
  public var seconds: Seconds

  public init(began: Moment, seconds: Seconds) {
    self.began = began
    self.seconds = seconds
  }

  /// When it ends, by the wall clock of the time it was given.
  public var until: Seconds { began.wall + seconds }

  /// Whether it is over, so that no clock that was set ends it early: within one boot its clock counts alone, and after a
  /// reboot both must have run.
  public func isOver(at now: Now) -> Bool {
    now.surelySince(began) >= seconds && (began.bootID == now.moment.bootID || now.moment.wall >= until)
  }

  var isPlausible: Bool { (0...1e10).contains(seconds) }

  /// Reads a time of day, `06:30`, as seconds since midnight; nil for anything else.
  public static func timeOfDay(_ text: String) -> Seconds? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy {
      (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
    guard parts.count == 2, isPlain, let hour = Int(parts[0]), let minute = Int(parts[1]),
      parts[1].utf8.count == 2,
      hour < 24, minute < 60
    else { return nil }
    return Seconds(hour * 3600 + minute * 60)
  }
}

extension Hold: JSONCodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    began = try fields["began"]
    seconds = try fields["seconds"]
  }

  public var json: JSON { .present(["began": began.json, "seconds": seconds.json]) }
}

extension CheckInProgress {
  mutating func noteHold() {
    guard let hold = decision.memory.state.hold, hold.isOver(at: now) else { return }
    decision.memory.state.hold = nil
    decision.events.append(
      Event(.holdEnded, .notice, "The hold is over; the storage may be powered off again."))
  }
}
