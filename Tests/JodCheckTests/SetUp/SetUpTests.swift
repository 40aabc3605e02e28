import Foundation
import Household
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite(
    "Setting up at a real terminal",
    .enabled(if: SetUpMachine.isPossible, "only root can make a machine to set up, and python3 a terminal"))
  struct SetUpTests {
    private var machine: SetUpMachine
    private let looks = "cat /etc/default/jod-check; echo ==; cat /etc/fstab; echo ==; cat $folder/systemctl"

    init() throws { machine = try SetUpMachine() }

    /// Enter at every question, after the link.
    private static let enters: [SetUpMachine.Step] = [
      SetUpMachine.confirm, ("wake the storage server?", "\n"), ("Is that done?", "\n"),
      ("power in watts", "\n"),
      ("Shall the house", "\n"), ("switched off in Jellyfin", "\n"), ("start Jellyfin", "\n"),
      ("Write this", "\n"),
    ]

    /// Nothing is as set-up would have it, and nothing is left in Jellyfin.
    private func isUntouched(_ ended: SetUpMachine.Ended) -> Bool {
      ended.after.contains("STORAGE_SERVER_MAC=\n") && !ended.after.contains("x-systemd.automount")
        && !ended.after.contains("enable")
    }

    @Test("one confirmed link, and Enter at everything else, is a household")
    func enter() throws {
      let ended = try machine.run(
        dialogue: Self.enters,
        after:
          "\(looks); stat -c '%a %U' /etc/jod-check/credentials /etc/jod-check/credentials/*; ls /run; cat $folder/jellyfin/requests; cat /etc/jod-check/credentials/jellyfin-api-key; cmp /etc/default/jod-check.old $root/systemd/jod-check.default && echo kept"
      )
      #expect(ended.status == 0, "\(ended.screen)")
      #expect(ended.has("http://192.0.2.1:8096/web/#/quickconnect?code=336899"))
      for line in [
        "STORAGE_SERVER_MAC=02:00:00:c0:ff:ee", "STORAGE_SERVER_ADDRESS=nas.lan:445",
        "BROADCAST_ADDRESS=192.0.2.255",
        "STORAGE_MOUNTS=/srv/b",
        "nas.lan:/media /srv/b cifs credentials=/root/c,hard,noauto,nofail,x-systemd.automount 0 0",
        "--quiet daemon-reload", "--quiet enable --now jod-check.timer", "--quiet restart jod-check.socket",
        "--quiet start srv-b.automount", "700 root", "600 root", "POST /Sessions/Logout", SetUpMachine.apiKey,
        "kept",
      ] { #expect(ended.after.contains("\(line)\n"), "\(line) in \(ended.after)") }
      for word in [
        "LISTEN_ADDRESS=0", "\nHTTP_TOKEN=", "\nLIBRARY_SCAN", "LibraryOptions", "jod-check-setup-",
      ] {
        #expect(!ended.after.contains(word), "\(word)")
      }
      #expect(!ended.screen.contains(SetUpMachine.apiKey))
      #expect(ended.has("0 faults"))
      #expect(
        ended.screen.split(separator: "\n").prefix { !$0.contains("doctor") }.allSatisfy { line in
          // The line for the other machine is to be copied whole.
          line.replacing(/\u{1B}\[[0-9;]*m/, with: "").count <= 80 || line.contains("ssh-ed25519")
        })
    }

    @Test("run again it asks for no key, and nothing that it knows")
    func again() throws {
      var machine = machine
      machine.preparation =
        "mkdir -p -m 700 /etc/jod-check/credentials; cp $jellyfin/key /etc/jod-check/credentials/jellyfin-api-key; printf 'STORAGE_SERVER_MAC=02:00:00:c0:ff:ee\\nJELLYFIN_API_URL=http://localhost:8096\\nSTORAGE_SERVER_ADDRESS=nas.lan:445\\nSTORAGE_MOUNTS=/srv/b\\nSHUTDOWN_COMMAND=/bin/false\\nSTORAGE_SERVER_WATTS=85\\nELECTRICITY_PRICE=1\\nHTTP_TOKEN=t0ken\\nBROADCAST_ADDRESS=192.0.2.255\\nJELLYFIN_LOG_DIRECTORY=/var/log\\nLIBRARY_SCAN_INTERVAL=12h\\n' >/etc/default/jod-check; cp /etc/default/jod-check $folder/before"
      let ended = try machine.run(
        "--no-webhook",
        dialogue: [("switched off in Jellyfin", "\n"), ("Write this", "\n"), ("A rehearsal", "\n")],
        after:
          "cmp $folder/before /etc/default/jod-check && echo same; ls /etc/default; cat $folder/jellyfin/requests"
      )
      #expect(ended.status == 0, "\(ended.screen)")
      #expect(ended.after.contains("same\n") && !ended.after.contains("jod-check.old"))
      #expect(!ended.after.contains("POST"))
      #expect(ended.screen.components(separatedBy: "  ? ").count == 4, "\(ended.screen)")
    }

    @Test("options answer everything, without a terminal")
    func options() throws {
      var machine = machine
      machine.hasTerminal = false
      machine.preparation = "mkdir -p /var/lib/log"
      let ended = try machine.run(
        "--key-file", "\(machine.sandbox.folder)/jellyfin/key", "--storage", "nas.lan:2049", "--mac",
        "02-00-00-00-00-01",
        "--no-mounts", "--no-power-off", "--watts", "85,3", "--price", "0.35 EUR", "--page",
        "--log-directory", "/var/lib/log",
        "--no-webhook", "--monitoring-off", "--scan-interval", "6h",
        after: "\(looks); cat $folder/jellyfin/requests")
      #expect(ended.status == 0, "\(ended.screen)")
      for line in [
        "STORAGE_SERVER_MAC=02:00:00:00:00:01", "STORAGE_SERVER_ADDRESS=nas.lan:2049",
        "STORAGE_SERVER_WATTS=85,3",
        "ELECTRICITY_PRICE=\"0.35 EUR\"", "LISTEN_ADDRESS=0.0.0.0:8097",
        "JELLYFIN_LOG_DIRECTORY=/var/lib/log",
        "LIBRARY_SCAN_INTERVAL=6h", "POST /Library/VirtualFolders/LibraryOptions",
      ] { #expect(ended.after.contains("\(line)\n"), "\(line) in \(ended.after)") }
      #expect(ended.after.contains(/HTTP_TOKEN=[0-9a-f]{32}\n/))
      #expect(ended.screen.contains(/http:\/\/192\.0\.2\.1:8097\/\?token=[0-9a-f]{32}/))
      #expect(!ended.screen.contains("\u{1B}"))
    }

    @Test(
      "without a terminal a missing answer is wrong use, and names its option",
      arguments: [
        ([], "--key-file"), (["--key"], "--mount or --no-mounts"),
        (["--key", "--no-mounts"], "--power-off or --no-power-off"),
        (["--key", "--no-mounts", "--no-power-off"], "--watts"),
      ] as [([String], String)])
    func missing(words: [String], option: String) throws {
      var machine = machine
      machine.hasTerminal = false
      let key = "--key-file=\(machine.sandbox.folder)/jellyfin/key"
      let arguments = words.map { $0 == "--key" ? key : $0 }
      let ended =
        arguments.count == 3
        ? try machine.run(arguments[0], arguments[1], arguments[2], after: looks)
        : arguments.count == 2
          ? try machine.run(arguments[0], arguments[1], after: looks)
          : arguments.count == 1 ? try machine.run(arguments[0], after: looks) : try machine.run(after: looks)
      #expect(ended.status == 64)
      #expect(ended.screen.contains("say it with \(option)."), "\(ended.screen)")
      #expect(isUntouched(ended))
    }

    @Test("--yes takes Enter at every question, and never rehearses; a dry run writes nothing")
    func yes() throws {
      var machine = machine
      machine.hasTerminal = false
      let key = "--key-file=\(machine.sandbox.folder)/jellyfin/key"
      let dry = try machine.run(key, "--yes", "--dry-run", after: "\(looks); ls /etc/jod-check /run")
      #expect(dry.status == 0 && dry.has("nothing was written"), "\(dry.screen)")
      #expect(isUntouched(dry) && !dry.after.contains("setup-"))
      let ended = try machine.run(key, "--yes", after: looks)
      #expect(ended.status == 0, "\(ended.screen)")
      #expect(
        ended.after.contains("STORAGE_MOUNTS=/srv/b\n") && !ended.after.contains("STORAGE_SERVER_SSH=jod"))
      #expect(!ended.has("rehearsal"))
    }

    @Test("Ctrl-C at each question leaves everything as it was, and takes the key back", arguments: 0..<8)
    func interrupted(at index: Int) throws {
      var steps = Array(Self.enters.prefix(index + 1))
      if index == 0 { steps = [("Waiting; p and Enter", "\u{3}")] } else { steps[index].type = "\u{3}" }
      let ended = try machine.run(
        dialogue: steps,
        after: "\(looks); ls /run; ls /etc/jod-check $folder/jellyfin/made; cat $folder/jellyfin/requests")
      #expect(ended.status == 1, "\(ended.screen)")
      #expect(ended.has("interrupted: nothing was written"))
      #expect(isUntouched(ended) && !ended.after.contains("jod-check-setup-"))
      #expect(!ended.after.contains("/jellyfin/made"))
      #expect(ended.after.contains("DELETE /Auth/Keys/") == (index > 0))
    }

    @Test("a key that an earlier run left behind is named")
    func leftBehind() throws {
      var machine = machine
      machine.preparation = "echo one >$jellyfin/made"
      let ended = try machine.run(dialogue: [
        SetUpMachine.confirm, ("made no key", "\u{3}"), ("code is", "\u{3}"),
      ])
      #expect(ended.status == 1, "\(ended.screen)")
      #expect(ended.has("Jellyfin already has a key named jod-check, of 2"))
    }

    @Test("somebody who is no administrator is told so, and logged out")
    func noAdministrator() throws {
      var machine = machine
      machine.preparation =
        "echo '{\"AccessToken\":\"0202\",\"User\":{\"Name\":\"bob\",\"Policy\":{\"IsAdministrator\":false}}}' >$jellyfin/POST_Users_AuthenticateWithQuickConnect.json"
      let ended = try machine.run(
        dialogue: [SetUpMachine.confirm, ("bob is no administrator", "\u{3}")],
        after: "cat $folder/jellyfin/requests; \(looks)")
      #expect(ended.status == 1 && ended.has("interrupted"))
      #expect(ended.has("bob is no administrator of Jellyfin"))
      #expect(ended.after.contains("POST /Sessions/Logout\n") && !ended.after.contains("POST /Auth/Keys"))
      #expect(isUntouched(ended))
    }

    @Test("without Quick Connect a password is asked for, twice, and shown nowhere; then a key may be pasted")
    func password() throws {
      var machine = machine
      machine.preparation =
        "echo '\"Quick connect is disabled\"' >$jellyfin/POST_QuickConnect_Initiate.json; echo 401 >$jellyfin/POST_QuickConnect_Initiate.status; echo x >$jellyfin/POST_Users_AuthenticateByName.json; echo 401 >$jellyfin/POST_Users_AuthenticateByName.status"
      let ended = try machine.run(
        "--no-mounts", "--no-power-off", "--watts", "85", "--price", "1", "--no-page", "--no-log-directory",
        "--no-webhook",
        "--monitoring-as-is", "--scans-as-is",
        dialogue: [
          ("Name of an administrator", "alice\n"), ("Password", "hunter2\n"), ("not the password", ""),
          ("Name of an administrator", "alice\n"), ("Password", "hunter3\n"), ("Try it by the link", "n\n"),
          ("API key", "wrong\n"), ("(401)", ""), ("API key", "\(SetUpMachine.apiKey)\n"),
          ("Write this", "y\n"),
        ],
        after: "cat $folder/jellyfin/requests; \(looks); cat /etc/jod-check/credentials/jellyfin-api-key")
      #expect(ended.status == 0, "\(ended.screen)")
      #expect(!ended.screen.contains("hunter") && !ended.screen.contains(SetUpMachine.apiKey))
      #expect(ended.after.components(separatedBy: "POST /Users/AuthenticateByName").count == 3)
      #expect(ended.after.contains(SetUpMachine.apiKey))
    }

    @Test("a code that died with Jellyfin is replaced by another")
    func expired() throws {
      var machine = machine
      machine.preparation = "cp $root/acceptance/jellyfin.py $folder/"
      let ended = try machine.run(
        dialogue: [
          ("Waiting; p and Enter", "!echo 404 > $folder/jellyfin/QuickConnect_Connect.status"),
          (
            "has expired",
            "!rm $folder/jellyfin/QuickConnect_Connect.status; echo yes > $folder/jellyfin/confirmed"
          ),
          ("Made an API key", "\u{3}"),
        ])
      #expect(
        ended.has("has expired. Here is another one.") && ended.has("Made an API key"), "\(ended.screen)")
    }

    @Test("a storage server behind a router, or one that is off and unknown, has its MAC address asked for")
    func unknownMAC() throws {
      var machine = machine
      machine.preparation = "ip neighbour del 192.0.2.7 dev lan0; sed -i s/192.0.2.7/198.51.100.7/ /etc/hosts"
      let ended = try machine.run(
        "--key-file", "\(machine.sandbox.folder)/jellyfin/key", "--no-mounts", "--no-power-off", "--yes",
        "--dry-run")
      #expect(ended.status == 64)
      #expect(
        ended.has("ip neigh") && ended.has("jod-check-storage status") && ended.has("say it with --mac"))
      let told = try machine.run(
        "--key-file", "\(machine.sandbox.folder)/jellyfin/key", "--mac", "02:00:00:c0:ff:ee", "--yes",
        "--dry-run")
      #expect(told.has("does not cross routers") && told.status == 0, "\(told.screen)")
    }

    @Test("no Jellyfin, or another server in its place, is said before anything is asked of it")
    func noJellyfin() throws {
      var machine = machine
      let away = try machine.run("--jellyfin", "http://127.0.0.1:8099", after: looks)
      #expect(away.status == 1 && away.has("refused the connection") && isUntouched(away), "\(away.screen)")
      machine.preparation = "echo '{\"Version\":\"4.8\"}' >$jellyfin/System_Info_Public.json"
      let emby = try machine.run(after: looks)
      #expect(emby.status == 1 && emby.has("is no Jellyfin") && isUntouched(emby), "\(emby.screen)")
    }

    @Test("a disk that cannot be written is said at once")
    func readOnly() throws {
      var machine = machine
      machine.preparation = "mount -o remount,ro,bind /etc"
      let ended = try machine.run(after: "cat $folder/jellyfin/requests")
      #expect(ended.status == 1 && ended.has("Read-only file system"), "\(ended.screen)")
      #expect(ended.after.isEmpty)
    }

    @Test(
      "wrong values of options are told before anything else",
      arguments: [
        "--mac=xx", "--storage=a b", "--watts=many", "--jellyfin=nas", "--mount=srv", "--scan-interval=soon",
        "--price=EUR",
      ])
    func wrongUse(word: String) throws {
      let ended = try machine.sandbox.run("setup", word)
      #expect(ended.status == 64 && ended.errors.contains("is not understood; accepted: "), "\(ended.errors)")
    }
  }

  @Suite("QR codes")
  struct QREncoderTests {
    @Test(
      "a real reader reads what the terminal shows",
      .enabled(
        if: access("/usr/bin/zbarimg", X_OK) == 0, "zbarimg is not installed (apt-get install zbar-tools)"),
      arguments: [
        "http://192.168.1.5:8096/web/#/quickconnect?code=336899",
        "http://[fd00::2]:8097/?token=0123456789abcdef0123456789abcdef",
      ])
    func read(link: String) throws {
      let code = try #require(QREncoder.code(of: link))
      #expect(code.columns <= 76)
      for (paper, ink) in [(QRCode.Paper.light, true), (.dark, false)] {
        let sandbox = try Sandbox()
        try sandbox.write(Self.picture(code.lines(on: paper), ink: ink), to: "code.pbm")
        #expect(
          try runToEnd("/usr/bin/zbarimg", "--quiet", "--raw", "\(sandbox.folder)/code.pbm") == "\(link)\n")
      }
    }

    /// The characters as a picture, eight points to a module. `ink`: whether what is drawn is dark.
    private static func picture(_ lines: [String], ink: Bool) -> String {
      let rows = lines.flatMap { line in
        ["▀█", "▄█"].map { drawn in line.map { drawn.contains($0) == ink ? "1" : "0" } }
      }
      // A light frame, as a terminal's page has it.
      let frame = 4
      let width = rows[0].count + 2 * frame
      let blank = [String](repeating: "0", count: width)
      let side = [String](repeating: "0", count: frame)
      let all =
        [[String]](repeating: blank, count: frame) + rows.map { side + $0 + side }
        + [[String]](repeating: blank, count: frame)
      let points = all.flatMap { row in
        [String](repeating: row.map { String(repeating: $0, count: 8) }.joined(), count: 8)
      }
      return "P1\n\(width * 8) \(points.count)\n\(points.joined(separator: "\n"))\n"
    }
  }
}
