import Glibc
import JodCore

/// Where words go: the journal under systemd, a person's terminal or a program's pipe elsewhere.
struct Output {
  enum Voice { case journal, text, json }

  let voice: Voice

  init(json: Bool, environment: [String: String]) {
    voice = json ? .json : Journal.isConnected(environment) ? .journal : .text
  }

  /// Tells what happened, to a person also what is old news to the journal. Troubles go to standard error.
  func tell(_ report: RunReport, reason: String) {
    switch voice {
    case .json: break
    case .journal:
      Journal.send(report.events, reason: reason)
    case .text:
      let troubles = report.troubles.map(\.words)
      for event in report.events where !troubles.contains(event.message) {
        if event.priority <= .warning { Self.complain(event.message) } else { remark(event.message) }
      }
      for words in troubles { Self.complain(words) }
    }
  }

  /// A sentence for a person at a terminal alone.
  func remark(_ sentence: String) {
    if voice == .text { Output.print(bytes: Array("\(sentence)\n".utf8)) }
  }

  /// Prints one line on standard error.
  static func complain(_ sentence: String) {
    let bytes = Array("jod-check: \(sentence)\n".utf8)
    // Nobody is left to be told if standard error cannot be written, ignoring.
    try? Files.write(bytes, to: STDERR_FILENO, name: "standard error")
  }

  /// Prints what went wrong, if anything did, and returns the exit status.
  static func exitStatus(of trouble: Trouble?) -> Int32 {
    guard let trouble else { return 0 }
    complain(trouble.words)
    return trouble.kind.exitStatus
  }

  static func print(bytes: [UInt8]) {
    // A reader that went away wants no more, ignoring.
    try? Files.write(bytes, to: STDOUT_FILENO, name: "standard output")
  }
}

/// What `--json` prints of a run.
struct RunDocument: JSONEncodable {
  struct Entry: JSONEncodable {
    let event: String
    let priority: Int
    let message: String

    var json: JSON { .present(["event": event.json, "priority": priority.json, "message": message.json]) }
  }

  let actions: [String]
  let events: [Entry]
  let exitStatus: Int32
  let reason: String
  let status: Status?

  init(actions: [String], report: RunReport, reason: String, status: Status?) {
    self.actions = actions
    events = report.events.map {
      Entry(event: $0.name.rawValue, priority: $0.priority.rawValue, message: $0.message)
    }
    exitStatus = report.exitStatus
    self.reason = reason
    self.status = status
  }

  var json: JSON {
    .present([
      "actions": actions.json, "events": events.json, "exit_status": Int(exitStatus).json,
      "reason": reason.json,
      "status": status.json,
    ])
  }
}
