/// A command of jod-check: what its users write, and what help tells them of it.
public struct Command: Sendable {
  public enum Name: String, CaseIterable, Sendable {
    case check, setup, status, report, page, wake, sleep, hold, release, pair, doctor, access
  }

  public let name: Name
  /// One sentence.
  let abstract: String
  /// Paragraphs, with an empty line between two.
  var discussion = ""
  var arguments: [Argument] = []
  var options: [Option] = []

  /// How its command line is written.
  var syntax: Syntax {
    Syntax(name: "\(Self.program) \(name.rawValue)", arguments: arguments, options: options + Option.common)
  }

  static func named(_ name: String) -> Command? { all.first { $0.name.rawValue == name } }

  /// A word that is no option: a duration, a destination.
  struct Argument: Sendable {
    let name: String
    var isRequired = true
    let help: String
  }

  /// A word that begins with dashes, with a value or without one.
  public struct Option: Sendable {
    public enum Name: String, CaseIterable, Sendable {
      case days = "--days"
      case dryRun = "--dry-run"
      case force = "--force"
      case help = "--help"
      case jellyfin = "--jellyfin"
      case json = "--json"
      case keyFile = "--key-file"
      case logDirectory = "--log-directory"
      case mac = "--mac"
      case monitoringAsIs = "--monitoring-as-is"
      case monitoringOff = "--monitoring-off"
      case mount = "--mount"
      case noLogDirectory = "--no-log-directory"
      case noMounts = "--no-mounts"
      case noPage = "--no-page"
      case noPowerOff = "--no-power-off"
      case noWait = "--no-wait"
      case noWebhook = "--no-webhook"
      case page = "--page"
      case powerOff = "--power-off"
      case price = "--price"
      case rehearse = "--rehearse"
      case scanInterval = "--scan-interval"
      case scansAsIs = "--scans-as-is"
      case storage = "--storage"
      case until = "--until"
      case version = "--version"
      case wait = "--wait"
      case watts = "--watts"
      case webhook = "--webhook"
      case yes = "--yes"
    }

    let name: Name
    /// One dash and a letter that mean the same.
    var short: String?
    /// The option that means the opposite; the last of the two counts.
    var opposite: Name?
    /// What stands for its value; nil where it takes none.
    var value: String?
    /// What holds where it is not given.
    var standard: String?
    let help: String

    /// All that may be written for it.
    var spellings: [String] { [short, name.rawValue, opposite?.rawValue].compactMap { $0 } }

    /// What every command takes.
    static let common = [
      Option(name: .version, help: "Show the version."),
      Option(name: .help, short: "-h", help: "Show help information."),
    ]
  }
}

/// How a command line is written: the words it begins with, and what may follow.
struct Syntax {
  let name: String
  let arguments: [Command.Argument]
  let options: [Command.Option]

  /// One line: `jod-check hold [--until HH:MM] [DURATION]`. What every command takes is left out.
  var usage: String { usageParts.joined(separator: " ") }

  /// The name, and each option and argument with what belongs to it.
  var usageParts: [String] {
    let own = options.filter { ![.help, .version].contains($0.name) }.map(\.usage)
    return [name] + own + arguments.map(\.usage)
  }

  var spellings: [String] { options.flatMap(\.spellings) }

  func option(_ name: Command.Option.Name) -> Command.Option? {
    options.first { $0.name == name || $0.opposite == name }
  }
}

extension Command.Option {
  fileprivate var usage: String {
    let names = ([name] + [opposite].compactMap { $0 }).map(\.rawValue).joined(separator: "|")
    return "[\(([names] + [value].compactMap { $0 }).joined(separator: " "))]"
  }
}

extension Command.Argument {
  fileprivate var usage: String { isRequired ? name : "[\(name)]" }
}
