/// Where the API key was found, for the administrator who has to put another one there.
public struct KeySource: Hashable, Sendable {
  public enum Place: Hashable, Sendable {
    case variable
    /// A file for root alone, by its path.
    case file(String)
    /// A credential of the service's own unit.
    case unit
  }

  public var place: Place
  /// Where another key is, which is not used, for a variable comes before it.
  public var hidden: Place?

  public init(_ place: Place, hidden: Place? = nil) {
    self.place = place
    self.hidden = hidden
  }

  /// What to do where Jellyfin refuses the key.
  public var remedy: String {
    let other = hidden.map {
      " Or remove JELLYFIN_API_KEY: \($0.words) holds another key, which is used then."
    }
    return "Make a key under Dashboard, API Keys, and \(place.change).\(other ?? "")"
  }
}

extension KeySource.Place {
  public var words: String {
    switch self {
    case .variable: "JELLYFIN_API_KEY"
    case .file(let path): path
    case .unit: "the credential jellyfin-api-key of jod-check.service"
    }
  }

  fileprivate var change: String {
    switch self {
    case .variable: "set JELLYFIN_API_KEY to it"
    case .file(let path): "put it into \(path)"
    case .unit: "set it where `systemctl cat jod-check` shows the credential jellyfin-api-key"
    }
  }
}
