import Foundation

/// The one clock of the demo and of every program that it runs: it stands at the time that is told.
///
/// A library that is loaded before the C library adds to the wall clock and to the boot clock what stands in a file.
struct DemoClock {
  static let variable = "DEMO_CLOCK"
  private let offsets: UnsafeMutablePointer<Double>
  private let midnight: Date

  /// - Parameter path: the file, which all programs map.
  init(path: String) throws {
    let file = open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0, let map = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
      map != MAP_FAILED
    else { throw Surprise("a clock in \(path)") }
    close(file)
    offsets = map.bindMemory(to: Double.self, capacity: 2)
    midnight = Calendar.current.startOfDay(for: Date())
    // Server A has been up for some days.
    offsets[1] = 5 * 86400
  }

  private static let size = 2 * MemoryLayout<Double>.size

  /// Makes the file, with both clocks as they are.
  static func make(at path: String) throws {
    try Data(count: size).write(to: URL(fileURLWithPath: path))
  }

  /// Sets the clocks to a time of this evening, such as "20:14:30".
  func set(_ time: String) { pass(date(time).timeIntervalSince(Date())) }

  func isBefore(_ time: String) -> Bool { Date() < date(time) }

  private func date(_ time: String) -> Date {
    var seconds: Double = 0
    for (part, unit) in zip(time.split(separator: ":"), [3600.0, 60, 1]) {
      seconds += (Double(part) ?? 0) * unit
    }
    return midnight.addingTimeInterval(seconds)
  }

  /// So many seconds go by at once.
  func pass(_ seconds: Double) {
    offsets[0] += seconds
    // The boot clock never goes back; the first time that is told may be earlier than now.
    offsets[1] += max(0, seconds)
  }
}
