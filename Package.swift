// swift-tools-version: 6.0
import PackageDescription

let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

let package = Package(
  name: "jod-check",
  products: [
    .executable(name: "jod-check", targets: ["jod-check"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
  ],
  targets: [
    // libsystemd: a module map and a header, nothing else. The library itself is loaded where it is needed.
    .systemLibrary(name: "CSystemd", providers: [.apt(["libsystemd-dev"])]),

    // What jod-check knows and decides: no clock, no socket, no file.
    .target(name: "JodCore", swiftSettings: strict),

    // The program, and the only room that touches the world.
    .executableTarget(
      name: "jod-check",
      dependencies: [
        "CSystemd",
        "JodCore",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        // A channel without an event loop: a check waits for its answers itself, without a thread.
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict),

    // A household on loopback, to show and to test the program with. Shipped in no package.
    .target(name: "Household", swiftSettings: strict),
    .executableTarget(name: "household-demo", dependencies: ["Household"], swiftSettings: strict),

    .testTarget(name: "JodCoreTests", dependencies: ["JodCore", "Household"], swiftSettings: strict),
    .testTarget(
      name: "JodCheckTests",
      dependencies: [
        "jod-check", "JodCore", "Household",
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
