import Testing

@testable import JodCore

/// The least that is valid, and what a test adds to it.
private func make(_ more: [String: String] = [:], credential: String? = nil) throws -> Configuration {
  try Configuration(environment: least.merging(more) { $1 }, keyCredential: credential)
}

private let least = [
  "STORAGE_SERVER_MAC": "02:1a:2b:3c:4d:5e",
  "JELLYFIN_API_URL": "http://localhost:8096",
  "JELLYFIN_API_KEY": "0123456789abcdef",
]

/// The faults of the least that is valid and what a test adds to it.
private func faults(_ more: [String: String], credential: String? = nil) -> [ConfigurationFault] {
  do throws(ConfigurationError) {
    _ = try Configuration(environment: least.merging(more) { $1 }, keyCredential: credential)
    return []
  } catch {
    return error.faults
  }
}

/// Each length of time under its variable's name; none where there is no limit.
private func lengths(of configuration: Configuration) -> [String: Seconds] {
  let lengths: [String: Seconds?] = [
    "CHECK_INTERVAL": configuration.checkInterval,
    "PACKET_COOLDOWN_TIME": configuration.packetCooldown,
    "COOLDOWN_TIME": configuration.cooldown,
    "WAKE_TIMEOUT": configuration.wakeTimeout,
    "ACTIVITY_WINDOW": configuration.activityWindow,
    "BROWSING_LIMIT": configuration.browsingLimit,
    "PAUSE_LIMIT": configuration.pauseLimit,
    "MANUAL_START_HOLD": configuration.manualStartHold,
  ]
  return lengths.compactMapValues { $0 }
}

private let spanWords = "a number of seconds (90) or a time span (90s, 5min, 1h 30min)"
private let macWords = "aa:bb:cc:dd:ee:ff, aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff or aabbccddeeff"
private let urlWords =
  "http://host[:port][/base] or https://host[:port][/base], such as http://localhost:8096"
private let keyWords =
  "an API key, made in Jellyfin under Dashboard, API Keys; or the systemd credential jellyfin-api-key"

@Suite("What is not set")
struct ConfigurationDefaultTests {
  let configuration: Configuration

  init() throws { configuration = try make() }

  @Test("packets go to everybody, three at a time, to port 9, by any interface, without a password")
  func packets() {
    #expect(configuration.broadcastAddress == IPv4Address("255.255.255.255"))
    #expect(configuration.wolPort == 9)
    #expect(configuration.wolCopies == 3)
    #expect(configuration.wolInterface == nil)
    #expect(configuration.wolSecureOn == nil)
  }

  @Test("every length of time has its default")
  func spans() {
    let defaults: [String: Seconds] = [
      "CHECK_INTERVAL": 30, "PACKET_COOLDOWN_TIME": 60, "COOLDOWN_TIME": 1800, "WAKE_TIMEOUT": 300,
      "ACTIVITY_WINDOW": 300, "BROWSING_LIMIT": 7200, "PAUSE_LIMIT": 1800, "MANUAL_START_HOLD": 7200,
    ]
    #expect(lengths(of: configuration) == defaults)
  }

  @Test(
    "ACTIVITY_WINDOW follows a long CHECK_INTERVAL", arguments: [("60", 300), ("61", 301), ("10min", 840)])
  func window(interval: String, expected: Seconds) throws {
    #expect(try make(["CHECK_INTERVAL": interval]).activityWindow == expected)
  }

  @Test("jod-check is blind and only wakes")
  func isBlind() {
    #expect(configuration.storageServerAddress == nil)
    #expect(configuration.powerOffMethod == nil)
    #expect(configuration.shutdownAction == .poweroff)
  }

  @Test("nobody is ignored")
  func ignoresNobody() {
    #expect(configuration.ignoreUsers.isEmpty)
    #expect(configuration.ignoreClients.map(\.description) == Robots.clients)
    #expect(configuration.ignoreDevices.isEmpty)
    #expect(configuration.ignoreTasks.isEmpty)
  }

  @Test("recordings wake, clients are told, and it is no dry run")
  func switches() {
    #expect(configuration.wakeForRecordings)
    #expect(configuration.wakeForTasks.isEmpty)
    #expect(configuration.libraryScanInterval == nil)
    #expect(configuration.notifyClients)
    #expect(configuration.notifyLanguage == nil)
    #expect(!configuration.dryRun)
  }

