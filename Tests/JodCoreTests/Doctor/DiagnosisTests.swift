import FoundationEssentials
import Testing

@testable import JodCore

/// A finding that a test expects: its verdict, a piece of its words, and a piece of its remedy.
private struct Expected: Sendable {
  var verdict: Finding.Verdict
  var words: String
  var remedy: String

  static func good(_ words: String) -> Expected { Expected(verdict: .good, words: words, remedy: "") }
  static func warning(_ words: String, _ remedy: String) -> Expected {
    Expected(verdict: .warning, words: words, remedy: remedy)
  }
  static func fault(_ words: String, _ remedy: String) -> Expected {
    Expected(verdict: .fault, words: words, remedy: remedy)
  }

  func check(_ finding: Finding?, _ location: SourceLocation = #_sourceLocation) {
    #expect(finding?.verdict == verdict, "\(finding as Any)", sourceLocation: location)
    #expect(finding?.words.contains(words) == true, "\(finding as Any)", sourceLocation: location)
    let advice = finding?.remedy ?? ""
    #expect(remedy.isEmpty || advice.contains(remedy), "\(finding as Any)", sourceLocation: location)
    #expect((finding?.verdict == .good) == (finding?.remedy == nil), sourceLocation: location)
  }
}

/// A fact in words, what it is, and what it must be found to be.
private struct Row<Fact: Sendable>: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var fact: Fact
  var expected: Expected

  init(_ words: String, _ fact: Fact, _ expected: Expected) {
    (testDescription, self.fact, self.expected) = (words, fact, expected)
  }
}

@Suite("What the doctor makes of the facts")
struct DiagnosisTests {
  private static let url = BaseURL("http://localhost:8096")!
  private static let rejected = Trouble(.keyRejected, cause: "401", "Rejected.", advice: "Make a key.")
  private static let forbidden = Trouble(.keyRejected, cause: "403", "Not allowed.", advice: "Make a key.")
  private static let away = Trouble(.jellyfin, cause: "refused", "Refused.", advice: "Start it.")

  @Test("each fault of the configuration is a line, and each warning where there is none")
  func configurationLines() throws {
    let mended = Configuration.mended(environment: [
      "STORAGE_SERVER_MAC": "x", "COOLDOWN_TIME": "1s", "STORAGE_SERVER_ADDRESS": "nas:2049",
    ])
    let findings = Diagnosis.configuration(mended.faults, warnings: [])
    #expect(findings.map(\.verdict) == [.fault, .fault, .fault])
    #expect(findings[0].words == "STORAGE_SERVER_MAC: \"x\" is not understood.")
    let known = try #require(mended.configuration)
    #expect(known.storageServerAddress == Endpoint(host: "nas", port: 2049))
    let warnings = Diagnosis.configuration([], warnings: known.warnings)
    #expect(warnings.map(\.verdict) == [.warning, .warning])
    #expect(warnings[0].remedy == "Make it longer.")
    Expected.good("valid").check(Diagnosis.configuration([], warnings: [])[0])
  }

  @Test("a mended configuration of a valid one is the same")
  func mendsNothing() {
    let environment = [
      "STORAGE_SERVER_MAC": "02:00:00:00:00:01", "JELLYFIN_API_URL": "http://a", "JELLYFIN_API_KEY": "k",
    ]
    let mended = Configuration.mended(environment: environment)
    #expect(mended.faults.isEmpty)
    #expect(mended.configuration == (try? Configuration(environment: environment)))
  }

  @Test("a configuration can be mended with any fault")
  func mendsEverything() {
    let names = [
      "STORAGE_SERVER_MAC", "BROADCAST_ADDRESS", "JELLYFIN_API_URL", "CHECK_INTERVAL",
      "PACKET_COOLDOWN_TIME", "COOLDOWN_TIME", "STORAGE_SERVER_ADDRESS", "STORAGE_SERVER_SSH",
      "SHUTDOWN_ACTION", "SHUTDOWN_COMMAND", "WOL_PORT", "WOL_COPIES", "WOL_INTERFACE", "WOL_SECUREON",
      "WAKE_TIMEOUT", "ACTIVITY_WINDOW", "BROWSING_LIMIT", "PAUSE_LIMIT", "MANUAL_START_HOLD",
      "LISTEN_ADDRESS", "HTTP_TOKEN", "STORAGE_SERVER_WATTS", "DRY_RUN",
    ]
    let mended = Configuration.mended(
      environment: Dictionary(uniqueKeysWithValues: names.map { ($0, "/ \" /") }), keyCredential: " \" ")
    #expect(Set(mended.faults.map(\.variable)) == Set(names + ["JELLYFIN_API_KEY"]))
    #expect(mended.configuration != nil)
  }

