// Everything that jod-check can be told, in the order in which help tells it. Manual page and completions say the same,
// and tests compare them.
extension Command {
  static let program = "jod-check"

  static let programAbstract =
    "Wakes the storage server when somebody uses Jellyfin, and powers it off when nobody does."

  static let programDiscussion = """
    Without a command: one check. It asks Jellyfin who is active, sends a wake request if the storage server is needed \
    and the cooldown allows, powers it off if nobody has needed it for COOLDOWN_TIME and nothing objects, remembers, \
    reports, and is gone. jod-check.timer runs it every CHECK_INTERVAL. With --dry-run it says what it would do; with \
    --json it prints one document.

    Exit status: 0 done; 1 an action failed or was refused; 64 wrong use of the command line; 69 Jellyfin unavailable; \
    77 the API key was rejected; 78 the configuration is not valid.

    The configuration is in /etc/default/jod-check. Manual pages: jod-check(8), jod-check(5).
    """

  /// What jod-check does without a command.
  static let check = Command(
    name: .check, abstract: "Make one check.",
    options: [
      Option(name: .dryRun, help: "Say what a check would do now, without doing or recording it."),
      Option(name: .json, help: "Print one JSON document instead of sentences."),
    ])

  static let all = [
    check,
    Command(
      name: .status, abstract: "Show what is known, what happens next, and why.",
      discussion:
        "Every user may ask. It reads what the last check wrote, without asking Jellyfin or the storage server.",
      options: [
        json,
        Option(name: .verbose, help: "Show the rules behind it as well, with the names of their variables."),
      ]),
    Command(
      name: .report, abstract: "Show when the storage server was on, who woke it, and what that saved.",
      discussion: """
        A row for each day: when the storage server was on, and in use. Then the sums, and who caused the wakes. It \
        asks nobody; it reads the history, which tells who used Jellyfin when, and so is for root and the user \
        jod-check alone.
        """,
      options: [
        Option(
          name: .days, value: "DAYS", standard: "7", help: "Days to look back, today included, 1 to 366."),
        json,
      ]),
    Command(
      name: .wake, abstract: "Wake the storage server now, and wait until it is ready.",
      discussion: """
        Sends one wake request regardless of the cooldown, and records it. Waits until the storage server is ready or \
        WAKE_TIMEOUT is over; exit status 0 only when it is ready. Where neither STORAGE_SERVER_ADDRESS nor \
        STORAGE_SERVER_SSH is set there is nothing to wait for.
        """,
      options: [
        Option(
          name: .wait, opposite: .noWait, standard: "--wait", help: "Wait until the storage server is ready.")
      ]),
    Command(
      name: .sleep, abstract: "Power the storage server off now, if nobody needs it.",
      discussion: """
        The rules of the check itself hold, less their times, and the one that objects is told. With --force, \
        activity, recordings and tasks do not count; a hold still does, and so do what this machine reads over NFS and \
        what the storage server itself says.

        Exit status: 0 the power-off was accepted; 1 a rule objected, the storage is busy, or it failed.
        """,
      options: [Option(name: .force, help: "Do not let activity, recordings or tasks of Jellyfin object.")]),
    Command(
      name: .hold,
      abstract: "Keep the storage server from being powered off, for a while or until a time of day.",
      discussion: """
        For example `jod-check hold 3h`, or `jod-check hold --until 06:30`. A new hold takes the place of an old one.
        """,
      arguments: [
        Argument(name: "DURATION", isRequired: false, help: "How long: \(TimeSpan.accepted), up to a year.")
      ],
      options: [
        Option(name: .until, value: "HH:MM", help: "Until this time of day instead, such as 06:30.")
      ]),
    Command(name: .release, abstract: "Take a hold back."),
    Command(
      name: .pair, abstract: "Prepare this machine to power the storage server off over ssh.",
      discussion: """
        Makes an ssh key if there is none, fetches the storage server's host key and shows its fingerprint for \
        confirmation, and says what to run on the storage server. Run it as root. Running it again changes nothing \
        that is in order.
        """,
      arguments: [
        Argument(name: "DESTINATION", help: "Where to log in: user@host or user@host:port.")
      ],
      options: [
        Option(
          name: .yes, help: "Trust the host key as it comes; one that has changed is refused all the same.")
      ]),
    Command(
      name: .doctor, abstract: "Look at everything that may be wrong, and say what to do about it.",
      discussion: """
        Looks at the configuration, Jellyfin, the way to the storage server, the storage server itself, and the timer. \
        It asks only: it wakes nothing and powers nothing off. Run it as root, who can read the service's configuration.

        Exit status: 0 all is well, warnings or none; 1 there is a fault; 78 the configuration is not valid.
        """,
      options: [json]),
    Command(
      name: .access, abstract: "Wake the storage server for an opened file, and wait for it.",
      discussion: """
        What jod-check-access.service runs, before systemd mounts one of STORAGE_MOUNTS: somebody has opened a file \
        there, and waits. A storage server that goes down is waited for, and then woken.

        Exit status: 0 the mount can be made, or nothing can be told; 1 the storage server is not ready after \
        WAKE_TIMEOUT.
        """),
  ]

  private static let json = Option(name: .json, help: "Print one JSON document.")
}

extension Syntax {
  /// A check's options need no command before them.
  static let withoutCommand = Syntax(
    name: Command.program, arguments: [], options: Command.check.syntax.options)

  /// `jod-check help`, with the name of a command or without one.
  static let help = Syntax(
    name: "\(Command.program) \(helpWord)",
    arguments: [Command.Argument(name: "COMMAND", isRequired: false, help: "What to tell of.")],
    options: Command.Option.common)

  static let helpWord = "help"
}
