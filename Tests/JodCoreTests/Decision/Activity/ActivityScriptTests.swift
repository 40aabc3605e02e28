import Testing

@testable import JodCore

@Suite("The scripts of activity.d")
struct ActivityScriptTests {
  private static let needing = ActivityScript("downloads", .exited(0), output: "2 films\n")
  private static let keeping = ActivityScript("downloads", .exited(2), output: "2 films\n")
  private static let content = ActivityScript("downloads", .exited(1))
  private static let late = ActivityScript("downloads", .late)

  @Test(
    "its exit status tells what it needs, and what was not agreed upon is unknown",
    arguments: [
      (ActivityScript.End.exited(0), ActivityScript.Need.wakes), (.exited(1), .none), (.exited(2), .keepsUp),
      (.exited(3), .unknown("it ended with exit status 3")),
      (.exited(137), .unknown("it ended with exit status 137")),
      (.late, .unknown("it took longer than 3s and was killed")), (.notRun("no"), .unknown("no")),
    ])
  func need(end: ActivityScript.End, need: ActivityScript.Need) {
    #expect(ActivityScript("a", end).need == need)
  }

  @Test(
    "the reason is its first line, bounded and made printable",
    arguments: [
      ("two films\nand more", "two films"), ("", ""), ("\nbehind an empty line", ""), ("  a  \r\nb", "a"),
      ("red \u{1B}[31m", "red \u{FFFD}[31m"),
      (String(repeating: "a", count: 500), String(repeating: "a", count: 79) + "…"),
    ])
  func reason(output: String, reason: String) {
    #expect(ActivityScript("a", .exited(0), output: output).reason == reason)
  }

  @Test(
    "names are those that run-parts takes",
    arguments: [
      ("downloads", true), ("50-Plex_2", true), ("", false), ("plex.sh", false), (".hidden", false),
      ("plex~", false), ("plex.dpkg-old", false), ("büch", false), ("a b", false), ("a/b", false),
    ])
  func names(name: String, isName: Bool) { #expect(ActivityScript.isName(name) == isName) }

  @Test("one that needs the storage wakes it though nobody uses Jellyfin, and the wake tells who and why")
  func wakes() {
    var story = Story()
    story.scripts = [Self.needing]
    let checked = story.check(.nobody)
    #expect(checked.sends)
    #expect(checked.active?.map(\.kind) == [.script])
    let event = checked.event(.wakeRequested)
    #expect(event?.message.hasSuffix(": the script downloads needs the storage (2 films).") == true)
    #expect(event?.fields["JOD_KIND"] == "script")
    #expect(event?.fields["JOD_CLIENT"] == "downloads")
    #expect(event?.fields["JOD_DEVICE"] == "2 films")
  }

  @Test("its request is repeated at the cooldown until the storage is ready, as any other")
  func repeats() {
    var story = Story()
    story.scripts = [Self.needing]
    #expect(story.checks(for: 180, .nobody).map(\.sends) == [true, false, true, false, true, false])
    #expect(story.check(.nobody, storage: .ready).rests)
  }

  @Test("one that only keeps the storage on does not wake it")
  func keeps() {
    var story = Story()
    story.scripts = [Self.keeping]
    let checked = story.check(.nobody)
    #expect(checked.rests)
    #expect(checked.reason == "the script downloads keeps it on (2 films), which does not wake the storage")
  }

  @Test("both keep it up, and idleness begins when they are content", arguments: [needing, keeping])
  func keepsUp(script: ActivityScript) {
    var story = Story(poweringOff())
    story.scripts = [script]
    let up = story.checks(for: 2 * 3600, .nobody, storage: .ready)
    #expect(up.allSatisfy { $0.rests })
    let active = ActiveSession.script("downloads", "2 films", wakes: script == Self.needing)
    #expect(up.last?.verdict.objections.first == .active(active))
    story.scripts = [Self.content]
    let idle = story.checks(for: 30 * 60, .nobody, storage: .ready)
    #expect(idle.allSatisfy { $0.rests })
    #expect(story.check(.nobody, storage: .ready).powersOff)
  }

  @Test("one that needs nothing is in nobody's way")
  func none() {
    var (with, without) = (Story(poweringOff()), Story(poweringOff()))
    with.scripts = [Self.content]
    for _ in 0..<65 {
      #expect(
        with.check(.nobody, storage: .ready).verdict == without.check(.nobody, storage: .ready).verdict)
    }
  }

  // MARK: Unknown is not idle

  @Test("one that does not say wakes nothing, and keeps the storage up for ever")
  func unknown() {
    var story = Story(poweringOff())
    story.scripts = [Self.late]
    #expect(story.check(.nobody).rests)
    #expect(story.checks(for: 3 * 3600, .nobody, storage: .ready).allSatisfy { $0.rests })
  }

  @Test("a time in which one did not say is no idleness, and one lost answer does not begin it anew")
  func unknownIsNotIdle() {
    var story = Story(poweringOff())
    story.checks(for: 20 * 60, .nobody, storage: .ready)
    story.scripts = [Self.late]
    let idle = story.check(.nobody, storage: .ready).memory.runtime.idle?.seconds
    #expect(idle?.rounded() == 1170)
    story.checks(for: 20 * 60, .nobody, storage: .ready)
    #expect(story.memory.runtime.idle?.seconds == idle)
    story.scripts = []
    // The gap is longer than checks may be apart.
    #expect(story.check(.nobody, storage: .ready).memory.runtime.idle?.seconds == 0)
    story.checks(for: 10 * 60, .nobody, storage: .ready)
    story.scripts = [Self.late]
    story.check(.nobody, storage: .ready)
    story.scripts = []
    #expect(story.check(.nobody, storage: .ready).memory.runtime.idle?.seconds.rounded() == 660)
  }