  @Test("the socket is for this machine alone, without a token, and the power draw is unknown")
  func theRest() {
    #expect(configuration.listenAddress == Endpoint(host: "127.0.0.1", port: 8097))
    #expect(configuration.httpToken == nil)
    #expect(configuration.storageServerWatts == nil)
  }

  @Test("nothing hurts")
  func hasNoWarnings() {
    #expect(configuration.warnings == [])
  }
}

@Suite("What is set")
struct ConfigurationValueTests {
  @Test("what is required is taken over")
  func required() throws {
    let configuration = try make()
    #expect(configuration.storageServerMAC?.description == "02:1a:2b:3c:4d:5e")
    #expect(configuration.jellyfinURL.description == "http://localhost:8096")
    #expect(configuration.jellyfinKey.value == "0123456789abcdef")
  }

  @Test("how a packet is sent is taken over")
  func packets() throws {
    let configuration = try make([
      "BROADCAST_ADDRESS": "192.168.1.255", "WOL_PORT": "7", "WOL_COPIES": "10", "WOL_INTERFACE": "eth1",
      "WOL_SECUREON": "192.0.2.1",
    ])
    #expect(configuration.broadcastAddress.bytes == [192, 168, 1, 255])
    #expect(configuration.wolPort == 7)
    #expect(configuration.wolCopies == 10)
    #expect(configuration.wolInterface == "eth1")
    #expect(configuration.wolSecureOn?.bytes == [192, 0, 2, 1])
  }

  @Test(
    "every length of time is taken over",
    arguments: [
      "CHECK_INTERVAL", "PACKET_COOLDOWN_TIME", "COOLDOWN_TIME", "WAKE_TIMEOUT", "ACTIVITY_WINDOW",
      "BROWSING_LIMIT", "PAUSE_LIMIT", "MANUAL_START_HOLD",
    ])
  func spans(name: String) throws {
    #expect(try lengths(of: make([name: "77"]))[name] == 77)
    #expect(try lengths(of: make([name: "1h 30min"]))[name] == 5400)
  }

  @Test("zero means none where there may be none")
  func zero() throws {
    let configuration = try make(["MANUAL_START_HOLD": "0", "PAUSE_LIMIT": "0", "BROWSING_LIMIT": "0s"])
    #expect(configuration.manualStartHold == 0)
    #expect(configuration.pauseLimit == nil)
    #expect(configuration.browsingLimit == nil)
  }

  @Test("the ends of a range belong to it")
  func ranges() throws {
    #expect(try make(["WOL_PORT": "1"]).wolPort == 1)
    #expect(try make(["WOL_PORT": "65535"]).wolPort == 65535)
    #expect(try make(["WOL_COPIES": "1"]).wolCopies == 1)
    #expect(try make(["CHECK_INTERVAL": "1"]).checkInterval == 1)
  }

  @Test("power goes off over ssh, and its port tells whether the storage server is up")
  func secureShell() throws {
    let configuration = try make(["STORAGE_SERVER_SSH": "me@nas.lan:2222"])
    #expect(configuration.powerOffMethod == SSHDestination("me@nas.lan:2222").map { .ssh($0) })
    #expect(configuration.storageServerAddress == Endpoint(host: "nas.lan", port: 2222))
  }

  @Test("the storage service's own address comes before ssh's")
  func storageAddress() throws {
    let configuration = try make([
      "STORAGE_SERVER_SSH": "me@nas.lan", "STORAGE_SERVER_ADDRESS": "[fd00::2]:445",
    ])
    #expect(configuration.storageServerAddress == Endpoint(host: "fd00::2", port: 445))
  }

  @Test("power goes off by a command, which tells no address")
  func command() throws {
    let configuration = try make(["SHUTDOWN_COMMAND": "/usr/bin/ipmitool -H 'my bmc' power soft"])
    let words = ["/usr/bin/ipmitool", "-H", "my bmc", "power", "soft"]
    #expect(configuration.powerOffMethod == .command(words))
    #expect(configuration.storageServerAddress == nil)
  }

