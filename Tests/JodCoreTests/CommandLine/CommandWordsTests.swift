import Testing

@testable import JodCore

@Suite("A command as in ExecStart=")
struct CommandWordsTests {
  @Test(
    "white space separates words",
    arguments: [
      ("/bin/true", ["/bin/true"]),
      ("/usr/bin/ipmitool power soft", ["/usr/bin/ipmitool", "power", "soft"]),
      ("  /bin/a \t b\nc\r\n ", ["/bin/a", "b", "c"]),
      ("/bin/a\u{A0}b", ["/bin/a\u{A0}b"]),
    ])
  func splits(text: String, words: [String]) {
    #expect(CommandWords.parse(text) == words)
  }

  @Test(
    "quotes hold words together",
    arguments: [
      (#"/a 'b c' "d e""#, ["/a", "b c", "d e"]),
      (#"/a '"' "'""#, ["/a", "\"", "'"]),
      (#"/a b'c d'e"f g""#, ["/a", "bc def g"]),
      (#"/a '' """#, ["/a", "", ""]),
      (#"/a ''b"#, ["/a", "b"]),
      (#"'/opt/my tool/off' now"#, ["/opt/my tool/off", "now"]),
      (#"/a 'ä 🎬'"#, ["/a", "ä 🎬"]),
      ("/a 'b\nc'", ["/a", "b\nc"]),
    ])
  func quotes(text: String, words: [String]) {
    #expect(CommandWords.parse(text) == words)
  }

  @Test(
    "escapes stand for characters, in quotes and outside",
    arguments: [
      (#"/a b\sc"#, ["/a", "b c"]),
      (#"/a "\t\n\r""#, ["/a", "\t\n\r"]),
      (#"/a \a\b\v\f"#, ["/a", "\u{7}\u{8}\u{B}\u{C}"]),
      (#"/a \\ \" \'"#, ["/a", "\\", "\"", "'"]),
      (#"/a '\'' "\"""#, ["/a", "'", "\""]),
      (#"/a \x41\x7e"#, ["/a", "A~"]),
      (#"/a '\x41'"#, ["/a", "A"]),
      (#"/a \1014"#, ["/a", "A4"]),
      (#"/a \xc3\xa4 \303\244"#, ["/a", "ä", "ä"]),
      (#"/a \u00e4 \U0001F3AC"#, ["/a", "ä", "🎬"]),
    ])
  func escapes(text: String, words: [String]) {
    #expect(CommandWords.parse(text) == words)
  }

  @Test(
    "no shell reads it: nothing is expanded",
    arguments: [
      ("/a $HOME ${HOME} $$", ["/a", "$HOME", "${HOME}", "$$"]),
      ("/a %h %%", ["/a", "%h", "%%"]),
      ("/a * ~ `b` | c && d > e #f", ["/a", "*", "~", "`b`", "|", "c", "&&", "d", ">", "e", "#f"]),
    ])
  func expandsNothing(text: String, words: [String]) {
    #expect(CommandWords.parse(text) == words)
  }

  @Test(
    "a semicolon that ends no command is a word",
    arguments: [
      (#"/a \;"#, ["/a", ";"]),
      (#"/a -exec b \; c"#, ["/a", "-exec", "b", ";", "c"]),
      (#"/a ";""#, ["/a", ";"]),
      ("/a b; ;c", ["/a", "b;", ";c"]),
    ])
  func semicolons(text: String, words: [String]) {
    #expect(CommandWords.parse(text) == words)
  }

  @Test("a second command is refused", arguments: ["/a ; /b", "/a b ;", "/a ;\t/b"])
  func refusesSecondCommand(text: String) {
    #expect(CommandWords.parse(text) == nil)
  }

  @Test("an open quote is refused", arguments: ["/a 'b", "/a \"b", "/a b'", #"/a "\""#, "'"])
  func refusesOpenQuote(text: String) {
    #expect(CommandWords.parse(text) == nil)
  }

  @Test(
    "an escape that is unknown or unfinished is refused",
    arguments: [
      #"/a \"#, #"/a \q"#, #"/a \;b"#, #"/a \x4"#, #"/a \x4g"#, #"/a \x+4"#, #"/a \u00e"#, #"/a \U0001F3A"#,
      #"/a \18"#, #"/a \8"#, #"/a \1"#, #"/a \ b"#, #"/a \400"#, #"/a \777"#, #"/a \U00110000"#,
      #"/a \ud800"#,
    ])
  func refusesEscape(text: String) {
    #expect(CommandWords.parse(text) == nil)
  }

  @Test("a NUL is refused", arguments: [#"/a \x00"#, #"/a \000"#, #"/a \u0000"#, #"/a \U00000000"#])
  func refusesNUL(text: String) {
    #expect(CommandWords.parse(text) == nil)
  }

  @Test("bytes that are no UTF-8 are refused", arguments: [#"/a \xff"#, #"/a \377"#, #"/a \xc3 b"#])
  func refusesOtherEncodings(text: String) {
    #expect(CommandWords.parse(text) == nil)
  }

  @Test(
    "a program without an absolute path is refused",
    arguments: [
      "", "   ", "poweroff", "./off", "~/off", "bin/off now", "''", "'' /a", "/", "/usr/bin/", "-/bin/a",
      "@/bin/a b", "+/bin/a",
    ])
  func refusesProgram(text: String) {
    #expect(CommandWords.parse(text) == nil)
  }
}
