import Testing

@testable import JodCore

@Suite("What comes of a power-off")
struct PowerOffOutcomeTests {
  struct End: Sendable, CustomTestStringConvertible {
    var words: String
    /// Nil: the time was over.
    var status: Int32?
    var errors: [String]
    var outcome: PowerOffOutcome

    /// As `ssh` writes it: its own lines end like those of a terminal.
    var text: String { errors.map { "\($0)\r\n" }.joined() }
    var testDescription: String { words }
  }

  private static let stood = #"Authenticated to nas.example ([192.0.2.20]:22) using "publickey"."#
  private static let sums = [
    "Transferred: sent 2884, received 3120 bytes, in 0.2 seconds",
    "Bytes per second: sent 17004.9, received 18396.4",
  ]
  private static let inhibited = [
    #"Operation inhibited by "Borg" (PID 811 "systemd-inhibit", user root), reason is "a backup"."#,
    "Please retry operation after closing inhibitors and logging out other users.",
    "'systemd-inhibit' can be used to list active inhibitors.",
    "Alternatively, ignore inhibitors and users with 'systemctl poweroff -i'.",
  ]
  private static let loggedIn = ["User anna is logged in on tty2."] + inhibited.dropFirst()
  private static let changedKey = [
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
    "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
    "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!",
    "Offending ED25519 key in /etc/jod-check/credentials/known_hosts:1",
    "Host key for nas.example has changed and you have requested strict checking.",
    "Host key verification failed.",
  ]