  @Test(
    "three ways to sleep",
    arguments: [("poweroff", .poweroff), ("suspend", .suspend), ("hibernate", .hibernate)]
      as [(String, Configuration.ShutdownAction)])
  func actions(text: String, action: Configuration.ShutdownAction) throws {
    #expect(try make(["SHUTDOWN_ACTION": text]).shutdownAction == action)
  }

  @Test("each list of patterns has its place")
  func patterns() throws {
    let configuration = try make([
      "IGNORE_USERS": "guest", "IGNORE_CLIENTS": "Kodi*, Web", "IGNORE_DEVICES": "tv?",
      "IGNORE_TASKS": "Clean*", "WAKE_FOR_TASKS": "RefreshLibrary, Refresh*",
    ])
    #expect(configuration.ignoreUsers.map(\.description) == ["guest"])
    #expect(configuration.ignoreClients.map(\.description) == ["Kodi*", "Web"])
    #expect(configuration.ignoreDevices.map(\.description) == ["tv?"])
    #expect(configuration.ignoreTasks.map(\.description) == ["Clean*"])
    #expect(configuration.wakeForTasks.map(\.description) == ["RefreshLibrary", "Refresh*"])
  }

  @Test(
    "scans have an interval where it is set", arguments: [("24h", 86400.0), ("1d 12h", 129_600), ("90", 90)])
  func scanInterval(text: String, seconds: Seconds) throws {
    #expect(try make(["LIBRARY_SCAN_INTERVAL": text]).libraryScanInterval == seconds)
  }

  @Test("yes has as many forms as in systemd", arguments: ["yes", "YES", "y", "true", "t", "on", "1"])
  func yes(text: String) throws {
    #expect(try make(["DRY_RUN": text]).dryRun)
  }

  @Test("no has as many forms as in systemd", arguments: ["no", "No", "n", "false", "f", "off", "0"])
  func no(text: String) throws {
    #expect(try !make(["NOTIFY_CLIENTS": text]).notifyClients)
    #expect(try !make(["WAKE_FOR_RECORDINGS": text]).wakeForRecordings)
  }

  @Test(
    "the language of what screens show is taken over as it is usually written",
    arguments: [("de", "de"), ("PT_br", "pt-BR"), ("tlh", "tlh")])
  func language(text: String, tag: String) throws {
    #expect(try make(["NOTIFY_LANGUAGE": text]).notifyLanguage?.description == tag)
  }

  @Test(
    "the socket listens where it is told to",
    arguments: [("0.0.0.0:80", "0.0.0.0", 80), ("[::]:8097", "::", 8097), ("10.0.0.1:1", "10.0.0.1", 1)])
  func listens(text: String, host: String, port: Int) throws {
    #expect(try make(["LISTEN_ADDRESS": text]).listenAddress == Endpoint(host: host, port: port))
  }

  @Test(
    "a token is printable ASCII without blanks",
    arguments: ["a", "s3cret!", "~#%&/()=?", String(repeating: "x", count: 512)])
  func token(text: String) throws {
    #expect(try make(["HTTP_TOKEN": text]).httpToken?.value == text)
  }

  @Test(
    "watts are on, and off after a comma",
    arguments: [("85", 85, 0), ("85,3", 85, 3), ("85.5,0.5", 85.5, 0.5), ("0", 0, 0), ("5,5", 5, 5)]
      as [(String, Double, Double)])
  func watts(text: String, on: Double, off: Double) throws {
    #expect(
      try make(["STORAGE_SERVER_WATTS": text]).storageServerWatts == Configuration.Watts(on: on, off: off))
  }

  @Test("an empty value is the same as an unset one")
  func empty() throws {
    let names = Set(refused.map(\.variable)).subtracting(least.keys)
    let empty = Dictionary(uniqueKeysWithValues: names.map { ($0, "") })
    #expect(try make(empty) == make())
  }

  @Test("an empty address is none: ssh's port stands in")
  func emptyAddress() throws {
    let configuration = try make(["STORAGE_SERVER_SSH": "me@nas", "STORAGE_SERVER_ADDRESS": ""])
    #expect(configuration.storageServerAddress == Endpoint(host: "nas", port: 22))
  }

  @Test("variables of other programs are none of its business")
  func ignoresOthers() throws {
    #expect(try make(["PATH": "\n", "WOL_PORTS": "x"]) == make())
  }
}

