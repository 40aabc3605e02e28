import Glibc
import JodCore
import NIOCore
import NIOHTTP1
import NIOSSL

/// Jellyfin, asked over its API.
struct Jellyfin: Sendable {
  let url: BaseURL
  let key: Secret

  /// Over everything from the name's resolution to the last byte (specification, section 3).
  static let timeLimit = TimeAmount.seconds(5)

  init(_ configuration: Configuration) {
    url = configuration.jellyfinURL
    key = configuration.jellyfinKey
  }

  /// Sessions and devices, or why nothing is known of them.
  func poll() -> Result<JellyfinAnswer, Trouble> {
    let deadline = NIODeadline.now() + Self.timeLimit
    do {
      var connection = try HTTPConnection.open(url, deadline: deadline)
      defer { connection.close() }
      let sessions = try connection.get(url.path("Sessions"), headers: headers)
      let entries = try decode([SessionEntry].self, sessions, "/Sessions")
      if !sessions.keepsAlive {
        connection.close()
        connection = try HTTPConnection.open(url, deadline: deadline)
      }
      let devices = try connection.get(url.path("Devices"), headers: headers)
      let list =
        [401, 403, 404].contains(devices.status)
        ? nil : try decode(DeviceList.self, devices, "/Devices").items
      // Jellyfin runs beside jod-check: without its own word, this machine's clock is as good.
      let time =
        sessions.headers.first(name: "Date").flatMap(UTC.parseHTTPDate) ?? Clock.seconds(CLOCK_REALTIME)
      return .success(
        JellyfinAnswer(sessions: entries.map(redact), devices: list?.map(redact), time: time))
    } catch let trouble as Trouble {
      return .failure(trouble)
    } catch {
      return .failure(trouble(for: error))
    }
  }

  /// One more question, on a connection of its own: what a path says, or why that is not known.
  func ask<Value: JSONDecodable>(
    _ path: String, as type: Value.Type, deadline: NIODeadline = .now() + .seconds(3)
  ) -> Result<Value, Trouble> {
    do {
      let connection = try HTTPConnection.open(url, deadline: deadline)
      defer { connection.close() }
      return .success(try decode(type, connection.get(url.path(path), headers: headers), "/\(path)"))
    } catch let trouble as Trouble {
      return .failure(trouble)
    } catch {
      return .failure(trouble(for: error))
    }
  }

  /// Puts words on screens, one after another. They are a courtesy: what cannot be shown in time is left out, and nobody
  /// hears of it.
  func show(_ notices: [Notice], deadline: NIODeadline) {
    var connection: HTTPConnection?
    defer { connection?.close() }
    do {
      for notice in notices {
        let current = try connection ?? HTTPConnection.open(url, deadline: deadline)
        connection = current
        // In milliseconds. Without it, some clients wait for a click.
        let timeout = 10_000
        let message = JSON.complete(["Header": notice.header, "Text": notice.text, "TimeoutMs": timeout])
        // Whoever has left meanwhile is answered with 404, ignoring.
        let reply = try current.post(
          url.path("Sessions/\(notice.screen)/Message"), headers: headers, body: message.bytes)
        if !reply.keepsAlive {
          current.close()
          connection = nil
        }
      }
    } catch {
      // Ignoring.
    }
  }

  /// The one form of authorisation that 10.8 to 12 accept; the legacy headers are refused by Jellyfin 12.
  private var headers: HTTPHeaders {
    [
      "Host": url.hostHeader, "Authorization": "MediaBrowser Token=\"\(key.value)\"",
      "Accept": "application/json", "User-Agent": "jod-check/\(Version.current)",
    ]
  }

  private func decode<Value: JSONDecodable>(
    _ type: Value.Type, _ reply: HTTPReply, _ name: String
  ) throws -> Value {
    guard reply.status == 200 else { throw trouble(for: reply, name) }
    do {
      return try Value(bytes: reply.body)
    } catch {
      let hint =
        reply.body.isEmpty
        ? "The answer was empty, as Jellyfin's IP filter makes it: allow this machine under Dashboard, Networking."
        : "Something else may answer at that address: JELLYFIN_API_URL must lead to Jellyfin itself, with its base path if it has one."
      throw unavailable("shape", "answered \(name) with something that is not Jellyfin's.", advice: hint)
    }
  }

  // MARK: What comes back from outside may quote the key

  private func redact(_ entry: SessionEntry) -> SessionEntry {
    guard case .session(var session) = entry else { return entry }
    session.user = key.redact(session.user)
    session.client = key.redact(session.client)
    session.device = key.redact(session.device)
    session.deviceKey = key.redact(session.deviceKey)
    session.deviceID = key.redact(session.deviceID)
    session.screen = session.screen.flatMap { key.redact($0) == $0 ? $0 : nil }
    return .session(session)
  }

