import Testing

@testable import JodCore

@Suite("What counts as activity")
struct ActivityTests {
  /// Who is active at one look.
  private func active(
    _ sessions: [SessionEntry] = [], devices: [DeviceEntry]? = [], _ variables: [String: String] = [:]
  ) -> [ActiveSession] {
    var memory = ActivityMemory()
    var spent = SpentBrowsing()
    return ActivityJudge(
      configuration: configuration(variables), answer: answer(sessions, devices: devices), boot: 10_000
    ).active(&memory, spent: &spent)
  }

  // MARK: Playing

  @Test(
    "a player is active while it reported less than 6 minutes ago",
    arguments: [
      ("5 s ago", player(reported: 5), true),
      ("just before 6 min", player(reported: 359.9), true),
      ("6 min ago, though Jellyfin keeps its activity fresh", player(reported: 360, seen: 0), false),
      ("two days ago", player(reported: 172_800, seen: 0), false),
      ("never, and was active just before 6 min", player(reported: nil, seen: 359.9), true),
      ("never, and was active 6 min ago", player(reported: nil, seen: 360), false),
      ("never, and activity is absent too", player(reported: nil, seen: nil), true),
      ("in the future", player(reported: -86_400), true),
      ("never, and activity is in the future", player(reported: nil, seen: -86_400), true),
    ])
  func playing(_ reported: String, _ session: SessionEntry, _ isActive: Bool) {
    #expect(active([session]).map(\.kind) == (isActive ? [.playing] : []), "reported \(reported)")
  }

  @Test("a crashed player's device is as dead as its session, though Jellyfin keeps it fresh")
  func deadPlayersDevice() {
    #expect(active([player(id: "x", reported: 400)], devices: [device(id: "x", seen: 1)]).isEmpty)
  }

  @Test("another device beside a crashed player browses")
  func besideDeadPlayer() {
    let kinds = active([player(id: "x", reported: 400)], devices: [device(id: "y", seen: 1)]).map(\.kind)
    #expect(kinds == [.browsing])
  }

  @Test("a player is listed once, not as a browser too")
  func playerOnce() {
    #expect(active([player(id: "x")], devices: [device(id: "x", seen: 1)]).map(\.kind) == [.playing])
  }

  @Test("an ACTIVITY_WINDOW or PAUSE_LIMIT does not shorten playing")
  func playingKeepsItsOwnLimit() {
    let short = ["ACTIVITY_WINDOW": "1s", "PAUSE_LIMIT": "1s", "BROWSING_LIMIT": "1s"]
    #expect(active([player(reported: 350)], short).map(\.kind) == [.playing])
  }

  // MARK: Paused

  @Test(
    "a paused stream counts for PAUSE_LIMIT since LastPausedDate",
    arguments: [
      ("30min", 0.0, true), ("30min", 1799.9, true), ("30min", 1800, false), ("30min", 864_000, false),
      ("10s", 9.9, true), ("10s", 10, false),
      // 0 is no limit.
      ("0", 864_000, true),
    ])
  func paused(_ limit: String, _ pause: Seconds, _ isActive: Bool) {
    let kinds = active([pausedPlayer(for: pause)], ["PAUSE_LIMIT": limit]).map(\.kind)
    #expect(kinds == (isActive ? [.paused] : []))
  }

  @Test("a paused stream counts though its client has fallen silent")
  func silentPause() {
    #expect(active([pausedPlayer(for: 60, reported: 1500)]).map(\.kind) == [.paused])
  }

  @Test("a paused web tab is no browser, regardless of what it and its device report")
  func pausedTab() {
    #expect(active([pausedPlayer(id: "x", for: 1800)], devices: [device(id: "x", seen: 1)]).isEmpty)
  }

  @Test("where the server does not tell since when, the pause counts from its first sight")
  func firstSight() {
    var look = Look()
    #expect(look.at(0) { [pausedPlayer(for: nil, at: $0)] } == [.paused])
    #expect(look.at(1799) { [pausedPlayer(for: nil, at: $0)] } == [.paused])
    #expect(look.at(1800) { [pausedPlayer(for: nil, at: $0)] } == [])
  }