  @Test("where it alone keeps the storage up, that is a trouble after an hour, which names it")
  func trouble() {
    var story = Story(poweringOff())
    story.scripts = [Self.late, ActivityScript("books", .exited(7))]
    // Until then it is ready for too short a time.
    story.checks(for: 30 * 60, .nobody, storage: .ready)
    let quiet = story.checks(for: 3600, .nobody, storage: .ready)
    #expect(quiet.allSatisfy { $0.troubles.isEmpty })
    story.checks(for: 60, .nobody, storage: .ready)
    let trouble = story.check(.nobody, storage: .ready).troubles.first
    #expect(trouble?.kind == .powerOff)
    let late = #""downloads" (it took longer than 3s and was killed)"#
    #expect(trouble?.what.hasSuffix(#"\#(late), "books" (it ended with exit status 7)."#) == true)
    story.scripts = []
    #expect(story.check(.nobody, storage: .ready).troubles.isEmpty)
  }

  @Test("where somebody is active anyway, what it does not say is no trouble")
  func noTrouble() {
    var story = Story(poweringOff())
    story.scripts = [Self.late]
    #expect(story.checks(for: 2 * 3600, .playing, storage: .ready).allSatisfy { $0.troubles.isEmpty })
  }

  // MARK: Jellyfin does not answer

  @Test("where Jellyfin does not answer, a need that a script tells of is known all the same")
  func withoutJellyfin() {
    var story = Story(poweringOff())
    story.scripts = [Self.needing]
    let checked = story.check(.jellyfinAway)
    #expect(checked.sends)
    #expect(checked.memory.runtime.lastCheck?.active?.map(\.kind) == [.script])
    #expect(checked.troubles.map(\.kind) == [.jellyfin])
    // The wake does not end while it is needed.
    story.checks(for: 20 * 60, .jellyfinAway)
    #expect(story.memory.state.undertaking.wake?.demandEnded == nil)
    #expect(story.check(.jellyfinAway, storage: .ready).verdict.objections.first?.isActive == true)
  }

  @Test(
    "where Jellyfin does not answer and no script needs it, nothing is done",
    arguments: [[], [keeping], [late], [content]])
  func nothingKnown(scripts: [ActivityScript]) {
    var story = Story()
    story.scripts = scripts
    #expect(story.checks(for: 600, .jellyfinAway).allSatisfy { $0.rests })
  }

  @Test("what a script needed while Jellyfin was away was no idleness")
  func needWithoutJellyfin() {
    var story = Story(poweringOff())
    story.checks(for: 29 * 60, .nobody, storage: .ready)
    story.scripts = [Self.keeping]
    story.check(.jellyfinAway, storage: .ready)
    story.scripts = []
    #expect(story.check(.nobody, storage: .ready).memory.runtime.idle?.seconds == 0)
  }

  // MARK: By hand

  private func objections(_ scripts: [ActivityScript], _ urgency: PowerOffUrgency) -> [Objection] {
    var story = Story(poweringOff())
    story.check(.nobody, storage: .ready)
    story.check(.nobody, storage: .ready)
    story.scripts = scripts
    story.check(.nobody, storage: .ready)
    story.memory.noteTraffic(from: .smb(0), to: .smb(0), in: 1)
    return decidePowerOff(story.configuration, story.memory, story.now, urgency: urgency).objections
  }

  @Test("a power-off by hand asks the scripts, and where somebody insists it does not")
  func byHand() {
    #expect(objections([Self.keeping], .now).first?.isActive == true)
    #expect(
      objections([Self.late], .now) == [
        .scriptsUnknown(["\"downloads\" (it took longer than 3s and was killed)"])
      ])
    #expect(objections([Self.content], .now).isEmpty)
    #expect(objections([Self.needing, Self.late], .forced).isEmpty)
  }

  @Test("a script in whose presence somebody insisted wakes again once it was content, whatever its reason")
  func dismissed() {
    var story = Story(poweringOff())
    story.scripts = [Self.needing]
    let active = story.check(.nobody, storage: .ready).active ?? []
    story.memory.dismiss(active)
    story.scripts = [ActivityScript("downloads", .exited(0), output: "3 films")]
    #expect(story.checks(for: 600, .nobody).allSatisfy { $0.rests })
    #expect(story.checks(for: 600, .jellyfinAway).allSatisfy { $0.rests })
    story.scripts = [Self.content]
    story.checks(for: 600, .nobody)
    story.scripts = [Self.needing]
    #expect(story.check(.nobody).sends)
  }

  @Test("it explains no access: that Jellyfin knew of nobody stays true")
  func explainsNothing() {
    var story = Story()
    story.memory.state.accesses.note(.access(by: "updatedb", to: "/srv"), at: story.moment)
    story.scripts = [Self.keeping]
    story.check(.nobody, storage: .ready)
    #expect(story.memory.state.accesses.entries.count == 1)
  }

  @Test("a report names the script and its reason")
  func report() {
    let wake = Summary.PastWake(
      at: 0, user: "", client: "downloads", device: "2 films", kind: "script", requests: 1, readyAfter: nil,
      failed: false)
    #expect(wake.person == "the script downloads")
    #expect(wake.cause == "the script downloads, 2 films")
  }
}

extension Objection {
  fileprivate var isActive: Bool { if case .active = self { true } else { false } }
}
