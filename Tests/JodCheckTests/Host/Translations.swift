import Foundation

/// The translations of this checkout, compiled as `make install` does.
enum Translations {
  /// By the name that gettext gives a language: `de`, `pt_BR`.
  static let languages: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: source)) ?? []
    return names.filter { $0.hasSuffix(".po") }.map { String($0.dropLast(3)) }.sorted()
  }()

  static let source = "\(Sandbox.root)/po"

  /// A folder with all of them. It lies in the build's own, where the next run replaces it.
  static let folder: String = {
    let folder = "\(Sandbox.root)/.build/test-locales"
    try? FileManager.default.removeItem(atPath: folder)
    let ended = try? Shell.run("'\(source)/compile' '\(folder)'")
    return ended?.status == 0 ? folder : "/nonexistent: gettext cannot compile po/*.po"
  }()

  static func file(_ language: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: "\(folder)/\(language)/LC_MESSAGES/jod-check.mo") ?? Data())
  }
}

enum Shell {
  /// Runs a script of bash, and returns its status with all that it wrote.
  static func run(_ script: String, _ environment: [String: String] = [:]) throws -> (
    status: Int32, output: String
  ) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-euo", "pipefail", "-c", script]
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(environment) { $1 }
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