@Suite("Jellyfin's key")
struct ConfigurationKeyTests {
  @Test("a credential stands in for an unset variable", arguments: [nil, ""])
  func credential(variable: String?) throws {
    var environment = least
    environment["JELLYFIN_API_KEY"] = variable
    let configuration = try Configuration(environment: environment, keyCredential: "fedcba")
    #expect(configuration.jellyfinKey.value == "fedcba")
  }

  @Test("a variable that is set wins over a credential")
  func variableWins() throws {
    #expect(try make(credential: "fedcba").jellyfinKey.value == "0123456789abcdef")
  }

  @Test("a bad variable is a fault though the credential is good")
  func badVariable() {
    #expect(faults(["JELLYFIN_API_KEY": "a b"], credential: "fedcba").map(\.variable) == ["JELLYFIN_API_KEY"])
  }

  @Test("where the key is from is known, and whether another one is not used")
  func source() throws {
    let file = KeySource.Place.file("/etc/key")
    func source(_ variable: String, _ credential: String?) throws -> KeySource {
      var environment = least
      environment["JELLYFIN_API_KEY"] = variable
      return try Configuration(environment: environment, keyCredential: credential, from: file).keySource
    }
    #expect(try source("abc", nil) == KeySource(.variable))
    #expect(try source("abc", "abc\n") == KeySource(.variable))
    #expect(try source("", "abc") == KeySource(file))
    #expect(try source("abc", "def") == KeySource(.variable, hidden: file))
  }

  @Test(
    "a refused key is to be replaced where it is from",
    arguments: [
      (KeySource(.variable), "set JELLYFIN_API_KEY to it."),
      (KeySource(.file("/etc/key")), "put it into /etc/key."),
      (KeySource(.unit), "systemctl cat jod-check"),
      (KeySource(.variable, hidden: .file("/etc/key")), "Or remove JELLYFIN_API_KEY: /etc/key holds"),
    ])
  func remedy(source: KeySource, words: String) {
    #expect(source.remedy.contains(words))
    #expect(source.remedy.contains("JELLYFIN_API_KEY") == (source.place == .variable))
  }

  @Test("a key that is not used is a warning, and neither key is shown")
  func hiddenKey() throws {
    let configuration = try make(credential: "fedcba")
    #expect(configuration.warnings == [.unusedKey(.unit)])
    let warning = try #require(configuration.warnings.first).words
    #expect(warning.contains("JELLYFIN_API_KEY is set, and the credential jellyfin-api-key"))
    #expect(!warning.contains("fedcba") && !warning.contains("0123456789abcdef"))
    #expect(try make(credential: "0123456789abcdef").warnings.isEmpty)
  }

  @Test("white space and the line end around a credential are dropped")
  func trims() throws {
    #expect(try make(["JELLYFIN_API_KEY": ""], credential: " fedcba\r\n").jellyfinKey.value == "fedcba")
  }

  @Test("an empty credential is none", arguments: ["", "\n", " \r\n"])
  func emptyCredential(credential: String) {
    let problem = "JELLYFIN_API_KEY: not set, and jod-check cannot work without it; accepted: \(keyWords)"
    #expect(faults(["JELLYFIN_API_KEY": ""], credential: credential).map(\.description) == [problem])
  }

  @Test(
    "what would break a header is refused, and not shown",
    arguments: [
      "s3cret s3cret", "s3cret\"", "s3cret\\", "s3cret\n", "s3cret\u{7F}", "s3crét", "s3cret\t",
      "\u{0}s3cret", "s3cret" + String(repeating: "x", count: 507),
    ])
  func refuses(key: String) {
    let problem =
      "JELLYFIN_API_KEY: the value (not shown, it is a secret) is not understood; accepted: \(keyWords)"
    #expect(faults(["JELLYFIN_API_KEY": key]).map(\.description) == [problem])
  }

