import Glibc

/// What keeps the storage on.
extension Words {
  /// What keeps the storage on, for everybody. It names a variable only where that is to be set.
  ///
  /// - Parameter clock: writes a time of the wall clock as a person here reads it.
  public static func objection(
    _ objection: Objection, clock: (Seconds) -> String = { UTC.text($0) }
  ) -> String {
    switch objection {
    case .noMethod: "nothing is set up to power it off (STORAGE_SERVER_SSH, SHUTDOWN_COMMAND)"
    case .hold(let left): "a hold keeps it on for another \(TimeSpan.text(left))"
    case .alreadyAsked: "it was asked to power off already"
    case .activityUnknown: "Jellyfin did not say who is active, and unknown is not idle"
    case .scriptsUnknown(let scripts):
      "nothing is known of what others need, by the word of \(scripts.prefix(5).joined(separator: ", ")) in activity.d"
    case .active(let session): session.sentence
    case .access(let session): "\(session.sentence), and waits for it"
    case .idle(let seconds, let whole):
      "nobody has been active for \(span(seconds)), and \(TimeSpan.text(whole)) are waited for"
    case .presumedOff: "it was not woken since it was last powered off"
    case .notReady(.up?): "its service does not answer"
    case .notReady: "it is off, or does not answer"
    case .ready(let seconds, let whole):
      "it has been on for \(span(seconds)), and \(TimeSpan.text(whole)) are waited for"
    case .startedByHand(let left):
      "somebody started it by hand, and it stays on for another \(TimeSpan.text(left))"
    case .refused(let reason, _): stay(reason)
    case .trafficUnknown(let unseen): "it is not known who uses the storage: \(Self.unseen(unseen))"
    case .traffic(let busy, _, let whole):
      "traffic: something on this machine read from the storage, or wrote to it, at \(clock(busy.at.wall)) (\(way(busy))), and \(TimeSpan.text(whole)) after that are waited for"
    case .trafficWatched(let seconds, let whole):
      "what crosses to and from the storage has been watched for \(span(seconds)), and \(TimeSpan.text(whole)) are waited for"
    case .trafficNow(let rate):
      "traffic: \(Int(rate / 1024)) KiB/s cross between this machine and the storage"
    case .recordingsUnknown: "Jellyfin did not say what it records"
    case .recording(let name): "a recording: \(name)"
    case .tasksUnknown: "Jellyfin did not say which tasks it runs"
    case .taskSoon(let name): "Jellyfin will soon run \(name)"
    case .tasks(let tasks): "Jellyfin is busy with \(tasks.prefix(5).joined(separator: ", "))"
    }
  }

  private static func way(_ busy: Traffic.Busy) -> String { busy.port.map { "port \($0)" } ?? "NFS" }

  /// Nobody reads thousandths here.
  private static func span(_ seconds: Seconds) -> String { TimeSpan.text(seconds < 1 ? 0 : seconds) }

  /// The same for who sets the rules: with the variable, where it is one's.
  public static func rule(
    _ objection: Objection, clock: (Seconds) -> String = { UTC.text($0) }
  ) -> String {
    switch objection {
    case .idle(let seconds, let whole):
      "COOLDOWN_TIME: no activity for \(span(seconds)) of \(TimeSpan.text(whole))"
    case .ready(let seconds, let whole):
      "COOLDOWN_TIME: ready for \(span(seconds)) of \(TimeSpan.text(whole))"
    case .startedByHand(let left):
      "MANUAL_START_HOLD: another \(TimeSpan.text(left)), for it was started by hand"
    case .traffic(let busy, let left, let whole):
      "COOLDOWN_TIME: no traffic for \(span(whole - left)) of \(TimeSpan.text(whole)), since \(clock(busy.at.wall)) (\(way(busy)))"
    case .trafficWatched(let seconds, let whole):
      "COOLDOWN_TIME: traffic watched for \(span(seconds)) of \(TimeSpan.text(whole))"
    case .taskSoon(let name): "WAKE_FOR_TASKS: Jellyfin will soon run \(name)"
    default: self.objection(objection, clock: clock)
    }
  }

  /// Why it stays on, as a part of a sentence.
  static func stay(_ reason: Refusal.Reason) -> String {
    switch reason {
    case .busy(let words): "it is busy: \(words)"
    case .mounted(let words): "this machine still uses it: \(words)"
    case .failed(let words): "it could not be powered off: \(words)"
    }
  }

  /// Why nothing is known of the traffic.
  public static func unseen(_ unseen: TrafficReading.Unseen?) -> String {
    switch unseen {
    case .connections(.refused(let code)):
      "the kernel does not tell this machine's connections with it (\(String(cString: strerror(code))))"
    case .connections(.notUnderstood):
      "what the kernel tells of this machine's connections cannot be understood"
    case .connections(.tooMany): "this machine has more than \(ConnectionQuery.limit) connections with it"
    case .mounts: "what the NFS mounts of this machine read and write cannot be told"
    case .addresses: "its name does not resolve"
    case nil: "nobody has looked yet"
    }
  }
}
