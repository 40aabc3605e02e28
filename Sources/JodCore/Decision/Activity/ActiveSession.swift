/// Somebody who counts as active, and why.
public struct ActiveSession: Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable, JSONCodable {
    case playing, paused, browsing, recording, task, unknown
    /// Somebody asks with a command.
    case hand
    /// Jellyfin gives no answer, and may wait for a mount of the storage.
    case deadlock
    /// A program of this machine opens a file of the storage, and waits in the kernel.
    case access
    /// An executable of `activity.d` tells of need that Jellyfin does not know.
    case script
  }

  public var user: String
  public var client: String
  public var device: String
  public var kind: Kind
  /// Whether this wakes the storage server, or only keeps it up once it is on.
  public var wakes: Bool

  /// Names from outside are cleaned: these are shown, and kept.
  public init(user: String, client: String, device: String, kind: Kind, wakes: Bool) {
    self.user = Printable.clean(user)
    self.client = Printable.clean(client)
    self.device = Printable.clean(device)
    self.kind = kind
    self.wakes = wakes
  }

  /// `Anna is browsing (Jellyfin Web on Firefox)`.
  public var sentence: String {
    guard kind != .unknown else { return "a session cannot be understood and counts as active" }
    if kind == .hand { return "somebody asked for it by hand" }
    if kind == .deadlock { return "Jellyfin gives no answer, and may wait for the mount \(device)" }
    if kind == .access {
      return "\(client.isEmpty ? "a program" : client) opens \(device.isEmpty ? "the storage" : device)"
    }
    if kind == .recording { return "\(device) is recorded, or will be soon" }
    if kind == .script {
      let reason = device.isEmpty ? "" : " (\(device))"
      return "the script \(client) \(wakes ? "needs the storage" : "keeps it on")\(reason)"
    }
    if kind == .task { return "Jellyfin runs \(device), or will soon" }
    let verb = kind == .paused ? "has paused" : "is \(kind.rawValue)"
    if user.isEmpty {
      let screen = device.isEmpty ? client : device
      return "\(screen.isEmpty ? "a device" : screen) \(verb), without a user"
    }
    return "\(user) \(verb)\(source.isEmpty ? "" : " (\(source))")"
  }

  private var source: String {
    [client, device].filter { !$0.isEmpty }.joined(separator: " on ")
  }
}
