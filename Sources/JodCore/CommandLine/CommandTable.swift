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
    setup,
    Command(
      name: .status, abstract: "Show what is known, what happens next, and why.",
      discussion:
        "Every user may ask. It reads what the last check wrote, without asking Jellyfin or the storage server.",
      options: [json]),
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
      name: .page, abstract: "Show the link of the page, and its QR code.",
      discussion: """
        The page says what the storage server does, and why. The link has the token in it, so whoever has the link may \
        read the page. Run it as root, who can read the token.
        """),
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

  static let setup = Command(
    name: .setup, abstract: "Find out, ask, show and write all that a household needs.",
    discussion: """
      Finds Jellyfin, the storage server and its mounts, asks what cannot be found, shows what changes, and writes it: \
      /etc/default/jod-check, the API key, and units or lines of fstab. Then it starts the timer and the socket, and runs \
      `jod-check doctor`. Enter takes the sensible answer everywhere. It can be run again, and asks only what is missing \
      then. Run it as root. Each option answers a question in advance; without a terminal, a question that is left is an \
      error that names its option.

      Exit status: 0 the file is written and the timer runs; 1 it was interrupted, or something failed; 64 wrong use of \
      the command line, or an answer is missing; 78 the configuration is not valid.
      """,
    options: [
      Option(name: .jellyfin, value: "URL", help: "Where Jellyfin is, such as http://localhost:8096."),
      Option(
        name: .keyFile, value: "FILE",
        help: "A file with an API key of Jellyfin; - is standard input. Otherwise a key is made."),
      Option(
        name: .storage, value: "HOST[:PORT]",
        help: "The storage server, with the port of its service, such as nas.lan:2049."),
      Option(name: .mac, value: "MAC", help: "The MAC address of the storage server."),
      Option(
        name: .mount, value: "DIR",
        help: "A mount point of the storage server: an access wakes it. May be repeated."),
      Option(name: .noMounts, help: "Let no access wake it."),
      Option(
        name: .powerOff, value: "[USER@]HOST",
        help: "Power it off over ssh there, as jod-check unless told otherwise."),
      Option(name: .noPowerOff, help: "Let it never be powered off."),
      Option(name: .watts, value: "ON,OFF", help: "Its power in watts, for the report, such as 85,3."),
      Option(name: .price, value: "PRICE", help: "The price of a kWh with its currency, such as 0.35EUR."),
      Option(name: .page, help: "Let the house see the page, by a link with a token."),
      Option(name: .noPage, help: "Let this machine alone see the page."),
      Option(
        name: .logDirectory, value: "DIR",
        help: "Watch this folder, where Jellyfin logs: a check follows at once when somebody comes."),
      Option(name: .noLogDirectory, help: "Watch no folder."),
      Option(name: .webhook, help: "Let the Webhook plugin of Jellyfin start checks: changes its settings."),
      Option(name: .noWebhook, help: "Leave the Webhook plugin as it is."),
      Option(
        name: .monitoringOff,
        help:
          "Switch real-time monitoring off for libraries on the storage server: changes settings of Jellyfin."
      ),
      Option(name: .monitoringAsIs, help: "Leave real-time monitoring as it is."),
      Option(name: .scansAsIs, help: "Start no scan of the libraries."),
      Option(
        name: .scanInterval, value: "TIME",
        help: "Scan when the storage server is on and the last scan is older than this, such as 12h."),
      Option(
        name: .rehearse,
        help: "Power the storage server off and wake it in the end, and measure how long it takes."),
      Option(name: .yes, help: "Take what Enter takes at every question that is left."),
      Option(name: .dryRun, help: "Show what would be written, and write nothing."),
    ])

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