  private static let servers: [Row<Result<JellyfinServer, Trouble>>] = [
    Row("Jellyfin 10.11", server("10.11.3"), .good("10.11.3 at http://localhost:8096")),
    Row("Jellyfin 12", server("12.0.0"), .good("12.0.0")),
    Row("Jellyfin 10.7", server("10.7.7"), .warning("older than 10.8", "Update")),
    Row("never set up", server("10.11.3", isSetUp: false), .warning("never set up", "finish")),
    Row("migrating", server("10.11.3", product: nil, isSetUp: false), .warning("starting", "Wait")),
    Row("Emby", server("4.8.0", product: nil), .fault("not Jellyfin", "JELLYFIN_API_URL")),
    Row("something with JSON", server(nil, product: nil, isSetUp: nil), .fault("not Jellyfin", "8096")),
    Row("no answer", .failure(away), .fault("Refused", "Start it")),
  ]

  private static func server(
    _ version: String?, product: String? = "Jellyfin Server", isSetUp: Bool? = true
  ) -> Result<JellyfinServer, Trouble> {
    .success(JellyfinServer(version: version, product: product, isSetUp: isSetUp))
  }

  @Test("Jellyfin is one that we know", arguments: servers)
  private func jellyfin(row: Row<Result<JellyfinServer, Trouble>>) {
    row.expected.check(Diagnosis.jellyfin(row.fact, at: Self.url))
  }

  @Test("both spellings of Jellyfin's names are read")
  func spellings() throws {
    let pascal = #"{"Version":"10.11.3","ProductName":"Jellyfin Server","StartupWizardCompleted":true}"#
    let camel = #"{"version":"10.11.3","productName":"Jellyfin Server","startupWizardCompleted":true}"#
    for json in [pascal, camel] {
      let server = try decoded(JellyfinServer.self, json)
      #expect(server == JellyfinServer(version: "10.11.3", product: "Jellyfin Server", isSetUp: true))
    }
  }

  @Test("the key is accepted, and an administrator's")
  func keys() {
    Expected.good("accepted; 0 sessions").check(Diagnosis.key(.success([])))
    Expected.fault("Rejected", "Make a key").check(Diagnosis.key(.failure(Self.rejected)))
    Expected.good("administrator's").check(Diagnosis.devices(.success(DeviceList(items: []))))
    Expected.fault("nobody who browses", "administrator's").check(Diagnosis.devices(.failure(Self.forbidden)))
    Expected.fault("Refused", "Start it").check(Diagnosis.devices(.failure(Self.away)))
    Expected.good("1 task readable").check(
      Diagnosis.tasks(.success([JellyfinSchedule(key: "RefreshLibrary", triggers: [])])))
    Expected.fault("never powered off", "administrator's").check(Diagnosis.tasks(.failure(Self.forbidden)))
  }

  private static let macs: [Row<(String, String?)>] = [
    Row("a plausible one", ("00:11:32:aa:bb:cc", nil), .good("plausible")),
    Row("one that answers", ("00:11:32:aa:bb:cc", "00:11:32:aa:bb:cc"), .good("answers")),
    Row(
      "another than answers", ("00:11:32:aa:bb:cc", "00:11:32:aa:bb:dd"),
      .warning("answers as", "several cards")),
    Row("zero", ("00:00:00:00:00:00", nil), .fault("nobody's", "STORAGE_SERVER_MAC")),
    Row("broadcast", ("ff:ff:ff:ff:ff:ff", nil), .fault("multicast", "ip link")),
    Row("multicast", ("01:00:5e:00:00:01", nil), .fault("multicast", "STORAGE_SERVER_MAC")),
    Row("this machine's", ("00:11:32:00:00:01", nil), .fault("this machine's own", "STORAGE_SERVER_MAC")),
  ]

  @Test("the MAC address can be the storage server's", arguments: macs)
  private func mac(row: Row<(String, String?)>) {
    let own: Set = [MACAddress("00:11:32:00:00:01")!]
    row.expected.check(
      Diagnosis.mac(MACAddress(row.fact.0)!, own: own, seen: row.fact.1.flatMap(MACAddress.init)))
  }

  private struct Way: Sendable {
    var variables: [String: String] = [:]
    var departure = Diagnosis.Departure.from(IPv4Address("192.168.1.5")!)
    var storage: String? = "192.168.1.20"
  }

