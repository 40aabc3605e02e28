import Foundation
import Household

// An evening of the real program, with a household of which only the clock, Jellyfin and the storage server are made.

func play(_ evening: Evening) throws {
  let (jellyfin, storage) = (evening.jellyfin, evening.storage)
  evening.begin(at: "17:59")
  _ = try evening.quietly()
  evening.scene("18:00", "Nobody is there. The storage server is off, and stays off.")
  try expect(evening.run() == 0, "no packet")

  evening.scene("20:14", "Anna opens the app in the living room.")
  jellyfin.say(sessions: "[\(FakeJellyfin.session())]")
  try expect(evening.run() == 3, "one wake request of three packets")

  evening.scene("20:14:30", "The storage server starts; its service does not answer yet.")
  jellyfin.say(sessions: "[\(FakeJellyfin.session())]")
  try storage.turn(.starting)
  try expect(evening.run() == 0, "no packet inside the cooldown")

  evening.scene("20:15", "It is ready.")
  try storage.turn(.ready)
  try expect(evening.run() == 0, "no packet")

  evening.scene("20:17", "The film runs.")
  jellyfin.say(sessions: "[\(film())]")
  try expect(evening.run() == 0, "no packet")
  try evening.checksPass(until: "21:10") { jellyfin.say(sessions: "[\(film())]") }

  evening.scene("21:10", "A pause. For half an hour it counts as activity, and the film goes on at once.")
  jellyfin.say(sessions: "[\(film(pausedFor: 0))]")
  try expect(evening.run() == 0, "no packet")
  var paused = 0.0
  try evening.checksPass(until: "21:42") {
    paused += 120
    jellyfin.say(sessions: "[\(film(pausedFor: paused))]")
  }

  evening.scene("21:42", "Everybody sleeps. The app still reports the pause, and is believed no longer.")
  jellyfin.say(sessions: "[\(film(pausedFor: 1920))]")
  try expect(evening.run() == 0, "no packet")
  try evening.checksPass(until: "22:08") { jellyfin.say(sessions: "[\(film(pausedFor: 3000))]") }

  evening.scene("22:12", "Nobody has needed it for half an hour: it is asked to power off, and goes.")
  jellyfin.say(sessions: "[]")
  try evening.run()
  try expect(evening.hasGone, "a power-off")

  evening.scene("22:12:10", "Anna is back, too early: a packet is lost in a machine that goes down.")
  jellyfin.say(sessions: "[\(FakeJellyfin.session())]")
  try expect(evening.run() == 0, "no packet into a machine that goes down")

  evening.scene("22:12:40", "It is down, and is woken at once. She was not forgotten.")
  jellyfin.say(sessions: "[\(FakeJellyfin.session())]")
  try expect(evening.run() == 3, "one wake request")

  evening.scene("22:13:20", "What does jod-check know?")
  try storage.turn(.ready)
  jellyfin.say(sessions: "[\(film())]")
  _ = try evening.quietly()
  try evening.run("status")
}

func film(pausedFor pause: Double? = nil) -> String {
  FakeJellyfin.session(film: "The Third Man", pausedFor: pause)
}

/// Begins again as a program that has the demo's clock.
func restart(with library: String) throws {
  let folder = NSTemporaryDirectory() + "jod-check-demo-\(getpid())"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try DemoClock.make(at: "\(folder)/clock")
  setenv("LD_PRELOAD", library, 1)
  setenv(DemoClock.variable, "\(folder)/clock", 1)
  var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
  execv("/proc/self/exe", &arguments)
  throw Surprise("a start with \(library)")
}

// A write to a program that has ended is an error, not our end.
signal(SIGPIPE, SIG_IGN)
do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  guard arguments.count == 2 else { throw Surprise("jod-check, and the library of the demo's clock") }
  guard let clock = ProcessInfo.processInfo.environment[DemoClock.variable] else {
    try restart(with: arguments[1])
    exit(1)
  }
  let folder = URL(fileURLWithPath: clock).deletingLastPathComponent().path
  defer { try? FileManager.default.removeItem(atPath: folder) }
  let evening = try Evening(program: arguments[0], folder: folder)
  say("An evening in a household. The program is real; its clock is set forward from scene to scene.")
  try play(evening)
  say(
    """

    The evening went as expected. To have it so at home:
      make deb && sudo apt install ./dist/jod-check_*.deb
      sudo jod-check setup
    """)
} catch {
  say("\nThe evening went otherwise: \(error)")
  exit(1)
}
