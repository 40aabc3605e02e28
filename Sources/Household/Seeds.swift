import Foundation

/// The seeds that a test of mutations tries: `JOD_MUTATIONS=100000` asks for so many, and `JOD_SEED=7` for the seventh alone.
public final class Seeds: Sequence, IteratorProtocol {
  /// Whether one seed alone is tried.
  public let isOne: Bool
  private var upcoming: Int
  private let last: Int
  private let note: FileHandle?

  /// - Parameter name: what `JOD_SEED_FILE` ends with, where the seed that is tried is told: of a crash there are no other
  ///   words.
  public init(_ name: String) throws {
    let variables = ProcessInfo.processInfo.environment
    let alone = variables["JOD_SEED"].flatMap { Int($0) }
    (isOne, upcoming) = (alone != nil, alone ?? 1)
    last = alone ?? variables["JOD_MUTATIONS"].flatMap { Int($0) } ?? 5000
    note = try variables["JOD_SEED_FILE"].map { path in
      _ = FileManager.default.createFile(atPath: "\(path).\(name)", contents: nil)
      return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path).\(name)"))
    }
  }

  public func next() -> Int? {
    guard upcoming <= last else { return nil }
    defer { upcoming += 1 }
    try? note?.seek(toOffset: 0)
    try? note?.write(contentsOf: Data("\(upcoming)\n".utf8))
    return upcoming
  }
}