  private func redact(_ entry: DeviceEntry) -> DeviceEntry {
    guard case .device(var device) = entry else { return entry }
    device.user = key.redact(device.user)
    device.client = key.redact(device.client)
    device.name = key.redact(device.name)
    device.key = key.redact(device.key)
    device.id = key.redact(device.id)
    return .device(device)
  }

  // MARK: What went wrong, in words

  private func unavailable(_ cause: String, _ what: String, advice: String) -> Trouble {
    Trouble(.jellyfin, cause: cause, "Jellyfin at \(url) \(what)", advice: advice)
  }

  private func trouble(for reply: HTTPReply, _ name: String) -> Trouble {
    let status = reply.status
    switch status {
    case 401:
      return Trouble(
        .keyRejected, cause: "401",
        "Jellyfin at \(url) rejected the API key (401): without it nobody can be seen, so nobody is served.",
        advice: "Make a key under Dashboard, API Keys, and set JELLYFIN_API_KEY to it."
      )
    case 403:
      return Trouble(
        .keyRejected, cause: "403",
        "Jellyfin at \(url) did not allow the API key to read \(name) (403).",
        advice:
          "Use an API key made under Dashboard, API Keys, and let JELLYFIN_API_URL lead to Jellyfin itself, past any proxy that asks for a login."
      )
    case 300..<400:
      let location = reply.headers.first(name: "Location") ?? "elsewhere"
      let base = location.firstRange(of: "/web").map { location[..<$0.lowerBound] } ?? "/jellyfin"
      let example = base.hasPrefix("/") ? "\(url)\(base)" : String(base)
      return unavailable(
        "redirect",
        "redirected \(name) (\(status)) to \(key.redact(Printable.quoted(location))).",
        advice:
          "Redirects are not followed: the base path is probably missing from JELLYFIN_API_URL; try \(key.redact(Printable.clean(example)))."
      )
    case 503:
      let hint =
        reply.body.isEmpty
        ? "If that lasts, its IP filter may reject this machine: allow it under Dashboard, Networking."
        : "If that lasts, see its log."
      return unavailable("503", "is not ready (503): it is starting or updating.", advice: hint)
    default:
      return unavailable(
        "\(status)",
        "answered \(name) with status \(status).",
        advice: "See Jellyfin's log, and whether JELLYFIN_API_URL leads to it.")
    }
  }

  private func trouble(for error: any Error) -> Trouble {
    switch error {
    case HTTPFailure.timeout, DialFailure.timeout:
      return unavailable(
        "timeout", "did not answer within 5s.", advice: "See whether it is running and not overloaded.")
    case HTTPFailure.closed, HTTPParserError.invalidEOFState:
      return unavailable(
        "closed", "closed the connection in the middle of its answer.", advice: "See Jellyfin's log.")
    case HTTPFailure.tooLarge:
      return unavailable(
        "size", "sent an answer of more than 32 MiB.",
        advice: "That cannot be its list of sessions or devices: see what JELLYFIN_API_URL leads to.")
    case is HTTPParserError, is NIOHTTPDecoderError:
      return unavailable(
        "http", "does not speak HTTP.",
        advice: "See whether JELLYFIN_API_URL has the right port, and https:// where it is needed.")
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      return certificate(error)
    case DialFailure.noAddress:
      return unavailable(
        "name", "cannot be found: the name \(url.endpoint.host) does not resolve.",
        advice: "See JELLYFIN_API_URL and this machine's DNS.")
    case DialFailure.failed(let error), let error as SystemError:
      return connection(errno: error.code)
    default:
      return unavailable(
        "other", "cannot be asked (\(Printable.clean(key.redact("\(error)"), limit: 200))).",
        advice: "See JELLYFIN_API_URL.")
    }
  }

  private func certificate(_ error: any Error) -> Trouble {
    if "\(error)".contains("CERTIFICATE_VERIFY_FAILED") {
      return unavailable(
        "certificate", "has a certificate that this machine does not trust.",
        advice:
          "Install its authority's certificate with update-ca-certificates, or use http:// if it is this machine."
      )
    }
    if error is NIOSSLExtraError {
      return unavailable(
        "certificate", "has a certificate for another name.",
        advice: "Set JELLYFIN_API_URL to the name in the certificate.")
    }
    return unavailable(
      "tls", "does not speak TLS as expected.",
      advice: "See whether JELLYFIN_API_URL has the right port, and http:// where that is meant.")
  }

  private func connection(errno code: Int32) -> Trouble {
    guard code == ECONNREFUSED else {
      return unavailable(
        "errno \(code)", "cannot be reached (\(String(cString: strerror(code)))).",
        advice: "See JELLYFIN_API_URL and the network.")
    }
    return unavailable(
      "refused",
      "refused the connection.",
      advice:
        "See whether it is running (`systemctl status jellyfin`), and whether JELLYFIN_API_URL has its port, 8096 unless changed."
    )
  }
}