  private static let ways: [Row<Way>] = [
    Row("by the storage's interface", Way(), .good("leaves by eth0 to 255.255.255.255:9")),
    Row("a directed broadcast", Way(variables: ["BROADCAST_ADDRESS": "192.168.1.255"]), .good("eth0")),
    Row(
      "by a container's bridge", Way(departure: .from(IPv4Address("172.17.0.1")!)),
      .fault("on eth0", "WOL_INTERFACE=eth0 and BROADCAST_ADDRESS=192.168.1.255")),
    Row(
      "by a bridge, the storage unknown", Way(departure: .from(IPv4Address("172.17.0.1")!), storage: nil),
      .warning("no network card", "WOL_INTERFACE")),
    Row("to a storage behind a router", Way(storage: "10.1.1.1"), .warning("no network of this", "routers")),
    Row(
      "to a foreign broadcast address", Way(variables: ["BROADCAST_ADDRESS": "10.0.0.255"], storage: nil),
      .warning("routers drop", "BROADCAST_ADDRESS")),
    Row(
      "by no route", Way(departure: .refused("Network is unreachable")),
      .fault("Network is unreachable", "WOL_INTERFACE")),
    Row(
      "by an interface that is not there", Way(variables: ["WOL_INTERFACE": "eth7"]),
      .fault("no interface eth7", "docker0, eth0, eth1")),
    Row(
      "by one that is down", Way(variables: ["WOL_INTERFACE": "eth1"]),
      .fault("eth1 is down", "ip link set eth1 up")),
    Row("by the one that was set", Way(variables: ["WOL_INTERFACE": "eth0"]), .good("leaves by eth0")),
    Row(
      "by the wrong one that was set",
      Way(variables: ["WOL_INTERFACE": "docker0"], departure: .from(IPv4Address("172.17.0.1")!)),
      .fault("on eth0", "WOL_INTERFACE=eth0")),
  ]

  @Test("the wake request leaves to the storage server's network", arguments: ways)
  private func way(row: Row<Way>) {
    let mask = IPv4Address("255.255.255.0")
    let interfaces = [
      InterfaceAddress(name: "eth0", isUp: true, address: IPv4Address("192.168.1.5"), mask: mask),
      InterfaceAddress(name: "docker0", isUp: true, address: IPv4Address("172.17.0.1"), mask: mask),
      InterfaceAddress(name: "eth1", isUp: false, address: nil, mask: nil),
    ]
    row.expected.check(
      Diagnosis.interface(
        configuration(row.fact.variables), row.fact.departure, interfaces,
        storage: row.fact.storage.flatMap(IPv4Address.init).map { [$0] } ?? []))
  }

  @Test("the storage server's name and service")
  func service() {
    let nas = Endpoint("nas.lan:2049")!
    Expected.good("nas.lan is 192.168.1.20").check(Diagnosis.name(nas, addresses: ["192.168.1.20"]))
    Expected.fault("does not resolve", "/etc/hosts").check(Diagnosis.name(nas, addresses: nil))
    Expected.good("answers").check(Diagnosis.service(nas, .ready))
    Expected.fault("refuses", "2049 for NFS").check(Diagnosis.service(nas, .up))
    Expected.warning("asleep", "jod-check wake").check(Diagnosis.service(nas, .silent))
    Expected.warning("blindly", "STORAGE_SERVER_ADDRESS").check(Diagnosis.service(nil, .silent))
  }

  @Test("a power-off command must be a program that does not hang")
  func command() {
    let words = ["/usr/bin/ipmitool", "power", "soft"]
    Expected.good("ipmitool").check(Diagnosis.command(words, .executable))
    Expected.fault("there is no", "SHUTDOWN_COMMAND").check(Diagnosis.command(words, .missing))
    Expected.fault("may run", "chmod").check(Diagnosis.command(words, .notExecutable))
    Expected.fault("network mount", "Copy").check(Diagnosis.command(words, .onNetworkMount))
    Expected.warning("only wakes", "jod-check pair").check(Diagnosis.onlyWakes)
  }

