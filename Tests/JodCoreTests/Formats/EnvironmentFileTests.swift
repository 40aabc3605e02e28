import Testing

@testable import JodCore

/// What systemd 252 makes of the same bytes, asked of its own code.
@Suite("The syntax of EnvironmentFile=")
struct EnvironmentFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let sentence: String
    let text: String
    let assignments: [String: String]

    init(_ sentence: String, _ text: String, _ assignments: [String: String]) {
      (self.sentence, self.text, self.assignments) = (sentence, text, assignments)
    }

    var testDescription: String { sentence }
  }

  @Test(
    "a file's lines",
    arguments: [
      Case("an empty file assigns nothing", "", [:]),
      Case("one assignment a line", "A=1\nB=2\n", ["A": "1", "B": "2"]),
      Case("the last line needs no line end", "A=1\nB=2", ["A": "1", "B": "2"]),
      Case("lines may end as on DOS", "A=1\r\nB=2\r\n", ["A": "1", "B": "2"]),
      Case("lines may end in a carriage return alone", "A=1\rB=2\r", ["A": "1", "B": "2"]),
      Case("blank lines are nothing", "\n \t\n\nA=1\n\n", ["A": "1"]),
      Case("the last assignment of a name wins", "A=1\nB=2\nA=3\n", ["A": "3", "B": "2"]),
      Case("a later empty assignment wins as well", "A=1\nA=\n", ["A": ""]),
      Case("a line without an equals sign is skipped", "A\nB=2\n", ["B": "2"]),
      Case("a name without an equals sign does not reach the next line", "A\n=1\n", [:]),
      Case("an unfinished name at the end is skipped", "A=1\nB", ["A": "1"]),
    ])
  func lines(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }

  @Test(
    "comments",
    arguments: [
      Case("a line that begins with # is a comment", "#A=1\nB=2\n", ["B": "2"]),
      Case("a line that begins with ; is a comment", ";A=1\nB=2\n", ["B": "2"]),
      Case("a comment may be indented", " \t# A=1\nB=2\n", ["B": "2"]),
      Case("a trailing comment is part of the value", "A=1 # one\n", ["A": "1 # one"]),
      Case("a trailing comment with ; is part of the value", "A=1 ; one\n", ["A": "1 ; one"]),
      Case("a value may begin with #", "A=#1\n", ["A": "#1"]),
      Case("a comment after a closing quote is part of the value", "A='1' # one\n", ["A": "1# one"]),
      Case("a comment that ends in a backslash swallows the next line", "# C \\\nA=1\nB=2\n", ["B": "2"]),
      Case("a backslash within a comment swallows nothing", "# a \\b\nA=1\n", ["A": "1"]),
      Case("of DOS's line end a comment's backslash swallows half", "# C \\\r\nA=1\n", ["A": "1"]),
      Case("an unfinished comment ends the file", "A=1\n# B=2", ["A": "1"]),
      Case("a backslash ends the file in a comment", "A=1\n# B=2\\", ["A": "1"]),
    ])
  func comments(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }

  @Test(
    "names",
    arguments: [
      Case("letters, digits and underscores make a name", "aZ_9=1\n", ["aZ_9": "1"]),
      Case("a name may begin with an underscore", "_A=1\n", ["_A": "1"]),
      Case("a name must not begin with a digit", "1A=1\nB=2\n", ["B": "2"]),
      Case("a hyphen is in no name", "A-B=1\n", [:]),
      Case("a dot is in no name", "A.B=1\n", [:]),
      Case("a letter outside ASCII is in no name", "Ä=1\nß=2\n", [:]),
      Case("the neighbours of the letters in ASCII are in no name", "A@=1\nA[=2\nA`=3\nA{=4\n", [:]),
      Case("a name must not be empty", "=1\nB=2\n", ["B": "2"]),
      Case("a second equals sign does not heal an empty name", "=A=1\n", [:]),
      Case("white space around a name is dropped", " \tA \t=1\n", ["A": "1"]),
      Case("white space within a name spoils it", "A B=1\n", [:]),
      Case("export is no keyword", "export A=1\n", [:]),
      Case("a backslash in a name spoils it", "A\\\nB=1\n", ["B": "1"]),
      Case("a byte order mark spoils the first name", "\u{FEFF}A=1\nB=2\n", ["B": "2"]),
      Case("a spoilt name leaves the assignment before it alone", "A=1\nA-=2\n", ["A": "1"]),
    ])
  func names(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }

  @Test(
    "plain values",
    arguments: [
      Case("a value may be empty", "A=\nB=2\n", ["A": "", "B": "2"]),
      Case("a value may be empty at the end of the file", "A=", ["A": ""]),
      Case("white space alone is an empty value", "A= \t\n", ["A": ""]),
      Case("white space around a value is dropped", "A= \t1 \t\n", ["A": "1"]),
      Case("white space at the end of the file is dropped", "A=1 \t", ["A": "1"]),
      Case("white space within a value is kept", "A=1 \t 2\n", ["A": "1 \t 2"]),
      Case("an equals sign is part of a value", "A=B=1\n", ["A": "B=1"]),
      Case("a quote within a value is part of it", "A=x'y'\nB=x\"y\"\n", ["A": "x'y'", "B": "x\"y\""]),
      Case("a dollar sign is not expanded", "A=$B ${C}\n", ["A": "$B ${C}"]),
      Case("a percent sign is not expanded", "A=%h\n", ["A": "%h"]),
      Case("text outside ASCII is kept", "A=Fräulein Müller 🎬\n", ["A": "Fräulein Müller 🎬"]),
      Case("a no-break space is no white space", "A=1\u{A0}\n", ["A": "1\u{A0}"]),
      Case("a combining mark after the equals sign is a value", "A=\u{301}\n", ["A": "\u{301}"]),
      Case("a control character is kept", "A=1\u{1}\u{1B}\u{7F}\n", ["A": "1\u{1}\u{1B}\u{7F}"]),
      Case("a form feed is no line end", "A=1\u{C}B=2\n", ["A": "1\u{C}B=2"]),
      Case("a line separator is no line end", "A=1\u{2028}B=2\n", ["A": "1\u{2028}B=2"]),
    ])
  func plainValues(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }

  @Test(
    "backslashes outside quotes",
    arguments: [
      Case("a backslash takes the next character as it is", "A=\\1\\n\\\\\n", ["A": "1n\\"]),
      Case("a backslash joins lines", "A=1\\\n2\nB=3\n", ["A": "12", "B": "3"]),
      Case("a backslash joins lines before the value", "A=\\\n1\n", ["A": "1"]),
      Case("white space that begins a joined line is kept", "A=1\\\n  2\n", ["A": "1  2"]),
      Case("white space before a joint is kept", "A=1 \\\n2\n", ["A": "1 2"]),
      Case(
        "white space before a joint is kept though nothing follows", "A=1 \\\n\nB=2\n", ["A": "1 ", "B": "2"]),
      Case("white space after a joint is dropped at the end", "A=1 \\\n \t\n", ["A": "1 "]),
      Case("of DOS's line end a backslash joins half", "A=1\\\r\n2\nB=3\n", ["A": "1", "B": "3"]),
      Case("a space after a backslash is kept at the end", "A=1\\ \nB=2\n", ["A": "1 ", "B": "2"]),
      Case("a space after a backslash is kept at the beginning", "A=\\ 1\n", ["A": " 1"]),
      Case("an escaped quote is no quote", "A=\\'1\\\"\n", ["A": "'1\""]),
      Case("an escaped # is itself", "A=\\#1\n", ["A": "#1"]),
      Case("a joined line is no comment", "A=1\\\n#2\n", ["A": "1#2"]),
      Case("a backslash at the end of the file is dropped", "A=1\\", ["A": "1"]),
      Case("white space before a last backslash is kept", "A=1 \\", ["A": "1 "]),
    ])
  func backslashes(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }

  @Test(
    "single quotes",
    arguments: [
      Case("single quotes are dropped", "A='1'\n", ["A": "1"]),
      Case("white space in single quotes is kept", "A=' 1 '\n", ["A": " 1 "]),
      Case("nothing is escaped in single quotes", "A='1\\n\\'\n", ["A": "1\\n\\"]),
      Case("double quotes in single quotes are kept", "A='\"1\"'\n", ["A": "\"1\""]),
      Case("a line end in single quotes is kept", "A='1\n2'\nB=3\n", ["A": "1\n2", "B": "3"]),
      Case("DOS's line end in single quotes is kept", "A='1\r\n2'\r\nB=3\r\n", ["A": "1\r\n2", "B": "3"]),
      Case("a comment in single quotes is a value", "A='1\n#2'\n", ["A": "1\n#2"]),
      Case("empty quotes are an empty value", "A=''\n", ["A": ""]),
      Case("an open quote takes the rest of the file", "A='1\nB=2\n", ["A": "1\nB=2\n"]),
    ])
  func singleQuotes(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }

  @Test(
    "double quotes",
    arguments: [
      Case("double quotes are dropped", "A=\"1\"\n", ["A": "1"]),
      Case("white space in double quotes is kept", "A=\" 1 \"\n", ["A": " 1 "]),
      Case("single quotes in double quotes are kept", "A=\"'1'\"\n", ["A": "'1'"]),
      Case("four characters are escaped in double quotes", #"A="\"\\\`\$""#, ["A": #""\`$"#]),
      Case("before any other a backslash is kept", #"A="\n\1\'""#, ["A": #"\n\1\'"#]),
      Case("a backslash joins lines in double quotes", "A=\"1\\\n2\"\n", ["A": "12"]),
      Case("a backslash before a carriage return is kept", "A=\"1\\\r\n2\"\n", ["A": "1\\\r\n2"]),
      Case("a line end in double quotes is kept", "A=\"1\n2\"\nB=3\n", ["A": "1\n2", "B": "3"]),
      Case("an open quote takes the rest of the file", "A=\"1\nB=2\n", ["A": "1\nB=2\n"]),
      Case("a backslash ends the file in double quotes", "A=\"1 \\", ["A": "1 "]),
    ])
  func doubleQuotes(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }

  @Test(
    "what follows a closing quote",
    arguments: [
      Case("white space after quotes is dropped", "A='1' \t\nB=2\n", ["A": "1", "B": "2"]),
      Case("quotes that touch are one value", "A='1'\"2\"\n", ["A": "12"]),
      Case("quotes apart are one value without what is between", "A='1' \"2\"\n", ["A": "12"]),
      Case("plain text after quotes belongs to the value", "A='1'2\n", ["A": "12"]),
      Case("white space between quotes and plain text is dropped", "A='1' 2 \n", ["A": "12"]),
      Case("quotes after plain text after quotes are kept", "A='1'2'3'\n", ["A": "12'3'"]),
      Case("white space in quotes outlives plain text's trimming", "A=' 'x\n", ["A": " x"]),
      Case("a backslash joins lines after quotes", "A='1'\\\n2\n", ["A": "12"]),
    ])
  func afterQuotes(example: Case) {
    #expect(EnvironmentFile.parse(example.text) == example.assignments)
  }
}
