import Foundation
import Testing

extension World {
  @Suite("The demo")
  struct DemoTests {
    @Test("the demo plays an evening as expected")
    func demo() throws {
      let process = Process()
      let output = Pipe()
      let built = "\(Sandbox.root)/.build/debug"
      process.executableURL = URL(fileURLWithPath: "\(built)/household-demo")
      process.arguments = [Sandbox.program, "\(built)/libDemoClock.so"]
      process.standardOutput = output
      process.standardError = output
      try process.run()
      let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(words)")
      #expect(words.contains("sudo jod-check setup"))
    }
  }
}
