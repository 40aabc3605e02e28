/// What `jod-check-storage` on the storage server says (specification, The storage server's side).
public struct StorageSide: Hashable, Sendable {
  /// What keeps it up, in its own words; nil where nothing does.
  public let objection: String?

  /// Reads its `status`, one JSON document; nil for anything else.
  public init?(_ output: String) {
    guard let fields = try? JSON(Array(output.utf8)).object(), let isBusy: Bool = try? fields["busy"] else {
      return nil
    }
    guard isBusy else {
      objection = nil
      return
    }
    let guards: [Reason] = (try? fields["guards"]) ?? []
    let inhibitors: [Reason] = (try? fields["inhibitors"]) ?? []
    let words = (guards.filter(\.isBusy) + inhibitors).compactMap(\.words).first
    objection = words.map { Printable.clean($0, limit: 200) } ?? "it says that it is busy"
  }

  /// Whether words are those of our own helper there.
  public static func speaks(_ words: String) -> Bool {
    words.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("jod-check-storage: ") }
  }

  private struct Reason: JSONDecodable {
    let isBusy: Bool
    let words: String?

    init(json: JSON) throws(JSON.Failure) {
      let fields = try json.object()
      isBusy = try fields["busy"] ?? true
      words = try fields["words"]
    }
  }
}

extension Memory {
  /// Notes whether the storage server's own side of jod-check answered a request.
  public mutating func noteStorageSide(isOurs: Bool) { state.storage.isOurs = isOurs }
}
