extension Diagnosis {
  /// A file in the folder that systemd hands to the service, by its path below that folder.
  public struct CredentialFile: Hashable, Sendable {
    public var path: String
    public var size: Int

    public init(path: String, size: Int) {
      (self.path, self.size) = (path, size)
    }
  }

  /// What keeps systemd from handing the folder's files to the service, which then does not start at all; nothing where it
  /// can (systemd's `load_cred_recurse_dir_cb` and `credential_name_valid`).
  ///
  /// - Parameters:
  ///   - files: nil where the folder is missing.
  ///   - id: what the unit calls the folder.
  public static func credentials(_ files: [CredentialFile]?, in folder: String, id: String) -> [Finding] {
    let subject = "Credentials"
    let end = "so the service does not start (243/CREDENTIALS)"
    guard let files else {
      return [
        .fault(
          subject, "the folder \(folder) is missing, \(end).",
          remedy: "Run `install -d -m 700 \(folder)`. It may be empty.")
      ]
    }
    let names = files.filter { !isCredentialName("\(id)_\($0.path)") }.map { file in
      Finding.fault(
        subject, "systemd takes no file of the name \(Printable.quoted(file.path)) in \(folder), \(end).",
        remedy: "Remove it, or rename it: printable ASCII without colons, 240 characters at most.")
    }
    let size = files.reduce(0) { $0 + $1.size }
    guard size > sizeLimit, let largest = files.max(by: { $0.size < $1.size }) else { return names }
    return names + [
      .fault(
        subject,
        "the files in \(folder) have more than 1 MiB together (\(Printable.quoted(largest.path)): \(Printable.size(largest.size))), \(end).",
        remedy: "Remove what is no credential of jod-check.")
    ]
  }

  /// In bytes, of all credentials of a unit (`CREDENTIALS_TOTAL_SIZE_MAX`).
  private static let sizeLimit = 1 << 20

  private static func isCredentialName(_ name: String) -> Bool {
    name.utf8.count <= 255 && name.utf8.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: ":") }
  }
}
