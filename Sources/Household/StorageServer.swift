import Foundation

/// A storage server on loopback, with a network card that listens to magic packets.
public final class StorageServer {
  public enum Power: Sendable {
    /// Nobody answers.
    case off
    /// A kernel answers, the service does not yet.
    case starting
    case ready
  }

  /// Of the storage service.
  public let port: Int
  /// Of the network card's UDP socket; a real card takes any.
  public let wakePort: Int

  private let card: Int32
  private var listener: Int32 = -1
  private var waiting: [Int32] = []

  /// A server that is off.
  public init() throws {
    let reserved = try Sockets.listen(host: "127.0.0.1", port: 0, backlog: 1)
    port = Sockets.port(of: reserved)
    close(reserved)
    let card = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    self.card = card
    guard Sockets.withAddress(0, { bind(card, $0, $1) }) == 0 else {
      throw Sockets.Failure(call: "bind", code: errno)
    }
    wakePort = Sockets.port(of: card)
    try turn(.off)
  }

  deinit {
    disconnect()
    close(card)
  }

  public func turn(_ power: Power) throws {
    disconnect()
    switch power {
    case .off:
      listener = try Sockets.listen(host: "127.0.0.1", port: port, backlog: 0)
      fillQueue()
    case .starting: break
    case .ready: listener = try Sockets.listen(host: "127.0.0.1", port: port, backlog: 64)
    }
  }

  /// The packets that the card has heard since the last call.
  public func packets() -> [[UInt8]] {
    var packets: [[UInt8]] = []
    var buffer = [UInt8](repeating: 0, count: 2048)
    while true {
      let count = recv(card, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count >= 0 else { return packets }
      packets.append(Array(buffer[..<count]))
    }
  }

  /// With its queue full, Linux drops what else wants to connect: on loopback, the nearest to a machine that is off.
  private func fillQueue() {
    for _ in 0..<4 {
      let client = socket(
        AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0
      )
      _ = Sockets.withAddress(port) { connect(client, $0, $1) }
      waiting.append(client)
    }
  }

  private func disconnect() {
    for client in waiting { close(client) }
    waiting = []
    if listener >= 0 { close(listener) }
    listener = -1
  }
}