  @Test("a pause of the future counts from its first sight, however far off it is")
  func futurePause() {
    var look = Look()
    #expect(look.at(0) { [pausedPlayer(for: -61, at: $0)] } == [.paused])
    #expect(look.at(1800) { [pausedPlayer(for: -61, at: $0)] } == [])
  }

  @Test(
    "a pause that Jellyfin says is older than PAUSE_LIMIT never wakes, however shortly this machine has been up",
    arguments: [(36_000.0, false), (1800, false), (1799, true)])
  func oldPauseAfterReboot(_ pause: Seconds, _ wakes: Bool) {
    var (memory, spent) = (ActivityMemory(), SpentBrowsing())
    let judge = ActivityJudge(
      configuration: configuration(), answer: answer([pausedPlayer(for: pause)]), boot: 20 * 60)
    // It may be a clock that was set, so it keeps the storage up until this machine has seen it for PAUSE_LIMIT.
    #expect(judge.active(&memory, spent: &spent).map(\.wakes) == [wakes])
  }

  @Test("a clock that is set forward by hours keeps a pause up for its whole limit, and lets it wake no more")
  func pauseAcrossClockStep() {
    var look = Look()
    #expect(look.people(at: 0) { answer([pausedPlayer(for: 0, at: $0)], at: $0) }.map(\.wakes) == [true])
    for time in [60.0, 1799] {
      let people = look.people(at: time) { answer([pausedPlayer(for: time + 32_400, at: $0)], at: $0) }
      #expect(people.map(\.wakes) == [false])
    }
    #expect(look.at(1800) { [pausedPlayer(for: 34_200, at: $0)] } == [])
  }

  @Test("without a limit, no pause is too old to wake")
  func oldPauseWithoutLimit() {
    #expect(active([pausedPlayer(for: 864_000)], ["PAUSE_LIMIT": "0"]).map(\.wakes) == [true])
  }

  @Test("playing on in between makes a new pause")
  func newPause() {
    var look = Look()
    _ = look.at(0) { [pausedPlayer(for: nil, at: $0)] }
    _ = look.at(1700) { [player(at: $0)] }
    #expect(look.at(1900) { [pausedPlayer(for: nil, at: $0)] } == [.paused])
  }

  @Test("each device has a pause of its own")
  func pausesApart() {
    var look = Look()
    _ = look.at(0) { [pausedPlayer(id: "x", for: nil, at: $0)] }
    let kinds = look.at(1800) {
      [pausedPlayer(id: "x", for: nil, at: $0), pausedPlayer(id: "y", for: nil, at: $0)]
    }
    #expect(kinds == [.paused])
  }

  // MARK: Browsing

  @Test(
    "a session without an item browses within ACTIVITY_WINDOW of its last activity",
    arguments: [
      ([:], 0.0, true), ([:], 300, true), ([:], 300.5, false), ([:], 172_800, false),
      // A stamp of the future is none, unless clocks differ by so little.
      ([:], -60, true), ([:], -60.5, false), ([:], -86_400, false),
      (["ACTIVITY_WINDOW": "10min"], 600, true), (["ACTIVITY_WINDOW": "10min"], 601, false),
      (["CHECK_INTERVAL": "3min"], 420, true), (["CHECK_INTERVAL": "3min"], 421, false),
    ])
  func browsing(_ variables: [String: String], _ seen: Seconds, _ isActive: Bool) {
    #expect(active([browser(seen: seen)], variables).map(\.kind) == (isActive ? [.browsing] : []))
    #expect(active(devices: [device(seen: seen)], variables).map(\.kind) == (isActive ? [.browsing] : []))
  }

  @Test("a session or a device that never was active does not browse")
  func neverActive() {
    #expect(active([browser(seen: nil)], devices: [device(id: "other", seen: nil)]).isEmpty)
  }

  @Test("somebody seen at a session and at its device is one")
  func once() {
    let people = active([browser(id: "x", seen: 250)], devices: [device(id: "x", seen: 10)])
    #expect(people == [somebody()])
  }

  @Test("a session that fell silent browses while its device does")
  func deviceTellsMore() {
    #expect(active([browser(id: "x", seen: 4000)], devices: [device(id: "x", seen: 10)]).count == 1)
  }