  @Test(
    "what would break a header is refused from a credential, and not shown",
    arguments: ["s3 cret", "s3\ncret"])
  func refusesCredential(key: String) {
    let problem =
      "JELLYFIN_API_KEY: the key in the credential jellyfin-api-key of jod-check.service (not shown, it is a secret) is not understood; accepted: \(keyWords)"
    #expect(faults(["JELLYFIN_API_KEY": ""], credential: key).map(\.description) == [problem])
  }
}

/// A variable, a value that it does not take, and what it takes.
struct Refused: Sendable, CustomTestStringConvertible {
  let variable: String
  let value: String
  let accepted: String

  init(_ variable: String, _ value: String, _ accepted: String) {
    (self.variable, self.value, self.accepted) = (variable, value, accepted)
  }

  var testDescription: String { "\(variable)=\(value)" }
}

private let refused: [Refused] = {
  let broadcast = "an IPv4 address, such as 192.168.1.255 or 255.255.255.255"
  let endpoint = "host:port, such as nas.lan:2049, 192.168.1.20:445 or [fd00::2]:445"
  let secureShell = "user@host or user@host:port, such as jod-check@nas.lan"
  let actions = "poweroff, suspend, hibernate"
  let command =
    "a command by its absolute path, with arguments quoted as in a unit's ExecStart=, "
    + "such as /usr/bin/ipmitool power soft"
  let port = "a whole number from 1 to 65535"
  let copies = "a whole number from 1 to 10"
  let interface = "the name of a network interface, such as eth0 (see `ip link`)"
  let patterns = "patterns with * and ?, separated by commas, none of them empty"
  let language = "a language tag, such as de or pt-BR"
  let listen = "an address and a port, such as 127.0.0.1:8097 or [::1]:8097"
  let watts = "watts when on, and when off after a comma, such as 85 or 85,3"
  return [
    Refused("STORAGE_SERVER_MAC", "aa:bb:cc:dd:ee", macWords),
    Refused("STORAGE_SERVER_MAC", "nas", macWords),
    Refused("BROADCAST_ADDRESS", "192.168.1.256", broadcast),
    Refused("BROADCAST_ADDRESS", "nas.lan", broadcast),
    Refused("BROADCAST_ADDRESS", "ff02::1", broadcast),
    Refused("JELLYFIN_API_URL", "localhost:8096", urlWords),
    Refused("JELLYFIN_API_URL", "ftp://localhost", urlWords),
    Refused("CHECK_INTERVAL", "soon", spanWords + ", 1s or more"),
    Refused("CHECK_INTERVAL", "0", spanWords + ", 1s or more"),
    Refused("CHECK_INTERVAL", "999ms", spanWords + ", 1s or more"),
    Refused("PACKET_COOLDOWN_TIME", "1 minut", spanWords),
    Refused("PACKET_COOLDOWN_TIME", "0", spanWords),
    Refused("COOLDOWN_TIME", "-1", spanWords),
    Refused("COOLDOWN_TIME", "0", spanWords),
    Refused("COOLDOWN_TIME", "30min # half an hour", spanWords),
    Refused("STORAGE_SERVER_ADDRESS", "nas.lan", endpoint),
    Refused("STORAGE_SERVER_ADDRESS", "fd00::2:445", endpoint),
    Refused("STORAGE_SERVER_SSH", "nas.lan", secureShell),
    Refused("STORAGE_SERVER_SSH", "-oX@nas.lan", secureShell),
    Refused("SHUTDOWN_ACTION", "reboot", actions),
    Refused("SHUTDOWN_ACTION", "PowerOff", actions),
    Refused("SHUTDOWN_COMMAND", "ipmitool", command),
    Refused("SHUTDOWN_COMMAND", "bin/off", command),
    Refused("WOL_PORT", "0", port),
    Refused("WOL_PORT", "65536", port),
    Refused("WOL_PORT", "+9", port),
    Refused("WOL_PORT", "discard", port),
    Refused("WOL_PORT", "99999999999999999999", port),
    Refused("WOL_COPIES", "0", copies),
    Refused("WOL_COPIES", "11", copies),
    Refused("WOL_COPIES", "3.0", copies),
    Refused("WOL_INTERFACE", "eth0:1", interface),
    Refused("WOL_INTERFACE", "a name too long to be", interface),
    Refused("WAKE_TIMEOUT", "infinity", spanWords),
    Refused("WAKE_TIMEOUT", "0", spanWords),
    Refused("ACTIVITY_WINDOW", "5 minuten", spanWords),
    Refused("ACTIVITY_WINDOW", "0", spanWords),
    Refused("BROWSING_LIMIT", "none", spanWords + ", or 0 for no limit"),
    Refused("PAUSE_LIMIT", "-0", spanWords + ", or 0 for no limit"),
    Refused("MANUAL_START_HOLD", "no", spanWords + ", or 0 for none"),
    Refused("IGNORE_USERS", "guest,", patterns),
    Refused(
      "IGNORE_CLIENTS", ",", patterns + "; with a + before the first, they are added to the known robots"),
    Refused("IGNORE_DEVICES", "tv,,phone", patterns),
    Refused("IGNORE_TASKS", " ", patterns),
    Refused("WAKE_FOR_RECORDINGS", "maybe", "yes or no"),
    Refused("WAKE_FOR_TASKS", "RefreshLibrary,,", patterns),
    Refused("LIBRARY_SCAN_INTERVAL", "daily", spanWords),
    Refused("LIBRARY_SCAN_INTERVAL", "0", spanWords),
    Refused("NOTIFY_CLIENTS", "2", "yes or no"),
    Refused("NOTIFY_LANGUAGE", "deutsch (at)", language),
    Refused("NOTIFY_LANGUAGE", "de_DE.UTF-8", language),
    Refused("NOTIFY_LANGUAGE", "../../etc", language),
    Refused("DRY_RUN", "yes!", "yes or no"),
    Refused("LISTEN_ADDRESS", "8097", listen),
    Refused("LISTEN_ADDRESS", "localhost:8097", listen),
    Refused("STORAGE_SERVER_WATTS", "85 W", watts),
    Refused("STORAGE_SERVER_WATTS", "3,85", watts),
    Refused("STORAGE_SERVER_WATTS", "85,", watts),
    Refused("STORAGE_SERVER_WATTS", ",3", watts),
    Refused("STORAGE_SERVER_WATTS", "85,3,1", watts),
    Refused("STORAGE_SERVER_WATTS", "-85", watts),
    Refused("STORAGE_SERVER_WATTS", "inf", watts),
    Refused("STORAGE_SERVER_WATTS", "100001", watts),
  ]
}()

