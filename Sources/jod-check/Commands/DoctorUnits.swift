import Glibc
import JodCore

/// What systemd says of the units.
extension Doctor {
  /// Nil where no systemd runs.
  static func askTimer() -> Diagnosis.Timer? {
    show("jod-check.timer", Diagnosis.Timer.properties).map {
      Diagnosis.Timer(properties: $0, now: Clock.seconds(CLOCK_MONOTONIC))
    }
  }

  /// Nil where no systemd runs.
  static func askSandbox() -> Diagnosis.Sandbox? {
    show("jod-check.service", Diagnosis.Sandbox.properties).map(Diagnosis.Sandbox.init(properties:))
  }

  private static func show(_ unit: String, _ properties: String) -> String? {
    let ended = try? Subprocess(["systemctl", "show", unit, "--property=\(properties)"]).run(
      timeLimit: timeLimit)
    return ended?.status == 0 ? ended?.output : nil
  }
}
