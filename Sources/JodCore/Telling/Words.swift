/// Sentences for people, of facts that the program goes by.
public enum Words {
  /// Why a storage server may not come.
  public static func likelyCauses(_ configuration: Configuration) -> String {
    switch configuration.wakeMethod {
    case .packet: silentPacket
    case .command(let words):
      "Likely causes: WAKE_COMMAND (\(Printable.quoted(words[0]))) ends well and does not start the storage server; it starts another machine; STORAGE_SERVER_ADDRESS is another service. Requests continue while somebody is active."
    }
  }

  private static let silentPacket =
    "Likely causes: Wake-on-LAN is off in its firmware or its network driver; the MAC address is another card's; the packet leaves by the wrong interface (BROADCAST_ADDRESS, WOL_INTERFACE); a VLAN or another subnet lies between. Requests continue while somebody is active."

  public static func reason(_ reason: Reason) -> String {
    switch reason {
    case .activityUnknown: "nothing is known of activity"
    case .nobody: "nobody is active"
    case .startUnknown(let session):
      "\(session.sentence); whether Jellyfin has just started is asked first"
    case .keptUp(let session): "\(session.sentence), which does not wake the storage"
    case .goingDown(let session):
      "\(session.sentence); the storage is going down, and is woken as soon as it is"
    case .served(let session): "\(session.sentence), and the storage is ready"
    case .cooldown(let session, let wait):
      "\(session.sentence); the next wake request may go out in \(TimeSpan.text(wait))"
    case .needed(let session): "\(session.sentence), and the storage is not ready: a wake request"
    case .nothingInTheWay(let idle):
      "nobody has been active for \(TimeSpan.text(idle)), and nothing is in the way of a power-off"
    }
  }

  public static func refusal(_ reason: Refusal.Reason) -> String {
    switch reason {
    case .busy(let words): "The storage is busy: \(words)"
    case .mounted(let words): "The storage was not powered off, for this machine still uses it: \(words)"
    case .failed(let words): "The storage could not be powered off: \(words)"
    }
  }
}

extension Configuration.ShutdownAction {
  public var words: String { self == .poweroff ? "power off" : rawValue }
}

extension Trouble {
  /// A wake that has failed.
  public init(_ wake: Wake, after seconds: Seconds, _ configuration: Configuration) {
    let tried =
      "\(TimeSpan.text(seconds)) and \(Printable.count(wake.requests, "wake request")) after the first one"
    if wake.wasUp {
      let address = configuration.storageServerAddress.map { "\($0)" } ?? ""
      self.init(
        .wake, cause: "service", "The storage is on, but nothing listens at \(address), \(tried).",
        advice:
          "See whether its storage service runs (NFS, SMB), whether it listens on that port (STORAGE_SERVER_ADDRESS), and whether a firewall there refuses it."
      )
    } else {
      self.init(
        .wake, cause: "timeout", "The storage is not ready \(tried).",
        advice: Words.likelyCauses(configuration))
    }
  }

  /// A command that was to wake the storage server, and did not end well.
  ///
  /// - Parameter status: nil where it took too long.
  public init(wakeCommand words: [String], status: Int32?, errors: String) {
    let end =
      status.map { "ended with status \($0)" }
      ?? "did not end within \(TimeSpan.text(Configuration.wakeCommandLimit))"
    let said = PowerOffOutcome.lastWords(Disclosure.redact(errors, saidBy: words))
    self.init(
      .packet, cause: "command \(status ?? -1)",
      "WAKE_COMMAND (\(Printable.quoted(words[0]))) \(end), so the storage stays off: \(said).",
      advice:
        "It runs as the user jod-check, in the sandbox of jod-check.service, and with a clean environment. Try it by `sudo -u jod-check`; it is run again when the cooldown is over."
    )
  }

  /// That a command that was to wake the storage server cannot be run.
  public init(wakeCommand words: [String], notRun why: String) {
    self.init(
      .packet, cause: "command", "WAKE_COMMAND cannot be run (\(why)), so the storage stays off.",
      advice: "Set it to a program that the user jod-check may run, by its absolute path.")
  }

  /// A storage server that was asked to power off so many seconds ago, and still answers.
  public init(hangingFor seconds: Seconds, _ configuration: Configuration) {
    self.init(
      .powerOff, cause: "hangs",
      "The storage was asked to \(configuration.shutdownAction.words) \(TimeSpan.text(seconds)) ago and still answers: it hangs in shutdown.",
      advice: "See its console or its journal (`journalctl -b -1` after the next start).")
  }