  private static let timers: [Row<Diagnosis.Timer?>] = [
    Row("at CHECK_INTERVAL", timer(), .good("every 30s")),
    Row(
      "at another rhythm", timer(interval: 60),
      .fault("every 1min, but CHECK_INTERVAL is 30s", "daemon-reload")),
    Row("stopped", timer(isActive: false), .fault("does not run", "enable --now")),
    Row("until the next start", timer(isEnabled: false), .warning("next start", "enable --now")),
    Row("not installed", timer(loadState: "not-found"), .fault("not installed", "Install")),
    Row("masked", timer(loadState: "masked"), .fault("masked", "unmask")),
    Row("refused", timer(loadState: "bad-setting"), .fault("refuses", "revert")),
    Row("elapsed for good", timer(next: .never), .fault("never will again", "OnActiveSec=1s")),
    Row("set otherwise since", timer(next: .within(290)), .fault("next in 4min 50s", "restart")),
    Row("about to elapse", timer(next: .within(31)), .good("every 30s")),
    Row("by the calendar", Diagnosis.Timer(), .good("runs")),
    Row("without systemd", nil, .warning("cannot be asked", "CHECK_INTERVAL")),
  ]

  private static func timer(
    loadState: String = "loaded", isActive: Bool = true, isEnabled: Bool = true, interval: Seconds = 30,
    next: Diagnosis.Timer.Next = .within(12)
  ) -> Diagnosis.Timer {
    Diagnosis.Timer(
      loadState: loadState, isActive: isActive, isEnabled: isEnabled, interval: interval, next: next)
  }

  @Test("the timer runs", arguments: timers)
  private func timer(row: Row<Diagnosis.Timer?>) {
    row.expected.check(Diagnosis.timer(row.fact, interval: 30))
  }

  private static func shown(
    subState: String = "waiting", monotonic: String = "1h 23.5s", realtime: String = ""
  ) -> Diagnosis.Timer {
    Diagnosis.Timer(
      properties: """
        TimersMonotonic={ OnUnitActiveUSec=1min 30s ; next_elapse=2min 3.5s }
        TimersMonotonic={ OnUnitActiveUSec=5min ; next_elapse=6min }
        TimersMonotonic={ OnActiveUSec=1s ; next_elapse=0 }
        NextElapseUSecRealtime=\(realtime)
        NextElapseUSecMonotonic=\(monotonic)
        LoadState=loaded
        ActiveState=active
        SubState=\(subState)
        UnitFileState=enabled
        """, now: 3600)
  }

  @Test("what systemctl shows of a timer is read")
  func systemctl() {
    #expect(Self.shown() == Self.timer(interval: 90, next: .within(23.5)))
    let missing = Diagnosis.Timer(
      properties: "LoadState=not-found\nActiveState=inactive\nUnitFileState=\n", now: 0)
    #expect(missing.loadState == "not-found" && !missing.isActive && !missing.isEnabled)
    #expect(missing.interval == nil)
  }

  @Test("when it elapses next is told by what systemd waits for, not by what was set")
  func nextElapse() {
    #expect(Self.shown(subState: "elapsed", monotonic: "infinity").next == .never)
    #expect(Self.shown(subState: "elapsed").next == .never)
    #expect(Self.shown(monotonic: "infinity").next == .never)
    #expect(Self.shown(subState: "running", monotonic: "infinity").next == .certain)
    #expect(Self.shown(monotonic: "infinity", realtime: "Tue 2026-11-24 00:00:00 UTC").next == .certain)
    // It is about to.
    #expect(Self.shown(monotonic: "59min").next == .within(0))
  }

  @Test(
    "a network mount that is gone from the checks' table of mounts is a fault",
    arguments: [
      // It covers what is mounted below, and that is still in the table.
      ("PrivateTmp=yes\nProtectHome=read-only\n", []),
      ("PrivateTmp=disconnected\nProtectHome=no\n", ["/tmp/films", "/var/tmp/x"]),
      ("ProtectHome=yes\nPrivateTmp=no\n", ["/home/pi/media"]),
      ("ProtectHome=tmpfs\nPrivateTmp=yes\n", ["/home/pi/media"]), ("PrivateTmp=no\nProtectHome=no\n", []),
      ("", []),
    ])
  func hiddenMounts(properties: String, hidden: [String]) {
    let mounts = Mounts(
      entries: [
        Mounts.Entry(path: "/home/pi/media", type: "nfs4"), Mounts.Entry(path: "/tmp/films", type: "cifs"),
        Mounts.Entry(path: "/tmpfilms", type: "nfs"), Mounts.Entry(path: "/srv/films", type: "nfs4"),
        Mounts.Entry(path: "/tmp", type: "tmpfs"), Mounts.Entry(path: "/tmp/disk", type: "ext4"),
      ],
      wanted: [Mounts.Entry(path: "/var/tmp/x", type: "nfs"), Mounts.Entry(path: "/tmp/films", type: "cifs")])
    let findings = Diagnosis.hiddenMounts(mounts, Diagnosis.Sandbox(properties: properties))
    #expect(findings.map(\.verdict) == hidden.map { _ in .fault })
    for (finding, path) in zip(findings, hidden) {
      #expect(finding.words.contains("hides \"\(path)\""))
      #expect(finding.remedy?.contains("Mount it elsewhere") == true)
    }
  }

