import JodCore

/// The translations on this machine, where gettext has them: a folder for each language, with a file for each program.
struct Catalogs {
  private let folder: String

  /// `TEXTDOMAINDIR` names another folder than Debian's, as for gettext(1).
  init(_ settings: Settings) {
    let own = settings.environment["TEXTDOMAINDIR"] ?? ""
    folder = own.isEmpty ? "/usr/share/locale" : own
  }

  /// The translations into a language; English for nil, and where there are none or they cannot be read.
  func catalog(_ language: LanguageTag?) -> MessageCatalog {
    guard let language, !language.isEnglish else { return .english }
    for name in language.localeNames {
      let path = "\(folder)/\(name)/LC_MESSAGES/jod-check.mo"
      // English is better than nothing, ignoring.
      if let bytes = try? Files.read(path, limit: Self.largest), let catalog = MessageCatalog(bytes) {
        return catalog
      }
    }
    return .english
  }

  /// In bytes. A file has two thousand.
  private static let largest = 1 << 20
}