  /// A refusal that is a trouble: one that nobody there can mean.
  public init?(_ reason: Refusal.Reason) {
    guard case .failed = reason else { return nil }
    let words = Words.refusal(reason)
    self.init(.powerOff, cause: words, words)
  }

  /// The same, or a mount that has not gone for an hour.
  public init?(_ refusal: Refusal, _ now: Now) {
    guard case .mounted = refusal.reason, now.since(refusal.since) >= Self.longMounted else {
      self.init(refusal.reason)
      return
    }
    self.init(
      .powerOff, cause: "mounted", Words.refusal(refusal.reason),
      advice:
        "It has stayed on for \(TimeSpan.text(now.since(refusal.since))) because of that. End the program that has a file or its current directory there, or set LazyUnmount=yes for that mount (jod-check(8))."
    )
  }

  /// Seconds.
  private static let longMounted: Seconds = 3600
}

extension Memory {
  /// What is wrong, whether it is news or not, of what this check has noticed.
  public func troubles(_ configuration: Configuration, _ now: Now) -> [Trouble] {
    let wake = state.undertaking.wake.flatMap { wake in
      wake.failed ? Trouble(wake, after: now.since(wake.began), configuration) : nil
    }
    let hanging = seen.hangingFor.map { Trouble(hangingFor: $0, configuration) }
    let refusal = state.undertaking.refusal.flatMap { Trouble($0, now) }
    return [deadlock(configuration, now) ?? seen.trouble, wake, hanging, unanswered, refusal].compactMap {
      $0
    }
  }

  /// That Jellyfin may wait for the storage, in the place of only that it does not answer.
  private func deadlock(_ configuration: Configuration, _ now: Now) -> Trouble? {
    guard let mount = seen.mount, let trouble = seen.trouble, trouble.mayWaitForMount,
      state.storage.known == .down
    else { return nil }
    var deadlock = Trouble(
      .jellyfin, cause: "deadlock",
      "\(trouble.what) It may wait for the mount \(Printable.quoted(mount)) of the storage, which is off.",
      advice:
        "The storage is woken once an hour until Jellyfin answers. Mount it with x-systemd.automount and nofail, name it in STORAGE_MOUNTS, and switch off real-time monitoring of the libraries there, so that Jellyfin starts without it."
    )
    deadlock.mayWaitForMount = true
    return deadlock
  }

  /// A question that is never answered would keep the storage on for ever, and nobody would know.
  private var unanswered: Trouble? {
    guard let seconds = runtime.unanswered?.seconds, seconds >= Self.longUnanswered else { return nil }
    if let unseen = seen.unseen {
      return Trouble(
        .powerOff, cause: "unseen",
        "The storage has stayed on for \(TimeSpan.text(seconds)) only because it is not known who uses it: \(Words.unseen(unseen)).",
        advice: "Unknown is not idle, so it is not powered off. Run `sudo jod-check doctor`.")
    }
    var questions: [String] = []
    if !seen.unknownScripts.isEmpty { return unansweredScripts(after: seconds) }
    if case .failure = seen.recordings { questions.append("what it records (/LiveTv/Timers)") }
    if case .failure = seen.tasks {
      questions.append("which tasks it runs (/ScheduledTasks, /Library/VirtualFolders)")
    }
    return Trouble(
      .powerOff, cause: "unanswered",
      "The storage has stayed on for \(TimeSpan.text(seconds)) only because Jellyfin does not say \(questions.joined(separator: " or ")).",
      advice:
        "Unknown is not idle, so it is not powered off. See whether Jellyfin is overloaded, and its log; it has 3 s for each answer."
    )
  }

  private func unansweredScripts(after seconds: Seconds) -> Trouble {
    Trouble(
      .powerOff, cause: "unanswered",
      "The storage has stayed on for \(TimeSpan.text(seconds)) only because /etc/jod-check/activity.d does not say whether others need it: \(seen.unknownScripts.prefix(5).joined(separator: ", ")).",
      advice:
        "Unknown is not idle, so it is not powered off. `sudo jod-check doctor` runs these scripts and shows what each says; take away the execute permission of one that is not needed."
    )
  }

  /// Seconds.
  private static let longUnanswered: Seconds = 3600
}
