/// What the storage server says to `status` over ssh: the answer of `jod-check-storage status --json`.
public struct StorageStatus: Hashable, Sendable {
  public struct Card: Hashable, Sendable {
    public var interface: String
    public var mac: String
    /// The letters of ethtool(8); `g` is the magic packet.
    public var supported: String?
    /// Nil where that is not known.
    public var armed: Bool?
    /// Whether it is armed at every start.
    public var kept: Bool
  }

  public var cards: [Card]
}

extension StorageStatus: JSONDecodable {
  public init(json: JSON) throws(JSON.Failure) { cards = try json.object()["wake_on_lan"] }
}

extension StorageStatus.Card: JSONDecodable {
  public init(json: JSON) throws(JSON.Failure) {
    let fields = try json.object()
    interface = try fields["interface"]
    mac = try fields["mac"]
    supported = try fields["supported"]
    armed = try fields["armed"]
    kept = try fields["kept"]
  }
}