@Suite("What is refused")
struct ConfigurationFaultTests {
  @Test("a fault names the variable, shows the value and says what is accepted", arguments: refused)
  func refuses(example: Refused) {
    let line = "\(example.variable): \"\(example.value)\" is not understood; accepted: \(example.accepted)"
    #expect(faults([example.variable: example.value]).map(\.description) == [line])
  }

  @Test(
    "what is required must be set",
    arguments: [
      ("STORAGE_SERVER_MAC", macWords + "; or none, with WAKE_COMMAND"), ("JELLYFIN_API_URL", urlWords),
      ("JELLYFIN_API_KEY", keyWords),
    ])
  func requires(variable: String, accepted: String) {
    let line = "\(variable): not set, and jod-check cannot work without it; accepted: \(accepted)"
    #expect(faults([variable: ""]).map(\.description) == [line])
  }

  @Test("two ways to power off are one too many")
  func refusesBoth() {
    let line =
      "SHUTDOWN_COMMAND: set together with STORAGE_SERVER_SSH; "
      + "accepted: one of the two, for there is one way to power off"
    let both = ["STORAGE_SERVER_SSH": "me@nas", "SHUTDOWN_COMMAND": "/bin/off"]
    #expect(faults(both).map(\.description) == [line])
  }

  @Test("two ways to power off are one too many though one is wrong itself")
  func refusesBothThoughWrong() {
    let problems = faults(["STORAGE_SERVER_SSH": "nas", "SHUTDOWN_COMMAND": "/bin/off"]).map(\.problem)
    #expect(problems == ["\"nas\" is not understood", "set together with STORAGE_SERVER_SSH"])
  }

  @Test("all faults are in one error")
  func gathers() {
    let bad = Dictionary(refused.map { ($0.variable, $0.value) }) { first, _ in first }
      .merging(["JELLYFIN_API_KEY": "", "WOL_SECUREON": "x", "HTTP_TOKEN": " "]) { $1 }
    let variables = faults(bad).map(\.variable)
    #expect(Set(variables) == Set(bad.keys))
    // One more, for both ways to power off are set.
    #expect(variables.count == bad.count + 1)
  }

