import Testing

@testable import JodCore

@Suite("Commands of the administrator's own")
struct OwnCommandTests {
  // MARK: Over ssh

  @Test(
    "ACTION stands for the value of SHUTDOWN_ACTION, wherever it stands",
    arguments: [
      ("", "systemctl --check-inhibitors=yes suspend"), ("/sbin/poweroff", "/sbin/poweroff"),
      ("ACTION", "suspend"), ("do ACTION; log 'ACTION'", "do suspend; log 'suspend'"),
      (" shutdown /s ", "shutdown /s"),
    ])
  func action(own: String, line: String) {
    let configuration = poweringOff(["SHUTDOWN_ACTION": "suspend", "STORAGE_SERVER_SSH_COMMAND": own])
    #expect(configuration.remoteCommand.line == line)
  }

  @Test(
    "what is no line is refused, and never shown but for its first word",
    arguments: ["a\nb", "a\u{7F}", String(repeating: "a ", count: 600)])
  func refused(line: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(
        environment: [
          "STORAGE_SERVER_MAC": "02:00:00:00:00:01", "JELLYFIN_API_URL": "http://h", "JELLYFIN_API_KEY": "k",
          "STORAGE_SERVER_SSH_COMMAND": "run --password=secret1 \(line)",
        ])
    }
    #expect(error?.faults.map(\.variable) == ["STORAGE_SERVER_SSH_COMMAND"])
    #expect(error?.description.contains("\"run …\"") == true)
    #expect(error?.description.contains("secret1") == false)
  }

  @Test("people see the whole of systemd's, and of one's own the first word alone")
  func shown() {
    #expect(poweringOff().remoteCommand.shown == "\"systemctl --check-inhibitors=yes poweroff\"")
    let own = poweringOff(["STORAGE_SERVER_SSH_COMMAND": "/opt/off --token hunter22"]).remoteCommand
    #expect(own.shown == "\"/opt/off …\"")
    #expect(own.redact("off: hunter22 is wrong") == "off: [secret] is wrong")
    // Its default spelt out is not one's own.
    let same = poweringOff(["STORAGE_SERVER_SSH_COMMAND": "systemctl --check-inhibitors=yes ACTION"])
    #expect(same == poweringOff())
    #expect(same.remoteCommand.redact("systemctl poweroff") == "systemctl poweroff")
  }

  // MARK: Waking

  private static let command = ["WAKE_COMMAND": "/usr/bin/ipmitool -P hunter22 power on"]

  @Test("a command takes the place of the packet, and needs no MAC address")
  func wakes() throws {
    let configuration = try Configuration(
      environment: [
        "WAKE_COMMAND": "/usr/bin/ipmitool -P \"a b\"", "JELLYFIN_API_URL": "http://h",
        "JELLYFIN_API_KEY": "k",
      ])
    #expect(configuration.wakeMethod == .command(["/usr/bin/ipmitool", "-P", "a b"]))
    #expect(configuration.storageServerMAC == nil)
    #expect(configuration.longestRequest == 21)
    #expect(JodCoreTests.configuration().longestRequest == 1)
  }

  @Test("without it the address is required, and the fault says that a command can take its place")
  func required() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(environment: ["JELLYFIN_API_URL": "http://h", "JELLYFIN_API_KEY": "k"])
    }
    #expect(error?.faults.map(\.variable) == ["STORAGE_SERVER_MAC"])
    #expect(error?.description.contains("WAKE_COMMAND") == true)
  }

  @Test(
    "a relative program, or an open quote, is refused; the doctor then looks at the rest",
    arguments: ["ipmitool", "/usr/bin/x \"", "/"])
  func refused(command: String) {
    let environment = ["WAKE_COMMAND": command, "JELLYFIN_API_URL": "http://h", "JELLYFIN_API_KEY": "k"]
    let mended = Configuration.mended(environment: environment)
    #expect(mended.faults.map(\.variable) == ["WAKE_COMMAND"])
    #expect(mended.configuration != nil)
  }

  @Test("no text of a wake speaks of a packet then, nor shows more than its first word")
  func words() {
    var story = Story(configuration(Self.command))
    let sent = story.check(.playing).event(.wakeRequested)
    #expect(
      sent?.message
        == "Sent a wake request by \"/usr/bin/ipmitool\": Anna is playing (Jellyfin Web on Firefox).")
    #expect(sent?.fields["JOD_MAC"] == nil)
    let failed = story.checks(for: 400, .playing).compactMap { $0.event(.wakeFailed) }.first
    #expect(failed?.message.contains("WAKE_COMMAND (\"/usr/bin/ipmitool\")") == true)
    var rehearsal = Story(configuration(Self.command.merging(["DRY_RUN": "yes"]) { $1 }))
    let dry = rehearsal.check(.playing).event(.wakeRequested)
    for message in [sent, failed, dry].map({ $0?.message ?? "" }) {
      #expect(!message.isEmpty)
      #expect(!message.lowercased().contains("packet"))
      #expect(!message.contains("hunter22"))
    }
  }

  @Test("one that fails is told by its status and last words, without its arguments")
  func failure() {
    let words = ["/usr/bin/ipmitool", "-P", "hunter22"]
    let failed = Trouble(wakeCommand: words, status: 3, errors: "trying\nbad password hunter22\n")
    #expect(
      failed.what
        == "WAKE_COMMAND (\"/usr/bin/ipmitool\") ended with status 3, so the storage stays off: bad password [secret]."
    )
    let late = Trouble(wakeCommand: words, status: nil, errors: "")
    #expect(late.what.contains("did not end within 20s"))
    #expect(failed.kind == .packet)
    #expect(failed.cause != late.cause)
  }

  @Test("a run that was killed while its command ran has kept the cooldown, and counts once")
  func killed() {
    var story = Story(configuration(Self.command))
    story.memory.beginRequest(at: story.moment, for: [somebody()])
    // The command may run still.
    #expect(story.check(after: 15, .playing).rests)
    #expect(story.memory.state.counters.wakeRequests == 0)
    #expect(story.check(after: 15, .playing).rests)
    #expect(story.memory.state.counters.wakeRequests == 1)
    #expect(story.check(after: 30, .playing).sends)
  }
}
