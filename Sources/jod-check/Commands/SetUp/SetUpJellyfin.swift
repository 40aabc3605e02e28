import Glibc
import JodCore

/// Jellyfin and its key.
extension SetUp {
  private var trust: TLSTrust {
    TLSTrust(
      file: value("SSL_CERT_FILE"), directory: value("SSL_CERT_DIR") ?? TLSTrust.debianDirectory)
  }

  func findJellyfin() throws(SetUpFailure) {
    interview.heading("Jellyfin")
    let discovery = JellyfinDiscovery(trust: trust)
    let found: JellyfinDiscovery.Found
    if let text = interview.invocation.value(.jellyfin), let url = BaseURL(text) {
      switch discovery.look(at: url) {
      case .success(let answer): found = answer
      case .failure(let trouble): throw .failed(trouble.words)
      }
    } else if let known = known(discovery) {
      found = known
    } else {
      found = try look(discovery, among: JellyfinDiscovery.beacons())
    }
    if found.server.isSetUp == false {
      throw .failed("Jellyfin has not been set up yet: open \(found.url) in a browser, then run this again.")
    }
    guard found.server.product != nil else {
      throw .failed(
        "\(found.url) is no Jellyfin: it names no product, as Emby does. Name another with --jellyfin.")
    }
    interview.good("Jellyfin \(Printable.clean(found.server.version ?? "")) at \(found.url)")
    set("JELLYFIN_API_URL", "\(found.url)")
    view = JellyfinProcess(at: found.url)?.view
    jellyfin = Jellyfin(url: found.url, key: Secret(""), keySource: KeySource(.variable), trust: trust)
  }

  /// By the file, or at the usual port.
  private func known(_ discovery: JellyfinDiscovery) -> JellyfinDiscovery.Found? {
    let known = [value("JELLYFIN_API_URL"), "http://127.0.0.1:8096"].compactMap { $0.flatMap { BaseURL($0) } }
    for url in known {
      if discovery.isStarting(at: url) {
        interview.tell("Jellyfin is starting. Waiting for it.")
        _ = Deadline(in: 60).wait(lookingEvery: 2) { Interruption.hasCome || !discovery.isStarting(at: url) }
      }
      if case .success(let found) = discovery.look(at: url) { return found }
    }
    return nil
  }

  /// By what says that it is there: on this machine, or else in this network, where a person confirms it.
  private func look(_ discovery: JellyfinDiscovery, among beacons: [BaseURL]) throws(SetUpFailure)
    -> JellyfinDiscovery.Found
  {
    let answering = beacons.compactMap { try? discovery.look(at: $0).get() }
    if let here = answering.first(where: { JellyfinProcess.isHere($0.url.endpoint) }) { return here }
    return try ask(discovery, answering.first?.url)
  }

  /// - Parameter beacon: one in this network.
  private func ask(_ discovery: JellyfinDiscovery, _ beacon: BaseURL?) throws(SetUpFailure)
    -> JellyfinDiscovery.Found
  {
    interview.tell(
      beacon == nil
        ? "No Jellyfin answers on this machine."
        : "No Jellyfin answers on this machine, but one in this network does.")
    while true {
      let url = try interview.value(
        .jellyfin, "Where is it?", found: beacon?.description, accepted: BaseURL.accepted
      ) { BaseURL($0) }
      guard let url else { throw .unanswered(.jellyfin) }
      switch discovery.look(at: url) {
      case .success(let found): return found
      case .failure(let trouble):
        if interview.terminal == nil || interview.takesEnter { throw .failed(trouble.words) }
        interview.warn(trouble.words)
      }
    }
  }

  // MARK: The key

  func findKey() throws(SetUpFailure) {
    guard let jellyfin else { return }
    if let file = interview.invocation.value(.keyFile) {
      key = KeyMaker.Made(key: try read(file), isNew: false)
      if let words = key.flatMap({ KeyMaker.check($0.key, jellyfin) }) { throw .failed(words) }
      interview.good("The API key is accepted.")
    } else if let known = knownKey() {
      guard let words = KeyMaker.check(known, jellyfin) else {
        interview.good("The API key that is there is accepted.")
        // It stays where it is.
        key = KeyMaker.Made(key: known, isNew: false)
        return
      }
      interview.warn("\(words) Another one is needed.")
      try make(jellyfin)
    } else {
      try make(jellyfin)
    }
    // A variable would win over the file.
    if value("JELLYFIN_API_KEY") != nil { set("JELLYFIN_API_KEY", "") }
  }

  private func make(_ jellyfin: Jellyfin) throws(SetUpFailure) {
    if isDryRun {
      interview.tell("A dry run makes no API key, so Jellyfin's libraries are not looked at.")
      return
    }
    guard let terminal = interview.terminal else { throw .unanswered(.key) }
    interview.tell("jod-check needs an API key, and makes one of its own name.")
    key = try KeyMaker(
      jellyfin: jellyfin, interview: interview, terminal: terminal, publicURL: publicURL(jellyfin.url)
    ).make()
  }

  /// As a browser of the house reaches it.
  private func publicURL(_ url: BaseURL) -> String {
    guard url.endpoint.isLoopback, let own = WakePath.ownAddress(Interfaces.all(), storage: [])
    else { return "\(url)" }
    return "\(url.isSecure ? "https" : "http")://\(own):\(url.endpoint.port)\(url.basePath)"
  }

  private func knownKey() -> Secret? {
    let text = value("JELLYFIN_API_KEY") ?? knownCredential?.value
    return text.map(Printable.trimmed).flatMap(Configuration.token).map(Secret.init)
  }

  private func read(_ file: String) throws(SetUpFailure) -> Secret {
    let text = file == "-" ? readLine() : Files.text(file, limit: 4096)
    guard let text else {
      throw .failed("\(Printable.quoted(file)) cannot be read: it should have an API key.")
    }
    guard let token = Configuration.token(Printable.trimmed(text)) else {
      throw .failed("\(Printable.quoted(file)) has no API key: one line without blanks.")
    }
    return Secret(token)
  }

  var administration: JellyfinAdministration? {
    guard let jellyfin, let key else { return nil }
    return JellyfinAdministration(jellyfin, token: key.key)
  }
}
