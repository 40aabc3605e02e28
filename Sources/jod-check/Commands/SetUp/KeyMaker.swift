import Glibc
import JodCore

/// Gets an API key from Jellyfin: by a link that an administrator confirms, by a name and a password, or by one that exists.
///
/// A password goes to Jellyfin alone, and is forgotten. The session of whoever logs in ends before this does.
struct KeyMaker {
  let jellyfin: Jellyfin
  let interview: Interview
  let terminal: Terminal
  /// As the links for people have it.
  let publicURL: String

  struct Made {
    let key: Secret
    /// Whether it was made just now, and is to be taken back where nothing comes of it.
    let isNew: Bool
  }

  /// The id of a device that no session of Jellyfin's has.
  private static var newDevice: String {
    "jod-check-setup-\(String(UInt32.random(in: 0 ... .max), radix: 16))"
  }

  private enum Way { case link, password, paste }

  /// Seconds between two looks whether a code is confirmed.
  private static let pause: Seconds = 2
  /// A code of Jellyfin's lives for ten minutes.
  private static let codeLife: Seconds = 600

  /// How often a password is asked for: after three wrong ones Jellyfin locks the user.
  private static let tries = 2

  func make() throws(SetUpFailure) -> Made {
    var way = Way.link
    while true {
      // Whatever Jellyfin answers, and however fast.
      if Interruption.hasCome { throw .interrupted }
      switch way {
      case .link:
        switch try byLink() {
        case .login(let login, let device): if let made = try made(by: login, device) { return made }
        case .other(let other): way = other
        }
      case .password:
        if let (login, device) = try byPassword(), let made = try made(by: login, device) { return made }
        way = .link
        if try !askForLink() { way = .paste }
      case .paste: return try pasted()
      }
    }
  }

  private func askForLink() throws(SetUpFailure) -> Bool {
    try interview.confirm("Try it by the link? (n: paste a key)", enter: true) { () throws(SetUpFailure) in
      false
    }
  }

  // MARK: The link

  private enum ByLink {
    case login(JellyfinLogin, device: String)
    case other(Way)
  }

  private func byLink() throws(SetUpFailure) -> ByLink {
    let device = Self.newDevice
    let client = JellyfinAdministration(jellyfin, deviceID: device)
    while true {
      let code: QuickConnectCode
      switch client.ask(.post([]), "QuickConnect/Initiate", as: QuickConnectCode.self) {
      case .success(let new): code = new
      case .failure(let trouble):
        // 401: it is switched off; an older one has no link.
        interview.tell(
          "Jellyfin offers no Quick Connect (\(trouble.cause)). A name and a password do as well.")
        return .other(.password)
      }
      interview.tell("Open this link as an administrator of Jellyfin, and press Authorize:")
      interview.link(code.link(publicURL))
      interview.tell(
        "The code is \(code.code). Waiting; p and Enter: by name and password instead, k and Enter: paste a key."
      )
      switch try wait(for: code, client) {
      case .confirmed:
        let body = JSON.complete(["Secret": code.secret.value.json]).bytes
        let path = "Users/AuthenticateWithQuickConnect"
        switch client.ask(.post(body), path, as: JellyfinLogin.self) {
        case .success(let login): return .login(login, device: device)
        case .failure(let trouble): interview.warn(trouble.words)
        }
      case .expired: interview.warn("That code has expired. Here is another one.")
      case .other(let way): return .other(way)
      }
    }
  }

  private enum Waited {
    case confirmed, expired
    case other(Way)
  }

  private func wait(for code: QuickConnectCode, _ client: JellyfinAdministration) throws(SetUpFailure)
    -> Waited
  {
    let end = Deadline(in: Self.codeLife)
    var isSilent = false
    while !end.isOver {
      switch client.send(.get, "QuickConnect/Connect?secret=\(code.secret.value)") {
      case .success(let reply) where reply.status == 200:
        if (try? QuickConnectCode(bytes: reply.body))?.isConfirmed == true { return .confirmed }
      case .success(let reply) where reply.status == 404: return .expired
      case .success, .failure:
        // It restarts, perhaps; where the code has died with it, it will say so.
        if !isSilent { interview.warn("Jellyfin does not answer. Waiting for it.") }
        isSilent = true
      }
      do throws(Interrupted) {
        switch try terminal.line(within: Self.pause)?.lowercased() {
        case "p": return .other(.password)
        case "k": return .other(.paste)
        default: break
        }
      } catch {
        throw .interrupted
      }
    }
    return .expired
  }

