import Foundation

/// A manual page in `man`, read as far as its tests need it: headings, the tags of lists, text and examples.
struct ManualPage {
  /// A line of the page, in the section and subsection it stands in.
  private struct Line {
    var section: String
    var subsection: String?
    var kind: Kind
    var text: String
    /// Which of the page's examples it belongs to.
    var example: Int
  }

  private enum Kind { case section, subsection, tag, text, lineBreak, example }

  private let lines: [Line]

  init(_ name: String) throws {
    let source = try String(contentsOfFile: "\(Sandbox.root)/man/\(name)", encoding: .utf8)
    lines = Self.read(source)
  }

  func subsections(of section: String) -> [String] {
    lines.filter { $0.section == section && $0.kind == .subsection }.map(\.text)
  }

  /// What the tagged lists of a section, or of one subsection, have at the left; a line for several is taken apart.
  func tags(in section: String, under subsection: String? = nil) -> [String] {
    lines.filter {
      $0.section == section && (subsection == nil || $0.subsection == subsection) && $0.kind == .tag
    }
    .flatMap { $0.text.components(separatedBy: ", ") }
  }

  /// Tags as they stand.
  func wholeTags(in section: String) -> [String] {
    lines.filter { $0.section == section && $0.kind == .tag }.map(\.text)
  }

  func text(in section: String, under subsection: String? = nil) -> String {
    lines.filter { $0.section == section && (subsection == nil || $0.subsection == subsection) }
      .map { $0.kind == .lineBreak ? "\n" : $0.text }.joined(separator: " ")
  }

  func examples(in section: String) -> [String] {
    var examples: [Int: String] = [:]
    for line in lines where line.section == section {
      if line.kind == .example { examples[line.example, default: ""] += line.text + "\n" }
    }
    return examples.sorted { $0.key < $1.key }.map(\.value)
  }

  // MARK: Reading

  private static func read(_ source: String) -> [Line] {
    var lines: [Line] = []
    var (section, subsection) = ("", String?.none)
    var isTag = false
    var (isExample, example) = (false, 0)
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      func note(_ kind: Kind, _ text: String) {
        lines.append(Line(section: section, subsection: subsection, kind: kind, text: text, example: example))
      }
      let text = plain(line)
      switch line.prefix(3) {
      case ".SH":
        (section, subsection) = (text, nil)
        note(.section, text)
      case ".SS":
        subsection = text
        note(.subsection, text)
      case ".TP", ".TQ": isTag = true
      case ".br": note(.lineBreak, "")
      case ".EX": (isExample, example) = (true, example + 1)
      case ".EE": isExample = false
      default:
        if line.hasPrefix(#".\""#) { break }
        note(isExample ? .example : isTag ? .tag : .text, text)
        isTag = false
      }
    }
    return lines
  }

  /// A line without its macro, its fonts and its quotes.
  private static func plain(_ line: Substring) -> String {
    guard line.first == "." else { return unescaped(String(line)) }
    let macro = line.dropFirst().prefix { $0 != " " }
    let words = words(line.dropFirst(1 + macro.count)).map(unescaped)
    // A macro of two fonts puts nothing between its words.
    let alternates = ["BR", "RB", "IR", "RI", "BI", "IB"].contains(macro)
    return words.joined(separator: alternates ? "" : " ")
  }

  private static func words(_ text: Substring) -> [String] {
    text.matches(of: /"([^"]*)"|(\S+)/).map { String($0.1 ?? $0.2 ?? "") }
  }

  private static func unescaped(_ text: String) -> String {
    var text = text.replacing(/\\f[BIRP]/, with: "")
    let escapes = [
      #"\-"#: "-", #"\(dq"#: "\"", #"\(aq"#: "'", #"\(ga"#: "`", #"\|"#: "", #"\c"#: "", #"\e"#: "\\",
    ]
    // The backslash itself comes last, for it begins all others.
    for (escape, character) in escapes.sorted(by: { $0.key < $1.key }) {
      text = text.replacing(escape, with: character)
    }
    return text
  }
}

/// What `--help` shows of a command.
struct Help {
  let text: String

  init(_ command: String?) throws {
    text = try Sandbox().run(arguments: [command, "--help"].compactMap { $0 }).output
  }

  var commands: [String] { entries("Commands") }

  /// Options as a manual page names them: `--json`, `--until HH:MM`.
  var options: [String] {
    entries("Options").flatMap { $0.replacing("/", with: ", ").components(separatedBy: ", ") }
  }

  var arguments: [String] { entries("Arguments") }

  /// Options and arguments of the paragraph that it begins with.
  var usage: Set<String> {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    let words = lines.joined(separator: " ").split { " []|".contains($0) }.map(String.init)
    return Set(words.filter { $0.hasPrefix("-") || $0 == $0.uppercased() })
  }

  /// The numbers behind `Exit status:`.
  var exitStatuses: Set<String> {
    guard let start = text.firstRange(of: "Exit status: ") else { return [] }
    let sentence = text[start.upperBound...].prefix { $0 != "." }.replacing("\n", with: " ")
    return Set(
      sentence.components(separatedBy: "; ").compactMap { $0.split(separator: " ").first.map(String.init) })
  }

  /// The left column of a block, whose lines are indented by two.
  private func entries(_ block: String) -> [String] {
    guard let start = text.firstRange(of: "\(block):\n") else { return [] }
    return text[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { !$0.isEmpty }
      .compactMap { $0.firstMatch(of: /^  (\S.*?)(?:  |$)/).map { String($0.1) } }
  }
}
