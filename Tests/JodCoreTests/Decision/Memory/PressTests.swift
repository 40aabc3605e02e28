import Testing

@testable import JodCore

@Suite("What a button last did")
struct PressTests {
  private func remembering(_ press: Press?) -> Memory {
    var memory = Memory(runtime: Runtime(bootID: "boot-1"))
    memory.runtime.press = press
    return memory
  }

  private let press = Press(at: moment(10_000), words: "The storage was asked to start.", isRefused: false)

  @Test("it is news for ten minutes", arguments: [(0.0, true), (600, true), (601, false), (-1, false)])
  func news(_ age: Seconds, _ isNews: Bool) {
    #expect((remembering(press).press(now(moment(10_000 + age))) != nil) == isNews)
    #expect(remembering(nil).press(now(moment(10_000))) == nil)
  }

  @Test("it is read as it was written, and a file of an earlier version has none")
  func file() throws {
    let runtime = remembering(press).runtime
    #expect(try decoded(Runtime.self, encoded(runtime)).press == press)
    #expect(try !encoded(remembering(nil).runtime).contains("press"))
    #expect(try decoded(Runtime.self, encoded(remembering(nil).runtime)).press == nil)
  }

  @Test("what it says is fit for a page")
  func words() {
    #expect(Press(at: moment(1), words: "a\u{1B}b", isRefused: true).words == "a\u{FFFD}b")
  }

  @Test("trouble is noted with its remedy and since when, and is gone with it")
  func trouble() {
    var memory = remembering(nil)
    memory.runtime.lastCheck = Runtime.Check(at: moment(10_000), reason: "")
    let trouble = Trouble(.jellyfin, cause: "x", "It is away.", advice: "See to it.")
    _ = memory.runtime.troubles.tells(trouble, onBeat: true, boot: 9_000)
    memory.note([trouble], now(moment(10_000)))
    let check = memory.runtime.lastCheck
    #expect(check?.trouble == "It is away." && check?.remedy == "See to it.")
    #expect(check?.troubleSince == moment(10_000).wall - 1_000)
    memory.note([], now(moment(10_000)))
    #expect(memory.runtime.lastCheck?.trouble == nil && memory.runtime.lastCheck?.remedy == nil)
  }
}