  @Test(
    "a service that may not ask the kernel for connections is a fault",
    arguments: [
      ("", true), ("RestrictAddressFamilies=\n", true),
      ("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n", true),
      ("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\n", false),
      ("RestrictAddressFamilies=none\n", false),
      ("RestrictAddressFamilies=~AF_PACKET\n", true), ("RestrictAddressFamilies=~\n", true),
      ("RestrictAddressFamilies=~AF_NETLINK\n", false),
      ("RestrictAddressFamilies=~AF_PACKET AF_NETLINK\n", false),
    ])
  func families(_ properties: String, _ mayAsk: Bool) {
    let findings = Diagnosis.traffic(nil, Diagnosis.Sandbox(properties: properties))
    #expect(findings.map(\.verdict) == (mayAsk ? [] : [.fault]))
    #expect(findings.allSatisfy { $0.remedy?.contains("AF_NETLINK") == true })
  }

  @Test(
    "a kernel that does not tell this machine's connections is a fault, with its reason",
    arguments: [
      (ConnectionQuery.Failure.refused(2), "No such file or directory"),
      (.notUnderstood, "cannot be understood"),
      (.tooMany, "more than 4096"),
    ])
  func connections(_ failure: ConnectionQuery.Failure, _ words: String) {
    let findings = Diagnosis.traffic(failure, nil)
    #expect(findings.map(\.verdict) == [.fault])
    #expect(findings.first?.words.contains(words) == true)
    #expect(Diagnosis.traffic(nil, nil) == [])
  }

  @Test(
    "a file that a variable names and the sandbox hides is a fault",
    arguments: [
      ("PrivateTmp=yes\nProtectHome=read-only\n", ["/tmp/off", "/var/tmp/off"]),
      ("PrivateTmp=no\nProtectHome=yes\n", ["/home/pi/off"]), ("PrivateTmp=no\nProtectHome=no\n", []),
    ])
  func hiddenFiles(properties: String, hidden: [String]) {
    let paths = ["/tmp/off", "/var/tmp/off", "/home/pi/off", "/usr/local/sbin/off", "/tmpoff"]
    let findings = Diagnosis.hiddenFiles(
      paths.map { ("SHUTDOWN_COMMAND", $0) }, Diagnosis.Sandbox(properties: properties))
    #expect(findings.count == hidden.count)
    for (finding, path) in zip(findings, hidden) {
      #expect(finding.verdict == .fault)
      #expect(finding.words.hasPrefix("SHUTDOWN_COMMAND names \"\(path)\""))
    }
  }

  @Test("faults decide the exit status, warnings do not, and the configuration weighs most")
  func exitStatus() {
    let (good, warning) = (Finding.good("a", "b"), Finding.warning("a", "b", remedy: "c"))
    let fault = Finding.fault("a", "b", remedy: "c")
    #expect(Diagnosis.exitStatus([good, warning], isConfigurationValid: true) == 0)
    #expect(Diagnosis.exitStatus([good, fault, warning], isConfigurationValid: true) == 1)
    #expect(Diagnosis.exitStatus([fault], isConfigurationValid: false) == 78)
  }
}

@Suite("What the doctor makes of a login over ssh")
struct LoginDiagnosisTests {
  private static let destination = SSHDestination("jod-check@nas.lan")!

