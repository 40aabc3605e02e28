import Foundation
import JodCore
import Testing

@testable import jod_check

extension World {
  @Suite("What systemd refuses to hand to the service")
  struct CredentialFolderTests {
    /// What is found where the folder has these files, with so many bytes each.
    private func findings(_ files: [String: Int]) throws -> [Finding] {
      let sandbox = try Sandbox()
      let folder = "\(sandbox.folder)/credentials"
      for (name, size) in files {
        let path = "\(folder)/\(name)"
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try Data(count: size).write(to: URL(fileURLWithPath: path))
      }
      return CredentialFolder(path: folder, unit: sandbox.folder).findings
    }

    @Test("what the manual has, what is hidden, and a mebibyte in all, are no fault")
    func good() throws {
      let files = ["jellyfin-api-key": 33, "known_hosts": 4096, "storage-server-ssh-key": 411]
      #expect(try findings(files) == [])
      #expect(try findings(files.merging([".hidden:file": 2 << 20]) { $1 }) == [])
      #expect(try findings(["a": 1 << 19, "more/b": 1 << 19]) == [])
    }

    @Test("a missing folder, where there is a service that needs it")
    func missing() throws {
      let found = try findings([:])
      #expect(found.map(\.verdict) == [.fault])
      #expect(found.first?.words.contains("243/CREDENTIALS") == true)
      #expect(found.first?.remedy?.contains("install -d -m 700 /") == true)
      #expect(CredentialFolder(path: "/nowhere", unit: "/nowhere").findings == [])
    }

    @Test(
      "a name that is none, each by itself",
      arguments: ["key:old", "schlüssel", "a\tb", String(repeating: "x", count: 246)])
    func names(name: String) throws {
      let found = try findings([name: 1, "known_hosts": 1, "more/\(name)": 1])
      #expect(found.map(\.verdict) == [.fault, .fault])
      #expect(found.allSatisfy { $0.words.contains("no file of the name") })
    }

    @Test("more than a mebibyte, in one file or in several")
    func sizes() throws {
      for files in [["backup": 1 << 20 + 1], ["backup": 1 << 19, "more/b": 1 << 19 - 1, "c": 2]] {
        let found = try findings(files)
        #expect(found.map(\.verdict) == [.fault])
        #expect(found.first?.words.contains("\"backup\"") == true)
      }
    }
  }
}