  @Test("a fault is one line, with any value", arguments: Set(refused.map(\.variable)))
  func oneLine(variable: String) {
    let value = "a\nb\r\nc\u{85}d\u{2028}e\u{1B}[2J\u{202E}"
    let lines = faults([variable: value]).map { Array($0.description.unicodeScalars) }
    #expect(lines.count == 1)
    #expect(!lines.joined().contains { "\n\r\u{85}\u{2028}\u{1B}\u{202E}".unicodeScalars.contains($0) })
  }

  @Test("an error has one line for each fault")
  func lines() {
    let error = ConfigurationError(faults: [
      ConfigurationFault(variable: "A", problem: "is odd", accepted: "even"),
      ConfigurationFault(variable: "B", problem: "is red", accepted: "blue"),
    ])
    #expect(error.description == "A: is odd; accepted: even\nB: is red; accepted: blue")
  }

  @Test("a long value is shortened")
  func shortens() throws {
    let fault = try #require(faults(["WOL_PORT": String(repeating: "9", count: 10_000)]).first)
    #expect(fault.problem == "\"\(String(repeating: "9", count: 79))…\" is not understood")
  }

  @Test(
    "an interval is read alone, regardless of the rest",
    arguments: [("5min", 300), ("", 30), ("soon", nil), ("0", nil)] as [(String, Seconds?)])
  func readsInterval(text: String, interval: Seconds?) {
    let environment = ["CHECK_INTERVAL": text, "STORAGE_SERVER_MAC": "x"]
    #expect(Configuration.checkInterval(in: environment) == interval)
  }
}

@Suite("What no message shows")
struct ConfigurationSecrecyTests {
  @Test(
    "a secret that is wrong",
    arguments: [
      (
        "WOL_SECUREON", "s3cret",
        "6 bytes as in a MAC address (00:11:22:33:44:55), or 4 as in an IPv4 address (192.0.2.1)"
      ),
      ("HTTP_TOKEN", "s3cret s3cret", "printable ASCII characters without blanks"),
      ("HTTP_TOKEN", "s3crét", "printable ASCII characters without blanks"),
    ])
  func secrets(variable: String, value: String, accepted: String) {
    let line = "\(variable): the value (not shown, it is a secret) is not understood; accepted: \(accepted)"
    #expect(faults([variable: value]).map(\.description) == [line])
  }

  @Test(
    "user info, a query or a fragment of the URL",
    arguments: [
      ("http://me:s3cret@host:8096/jf", "http://[secret]@host:8096/jf"),
      ("http://s3cret@host", "http://[secret]@host"),
      ("http://me:s3c/r?e#t@host", "http://[secret]@host"),
      ("http://me:s3c@ret@host", "http://[secret]@host"),
      ("me:s3cret@host:8096", "[secret]@host:8096"),
      ("http://host?api_key=s3cret", "http://host?[secret]"),
      ("http://host:8096/jf/?api_key=s3cret", "http://host:8096/jf/?[secret]"),
      ("http://host/?a=1?api_key=s3cret", "http://host/?[secret]"),
      ("http://host/#api_key=s3cret", "http://host/#[secret]"),
      ("http://host/?api_key=s3cret#x", "http://host/?[secret]"),
      ("http://me:s3cret@host/?api_key=s3cret", "http://[secret]@host/?[secret]"),
      ("http://me:s3cret@host/?api_key=s3cret@x", "http://[secret]@x"),
      ("ftp://me:s3cret@host", "ftp://[secret]@host"),
      ("http://me:s3cret@\u{301}host", "http://[secret]@\u{301}host"),
    ])
  func url(url: String, shown: String) {
    #expect(faults(["JELLYFIN_API_URL": url]).map(\.problem) == ["\"\(shown)\" is not understood"])
  }

