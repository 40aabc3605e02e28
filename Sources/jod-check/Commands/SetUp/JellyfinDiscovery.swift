import CSystemd
import Glibc
import JodCore

/// Finds a Jellyfin, and confirms that it is one: `/System/Info/Public` needs no key.
struct JellyfinDiscovery {
  let trust: TLSTrust

  struct Found {
    let url: BaseURL
    let server: JellyfinServer
  }

  /// Looks at a URL, and where its server leads to. Throws the trouble, in words.
  func look(at url: BaseURL, redirects: Int = 2) -> Result<Found, Trouble> {
    let jellyfin = Jellyfin(url: url, key: Secret(""), keySource: KeySource(.variable), trust: trust)
    let start = Clock.seconds(CLOCK_MONOTONIC)
    do {
      let reply = try jellyfin.server(Deadline(in: Jellyfin.timeLimit)).get(
        url.path("System/Info/Public"), [("Accept", "application/json")])
      if (300...399).contains(reply.status), redirects > 0, let location = reply.fields["Location"].first {
        switch Redirect(to: location, askedFor: "/System/Info/Public", at: url).meaning {
        case .secure(let place), .basePath(let place), .elsewhere(let place):
          return look(at: place, redirects: redirects - 1)
        case .login, .unknown: break
        }
      }
      guard reply.status == 200 else { return .failure(jellyfin.trouble(for: reply, "/System/Info/Public")) }
      guard let server = try? JellyfinServer(bytes: reply.body), server.version != nil else {
        return .failure(
          jellyfin.unavailable(
            "shape", "is no Jellyfin.", advice: "See whether the URL has its port and base path."))
      }
      return .success(Found(url: url, server: server))
    } catch {
      return .failure(jellyfin.trouble(for: error, since: start))
    }
  }

  /// Whether what answers is a Jellyfin that cannot be asked yet: it says 503, or that it is not set up, while it starts.
  func isStarting(at url: BaseURL) -> Bool {
    switch look(at: url) {
    case .success(let found): found.server.isSetUp == false
    case .failure(let trouble): trouble.cause == "503"
    }
  }

  /// The URLs by which Jellyfins of this network say that they are there, this machine's first.
  static func beacons(within limit: Seconds = 1) -> [BaseURL] {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size))
    for text in ["127.0.0.1", "255.255.255.255"] {
      guard let address = IPv4Address(text) else { continue }
      // A machine without a network has no way there, ignoring.
      _ = SocketAddress(address, port: 7359).send(Array("Who is JellyfinServer?".utf8), from: descriptor)
    }
    var found: [BaseURL] = []
    let deadline = Deadline(in: limit)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var states = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
    while Socket.wait(for: &states, until: deadline) {
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { break }
      if let url = (try? JellyfinBeacon(bytes: Array(buffer[..<count])))?.address, !found.contains(url) {
        found.append(url)
      }
    }
    return found
  }
}
