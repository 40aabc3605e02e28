import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("The doctor")
  struct DoctorTests {
    private static let timer = Diagnosis.Timer(interval: 30)

    private func examine(
      _ home: Home, files: [String: String] = [:], timer: Diagnosis.Timer? = timer
    ) -> [Finding] {
      let settings = Settings(
        environment: home.sandbox.environment, secureShellFiles: files,
        stateDirectory: "\(home.sandbox.folder)/state", runtimeDirectory: "\(home.sandbox.folder)/run")
      return Doctor(settings: settings, timer: { timer }, sandbox: { nil }).examine()
    }

    private func faults(_ findings: [Finding]) -> [String] {
      findings.filter { $0.verdict == .fault }.map(\.subject)
    }

    private func good() throws -> Home {
      let home = try Home()
      try home.storage.turn(.ready)
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/bin/true"
      return home
    }

    @Test("a good household has no fault, and every subject is looked at")
    func wellHousehold() throws {
      let findings = examine(try good())
      #expect(faults(findings).isEmpty, "\(findings)")
      #expect(
        findings.map(\.subject) == [
          "Configuration", "Jellyfin", "API key", "Devices", "Tasks", "Libraries", "MAC address",
          "Wake request", "Storage name", "Storage service", "Power-off", "Timer",
        ])
      #expect(findings.filter { $0.verdict == .good }.count >= 10)
    }

    @Test("what the sandbox hides of the variables' files is told")
    func sandbox() throws {
      let home = try good()
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/tmp/off --now"
      home.sandbox.environment["SSL_CERT_DIR"] = "/etc/ssl/certs:/var/tmp/certs"
      let settings = Settings(
        environment: home.sandbox.environment, stateDirectory: "\(home.sandbox.folder)/state",
        runtimeDirectory: "\(home.sandbox.folder)/run")
      let findings = Doctor(
        settings: settings, timer: { Self.timer },
        sandbox: { Diagnosis.Sandbox(properties: "PrivateTmp=yes\nProtectHome=read-only\n") }
      ).examine().filter { $0.subject == "Files" }
      #expect(findings.map { $0.words.prefix { $0 != " " } } == ["SHUTDOWN_COMMAND", "SSL_CERT_DIR"])
    }

    @Test("it asks the questions that cost nothing, and never the one that touches media")
    func questions() throws {
      let home = try good()
      _ = examine(home)
      let paths = home.jellyfin.requests.compactMap { $0.split(separator: " ").dropFirst().first }
      #expect(
        paths == [
          "/System/Info/Public", "/Sessions", "/Users/Me", "/Devices", "/ScheduledTasks",
          "/Library/VirtualFolders",
        ])
      #expect(home.storage.packets().isEmpty)
    }

    @Test("what Jellyfin runs by schedule is told, with what it costs")
    func schedule() throws {
      let home = try good()
      home.sandbox.environment["WAKE_FOR_TASKS"] = "RefreshLibrary"
      home.jellyfin.say(
        "/ScheduledTasks",
        #"[{"Key":"RefreshLibrary","State":"Idle","Triggers":[{"Type":"IntervalTrigger","IntervalTicks":432000000000}]}]"#
      )
      let found = examine(home).first { $0.subject == "Tasks of Jellyfin" }
      #expect(found?.verdict == .good)
      #expect(found?.words.contains("up to 730 wakes a year") == true)
    }

    @Test("the program ends with 0 on a good household")
    func program() throws {
      let home = try good()
      let ended = try home.sandbox.run("doctor")
      // Whether this machine has jod-check's timer is not the household's doing.
      if Doctor.askTimer() == nil { #expect(ended.status == 0, "\(ended.output)") }
      #expect(ended.output.contains("ok       Jellyfin"))
      #expect(ended.output.contains("10.11.3"))
    }

    @Test("everything wrong at once: every fault has its line and its remedy")
    func everythingWrong() throws {
      let home = try Home()
      try home.storage.turn(.starting)
      home.jellyfin.say("/Devices", nil)
      home.jellyfin.say("/ScheduledTasks", nil)
      home.jellyfin.say("/Library/VirtualFolders", nil)
      home.sandbox.environment["STORAGE_SERVER_MAC"] = "01:00:5e:00:00:01"
      home.sandbox.environment["WOL_INTERFACE"] = "nosuch0"
      home.sandbox.environment["SHUTDOWN_COMMAND"] = "/nosuch/program"
      home.sandbox.environment["COOLDOWN_TIME"] = "1s"
      let timer = Diagnosis.Timer(isActive: false, isEnabled: false)
      let findings = examine(home, timer: timer)
      #expect(
        faults(findings) == [
          "Devices", "Tasks", "Libraries", "MAC address", "Wake request", "Storage service", "Power-off",
          "Timer",
        ])
      #expect(findings.filter { $0.subject == "Configuration" }.map(\.verdict) == [.warning, .warning])
      for finding in findings where finding.verdict != .good { #expect(finding.remedy?.isEmpty == false) }
      #expect(try home.sandbox.run("doctor").status == 1)
    }

    @Test("a rejected key is one line, and so is a Jellyfin that is away")
    func jellyfin() throws {
      let home = try good()
      home.sandbox.environment["JELLYFIN_API_KEY"] = "ffff"
      #expect(faults(examine(home)) == ["API key"])
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:1"
      #expect(faults(examine(home)) == ["Jellyfin"])
    }

    @Test(
      "with an invalid configuration all of its faults are told, and the rest is looked at; the status is 78")
    func invalid() throws {
      let home = try good()
      home.sandbox.environment["STORAGE_SERVER_MAC"] = ""
      home.sandbox.environment["WOL_PORT"] = "x"
      home.sandbox.environment["CHECK_INTERVAL"] = "soon"
      let findings = examine(home)
      #expect(faults(findings) == ["Configuration", "Configuration", "Configuration"])
      let subjects = findings.map(\.subject)
      #expect(subjects.contains("Libraries") && subjects.contains("Storage service"))
      #expect(!subjects.contains("MAC address") && !subjects.contains("Wake request"))
      let ended = try home.sandbox.run("doctor")
      #expect(ended.status == 78)
      #expect(ended.output.contains("WOL_PORT: \"x\"") && ended.output.contains("Jellyfin"))
    }

    @Test("a name that does not resolve, and a storage that sleeps")
    func storage() throws {
      let home = try good()
      home.sandbox.environment["STORAGE_SERVER_ADDRESS"] = "storage.invalid:2049"
      #expect(faults(examine(home)) == ["Storage name"])
      home.sandbox.environment["STORAGE_SERVER_ADDRESS"] = "127.0.0.1:\(home.storage.port)"
      try home.storage.turn(.off)
      let findings = examine(home)
      #expect(faults(findings).isEmpty)
      #expect(findings.contains { $0.subject == "Storage service" && $0.verdict == .warning })
    }

    @Test("--json prints one document, without the key")
    func json() throws {
      let home = try good()
      home.jellyfin.say("/Library/VirtualFolders", #"[{"Name":"A","Locations":["/\#(FakeJellyfin.key)"]}]"#)
      home.sandbox.environment["JELLYFIN_API_URL"] = "http://127.0.0.1:\(home.jellyfin.port)"
      let ended = try home.sandbox.run("doctor", "--json")
      let document = try #require(
        JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
      #expect(document["exit_status"] as? Int == Int(ended.status))
      let findings = try #require(document["findings"] as? [[String: Any]])
      #expect(findings.first?["subject"] as? String == "Configuration")
      #expect(findings.allSatisfy { ["good", "warning", "fault"].contains($0["verdict"] as? String) })
      #expect(try !home.sandbox.everything().contains(FakeJellyfin.key))
    }

    @Test("at a terminal each line has a mark, and its remedy below")
    func marks() {
      let page = DoctorPage(
        findings: [
          .good("Jellyfin", "10.11"), .warning("Timer", "late", remedy: "Hurry."),
          .fault("MAC", "zero", remedy: "Set it."),
        ], exitStatus: 1)
      #expect(
        page.text(onTerminal: true) == """
          ✓ Jellyfin  10.11
          ! Timer     late
                      → Hurry.
          ✗ MAC       zero
                      → Set it.
          1 fault, 1 warning.

          """)
    }

    @Test("lines to paste stand below each other, with their own blanks")
    func lines() {
      let page = DoctorPage(
        findings: [.fault("Mounts", "plain", remedy: "Put into a.mount:\n  [Unit]\n\n  PartOf=b\nReload.")],
        exitStatus: 1)
      #expect(
        page.text(onTerminal: false) == """
          fault    Mounts  plain
                           → Put into a.mount:
                               [Unit]

                               PartOf=b
                             Reload.
          1 fault, 0 warnings.

          """)
    }
  }

  @Suite(
    "The doctor's login over a real ssh",
    .enabled(if: OpenSSHServer.isInstalled, "sshd is not installed (apt-get install openssh-server)"))
  struct DoctorLoginTests {
    /// Whether the key's command ran.
    private var ran = false

    /// Asks a server that was paired with; the findings on login and Wake-on-LAN.
    private mutating func findings(
      report: String, isOurs: Bool = true, change: (Sandbox, OpenSSHServer) throws -> Void = { _, _ in }
    ) throws -> [Finding] {
      let home = try Home()
      try home.storage.turn(.ready)
      let directory = "\(home.sandbox.folder)/credentials"
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      let key = "\(directory)/storage-server-ssh-key"
      try runToEnd("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
      let publicKey = try String(contentsOfFile: "\(key).pub", encoding: .utf8)
      try FileManager.default.removeItem(atPath: "\(key).pub")
      try home.sandbox.write(report, to: "report")
      let command = "touch \(home.sandbox.folder)/ran; cat \(home.sandbox.folder)/report"
      let server = try OpenSSHServer(
        in: home.sandbox.folder, authorized: "restrict,command=\"\(command)\" \(publicKey)")
      let destination = SSHDestination("\(OpenSSHServer.user)@127.0.0.1:\(server.port)")!
      try Pairing(destination: destination, directory: directory, trusts: true, ask: nil, say: { _ in }).run()
      try change(home.sandbox, server)
      home.sandbox.environment["STORAGE_SERVER_SSH"] = "\(destination)"
      var files: [String: String] = [:]
      for name in ["storage-server-ssh-key", "known_hosts"]
      where FileManager.default.fileExists(atPath: "\(directory)/\(name)") {
        files[name] = "\(directory)/\(name)"
      }
      let settings = Settings(
        environment: home.sandbox.environment, secureShellFiles: files,
        stateDirectory: "\(home.sandbox.folder)/state", runtimeDirectory: "\(home.sandbox.folder)/run")
      let store = Store(
        stateDirectory: settings.stateDirectory, runtimeDirectory: settings.runtimeDirectory, mode: .normal)
      _ = store.update(bootID: Clock.now().moment.bootID, keep: .everything) {
        $0.noteStorageSide(isOurs: isOurs)
      }
      defer { ran = FileManager.default.fileExists(atPath: "\(home.sandbox.folder)/ran") }
      return Doctor(settings: settings, timer: { nil }, sandbox: { nil }).examine()
        .filter { ["Power-off", "Wake-on-LAN"].contains($0.subject) }
    }

    private static let armed =
      #"{"version":"0.1.0","busy":false,"guards":[],"inhibitors":[],"wake_on_lan":[{"interface":"enp3s0","mac":"02:00:00:c0:ff:ee","supported":"pumbg","now":"g","armed":true,"kept":true}]}"#

    @Test("a storage server that was paired with is in order, and tells whether it can be woken")
    mutating func paired() throws {
      let found = try findings(report: Self.armed)
      #expect(found.map(\.verdict) == [.good, .good], "\(found)")
    }

    @Test("a key that may power off whatever is asked runs nothing, and its login is tried all the same")
    mutating func runsNothing() throws {
      let found = try findings(report: Self.armed, isOurs: false)
      #expect(found.map(\.verdict) == [.good, .warning], "\(found)")
      #expect(!ran)
      _ = try findings(report: Self.armed, isOurs: true)
      #expect(ran)
      let refused = try findings(report: Self.armed, isOurs: false) { sandbox, _ in
        let key = "\(sandbox.folder)/credentials/storage-server-ssh-key"
        try FileManager.default.removeItem(atPath: key)
        try runToEnd("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
      }
      #expect(refused.first?.words.contains("refuses our key") == true, "\(refused)")
    }

    @Test("one without jod-check-storage cannot tell")
    mutating func noReport() throws {
      let found = try findings(report: "hello")
      #expect(found.map(\.verdict) == [.good, .warning], "\(found)")
    }

    @Test("an unknown host key, a changed one, a refused key, and no key are told apart")
    mutating func faults() throws {
      let unknown = try findings(report: Self.armed) { sandbox, _ in
        try sandbox.write("", to: "credentials/known_hosts")
      }
      #expect(unknown.map(\.verdict) == [.fault])
      #expect(unknown.first?.words.contains("host key is not known") == true, "\(unknown)")
      let changed = try findings(report: Self.armed) { sandbox, server in
        let other = try OpenSSHServer(in: sandbox.folder)
        let keys = try runToEnd("/usr/bin/ssh-keyscan", "-p", "\(other.port)", "127.0.0.1")
        try sandbox.write(
          keys.replacingOccurrences(of: ":\(other.port)", with: ":\(server.port)"),
          to: "credentials/known_hosts")
      }
      #expect(changed.first?.words.contains("has changed") == true, "\(changed)")
      let refused = try findings(report: Self.armed) { sandbox, _ in
        let key = "\(sandbox.folder)/credentials/storage-server-ssh-key"
        try FileManager.default.removeItem(atPath: key)
        try runToEnd("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
      }
      #expect(refused.first?.words.contains("refuses our key") == true, "\(refused)")
      let missing = try findings(report: Self.armed) { sandbox, _ in
        try FileManager.default.removeItem(atPath: "\(sandbox.folder)/credentials/storage-server-ssh-key")
      }
      #expect(missing.first?.words.contains("no key") == true, "\(missing)")
    }

    @Test("an sshd that is gone though the storage is on")
    mutating func gone() throws {
      let found = try findings(report: Self.armed) { _, server in server.stop() }
      #expect(found.first?.words.contains("refuses the connection") == true, "\(found)")
    }
  }
}