  @Test("all but the first word of a command")
  func command() {
    let problems = faults(["SHUTDOWN_COMMAND": "curl https://me:s3cret@plug/off?token=s3cret"]).map(\.problem)
    #expect(problems == ["\"curl …\" is not understood"])
    let open = faults(["SHUTDOWN_COMMAND": "/bin/off 'now"]).map(\.problem)
    #expect(open == ["\"/bin/off …\" is not understood"])
  }

  @Test(
    "the key in another variable's value",
    arguments: ["STORAGE_SERVER_MAC", "STORAGE_SERVER_SSH", "WOL_PORT", "COOLDOWN_TIME"])
  func keyElsewhere(variable: String) {
    let problems = faults([variable: "key 0123456789abcdef!"]).map(\.problem)
    #expect(problems == ["\"key [secret]!\" is not understood"])
  }

  @Test("the credential in another variable's value")
  func credentialElsewhere() {
    let problems = faults(["JELLYFIN_API_KEY": "", "WOL_PORT": "s3cret"], credential: "s3cret\n").map(
      \.problem)
    #expect(problems == ["\"[secret]\" is not understood"])
  }

  @Test("the key in a path, where no URL is")
  func keyInPath() {
    let problems = faults(["JELLYFIN_API_URL": "localhost/0123456789abcdef"]).map(\.problem)
    #expect(problems == ["\"localhost/[secret]\" is not understood"])
  }

  @Test("a key that is cut where a long value is shortened")
  func keyAtTheCut() {
    let value = String(repeating: "x", count: 70) + "0123456789abcdef"
    #expect(faults(["WOL_PORT": value]).map(\.problem).filter { $0.contains("0123") } == [])
  }

  @Test("a configuration's own text")
  func configuration() throws {
    let configuration = try make(["HTTP_TOKEN": "t0ken"])
    #expect(!"\(configuration)".contains("0123456789abcdef"))
    #expect(!"\(configuration)".contains("t0ken"))
  }
}

@Suite("Choices that hurt")
struct ConfigurationWarningTests {
  @Test(
    "a choice that is legal but hurts is one warning",
    arguments: [
      (
        ["COOLDOWN_TIME": "9min", "CHECK_INTERVAL": "10min"],
        "COOLDOWN_TIME (9min) is shorter than CHECK_INTERVAL (10min)"
      ),
      (["COOLDOWN_TIME": "299"], "COOLDOWN_TIME (4min 59s) is shorter than WAKE_TIMEOUT (5min)"),
      (["ACTIVITY_WINDOW": "209"], "ACTIVITY_WINDOW (3min 29s) is shorter than CHECK_INTERVAL + 3min"),
      (
        ["ACTIVITY_WINDOW": "5min", "CHECK_INTERVAL": "121"],
        "ACTIVITY_WINDOW (5min) is shorter than CHECK_INTERVAL + 3min"
      ),
      (["STORAGE_SERVER_SSH": "me@nas"], "The storage server counts as ready when its ssh port answers"),
      (["STORAGE_SERVER_ADDRESS": "nas:22"], "The storage server counts as ready when its ssh port answers"),
    ])
  func warns(environment: [String: String], beginning: String) throws {
    let warnings = try make(environment).warnings
    #expect(warnings.count == 1)
    #expect(warnings.first?.what.hasPrefix(beginning) == true)
  }

  @Test(
    "the last choice before it hurts is no warning",
    arguments: [
      ["COOLDOWN_TIME": "10min", "CHECK_INTERVAL": "10min"],
      ["COOLDOWN_TIME": "5min"],
      ["ACTIVITY_WINDOW": "210"],
      ["STORAGE_SERVER_SSH": "me@nas", "STORAGE_SERVER_ADDRESS": "nas:2049"],
    ])
  func doesNotWarn(environment: [String: String]) throws {
    #expect(try make(environment).warnings == [])
  }

  @Test("each choice that hurts has its own warning, with a remedy, in one line")
  func gathers() throws {
    let warnings = try make([
      "COOLDOWN_TIME": "20", "ACTIVITY_WINDOW": "20", "STORAGE_SERVER_ADDRESS": "nas:22",
    ]).warnings
    #expect(warnings.count == 4)
    #expect(warnings.map(\.remedy).filter { $0 != "Make it longer." && !$0.hasPrefix("Set ") } == [])
    #expect(warnings.filter { $0.words.contains("\n") } == [])
  }
}
