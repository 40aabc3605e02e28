import FoundationEssentials
import Testing

@testable import JodCore

@Suite("What doctor says of Jellyfin's schedule")
struct DiagnosisOfTasksTests {
  /// The triggers of a new server, less what concerns no media.
  private static let standard = """
    [{"Key":"RefreshLibrary","Triggers":[{"Type":"IntervalTrigger","IntervalTicks":432000000000}]},\
    {"Key":"TaskExtractMediaSegments","Triggers":[{"Type":"IntervalTrigger","IntervalTicks":432000000000}]},\
    {"Key":"RefreshTrickplayImages","Triggers":[{"Type":"DailyTrigger","TimeOfDayTicks":108000000000}]},\
    {"Key":"KeyframeExtraction","Triggers":[]},\
    {"Key":"OptimizeDatabaseTask","Triggers":[{"Type":"IntervalTrigger","IntervalTicks":216000000000}]}]
    """

  private func schedule(_ json: String = standard, _ variables: [String: String] = [:]) throws -> [Finding] {
    Diagnosis.schedule(try decoded([JellyfinSchedule].self, json), configuration(variables))
  }

  private func scans(_ json: String, _ variables: [String: String] = [:]) throws -> Finding? {
    Diagnosis.scans(try decoded([JellyfinSchedule].self, json), configuration(variables))
  }

