import Glibc
import JodCore

/// Somebody pressed Ctrl-C, or hung up, or there is nothing more to read.
struct Interrupted: Error {}

/// A person's terminal: questions, answers, and what must not be seen while it is typed.
struct Terminal {
  /// Whether it shows colours: a terminal that is no typewriter, and nobody objects (no-color.org).
  static let hasColour =
    isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"

  /// In columns; nil where standard output is no terminal.
  static var width: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  static var isUnicode: Bool {
    let locale =
      [variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")].first { !$0.isEmpty } ?? ""
    return locale.lowercased().exchanging("-", with: "").hasSuffix("utf8")
  }

  /// Nil where nobody is there to answer.
  init?() { if isatty(STDIN_FILENO) != 1 { return nil } }

  /// What a QR code is shown on. Some terminals tell their background by a number of the palette, the last in this variable.
  static var paper: QRCode.Paper {
    if hasColour { return .coloured }
    return ["7", "15"].contains(variable("COLORFGBG").split(separator: ";").last.map(String.init) ?? "")
      ? .light : .dark
  }

  static func bold(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

  // MARK: Reading

  /// Asks, and returns the line that is answered, without blanks around it.
  func ask(_ prompt: String) throws(Interrupted) -> String {
    Output.print(bytes: Array(prompt.utf8))
    return Printable.trimmed(try line())
  }

  /// The same with nothing shown of what is typed.
  func askHidden(_ prompt: String) throws(Interrupted) -> String {
    var (before, hidden) = (termios(), termios())
    tcgetattr(STDIN_FILENO, &before)
    hidden = before
    hidden.c_lflag &= ~tcflag_t(ECHO)
    // What was typed ahead stays.
    tcsetattr(STDIN_FILENO, TCSADRAIN, &hidden)
    defer {
      tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
      Output.print(bytes: [UInt8(ascii: "\n")])
    }
    return try ask(prompt)
  }

  /// A line, if one comes in so much time.
  func line(within seconds: Seconds) throws(Interrupted) -> String? {
    let deadline = Deadline(in: seconds)
    while !deadline.isOver {
      var states = [pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)]
      let count = poll(&states, 1, Int32(max(1, min(deadline.left, 1) * 1000)))
      if Interruption.hasCome { throw Interrupted() }
      if count > 0 { return Printable.trimmed(try line()) }
    }
    return nil
  }

  private func line() throws(Interrupted) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while !Interruption.hasCome {
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    throw Interrupted()
  }
}

/// What Ctrl-C does while questions are asked: it ends a wait, so that what was begun can be taken back.
enum Interruption {
  nonisolated(unsafe) private(set) static var hasCome = false

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  static func catchSignals() {
    hasCome = false
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in Interruption.hasCome = true }
    // Without SA_RESTART: a read that waits ends.
    for signal in signals { sigaction(signal, &action, nil) }
  }

  /// From here on, what is begun comes to its end.
  static func ignoreSignals() { for number in signals { signal(number, SIG_IGN) } }

  static func restoreSignals() { for number in signals { signal(number, SIG_DFL) } }
}