  static let ends: [End] = [
    End(words: "accepted", status: 0, errors: [stood] + sums, outcome: .accepted),
    End(words: "accepted without output", status: 0, errors: [], outcome: .accepted),
    // Busy
    End(
      words: "the storage's own helper says busy", status: 75,
      errors: [stood, "busy: a backup runs"] + sums, outcome: .busy("busy: a backup runs")),
    End(
      words: "an inhibitor forbids it", status: 1, errors: [stood] + inhibited + sums,
      outcome: .busy(
        #"Operation inhibited by "Borg" (PID 811 "systemd-inhibit", user root), reason is "a backup"."#)),
    End(
      words: "somebody is logged in", status: 1, errors: [stood] + loggedIn + sums,
      outcome: .busy("User anna is logged in on tty2.")),
    End(
      words: "an inhibitor forbids it, in the words of newer releases", status: 1,
      errors: [stood, "Call to PowerOff failed: Operation denied due to active block inhibitor"] + sums,
      outcome: .busy("Call to PowerOff failed: Operation denied due to active block inhibitor")),
    End(words: "busy without output", status: 75, errors: [stood] + sums, outcome: .busy("it said nothing")),
    // Not busy, though the word is there
    End(
      words: "a shell that repeats the request", status: 1,
      errors: [stood, "sorry: systemctl --check-inhibitors=yes poweroff: not allowed here"] + sums,
      outcome: .failed(
        "ssh ended with status 1. sorry: systemctl --check-inhibitors=yes poweroff: not allowed here")),
    // Perhaps
    End(
      words: "the connection is closed by the machine that goes down", status: 255,
      errors: [stood, "Connection to nas.example closed by remote host."], outcome: .perhaps),
    End(
      words: "the connection is lost", status: 255,
      errors: [stood, "client_loop: send disconnect: Broken pipe"], outcome: .perhaps),
    End(
      words: "the keep-alives are not answered", status: 255,
      errors: [stood, "Timeout, server nas.example not responding."], outcome: .perhaps),
    End(words: "the time is over, the connection stands", status: nil, errors: [stood], outcome: .perhaps),
    // Failed
    End(
      words: "the time is over before the connection stood", status: nil, errors: [],
      outcome: .failed("ssh did not end in time. it said nothing")),
    End(
      words: "refused", status: 255,
      errors: ["ssh: connect to host nas.example port 22: Connection refused"],
      outcome: .failed("ssh: connect to host nas.example port 22: Connection refused")),
    End(
      words: "timed out", status: 255,
      errors: ["ssh: connect to host nas.example port 22: Connection timed out"],
      outcome: .failed("ssh: connect to host nas.example port 22: Connection timed out")),
    End(
      words: "the name is not known", status: 255,
      errors: ["ssh: Could not resolve hostname nas.example: Name or service not known"],
      outcome: .failed("ssh: Could not resolve hostname nas.example: Name or service not known")),
    End(
      words: "the connection is closed before it stood", status: 255,
      errors: ["kex_exchange_identification: Connection closed by remote host"],
      outcome: .failed("kex_exchange_identification: Connection closed by remote host")),
    End(
      words: "an unknown host key", status: 255,
      errors: [
        "No ED25519 host key is known for nas.example and you have requested strict checking.",
        "Host key verification failed.",
      ], outcome: .failed("the storage server's host key is not known. Run `jod-check pair`.")),
    End(
      words: "a changed host key", status: 255, errors: changedKey,
      outcome: .failed(
        "the storage server's host key has changed. If it was installed anew, run `jod-check pair` again; "
          + "if not, somebody may be in its place.")),
    End(
      words: "the key is not accepted", status: 255,
      errors: ["jod-check@nas.example: Permission denied (publickey)."],
      outcome: .failed(
        "the storage server did not accept the key. Run `jod-check pair`, "
          + "and what it says on the storage server.")),
    End(
      words: "the command is not known there", status: 127,
      errors: [stood, "bash: line 1: systemctl: command not found"] + sums,
      outcome: .failed("the command is not known there. bash: line 1: systemctl: command not found")),
    End(
      words: "the command fails", status: 1,
      errors: [stood, "Call to PowerOff failed: Interactive authentication required."] + sums,
      outcome: .failed(
        "ssh ended with status 1. Call to PowerOff failed: Interactive authentication required.")),
    End(
      words: "another status with the words of a busy one", status: 2, errors: [stood] + loggedIn.prefix(1),
      outcome: .failed("ssh ended with status 2. User anna is logged in on tty2.")),
    End(
      words: "no permission for the command, once the connection stood", status: 126,
      errors: [stood, "bash: /usr/bin/systemctl: Permission denied"] + sums,
      outcome: .failed("ssh ended with status 126. bash: /usr/bin/systemctl: Permission denied")),
  ]

  @Test("how ssh ends tells what came of it", arguments: ends)
  func secureShell(_ end: End) {
    #expect(PowerOffOutcome.ofSecureShell(status: end.status, errors: end.text) == end.outcome)
  }

  @Test("what ssh says is fit for one line of a log")
  func printable() {
    let errors = "\u{1B}[31mred\u{202E}" + String(repeating: "x", count: 1000)
    guard case .failed(let words) = PowerOffOutcome.ofSecureShell(status: 255, errors: errors) else {
      Issue.record("no failure")
      return
    }
    #expect(words.count == 200)
    #expect(words.hasPrefix("\u{FFFD}[31mred\u{FFFD}xxx"))
  }

  @Test(
    "how SHUTDOWN_COMMAND ends tells what came of it",
    arguments: [
      (Int32?(0), "switched off\n", PowerOffOutcome.accepted),
      (75, "the plug's owner says no.\n", .busy("the plug's owner says no.")),
      (
        1, "User anna is logged in on tty2.\n",
        .failed("SHUTDOWN_COMMAND ended with status 1. User anna is logged in on tty2.")
      ),
      (
        255, "Authenticated to nas.example ([192.0.2.20]:22) using \"publickey\".\n",
        .failed("SHUTDOWN_COMMAND ended with status 255. it said nothing")
      ),
      (127, "", .failed("SHUTDOWN_COMMAND ended with status 127. it said nothing")),
      (nil, "waiting\n", .failed("SHUTDOWN_COMMAND did not end in time. waiting")),
    ])
  func command(_ status: Int32?, _ errors: String, _ outcome: PowerOffOutcome) {
    #expect(PowerOffOutcome.ofCommand(status: status, errors: errors) == outcome)
  }

  // MARK: What is noted

  @Test("a power-off ends a wake, and forgets those who were owed one")
  func noted() {
    var memory = memory {
      $0.notePowerOff(at: moment())
      $0.state.undertaking.askedMeanwhile(somebody())
      $0.beginRequest(at: moment(10_000), for: [])
    }
    #expect(memory.state.undertaking.owed != nil)
    memory.notePowerOff(at: moment(10_030))
    #expect(memory.state.undertaking.stopping == Stopping(since: moment(10_030)))
    #expect(memory.state.undertaking.wake == nil && memory.state.undertaking.owed == nil)
  }

  @Test("one that was taken, or may be, leaves it stopping", arguments: [PowerOffOutcome.accepted, .perhaps])
  func stopping(_ outcome: PowerOffOutcome) {
    var memory = memory {
      $0.notePowerOff(at: moment())
      $0.state.isPresumedOn = true
      $0.runtime.readySince = moment(5000)
    }
    #expect(memory.settle(outcome, configuration(), now()) == [])
    var stopping = Stopping(since: moment())
    stopping.isAccepted = true
    #expect(memory.state.undertaking.stopping == stopping)
    #expect(memory.state.isPresumedOn == false)
    #expect(memory.runtime.readySince == nil)
  }

  @Test("a sentence ends with one full stop", arguments: ["a backup runs", "a backup runs."])
  func fullStop(_ words: String) {
    var memory = memory()
    let outcome = PowerOffOutcome.ofSecureShell(status: 75, errors: words)
    #expect(
      memory.settle(outcome, configuration(), now()).map { Event($0, configuration()).message }
        == ["The storage is busy: a backup runs. It is asked again in 5min."])
  }

  static let refusals: [(before: String, now: String, isNews: Bool)] = [
    ("RAID array md0: resync at 12.6%", "RAID array md0: resync at 9%", false),
    ("rsync runs (processes: 1, such as 811)", "rsync runs (processes: 12, such as 4123)", false),
    ("a backup runs", "a backup runs", false),
    ("a backup runs", "a backup runs; anna is logged in on pts/0", true),
    ("RAID array md0: resync at 99.9%", "RAID array md0: resync at DELAYED", true),
    (
      "NFS client has files open (9), such as " + String(repeating: "film ", count: 40),
      "NFS client has files open (1234567), such as " + String(repeating: "film ", count: 40), false
    ),
  ]

  @Test("a refusal is told again where its reason is another, numbers aside", arguments: refusals)
  func news(_ before: String, _ now: String, _ isNews: Bool) {
    var memory = memory()
    let priorities = [before, now, now].flatMap { words in
      let outcome = PowerOffOutcome.ofSecureShell(status: 75, errors: words)
      _ = memory.beginPowerOff(idle: nil, at: moment())
      return memory.settle(outcome, configuration(), JodCoreTests.now()).map {
        Event($0, configuration()).priority
      }
    }
    #expect(priorities == [.notice, isNews ? .notice : .debug, .debug])
    guard case .busy(let words)? = memory.state.undertaking.refusal?.reason else {
      Issue.record("it is busy")
      return
    }
    #expect(words.hasPrefix("\(now.prefix(20))"))
  }
}