  @Test("only a library scan that starts by itself is a warning")
  func scans() throws {
    let json = """
      [{"Key":"RefreshLibrary","Triggers":[{"Type":"IntervalTrigger","IntervalTicks":432000000000},\
      {"Type":"DailyTrigger"},{"Type":null}]},{"Key":"DeleteCacheFiles","Triggers":[{"Type":"StartupTrigger"}]},{}]
      """
    let found = try scans(json)
    #expect(found?.verdict == .warning)
    #expect(found?.words.contains("at intervals and daily") == true)
    #expect(found?.remedy?.contains("Scan Media Library") == true)
    #expect(Diagnosis.scans([JellyfinSchedule(key: "RefreshLibrary", triggers: [])], configuration()) == nil)
    #expect(
      Diagnosis.scans([JellyfinSchedule(key: "CleanLog", triggers: ["DailyTrigger"])], configuration()) == nil
    )
  }

  @Test("the remedy is LIBRARY_SCAN_INTERVAL, and where that is set, that it suffices")
  func remedy() throws {
    #expect(
      try scans(Self.standard)?.remedy?.hasSuffix(
        "Set LIBRARY_SCAN_INTERVAL, such as 24h: libraries are then scanned while the storage is on anyway.")
        == true)
    #expect(
      try scans(Self.standard, ["LIBRARY_SCAN_INTERVAL": "24h"])?.remedy?.hasSuffix(
        "LIBRARY_SCAN_INTERVAL is set: libraries are scanned while the storage is on anyway.") == true)
  }

  @Test("a scan that the storage is woken for is no danger, but one at Jellyfin's start is")
  func wokenFor() throws {
    #expect(try scans(Self.standard, ["WAKE_FOR_TASKS": "refreshlibrary"]) == nil)
    #expect(try scans(Self.standard, ["STORAGE_MOUNTS": "/srv/media"]) == nil)
    let atStart =
      #"[{"Key":"RefreshLibrary","Triggers":[{"Type":"StartupTrigger"},{"Type":"DailyTrigger"}]}]"#
    #expect(
      try scans(atStart, ["WAKE_FOR_TASKS": "*"])?.words.contains("libraries when it starts, and") == true)
  }

  @Test("without wake on access, the tasks that read media are named, and wake nothing")
  func wakeNothing() throws {
    let found = try schedule().last
    #expect(found?.verdict == .good)
    #expect(
      found?.words
        == "RefreshLibrary every 12h, TaskExtractMediaSegments every 12h, RefreshTrickplayImages daily at 03:00 read the media by schedule, and wake nothing: neither STORAGE_MOUNTS nor WAKE_FOR_TASKS has it so"
    )
  }

  @Test("with wake on access, each run wakes the storage: what that costs a year is told")
  func cost() throws {
    let found = try schedule(
      Self.standard,
      ["STORAGE_MOUNTS": "/srv/media", "STORAGE_SERVER_WATTS": "80,3", "COOLDOWN_TIME": "29min"])
    #expect(found.count == 1)
    #expect(found.first?.verdict == .warning)
    #expect(
      found.first?.words
        == "Jellyfin runs RefreshLibrary every 12h, TaskExtractMediaSegments every 12h, RefreshTrickplayImages daily at 03:00, and each run wakes the storage: up to 1825 wakes a year, 913 hours on, 73 kWh at 80 W."
    )
    #expect(
      found.first?.remedy
        == "In Jellyfin under Dashboard, Scheduled Tasks, remove the triggers of RefreshLibrary, TaskExtractMediaSegments, RefreshTrickplayImages. Or let them run weekly. Set LIBRARY_SCAN_INTERVAL, such as 24h: libraries are then scanned while the storage is on anyway."
    )
  }

  @Test("without the power of the storage server, hours are told, and never more than a year has")
  func hours() throws {
    let often =
      #"[{"Key":"DownloadLyrics","Triggers":[{"Type":"IntervalTrigger","IntervalTicks":10000000}]}]"#
    let found = try schedule(often, ["STORAGE_MOUNTS": "/srv/media", "COOLDOWN_TIME": "59min"]).first
    #expect(
      found?.words
        == "Jellyfin runs DownloadLyrics every 1s, and each run wakes the storage: up to 8760 wakes a year, 8760 hours on."
    )
    #expect(found?.remedy?.contains("LIBRARY_SCAN_INTERVAL") == false)
  }

  @Test("a weekly run is 52 a year, and an interval longer than a week is one")
  func weekly() throws {
    let weekly = """
      [{"Key":"AudioNormalization","Triggers":[{"Type":"WeeklyTrigger","DayOfWeek":"Sunday","TimeOfDayTicks":41400000000},\
      {"Type":"IntervalTrigger","IntervalTicks":25920000000000}]}]
      """
    let found = try schedule(weekly, ["STORAGE_MOUNTS": "/srv/media"]).first
    #expect(found?.words.contains("AudioNormalization each Sunday at 01:09 and every 30d") == true)
    #expect(found?.words.contains("up to 104 wakes a year") == true)
  }

  @Test("what WAKE_FOR_TASKS asks for is good, with its cost, of any task")
  func wanted() throws {
    let found = try schedule(Self.standard, ["WAKE_FOR_TASKS": "Optimize*"]).last
    #expect(found?.verdict == .good)
    #expect(found?.words.hasPrefix("Jellyfin runs OptimizeDatabaseTask every 6h, and each run wakes") == true)
    #expect(found?.words.contains("up to 1460 wakes a year, 754 hours on") == true)
    #expect(found?.words.hasSuffix("(WAKE_FOR_TASKS)") == true)
  }

  @Test("of tasks that are wanted and others, the others are to go")
  func both() throws {
    let found = try schedule(
      Self.standard, ["WAKE_FOR_TASKS": "RefreshLibrary", "STORAGE_MOUNTS": "/srv/media"]
    ).first
    #expect(found?.verdict == .warning)
    #expect(
      found?.remedy
        == "In Jellyfin under Dashboard, Scheduled Tasks, remove the triggers of TaskExtractMediaSegments, RefreshTrickplayImages. Or let them run weekly."
    )
  }

  @Test("where nothing runs by schedule there is nothing to say")
  func nothing() throws {
    #expect(
      try schedule(
        #"[{"Key":"RefreshLibrary","Triggers":[]},{"Key":"RefreshChapterImages","Triggers":[{"Type":"StartupTrigger"}]}]"#
      ) == [])
    #expect(try schedule("[]", ["STORAGE_MOUNTS": "/srv/media", "WAKE_FOR_TASKS": "*"]) == [])
  }
}
