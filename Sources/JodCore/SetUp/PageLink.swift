/// The link of the page, as somebody in the house opens it.
public enum PageLink {
  /// Whether it listens at every address of this machine.
  public static func isAny(_ listen: Endpoint) -> Bool { ["0.0.0.0", "::"].contains(listen.host) }

  /// - Parameters:
  ///   - own: this machine's address, for a socket that listens at all of them.
  ///   - token: what a request must carry; percent-encoded where it has signs of a URL's own (RFC 3986, section 2.1).
  public static func text(_ listen: Endpoint, own: IPv4Address?, token: Secret?) -> String {
    let place = isAny(listen) ? Endpoint(host: own?.description ?? "127.0.0.1", port: listen.port) : listen
    let query = token.map { "?token=\(encoded($0.value))" } ?? ""
    return "http://\(place)/\(query)"
  }

  private static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "-._~".utf8.contains(byte)
      return isPlain ? String(UnicodeScalar(byte)) : "%\(hexByte(byte).uppercased())"
    }.joined()
  }
}