  // MARK: A name and a password

  private func byPassword() throws(SetUpFailure) -> (JellyfinLogin, String)? {
    let device = Self.newDevice
    let client = JellyfinAdministration(jellyfin, deviceID: device)
    for _ in 0..<Self.tries {
      let name = try interview.line(terminal, "Name of an administrator of Jellyfin:")
      let password = try interview.secret(terminal, "Password (not shown, and used once):")
      let body = JSON.complete(["Username": name.json, "Pw": password.json]).bytes
      switch client.send(.post(body), "Users/AuthenticateByName") {
      case .success(let reply) where reply.status == 200:
        guard let login = try? JellyfinLogin(bytes: reply.body) else { return nil }
        return (login, device)
      case .success(let reply) where reply.status == 401:
        interview.warn("That is not the name, or not the password.")
      case .success(let reply) where reply.status == 403:
        interview.warn("Jellyfin lets this user in no more: locked after wrong passwords, or disabled.")
        return nil
      case .success(let reply):
        interview.warn(jellyfin.trouble(for: reply, "/Users/AuthenticateByName").words)
        return nil
      case .failure(let trouble):
        interview.warn(trouble.words)
        return nil
      }
    }
    interview.tell("A third wrong password would lock that user.")
    return nil
  }

  // MARK: A key of one who has logged in

  /// Nil where nothing came of it, which has been said. Nothing of the login is left.
  private func made(by login: JellyfinLogin, _ device: String) throws(SetUpFailure) -> Made? {
    let session = JellyfinAdministration(jellyfin, token: login.token)
    let made = makeKey(login, session)
    _ = session.send(.post([]), "Sessions/Logout")
    guard let key = made else { return nil }
    let own = JellyfinAdministration(jellyfin, token: key)
    // The session's device goes with it; where one stays, it would look like somebody who browses.
    if case .success(let reply) = own.send(.get, "Devices"),
      String(decoding: reply.body, as: UTF8.self).includes(device)
    {
      _ = own.send(.delete, "Devices?id=\(device)")
    }
    interview.good("Made an API key named jod-check.")
    return Made(key: key, isNew: true)
  }

  private func makeKey(_ login: JellyfinLogin, _ session: JellyfinAdministration) -> Secret? {
    let path = "Auth/Keys"
    guard login.isAdministrator else {
      interview.warn(
        "\(Printable.clean(login.user)) is no administrator of Jellyfin, and only one can make an API key.")
      return nil
    }
    do throws(Trouble) {
      let before = try session.ask(.get, path, as: JellyfinKeys.self).get()
      if let words = before.leftBehind { interview.warn(words) }
      _ = try session.done(.post([]), "\(path)?app=\(JellyfinKeys.app)").get()
      let after = try session.ask(.get, path, as: JellyfinKeys.self).get()
      if let key = after.made(since: before) { return key }
      interview.warn("Jellyfin made no key.")
    } catch {
      interview.warn(error.words)
    }
    return nil
  }

  // MARK: A key that exists

  private func pasted() throws(SetUpFailure) -> Made {
    while true {
      let text = try interview.secret(terminal, "API key (Jellyfin: Dashboard, API Keys; not shown):")
      guard let key = Configuration.token(Printable.trimmed(text)).map(Secret.init) else { continue }
      switch Self.check(key, jellyfin) {
      case nil: return Made(key: key, isNew: false)
      case let trouble?: interview.warn(trouble)
      }
    }
  }

  /// Why a key is none that can be used; nil where it can.
  static func check(_ key: Secret, _ jellyfin: Jellyfin) -> String? {
    switch JellyfinAdministration(jellyfin, token: key).send(.get, "Devices") {
    case .success(let reply) where reply.status == 200: nil
    case .success(let reply) where reply.status == 401: "Jellyfin does not accept that key (401)."
    case .success(let reply) where reply.status == 403:
      "That is no API key of Jellyfin's: it may not read its devices (403)."
    case .success(let reply): jellyfin.trouble(for: reply, "/Devices").words
    case .failure(let trouble): trouble.words
    }
  }

  /// Takes a key back that was made and is not used.
  static func revoke(_ key: Secret, _ jellyfin: Jellyfin) -> Bool {
    if case .success = JellyfinAdministration(jellyfin, token: key).done(.delete, "Auth/Keys/\(key.value)") {
      return true
    }
    return false
  }
}
