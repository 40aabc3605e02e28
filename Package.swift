// swift-tools-version: 6.0
import PackageDescription

let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

/// Without what the compiler imports unasked for regular expressions: they are a tenth of the program, at one call of theirs.
let lean = strict + [.unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])]

let package = Package(
  name: "jod-check",
  products: [
    .executable(name: "jod-check", targets: ["jod-check"]),
    .library(name: "DemoClock", type: .dynamic, targets: ["DemoClock"]),
  ],
  targets: [
    // libsystemd: a module map and a header, nothing else. The library itself is loaded where it is needed.
    .systemLibrary(name: "CSystemd", providers: [.apt(["libsystemd-dev"])]),
    // OpenSSL, in the same way: for https alone.
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),

    // Calls of Linux that Swift's Glibc leaves out: headers, nothing else.
    .systemLibrary(name: "CLinux"),

    // What package tools read of the program: an ELF note.
    .target(name: "CNotes", publicHeadersPath: "."),

    // What jod-check knows and decides: no clock, no socket, no file.
    .target(name: "JodCore", swiftSettings: lean),

    // The program, and the only room that touches the world.
    .executableTarget(
      name: "jod-check",
      dependencies: ["CLinux", "CNotes", "CSystemd", "COpenSSL", "JodCore"],
      swiftSettings: lean),

    // A household on loopback, to show and to test the program with. Shipped in no package.
    .target(name: "Household", swiftSettings: strict),
    .executableTarget(name: "household-demo", dependencies: ["Household"], swiftSettings: strict),
    // The demo's clock, which goes as fast as its story.
    .target(name: "DemoClock"),

    // Years of households in which policies are compared. Shipped in no package.
    .target(name: "Simulator", dependencies: ["JodCore", "Household"], swiftSettings: strict),
    .executableTarget(name: "household-years", dependencies: ["Simulator"], swiftSettings: strict),

    .testTarget(
      name: "JodCoreTests", dependencies: ["JodCore", "Household", "Simulator"], swiftSettings: strict),
    .testTarget(
      name: "JodCheckTests",
      dependencies: ["jod-check", "JodCore", "Household"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