  /// How OpenSSH 9.2 ends, shortened.
  private static let endings: [Row<(Int32?, String, Probe)>] = [
    Row(
      "the host key is unknown",
      (
        255,
        "No ED25519 host key is known for nas.lan and you have requested strict checking.\nHost key verification failed.",
        .ready
      ),
      .fault("not known", "jod-check pair jod-check@nas.lan")),
    Row(
      "the host key has changed",
      (255, "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", .ready),
      .fault("has changed", "Find out why")),
    Row(
      "our key is refused", (255, "jod-check@nas.lan: Permission denied (publickey).", .ready),
      .fault("refuses our key", "on the storage server")),
    Row(
      "the name does not resolve",
      (255, "ssh: Could not resolve hostname nas.lan: Name or service not known", .silent),
      .fault("does not resolve", "/etc/hosts")),
    Row(
      "no sshd there", (255, "ssh: connect to host nas.lan port 22: Connection refused", .ready),
      .fault("refuses the connection", "openssh-server")),
    Row(
      "asleep", (255, "ssh: connect to host nas.lan port 22: Connection timed out", .silent),
      .warning("no answer", "jod-check wake")),
    Row(
      "a firewall", (255, "ssh: connect to host nas.lan port 22: No route to host", .ready),
      .fault("though the storage server is on", "firewall")),
    Row("killed for taking too long", (nil, "", .silent), .warning("no answer", "jod-check wake")),
    Row("anything else", (255, "Bad owner or permissions", .ready), .fault("Bad owner", "jod-check pair")),
    Row("logged in", (0, "", .ready), .good("in order")),
    Row(
      "logged in, but another program is there", (127, "sh: 1: status: not found", .ready), .good("in order")),
  ]

  @Test("each ending has its remedy", arguments: endings)
  private func ending(row: Row<(Int32?, String, Probe)>) {
    let (status, errors, probe) = row.fact
    row.expected.check(
      Diagnosis.login(
        Self.destination, Diagnosis.Login(status: status, answer: nil, errors: errors), probe: probe))
  }

  @Test("without a key or a program there is no login")
  func nothing() {
    Expected.fault("no key", "jod-check pair").check(Diagnosis.login(Self.destination, .noKey, probe: nil))
    Expected.fault("not installed", "openssh-client").check(
      Diagnosis.login(Self.destination, .noProgram, probe: nil))
  }

  /// A card as `jod-check-storage status --json` tells it.
  private static func card(
    mac: String = "02:00:00:00:00:01", supported: String = #""pumbg""#, armed: String = "true",
    kept: Bool = true
  ) -> String {
    #"{"interface":"enp3s0","mac":"\#(mac)","supported":\#(supported),"now":"g","armed":\#(armed),"kept":\#(kept)}"#
  }

  private static let cards: [Row<String>] = [
    Row("armed for good", card(), .good("armed, at every start")),
    Row("armed until the next start", card(kept: false), .warning("next start", "arm enp3s0")),
    Row("not armed", card(armed: "false"), .fault("cannot be woken", "jod-check-storage arm enp3s0")),
    Row("without ethtool", card(supported: "null", armed: "null"), .warning("does not tell", "ethtool")),
    Row("without the magic packet", card(supported: #""pu""#), .fault("magic packets", "Use another card")),
    Row(
      "of another address", card(mac: "02:00:00:00:00:99"),
      .fault(
        "no card of the storage server has the address 02:00:00:00:00:01; it has 02:00:00:00:00:99 (enp3s0).",
        "STORAGE_SERVER_MAC")),
    Row("no card at all", "", .fault("has no wired card, and no other wakes", "by cable")),
  ]

  @Test("the card must be armed", arguments: cards)
  private func armed(row: Row<String>) throws {
    let json = #"{"version":"0.1.0","busy":false,"guards":[],"inhibitors":[],"wake_on_lan":[\#(row.fact)]}"#
    let answer = try decoded(StorageStatus.self, json)
    row.expected.check(
      Diagnosis.wakeOnLAN(
        Diagnosis.Login(status: 0, answer: answer, errors: ""), MACAddress("02:00:00:00:00:01")))
  }

  @Test("where the address is not known, cards are judged all the same, and none is told as none")
  func addressless() throws {
    func finding(_ cards: String) throws -> Finding? {
      let json = #"{"version":"0.1.0","busy":false,"guards":[],"inhibitors":[],"wake_on_lan":[\#(cards)]}"#
      let answer = try decoded(StorageStatus.self, json)
      return Diagnosis.wakeOnLAN(Diagnosis.Login(status: 0, answer: answer, errors: ""), nil)
    }
    Expected.fault("has no wired card, and no other wakes", "by cable").check(try finding(""))
    Expected.good("armed, at every start").check(try finding(Self.card(mac: "02:00:00:00:00:99")))
  }

  @Test("a storage server that cannot tell is a warning, and one that nobody reached none")
  func cannotTell() {
    let login = Diagnosis.Login(
      status: 127, answer: nil, errors: "Authenticated to nas.\nsh: status: not found")
    Expected.warning("sh: status: not found", "jod-check-storage").check(Diagnosis.wakeOnLAN(login, nil))
    #expect(Diagnosis.wakeOnLAN(.silent, nil) == nil)
  }
}