  @Test("where the devices cannot be read, the sessions are enough")
  func withoutDevices() {
    #expect(active([browser()], devices: nil).map(\.kind) == [.browsing])
  }

  @Test("entries without a user never count")
  func withoutUser() {
    #expect(active([.withoutUser], devices: [.withoutUser]).isEmpty)
  }

  // MARK: Without a user

  @Test("a television that was told to play over DLNA plays, and wakes, though it has no user")
  func playsWithoutUser() throws {
    let json = """
      {"UserId":"00000000000000000000000000000000","Client":"DLNA","DeviceName":"Bedroom TV",
        "DeviceId":"uuid:1","NowPlayingItem":{"Name":"Film"},"PlayState":{"IsPaused":false},
        "LastActivityDate":"2027-01-15T08:00:00Z","LastPlaybackCheckIn":"2027-01-15T07:59:55Z"}
      """
    let people = active([try sessionEntry(json)])
    #expect(
      people == [ActiveSession(user: "", client: "DLNA", device: "Bedroom TV", kind: .playing, wakes: true)])
    #expect(people.first?.sentence == "Bedroom TV is playing, without a user")
  }

  @Test("without a user, what has crashed or paused counts no longer, and hides no user at its device")
  func countsNotWithoutUser() {
    #expect(active([player(user: "", reported: 400)]).isEmpty)
    #expect(active([pausedPlayer(user: "", for: 1)]).isEmpty)
    #expect(active([pausedPlayer(user: "", id: "tv", for: 1), browser()]).map(\.user) == ["Anna"])
  }

  @Test("what plays without a user is ignored by its client or device as any other")
  func ignoredWithoutUser() {
    let dlna = player(user: "", client: "DLNA")
    #expect(active([dlna], ["IGNORE_CLIENTS": "dlna"]).map(\.wakes) == [false])
    #expect(active([dlna], ["IGNORE_DEVICES": "fire*"]).map(\.wakes) == [false])
    #expect(active([dlna], ["IGNORE_USERS": "anna"]).map(\.wakes) == [true])
  }

  @Test("the session that jod-check's own message makes is nobody's, and shown as nobody")
  func ownMessage() throws {
    let json = """
      {"UserId":"00000000000000000000000000000000","Client":"jod-check","DeviceName":"Jellyfin Server",
        "LastActivityDate":"2027-01-15T08:00:00Z","LastPlaybackCheckIn":"0001-01-01T00:00:00.0000000Z",
        "PlayState":{"IsPaused":false},"NowPlayingQueue":[]}
      """
    #expect(try sessionEntry(json) == .withoutUser)
    #expect(active([try sessionEntry(json)]).isEmpty)
  }

  // MARK: Not understood

  @Test("what cannot be understood is active, and wakes", arguments: [true, false])
  func notUnderstood(_ isSession: Bool) {
    let people = isSession ? active([.notUnderstood, .notUnderstood]) : active(devices: [.notUnderstood])
    #expect(people == [ActiveSession(user: "", client: "", device: "", kind: .unknown, wakes: true)])
  }

  @Test("players come first, then pauses, what is not understood, and browsers, the latest first")
  func order() {
    let people = active(
      [
        .notUnderstood, browser(user: "Old", id: "1", seen: 100), browser(user: "New", id: "2", seen: 1),
        pausedPlayer(user: "Pause", id: "3", for: 1), player(user: "Play", id: "4"),
      ])
    #expect(people.map(\.user) == ["Play", "Pause", "", "New", "Old"])
  }

  // MARK: Ignored

  struct Ignored: Sendable, CustomTestStringConvertible {
    var variable: String
    var patterns: String
    var isIgnored: Bool

    var testDescription: String { "\(variable)=\(patterns)" }
  }

  static let ignoreLists = [
    Ignored(variable: "IGNORE_USERS", patterns: "kids, ANNA", isIgnored: true),
    Ignored(variable: "IGNORE_USERS", patterns: "a*a", isIgnored: true),
    Ignored(variable: "IGNORE_USERS", patterns: "ann", isIgnored: false),
    Ignored(variable: "IGNORE_USERS", patterns: "Jellyfin Web", isIgnored: false),
    Ignored(variable: "IGNORE_CLIENTS", patterns: "jellyfin ?eb", isIgnored: true),
    Ignored(variable: "IGNORE_CLIENTS", patterns: "Firefox", isIgnored: false),
    Ignored(variable: "IGNORE_DEVICES", patterns: "fire*", isIgnored: true),
    Ignored(variable: "IGNORE_DEVICES", patterns: "F1", isIgnored: true),
    Ignored(variable: "IGNORE_DEVICES", patterns: "Anna,Jellyfin*", isIgnored: false),
  ]

  @Test("what an ignore list matches never counts as browsing", arguments: ignoreLists)
  func ignoredBrowsing(_ list: Ignored) {
    let variables = [list.variable: list.patterns]
    #expect(active([browser()], variables).map(\.wakes) == (list.isIgnored ? [] : [true]))
    #expect(active(devices: [device()], variables).map(\.wakes) == (list.isIgnored ? [] : [true]))
  }

  @Test("what an ignore list matches plays, and pauses, without waking", arguments: ignoreLists)
  func ignoredPlaying(_ list: Ignored) {
    let variables = [list.variable: list.patterns]
    #expect(active([player()], variables).map(\.wakes) == [!list.isIgnored])
    #expect(active([pausedPlayer(for: 10)], variables).map(\.wakes) == [!list.isIgnored])
  }

  @Test("an ignored browser hides nobody else at its device")
  func ignoredBesideAnother() {
    let people = active(
      [browser(user: "Robot", seen: 1), browser(user: "Anna", seen: 20)], ["IGNORE_USERS": "robot"])
    #expect(people.map(\.user) == ["Anna"])
  }

  @Test(
    "names are compared as Jellyfin gives them, with any characters and of any length",
    arguments: [
      ("An\u{200D}na", "An\u{200D}na", true), ("An\u{200D}na", "an\u{200D}*", true),
      ("An\u{200D}na", "Anna", false), ("An\u{202E}na", "An\u{202E}na", true),
      (String(repeating: "x", count: 90), String(repeating: "X", count: 90), true),
      (String(repeating: "x", count: 90), String(repeating: "x", count: 79) + "\u{2026}", false),
      (String(repeating: "x", count: 79) + "y robot", "*robot", true),
    ])
  func comparedAsGiven(_ name: String, _ pattern: String, _ isIgnored: Bool) {
    for variable in ["IGNORE_USERS", "IGNORE_CLIENTS", "IGNORE_DEVICES"] {
      let session = browser(user: name, client: name, device: name)
      let device = device(user: name, client: name, name: name)
      #expect(active([session], [variable: pattern]).isEmpty == isIgnored)
      #expect(active(devices: [device], [variable: pattern]).isEmpty == isIgnored)
    }
  }

  @Test(
    "names are shown and kept without what could forge a line or drive a terminal, and short",
    arguments: [
      ("An\u{1B}[2Jna", "An\u{FFFD}[2Jna"), ("An\nna", "An\u{FFFD}na"), ("An\r\nna", "An\u{FFFD}\u{FFFD}na"),
      ("An\0na", "An\u{FFFD}na"), ("An\u{9B}31mna", "An\u{FFFD}31mna"), ("An\u{202E}na", "An\u{FFFD}na"),
      ("An\u{2028}na", "An\u{FFFD}na"), ("An\u{7F}na", "An\u{FFFD}na"), ("An\tna", "An\u{FFFD}na"),
      ("Ann\u{e4}", "Ann\u{e4}"), ("\u{5b89}\u{5a1c}", "\u{5b89}\u{5a1c}"),
      (String(repeating: "x", count: 81), String(repeating: "x", count: 79) + "\u{2026}"),
    ])
  func shownClean(_ name: String, _ shown: String) {
    for kind in [
      [browser(user: name, client: name, device: name)], [player(user: name, client: name, device: name)],
      [pausedPlayer(user: name, client: name, device: name, for: 1)],
    ] {
      #expect(active(kind).map { [$0.user, $0.client, $0.device] } == [[shown, shown, shown]])
    }
    let people = active(devices: [device(user: name, client: name, name: name)])
    #expect(people.map { [$0.user, $0.client, $0.device] } == [[shown, shown, shown]])
  }

  @Test("a robot that polls in a user's name wakes nobody and is not browsing", arguments: Robots.clients)
  func robots(_ client: String) {
    let robot = browser(client: client, device: "Server", id: "r")
    let device = device(client: client, name: "Server", id: "r", seen: 1)
    #expect(active([robot], devices: [device]).isEmpty)
    #expect(active([player(client: client)]).map(\.wakes) == [false])
    // A list of one's own takes the place of theirs.
    #expect(active([robot], ["IGNORE_CLIENTS": "none"]).map(\.wakes) == [true])
  }

  @Test(
    "a person who uses Jellyfin beside a robot is seen",
    arguments: ["Jellyfin Web", "Home Assistant Companion"])
  func besideRobots(_ client: String) {
    let robot = browser(client: "Home Assistant", id: "r", seen: 1)
    #expect(active([robot, browser(client: client, seen: 20)]).map(\.client) == [client])
  }

  // MARK: BROWSING_LIMIT

  @Test("unbroken browsing counts for BROWSING_LIMIT, and no longer")
  func browsingLimit() {
    var look = Look()
    for time in stride(from: 0.0, to: 7200, by: 60) { #expect(look.at(time, browsing) == [.browsing]) }
    #expect(look.at(7199.9, browsing) == [.browsing])
    #expect(look.at(7200, browsing) == [])
    #expect(look.at(86_400, browsing) == [])
  }

  @Test("BROWSING_LIMIT=0 is no limit")
  func noBrowsingLimit() {
    var look = Look(["BROWSING_LIMIT": "0"])
    for time in stride(from: 0.0, to: 100_000, by: 250) { #expect(look.at(time, browsing) == [.browsing]) }
  }

  @Test("a device that was quiet for ACTIVITY_WINDOW browses anew")
  func quiet() {
    var look = Look(spent: true)
    #expect(look.at(8271) { [browser(seen: 301, at: $0)] } == [])
    #expect(look.at(8331, browsing) == [.browsing])
    #expect(look.at(8331 + 7199, browsing) == [.browsing])
  }

  @Test("a device that was quiet for less continues its stretch")
  func notQuiet() {
    var look = Look(spent: true)
    #expect(look.at(8269) { [browser(seen: 299, at: $0)] } == [])
    #expect(look.at(8330, browsing) == [])
  }

  @Test("a clock that is set forward by hours makes no device quiet")
  func clockStepIsNotQuiet() {
    var look = Look(spent: true)
    #expect(look.at(8030) { [browser(seen: 32_430, at: $0)] } == [])
    #expect(look.at(8060, browsing) == [])
  }

  @Test("a device that played browses anew")
  func played() {
    var look = Look(spent: true)
    #expect(look.at(8060) { [player(at: $0)] } == [.playing])
    #expect(look.at(8120, browsing) == [.browsing])
  }

  @Test("a device that played right after Jellyfin was away browses anew")
  func playedAfterRestart() {
    var look = Look(spent: true)
    look.recover(at: 8400)
    #expect(look.at(8400) { [player(at: $0)] } == [.playing])
    #expect(look.at(8430, browsing) == [.browsing])
  }

  @Test("a player that crashed did not play")
  func crashedIsNotPlaying() {
    var look = Look(spent: true)
    _ = look.at(8000) { [player(reported: 400, at: $0), browser(at: $0)] }
    #expect(look.at(8120, browsing) == [])
  }

  @Test("each device has a stretch of its own")
  func stretchesApart() {
    var look = Look(spent: true)
    #expect(look.at(8060) { [browser(id: "f1", at: $0), browser(id: "f2", at: $0)] } == [.browsing])
  }

  @Test("while Jellyfin is away a device is not quiet: an app left open stays spent over a restart")
  func restartIsNotQuiet() {
    var look = Look(spent: true)
    look.recover(at: 8400)
    #expect(look.at(8400) { _ in [] } == [])
    #expect(look.at(8430, browsing) == [])
    #expect(look.at(8460, browsing) == [])
  }

  @Test("a device that does not come back within ACTIVITY_WINDOW of a recovery was quiet")
  func quietAfterRestart() {
    var look = Look(spent: true)
    look.recover(at: 8400)
    for time in stride(from: 8400.0, through: 8700, by: 30) { _ = look.at(time) { _ in [] } }
    #expect(look.at(8730, browsing) == [.browsing])
  }

  @Test("hours in which nobody looked are no part of a stretch", arguments: [true, false])
  func unseenHours(_ jellyfinWasAway: Bool) {
    var look = Look()
    for time in stride(from: 0.0, through: 600, by: 30) { _ = look.at(time, browsing) }
    if jellyfinWasAway { look.recover(at: 20_000) }
    #expect(look.at(20_000, browsing) == [.browsing])
    // Ten minutes of it were over before.
    for time in stride(from: 20_030.0, to: 26_600, by: 30) { _ = look.at(time, browsing) }
    #expect(look.at(26_590, browsing) == [.browsing])
    #expect(look.at(26_610, browsing) == [])
  }

  @Test("a stretch that was spent before nobody looked is spent after it")
  func unseenHoursAfterSpent() {
    var look = Look(spent: true)
    look.recover(at: 20_000)
    #expect(look.at(20_000, browsing) == [])
  }

  // MARK: Spent browsing outlives the boot

  @Test("what has used up its limit wakes nothing after a reboot of this machine, and keeps nothing up")
  func spentAfterReboot() {
    var look = Look(spent: true)
    look.reboot(at: 8100)
    for time in stride(from: 8100.0, through: 20_000, by: 30) {
      #expect(look.at(time) { [browser(seen: 25, at: $0)] } == [])
    }
    #expect(look.spent.people.map(\.user) == ["Anna"])
  }

  @Test("a reboot is no quiet time: a device must be quiet for ACTIVITY_WINDOW after it")
  func quietAfterReboot() {
    var look = Look(spent: true)
    look.reboot(at: 9000)
    for time in stride(from: 9000.0, through: 9270, by: 30) { _ = look.at(time) { _ in [] } }
    #expect(!look.spent.people.isEmpty)
    #expect(look.at(9300) { _ in [] } == [])
    #expect(look.spent.people.isEmpty)
    #expect(look.at(9330, browsing) == [.browsing])
  }

  @Test("one that had been quiet before the reboot browses right after it")
  func quietBeforeReboot() {
    var look = Look(spent: true)
    for time in stride(from: 8030.0, through: 8400, by: 30) { _ = look.at(time) { _ in [] } }
    look.reboot(at: 8500)
    #expect(look.at(8500, browsing) == [.browsing])
  }

  @Test("one that plays after the reboot browses anew")
  func playedAfterReboot() {
    var look = Look(spent: true)
    look.reboot(at: 8100)
    #expect(look.at(8130) { [player(at: $0)] } == [.playing])
    #expect(look.spent.people.isEmpty)
    #expect(look.at(8160, browsing) == [.browsing])
  }

  @Test("polls that fail now and then let a device become quiet all the same, in its own time")
  func quietWhileFlapping() {
    var look = Look(spent: true)
    let trouble = Trouble(.jellyfin, cause: "500", "Jellyfin answered with status 500.")
    var quietAfter: Seconds?
    for time in stride(from: 8030.0, through: 9500, by: 30) where quietAfter == nil {
      if Int(time - 8030) % 90 == 60 {
        look.memory.jellyfin.noteFailure(trouble)
      } else {
        _ = look.at(time) { _ in [] }
        if look.spent.people.isEmpty { quietAfter = time - 8000 }
      }
    }
    // A third of the time was witnessed.
    #expect(quietAfter.map { (600...1000).contains($0) } == true, "\(String(describing: quietAfter))")
  }

  @Test(
    "the web client of Jellyfin 12 on a visible screen stamps its session every minute, for BROWSING_LIMIT")
  func everyMinute() {
    var look = Look()
    var last: Seconds = 0
    for time in stride(from: 0.0, through: 30_000, by: 30) {
      let sessions = { (now: Seconds) in [browser(seen: time.truncatingRemainder(dividingBy: 60), at: now)] }
      if look.at(time, sessions) == [.browsing] { last = time }
    }
    #expect(last == 7170)
    look.reboot(at: 30_100)
    #expect(look.at(30_100) { [browser(seen: 7, at: $0)] } == [])
  }

  @Test("no more is kept on the disk than a household has, and nothing is written while nothing changes")
  func boundedOnDisk() {
    var look = Look(["BROWSING_LIMIT": "10s"])
    let entries = (0..<500).map { browser(user: "\($0 % 7)", id: "b\($0)", seen: 1) }
    _ = look.people(at: 0) { _ in answer(entries) }
    #expect(look.at(10) { _ in entries } == [])
    #expect(look.spent.people.count == 100)
    let before = look.spent
    #expect(look.at(20) { _ in entries.reversed() } == [])
    #expect(look.spent == before)
  }

  // MARK: After Jellyfin was away

  @Test(
    "a paused tab that came back with Jellyfin keeps the storage up and does not wake it, as long as its pause counts",
    arguments: [
      (30.0, 10.0, false), (30, 30, false), (1000, 1000, false), (1000, 881, false), (1000, 879, true),
      (1000, 400, true),
      (1000, 1100, true),
    ])
  func pausedAfterRecovery(_ after: Seconds, _ pausedFor: Seconds, _ wakes: Bool) {
    var look = Look()
    look.recover(at: 0)
    let people = look.people(at: after) { answer([pausedPlayer(for: pausedFor, at: $0)], at: $0) }
    #expect(people.map(\.kind) == [.paused])
    #expect(people.map(\.wakes) == [wakes])
  }

  @Test("on 10.8 a pause that was first seen when Jellyfin came back does not wake")
  func pausedAfterRecoveryWithoutStamp() {
    var look = Look()
    look.recover(at: 0)
    for time in stride(from: 30.0, through: 600, by: 30) {
      let people = look.people(at: time) { answer([pausedPlayer(for: nil, at: $0)], at: $0) }
      #expect(people.map(\.wakes) == [false])
    }
  }

  @Test(
    "for 2 min after Jellyfin was away, browsing keeps the storage up and does not wake it",
    arguments: [
      (0.0, 0.0, false), (60, 30, false), (119, 0, false), (120, 0, false), (121, 0, true), (150, 0, true),
      // Who reconnected within these minutes does not wake it later by that.
      (150, 31, false), (400, 281, false), (400, 279, true), (421, 300, true),
    ])
  func afterRecovery(_ after: Seconds, _ seen: Seconds, _ wakes: Bool) {
    var look = Look()
    look.recover(at: 0)
    let people = look.people(at: after) { answer([browser(seen: seen, at: $0)], at: $0) }
    #expect(people.map(\.kind) == [.browsing])
    #expect(people.map(\.wakes) == [wakes])
  }

  @Test("a device counts after a recovery as a session does")
  func deviceAfterRecovery() {
    var look = Look()
    look.recover(at: 0)
    let early = look.people(at: 60) { answer(devices: [device(seen: 0, at: $0)], at: $0) }
    let late = look.people(at: 125) { answer(devices: [device(seen: 0, at: $0)], at: $0) }
    #expect((early + late).map(\.wakes) == [false, true])
  }

  @Test("playing wakes right after Jellyfin was away")
  func playingAfterRecovery() {
    var look = Look()
    look.recover(at: 0)
    #expect(look.people(at: 0) { answer([player(at: $0)], at: $0) }.map(\.wakes) == [true])
  }

  @Test("a recovery of the future, as a clock that was set leaves it, means nothing")
  func futureRecovery() {
    var look = Look()
    look.recover(at: 100_000)
    #expect(look.people(at: 0) { answer([browser(at: $0)], at: $0) }.map(\.wakes) == [true])
    #expect(look.memory.jellyfin.started == nil)
  }

  // MARK: Hostile answers

  @Test(
    "no stamp and no time of Jellyfin's can crash it",
    arguments: [0, -62_135_596_800, 253_402_300_799, jellyfinTime], [0, -62_135_596_800, 253_402_300_799])
  func hostileStamps(_ time: Seconds, _ stamp: Seconds) {
    var (memory, spent) = (ActivityMemory(), SpentBrowsing())
    memory.jellyfin.recover(at: stamp)
    let hostile = session(
      hasItem: true, lastActivity: stamp, lastPlaybackCheckIn: stamp, lastPaused: stamp)
    var paused = hostile
    paused.isPaused = true
    var idle = hostile
    idle.hasItem = false
    let judge = ActivityJudge(
      configuration: configuration(),
      answer: answer([.session(hostile), .session(paused), .session(idle)], at: time), boot: 0)
    // A player with a stamp of the past is dead, one of the present or future is fresh.
    let isFresh = time - stamp < 360
    #expect(judge.active(&memory, spent: &spent).contains { $0.kind == .playing } == isFresh)
  }

  @Test("of a million devices all are active, and a thousand are remembered")
  func manyDevices() {
    var look = Look()
    let entries = (0..<2500).map { number in
      number.isMultiple(of: 2) ? browser(id: "b\(number)", seen: 1) : pausedPlayer(id: "p\(number)", for: nil)
    }
    #expect(look.people(at: 0) { _ in answer(entries) }.count == 2500)
    #expect(look.memory.browsing.count == 1000)
    #expect(look.memory.pauses.count == 1000)
  }

  // MARK: Sentences

  @Test(
    "somebody active is told in a sentence",
    arguments: [
      (somebody(.playing), "Anna is playing (Jellyfin Web on Firefox)"),
      (somebody(.paused), "Anna has paused (Jellyfin Web on Firefox)"),
      (somebody(.browsing), "Anna is browsing (Jellyfin Web on Firefox)"),
      (somebody(.browsing, device: ""), "Anna is browsing (Jellyfin Web)"),
      (somebody(.browsing, client: ""), "Anna is browsing (Firefox)"),
      (somebody(.browsing, client: "", device: ""), "Anna is browsing"),
      (somebody(.playing, user: ""), "Firefox is playing, without a user"),
      (somebody(.playing, user: "", device: ""), "Jellyfin Web is playing, without a user"),
      (somebody(.playing, user: "", client: "", device: ""), "a device is playing, without a user"),
      (somebody(.unknown), "a session cannot be understood and counts as active"),
    ])
  func sentence(_ person: ActiveSession, _ sentence: String) {
    #expect(person.sentence == sentence)
  }

  private func browsing(_ time: Seconds) -> [SessionEntry] { [browser(at: time)] }
}

/// Looks at Jellyfin again and again; times are seconds since the first.
struct Look {
  var memory = ActivityMemory()
  var spent = SpentBrowsing()
  var isWaking = false
  /// How many seconds this machine had been up at the first look.
  var up: Seconds = 10_000
  let variables: [String: String]

  static let refusal = Trouble(.jellyfin, cause: "refused", "Jellyfin refused the connection.")

  /// - Parameter spent: device `f1` has browsed until 8000 s, longer than the default limit.
  init(_ variables: [String: String] = [:], spent: Bool = false) {
    self.variables = variables
    guard spent else { return }
    for time in stride(from: 0.0, through: 8000, by: 50) { _ = at(time) { [browser(at: $0)] } }
  }

  mutating func at(_ time: Seconds, _ sessions: (Seconds) -> [SessionEntry]) -> [ActiveSession.Kind] {
    people(at: time) { answer(sessions($0), at: $0) }.map(\.kind)
  }

  mutating func people(
    at time: Seconds, start: Result<StartupTasks, Trouble>? = nil, _ answer: (Seconds) -> JellyfinAnswer
  ) -> [ActiveSession] {
    ActivityJudge(
      configuration: configuration(variables), answer: answer(jellyfinTime + time), boot: up + time,
      isWaking: isWaking, start: start
    ).active(&memory, spent: &spent)
  }

  /// Jellyfin answers again, having refused connections, and does not say when it started.
  mutating func recover(at time: Seconds) {
    memory.jellyfin.noteFailure(Self.refusal)
    _ = people(at: time, start: .failure(Self.refusal)) { answer(at: $0) }
  }

  /// This machine starts anew: of what it remembers, the state alone is left.
  mutating func reboot(at time: Seconds) {
    memory = ActivityMemory()
    up = 60 - time
  }
}
