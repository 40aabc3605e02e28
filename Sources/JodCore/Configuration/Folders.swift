/// Folders of this machine that variables name.
enum Folders {
  static let acceptedMounts =
    "mount points by their absolute paths, separated by blanks and quoted as in a unit's ExecStart=, such as /srv/media \"/srv/old films\""
  static let acceptedFolder = "a folder by its absolute path, such as /var/log/jellyfin"

  /// Reads mount points; nil where one is none. The root is nobody's share.
  static func mounts(_ text: String) -> [String]? {
    guard let words = CommandWords.words(text), !words.isEmpty else { return nil }
    let paths = words.compactMap(folder)
    return paths.count == words.count ? paths.removingDuplicates : nil
  }

  /// Reads an absolute path and writes it as systemd does: without a slash at the end, and one where several stand
  /// (path_simplify). Nil for the root, for a path that goes up, and for one that no terminal can show.
  static func folder(_ text: String) -> String? {
    let parts = text.split(separator: "/")
    guard text.hasPrefix("/"), !parts.isEmpty, !parts.contains(".."), !parts.contains("."),
      !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }), text.utf8.count < 4096
    else { return nil }
    return "/" + parts.joined(separator: "/")
  }
}

extension Array where Element: Equatable {
  /// The first of each.
  fileprivate var removingDuplicates: [Element] {
    reduce(into: []) { list, element in if !list.contains(element) { list.append(element) } }
  }
}
