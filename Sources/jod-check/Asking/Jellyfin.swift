import Glibc
import JodCore

/// Jellyfin, asked over its API.
struct Jellyfin: Sendable {
  let url: BaseURL
  let key: Secret
  let keySource: KeySource
  let trust: TLSTrust

  /// Over everything from the name's resolution to the last byte (specification, Time limits).
  static let timeLimit: Seconds = 5
  /// The same while bytes still arrive: a play queue of some thousand items makes a reply of many megabytes.
  static let longest: Seconds = 8

  /// Sessions and devices, or why nothing is known of them.
  func poll() -> Result<JellyfinAnswer, Trouble> {
    let start = Clock.seconds(CLOCK_MONOTONIC)
    let server = server(Deadline(in: Self.timeLimit), longest: Deadline(in: Self.longest))
    do {
      let sessions = try server.get(url.path("Sessions"), fields)
      let entries = try decode([SessionEntry].self, sessions, "/Sessions")
      let devices = try server.get(url.path("Devices"), fields)
      let list =
        [401, 403, 404].contains(devices.status)
        ? nil : try decode(DeviceList.self, devices, "/Devices").items
      // Jellyfin runs beside jod-check: without its own word, this machine's clock is as good.
      let time =
        sessions.fields["Date"].first.flatMap(UTC.parseHTTPDate) ?? Clock.seconds(CLOCK_REALTIME)
      return .success(
        JellyfinAnswer(sessions: entries.map(redact), devices: list?.map(redact), time: time))
    } catch {
      return .failure(trouble(for: error, since: start))
    }
  }

  /// One more question, on a connection of its own: what a path says, or why that is not known. Without a deadline, Jellyfin
  /// has as long as for a check.
  func ask<Value: JSONDecodable>(
    _ path: String, as type: Value.Type, deadline: Deadline? = nil
  ) -> Result<Value, Trouble> {
    let start = Clock.seconds(CLOCK_MONOTONIC)
    let server = server(
      deadline ?? Deadline(in: Self.timeLimit), longest: deadline ?? Deadline(in: Self.longest))
    do {
      return .success(try decode(type, server.get(url.path(path), fields), "/\(path)"))
    } catch {
      return .failure(trouble(for: error, since: start))
    }
  }

  /// Starts a task of Jellyfin, and returns why it could not.
  ///
  /// - Parameter task: its id, which can stand in a path.
  func start(task: String, deadline: Deadline) -> Trouble? {
    let start = Clock.seconds(CLOCK_MONOTONIC)
    do {
      let path = "ScheduledTasks/Running/\(task)"
      let reply = try server(deadline).post(url.path(path), fields, body: [])
      return (200...299).contains(reply.status) ? nil : trouble(for: reply, "/\(path)")
    } catch {
      return trouble(for: error, since: start)
    }
  }

  /// The language in which Jellyfin shows itself; nil where it does not say.
  func displayLanguage(deadline: Deadline) -> LanguageTag? {
    // English is better than nothing, ignoring.
    try? ask("System/Configuration", as: DisplayLanguage.self, deadline: deadline).get().tag
  }

  /// Shows messages on screens, one after another. What cannot be shown in time is left out, and not reported.
  func show(_ messages: [ScreenMessage], in catalog: MessageCatalog, deadline: Deadline) {
    let server = server(deadline)
    do {
      for message in messages {
        // In milliseconds. Without it, some clients wait for a click.
        let timeout = 10_000
        let body = JSON.complete([
          "Header": message.news.header(in: catalog).json, "Text": message.news.text(in: catalog).json,
          "TimeoutMs": timeout.json,
        ])
        // A session that has ended meanwhile is answered with 404, ignoring.
        _ = try server.post(
          url.path("Sessions/\(message.screen)/Message"), fields, body: body.bytes)
      }
    } catch {
      // Ignoring.
    }
  }

  func server(_ deadline: Deadline, longest: Deadline? = nil) -> WebServer {
    WebServer(url, trust: trust, deadline: deadline, longest: longest)
  }

  /// The one form of authorisation that 10.8 to 12 accept; the legacy headers are refused by Jellyfin 12.
  private var fields: [HTTPWriter.Field] { Self.fields("Token=\"\(key.value)\"") }

  static func fields(_ authorization: String) -> [HTTPWriter.Field] {
    [
      ("Authorization", "MediaBrowser \(authorization)"), ("Accept", "application/json"),
      ("User-Agent", "jod-check/\(Version.current)"),
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
}

extension Jellyfin {
  init(_ configuration: Configuration) {
    self.init(
      url: configuration.jellyfinURL, key: configuration.jellyfinKey, keySource: configuration.keySource,
      trust: configuration.jellyfinTrust)
  }
}
