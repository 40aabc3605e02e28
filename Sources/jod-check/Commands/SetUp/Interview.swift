import Glibc
import JodCore

/// Why set-up ends without having written anything.
enum SetUpFailure: Error {
  case interrupted
  /// A question that nobody answers.
  case unanswered(SetUpQuestion)
  case failed(String, status: Int32 = 1)
}

/// Questions with their answers: by an option, by a person, or by what Enter means (specification, Set-up).
struct Interview {
  let invocation: Invocation
  /// Nil where nobody is there.
  let terminal: Terminal?
  /// Enter at every question that is left.
  let takesEnter: Bool

  private static let width = 80

  // MARK: Words

  func heading(_ text: String) { say("\n\(Terminal.bold(text))") }

  /// One thing that is known, or done.
  func good(_ text: String) { say(Self.wrapped(text, first: "  ✓ ", rest: "    ")) }

  func warn(_ text: String) { say(Self.wrapped(text, first: "  ! ", rest: "    ")) }

  func tell(_ text: String) { say(Self.wrapped(text, first: "  ", rest: "  ")) }

  /// Lines as they are: what is to be copied, or drawn.
  func show(_ text: String) {
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
    say(rows.map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n"))
  }

  func say(_ text: String) { Output.print(bytes: Array("\(text)\n".utf8)) }

  private static func wrapped(_ text: String, first: String, rest: String) -> String {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let line = lines.last, line.count + 1 + word.count + rest.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.enumerated().map { ($0 == 0 ? first : rest) + $1 }.joined(separator: "\n")
  }

  // MARK: Answers

  /// The option that was given for a question; nil where none was.
  func given(_ question: SetUpQuestion) -> Command.Option.Name? {
    question.options.first(where: invocation.has)
  }

  /// A question that knows yes and no.
  func isYes(_ question: SetUpQuestion, _ words: String, isFound: Bool = false) throws(SetUpFailure) -> Bool {
    if let given = given(question) { return given == question.options.first }
    return try confirm(words, enter: question.enter(isFound: isFound) == .yes) { () throws(SetUpFailure) in
      throw .unanswered(question)
    }
  }

  /// - Parameter nobody: what follows where nobody is there.
  func confirm(
    _ words: String, enter: Bool, nobody: () throws(SetUpFailure) -> Bool
  ) throws(SetUpFailure) -> Bool {
    if takesEnter {
      tell("\(words) \(enter ? "Yes." : "No.")")
      return enter
    }
    guard let terminal else { return try nobody() }
    while true {
      let answer = try line(terminal, "\(words) [\(enter ? "Y/n" : "y/N")]")
      if answer.isEmpty { return enter }
      if let isYes = SetUpOptions.isYes(answer) { return isYes }
      warn("Please answer y or n.")
    }
  }

  /// A question for a value; nil where Enter leaves it out.
  ///
  /// - Parameter found: what Enter takes.
  func value<Value>(
    _ question: SetUpQuestion, _ words: String, found: String? = nil, accepted: String,
    _ parse: (String) -> Value?
  ) throws(SetUpFailure) -> Value? {
    // Options were looked at before anything was asked.
    if let given = given(question), let text = invocation.value(given) { return parse(text) }
    let enter = question.enter(isFound: found != nil)
    func take() throws(SetUpFailure) -> Value? {
      if enter == .unknown { throw .unanswered(question) }
      return found.flatMap(parse)
    }
    if takesEnter {
      if let found { tell("\(words) \(found)") }
      return try take()
    }
    guard let terminal else { throw .unanswered(question) }
    let mark = found.map { " [\($0)]" } ?? (enter == .nothing ? " [none]" : "")
    while true {
      let answer = try line(terminal, words + mark)
      if answer.isEmpty {
        if enter != .unknown { return try take() }
      } else if let value = parse(answer) {
        return value
      }
      warn("Accepted: \(accepted).")
    }
  }

  func line(_ terminal: Terminal, _ words: String) throws(SetUpFailure) -> String {
    do throws(Interrupted) {
      return try terminal.ask(Self.wrapped("\(words) ", first: "  ? ", rest: "    ") + " ")
    } catch {
      throw .interrupted
    }
  }

  func secret(_ terminal: Terminal, _ words: String) throws(SetUpFailure) -> String {
    do throws(Interrupted) { return try terminal.askHidden("  ? \(words) ") } catch { throw .interrupted }
  }

  /// A link, with its QR code where the library is there and the lines are wide enough for it.
  func link(_ link: String) {
    show("\n\(link)\n")
    guard let code = QREncoder.code(of: link), code.columns <= Self.width - 4 else { return }
    show(code.lines(on: Terminal.paper).joined(separator: "\n") + "\n")
  }
}
